"""Requests of an account's principals, with what AWS says of whoever makes them; of all else nothing is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from auditor.guardrails import said_of as said_of_place

if TYPE_CHECKING:
    from auditor import Inventory
    from auditor.graph import Identity
    from auditor.guardrails import Levels
    from auditor.policy import Policies, Policy, Request


def request(identity: Identity, action: str, resource: str, session: str = "") -> Request:
    """Return a principal's request, about ``*`` for an action that knows no resources.

    ``session`` is the ARN of the session of a role that makes it.
    """
    from auditor.graph.keys import said_of
    from auditor.policy import Context, Request, principal

    context = Context(said_of(identity), open=True)
    return Request(principal(session or identity.arn), action, resource, context, knows_no_resources=resource == "*")


def policies(identity: Identity, resource: Policy | None = None) -> Policies:
    """Return the policies that have a say in what a principal does to a resource with a policy of its own."""
    from auditor.policy import Policies

    return Policies(
        identity=tuple(grant.policy for grant in identity.grants),
        resource=resource,
        boundaries=(identity.boundary.policy,) if identity.boundary else (),
    )


def is_forbidden(request: Request, inventory: Inventory, controls: Levels = ()) -> bool:
    """Return whether the account's organization surely denies a request of a principal, whatever else allows it.

    By service control policies, or by what resource control policies deny of the resource (``controls``).
    """
    from auditor.policy import Policies, decide
    from auditor.policy.audience import WILLING

    guardrails = inventory.target.guardrails
    if not guardrails.limits and not controls:
        return False
    home = said_of_place(guardrails.place, "principal") | said_of_place(guardrails.place, "resource")
    asked = replace(request, context=replace(request.context, values={**request.context.values, **home}))
    return not decide(asked, Policies(identity=(WILLING,), scps=guardrails.limits, rcps=controls)).allowed
