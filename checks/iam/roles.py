"""Who may assume roles, and whether anybody does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.access.audience import told
from checks.access.policies import ROLE
from checks.access.reaching import is_known
from checks.iam import trust
from checks.iam.resources import Role, is_reserved, is_service_linked
from checks.organizations.resources import OrganizationsAccount

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.inventory import Inventory
    from checks.access.outsiders import Grant, Party

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
MFA: Final = "aws:multifactorauthpresent"
UPDATE: Final = "aws iam update-assume-role-policy --role-name {resource.id} --policy-document file://POLICY.json"


@check(
    "iam-role-foreign-trust-guarded",
    Severity.MEDIUM,
    reads=[Role.trust_policy, Role.audience, OrganizationsAccount.organization],
    references=[f"{USER_GUIDE}/id_roles_common-scenarios_third-party.html", f"{USER_GUIDE}/confused-deputy.html"],
    fix=Fix(
        cli=UPDATE,
        text="Ask for an external ID from other companies (StringEquals on sts:ExternalId), for MFA from people "
        "(aws:MultiFactorAuthPresent), or for your own organization (aws:PrincipalOrgID).",
    ),
    applies=lambda role: not is_reserved(role) and any(True for _ in _foreign(role)),
)
def role_foreign_trust_guarded(role: Role, inventory: Inventory, *, own_accounts: tuple[str, ...] = ()) -> Problems:
    """Roles that other accounts may assume ask for more than the account.

    Another company that works for many customers can be tricked into acting for one of them in the account of
    another, unless the role asks for an external ID of this customer's own. Only people have MFA, and whoever must
    belong to the account's own organization is no other company. No other condition helps: the company meets it for
    all its customers. The organization's management account, which Organizations makes roles for, and accounts of your
    own, named in own_accounts, need none.
    """
    for grant, party in _foreign(role):
        if not _is_guarded(grant, party) and not is_known(party, ROLE, inventory, own_accounts):
            summary = f"{grant.says(party.witness)}: no external ID of this account's own is asked for"
            yield Problem(
                summary,
                found=told(party.witness, grant.number),
                expected="a condition on sts:ExternalId with a fixed value",
            )


def _foreign(role: Role) -> Iterator[tuple[Grant, Party]]:
    """Yield the other accounts and organizations whose principals may assume a role, with the statement."""
    for grant in ROLE.grants(role):
        yield from ((grant, each) for each in grant.parties() if each.witness.request.principal.account)


def _is_guarded(grant: Grant, party: Party) -> bool:
    """Return whether a request to assume a role must bear an external ID that is fixed, or tell of MFA."""
    return grant.is_placed(party.witness) or MFA in party.witness.request.context.values


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
