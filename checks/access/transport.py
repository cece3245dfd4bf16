"""Whether requests are refused that are not made over TLS, whoever makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.policy import ANONYMOUS, Context, Document, Policies, Request, Verdict, compiled, decide, principal
from auditor.policy.audience import WILLING
from auditor.policy.probes import stranger_to
from auditor.policy.solver import FRESH
from checks.access.controls import controls_of, denials, tell

if TYPE_CHECKING:
    from auditor import Resource
    from auditor.policy import Decision, Principal

PLAIN: Final = {
    "aws:securetransport": ("false",),
    "aws:principalisawsservice": ("false",),
    "aws:viaawsservice": ("false",),
}
"""What AWS says of a request over plain HTTP. Its own services call over TLS."""
NOTHING: Final = Document("", ())


def refuses_plain_http(policy: Document | None, resource: Resource, action: str, arn: str) -> bool:
    """Return whether everybody is surely denied an action on ``arn`` over plain HTTP, by a resource's policy.

    Or by resource control policies, of which the evidence tells those that deny it.
    """
    document = policy or NOTHING
    policies = Policies(identity=(WILLING,), resource=compiled(document), rcps=controls_of(resource))
    stranger = stranger_to(document, (resource.account,))
    callers = (ANONYMOUS, *(principal(f"arn:aws:iam::{each}:user/{FRESH}") for each in (resource.account, stranger)))
    found = [_decided(each, policies, resource.account, action, arn) for each in callers]
    if not all(each.verdict is Verdict.EXPLICITLY_DENIED for each in found):
        return False
    tell(resource, "plain_http_denied", denials(found[0], "requests over plain HTTP"))
    return True


def _decided(caller: Principal, policies: Policies, account: str, action: str, arn: str) -> Decision:
    who = {"aws:principalaccount": (caller.account or "",), "aws:principalarn": (caller.text,)}
    known = PLAIN | (who if caller.account else {})
    request = Request(caller, action, arn, Context(known, open=True), resource_account=account)
    return decide(request, policies)
