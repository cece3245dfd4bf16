"""Who can make himself an administrator, or change his own permissions: each step a decided request."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.access.chains import asked, link, show, undecided
from checks.access.identities import AccountAccess
from checks.iam.resources import RESERVED, Role, User, is_service_linked

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from auditor import Inventory
    from auditor.graph import Chain, Edge

    Principal = User | Role

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
LEAST: Final = f"{USER_GUIDE}/best-practices.html#grant-least-privilege"
PASSING: Final = f"{USER_GUIDE}/id_roles_use_passrole.html"
BOUNDARIES: Final = f"{USER_GUIDE}/access_policies_boundaries.html"
ADVISOR: Final = f"{USER_GUIDE}/access_policies_last-accessed.html"
GUARDRAILS: Final = (
    "Service control policies are counted as allowing everything: a member account cannot read them, and the "
    "management account has none."
)
KINDS: Final[tuple[tuple[type[Principal], str], ...]] = ((User, "user"), (Role, "role"))
UNTRACKED: Final = "iam:PassRole"
"""What the access advisor does not tell the use of (IAM User Guide, "Refine permissions using last accessed")."""
LIFTING: Final = frozenset({"lift-boundary", "replace-boundary"})
"""What paths of the catalogue call changes of a boundary."""


def _is_own(principal: Principal) -> bool:
    return not is_service_linked(principal)


def is_administrator(principal: Principal) -> bool:
    """Return whether a principal surely has an administrator's rights; Unseen where nobody was listed."""
    admin = principal.inventory.one(AccountAccess).escalation.admins.get(principal.arn)
    return admin is not None and admin.certain


def can_be_administrator(principal: Principal) -> bool:
    """Return whether a principal surely has an administrator's rights, or can take them: then little else matters."""
    chain = principal.inventory.one(AccountAccess).escalation.chain(principal.arn)
    return chain is not None and chain.certain


def certain_chain(principal: Principal, inventory: Inventory) -> Chain | None:
    """Return the certain way to an administrator's rights; None where there is none, and Unseen where nobody knows."""
    escalation = inventory.one(AccountAccess).escalation
    chain = escalation.chain(principal.arn)
    if chain is not None and chain.certain:
        return chain
    for unread in escalation.unread_on_way(principal.arn):
        raise unread if isinstance(unread, Exception) else undecided(str(unread))
    if chain is not None:
        steps = " ".join(str(chain).splitlines())
        raise undecided(f"policies leave open whether there is a way to an administrator's rights: {steps}")
    return None


# --- A way to an administrator's rights -------------------------------------------------------------------------


def _no_escalation(principal_type: type[Principal], kind: str) -> Check:
    def no_escalation(principal: Principal, inventory: Inventory, *, expected: tuple[str, ...] = ()) -> Problems:
        if principal.name in expected:
            return
        chain = certain_chain(principal, inventory)
        if chain is not None and chain.edges:
            show(inventory, [proof for edge in chain.edges for proof in edge.proof])
            count = len(chain.edges)
            yield Problem(
                f"the {kind} can make itself an administrator in {count} step{'s' if count > 1 else ''}: "
                f"{' '.join(link(edge).step for edge in chain.edges)}",
                found=asked(chain.edges),
                expected="no way to an administrator's rights",
                chain=tuple(map(link, chain.edges)),
            )

    no_escalation.__doc__ = (
        f"{kind.capitalize()}s that are no administrators cannot make themselves one.\n\n"
        "Who may give himself a policy, make keys for another user, or have a service run code as a stronger role has "
        "that power, whatever his own policies are called. The shortest way is told; each step is a request that AWS "
        "would allow, after denials, boundaries, conditions and the trust of the roles on the way. Where a step hangs "
        "on what is not known the verdict is unknown. Whoever is meant to have such a way, for instance people who "
        f"assume an administrator's role, is named in the parameter expected. {GUARDRAILS} It is grave and not "
        f"critical, for it takes the credentials of the {kind} first."
    )
    return check(
        f"iam-{kind}-no-escalation",
        Severity.HIGH,
        resource=principal_type,
        reads=[AccountAccess.escalation, AccountAccess.identities],
        references=[LEAST, PASSING],
        fix=Fix(
            text="Take out the first permission of the chain, or limit it to the resources that are meant: users, "
            "roles and policies by name, iam:PassRole to the roles that the service needs and to the service by "
            f"iam:PassedToService.{RESERVED if principal_type is Role else ''}",
        ),
        applies=lambda principal: _is_own(principal) and not is_administrator(principal),
    )(no_escalation)


# --- Changing one's own permissions -----------------------------------------------------------------------------


class Edits(NamedTuple):
    """A rule about the changes that principals can make of themselves: which, and why nobody should."""

    id: str
    title: str
    why: str
    severity: Severity
    reference: str
    expected: str
    fix: str
    counts: Callable[[Edge, Principal], bool]
    applies: Callable[[Principal], bool]


def _is_about_boundary(edge: Edge, principal: Principal) -> bool:
    """Return whether a step removes a principal's boundary, replaces it, or rewrites the policy that is one."""
    return edge.path.change in LIFTING or (bool(edge.through) and edge.through == principal.boundary)


EDITS: Final = (
    Edits(
        "no-self-edit",
        "{kind} that cannot become administrators cannot change their own permissions",
        "Whoever may write a policy of his own, or a new version of it, attach one, or join another group, has what he "
        "gives himself, and what others granted no longer says what is allowed. The rule tells every such change that "
        "AWS would allow and that makes a difference, where a boundary, a condition or the group joined keeps it from "
        "an administrator's rights. Where a change leads to those, the rule on escalation tells it, and this one does "
        "not apply. " + GUARDRAILS,
        Severity.HIGH,
        LEAST,
        "somebody else who gives permissions",
        "Deny iam:Put*, iam:Attach*, iam:CreatePolicyVersion, iam:SetDefaultPolicyVersion and iam:AddUserToGroup on "
        "the principal itself, its policies and its groups, or name the others that it is to manage.",
        # Whether a tag lets its holder do more only a whole way tells.
        lambda edge, principal: not _is_about_boundary(edge, principal) and edge.path.change != "tag",
        lambda principal: not can_be_administrator(principal),
    ),
    Edits(
        "boundary-not-removable",
        "{kind} with a permissions boundary cannot remove it",
        "A boundary is what lets others delegate work without delegating all of it. One that its holder may delete, "
        "replace by another, or rewrite, limits nothing: the boundary itself has to deny that. What it was to keep its "
        "holder from, the holder may have at any time. " + GUARDRAILS,
        Severity.HIGH,
        BOUNDARIES,
        "a boundary that only others change",
        "Deny iam:DeleteUserPermissionsBoundary, iam:DeleteRolePermissionsBoundary, iam:PutUserPermissionsBoundary and "
        "iam:PutRolePermissionsBoundary in the boundary itself, and iam:CreatePolicyVersion, "
        "iam:SetDefaultPolicyVersion and iam:DeletePolicyVersion on its own ARN.",
        _is_about_boundary,
        lambda principal: principal.boundary is not None,
    ),
)


def _self_edits(principal_type: type[Principal], kind: str, rule: Edits) -> Check:
    def no_self_edit(principal: Principal, inventory: Inventory) -> Problems:
        access = inventory.one(AccountAccess)
        identity = access.identity(principal)
        edges = [each for each in access.escalation.changes(identity.arn) if rule.counts(each, principal)]
        edges.sort(key=lambda edge: not edge.certain)
        for edge in edges:
            step = link(edge)
            if not edge.certain:
                raise undecided(f"policies leave open whether this can be done: {step.step}")
            show(inventory, edge.proof)
            yield Problem(step.step, found=asked([edge]), expected=rule.expected, chain=(step,))

    no_self_edit.__doc__ = f"{rule.title.format(kind=f'{kind.capitalize()}s')}.\n\n{rule.why}"
    return check(
        f"iam-{kind}-{rule.id}",
        rule.severity,
        resource=principal_type,
        reads=[AccountAccess.escalation, AccountAccess.identities, principal_type.boundary],
        references=[rule.reference],
        fix=Fix(text=f"{rule.fix}{RESERVED if principal_type is Role else ''}"),
        applies=lambda principal: _is_own(principal) and rule.applies(principal),
    )(no_self_edit)


# --- What begins a way and is not used --------------------------------------------------------------------------


def _unused(principal_type: type[Principal], kind: str) -> Check:
    def way_is_used(principal: Principal, inventory: Inventory, *, max_idle_days: int = 90) -> Problems:
        chain = certain_chain(principal, inventory)
        since = principal.at - timedelta(days=max_idle_days)
        if chain is None or not chain.edges or principal.created > since:
            return
        edge = chain.edges[0]
        actions = sorted({proof.request.action for proof in edge.proof} - {UNTRACKED})
        used = {each["ServiceNamespace"]: each.get("LastAuthenticated") for each in principal.granted_services}
        if actions and not any(_is_used(used, action, since) for action in actions):
            show(inventory, edge.proof)
            yield Problem(
                f"the {kind} can escalate by {' and '.join(actions)}, and has not used the service for "
                f"{max_idle_days} days: {link(edge).step}",
                found={action: used.get(action.partition(":")[0]) for action in actions},
                expected="the permission taken away",
                chain=tuple(map(link, chain.edges)),
            )

    way_is_used.__doc__ = (
        f"{kind.capitalize()}s keep no permission to escalate whose service they do not use.\n\n"
        "Of all ways to an administrator's rights these are the cheapest to close: the first step takes permissions "
        "of services that the access advisor has not seen in use for max_idle_days, so that nobody misses them. The "
        f"advisor tells services, not actions, and does not track iam:PassRole. The rule is about {kind}s with "
        "policies of their own that are older than that."
    )
    return check(
        f"iam-{kind}-escalation-used",
        Severity.MEDIUM,
        resource=principal_type,
        reads=[
            AccountAccess.escalation,
            AccountAccess.identities,
            principal_type.has_policies,
            principal_type.created,
            principal_type.granted_services,
        ],
        references=[ADVISOR],
        fix=Fix(
            text="Take the permission out of the policy that the chain names: nothing that was done lately needs it."
            f"{RESERVED if principal_type is Role else ''}",
        ),
        applies=lambda principal: principal.has_policies and not is_administrator(principal),
    )(way_is_used)


def _is_used(used: dict[str, datetime | None], action: str, since: datetime) -> bool:
    last = used.get(action.partition(":")[0].lower())
    return last is not None and last >= since


NO_ESCALATION: Final = [_no_escalation(*each) for each in KINDS]
SELF_EDITS: Final = [_self_edits(*each, rule) for rule in EDITS for each in KINDS]
UNUSED: Final = [_unused(*each) for each in KINDS]
