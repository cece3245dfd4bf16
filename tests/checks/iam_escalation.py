"""Who can make himself an administrator, or change his own permissions."""

from datetime import timedelta

from principals import ADMINISTRATOR, ALL, IAM, allow, deny, document, group, of_aws, policy, role, trusting, user

from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.escalation import NO_ESCALATION, SELF_EDITS, UNUSED
from checks.iam.resources import Role, User
from checks.lambda_.resources import Function

DETAILS = refused("iam:GetAccountAuthorizationDetails")
VERSION = refused("iam:GetPolicyVersion")
OWN = f"{IAM}policy/own"
SERVICE_LINKED = "aws-service-role/x.amazonaws.com/AWSServiceRoleForX"


def maker(check):
    return user if check.resource is User else role


def admin(**facts):
    return user(allow("*"), name="boss", **facts)


def self_grant(check):
    return "iam:PutUserPolicy" if check.resource is User else "iam:PutRolePolicy"


def own_arn(check):
    return f"{IAM}user/alice" if check.resource is User else f"{IAM}role/worker"


def escalation_cases(check):
    make, grant, arn = maker(check), self_grant(check), own_arn(check)
    lambdas = role(allow("*"), name="build", trust=trusting("lambda.amazonaws.com"))
    running = [allow("lambda:CreateFunction", "lambda:InvokeFunction")]
    return [
        passes(check, make(allow("s3:*"))),
        passes(check, make(), admin()),
        inapplicable(check, make(allow("*")), doubt="An administrator has nothing more to gain."),
        inapplicable(check, make(attached=[ADMINISTRATOR]), of_aws()),
        fails(check, make(allow(grant)), says="administrator in 1 step"),
        fails(check, make(allow("iam:Put*")), doubt="A wildcard inside an action's name grants it."),
        fails(
            check,
            make({"Effect": "Allow", "NotAction": ["s3:*", "sts:*", "organizations:*"], "Resource": arn}),
            doubt="NotAction grants what it does not name, IAM included.",
        ),
        fails(check, make(allow(grant, resource=arn)), doubt="To write one's own policies is enough."),
        passes(
            check,
            make(allow(grant, resource=f"{IAM}user/nobody-*")),
            doubt="A grant whose resources fit nobody leads nowhere.",
        ),
        passes(check, make(allow("iam:*"), deny("iam:*")), doubt="What is allowed and denied is denied."),
        passes(check, make(allow(grant), boundary=OWN), policy(allow("s3:*"))),
        fails(check, make(allow("iam:CreateAccessKey", resource=f"{IAM}user/boss")), admin(), says="user boss"),
        passes(
            check,
            make(allow("iam:CreateAccessKey", resource=f"{IAM}user/boss")),
            admin(access_keys=2),
            doubt="A user who has two access keys can have no third.",
        ),
        fails(
            check,
            make(allow("iam:CreateAccessKey", resource=f"{IAM}user/bob")),
            user(allow("iam:PutUserPolicy"), name="bob"),
            says="in 2 steps",
        ),
        fails(check, make(allow("iam:PassRole"), *running), lambdas, says="[lambda-001]"),
        passes(
            check,
            make(allow("iam:PassRole"), *running),
            role(allow("*"), name="build", trust=trusting("ec2.amazonaws.com")),
            doubt="A role can only be passed to a service that it trusts.",
        ),
        passes(
            check,
            make(allow("iam:PassRole", StringEquals={"iam:PassedToService": "ec2.amazonaws.com"}), *running),
            lambdas,
            doubt="iam:PassedToService names the service that a role may be passed to: another is of no use.",
        ),
        passes(check, make(allow("iam:PassRole", resource=f"{IAM}role/other"), *running), lambdas),
        fails(
            check,
            make(allow("lambda:UpdateFunctionCode")),
            lambdas,
            fake(Function, "arn:aws:lambda:eu-west-1:123456789012:function:f", role=lambdas.arn),
            says="[lambda-003]",
        ),
        unknown(
            check,
            make(allow(grant, IpAddress={"aws:SourceIp": "10.0.0.0/8"})),
            says="aws:sourceip",
            doubt="A step that hangs on the caller's network is neither proven nor excluded.",
        ),
        fails(
            check,
            make(allow("*", IpAddress={"aws:SourceIp": "10.0.0.0/8"}), allow(grant)),
            doubt="Who may be an administrator under a condition, and surely can become one without, is told.",
        ),
        unknown(
            check,
            make(allow("*", IpAddress={"aws:SourceIp": "10.0.0.0/8"})),
            doubt="Everything allowed under a condition on the network is neither an administrator's rights nor less.",
        ),
        unknown(check, make(attached=[OWN]), policy(document=DETAILS), says="GetAccountAuthorizationDetails"),
        unknown(
            check,
            make(allow("iam:CreateAccessKey")),
            user(name="bob", attached=[ADMINISTRATOR]),
            of_aws(document=VERSION),
            says="GetPolicyVersion",
            doubt="Where a user on the way has policies that were not read, nobody knows where the way leads.",
        ),
        fails(check, make(allow(grant)), user(name="bob", attached=[ADMINISTRATOR]), of_aws(document=VERSION)),
        unknown(check, make(), unlisted=[Role if check.resource is User else User]),
    ]


def by_id(checks, words):
    return [check for check in checks if check.id.endswith(words)]


def self_edit_cases(check):
    make, grant, arn = maker(check), self_grant(check), own_arn(check)
    attach = grant.replace("Put", "Attach")
    limited = {"boundary": OWN}
    return [
        passes(check, make(allow("s3:*"))),
        fails(check, make(allow(grant)), says="writes an inline policy"),
        fails(check, make(allow(attach, resource=arn)), says="attaches a managed policy"),
        fails(
            check,
            make(allow(grant, "s3:Get*"), **limited),
            policy(allow("s3:*", grant)),
            doubt="Within a boundary, too, whoever writes his own policies takes what nobody gave him.",
        ),
        passes(check, make(allow(grant), **limited), policy(allow("s3:*"))),
        fails(
            check,
            make(allow("iam:CreatePolicyVersion"), attached=[OWN]),
            policy(allow("s3:Get*")),
            says="customer managed policy",
        ),
        passes(
            check,
            make(allow("iam:CreatePolicyVersion", resource=f"{IAM}policy/other"), attached=[OWN]),
            policy(allow("s3:Get*")),
        ),
        passes(
            check,
            make(allow("iam:SetDefaultPolicyVersion"), attached=[OWN]),
            policy(allow("s3:Get*")),
            doubt="To choose a policy's version changes nothing where there is but one.",
        ),
        fails(
            check,
            make(allow("iam:SetDefaultPolicyVersion"), attached=[OWN]),
            policy(allow("s3:Get*"), other_versions={"v1": ALL}),
        ),
        passes(check, make(allow(grant, resource=f"{IAM}*/other"))),
        passes(check, make(allow(grant), deny("iam:Put*"))),
        inapplicable(check, make(allow("*"))),
        unknown(check, make(allow(grant, IpAddress={"aws:SourceIp": "10.0.0.0/8"})), says="aws:sourceip"),
        unknown(check, make(allow(grant), attached=[OWN]), policy(document=DETAILS)),
    ]


def removal_cases(check):
    make, arn = maker(check), own_arn(check)
    kind = "User" if check.resource is User else "Role"
    delete, put = f"iam:Delete{kind}PermissionsBoundary", f"iam:Put{kind}PermissionsBoundary"

    def limited(*statements, **facts):
        return make(*statements, boundary=OWN, **facts)

    limit = policy(allow("s3:*", "iam:*"))
    return [
        passes(check, limited(allow("s3:*", "iam:*")), policy(allow("s3:*"))),
        passes(check, limited(allow("s3:*")), limit),
        fails(check, limited(allow(delete)), limit, says="removes its permissions boundary"),
        fails(check, limited(allow(delete, resource=arn)), limit),
        fails(check, limited(allow(put)), limit, says="replaces its permissions boundary"),
        passes(
            check,
            limited(allow(put, StringEquals={"iam:PermissionsBoundary": OWN})),
            limit,
            doubt="Who may set the same boundary only cannot widen it.",
        ),
        passes(
            check,
            limited(allow("*")),
            policy(allow("*"), deny(delete, put), deny("iam:*PolicyVersion", resource=OWN)),
            doubt="A boundary that denies its own removal holds, whatever the principal's policies allow.",
        ),
        fails(
            check,
            limited(allow("*")),
            policy(allow("*"), deny(delete, put)),
            says="makes a new default version",
            doubt="A boundary is a policy: who may write a new version of it has none.",
        ),
        fails(
            check,
            limited(allow("*")),
            policy(allow("*"), deny(delete, resource=f"{IAM}*/other")),
            doubt="A Deny that names other principals does not hold.",
        ),
        inapplicable(check, make(allow(delete))),
        unknown(check, limited(allow(delete)), policy(document=DETAILS), says="GetAccountAuthorizationDetails"),
        unknown(check, make(allow(delete), boundary=DETAILS)),
    ]


def advised(make, *services, days=1000, statements=(), **facts):
    rows = [
        {"ServiceName": name, "ServiceNamespace": name, **({} if ago is None else {"LastAuthenticated": NOW - ago})}
        for name, ago in services
    ]
    grants = {"granted_services": rows, "created": NOW - timedelta(days=days), **facts}
    return make(*statements, **grants)


def unused_cases(check):
    make = maker(check)
    chained = {"statements": [allow(self_grant(check), "s3:*")]}
    day, year = timedelta(days=1), timedelta(days=365)
    lambdas = role(allow("*"), name="build", trust=trusting("lambda.amazonaws.com"))
    passing = [allow("iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction")]
    return [
        passes(check, advised(make, ("iam", None), statements=[allow("s3:*")])),
        passes(check, advised(make, ("iam", day), **chained)),
        passes(check, advised(make, ("iam", None), days=10, **chained)),
        passes(check, advised(make, ("iam", timedelta(days=100)), **chained), max_idle_days=180),
        fails(check, advised(make, ("iam", None), ("s3", day), **chained), says="has not used the service for 90 days"),
        fails(check, advised(make, ("iam", year), **chained), says="can escalate by iam:Put"),
        fails(check, advised(make, ("lambda", None), ("iam", day), statements=passing), lambdas),
        passes(
            check,
            advised(make, ("lambda", day), ("iam", None), statements=passing),
            lambdas,
            doubt="The access advisor does not track iam:PassRole: the service that runs the code counts.",
        ),
        inapplicable(check, advised(make, ("iam", None), statements=[allow("*")])),
        inapplicable(check, advised(make)),
        unknown(
            check,
            make(**_refused_report(check)),
        ),
        unknown(check, advised(make, statements=[allow("s3:*")], attached=[OWN]), policy(document=DETAILS)),
    ]


def _refused_report(check):
    report = refused("iam:GenerateServiceLastAccessedDetails")
    inline = {"mine": document(allow(self_grant(check)))}
    return {"granted_services": report, "created": NOW - timedelta(days=400), "inline_policies": inline}


def joined():
    """Return the cases of users who can join a group."""
    (check,) = (each for each in SELF_EDITS if each.id == "iam-user-no-self-edit")
    strong = group(allow("s3:*"), name="strong")
    return [
        fails(check, user(allow("iam:AddUserToGroup")), strong, says="strong"),
        passes(check, user(allow("iam:AddUserToGroup"), groups=["strong"]), strong),
        passes(check, user(allow("iam:AddUserToGroup", resource=f"{IAM}group/weak")), strong),
        fails(check, user(groups=["self"]), group(allow("iam:PutGroupPolicy"), name="self")),
    ]


CASES: list[Case] = [
    *(case for check in NO_ESCALATION for case in escalation_cases(check)),
    inapplicable(NO_ESCALATION[1], role(allow("iam:PutRolePolicy"), name=SERVICE_LINKED)),
    *(case for check in by_id(SELF_EDITS, "no-self-edit") for case in self_edit_cases(check)),
    *(case for check in by_id(SELF_EDITS, "boundary-not-removable") for case in removal_cases(check)),
    *(case for check in UNUSED for case in unused_cases(check)),
    *joined(),
]
