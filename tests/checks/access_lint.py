"""What policies say and do not do: misspelt actions, resources of other types, conditions that never or always hold."""

from auditor.policy import parse
from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.access.lint import OF_IDENTITIES, OF_RESOURCES
from checks.efs.resources import FileSystem
from checks.iam.resources import Group, Policy, Role, User
from checks.kms.resources import Key
from checks.logs.resources import LogsRegion
from checks.s3.resources import Bucket
from checks.sns.resources import Topic

BY_ID = {check.id: check for check in (*OF_IDENTITIES, *OF_RESOURCES)}
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
READ = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
DENY = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ACCOUNT}}


def document(*statements):
    return parse({"Version": "2012-10-17", "Statement": list(statements)})


def when(operator, key, value, statement=READ):
    return {**statement, "Condition": {operator: {key: value}}}


GOOD = document(READ, DENY)
BAD = {
    "actions-exist": (
        {**READ, "Action": "s3:GetObjcet"},
        "names the action s3:GetObjcet, which does not exist: did you mean s3:GetObject? (statement Read)",
    ),
    "resources-fit": (
        {**READ, "Action": ["s3:GetObject", "s3:ListBucket"]},
        "names s3:ListBucket, but no resource that it takes, such as arn:*:s3:::* (statement Read)",
    ),
    "conditions-effective": (
        when("StringEquals", "aws:PrincipalTag/team", "ops-*"),
        "compares aws:principaltag/team with ops-* by stringequals, to which wildcards mean nothing (statement Read)",
    ),
    "denials-effective": (
        {**DENY, "Action": "s3:DeleteBuckets"},
        "names the action s3:DeleteBuckets, which does not exist: did you mean s3:DeleteBucket? (statement 1)",
    ),
}
HOLDERS = {
    "iam-policy": (lambda held: fake(Policy, f"arn:aws:iam::{ACCOUNT}:policy/p", document=held), "the policy"),
    **{
        f"iam-{name}-inline-policies": (
            lambda held, holder=holder: fake(
                holder, inline_policies=held if isinstance(held, Exception) else {"mine": held}
            ),
            "the inline policy mine",
        )
        for name, holder in (("user", User), ("group", Group), ("role", Role))
    },
}
DETAILS = refused("iam:GetAccountAuthorizationDetails")


def of_identities():
    for stem, (holding, name) in HOLDERS.items():
        for rule, (statement, says) in BAD.items():
            check = BY_ID[f"{stem}-{rule}"]
            yield passes(check, holding(GOOD))
            yield fails(check, holding(document(statement)), says=f"{name} {says}")
            yield unknown(check, holding(DETAILS), says="GetAccountAuthorizationDetails")


RESOURCES = {
    "s3-bucket-policy": (lambda held: fake(Bucket, "arn:aws:s3:::b", policy=held), READ, "s3:DeleteBuckets"),
    "kms-key-policy": (
        lambda held: fake(
            Key, f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k", policy=held, manager="CUSTOMER", state="Enabled"
        ),
        {**READ, "Action": "kms:Decrypt", "Resource": "*"},
        "kms:Decript",
    ),
    "iam-role-trust": (
        lambda held: fake(Role, f"arn:aws:iam::{ACCOUNT}:role/worker", trust_policy=held),
        TRUST,
        "sts:AssumeRol",
    ),
    "efs-file-system-policy": (
        lambda held: fake(FileSystem, f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/fs-1", policy=held),
        {**READ, "Action": "elasticfilesystem:ClientMount", "Resource": "*"},
        "elasticfilesystem:ClientMont",
    ),
    "sns-topic-policy": (
        lambda held: fake(Topic, f"arn:aws:sns:eu-west-1:{ACCOUNT}:t", policy=held),
        {**READ, "Action": "sns:Publish", "Resource": "*"},
        "sns:Publsh",
    ),
    "logs-region-policies": (
        lambda held: fake(LogsRegion, policies=held if isinstance(held, Exception) else {"mine": held}),
        {**READ, "Action": "logs:PutLogEvents", "Resource": "*"},
        "logs:PutLogEvent",
    ),
}


def of_resources():
    for stem, (holding, granted, misspelt) in RESOURCES.items():
        grant = {**granted, "Principal": {"AWS": ACCOUNT}}
        conditions, denials = BY_ID[f"{stem}-conditions-effective"], BY_ID[f"{stem}-denials-effective"]
        idle = document(when("StringEquals", "aws:PrincipalTag/team", "ops-*", grant))
        denied = document(grant, {**grant, "Effect": "Deny", "Action": misspelt})
        for check, broken, says in ((conditions, idle, "with ops-* by"), (denials, denied, f"the action {misspelt}")):
            yield passes(check, holding(document(grant)))
            yield fails(check, holding(broken), says=says)
            yield unknown(check, holding(refused("service:GetPolicy")), says="GetPolicy")


def managed(rule, judge, *statements, **case):
    return judge(BY_ID[f"iam-policy-{rule}"], HOLDERS["iam-policy"][0](document(*statements)), **case)


CASES: list[Case] = [
    *of_identities(),
    *of_resources(),
    managed("actions-exist", passes, {**READ, "Action": ["*", "S3:GETOBJECT", "s3:Get*"]}),
    managed("actions-exist", fails, {**READ, "Action": "s3:Fetch*"}, says="s3:Fetch*, which no action of s3 matches"),
    managed("actions-exist", fails, {**READ, "Action": "lamda:InvokeFunction"}, says="did you mean lambda?"),
    managed(
        "actions-exist",
        passes,
        {**DENY, "Action": "s3:DeleteBuckets"},
        doubt="An action that a Deny misspells is another rule's, since it leaves a hole.",
    ),
    passes(
        BY_ID["iam-policy-actions-exist"],
        fake(Policy, f"arn:aws-cn:iam::{ACCOUNT}:policy/p", document=document({**READ, "Action": "s3:OfChinaAlone"})),
        doubt="The Service Authorization Reference describes the partition aws alone: in others, a name is not judged.",
    ),
    managed(
        "resources-fit",
        passes,
        {**READ, "Action": ["s3:GetObject", "s3:ListBucket"]},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"},
        doubt="An action that takes none of a statement's resources is granted where another statement grants it.",
    ),
    managed(
        "resources-fit",
        fails,
        {**READ, "Action": "ec2:DescribeInstances", "Resource": f"arn:aws:ec2:*:{ACCOUNT}:instance/*"},
        says="names ec2:DescribeInstances, which takes no resources, so that only * is about it",
    ),
    managed(
        "resources-fit",
        passes,
        {**READ, "Action": "glue:CreateConnection", "Resource": f"arn:aws:glue:*:{ACCOUNT}:connection/*"},
        doubt="Of many services AWS does not document all types of resources that an action takes: only an ARN that no "
        "resource of the service has is told there.",
    ),
    managed(
        "conditions-effective",
        passes,
        when("StringLike", "aws:ResourceTag/team", "*"),
        doubt="A pattern of anything asks for the key to be there, which not every request has.",
    ),
    managed(
        "conditions-effective",
        fails,
        when("StringEquals", "s3:prefix", "home/"),
        says="has a condition on s3:prefix, which no request for its actions carries",
    ),
    managed("conditions-effective", fails, when("NumericLessThan", "aws:MultiFactorAuthAge", "1h"), says="no number"),
    managed("conditions-effective", fails, when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), says="which it never is"),
    managed(
        "denials-effective",
        fails,
        when("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/admin", DENY),
        says="to which wildcards mean nothing",
    ),
    managed("denials-effective", fails, {**DENY, "Resource": "arn:aws:s3:::b/*"}, says="no resource that it takes"),
    managed(
        "denials-effective",
        passes,
        {**DENY, "Action": "s3:PutObject", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]},
        doubt="A resource too many does no harm where another one is of the right type.",
    ),
    managed("denials-effective", passes, {**DENY, "Action": None, "NotAction": "iam:*"}),
    inapplicable(BY_ID["iam-role-inline-policies-actions-exist"], fake(Role, SERVICE_LINKED, inline_policies={})),
    inapplicable(BY_ID["iam-role-trust-denials-effective"], fake(Role, SERVICE_LINKED, trust_policy=document(TRUST))),
]
