"""An account's principals as one graph: what was read of them, and what was not."""

import pytest
from principals import ALL, IAM, READ, allow, group, of_aws, policy, role, trusting, user

from auditor import Unseen, registry
from auditor.inventory import Gap, Inventory
from auditor.resource import GLOBAL, GLOBAL_REGION
from auditor.testing import NOW, REGION, TARGET, fake, refused, verdict
from checks.access.identities import AccountAccess
from checks.ec2.resources import Instance
from checks.iam.credential_report import Credential, Credentials, access_keys
from checks.iam.escalation import NO_ESCALATION
from checks.iam.resources import AwsPolicy, Group, Policy, Role, User
from checks.kms.resources import Key
from checks.lambda_.resources import Function
from checks.s3.resources import Bucket

READER, ADMIN = READ, ALL
TRUST = trusting("ec2.amazonaws.com")
AWS_READER = "arn:aws:iam::aws:policy/ReadOnlyAccess"
OWN = f"{IAM}policy/own"


def instance(**facts):
    profile = f"{IAM}instance-profile/worker"
    return fake(Instance, "i-1", **{"state": "running", "profile": profile, **facts})


def listed(*resources, unlisted=()):
    inventory = Inventory(TARGET, NOW)
    for each in resources:
        each.move(inventory)
    for resource_type in unlisted:
        place = GLOBAL_REGION if resource_type.scope is GLOBAL else REGION
        inventory.gaps.append(Gap(resource_type, place, refused(resource_type.listing_request().name)))
    inventory.enlist(AccountAccess, GLOBAL_REGION)
    return inventory


def account(*resources, unlisted=()):
    return registry.perspective().account(listed(*resources, unlisted=unlisted))


def granted(identity):
    return [(each.policy.name, each.origin, each.inline, each.via) for each in identity.grants]


def test_a_principal_has_its_own_policies_and_those_of_its_groups():
    alice = user(groups=["readers"], inline_policies={"mine": READER}, attached=[OWN])
    readers = group(attached=[AWS_READER], inline_policies={"theirs": ADMIN})
    found = account(alice, readers, policy(document=READER), of_aws(AWS_READER, document=READER))
    (alice,) = found.identities
    assert granted(alice) == [
        ("mine", alice.arn, True, ""),
        (OWN, OWN, False, ""),
        ("theirs", readers.arn, True, readers.arn),
        (AWS_READER, AWS_READER, False, readers.arn),
    ]
    assert (alice.groups, alice.unread) == ((readers.arn,), None)
    assert [(each.arn, len(each.grants)) for each in found.groups] == [(readers.arn, 2)]


def test_a_managed_policy_is_compiled_once():
    found = account(user(attached=[OWN]), role(attached=[OWN]), policy(document=READER))
    alice, worker = found.identities
    assert alice.grants[0].policy is worker.grants[0].policy is found.managed[OWN].policy


def test_the_versions_that_are_not_in_force_are_known():
    found = account(policy(other_versions={"v1": ADMIN}))
    assert found.managed[OWN].others["v1"].document is ADMIN
    assert account(policy(other_versions=refused())).managed[OWN].others == {}
    assert account(policy(document=refused())).managed == {}


@pytest.mark.parametrize(
    ("facts", "document"),
    [({"boundary": OWN}, READER), ({"boundary": AWS_READER, "boundary_document": ADMIN}, ADMIN), ({}, None)],
)
def test_a_boundary_is_read_with_the_own_policies_or_asked_of_aws(facts, document):
    for principal in (user(**facts), role(**facts)):
        (found,) = account(principal, policy(document=READER)).identities
        assert found.unread is None
        assert (found.boundary.policy.document if found.boundary else None) is document


@pytest.mark.parametrize(
    "facts",
    [
        {"inline_policies": refused()},
        {"attached_policies": refused()},
        {"attached": [OWN]},
        {"attached": [AWS_READER]},
        {"boundary": refused()},
        {"boundary": OWN},
        {"boundary": AWS_READER, "boundary_document": refused()},
    ],
)
def test_what_was_not_read_is_said_of_the_principal_and_of_no_other(facts):
    for unread, other in ((user(**facts), role()), (role(**facts), user())):
        found = {each.arn: each.unread for each in account(unread, other).identities}
        assert isinstance(found[unread.arn], Unseen)
        assert found[other.arn] is None


def test_what_was_not_read_of_a_group_is_not_known_of_its_members():
    readers = group(inline_policies=refused())
    (alice,) = account(user(groups=["readers"]), readers).identities
    assert isinstance(alice.unread, Unseen)
    (alice,) = account(user(groups=["missing"])).identities
    assert "does not name the group missing" in str(alice.unread)


def test_the_policies_that_were_read_are_known_beside_one_that_was_not():
    (worker,) = account(role(inline_policies={"mine": READER}, attached=[OWN])).identities
    assert [each.policy.name for each in worker.grants] == ["mine"]
    assert isinstance(worker.unread, Unseen)


def test_credentials_that_were_not_reported_leave_the_policies_read():
    secret = Credential("the password", NOW, None)
    (alice,) = account(
        user(credentials=Credentials(mfa=True, password=secret, access_keys=()), access_keys=2)
    ).identities
    assert (alice.has_password, alice.access_keys, alice.has_mfa) == (True, 2, True)
    (alice,) = account(user(credentials=refused(), access_keys=refused())).identities
    assert (alice.has_password, alice.access_keys, alice.has_mfa, alice.unread) == (None, None, None, None)


def test_what_runs_as_a_role_is_found_by_its_profile():
    worker = role(instance_profiles=[f"{IAM}instance-profile/worker"])
    function = fake(Function, "f", role=worker.arn)
    gone, bare = instance(state="terminated"), instance(profile=None)
    for each in (gone, bare):
        assert [it.service for it in account(worker, each, function).compute] == ["lambda.amazonaws.com"]
    found = account(worker, instance(), function)
    assert [(each.service, each.role) for each in found.compute] == [
        ("ec2.amazonaws.com", worker.arn),
        ("lambda.amazonaws.com", worker.arn),
    ]
    assert found.compute_read == {"ec2.amazonaws.com", "lambda.amazonaws.com"}


@pytest.mark.parametrize(
    ("resources", "unlisted"),
    [([], [Instance]), ([instance(profile=refused())], []), ([role(instance_profiles=refused())], [])],
)
def test_what_runs_as_a_role_may_not_have_been_read(resources, unlisted):
    assert account(*resources, unlisted=unlisted).compute_read == {"lambda.amazonaws.com"}


@pytest.mark.parametrize("unlisted", [User, Group, Role, Policy])
def test_an_account_whose_principals_were_not_listed_is_not_known(unlisted):
    with pytest.raises(Unseen):
        account(unlisted=[unlisted])


def test_policies_of_aws_that_were_not_listed_matter_only_to_who_has_them():
    found = account(user(attached=[AWS_READER]), role(), unlisted=[AwsPolicy])
    assert [bool(each.unread) for each in found.identities] == [True, False]


def test_the_policy_of_a_resource_is_found_by_its_arn():
    policy_of = registry.perspective().resource_policy
    found = listed(fake(Bucket, "arn:aws:s3:::b", policy=READER), fake(Key, policy=None), role())
    assert policy_of(found, "arn:aws:s3:::b/any/object") is READER
    assert policy_of(found, found.listed(Key)[0].arn) is None
    assert policy_of(found, f"{IAM}role/worker") == TRUST


@pytest.mark.parametrize(
    ("arn", "says"),
    [
        ("arn:aws:s3:::b", "ListBuckets"),
        ("arn:aws:kms:eu-west-1:111122223333:key/k", "NotListed"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", "does not read policies of lambda"),
    ],
)
def test_a_policy_that_was_not_read_is_not_known(arn, says):
    with pytest.raises(Unseen, match=says):
        registry.perspective().resource_policy(listed(unlisted=[Bucket]), arn)


def test_the_facts_are_all_that_the_answers_take():
    facts = registry.perspective().FACTS
    assert facts >= {AccountAccess.principals, AwsPolicy.document, User.boundary_version, Bucket.policy, Key.policy}


def test_access_keys_count_whether_they_are_active_or_not():
    """IAM User Guide, "Understanding the report format": a key's last rotation is N/A where there is no key."""
    rotated = {"access_key_1_last_rotated": "2025-01-01T00:00:00+00:00", "access_key_2_last_rotated": "N/A"}
    assert access_keys(rotated) == 1
    assert access_keys(dict.fromkeys(rotated, "N/A")) == 0
    with pytest.raises(KeyError):
        access_keys({})


def test_a_finding_carries_the_policies_that_prove_it_and_no_others():
    carol = user(allow("s3:*"), name="carol", attached=[OWN], groups=["readers"])
    others = [policy(allow("iam:CreateAccessKey")), group(allow("ec2:*")), user(allow("*"), name="boss")]
    (check,) = (each for each in NO_ESCALATION if each.resource is User)
    finding = verdict(check, carol, *others)
    assert [(each.resource, each.fact) for each in finding.evidence] == [(OWN, "document")]
    by_group = user(name="carol", groups=["readers"])
    finding = verdict(check, by_group, group(allow("iam:CreateAccessKey")), user(allow("*"), name="boss"))
    assert [(each.resource, each.fact) for each in finding.evidence] == [
        (carol.arn, "groups"),
        (f"{IAM}group/readers", "inline_policies"),
    ]


def test_a_finding_carries_the_trust_policy_of_the_role_on_the_way():
    passer = user(allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"))
    boss = role(allow("*"), name="boss", trust=trusting("lambda.amazonaws.com"))
    (check,) = (each for each in NO_ESCALATION if each.resource is User)
    finding = verdict(check, passer, boss)
    assert {(each.resource, each.fact) for each in finding.evidence} == {
        (passer.arn, "inline_policies"),
        (boss.arn, "trust_policy"),
    }
    assert [(each.path, each.certain) for each in finding.problems[0].chain] == [("lambda-001", True)]
