"""What others report that is not so, what they overlook, and what nobody can know."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from graph.built import (
    FULL,
    ID,
    OWN,
    account,
    allow,
    arn,
    attached,
    deny,
    group,
    inline,
    managed,
    policy,
    role,
    runs,
    service,
    trusts,
    user,
)

from auditor.graph import Account, escalation

ALICE, BOSS = arn("user", "alice"), arn("role", "boss")
BOSS_BY = {name: role("boss", service(name), FULL) for name in ("lambda", "ec2")}
RUN = ["lambda:CreateFunction", "lambda:InvokeFunction"]
SOMEWHERE = {"IpAddress": ("aws:SourceIp", "203.0.113.0/24")}
AWS = "arn:aws:iam::aws:policy"
STAFF = arn("group", "staff")
INSTANCES = f"arn:aws:ec2:*:{ID}:instance/*"
FORWARDING, SHELL = (f"arn:aws:ssm:*:*:document/{each}" for each in ("AWS-StartPortForwardingSession", "SSM-Session*"))
DOCUMENT_CHECKED = ("ssm:SessionDocumentAccessCheck", "true")
STAFFS_PROVIDER = f"arn:aws:iam::{ID}:saml-provider/staff"
ONLY_COST = {"Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["cost"]}}}
PERMISSION_SET = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_"
OF_STAFF = inline(STAFF, allow(RUN[1]), via=STAFF)
SHARED = attached("shared", allow("s3:*"))


def chain(start, *others, **more):
    return escalation(account(start, *others, **more)).chain(start.arn)


def verdict(start, *others, **more):
    """Return whether there surely is a chain; None where there may be one."""
    found = chain(start, *others, **more)
    return False if found is None else True if found.certain else None


NONE = {
    "the grant is about other users": (user("alice", allow("iam:PutUserPolicy", arn("user", "bob"))),),
    "the grant is about users, the principal a role": (
        role("alice", OWN, allow("iam:PutRolePolicy", arn("user", "*"))),
    ),
    "a Deny": (user("alice", allow("iam:*"), deny("iam:*")),),
    "a Deny on the principal alone": (
        user("alice", allow(["iam:PutUserPolicy", "iam:AttachUserPolicy"]), deny("iam:*", ALICE)),
    ),
    "a Deny in another policy": (user("alice", allow("iam:PutUserPolicy"), grants=(inline(ALICE, deny("iam:Put*")),)),),
    "a condition that cannot hold": (user("alice", allow("iam:PutUserPolicy", StringEquals=("aws:username", "bob"))),),
    "a tag that the user does not have": (
        user("alice", allow("iam:PutUserPolicy", StringEquals=("aws:PrincipalTag/team", "admins"))),
    ),
    "a tag that the target does not have": (
        user("alice", allow("sts:AssumeRole", StringEquals=("aws:ResourceTag/open", "yes"))),
        role("boss", OWN, FULL),
    ),
    "a boundary": (user("alice", allow("iam:*"), boundary=attached("boundary", allow("s3:*"))),),
    "a boundary that lets nothing be done about it": (
        user("alice", allow("iam:*"), boundary=attached("boundary", allow("iam:PutUserPolicy"))),
    ),
    "a policy that may not be attached": (
        user(
            "alice",
            allow("iam:AttachUserPolicy", ArnEquals=("iam:PolicyARN", f"{AWS}/ReadOnlyAccess")),
        ),
    ),
    "a role that trusts another service": (user("alice", allow(["iam:PassRole", *RUN])), BOSS_BY["ec2"]),
    "a role passed to another service only": (
        user("alice", allow("iam:PassRole", StringEquals=("iam:PassedToService", "ec2.amazonaws.com")), allow(RUN)),
        BOSS_BY["lambda"],
    ),
    "a role that may not be passed": (
        user("alice", allow("iam:PassRole", arn("role", "app-*")), allow(RUN)),
        BOSS_BY["lambda"],
    ),
    "a function that can be made, but another invoked": (
        user(
            "alice",
            allow("iam:PassRole"),
            allow(RUN[0], f"arn:aws:lambda:*:{ID}:function:a-*"),
            allow(RUN[1], f"arn:aws:lambda:*:{ID}:function:b-*"),
        ),
        BOSS_BY["lambda"],
    ),
    "a trust policy that lets in others": (
        user("alice", allow("sts:AssumeRole")),
        role("boss", {"AWS": arn("user", "bob")}, FULL),
    ),
    "a trust policy that leaves it to the account, without a grant": (user("alice"), role("boss", OWN, FULL)),
    "a trust policy that denies": (
        user("alice", allow("sts:AssumeRole")),
        role(
            "boss",
            policy(
                {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": OWN},
                {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": ALICE}},
            ),
            FULL,
        ),
    ),
    "a role of a service": (
        user("alice", allow(["iam:PassRole", "sts:AssumeRole", "iam:UpdateAssumeRolePolicy", *RUN])),
        role("aws-service-role/lambda.amazonaws.com/AWSServiceRoleForLambda", service("lambda"), FULL),
    ),
    "a role of a permission set, which AWS alone changes": (
        user("alice", allow(["iam:UpdateAssumeRolePolicy"])),
        role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin", service("sso"), FULL),
    ),
    "a function with other rights": (
        user("alice", allow("lambda:UpdateFunctionCode")),
        role("app", service("lambda"), allow("s3:*")),
    ),
    "a function that is not among those granted": (
        user("alice", allow("lambda:UpdateFunctionCode", f"arn:aws:lambda:*:{ID}:function:mine-*")),
        BOSS_BY["lambda"],
    ),
    "a password of a user with an MFA device": (
        user("alice", allow("iam:UpdateLoginProfile")),
        user("root", FULL, has_password=True, has_mfa=True),
    ),
    "a third access key": (user("alice", allow("iam:CreateAccessKey")), user("root", FULL, access_keys=2)),
    "a group without rights": (user("alice", allow("iam:AddUserToGroup")),),
    "all but IAM": (user("alice", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),),
    "everything on one bucket": (user("alice", allow("*", "arn:aws:s3:::shop/*")),),
    "a grant that has run out": (
        user("alice", allow("sts:AssumeRole", DateLessThan=("aws:CurrentTime", "2021-01-01T00:00:00Z"))),
        role("boss", OWN, FULL),
    ),
    "MFA, of a user who has no device and may enrol none": (
        user("alice", allow("iam:PutUserPolicy", Bool=("aws:MultiFactorAuthPresent", "true")), access_keys=1),
    ),
    "the same, who has a password only": (
        user("alice", allow("iam:PutUserPolicy", Bool=("aws:MultiFactorAuthPresent", "true")), has_password=True),
    ),
    "credentials of one's own, as AWS's policies for them allow": (
        user(
            "alice",
            allow(["iam:*AccessKey*", "iam:*LoginProfile", "iam:*MFADevice"], arn("user", "${aws:username}")),
            allow("iam:CreateVirtualMFADevice", f"arn:aws:iam::{ID}:mfa/*"),
        ),
        user("root", FULL),
    ),
    "a role that no instance profile holds, and launch templates that were not read": (
        user("alice", allow(["iam:PassRole", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"])),
        role("boss", service("ec2"), FULL, has_instance_profile=False),
    ),
    "a shell on instances, where only a document without a shell may be used": (
        user("alice", allow("ssm:StartSession", [INSTANCES, FORWARDING], BoolIfExists=DOCUMENT_CHECKED)),
        BOSS_BY["ec2"],
    ),
    "a function to change, where there is none of those granted": (
        user("alice", allow("iam:PassRole"), allow("lambda:Update*", f"arn:aws:lambda:*:{ID}:function:mine-*")),
        role("app", service("lambda"), FULL),
    ),
    "another SAML provider than the role trusts": (
        user("alice", allow("iam:UpdateSAMLProvider", f"arn:aws:iam::{ID}:saml-provider/other")),
        role("boss", trusts({"Federated": STAFFS_PROVIDER}, "sts:AssumeRoleWithSAML"), FULL),
    ),
    "a tag of oneself, of another key": (
        user("alice", allow("sts:AssumeRole"), {**allow("iam:TagUser"), **ONLY_COST}),
        role("boss", trusts(OWN, StringEquals=("aws:PrincipalTag/admin", "yes")), FULL),
    ),
    "roles that are created with a boundary, which is a narrow one": (
        role(
            "alice",
            OWN,
            allow(["iam:CreateRole", "iam:AttachRolePolicy"], StringEquals=("iam:PermissionsBoundary", SHARED.origin)),
        ),
    ),
    "roles that are created, and given certain policies": (
        role(
            "alice",
            OWN,
            allow("iam:CreateRole"),
            allow("iam:AttachRolePolicy", ArnEquals=("iam:PolicyARN", f"{AWS}/ReadOnlyAccess")),
        ),
    ),
    "a role of a permission set that may edit roles of permission sets": (
        role(f"{PERMISSION_SET}Ops", service("sso"), allow("iam:Put*", arn("role", "aws-reserved/*"))),
    ),
    "a version of an AWS managed policy": (user("alice", allow("iam:CreatePolicyVersion"), grants=(attached("x"),)),),
}
READ = {
    "at": datetime(2026, 11, 22, tzinfo=UTC),
    "compute_read": frozenset({"lambda.amazonaws.com", "ec2.amazonaws.com"}),
    "compute": (runs(f"arn:aws:lambda:eu-west-1:{ID}:function:jobs", "boss", "lambda.amazonaws.com"),),
    "groups": (group("staff", allow("s3:*")),),
}


@pytest.mark.parametrize("identities", NONE.values(), ids=NONE)
def test_no_chain_where_there_is_none(identities):
    assert verdict(*identities, **READ) is False


SURE = {
    "a wildcard inside an action's name": (user("alice", allow("iam:*UserPolicy", ALICE)),),
    "a wildcard of one character": (user("alice", allow("iam:PutUserPolic?", ALICE)),),
    "the case of an action": (user("alice", allow("IAM:putuserpolicy")),),
    "NotAction": (user("alice", {"Effect": "Allow", "NotAction": "s3:*", "Resource": ALICE}),),
    "NotResource": (
        user("alice", {"Effect": "Allow", "Action": "iam:PutUserPolicy", "NotResource": arn("user", "bob")}),
    ),
    "parts in several policies": (
        user("alice", allow("iam:PassRole"), grants=(inline(ALICE, allow(RUN[0])), inline(ALICE, allow(RUN[1])))),
        BOSS_BY["lambda"],
    ),
    "a part from a group": (
        user(
            "alice", allow(["iam:PassRole", RUN[0]]), groups=(STAFF,), grants=(inline(STAFF, allow(RUN[1]), via=STAFF),)
        ),
        BOSS_BY["lambda"],
    ),
    "a variable": (user("alice", allow("iam:PutUserPolicy", arn("user", "${aws:username}"))),),
    "a short ARN": (user("alice", allow("iam:PutUserPolicy", "arn:aws:iam")),),
    "a function of a certain name": (
        user("alice", allow("iam:PassRole"), allow(RUN, f"arn:aws:lambda:*:{ID}:function:mine-*")),
        BOSS_BY["lambda"],
    ),
    "a Deny elsewhere": (
        user(
            "alice",
            allow(["iam:PassRole", *RUN]),
            deny("lambda:*", StringNotEquals=("aws:RequestedRegion", "eu-central-1")),
        ),
        BOSS_BY["lambda"],
    ),
    "a condition that the caller meets": (
        user("alice", allow(["iam:PassRole", *RUN], StringEquals=("aws:RequestTag/team", "x"))),
        BOSS_BY["lambda"],
    ),
    "MFA, which the user has": (
        user("alice", allow("iam:PutUserPolicy", Bool=("aws:MultiFactorAuthPresent", "true")), has_mfa=True),
    ),
    "a Deny without MFA, which the user has": (
        user("alice", FULL, deny("iam:*", BoolIfExists=("aws:MultiFactorAuthPresent", "false")), has_mfa=True),
    ),
    "a trust policy that names the principal": (user("alice"), role("boss", {"AWS": ALICE}, FULL)),
    "a trust policy open to the world": (user("alice"), role("boss", {"AWS": "*"}, FULL)),
    "a trust policy that excludes others": (
        user("alice"),
        role(
            "boss",
            policy({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": arn("user", "bob")}}),
            FULL,
        ),
    ),
    "a boundary that can be removed": (
        user("alice", FULL, boundary=attached("boundary", allow("iam:DeleteUserPermissionsBoundary"))),
    ),
    "a boundary that can be rewritten": (
        user("alice", FULL, boundary=SHARED),
        user("bob", allow("iam:PutUserPolicy")),
    ),
    "a password and the removal of the MFA device": (
        user("alice", allow(["iam:UpdateLoginProfile", "iam:DeactivateMFADevice"])),
        user("root", FULL, has_password=True, has_mfa=True),
    ),
    "an account of its own in the condition of a trust policy": (
        user("alice", allow(["iam:PassRole", *RUN])),
        role("boss", trusts(service("lambda"), StringEquals=("aws:SourceAccount", ID)), FULL),
    ),
    "changing a role, and running something as it": (
        user("alice", allow(["iam:AttachRolePolicy", "iam:PassRole", *RUN])),
        role("app", service("lambda"), allow("s3:*")),
    ),
    "a grant that is still in force": (
        user("alice", allow("sts:AssumeRole", DateLessThan=("aws:CurrentTime", "2031-01-01T00:00:00Z"))),
        role("boss", OWN, FULL),
    ),
    "a role whose older sessions were revoked": (
        user("alice", allow("sts:AssumeRole")),
        role("boss", OWN, FULL, deny("*", DateLessThan=("aws:TokenIssueTime", "2023-05-04T10:00:00Z"))),
    ),
    "a session name that must be the user's": (
        user("alice", allow("sts:AssumeRole")),
        role("boss", trusts(OWN, StringEquals=("sts:RoleSessionName", "${aws:username}")), FULL),
    ),
    "a trust policy that names what the service acts for, by a pattern": (
        user("alice", allow(["iam:PassRole", "sagemaker:CreateTrainingJob"])),
        role("boss", trusts(service("sagemaker"), ArnLike=("aws:SourceArn", f"arn:aws:sagemaker:*:{ID}:*")), FULL),
    ),
    "a Deny of AWS's policy for administrators, and of no other": (
        user(
            "alice",
            allow("iam:AttachUserPolicy"),
            deny("iam:AttachUserPolicy", ArnEquals=("iam:PolicyARN", f"{AWS}/AdministratorAccess")),
        ),
    ),
    "a policy made to be attached": (
        user(
            "alice",
            allow("iam:CreatePolicy", arn("policy", "team-*")),
            allow("iam:AttachUserPolicy", ArnLike=("iam:PolicyARN", arn("policy", "*"))),
        ),
    ),
    "roles that are created with a boundary, which lets everything be done": (
        role(
            "alice",
            OWN,
            allow(
                ["iam:CreateRole", "iam:AttachRolePolicy"],
                StringEquals=("iam:PermissionsBoundary", arn("policy", "ops")),
            ),
        ),
    ),
    "a user made, put into a group of administrators and given a password": (
        role("alice", OWN, allow(["iam:CreateUser", "iam:AddUserToGroup", "iam:CreateLoginProfile"])),
    ),
    "a policy of a permission set's role that is the account's own": (
        role(f"{PERMISSION_SET}Ops", service("sso"), allow("iam:CreatePolicyVersion", SHARED.origin), grants=(SHARED,)),
    ),
    "a stack that a change set creates": (
        user("alice", allow(["iam:PassRole", "cloudformation:CreateChangeSet", "cloudformation:ExecuteChangeSet"])),
        role("boss", service("cloudformation"), FULL),
    ),
    "another role for a function that there is": (
        user("alice", allow(["iam:PassRole", "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration"])),
        role("app", service("lambda"), FULL),
        BOSS_BY["lambda"],
    ),
    "a SAML provider that the role trusts": (
        user("alice", allow("iam:UpdateSAMLProvider")),
        role(
            "boss",
            trusts({"Federated": STAFFS_PROVIDER}, "sts:AssumeRoleWithSAML", StringEquals=("SAML:aud", "https://x")),
            FULL,
        ),
    ),
    "a tag of oneself that a trust policy asks for": (
        user("alice", allow(["iam:TagUser", "sts:AssumeRole"])),
        role("boss", trusts(OWN, StringEquals=("aws:PrincipalTag/admin", "yes")), FULL),
    ),
    "a tag of oneself that is to be the role's": (
        user(
            "alice",
            allow("iam:TagUser"),
            allow("sts:AssumeRole", StringEquals=("aws:ResourceTag/team", "${aws:PrincipalTag/team}")),
        ),
        role("boss", OWN, FULL, tags={"team": "ops"}),
    ),
    "a policy of one's own that may be attached": (
        user("alice", allow("iam:AttachUserPolicy", ArnEquals=("iam:PolicyARN", arn("policy", "ops")))),
    ),
}


@pytest.mark.parametrize("identities", SURE.values(), ids=SURE)
def test_a_chain_that_others_overlook(identities):
    if identities[0].boundary is SHARED:
        identities = (user("alice", FULL, boundary=attached("shared", allow("iam:CreatePolicyVersion"))),)
    policies = managed(attached("ops", FULL)) | managed(SHARED)
    more = READ | {"groups": (*READ["groups"], group("admins", FULL))}
    assert verdict(*identities, managed=policies, **more) is True


MAYBE = {
    "a condition on where the caller is": (user("alice", allow("iam:PutUserPolicy", **SOMEWHERE)),),
    "a Deny that hangs on where the caller is": (user("alice", FULL, deny("iam:*", **SOMEWHERE)),),
    "MFA of a user of whom it is not known": (
        user("alice", allow("iam:PutUserPolicy", Bool=("aws:MultiFactorAuthPresent", "true")), has_mfa=None),
    ),
    "a role whose trust policy was not read": (user("alice", allow("sts:AssumeRole")), role("boss", None, FULL)),
    "what runs as a role was not read": (
        user("alice", allow("codebuild:StartBuild")),
        role("boss", service("codebuild"), FULL),
    ),
    "how many access keys there are": (
        user("alice", allow("iam:CreateAccessKey")),
        user("root", FULL, access_keys=None),
    ),
    "whether there is an instance profile": (
        user("alice", allow(["iam:PassRole", "ec2:RunInstances"])),
        role("boss", service("ec2"), FULL, has_instance_profile=None),
    ),
    "a session of a role": (
        role("alice", OWN, allow("s3:*")),
        role("boss", {"AWS": f"arn:aws:sts::{ID}:assumed-role/alice/deploy"}, FULL),
    ),
    "MFA, of a user who has no device and may enrol one": (
        user(
            "alice",
            allow("iam:EnableMFADevice", arn("user", "${aws:username}")),
            allow("iam:PutUserPolicy", Bool=("aws:MultiFactorAuthPresent", "true")),
        ),
    ),
    "a trust policy that names one thing that the service acts for": (
        user("alice", allow(["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"])),
        role(
            "boss",
            trusts(service("states"), ArnLike=("aws:SourceArn", f"arn:aws:states:eu-west-1:{ID}:stateMachine:prod")),
            FULL,
        ),
    ),
    "the tags of a session": (
        role("alice", OWN, allow("iam:PutRolePolicy", StringEquals=("aws:PrincipalTag/team", "admins"))),
    ),
}


@pytest.mark.parametrize("identities", MAYBE.values(), ids=MAYBE)
def test_what_is_not_known_is_neither_a_chain_nor_none(identities):
    assert verdict(*identities, **READ) is None


def test_two_changes_one_after_the_other():
    own = ["iam:DeleteUserPermissionsBoundary", "iam:PutUserPolicy"]
    start = user("alice", allow(own, ALICE), boundary=attached("boundary", allow(own)))
    found = chain(start)
    assert [edge.path.id for edge in found.edges] == ["iam-007", "aaa-iam-002"]
    assert found.certain
    assert "without its permissions boundary" not in found.edges[-1].end.after


def test_the_shortest_of_certain_chains_comes_before_a_shorter_uncertain_one():
    start = user("alice", allow("sts:AssumeRole", arn("role", "ops")), allow("iam:PutUserPolicy", **SOMEWHERE))
    ops = role("ops", OWN, allow("iam:PutRolePolicy", arn("role", "ops")))
    found = chain(start, ops)
    assert found.certain
    assert [edge.path.id for edge in found.edges] == ["sts-001", "iam-005"]


def test_an_uncertain_chain_goes_on_with_certain_steps():
    start = user("alice", allow("sts:AssumeRole", arn("role", "ops"), **SOMEWHERE))
    ops = role("ops", OWN, allow("iam:PutRolePolicy", arn("role", "ops")))
    found = chain(start, ops)
    assert [edge.certain for edge in found.edges] == [False, True]
    assert not found.certain


def test_what_was_not_read_is_told():
    dark = role("dark", OWN, allow("s3:*"), unread="GetRolePolicy was denied")
    via = role("via", OWN, allow("sts:AssumeRole", dark.arn))
    start = user("alice", allow("sts:AssumeRole", via.arn))
    found = escalation(account(start, via, dark, user("bob")))
    assert found.chain(start.arn) is None
    assert found.unread_on_way(start.arn) == ("GetRolePolicy was denied",)
    assert found.unread_on_way(dark.arn) == ("GetRolePolicy was denied",)
    assert found.unread_on_way(arn("user", "bob")) == ()


def test_a_group_that_was_not_read_is_on_the_way_of_who_may_join_it():
    dark = replace(group("dark"), unread="GetGroupPolicy was denied")
    found = escalation(account(user("alice", allow("iam:AddUserToGroup")), groups=(dark,)))
    assert found.unread_on_way(ALICE) == ("GetGroupPolicy was denied",)


def test_service_control_policies_limit_steps_and_not_what_an_administrator_is():
    full, no_keys = policy(FULL), policy(deny("iam:CreateAccessKey"))
    guarded = account(user("alice", allow("iam:CreateAccessKey")), user("root", FULL), scps=((full,), (full, no_keys)))
    found = escalation(guarded)
    assert found.chain(ALICE) is None
    assert list(found.admins) == [arn("user", "root")]


def test_service_control_policies_that_allow_only_some_services_leave_administrators_what_they_are():
    found = escalation(account(user("root", FULL), scps=((policy(allow(["iam:*", "s3:*"])),),)))
    assert found.admins[arn("user", "root")].certain


def test_who_outside_may_assume_a_role():
    other = role("boss", {"AWS": "111122223333"}, FULL)
    found = escalation(account(other, user("alice")))
    assert found.outsiders(other.arn).accounts == {"111122223333"}
    assert found.outsiders(ALICE) is None


def test_a_user_is_not_created_where_there_is_one():
    able = allow(["iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"], arn("user", "bob"))
    assert verdict(user("alice", able)) is True
    assert chain(user("alice", able)).edges[0].path.id == "aaa-iam-014"
    assert [each.path.id for each in chain(user("alice", able), user("bob")).edges] == ["iam-018"]


def test_a_group_of_administrators_is_joined_for_a_user_that_is_then_taken_over():
    able = allow(["iam:AddUserToGroup", "iam:CreateAccessKey"])
    start = role("alice", OWN, able)
    found = chain(start, user("bob"), groups=(group("staff", FULL), group("others", allow("s3:*"))))
    assert [(each.path.id, each.through) for each in found.edges] == [("aaa-iam-007", arn("user", "bob"))]


def test_a_chain_through_a_version_of_a_policy_that_is_not_in_force():
    shared = attached("shared", allow("s3:*"))
    start = user("alice", allow("iam:SetDefaultPolicyVersion"), grants=(shared,))
    old = attached("shared", allow("iam:*")).policy
    found = chain(start, managed=managed(shared, v1=old))
    assert [each.path.id for each in found.edges] == ["aaa-iam-001"]
    assert chain(start, managed=managed(shared, v1=attached("shared", allow("s3:Get*")).policy)) is None


def test_a_fifth_version_takes_the_deletion_of_one():
    shared = attached("shared", allow("s3:*"))
    versions = managed(shared, **{f"v{each}": shared.policy for each in range(1, 5)})
    only = user("alice", allow("iam:CreatePolicyVersion"), grants=(shared,))
    both = user("alice", allow(["iam:CreatePolicyVersion", "iam:DeletePolicyVersion"]), grants=(shared,))
    assert chain(only, managed=versions) is None
    assert chain(both, managed=versions).certain


def test_in_china_a_role_may_trust_a_service_by_its_name_there():
    start = user("alice", allow(["iam:PassRole", "ec2:RunInstances"]))
    boss = role("boss", {"Service": "ec2.amazonaws.com.cn"}, FULL)
    moved = [replace(each, arn=each.arn.replace("arn:aws:", "arn:aws-cn:")) for each in (start, boss)]
    found = escalation(Account(ID, "aws-cn", tuple(moved)))
    assert [each.path.id for each in found.chain(moved[0].arn).edges] == ["ec2-001"]
    passed = found.chain(moved[0].arn).edges[0].proof[0].request.context.values
    assert passed["iam:passedtoservice"] == ("ec2.amazonaws.com.cn",)


def test_a_shell_on_an_instance_takes_the_document_where_a_policy_asks_for_that():
    may = allow("ssm:StartSession", [INSTANCES, SHELL], BoolIfExists=DOCUMENT_CHECKED)
    compute = (runs(f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1", "boss", "ec2.amazonaws.com"),)
    read = READ | {"compute": compute}
    assert verdict(user("alice", may), BOSS_BY["ec2"], **read) is True
    assert verdict(user("alice", allow("ssm:StartSession", INSTANCES)), BOSS_BY["ec2"], **read) is True
    other = allow("ssm:StartSession", [INSTANCES, FORWARDING], BoolIfExists=DOCUMENT_CHECKED)
    assert verdict(user("alice", other), BOSS_BY["ec2"], **read) is False
