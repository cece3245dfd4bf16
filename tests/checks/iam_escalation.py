"""Who can make himself an administrator, or change his own permissions."""

from datetime import timedelta

from principals import ADMINISTRATOR, IAM, allow, deny, document, group, of_aws, policy, role, trusting, user

from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.ec2.resources import Instance
from checks.iam.escalation import NO_ESCALATION, SELF_EDITS, UNUSED
from checks.iam.resources import Role, User
from checks.lambda_.resources import Function

DETAILS = refused("iam:GetAccountAuthorizationDetails")
VERSION = refused("iam:GetPolicyVersion")
OWN = f"{IAM}policy/own"
LIMIT = f"{IAM}policy/limit"
BY_SAML = document(
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithSAML",
        "Principal": {"Federated": f"{IAM}saml-provider/staff"},
        "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    }
)
VERSIONS = ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"]
PERMISSION_SET = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_0123456789abcdef"
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
            says="aws:SourceIp",
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
        passes(check, make(allow(grant)), expected=(arn.rpartition("/")[2],)),
        *known_to_aws(check),
        unknown(check, make(), unlisted=[Role if check.resource is User else User]),
    ]


def known_to_aws(check):
    """Return the cases of policies that AWS documents, or that its consoles write."""
    make, grant = maker(check), self_grant(check)
    anybody = allow("sts:AssumeRole")
    by_account = trusting(AWS="123456789012")
    revoked = deny("*", DateLessThan={"aws:TokenIssueTime": "2020-05-04T10:00:00Z"})
    bound = {"StringEquals": {"iam:PermissionsBoundary": LIMIT}}
    narrow = policy(allow("s3:*"), name="limit")
    attach = grant.replace("Put", "Attach")
    boss = role(allow("*"), name="boss", trust=by_account)
    shell = allow(
        "ssm:StartSession",
        resource=["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*:*:document/AWS-StartPortForwardingSession"],
        BoolIfExists={"ssm:SessionDocumentAccessCheck": "true"},
    )
    return [
        passes(
            check,
            make(
                allow("iam:*AccessKey*", "iam:*LoginProfile", "iam:*MFADevice", resource=f"{IAM}user/${{aws:username}}")
            ),
            admin(),
            doubt="AWS's policies by which users manage their own credentials reach nobody else's.",
        ),
        passes(
            check,
            make(allow("iam:CreateRole", attach, grant, **bound)),
            narrow,
            doubt="Who may create and change only what has a certain boundary delegates within that.",
        ),
        fails(
            check,
            make(anybody),
            role(allow("*"), revoked, name="boss", trust=by_account),
            doubt="The policy by which the console revokes sessions denies only those from before then.",
        ),
        passes(
            check,
            make(allow("sts:AssumeRole", DateLessThan={"aws:CurrentTime": "2020-01-01T00:00:00Z"})),
            boss,
            doubt="A grant for a time that is over allows nothing.",
        ),
        fails(
            check,
            make(allow(attach), deny(attach, ArnEquals={"iam:PolicyARN": ADMINISTRATOR})),
            doubt="To deny AdministratorAccess is not enough: IAMFullAccess can be attached as well.",
        ),
        passes(
            check,
            make(allow(attach, ArnEquals={"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"})),
            doubt="Who may attach certain policies only gains no more than those.",
        ),
        passes(
            check,
            make(shell),
            role(allow("*"), name="host", instance_profiles=["arn:aws:iam::123456789012:instance-profile/host"]),
            fake(
                Instance,
                "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
                profile="arn:aws:iam::123456789012:instance-profile/host",
                state="running",
            ),
            doubt="Where the policy has Systems Manager check the document, one that forwards ports opens no shell.",
        ),
        passes(
            check,
            make(allow("iam:PassRole", "ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate")),
            role(allow("*"), name="host"),
            doubt="No instance runs as a role that no instance profile holds.",
        ),
        fails(
            check,
            make(allow("iam:CreateUser", "iam:AddUserToGroup", "iam:CreateLoginProfile")),
            group(allow("*"), name="administrators"),
        ),
        fails(
            check, make(allow("iam:UpdateSAMLProvider")), role(allow("*"), name="boss", trust=BY_SAML), says="metadata"
        ),
    ]


def by_id(checks, words):
    return [check for check in checks if check.id.endswith(words)]


def self_edit_cases(check):
    make, grant, arn = maker(check), self_grant(check), own_arn(check)
    attach = grant.replace("Put", "Attach")
    limited = {"boundary": LIMIT}
    limit = policy(allow("s3:*", grant, attach, *VERSIONS), deny(*VERSIONS, resource=LIMIT), name="limit")
    return [
        passes(check, make(allow("s3:*"))),
        fails(check, make(allow(attach, resource=arn), **limited), limit, says="attaches a managed policy"),
        fails(
            check,
            make(allow(grant, "s3:Get*"), **limited),
            limit,
            says="writes an inline policy",
            doubt="Within a boundary, too, whoever writes his own policies takes what nobody gave him.",
        ),
        inapplicable(
            check,
            make(allow(grant)),
            doubt="A change that makes an administrator is told once: by the rule on escalation.",
        ),
        inapplicable(check, make(allow("iam:CreatePolicyVersion"), attached=[OWN]), policy(allow("s3:Get*"))),
        passes(check, make(allow(grant), **limited), policy(allow("s3:*"), name="limit")),
        fails(
            check,
            make(allow("iam:CreatePolicyVersion"), attached=[OWN], **limited),
            policy(allow("s3:Get*")),
            limit,
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
            policy(allow("s3:Get*"), other_versions={"v1": document(allow("s3:*"))}),
        ),
        passes(check, make(allow(grant, resource=f"{IAM}*/other"))),
        passes(check, make(allow(grant), deny("iam:Put*"))),
        passes(
            check,
            make(allow("iam:TagUser", "iam:TagRole")),
            role(allow("s3:Get*", StringEquals={"aws:PrincipalTag/team": "x"}), name="app"),
            doubt="A tag that somebody's policy asks for is no gain by itself.",
        ),
        inapplicable(check, make(allow("*"))),
        unknown(check, make(allow(grant, IpAddress={"aws:SourceIp": "10.0.0.0/8"})), says="aws:SourceIp"),
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
        inapplicable(check, user(groups=["self"]), group(allow("iam:PutGroupPolicy"), name="self")),
    ]


CASES: list[Case] = [
    *(case for check in NO_ESCALATION for case in escalation_cases(check)),
    inapplicable(NO_ESCALATION[1], role(allow("iam:PutRolePolicy"), name=SERVICE_LINKED)),
    *(case for check in by_id(SELF_EDITS, "no-self-edit") for case in self_edit_cases(check)),
    *(case for check in by_id(SELF_EDITS, "boundary-not-removable") for case in removal_cases(check)),
    *(case for check in UNUSED for case in unused_cases(check)),
    *joined(),
    fails(
        NO_ESCALATION[1],
        role(name=PERMISSION_SET, attached=[OWN]),
        policy(allow("iam:CreatePolicyVersion", resource=OWN)),
        doubt="AWS alone changes the role of a permission set, but not the customer managed policies that it has.",
    ),
]
