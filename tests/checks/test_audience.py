"""What checks say of resource policies is proven by requests that `decide` allows, and no policy makes them fail."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.inventory import Inventory
from auditor.judge import judge
from auditor.policy import Policies, compiled, decide, parse
from auditor.policy.audience import WILLING
from auditor.severity import Status
from auditor.testing import ACCOUNT, NOW, TARGET, fake, verdict
from checks.access import conditions, denials, deputies, inverted, reaching
from checks.access.policies import BUCKET, KEY, ROLE
from checks.organizations.resources import OrganizationsAccount
from checks.s3.resources import Bucket, S3Account

OTHER = "999988887777"
FAMILIES = [
    *(reaching.PUBLIC, reaching.ACCOUNTS, reaching.CALLERS, conditions.VACUOUS, conditions.LOOSE),
    *(deputies.SERVICES, denials.DENIALS, inverted.INVERTED),
]
ON_BUCKETS = [check for family in FAMILIES for check in family if check.resource is Bucket]
AROUND = (
    fake(S3Account, public_access_block={}, canonical_id="0" * 64),
    fake(OrganizationsAccount, organization={"Id": "o-mine", "MasterAccountId": "210987654321"}),
)

VALUES = st.sampled_from(["o-acme", "o-mine", OTHER, ACCOUNT, "vpc-1", "*", "true", f"arn:aws:iam::{OTHER}:role/*"])
CONDITIONS = st.dictionaries(
    st.sampled_from(
        ["StringEquals", "StringLike", "StringNotEquals", "StringEqualsIfExists", "ForAllValues:StringLike"]
    ),
    st.dictionaries(
        st.sampled_from(["aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:SourceVpc", "aws:PrincipalArn"]),
        VALUES,
        max_size=2,
    ),
    max_size=2,
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.sampled_from(["Allow", "Allow", "Deny"]),
        "Principal": st.sampled_from(
            [
                "*",
                {"AWS": OTHER},
                {"AWS": [ACCOUNT, OTHER]},
                {"Service": "cloudtrail.amazonaws.com"},
                {"CanonicalUser": "0" * 64},
            ]
        ),
        "Action": st.sampled_from(["s3:GetObject", "s3:*", "s3:Put*"]),
        "Resource": st.sampled_from(["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b"]),
        "Condition": CONDITIONS,
    }
)


def bucket(*statements):
    policy = parse({"Version": "2012-10-17", "Statement": list(statements)})
    return fake(Bucket, "arn:aws:s3:::b", policy=policy, policy_is_public=True, public_access_block={})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, min_size=1, max_size=3))
def test_everyone_who_is_told_to_be_let_in_is(statements):
    resource = bucket(*statements)
    policies = Policies(identity=(WILLING,), resource=compiled(resource.policy))
    for grant in resource.audience:
        for witness in grant.reach.witnesses:
            assert decide(witness.request, policies).allowed
            assert resource.policy.statements[grant.number - 1].allows
        assert not grant.public or not list(grant.parties())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, min_size=1, max_size=3))
def test_no_policy_makes_a_check_fail_by_itself(statements):
    for check in ON_BUCKETS:
        found = verdict(check, bucket(*statements), *AROUND)
        assert found.status is not Status.ERROR, found.error


def hostile():
    yield "deep", {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*a*a*a*a*a*b" * 50, "Resource": "*"}]}
    principals = [f"{number:012d}" for number in range(3_000)]
    yield (
        "wide",
        {"Statement": [{"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "s3:*", "Resource": "*"}]},
    )
    one = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    limits = [
        {**one, "Condition": {"StringNotLike": {f"aws:PrincipalTag/{number}": "*x*y*z*"}}} for number in range(600)
    ]
    yield "long", {"Statement": limits}
    yield "denied", {"Statement": [one, *({**each, "Effect": "Deny"} for each in limits[:60])]}
    values = ["*?" * 60 + str(number) for number in range(20)]
    yield "patterns", {"Statement": {**one, "Condition": {"StringLike": {"aws:PrincipalArn": values}}}}
    yield "empty", {"Statement": [{**one, "Action": [], "Principal": {}}]}


@pytest.mark.parametrize("document", [each for _, each in hostile()], ids=[name for name, _ in hostile()])
def test_hostile_policies_are_told(document):
    subject = fake(
        Bucket, "arn:aws:s3:::b", policy=parse(json.dumps(document)), policy_is_public=True, public_access_block={}
    )
    inventory = Inventory(TARGET, NOW)
    for each in (subject, *AROUND):
        each.move(inventory)
    for check in ON_BUCKETS:
        assert [each.status for each in judge(check, inventory, {})] != [Status.ERROR]


def test_principals_of_the_account_need_no_search():
    own = {"AWS": [ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/worker", f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/x"]}
    assert bucket({"Effect": "Allow", "Principal": own, "Action": "s3:*", "Resource": "*"}).audience == ()


def test_an_identity_provider_hides_nobody_else_that_a_statement_names():
    github = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": github, "AWS": OTHER},
        "Action": ["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"],
    }
    role = fake(ROLE.resource, f"arn:aws:iam::{ACCOUNT}:role/r", trust_policy=parse({"Statement": statement}))
    assert {party.name for grant in role.audience for party in grant.parties()} == {OTHER}


def test_kinds_tell_the_resource_of_an_action():
    assert BUCKET.target(bucket(), "s3:GetObject") == "arn:aws:s3:::b/other"
    assert BUCKET.target(bucket(), "s3:ListBucket") == "arn:aws:s3:::b"
    key = fake(KEY.resource, f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k")
    assert KEY.target(key, "kms:Decrypt") == key.arn
