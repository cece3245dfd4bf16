"""Permissions boundaries: who can lift them, and what resources grant past them."""

from principals import ADMINISTRATOR, ALL, IAM, READ, allow, deny, document, policy, role, user

from auditor.testing import ACCOUNT, TARGET, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.boundaries import HOLDING
from checks.iam.resources import User
from checks.logs.resources import LogsRegion
from checks.s3.resources import Bucket

LIMIT = f"{IAM}policy/own"
DETAILS = refused("iam:GetAccountAuthorizationDetails")
NAMES = {
    "user": (user, f"{IAM}user/alice"),
    "role": (role, f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/nightly"),
}
FOREIGN = {"user": f"{IAM}user/bob", "role": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/nightly"}


def bucket(arn, *actions, **more):
    statement = {**allow(*actions, resource="arn:aws:s3:::b/*", **more), "Principal": {"AWS": arn}}
    return fake(Bucket, "arn:aws:s3:::b", policy=document(statement))


def holding(judge, check, *resources, **case):
    """Return a case of an account that has no policies of CloudWatch Logs."""
    logs = [fake(LogsRegion, region=region, policies={}) for region in TARGET.regions]
    return judge(check, *resources, *logs, **case)


def holding_cases(check):
    make, name = NAMES["user" if check.resource is User else "role"]
    other = FOREIGN["user" if check.resource is User else "role"]

    def limited(*statements, **facts):
        return make(*statements, **{"boundary": LIMIT, **facts})

    limit = policy(allow("s3:Get*", "ec2:*"))
    return [
        holding(passes, check, limited(), limit),
        holding(passes, check, limited(), limit, bucket(name, "s3:GetObject")),
        holding(passes, check, limited(), limit, bucket(other, "s3:PutObject")),
        holding(passes, check, limited(), limit, bucket(f"{IAM}root", "s3:PutObject")),
        holding(
            fails,
            check,
            limited(),
            limit,
            bucket(name, "s3:PutObject"),
            says="the policy of arn:aws:s3:::b allows s3:PutObject, which the boundary does not",
            doubt="AWS documents that a resource's policy that names a user or a session holds past a boundary.",
        ),
        holding(fails, check, limited(), limit, bucket(name, "s3:*"), says="allows s3:DeleteObject"),
        holding(fails, check, limited(), limit, bucket(name, "*")),
        holding(
            passes,
            check,
            limited(),
            policy(allow("s3:Get*"), deny("s3:Put*")),
            bucket(name, "s3:PutObject"),
            doubt="What a boundary denies no resource's policy can grant.",
        ),
        holding(
            passes,
            check,
            limited(deny("s3:PutObject")),
            limit,
            bucket(name, "s3:PutObject"),
            doubt="A Deny of the principal's own holds against the grant, too.",
        ),
        holding(
            passes,
            check,
            limited(),
            limit,
            bucket(name, "s3:PutObject", StringEquals={"aws:SourceVpc": "vpc-1"}),
            doubt="A grant that hangs on what is not known, such as the network, is not told.",
        ),
        holding(
            fails,
            check,
            limited(boundary=ADMINISTRATOR, boundary_document=READ),
            bucket(name, "s3:PutObject"),
            doubt="A boundary may be a policy of AWS's own; its name says nothing of what it allows.",
        ),
        holding(passes, check, limited(boundary=ADMINISTRATOR, boundary_document=ALL), bucket(name, "s3:PutObject")),
        holding(inapplicable, check, make(), bucket(name, "s3:PutObject")),
        holding(unknown, check, limited(boundary=DETAILS)),
        holding(unknown, check, limited(), policy(document=DETAILS), bucket(name, "s3:PutObject")),
        holding(
            unknown, check, limited(), limit, fake(Bucket, policy=refused("s3:GetBucketPolicy")), says="GetBucketPolicy"
        ),
        holding(unknown, check, limited(), limit, unlisted=[Bucket]),
        unknown(check, limited(), limit, says="DescribeResourcePolicies"),
        holding(
            fails, check, limited(), limit, bucket(name, "s3:PutObject"), fake(Bucket, "arn:aws:s3:::c", policy=DETAILS)
        ),
    ]


def named_role():
    """Return the case of a role whose trust policy names a bounded user."""
    trust = {"Effect": "Allow", "Principal": {"AWS": f"{IAM}user/alice"}, "Action": "sts:AssumeRole"}
    return holding(
        fails,
        HOLDING[0],
        user(boundary=LIMIT),
        policy(allow("s3:*")),
        role(trust=document(trust)),
        says="allows sts:AssumeRole",
        doubt="A role that trusts a user by name can be assumed whatever the user's boundary leaves out.",
    )


CASES: list[Case] = [*(case for check in HOLDING for case in holding_cases(check)), named_role()]
