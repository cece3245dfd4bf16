"""How the conditions and denials in resource policies of every kind hold."""

from resource_policies import ORGANIZATION, OTHER, allow, deny, held, of, own, unread

from auditor.testing import ACCOUNT, Case, fails, passes, unknown
from checks.access.conditions import LOOSE, VACUOUS
from checks.access.denials import DENIALS
from checks.access.policies import KINDS


def vacuous(kind):
    check = of(VACUOUS, kind)
    limited = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    return [
        passes(check, held(kind, allow(kind, condition=limited))),
        passes(check, held(kind, allow(kind))),
        passes(
            check,
            held(kind, allow(kind, condition={"StringNotEquals": {"aws:PrincipalAccount": OTHER}})),
            doubt="A negation keeps somebody out: that it lets all others in, another rule tells.",
        ),
        *(
            fails(
                check, held(kind, allow(kind, condition=condition)), says="everyone meets the condition of statement 1"
            )
            for condition in (
                {"StringLike": {"aws:PrincipalArn": "*"}},
                {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
                {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}},
            )
        ),
        passes(
            check,
            held(kind, allow(kind, condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}})),
            doubt="A role's name keeps out principals of other names: that strangers may have one, others tell.",
        ),
        fails(
            check,
            held(kind, allow(kind, condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}})),
            doubt="aws:ResourceAccount is the account of the resource, whoever calls.",
        ),
        fails(
            check,
            held(
                kind,
                allow(kind, condition={"StringEquals": {**limited["StringEquals"], "aws:ResourceAccount": ACCOUNT}}),
            ),
            doubt="A condition that limits nobody is told although another one of the statement limits it.",
        ),
        unknown(check, unread(kind)),
    ]


def loose(kind):
    check = of(LOOSE, kind)
    guarded = {
        "ForAllValues:StringLike": {"aws:PrincipalOrgPaths": f"{ORGANIZATION}/*"},
        "Null": {"aws:PrincipalOrgPaths": "false"},
    }
    return [
        passes(check, held(kind, allow(kind, condition={"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}))),
        passes(
            check,
            held(kind, allow(kind, condition=guarded)),
            doubt="ForAllValues beside a Null condition that asks for the key is strict.",
        ),
        passes(check, held(kind, allow(kind, condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}))),
        passes(
            check,
            held(
                kind,
                allow(
                    kind,
                    condition={
                        "StringEquals": {"aws:PrincipalOrgID": ORGANIZATION},
                        "StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
                    },
                ),
            ),
            doubt="Where another condition says plainly who is meant, nothing depends on the one with IfExists.",
        ),
        *(
            fails(check, held(kind, allow(kind, condition=condition)), says="lets strangers through")
            for condition in (
                {"StringEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}},
                {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}},
                {"StringNotEquals": {"aws:PrincipalAccount": OTHER}},
            )
        ),
        fails(
            check,
            held(kind, allow(kind, condition={"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}})),
            doubt="A request that comes through no VPC endpoint lacks aws:SourceVpc, and IfExists lets it through.",
        ),
        unknown(check, unread(kind)),
    ]


def bypassed(kind):
    check = of(DENIALS, kind)
    mfa, age = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
    return [
        passes(check, held(kind, own(kind))),
        passes(check, held(kind, own(kind), deny(kind, {"BoolIfExists": {mfa: "false"}}))),
        passes(
            check,
            held(
                kind, own(kind), deny(kind, {"NumericGreaterThan": {age: "3600"}}), deny(kind, {"Null": {age: "true"}})
            ),
            doubt="A second denial of requests without the key closes the gap.",
        ),
        fails(
            check,
            held(kind, own(kind), deny(kind, {"Bool": {mfa: "false"}}, Sid="NoMfa")),
            says="escape the denial of statement 2 (NoMfa)",
            doubt="A request that is signed with a long-term access key lacks the key: Bool does not hold of it.",
        ),
        fails(check, held(kind, own(kind), deny(kind, {"NumericGreaterThan": {age: "3600"}})), says=age),
        fails(
            check,
            held(kind, allow(kind), deny(kind, {"ForAnyValue:StringNotLike": {"aws:PrincipalOrgPaths": "o-1/*"}})),
            says="aws:PrincipalOrgPaths",
            doubt="ForAnyValue holds of nothing where the key is missing, negated or not.",
        ),
        passes(
            check,
            held(kind, own(kind), deny(kind, {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["team"]}})),
            doubt="A denial of other tags is not about requests without tags.",
        ),
        unknown(check, unread(kind)),
    ]


CASES: list[Case] = [
    *(case for kind in KINDS for family in (vacuous, loose) for case in family(kind)),
    *(case for check in DENIALS for kind in KINDS if kind.resource is check.resource for case in bypassed(kind)),
]
