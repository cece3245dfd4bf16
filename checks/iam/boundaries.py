"""Permissions boundaries: whether those whom they limit can lift them, or are granted something past them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.access.identities import AccountAccess
from checks.access.policies import KINDS
from checks.iam.resources import Role, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor import Inventory
    from auditor.graph import Identity
    from auditor.policy import Policy
    from checks.access.direct import Direct

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
LOGIC: Final = f"{USER_GUIDE}/access_policies_boundaries.html#access_policies_boundaries-eval-logic"
MOST_ACTIONS: Final = 500
"""How many actions of a pattern are tried: more than most services have."""


def _is_bounded(principal: User | Role) -> bool:
    return principal.boundary is not None


def _holding(principal_type: type[User | Role], kind: str) -> Check:
    """Return the check that resource policies grant principals of a type nothing past their boundaries."""

    def boundary_holds(principal: User | Role, inventory: Inventory) -> Problems:
        access = inventory.one(AccountAccess)
        identity = access.identity(principal)
        for direct in access.direct_grants.of(principal.arn):
            action = _beyond(identity, direct)
            if action:
                # The policy is evidence once it is read in the check itself.
                direct.kind.documents(direct.resource)
                yield Problem(
                    f"the policy of {direct.resource.arn} allows {action}, which the boundary does not",
                    found={"Principal": direct.named, "Action": action},
                    expected="grants to the account or to roles, which the boundary limits",
                )
        if access.direct_grants.unread is not None:
            raise access.direct_grants.unread

    whom = {"user": "the user's ARN", "role": "the ARN of one of the role's sessions"}[kind]
    boundary_holds.__doc__ = (
        f"Resource policies grant {kind}s nothing past their permissions boundaries.\n\n"
        "Whoever sets a boundary takes it for the most that its holder can do. But a resource policy of the same "
        f"account that names {whom} allows what the boundary leaves out; only a Deny in the boundary holds against "
        "it. The rule tells each such grant of the policies that are read: of buckets, keys, roles, topics, file "
        "systems and logs."
    )
    return check(
        f"iam-{kind}-boundary-not-bypassed",
        Severity.MEDIUM,
        resource=principal_type,
        reads=[
            principal_type.boundary,
            AccountAccess.identities,
            AccountAccess.direct_grants,
            *(each.policy for each in KINDS),
        ],
        references=[LOGIC],
        fix=Fix(
            text="Let the resource's policy name the account (arn:aws:iam::ACCOUNT:root) or a role, and the "
            "principal's own policies allow the rest, or deny in the boundary what must never be done.",
        ),
        applies=_is_bounded,
    )(boundary_holds)


def _beyond(identity: Identity, direct: Direct) -> str:
    """Return an action that a resource's policy allows a principal and its boundary does not; empty where none is."""
    from auditor.policy import Policies, compiled, decide
    from checks.access.asking import is_forbidden, policies, request
    from checks.access.controls import controls_of

    own = compiled(direct.document, f"policy of {direct.resource.arn}")
    limit: tuple[Policy, ...] = (identity.boundary.policy,) if identity.boundary else ()
    session = direct.named if direct.named != identity.arn else ""
    inventory, controls = direct.resource.inventory, controls_of(direct.resource)
    for action in _actions(direct):
        asked = request(identity, action, direct.kind.target(direct.resource, action), session)
        granted = decide(asked, policies(identity, own))
        past = granted.allowed and granted.certain and not decide(asked, Policies(identity=limit)).allowed
        if past and not is_forbidden(asked, inventory, controls):
            return action
    return ""


def _actions(direct: Direct) -> Iterator[str]:
    """Yield actions that a statement allows, the gravest first."""
    from auditor.policy.actions import actions_like

    grave = direct.kind.grave
    yield from (each for each in grave if direct.statement.is_about(each))
    service = grave[0].partition(":")[0]
    for pattern in direct.statement.actions or ():
        known = actions_like(f"{service}:*" if pattern == "*" else pattern)
        yield from ([each.name for each in known[:MOST_ACTIONS]] or [pattern])


HOLDING: Final = [_holding(principal_type, kind) for principal_type, kind in ((User, "user"), (Role, "role"))]
