"""Who may assume roles, and whether anybody does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.iam import trust
from checks.iam.resources import Role, is_reserved, is_service_linked
from checks.organizations.resources import OrganizationsAccount

if TYPE_CHECKING:
    from auditor.inventory import Inventory

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
UPDATE: Final = "aws iam update-assume-role-policy --role-name {resource.id} --policy-document file://POLICY.json"


@check(
    "iam-role-trust-not-public",
    Severity.CRITICAL,
    reads=[Role.trust_policy],
    references=[f"{USER_GUIDE}/reference_policies_elements_principal.html#principal-anonymous"],
    fix=Fix(cli=UPDATE, text="Name the accounts, roles or services that need the role as principals."),
    applies=lambda role: not is_reserved(role) and trust.admits_anyone(role.trust_policy) is not None,
)
def role_trust_not_public(role: Role) -> Problems:
    """The role cannot be assumed from just any AWS account.

    A trust policy whose principal is everyone lets anyone with an AWS account act as the role. The rule judges what
    is certain: conditions on the caller's organization, account or ARN limit it, no condition at all does not. It is
    silent where other conditions or a Deny may limit it.
    """
    if trust.admits_anyone(role.trust_policy):
        yield Problem(
            "anyone with an AWS account may assume the role", found="Principal: *", expected="principals by name"
        )


@check(
    "iam-role-shared-issuer-restricted",
    Severity.HIGH,
    reads=[Role.shared_issuers],
    references=[f"{USER_GUIDE}/id_roles_providers_create_oidc.html", f"{USER_GUIDE}/id_roles_create_for-idp_oidc.html"],
    fix=Fix(
        cli=UPDATE,
        terraform='condition {\n  test     = "StringLike"\n'
        '  variable = "token.actions.githubusercontent.com:sub"\n'
        '  values   = ["repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main"]\n}',
        text="Let a condition on the token's subject name your organization and, best, the repository and branch: "
        '"token.actions.githubusercontent.com:sub": "repo:ORGANIZATION/REPOSITORY:ref:refs/heads/main".',
    ),
    applies=lambda role: bool(role.shared_issuers),
)
def role_shared_issuer_restricted(role: Role) -> Problems:
    """Roles for GitHub, GitLab, HCP Terraform and Buildkite are for one's own jobs only.

    These services issue tokens to anyone who registers with them, for any audience asked for. Only the subject says
    whose job it is: without a condition on it that names the organization, any stranger's job may assume the role.
    """
    for issuer, subjects in (role.shared_issuers or {}).items():
        for subject in subjects:
            yield Problem(
                f"tokens of {issuer} with the subject {subject} may assume the role: strangers have such tokens",
                found=subject,
                expected=f"a condition on {issuer}:sub that names the organization",
            )


@check(
    "iam-role-foreign-trust-guarded",
    Severity.MEDIUM,
    reads=[Role.trust_policy, Role.foreign_accounts, OrganizationsAccount.management_account],
    references=[f"{USER_GUIDE}/id_roles_common-scenarios_third-party.html", f"{USER_GUIDE}/confused-deputy.html"],
    fix=Fix(
        cli=UPDATE,
        text="Ask for an external ID from other companies (sts:ExternalId), for MFA from people "
        "(aws:MultiFactorAuthPresent), or for your own organization (aws:PrincipalOrgID).",
    ),
    applies=lambda role: not is_reserved(role) and bool(role.foreign_accounts),
)
def role_foreign_trust_guarded(role: Role, inventory: Inventory, *, own_accounts: tuple[str, ...] = ()) -> Problems:
    """Roles that other accounts may assume ask for more than the account.

    Another company that works for many customers can be tricked into acting for one of them in the account of
    another, unless the role asks for an external ID. Any condition satisfies the rule. The organization's management
    account, which Organizations makes roles for, and accounts of your own, named in own_accounts, need none.
    """
    for account in trust.unguarded_accounts(role.trust_policy, role.account):
        if account not in own_accounts and account != inventory.one(OrganizationsAccount).management_account:
            yield Problem(
                f"account {account} may assume the role without further condition",
                found=account,
                expected="a condition on sts:ExternalId, aws:PrincipalOrgID or aws:MultiFactorAuthPresent",
            )


@check(
    "iam-role-service-trust-separate",
    Severity.LOW,
    reads=[Role.trust_policy],
    references=[f"{USER_GUIDE}/id_roles_create_for-service.html"],
    fix=Fix(cli=UPDATE, text="Give people and other accounts a role of their own."),
    applies=lambda role: not is_reserved(role) and bool(trust.principals(role.trust_policy, "Service")),
)
def role_service_trust_separate(role: Role) -> Problems:
    """Roles of AWS services are assumed by services alone.

    A role that a service and people share has the permissions of both, and its traces do not tell who acted.
    """
    for kind, who in (("AWS", "accounts, users or roles"), ("Federated", "an identity provider's users")):
        others = trust.principals(role.trust_policy, kind)
        if others:
            yield Problem(f"the role of a service may also be assumed by {who}", found=others, expected="services only")


@check(
    "iam-role-used",
    Severity.LOW,
    reads=[Role.created, Role.last_used],
    references=[f"{USER_GUIDE}/id_roles_manage_delete.html#roles-delete_prerequisites"],
    fix=Fix(
        text="Detach the role's policies, delete its inline policies and take it out of its instance profiles, then "
        "`aws iam delete-role --role-name ROLE`. What is used once a year is better kept with an exception. A role "
        "under aws-reserved goes when IAM Identity Center assigns its permission set to nobody in the account.",
    ),
    applies=lambda role: not is_service_linked(role),
)
def role_used(role: Role, *, max_idle_days: int = 90) -> Problems:
    """Roles that nobody uses are deleted.

    A forgotten role keeps its permissions, and nobody notices when somebody else finds it. A role that was never used
    counts from the day it was made. Service-linked roles are AWS's own, and the rule is not about them.
    """
    idle = role.at - (role.last_used or role.created)
    if idle > timedelta(days=max_idle_days):
        never = "" if role.last_used else ", or never"
        yield Problem(
            f"the role has not been used for {idle.days} days{never}",
            found=role.last_used,
            expected=f"used within {max_idle_days} days, or deleted",
        )
