"""What users and roles may do, in accounts whose organization forbids some of it."""

from guarded import denial, identities, limited, under
from principals import IAM, allow, deny, document, policy, role, trusting, user

from auditor.testing import TARGET, Case, fails, fake, passes, unknown
from checks.iam.boundaries import HOLDING
from checks.iam.escalation import NO_ESCALATION
from checks.iam.not_actions import HARMLESS
from checks.iam.passing import NO_GAIN
from checks.iam.resources import User
from checks.logs.resources import LogsRegion
from checks.s3.resources import Bucket

PASSING = allow("iam:PassRole", resource=f"{IAM}role/*"), allow("lambda:CreateFunction", "lambda:InvokeFunction")
WORKER = role(allow("s3:PutObject"), name="shop", trust=trusting("lambda.amazonaws.com"))
ALL_BUT = {"Effect": "Allow", "NotAction": ["s3:*"], "Resource": "*"}
LOGS = [fake(LogsRegion, region=region, policies={}) for region in TARGET.regions]
WRITING = {**allow("s3:PutObject", resource="arn:aws:s3:::b/*"), "Principal": {"AWS": f"{IAM}user/alice"}}
SHARED = fake(Bucket, "arn:aws:s3:::b", policy=document(WRITING))
BOSS = role(allow("*"), name="boss", trust=trusting(AWS=f"{IAM}user/alice"))
ASSUMING = user(allow("sts:AssumeRole", resource=BOSS.arn))
ELSEWHERE = {"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}}
OFFICE = {"NotIpAddressIfExists": {"aws:SourceIp": "10.0.0.0/8"}}


def of_users(checks):
    (found,) = (each for each in checks if each.resource is User)
    return found


def not_actions(check):
    forbidden = limited(deny("iam:*", "organizations:*", "account:*"))
    return [
        fails(check, user(ALL_BUT)),
        passes(check, user(ALL_BUT)).under(forbidden),
        fails(check, user(ALL_BUT), says="allows organizations:LeaveOrganization").under(
            limited(deny("iam:*", "account:*"))
        ),
        fails(check, user(ALL_BUT), says="iam:PassRole").under(limited(deny("*", **ELSEWHERE))),
        fails(check, user(ALL_BUT), says="iam:PassRole").under(under(denial("Nobody", None, ["iam:*", "sts:*"]))),
    ]


def passing(check):
    subject = user(*PASSING)
    return [
        fails(check, subject, WORKER),
        passes(check, subject, WORKER).under(limited(deny("s3:Put*"))),
        passes(check, subject, WORKER).under(limited(deny("iam:PassRole"))),
        fails(check, subject, WORKER).under(limited(deny("s3:Put*", **ELSEWHERE))),
        passes(check, subject, WORKER).under(under(denial("Nobody", None, ["sts:*"]))),
        fails(check, subject, WORKER).under(under(denial("Strangers", identities(), ["sts:*"]))),
    ]


def boundaries(check):
    subject, limit = user(boundary=f"{IAM}policy/own"), policy(allow("s3:Get*"))
    around = limit, SHARED, *LOGS
    return [
        fails(check, subject, *around, says="allows s3:PutObject"),
        passes(check, subject, *around).under(limited(deny("s3:PutObject"))),
        passes(check, subject, *around).under(under(denial("Nobody", None, ["s3:PutObject"]))),
        fails(check, subject, *around).under(under(denial("Strangers", identities()))),
    ]


def escalation(check):
    return [
        fails(check, ASSUMING, BOSS, says="administrator in 1 step"),
        passes(check, ASSUMING, BOSS).under(limited(deny("sts:AssumeRole"))),
        passes(check, ASSUMING, BOSS).under(under(denial("Nobody", None))),
        fails(check, ASSUMING, BOSS).under(under(denial("Strangers", identities()))),
        passes(check, ASSUMING, BOSS).under(under(denial("Strangers", identities()), place="o-elsewhere99/r-ab12/")),
        unknown(check, ASSUMING, BOSS, says="aws:SourceIp").under(under(denial("Office", OFFICE))),
    ]


CASES: list[Case] = [
    *not_actions(of_users(HARMLESS)),
    *passing(of_users(NO_GAIN)),
    *boundaries(of_users(HOLDING)),
    *escalation(of_users(NO_ESCALATION)),
]
