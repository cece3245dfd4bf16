"""Roles that principals may pass to services, by which they gain what they were not given."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, Unseen, check
from checks.access.chains import asked, link, show
from checks.access.identities import AccountAccess
from checks.iam.escalation import can_be_administrator
from checks.iam.resources import RESERVED, Role, User, is_service_linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor import Inventory
    from auditor.graph import Edge, Identity
    from auditor.policy import Statement

REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"
PASSING: Final = "iam:passrole"
MOST_TOLD: Final = 5
"""How many roles a finding tells: whoever may pass one by a pattern often may pass them all."""
MOST_STATEMENTS: Final = 40
MOST_ACTIONS: Final = 40
READING: Final = frozenset({"List", "Read"})
SOMETHING: Final = "something"


def _no_gain(principal_type: type[User | Role], kind: str) -> Check:
    """Return the check that principals of a type gain nothing by roles that they pass."""

    def passed_roles_no_gain(principal: User | Role, inventory: Inventory) -> Problems:
        access = inventory.one(AccountAccess)
        identity = access.identity(principal)
        told, unread = 0, None
        for edge in _passing(principal):
            role = access.identities[edge.target]
            unread = unread or role.unread
            gain = None if role.unread else _gained(role, identity, inventory)
            if told == MOST_TOLD:
                return
            if gain:
                told += 1
                show(inventory, edge.proof)
                step = link(edge)
                summary = f"{step.step} The role may {gain}, and the {kind} may not."
                yield Problem(summary, found=asked([edge]), expected="iam:PassRole on roles by name", chain=(step,))
        if isinstance(unread, Unseen):
            raise unread

    passed_roles_no_gain.__doc__ = (
        f"{kind.capitalize()}s gain nothing by the roles that they may pass by a pattern.\n\n"
        "Who may pass a role to a service and have the service run something acts as that role. The rule tells roles "
        "of which all fits: the pass is allowed, so is a way to use it, the role trusts the service, and it may "
        "change something that its user may not. Roles that a policy names one by one are taken as meant; who can make "
        "himself an administrator is another rule's. Five roles are told at most, and none where a condition decides "
        "of which it is not known whether it holds."
    )
    return check(
        f"iam-{kind}-passed-roles-no-gain",
        Severity.MEDIUM,
        resource=principal_type,
        reads=[AccountAccess.escalation, AccountAccess.identities],
        references=[REFERENCE],
        fix=Fix(
            text="Name the roles in the Resource of iam:PassRole, and the service in a condition on "
            f"iam:PassedToService.{RESERVED if principal_type is Role else ''}",
        ),
        applies=_is_limited,
    )(passed_roles_no_gain)


def _is_limited(principal: User | Role) -> bool:
    return not is_service_linked(principal) and not can_be_administrator(principal)


def _passing(principal: User | Role) -> Iterator[Edge]:
    """Yield a way to use each role that a principal may pass by a pattern and that leads to no administrator."""
    access = principal.inventory.one(AccountAccess)
    escalation = access.escalation
    if not any(map(_by_pass, escalation.towards(principal.arn))):
        return
    for arn in access.identities:
        if ":role/" in arn and arn != principal.arn and escalation.chain(arn) is None:
            yield from islice(filter(_by_pattern, escalation.towards(principal.arn, [arn])), 1)


def _by_pass(edge: Edge) -> bool:
    """Return whether a step surely passes a role to a service."""
    from auditor.graph import Kind

    return edge.path.kind is Kind.PASS_ROLE and edge.certain


def _by_pattern(edge: Edge) -> bool:
    """Return whether a step surely passes a role that no statement which allows that names in full."""
    return _by_pass(edge) and not _is_named(edge)


def _is_named(edge: Edge) -> bool:
    """Return whether a statement that allows to pass the role names it in full."""
    return any(
        edge.target in (step.rule.statement.resources or ())
        for proof in edge.proof
        if proof.request.action.lower() == PASSING
        for layer in proof.decision.layers
        for step in layer.steps
        if step.allows and step.applies
    )


def _gained(role: Identity, user: Identity, inventory: Inventory) -> str | None:
    """Return what a role may do that another principal may not, in words; None where nothing was found."""
    from auditor.policy import decide
    from checks.access.asking import is_forbidden, policies, request

    for action, resource in _allowed(role):
        may, lacks = (decide(request(each, action, resource), policies(each)) for each in (role, user))
        gains = may.allowed and may.certain and not lacks.allowed
        if gains and not is_forbidden(request(role, action, resource), inventory):
            return f"{action} on {resource}"
    return None


def _allowed(role: Identity) -> Iterator[tuple[str, str]]:
    """Yield actions that change something, and a resource of each, that the statements of a role name."""
    statements = [each for grant in role.grants for each in grant.policy.document.statements if each.allows]
    for statement in statements[:MOST_STATEMENTS]:
        for action in _changing(statement):
            yield action, _filled(statement)


def _changing(statement: Statement) -> Iterator[str]:
    """Yield actions of a statement that do more than read: one for each pattern, or all that are named."""
    from auditor.policy.actions import actions_like

    for pattern in (statement.actions or ())[:MOST_ACTIONS]:
        known = actions_like("s3:*" if pattern == "*" else pattern)
        yield from [each.name for each in known if set(each.levels) - READING][:1]


def _filled(statement: Statement) -> str:
    """Return a resource that a statement is about."""
    pattern = (statement.resources or ("*",))[0]
    return "*" if pattern == "*" else pattern.replace("*", SOMETHING).replace("?", "x")


NO_GAIN: Final = [_no_gain(principal_type, kind) for principal_type, kind in ((User, "user"), (Role, "role"))]
