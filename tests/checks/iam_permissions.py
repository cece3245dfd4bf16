"""Who holds what: groups, AWS's managed policies, services that are granted, and certificates."""

from datetime import timedelta

from auditor.policy import parse
from auditor.testing import ACCOUNT, NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.iam.access_advisor import CHECKS
from checks.iam.attachments import NOT_ATTACHED, support_role_exists
from checks.iam.certificates import (
    saml_provider_metadata_valid,
    server_certificate_not_expired,
    server_certificate_not_expiring,
)
from checks.iam.groups import group_has_members, group_no_inline_policies
from checks.iam.resources import Group, IamAccount, Role, SamlProvider, ServerCertificate, User

DETAILS = refused("iam:GetAccountAuthorizationDetails")
READER = parse({"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
SERVICE_LINKED = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
NAMES = {"no-administrator-access": "AdministratorAccess", "no-cloudshell-full-access": "AWSCloudShellFullAccess"}


def attached(*names, partition="aws"):
    return [{"PolicyName": name, "PolicyArn": f"arn:{partition}:iam::aws:policy/{name}"} for name in names]


def own(name):
    return [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/{name}"}]


def attachment_cases(check):
    name = next(name for id_, name in NAMES.items() if check.id.endswith(id_))

    def holder(policies):
        return fake(check.resource, attached_policies=policies)

    return [
        passes(check, holder([])),
        passes(check, holder(attached("ReadOnlyAccess"))),
        passes(check, holder(own(name)), doubt="A policy of the account's own may bear the name of one of AWS's."),
        fails(check, holder(attached(name, "ReadOnlyAccess")), says=f"{name} is attached"),
        fails(check, holder(attached(name, partition="aws-cn"))),
        unknown(check, holder(DETAILS)),
    ]


def role(policies):
    return fake(Role, f"arn:aws:iam::{ACCOUNT}:role/support", attached_policies=policies)


def service(name, days):
    used = {} if days is None else {"LastAuthenticated": NOW - timedelta(days=days)}
    return {"ServiceName": name.upper(), "ServiceNamespace": name, "TotalAuthenticatedEntities": 0, **used}


def advised_cases(check):
    def principal(*services, age=1000, policies=True, reply=None):
        return fake(
            check.resource,
            created=NOW - timedelta(days=age),
            attached_policies=attached("PowerUserAccess") if policies else [],
            inline_policies={},
            granted_services=reply or list(services),
        )

    return [
        passes(check, principal(service("s3", 365), service("ec2", 0))),
        passes(check, principal()),
        passes(check, principal(service("s3", None), age=364)),
        passes(check, principal(service("s3", 399)), max_idle_days=400),
        fails(check, principal(service("s3", 366), service("ec2", 1)), says="for 365 days: s3"),
        fails(
            check,
            principal(service("s3", None)),
            says="365 days: s3",
            doubt="A service without a last use was not used in the 400 days IAM looks back, or granted only lately.",
        ),
        fails(check, principal(*(service(f"s{number}", None) for number in range(8))), says="s4 and 3 more"),
        inapplicable(check, principal(policies=False)),
        unknown(check, principal(reply=refused("iam:GenerateServiceLastAccessedDetails"))),
    ]


def group(**facts):
    return fake(Group, "developers", **facts)


def user(*groups):
    return fake(User, "alice", groups=list(groups))


def certificate(days):
    return fake(ServerCertificate, "shop", expires=NOW + timedelta(days=days))


def provider(days):
    return fake(SamlProvider, f"arn:aws:iam::{ACCOUNT}:saml-provider/idp", valid_until=NOW + timedelta(days=days))


CASES: list[Case] = [
    *(case for check in NOT_ATTACHED for case in attachment_cases(check)),
    inapplicable(
        next(check for check in NOT_ATTACHED if check.id == "iam-role-no-administrator-access"),
        fake(Role, SERVICE_LINKED, attached_policies=attached("AdministratorAccess")),
    ),
    fails(
        next(check for check in NOT_ATTACHED if check.id == "iam-role-no-administrator-access"),
        fake(
            Role,
            f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
            attached_policies=attached("AdministratorAccess"),
        ),
        doubt="A permission set of IAM Identity Center is made into a role with what the organization put into it.",
    ),
    passes(support_role_exists, fake(IamAccount), role(attached("AWSSupportAccess"))),
    passes(
        support_role_exists,
        fake(IamAccount),
        role(attached("AWSSupportAccess")),
        fake(Role, attached_policies=DETAILS),
    ),
    fails(support_role_exists, fake(IamAccount), says="no role has AWSSupportAccess"),
    fails(support_role_exists, fake(IamAccount), role(attached("ReadOnlyAccess"))),
    fails(
        support_role_exists,
        fake(IamAccount),
        fake(User, attached_policies=attached("AWSSupportAccess")),
        doubt="A user with the policy is no role: the benchmark asks for a role that whoever is on duty can assume.",
    ),
    unknown(support_role_exists, fake(IamAccount), unlisted=[Role]),
    *(case for check in CHECKS for case in advised_cases(check)),
    passes(group_has_members, group(), user("admins", "developers")),
    fails(group_has_members, group(), user("admins"), says="no members"),
    fails(group_has_members, group()),
    unknown(group_has_members, group(), unlisted=[User]),
    passes(group_no_inline_policies, group(inline_policies={})),
    fails(group_no_inline_policies, group(inline_policies={"reader": READER}), says="inline policy reader"),
    unknown(group_no_inline_policies, group(inline_policies=DETAILS)),
    passes(server_certificate_not_expired, certificate(0)),
    fails(server_certificate_not_expired, certificate(-3), says="expired 3 days ago"),
    unknown(server_certificate_not_expired, fake(ServerCertificate, expires=refused())),
    passes(server_certificate_not_expiring, certificate(30)),
    passes(server_certificate_not_expiring, certificate(8), minimum_days=7),
    fails(server_certificate_not_expiring, certificate(29), says="expires in 29 days"),
    inapplicable(server_certificate_not_expiring, certificate(-1)),
    unknown(server_certificate_not_expiring, fake(ServerCertificate, expires=refused())),
    passes(saml_provider_metadata_valid, provider(30)),
    fails(saml_provider_metadata_valid, provider(29), says="expires in 29 days"),
    fails(saml_provider_metadata_valid, provider(-2), says="expired 2 days ago"),
    unknown(saml_provider_metadata_valid, fake(SamlProvider, valid_until=refused())),
]
