"""Whether the account belongs to an organization, and how the organization is governed."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.organizations.resources import OrganizationsAccount

USER_GUIDE: Final = "https://docs.aws.amazon.com/organizations/latest/userguide"


def _is_management(account: OrganizationsAccount) -> bool:
    return account.is_management


@check(
    "organizations-account-in-organization",
    Severity.HIGH,
    reads=[OrganizationsAccount.organization],
    references=[f"{USER_GUIDE}/orgs_introduction.html"],
    fix=Fix(
        text="Accept an invitation from your organization's management account (`aws organizations accept-handshake`), "
        "or make an organization of an account that runs nothing else (`aws organizations create-organization`).",
    ),
)
def account_in_organization(account: OrganizationsAccount) -> Problems:
    """The account belongs to an organization.

    On its own, an account is limited by nobody: no policy above it, no central trail, no central root access.
    """
    if account.organization is None:
        yield Problem("the account belongs to no organization", expected="membership of an organization")


@check(
    "organizations-all-features-enabled",
    Severity.MEDIUM,
    reads=[OrganizationsAccount.is_management, OrganizationsAccount.organization],
    references=[f"{USER_GUIDE}/orgs_manage_org_support-all-features.html"],
    fix=Fix(
        cli="aws organizations enable-all-features",
        text="Every invited member account has to agree before the change is made. There is no way back.",
    ),
    applies=_is_management,
)
def all_features_enabled(account: OrganizationsAccount) -> Problems:
    """The organization has all features, not consolidated billing only.

    Without them, its policies, its services and central root access do not work.
    """
    features = (account.organization or {}).get("FeatureSet")
    if features != "ALL":
        yield Problem(f"the organization's feature set is {features}", found=features, expected="ALL")


class PolicyType(NamedTuple):
    """A type of policy that limits what accounts may do: how its check is called, and what it is for."""

    type: str
    id: str
    name: str
    severity: Severity
    why: str


POLICY_TYPES: Final = (
    PolicyType(
        "SERVICE_CONTROL_POLICY",
        "service-control",
        "service control policies",
        Severity.MEDIUM,
        "They are the only limit on member accounts that their own administrators cannot lift.",
    ),
    PolicyType(
        "RESOURCE_CONTROL_POLICY",
        "resource-control",
        "resource control policies",
        Severity.LOW,
        "They keep strangers out of the buckets, queues, keys, secrets and roles of every account, whatever the "
        "policies of these say.",
    ),
)


def _enabled(policy_type: PolicyType) -> Check:
    """Return the check that a type of policy is enabled for the organization."""

    def enabled(account: OrganizationsAccount) -> Problems:
        for root in account.roots:
            types = {str(each.get("Type")): each.get("Status") for each in root.get("PolicyTypes", ())}
            if types.get(policy_type.type) != "ENABLED":
                yield Problem(
                    f"{policy_type.type} is not enabled for {root['Id']}",
                    found=root.get("PolicyTypes", []),
                    expected=f"{policy_type.type}: ENABLED",
                )

    enabled.__doc__ = (
        f"The organization has {policy_type.name} enabled.\n\n{policy_type.why} The rule is about the management "
        "account; whether the policies are the right ones is for a person to judge."
    )
    return check(
        f"organizations-{policy_type.id}-policies-enabled",
        policy_type.severity,
        reads=[OrganizationsAccount.is_management, OrganizationsAccount.roots],
        references=[f"{USER_GUIDE}/orgs_manage_policies.html"],
        fix=Fix(
            cli=f"aws organizations enable-policy-type --root-id ROOT_ID --policy-type {policy_type.type}",
            terraform='resource "aws_organizations_organization" "this" {\n'
            f'  feature_set          = "ALL"\n  enabled_policy_types = ["{policy_type.type}"]\n}}',
            text="`aws organizations list-roots` tells the id. What is allowed does not change until policies are "
            "attached.",
        ),
        applies=_is_management,
    )(enabled)


ENABLED: Final = [_enabled(policy_type) for policy_type in POLICY_TYPES]


@check(
    "organizations-service-control-policies-exist",
    Severity.MEDIUM,
    reads=[OrganizationsAccount.is_management, OrganizationsAccount.service_control_policies],
    references=[f"{USER_GUIDE}/orgs_manage_policies_scps_examples.html"],
    fix=Fix(
        text="Begin with policies that deny what no account should ever do: to leave the organization, to stop its "
        "trails, to use regions you have no business in. Attach them to an organizational unit of test accounts first.",
    ),
    applies=_is_management,
)
def service_control_policies_exist(account: OrganizationsAccount) -> Problems:
    """The organization has service control policies of its own.

    AWS's own FullAWSAccess limits nothing. The rule does not judge what the policies say or where they are attached.
    """
    if all(each.get("AwsManaged", False) for each in account.service_control_policies):
        names = [each["Name"] for each in account.service_control_policies]
        yield Problem("the organization has no service control policy of its own", found=names, expected="a policy")


@check(
    "organizations-policy-administration-delegated",
    Severity.LOW,
    reads=[OrganizationsAccount.is_management, OrganizationsAccount.delegation_policy],
    references=[f"{USER_GUIDE}/orgs_delegate_policies.html"],
    fix=Fix(
        cli="aws organizations put-resource-policy --content file://POLICY.json",
        text="Allow a member account's security team the actions on policies that it needs, and no more.",
    ),
    applies=_is_management,
)
def policy_administration_delegated(account: OrganizationsAccount) -> Problems:
    """The administration of the organization's policies is delegated to a member account.

    Otherwise whoever writes a policy has to work in the management account, which no policy limits.
    """
    if account.delegation_policy is None:
        yield Problem("the organization has no delegation policy", expected="a delegation policy")


@check(
    "organizations-services-delegated",
    Severity.LOW,
    reads=[OrganizationsAccount.is_management, OrganizationsAccount.delegated_administrators],
    references=[f"{USER_GUIDE}/orgs_integrate_delegated_admin.html"],
    fix=Fix(
        cli="aws organizations register-delegated-administrator --account-id ACCOUNT_ID "
        "--service-principal SERVICE_PRINCIPAL",
        terraform='resource "aws_organizations_delegated_administrator" "security" {\n'
        '  account_id        = "ACCOUNT_ID"\n  service_principal = "SERVICE_PRINCIPAL"\n}',
        text="Some services are delegated in their own console or API. Choose an account that security or operations "
        "work in, and that holds no workload.",
    ),
    applies=_is_management,
)
def services_delegated(account: OrganizationsAccount) -> Problems:
    """Services that work for the whole organization are administered from a member account.

    Otherwise everyday security work needs access to the management account, which no policy limits. One delegated
    administrator satisfies the rule; which services still lack one is for a person to judge.
    """
    if not account.delegated_administrators:
        yield Problem("no member account administers any service", found=[], expected="a delegated administrator")
