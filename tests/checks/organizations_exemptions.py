"""Whom service control policies exempt, and whether member accounts can make themselves exempt."""

from auditor.policy import parse
from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.organizations.exemptions import exemptions_closed
from checks.organizations.resources import ServiceControlPolicy

DESCRIBE = refused("organizations:DescribePolicy")
ARN = "arn:aws:organizations::123456789012:policy/o-0123456789/service_control_policy/p-{}"
ANYWHERE = "arn:aws:iam::*:role/"
PROTECTED = ["iam:CreateRole", "iam:UpdateAssumeRolePolicy", "iam:TagRole"]


def scp(*statements, id_="regions", **facts):
    document = parse({"Version": "2012-10-17", "Statement": list(statements)})
    return fake(ServiceControlPolicy, ARN.format(id_), **{"is_of_aws": False, "document": document, **facts})


def deny(actions="ec2:*", resource="*", **condition):
    return {"Sid": "Guard", "Effect": "Deny", "Action": actions, "Resource": resource, "Condition": condition}


def sparing(value, operator="ArnNotLike", key="aws:PrincipalArn", **more):
    return deny(**{operator: {key: value}}, **more)


BREAK_GLASS = sparing(f"{ANYWHERE}break-glass-*")
TAGGED = sparing("true", "StringNotEquals", "aws:PrincipalTag/exempt")
FULL_ACCESS = scp(id_="FullAWSAccess", is_of_aws=True, document=None)


def guarding(name, **more):
    return scp(sparing(f"{ANYWHERE}{name}", actions=PROTECTED, resource=f"{ANYWHERE}{name}", **more), id_="guard")


CASES: list[Case] = [
    passes(exemptions_closed, scp(deny()), FULL_ACCESS),
    passes(exemptions_closed, scp(deny(StringNotEquals={"aws:RequestedRegion": "eu-west-1"}))),
    passes(exemptions_closed, scp({"Effect": "Allow", "Action": "*", "Resource": "*"})),
    fails(
        exemptions_closed,
        scp(BREAK_GLASS),
        FULL_ACCESS,
        says="statement 1 (Guard) exempts aws:PrincipalArn arn:aws:iam::*:role/break-glass-*, and no policy denies "
        "making a role of such a name",
    ),
    passes(exemptions_closed, scp(BREAK_GLASS), guarding("break-glass-*")),
    fails(
        exemptions_closed,
        scp(BREAK_GLASS),
        guarding("break-glass-admin"),
        doubt="A Deny that protects one role leaves the other names that the exemption covers free.",
    ),
    fails(
        exemptions_closed,
        scp(sparing(f"{ANYWHERE}break-glass")),
        says="changing who may assume a role of such a name",
        doubt="A role of a certain name is taken to exist in every account: whoever may change its trust becomes it.",
    ),
    passes(
        exemptions_closed,
        scp(
            sparing(f"{ANYWHERE}break-glass", actions=["iam:UpdateAssumeRolePolicy"], resource=f"{ANYWHERE}break-glass")
        ),
        doubt="AWS's example keeps an existing role from changes and does not deny to make it: there is one already.",
    ),
    passes(
        exemptions_closed,
        scp(sparing(f"{ANYWHERE}aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*")),
        doubt="Roles under aws-reserved/ are made by IAM Identity Center alone.",
    ),
    passes(
        exemptions_closed,
        scp(sparing("arn:aws:iam::210987654321:role/break-glass-*")),
        doubt="Roles of one named account are exempt on purpose, and its administrators are trusted with the names.",
    ),
    passes(
        exemptions_closed,
        scp(sparing(f"{ANYWHERE}break-*", "StringNotEquals")),
        doubt="StringNotEquals compares wildcards as plain text: the exemption spares nobody.",
    ),
    fails(exemptions_closed, scp(sparing(f"{ANYWHERE}break-*", "StringNotLikeIfExists"))),
    fails(exemptions_closed, scp(sparing(["*"], "StringNotLike")), says="exempts aws:PrincipalArn *"),
    passes(exemptions_closed, scp(sparing("arn:aws:iam::*:root"))),
    fails(exemptions_closed, scp(TAGGED), says="no policy denies setting the tag exempt of a role"),
    passes(
        exemptions_closed,
        scp(TAGGED),
        scp(
            deny(
                "iam:TagRole",
                StringNotEquals={"aws:PrincipalTag/exempt": "true"},
                **{"ForAnyValue:StringEquals": {"aws:TagKeys": "exempt"}},
            ),
            id_="tags",
        ),
    ),
    passes(
        exemptions_closed,
        scp(BREAK_GLASS),
        scp(
            deny(
                PROTECTED, StringNotEquals={"aws:SourceVpc": "vpc-1"}, ArnNotLike={"aws:PrincipalArn": f"{ANYWHERE}b*"}
            ),
            id_="guard",
        ),
        doubt="Where the Deny of the step depends on what is not known, such as the caller's network, nothing is said.",
    ),
    inapplicable(exemptions_closed, FULL_ACCESS),
    unknown(exemptions_closed, scp(document=DESCRIBE), says="DescribePolicy"),
    unknown(exemptions_closed, scp(BREAK_GLASS), scp(id_="other", document=DESCRIBE)),
]
