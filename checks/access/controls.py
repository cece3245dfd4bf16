"""What an organization's resource control policies deny, whatever policies of resources allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from auditor.facts import Observation
from auditor.policy import (
    ANONYMOUS,
    Context,
    Extent,
    Kind,
    Policies,
    Request,
    Verdict,
    compiled,
    decide,
    parse,
    principal,
    reach,
)
from auditor.policy.audience import WILLING
from auditor.policy.probes import BASE, FOREIGN, RESOURCE_KEYS, STRANGER, said_of
from auditor.policy.solver import FRESH
from auditor.reading import note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor import Resource
    from auditor.guardrails import Levels
    from auditor.policy import Decision, Reach, Witness

OPERATION: Final = "organizations:DescribePolicy"
"""What told the policies to whoever read the organization."""
EVERYTHING: Final = parse(
    {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}
)
"""More than which no policy and no access control list grants."""
ALLOWING: Final = compiled(EVERYTHING, "all that a resource's policy could allow")


@dataclass(frozen=True, slots=True)
class Denied:
    """A statement of a resource control policy that denies something, and what: evidence of why nothing is wrong."""

    policy: str
    statement: str
    """Its Sid, or else its number, from 1."""
    denies: str


def controls_of(resource: Resource, arn: str = "") -> Levels:
    """Return what resource control policies deny of a resource, or of an ARN of its own; none where it is not known."""
    return resource.inventory.target.guardrails.controls(arn or resource.arn)


def denials(decision: Decision, what: str) -> Iterator[Denied]:
    """Yield the statements of resource control policies that surely deny a request, which ``what`` tells in words."""
    steps = (step for layer in decision.layers if layer.kind is Kind.RCP for step in layer.steps)
    for step in steps:
        if step.applies and not step.allows:
            yield Denied(step.policy.name, step.rule.statement.sid or str(step.rule.number), what)


def tell(resource: Resource, what: str, found: Iterable[Denied]) -> None:
    """Make statements evidence of a resource, under a name that says of what; each statement once."""
    rows = {(each.policy, each.statement): each for each in reversed(list(found))}
    if rows:
        note(Observation(resource, what, OPERATION, resource.at, list(reversed(rows.values()))))


def keep_strangers_out(resource: Resource, *actions: str) -> bool:
    """Return whether resource control policies surely deny strangers everything, whatever is allowed beside them.

    The evidence tells the statements that deny ``actions``, for which they are looked at first.
    """
    controls = controls_of(resource)
    if not controls:
        return False
    left = resource.once("what is left to strangers", partial(_left_to_strangers, resource, controls, actions))
    if left.extent is Extent.PUBLIC or left.undecided:
        return False
    policies = Policies(identity=(WILLING,), resource=ALLOWING, rcps=controls)
    asked = [each for action in actions for each in _asked_by_strangers(resource, action)]
    found = [denials(decide(each, policies), f"{each.action} to anyone") for each in asked]
    tell(resource, "strangers_denied", chain.from_iterable(found))
    return True


def _left_to_strangers(resource: Resource, controls: Levels, actions: tuple[str, ...]) -> Reach:
    return reach(EVERYTHING, resource.account, resource.arn, actions=actions, rcps=controls)


def _asked_by_strangers(resource: Resource, action: str) -> Iterator[Request]:
    """Yield a request without credentials, and one of another account's user."""
    user = principal(f"arn:aws:iam::{STRANGER}:user/{FRESH}")
    owner = dict.fromkeys(RESOURCE_KEYS, (resource.account,))
    for caller, known in ((ANONYMOUS, BASE), (user, said_of(user))):
        yield Request(caller, action, f"{resource.arn}/{FRESH}", Context(known | owner), resource.account)


def deny_for_strangers(witness: Witness, controls: Levels) -> bool:
    """Return whether resource control policies deny a service what it does, where it says that it acts for a stranger.

    A search may leave out for whom a service acts; one that tells always does ("AWS global condition context keys").
    """
    asked, service = witness.request, witness.request.principal.text.partition(".")[0]
    acting: dict[str, tuple[str, ...]] = {
        "aws:sourceaccount": (STRANGER,),
        "aws:sourcearn": (f"arn:aws:{service}:eu-west-1:{STRANGER}:{FRESH}",),
        "aws:sourceorgid": (FOREIGN,),
        "aws:sourceorgpaths": (f"{FOREIGN}/r-{FRESH}/ou-{FRESH}/",),
    }
    request = replace(asked, context=Context({**asked.context.values, **acting}))
    decision = decide(request, Policies(identity=(WILLING,), resource=ALLOWING, rcps=controls))
    return decision.verdict is Verdict.EXPLICITLY_DENIED
