"""What principals are allowed by NotAction."""

from principals import ADMINISTRATOR, allow, deny, document, of_aws, policy, role, user

from auditor.testing import ACCOUNT, Case, fails, inapplicable, passes, refused, unknown
from checks.iam.not_actions import HARMLESS
from checks.iam.resources import User

DETAILS = refused("iam:GetAccountAuthorizationDetails")
OWN = f"arn:aws:iam::{ACCOUNT}:policy/own"
POWER_USER = ["iam:*", "organizations:*", "account:*"]


def all_but(*actions, **more):
    return {"Effect": "Allow", "NotAction": list(actions), "Resource": "*", **more}


def cases(check):
    make = user if check.resource is User else role
    return [
        passes(check, make(allow("s3:Get*"))),
        passes(check, make(all_but(*POWER_USER)), doubt="AWS's PowerUserAccess leaves these three services out."),
        fails(
            check,
            make(all_but("iam:CreateUser", "organizations:*", "account:*")),
            says="mine, statement 1, allows iam:AttachUserPolicy, iam:PutUserPolicy",
            doubt="To leave out one action of IAM grants all the others.",
        ),
        fails(check, make(all_but("aim:*", "organizations:*", "account:*")), says="iam:PassRole"),
        fails(check, make(all_but("iam:*", "account:*")), says="allows organizations:LeaveOrganization, for NotAction"),
        passes(
            check,
            make(all_but("s3:*"), deny("iam:*", "organizations:*", "account:*")),
            doubt="What another policy denies is not granted.",
        ),
        passes(
            check,
            make(all_but("s3:*"), allow("iam:*", "organizations:*", "account:*")),
            doubt="What another statement grants by its name is on purpose.",
        ),
        passes(check, make(all_but("s3:*"), boundary=OWN), policy(allow("ec2:*"))),
        passes(check, make({**all_but("iam:*"), "Resource": "arn:aws:s3:::*"})),
        passes(check, make({**all_but("s3:*"), "Effect": "Deny"})),
        fails(check, make(attached=[OWN]), policy(all_but("ec2:*")), says="policy/own, statement 1"),
        passes(
            check,
            make(all_but("s3:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})),
            doubt="A grant that hangs on what is not known, such as the network, is not told.",
        ),
        unknown(check, make(all_but("s3:*"), attached=[OWN]), policy(document=DETAILS)),
        unknown(check, make(attached=[ADMINISTRATOR]), of_aws(document=refused("iam:GetPolicyVersion"))),
    ]


CASES: list[Case] = [
    *(case for check in HARMLESS for case in cases(check)),
    inapplicable(HARMLESS[1], role(all_but("s3:*"), name="aws-service-role/x.amazonaws.com/AWSServiceRoleForX")),
    fails(
        HARMLESS[1],
        role(attached=["arn:aws:iam::aws:policy/All"]),
        of_aws("arn:aws:iam::aws:policy/All", document=document(all_but("s3:*"))),
    ),
]
