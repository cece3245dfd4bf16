"""What policies of every kind say: customer managed, inline, and the trust policies of roles."""

from auditor.policy import parse
from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.policies import CHECKS
from checks.iam.resources import Group, Policy, Role, User

BY_ID = {check.id: check for check in CHECKS}
ALLOW = {"Sid": "Read", "Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}
ADMIN = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALL_BUT = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
DETAILS = refused("iam:GetAccountAuthorizationDetails")
HOLDERS = {"user": User, "group": Group, "role": Role}
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"


def document(*statements, version="2012-10-17"):
    stated = {"Version": version} if version else {}
    return parse({**stated, "Statement": list(statements)})


OLD = document(ALLOW, version="2008-10-17")
VERSIONLESS = document(ALLOW, version="")
GOOD = document(ALLOW)
BAD = {
    "not-admin": (document(ADMIN), "allows every action on every resource"),
    "no-not-action": (document(ALL_BUT), "allows every action but iam:*, sts:*"),
    "no-service-wildcard": (document({**ALLOW, "Action": ["s3:Get*", "ec2:*"]}), "allows ec2:* (statement Read)"),
    "current-version": (OLD, "is of version 2008-10-17"),
    "statements-named": (document(ALLOW, ADMIN), "has no Sid in 1 of 2 statements"),
}


def managed(held, attachments=1):
    return fake(Policy, f"arn:aws:iam::{ACCOUNT}:policy/p", attachments=attachments, document=held)


def trusted(held, role=f"arn:aws:iam::{ACCOUNT}:role/worker"):
    return fake(Role, role, trust_policy=held)


def managed_case(rule, judge, held, **case):
    return judge(BY_ID[f"iam-policy-{rule}"], managed(document(held) if isinstance(held, dict) else held), **case)


def basic_cases(check, rule, holding, name):
    broken, says = BAD[rule]
    return [
        passes(check, holding(GOOD)),
        fails(check, holding(broken), says=f"{name} {says}"),
        unknown(check, holding(DETAILS), says="GetAccountAuthorizationDetails"),
    ]


def inline_cases(kind, principal_type):
    def principal(held):
        return fake(principal_type, inline_policies=held if isinstance(held, Exception) else {"mine": held})

    for rule in BAD:
        check = BY_ID[f"iam-{kind}-inline-policies-{rule}"]
        yield from basic_cases(check, rule, principal, "the inline policy mine")
        yield inapplicable(check, fake(principal_type, inline_policies={}))


CASES: list[Case] = [
    *(case for rule in BAD for case in basic_cases(BY_ID[f"iam-policy-{rule}"], rule, managed, "the policy")),
    *(case for kind, principal_type in HOLDERS.items() for case in inline_cases(kind, principal_type)),
    *(
        case
        for rule in ("no-not-action", "current-version", "statements-named")
        for case in basic_cases(BY_ID[f"iam-role-trust-{rule}"], rule, trusted, "the trust policy")
    ),
    managed_case("not-admin", passes, {**ADMIN, "Action": "s3:*"}),
    managed_case("not-admin", passes, {**ADMIN, "Resource": "arn:aws:s3:::*"}),
    managed_case("not-admin", passes, {**ADMIN, "Effect": "Deny"}),
    managed_case(
        "not-admin",
        passes,
        {**ADMIN, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        doubt="A condition limits what the policy grants: whether enough is not judged.",
    ),
    managed_case("not-admin", passes, {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
    managed_case(
        "not-admin", fails, {**ADMIN, "Action": ["s3:Get*", "*:*"], "Sid": "All"}, says="every resource (statement All)"
    ),
    managed_case("not-admin", fails, {**ADMIN, "Action": ["*"], "Resource": ["arn:aws:s3:::b", "*"]}),
    managed_case(
        "not-admin", fails, {**ADMIN, "Resource": "arn:aws:*"}, doubt="A pattern of all ARNs is all resources."
    ),
    inapplicable(BY_ID["iam-policy-not-admin"], managed(document(ADMIN), attachments=0)),
    unknown(BY_ID["iam-policy-not-admin"], managed(GOOD, attachments=DETAILS)),
    managed_case(
        "no-not-action",
        passes,
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
        doubt="A Deny with NotAction forbids what is not named, and grants nothing.",
    ),
    managed_case("no-service-wildcard", passes, {**ALLOW, "Effect": "Deny", "Action": "s3:*"}),
    managed_case("no-service-wildcard", passes, {**ALLOW, "Action": ["ec2:Describe*", "s3:*Object"]}),
    managed_case("no-service-wildcard", passes, ALL_BUT),
    managed_case("no-service-wildcard", fails, ADMIN, says="the policy allows *"),
    managed_case("no-service-wildcard", fails, {**ALLOW, "Action": "*:*"}, says="the policy allows *:*"),
    managed_case("no-service-wildcard", fails, {**ALLOW, "Action": "S3:**"}, says="allows S3:**"),
    managed_case(
        "no-service-wildcard",
        fails,
        {**ALLOW, "Action": "s3:*", "Resource": "arn:aws:s3:::mine/*"},
        doubt="All actions on one bucket are all actions all the same: Security Hub does not look at resources either.",
    ),
    managed_case(
        "current-version",
        fails,
        VERSIONLESS,
        says="states no version",
        doubt="A policy that states no version is of the version 2008-10-17.",
    ),
    managed_case("statements-named", passes, document()),
    inapplicable(
        BY_ID["iam-role-trust-statements-named"],
        trusted(document(ADMIN), SERVICE_LINKED),
        doubt="The trust policies of service-linked roles and of IAM Identity Center are AWS's to write.",
    ),
    inapplicable(
        BY_ID["iam-role-trust-current-version"],
        trusted(OLD, f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_0123456789abcdef"),
    ),
]
