from __future__ import annotations

import pytest
from graph.built import FULL, OWN, account, allow, arn, attached, deny, inline, role, user

from auditor.graph import escalation

ALICE = arn("user", "alice")
POWER_USER = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"}
SOMEWHERE = {"IpAddress": ("aws:SourceIp", "203.0.113.0/24")}


def admin(identity):
    return escalation(account(identity)).admins.get(identity.arn)


ADMINS = {
    "everything": user("alice", FULL),
    "everything, in other words": user("alice", allow("*:*")),
    "everything but billing": user("alice", {"Effect": "Allow", "NotAction": "billing:*", "Resource": "*"}),
    "all of IAM": user("alice", allow("iam:*")),
    "all of IAM in this account": user("alice", allow("iam:*", "arn:aws:iam::*:*")),
    "a power user who may also do all in IAM": user("alice", POWER_USER, allow("iam:*")),
    "by two policies": user("alice", POWER_USER, grants=(inline(ALICE, allow("iam:*")),)),
    "everything but a handful of actions": user("alice", FULL, deny(["cloudtrail:StopLogging", "iam:CreateUser"])),
    "everything, with one way left to give permissions": user(
        "alice", FULL, deny(["iam:Attach*", "iam:PutUserPolicy", "iam:CreatePolicyVersion"])
    ),
    "everything but changing one user": user("alice", FULL, deny("iam:*", arn("user", "auditor"))),
    "everything, with a boundary that allows it": user("alice", FULL, boundary=attached("all", FULL)),
    "a role": role("alice", OWN, FULL),
}


@pytest.mark.parametrize("identity", ADMINS.values(), ids=ADMINS)
def test_an_administrator_is_one_whatever_its_policies_are_called(identity):
    found = admin(identity)
    assert found is not None
    assert found.certain
    assert all(proof.certain for proof in found.proof)


OTHERS = {
    "everything and nothing": user("alice", FULL, deny("*")),
    "everything but IAM": user("alice", FULL, deny("iam:*")),
    "everything, but no way to give permissions": user("alice", FULL, deny(["iam:Attach*", "iam:Put*", "iam:Create*"])),
    "a power user": user("alice", POWER_USER),
    "all of one service": user("alice", allow("s3:*")),
    "everything on one bucket": user("alice", allow("*", "arn:aws:s3:::shop/*")),
    "one way to give permissions, which is a step": user("alice", allow("iam:PutUserPolicy")),
    "all of IAM on users": user("alice", allow("iam:*", arn("user", "*"))),
    "everything, with a boundary that does not": user("alice", FULL, boundary=attached("some", allow("s3:*"))),
    "everything, if permissions are given with a boundary only": user(
        "alice", FULL, deny("iam:*", StringNotEquals=("iam:PermissionsBoundary", arn("policy", "boundary")))
    ),
    "a policy only called so": user("alice", grants=(attached("AdministratorAccess", allow("s3:*")),)),
    "no policy": user("alice"),
    "a role of a service": role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX", OWN, FULL),
}


@pytest.mark.parametrize("identity", OTHERS.values(), ids=OTHERS)
def test_who_may_not_do_everything_is_no_administrator(identity):
    assert admin(identity) is None


@pytest.mark.parametrize(
    "identity", [user("alice", allow("*", **SOMEWHERE)), user("alice", FULL, deny("iam:*", **SOMEWHERE))]
)
def test_an_administrator_on_a_condition_is_not_certain(identity):
    found = admin(identity)
    assert found is not None
    assert not found.certain
    assert not escalation(account(identity)).chain(ALICE).certain


def test_who_was_not_read_is_not_said_to_be_an_administrator():
    assert admin(user("alice", FULL, unread="denied")) is None
