"""A small account to ask about: people, roles and a bucket, made by hand, and a recording of the like."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache

from auditor import snapshot
from auditor.call import Call, Reply
from auditor.graph import Account, Grant, Identity
from auditor.inquiry.audience import who_can
from auditor.inquiry.deciding import Inquiry, Question
from auditor.inquiry.view import View
from auditor.inventory import Inventory
from auditor.policy import compiled, parse, principal
from auditor.request import Unseen
from auditor.targets import Target

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
ID = "111122223333"
PARTNER = "999988887777"
BUCKET = "arn:aws:s3:::orders"
ORDER = f"{BUCKET}/1.csv"
OFFICE = {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
REFUSED = Unseen("iam:GetPolicyVersion", "iam:GetPolicyVersion", "AccessDenied", "not authorized")
NOT_LISTED = Unseen("s3:ListBuckets", "s3:ListAllMyBuckets", "NotListed", "another account's")
UNDECIDED = Unseen("policies of sqs", "", "Undecided", "the auditor does not read policies of sqs")


def document(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", sid="", condition=None, **more):
    return {"Sid": sid, "Effect": "Allow", "Action": action, "Resource": resource, "Condition": condition, **more}


def deny(action, resource="*", sid="", condition=None, **more):
    return {**allow(action, resource, sid, condition, **more), "Effect": "Deny"}


def arn(name):
    return f"arn:aws:iam::{ID}:{name}"


def managed(name, *statements, via=""):
    named = f"arn:aws:iam::aws:policy/{name}"
    return Grant(compiled(document(*statements), named), named, inline=False, via=via)


def inline(name, owner, *statements):
    return Grant(compiled(document(*statements), name), arn(owner), inline=True)


def trusting(name, *statements):
    return compiled(document(*statements), f"trust policy of {name}")


READ = allow(["s3:Get*", "s3:List*"], sid="Read")
IDENTITIES = (
    Identity(
        arn("user/alice"),
        (
            inline(
                "office",
                "user/alice",
                allow(["s3:Get*", "sqs:*"], sid="Office", condition=OFFICE),
                deny("*", sid="NeedsMfa", condition=NO_MFA),
            ),
        ),
        tags={"team": "shop"},
    ),
    Identity(arn("user/bob"), (managed("AdministratorAccess", allow("*")),)),
    Identity(arn("user/carol"), (managed("ReadOnly", READ, via=arn("group/developers")),)),
    Identity(
        arn("role/app/reader"),
        (managed("ReadOnly", READ),),
        boundary=managed("limits", allow("ec2:*")),
        trust=trusting("reader", allow("sts:AssumeRole", Principal={"AWS": arn("user/alice")}, Resource=None)),
    ),
    Identity(arn("role/deploy"), unread=REFUSED),
    Identity(
        arn("role/tagged"),
        (
            managed(
                "Tagged",
                allow("ec2:*", condition={"StringEquals": {"aws:PrincipalTag/team": "shop"}}),
                deny("ec2:StopInstances", condition={"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}),
            ),
        ),
        trust=trusting("tagged", allow("sts:AssumeRole", Principal={"Service": "ec2.amazonaws.com"}, Resource=None)),
    ),
)
POLICY = document(
    deny("s3:*", [BUCKET, f"{BUCKET}/*"], "Tls", {"Bool": {"aws:SecureTransport": "false"}}, Principal="*"),
    allow("s3:GetObject", f"{BUCKET}/*", "Partner", Principal={"AWS": f"arn:aws:iam::{PARTNER}:root"}),
    allow("s3:GetObject", f"{BUCKET}/public/*", "Site", Principal="*"),
    allow("s3:GetObject", f"{BUCKET}/private/*", "Net", {"StringEquals": {"aws:SourceVpce": "vpce-1"}}, Principal="*"),
    allow(
        "s3:GetObject", f"{BUCKET}/org/*", "Org", {"StringEquals": {"aws:PrincipalOrgID": "o-abc123"}}, Principal="*"
    ),
    allow("s3:PutObject", f"{BUCKET}/logs/*", "Logs", Principal={"Service": "logging.s3.amazonaws.com"}),
    allow(
        "s3:PutObject",
        f"{BUCKET}/in/*",
        "Session",
        Principal={"AWS": f"arn:aws:sts::{ID}:assumed-role/reader/nightly"},
    ),
)


def policy_of(resource):
    if resource.startswith(BUCKET):
        return POLICY
    raise NOT_LISTED if resource.startswith("arn:aws:s3") else UNDECIDED


def view(identities=IDENTITIES, **more):
    account = Account(ID, "aws", identities, **({"scps": more.pop("scps")} if "scps" in more else {}))
    return View(account, NOW, **{"policy_of": policy_of, "source": "snapshot", **more})


def question(action, resource=ORDER, **told):
    held = {key.replace("__", ":").lower(): (value,) if value else () for key, value in told.items()}
    return Question(action, resource, held)


def can(who, action, resource=ORDER, seen=None, **told):
    """Return the answer for a user or role by name, or another principal by its text."""
    text = arn(who) if who.startswith(("user/", "role/", "root")) else who
    return Inquiry(seen or view(), question(action, resource, **told)).answer(principal(text))


def who(action, resource=ORDER, seen=None, **told):
    return who_can(Inquiry(seen or view(), question(action, resource, **told)))


# --- A recording ----------------------------------------------------------------------------------------------------

DETAILS = {"Filter": ["User", "Role", "Group", "LocalManagedPolicy"], "MaxItems": 1000}
OF_AWS = {"Scope": "AWS", "OnlyAttached": True, "MaxItems": 1000}
TARGET = Target(ID, "aws", ("eu-west-1", "us-east-1"), "us-east-1", arn("user/auditor"))
OWN = arn("user/dev")
SHARED = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [BUCKET, f"{BUCKET}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "Partner",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{PARTNER}:root"},
            "Action": "s3:GetObject",
            "Resource": f"{BUCKET}/*",
        },
    ],
}


def _raw(*statements):
    plain = [{key: value for key, value in each.items() if value} for each in statements]
    return {"Version": "2012-10-17", "Statement": plain}


def _iam(kind, name, *policies, **more):
    path = {"User": "user", "Role": "role", "Group": "group"}[kind]
    held = [{"PolicyName": each, "PolicyDocument": text} for each, text in policies]
    row = {f"{kind}Name": name, "Arn": arn(f"{path}/{name}"), "CreateDate": NOW, "Path": "/", f"{kind}PolicyList": held}
    return row | more


def outcomes():
    """Return the calls that a question about the bucket takes, and what AWS answered."""
    office = _raw(
        allow("s3:Get*", f"{BUCKET}/*", "Office", OFFICE),
        deny("*", sid="NeedsMfa", condition=NO_MFA),
    )
    trust = _raw({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    details = {
        "UserDetailList": [
            _iam("User", "alice", ("read", _raw(allow("s3:Get*", f"{BUCKET}/*", "Read")))),
            _iam("User", "bob"),
            _iam("User", "carol", ("office", office)),
            _iam("User", "dev", ("own", _raw(allow("iam:PutUserPolicy", OWN)))),
        ],
        "GroupDetailList": [],
        "RoleDetailList": [_iam("Role", "server", AssumeRolePolicyDocument=trust, InstanceProfileList=[])],
        "Policies": [],
    }
    buckets = [{"Name": "orders", "BucketRegion": "eu-west-1", "CreationDate": NOW}]
    owned = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    told = (
        ("iam", "GetAccountAuthorizationDetails", "us-east-1", DETAILS, details),
        ("iam", "ListPolicies", "us-east-1", OF_AWS, {"Policies": []}),
        ("s3", "ListBuckets", "us-east-1", {"MaxBuckets": 10000}, {"Buckets": buckets, "Owner": {"ID": "x"}}),
        ("s3", "GetBucketPolicy", "eu-west-1", {"Bucket": "orders"}, {"Policy": json.dumps(SHARED)}),
        ("s3", "GetBucketOwnershipControls", "eu-west-1", {"Bucket": "orders"}, owned),
        *(("ec2", "DescribeInstances", region, {}, {"Reservations": []}) for region in TARGET.regions),
        *(("lambda", "ListFunctions", region, {}, {"Functions": []}) for region in TARGET.regions),
    )
    return {Call.of(*call, parameters): Reply(value, NOW) for *call, parameters, value in told}


@cache
def _inventory(*without):
    inventory = Inventory(TARGET, NOW)
    inventory.outcomes = {call: each for call, each in outcomes().items() if call.operation not in without}
    return inventory


def recorded(path, *without):
    """Write the recording to a path, without the calls of some operations, and return the path."""
    snapshot.write(path, _inventory(*without), ())
    return path
