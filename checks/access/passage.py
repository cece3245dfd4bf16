"""Whether the policy of a VPC endpoint lets strangers through to what is not the account's either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy import Context, Policies, Request, compiled, decide, principal
from auditor.policy.audience import WILLING
from auditor.policy.kinds import Kind
from auditor.policy.probes import RESOURCE_KEYS, said_of, stranger_to
from auditor.policy.solver import FRESH

if TYPE_CHECKING:
    from auditor.policy import Document


def lets_strangers_through(policy: Document, service: str, vpc: str, endpoint: str) -> int | None:
    """Return the number of the statement by which strangers may do anything to anything of theirs; None for none.

    Decided for an action and a resource that no policy names, of a stranger's account.
    """
    stranger = stranger_to(policy)
    caller = principal(f"arn:aws:iam::{stranger}:user/{FRESH}")
    place = {"aws:sourcevpc": (vpc,), "aws:sourcevpce": (endpoint,), **dict.fromkeys(RESOURCE_KEYS, (stranger,))}
    request = Request(
        caller,
        f"{service}:{FRESH.title()}",
        f"arn:aws:{service}:::{FRESH}",
        Context(said_of(caller) | place),
        resource_account=stranger,
    )
    decision = decide(request, Policies(identity=(WILLING,), endpoint=(compiled(policy),)))
    steps = (step for layer in decision.layers if layer.kind is Kind.ENDPOINT for step in layer.steps)
    return (
        next((step.rule.number for step in steps if step.allows and step.applies), None) if decision.allowed else None
    )
