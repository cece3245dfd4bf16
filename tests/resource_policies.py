"""Resources with policies of every kind, for the cases of the checks over them."""

from auditor.policy import parse
from auditor.testing import ACCOUNT, fake, refused
from checks.access.policies import BUCKET, FILE_SYSTEM, KEY, LOGS, ROLE, TOPIC
from checks.organizations.resources import OrganizationsAccount
from checks.s3.resources import S3Account

OTHER = "999988887777"
ORGANIZATION = "o-abcdefghij"
PLACES = {
    BUCKET: ("arn:aws:s3:::b", "s3:GetObject", "arn:aws:s3:::b/*"),
    KEY: (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k", "kms:Decrypt", "*"),
    ROLE: (f"arn:aws:iam::{ACCOUNT}:role/worker", "sts:AssumeRole", None),
    FILE_SYSTEM: (
        f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-1",
        "elasticfilesystem:ClientMount",
        "*",
    ),
    TOPIC: (f"arn:aws:sns:eu-west-1:{ACCOUNT}:news", "sns:Publish", f"arn:aws:sns:eu-west-1:{ACCOUNT}:news"),
    LOGS: ("", "logs:PutLogEvents", "*"),
}
"""The resource of each kind, an action on it, and how policies name it."""
MEMBER = fake(OrganizationsAccount, organization={"Id": ORGANIZATION, "MasterAccountId": "210987654321"})
UNBLOCKED = fake(S3Account, public_access_block={})
OPEN = {"public_access_block": {}, "policy_is_public": True}
"""A bucket that no block keeps from being public."""


def of(checks, kind):
    """Return the check of a family about a kind of policies."""
    (found,) = (each for each in checks if each.resource is kind.resource)
    return found


def holding(kind, document):
    """Return a resource with a policy, or None for none."""
    arn, _action, _resource = PLACES[kind]
    if kind is LOGS:
        return fake(kind.resource, policies={"delivery": document} if document else {})
    more = {BUCKET: OPEN, KEY: {"manager": "CUSTOMER"}}.get(kind, {})
    return fake(kind.resource, arn, **{kind.policy.name: document}, **more)


def held(kind, *statements):
    return holding(kind, parse({"Version": "2012-10-17", "Statement": list(statements)}))


def unread(kind):
    """Return a resource whose policy AWS did not tell."""
    more = {KEY: {"manager": "CUSTOMER"}}.get(kind, {})
    return fake(kind.resource, PLACES[kind][0], **{kind.policy.name: refused()}, **more)


def allow(kind, principal="*", condition=None, **more):
    _arn, action, resource = PLACES[kind]
    statement = {"Effect": "Allow", "Principal": principal, "Action": action}
    resources = {"Resource": resource} if resource else {}
    conditions = {"Condition": condition} if condition else {}
    given = {**statement, **resources, **conditions, **more}
    return {key: value for key, value in given.items() if value is not None}


def deny(kind, condition, **more):
    return {**allow(kind, condition=condition), "Effect": "Deny", **more}


def own(kind):
    return allow(kind, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
