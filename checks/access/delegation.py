"""What a key's policy leaves to the policies of IAM, through the account as its principal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.policy import Context, Policies, Request, compiled, decide, principal
from auditor.policy.audience import WILLING
from auditor.policy.kinds import Kind
from auditor.policy.probes import said_of
from auditor.policy.solver import FRESH

if TYPE_CHECKING:
    from checks.kms.resources import Key


def delegating(key: Key, action: str) -> int | None:
    """Return the number of the statement by which whoever IAM lets call an action may; None where there is none.

    Decided for a user whom nothing names, with nothing in the request that a condition could ask for.
    """
    if key.policy is None:
        return None
    caller = principal(f"arn:aws:iam::{key.account}:user/{FRESH}")
    request = Request(caller, action, key.arn, Context(said_of(caller)), resource_account=key.account)
    decision = decide(request, Policies(identity=(WILLING,), resource=compiled(key.policy)))
    if not decision.allowed:
        return None
    steps = (step for layer in decision.layers if layer.kind is Kind.RESOURCE for step in layer.steps)
    return next((step.rule.number for step in steps if step.allows and step.applies), None)
