from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.organizations.guardrails import (
    ENABLED,
    account_in_organization,
    all_features_enabled,
    policy_administration_delegated,
    service_control_policies_exist,
    services_delegated,
)
from checks.organizations.resources import OrganizationsAccount

ORGANIZATION = {"Id": "o-0123456789", "FeatureSet": "ALL", "MasterAccountId": ACCOUNT}
MEMBERSHIP = {**ORGANIZATION, "MasterAccountId": "210987654321"}
DESCRIBE = refused("organizations:DescribeOrganization")
FULL_ACCESS = {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "AwsManaged": True}


def account(organization=ORGANIZATION, **facts):
    return fake(OrganizationsAccount, organization=organization, **facts)


def root(**types):
    rows = [{"Type": name, "Status": status} for name, status in types.items()]
    return [{"Id": "r-ab12", "Name": "Root", "PolicyTypes": rows}]


def elsewhere(check):
    """Return the cases of a rule that is about the management account."""
    return [
        inapplicable(
            check,
            account(MEMBERSHIP),
            doubt="AWS tells a member account little about its organization: the management account's audit judges it.",
        ),
        inapplicable(check, account(None)),
        unknown(check, account(DESCRIBE), says="DescribeOrganization"),
    ]


def policy_type_cases(check):
    name = "SERVICE_CONTROL_POLICY" if "service" in check.id else "RESOURCE_CONTROL_POLICY"
    return [
        passes(check, account(roots=root(**{name: "ENABLED"}))),
        fails(check, account(roots=root()), says=f"{name} is not enabled for r-ab12"),
        fails(check, account(roots=root(**{name: "PENDING_DISABLE"}))),
        fails(check, account(roots=root(TAG_POLICY="ENABLED"))),
        unknown(check, account(roots=refused("organizations:ListRoots")), says="ListRoots"),
        *elsewhere(check),
    ]


CASES: list[Case] = [
    passes(account_in_organization, account()),
    passes(account_in_organization, account(MEMBERSHIP)),
    fails(account_in_organization, account(None), says="belongs to no organization"),
    unknown(account_in_organization, account(DESCRIBE)),
    passes(all_features_enabled, account()),
    fails(all_features_enabled, account({**ORGANIZATION, "FeatureSet": "CONSOLIDATED_BILLING"}), says="CONSOLIDATED"),
    *elsewhere(all_features_enabled),
    *(case for check in ENABLED for case in policy_type_cases(check)),
    passes(
        service_control_policies_exist,
        account(service_control_policies=[FULL_ACCESS, {"Id": "p-1", "Name": "regions", "AwsManaged": False}]),
    ),
    fails(service_control_policies_exist, account(service_control_policies=[FULL_ACCESS]), says="no service control"),
    fails(service_control_policies_exist, account(service_control_policies=[])),
    unknown(service_control_policies_exist, account(service_control_policies=refused("organizations:ListPolicies"))),
    *elsewhere(service_control_policies_exist),
    passes(policy_administration_delegated, account(delegation_policy={"Content": "{}"})),
    fails(policy_administration_delegated, account(delegation_policy=None), says="no delegation policy"),
    unknown(
        policy_administration_delegated, account(delegation_policy=refused("organizations:DescribeResourcePolicy"))
    ),
    *elsewhere(policy_administration_delegated),
    passes(services_delegated, account(delegated_administrators=[{"Id": "210987654321", "Name": "security"}])),
    fails(services_delegated, account(delegated_administrators=[]), says="no member account administers"),
    unknown(services_delegated, account(delegated_administrators=refused("organizations:ListDelegatedAdministrators"))),
    *elsewhere(services_delegated),
]
