"""Who is an administrator without looking like one, and who gains rights by passing roles."""

from principals import ADMINISTRATOR, IAM, allow, deny, document, group, of_aws, policy, role, trusting, user

from auditor.testing import Case, fails, inapplicable, passes, refused, unknown
from checks.iam.administrators import KNOWN
from checks.iam.passing import NO_GAIN
from checks.iam.resources import Role, User

DETAILS = refused("iam:GetAccountAuthorizationDetails")
OWN = f"{IAM}policy/own"
FULL = "arn:aws:iam::aws:policy/IAMFullAccess"
SERVICE_LINKED = "aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
COMPUTE = allow("lambda:CreateFunction", "lambda:InvokeFunction")


def maker(check):
    return user if check.resource is User else role


def known_cases(check):
    make = maker(check)
    name = "alice" if check.resource is User else "worker"
    return [
        passes(check, make(allow("s3:*"))),
        passes(check, make(attached=[ADMINISTRATOR]), of_aws(), doubt="AdministratorAccess says what its holder is."),
        passes(check, make(allow("*")), expected=(name,)),
        fails(check, make(allow("*")), says="may do anything, by mine", expected=("somebody",)),
        fails(check, make(allow("s3:*"), attached=[OWN]), policy(allow("*")), says=OWN),
        fails(
            check,
            make(attached=[FULL]),
            of_aws(FULL, document=document(allow("iam:*"))),
            says="IAMFullAccess",
            doubt="Whoever may do all of IAM gives himself the rest.",
        ),
        fails(
            check,
            make(allow("*"), deny("s3:DeleteBucket")),
            doubt="A Deny on one action makes nobody less of an administrator.",
        ),
        fails(
            check,
            make({"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "*"}),
            doubt="All but one action is everything.",
        ),
        fails(check, make(allow("*:*", "iam:*"))),
        passes(check, make(allow("*"), deny("*")), doubt="Everything allowed and everything denied is nothing."),
        passes(check, make(allow("*"), deny("iam:*"))),
        passes(
            check,
            make(allow("*"), boundary=OWN),
            policy(allow("s3:*")),
            doubt="A boundary limits what the policies allow.",
        ),
        passes(check, make(allow("*", resource="arn:aws:s3:::*"))),
        unknown(check, make(allow("*", IpAddress={"aws:SourceIp": "10.0.0.0/8"})), says="aws:SourceIp"),
        unknown(check, make(attached=[OWN]), policy(document=DETAILS), says="GetAccountAuthorizationDetails"),
        unknown(check, make(attached=[ADMINISTRATOR]), of_aws(document=refused("iam:GetPolicyVersion"))),
    ]


def passing_cases(check):
    make = maker(check)
    worker = role(allow("s3:PutObject"), name="shop", trust=trusting("lambda.amazonaws.com"))
    any_role = allow("iam:PassRole", resource=f"{IAM}role/*")
    return [
        passes(check, make(any_role), worker),
        passes(check, make(COMPUTE), worker),
        fails(check, make(any_role, COMPUTE), worker, says="The role may s3:PutObject on *, and the"),
        fails(
            check,
            make(allow("iam:PassRole", StringEquals={"iam:PassedToService": "lambda.amazonaws.com"}), COMPUTE),
            worker,
        ),
        passes(
            check,
            make(allow("iam:PassRole", resource=worker.arn), COMPUTE),
            worker,
            doubt="A role that the policy names in full is taken as meant.",
        ),
        passes(
            check,
            make(any_role, COMPUTE, allow("s3:*")),
            worker,
            doubt="A role that may do nothing that its user may not gives nothing.",
        ),
        passes(check, make(any_role, COMPUTE), role(allow("s3:GetObject"), name="reader", trust=worker.trust_policy)),
        passes(
            check,
            make(any_role, COMPUTE),
            role(allow("s3:PutObject"), name="shop", trust=trusting("ec2.amazonaws.com")),
            doubt="A role that does not trust the service cannot be passed to it.",
        ),
        passes(check, make(any_role, COMPUTE, deny("iam:PassRole", resource=worker.arn)), worker),
        inapplicable(
            check,
            make(any_role, COMPUTE),
            worker,
            role(allow("*"), name="boss", trust=trusting("lambda.amazonaws.com")),
            doubt="Who can make himself an administrator so is told by the rule on escalation.",
        ),
        inapplicable(check, make(allow("*")), worker),
        unknown(check, make(any_role, COMPUTE, attached=[OWN]), worker, policy(document=DETAILS)),
        unknown(
            check,
            make(any_role, COMPUTE),
            role(allow("s3:PutObject"), name="shop", attached=[OWN], trust=trusting("lambda.amazonaws.com")),
            policy(document=DETAILS),
            says="GetAccountAuthorizationDetails",
            doubt="What a role may do is not known where one of its policies was not read: it may deny.",
        ),
        unknown(check, make(any_role), unlisted=[Role if check.resource is User else User]),
    ]


def by_group():
    """Return the cases of a user who has what makes an administrator through a group."""
    (check,) = (each for each in KNOWN if each.resource is User)
    return [
        passes(check, user(groups=["admins"]), group(name="admins", attached=[ADMINISTRATOR]), of_aws()),
        fails(check, user(groups=["admins"]), group(allow("*"), name="admins"), says="by mine"),
    ]


CASES: list[Case] = [
    *(case for check in KNOWN for case in known_cases(check)),
    *by_group(),
    inapplicable(KNOWN[1], role(allow("*"), name=SERVICE_LINKED)),
    *(case for check in NO_GAIN for case in passing_cases(check)),
    inapplicable(NO_GAIN[1], role(allow("iam:PassRole"), COMPUTE, name=SERVICE_LINKED)),
]
