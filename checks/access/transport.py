"""Whether a policy refuses requests that are not made over TLS, whoever makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.policy import ANONYMOUS, Context, Policies, Request, Verdict, compiled, decide, principal
from auditor.policy.audience import WILLING
from auditor.policy.probes import stranger_to
from auditor.policy.solver import FRESH

if TYPE_CHECKING:
    from auditor.policy import Document, Principal

PLAIN: Final = {
    "aws:securetransport": ("false",),
    "aws:principalisawsservice": ("false",),
    "aws:viaawsservice": ("false",),
}
"""What AWS says of a request over plain HTTP. Its own services call over TLS."""


def refuses_plain_http(document: Document, account: str, action: str, resource: str) -> bool:
    """Return whether a policy surely denies everybody an action over plain HTTP on a resource, or on a pattern."""
    policies = Policies(identity=(WILLING,), resource=compiled(document))
    stranger = stranger_to(document, (account,))
    callers = (ANONYMOUS, *(principal(f"arn:aws:iam::{each}:user/{FRESH}") for each in (account, stranger)))
    return all(_is_denied(caller, policies, account, action, resource) for caller in callers)


def _is_denied(caller: Principal, policies: Policies, account: str, action: str, resource: str) -> bool:
    who = {"aws:principalaccount": (caller.account or "",), "aws:principalarn": (caller.text,)}
    known = PLAIN | (who if caller.account else {})
    request = Request(caller, action, resource, Context(known, open=True), resource_account=account)
    return decide(request, policies).verdict is Verdict.EXPLICITLY_DENIED
