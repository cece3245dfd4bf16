"""Requests of an account's principals, with what AWS says of whoever makes them; of all else nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.graph import Identity
    from auditor.policy import Policies, Policy, Request


def request(identity: Identity, action: str, resource: str, session: str = "") -> Request:
    """Return a principal's request, about ``*`` for an action that knows no resources.

    ``session`` is the ARN of the session of a role that makes it.
    """
    from auditor.graph.keys import PRINCIPAL_TAG, USUAL
    from auditor.policy import Context, Request, principal

    is_user = ":user/" in identity.arn
    known = {
        **USUAL,
        "aws:principalarn": (identity.arn,),
        "aws:principalaccount": (identity.account,),
        "aws:principaltype": ("User" if is_user else "AssumedRole",),
        "aws:username": (identity.name,) if is_user else (),
        **{f"{PRINCIPAL_TAG}{key.lower()}": (value,) for key, value in identity.tags.items()},
    }
    context = Context(known, open=True)
    return Request(principal(session or identity.arn), action, resource, context, knows_no_resources=resource == "*")


def policies(identity: Identity, resource: Policy | None = None) -> Policies:
    """Return the policies that have a say in what a principal does to a resource with a policy of its own."""
    from auditor.policy import Policies

    return Policies(
        identity=tuple(grant.policy for grant in identity.grants),
        resource=resource,
        boundaries=(identity.boundary.policy,) if identity.boundary else (),
    )
