"""Trying one outsider on one statement: the request that lets them in, or whether there may be one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from auditor.policy import issuers
from auditor.policy.conditions import Context
from auditor.policy.decision import decide
from auditor.policy.effort import Effort
from auditor.policy.patterns import variables
from auditor.policy.places import PLACES, owner
from auditor.policy.policies import Policies, Request, Rule
from auditor.policy.principals import ANONYMOUS
from auditor.policy.probes import BASE, NEVER_WILD, OWN, OWN_IN_WORDS, SOURCES, Probe
from auditor.policy.s3 import in_account
from auditor.policy.solver import FRESH, Search
from auditor.policy.witnesses import Witness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.policy.asking import Asked
    from auditor.policy.decision import Decision
    from auditor.policy.places import Inside
    from auditor.policy.probes import Named
    from auditor.policy.solver import Values

TAG: Final = "aws:resourcetag/"
Found = tuple[Request, "Decision"]
"""An allowed request with its decision."""


class Extent(IntEnum):
    """How far a resource policy reaches, the farthest last.

    Unknown is what only a place or a name that says nothing of its owner keeps from being public, and what may be let
    in although no such request was found.
    """

    INTERNAL = 0
    SERVICE_ONLY = 1
    UNKNOWN = 2
    EXTERNAL = 3
    PUBLIC = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One outsider who is let in, or (without a witness) who might be."""

    extent: Extent
    probe: Probe
    account: str = ""
    organization: str = ""
    guarded: bool = False
    """Whether only the right one of this sort is let in, such as a service that acts for a certain account."""
    witness: Witness | None = None

    @property
    def statement(self) -> int:
        """The number of the statement that lets them in; 0 for one that only may."""
        return self.witness.statement if self.witness else 0

    @property
    def party(self) -> tuple[object, ...]:
        """What tells the outsiders apart who each need a witness."""
        text = self.probe.principal.text if self.probe.named or self.probe.mysterious else ""
        whose = (self.account, self.organization, self.probe.service, self.probe.provider)
        return (self.statement, self.extent, *whose, text)


@dataclass(frozen=True)
class Question:
    """What is asked about: a resource with all policies that count, what is inside, and what the policies name."""

    policies: Policies
    named: Named
    resource: str
    inside: Inside
    actions: tuple[str, ...] = ()
    effort: Effort = field(default_factory=Effort)
    tags: Mapping[str, str] | None = None
    """The tags of the resource; None where they are not known."""

    @property
    def account(self) -> str:
        """The account that owns the resource."""
        return self.named.account

    @cached_property
    def own_places(self) -> frozenset[str]:
        """The keys of places of which the policies name only one's own."""
        named = {key: self.named.of({key}) for key in PLACES}
        return frozenset(
            key for key, values in named.items() if values and all(self.inside.has(key, each) for each in values)
        )

    @cached_property
    def nowhere(self) -> frozenset[str]:
        """The keys of which the policies name only values that nothing has."""
        return frozenset(key for key in NEVER_WILD if key in self.named.values and not self.named.values[key])

    @cached_property
    def tagged(self) -> dict[str, Values]:
        """What the policies ask of the tags of the resource, with what AWS says of them, where they are known."""
        if self.tags is None:
            return {}
        held = {key.lower(): (value,) for key, value in self.tags.items()}
        asked = (each for each in (*self.named.values, *self.variables) if each.startswith(TAG))
        return {key: held.get(key.removeprefix(TAG), ()) for key in asked}

    @cached_property
    def variables(self) -> frozenset[str]:
        """The keys that variables in the policies' conditions stand for."""
        values = (value for held in self.named.values.values() for value in held)
        return frozenset(key for value in values for key in variables(value))


def tried(question: Question, rule: Rule, probe: Probe, asked: Asked) -> Entry | None:
    """Return what comes of trying an outsider on a statement; None where they are not let in."""
    known = probe.known | question.named.said_of_resource | _variables(question, rule, probe) | question.tagged
    requests = [Request(probe.principal, *pair, resource_account=question.account) for pair in asked.pairs]
    met = False
    for guarded in (False, True):
        for request in requests:
            may_choose = partial(_may_choose, question, probe, guarded=guarded)
            search = Search(request, question.policies, rule, may_choose, question.effort)
            values = search.satisfying(known)
            if values is None:
                break
            met = True
            found = search.let_through(values)
            if found is not None:
                return _entry(question, probe, found, rule.number, guarded=guarded)
    unasked = not asked.complete and (met or not requests)
    if not unasked and not any(_might(question, request, probe, known) for request in requests):
        return None
    extent = Extent.SERVICE_ONLY if probe.service else Extent.UNKNOWN
    return Entry(extent, probe, organization=probe.organization, guarded=True)


def _may_choose(question: Question, probe: Probe, key: str, patterns: Values, *, guarded: bool) -> bool:
    """Return whether an outsider, if ``guarded`` the right one, may have a key hold what patterns ask for."""
    if key in question.tagged or (not probe.named and any(question.inside.has(key, each) for each in patterns)):
        return False
    return probe.may_be_given(key, patterns) if guarded else probe.may_choose(key, patterns)


def _might(question: Question, request: Request, probe: Probe, known: dict[str, Values]) -> bool:
    """Return whether an outsider could be let in, whatever a search made of it."""
    own = question.nowhere if probe.named else question.nowhere | question.own_places
    elsewhere = {key: BASE.get(key, (FRESH,)) for key in own}
    lacking = {key for key in question.named.values if probe.lacks(key)}
    unsettled = {*probe.guards(), *(SOURCES if probe.service else ())} - own
    certain = OWN | lacking | question.tagged.keys()
    settled = {key: held for key, held in known.items() if key in certain and key not in unsettled}
    absent = frozenset((OWN | SOURCES.keys() | lacking) - settled.keys() - unsettled)
    for values, missing in ((settled, absent | own), (settled | elsewhere, absent))[: 2 if own else 1]:
        context = Context(values, open=True, absent=missing if not probe.mysterious else frozenset())
        asked = Request(probe.principal, request.action, request.resource, context, request.resource_account)
        if not question.effort.spend(question.effort.decision) or decide(asked, question.policies).allowed:
            return True
    return False


def _entry(question: Question, probe: Probe, found: Found, statement: int, *, guarded: bool) -> Entry:
    request, decision = found
    account, organization, extent = probe.account, probe.organization, Extent.PUBLIC
    if probe.service:
        guarded = guarded or probe.acts_for != ""
        account, extent = _source(request, question.named.stranger) if guarded else "", Extent.SERVICE_ONLY
        account = "" if account in question.inside.accounts else account
    elif probe.mysterious or (probe.provider and (guarded or not issuers.is_shared(probe.provider))):
        extent = Extent.UNKNOWN
    elif guarded and not probe.named:
        account, organization = _owner(request)
        extent = Extent.EXTERNAL if account or organization else Extent.UNKNOWN
        organization = organization or probe.organization
    elif probe.account or probe.organization:
        extent = Extent.EXTERNAL
    shown = Witness(request, decision, statement, _who(question, probe, account, guarded=guarded))
    return Entry(extent, probe, account, organization, guarded, shown)


def _source(request: Request, stranger: str) -> str:
    """Return the account for which a service acts in a request; empty where nothing tells."""
    values = request.context.values
    arn = values.get("aws:sourcearn", ("",))[0]
    told = (*values.get("aws:sourceowner", ()), *values.get("aws:sourceaccount", ()))
    accounts = [*told, *([arn.split(":")[4]] if in_account(arn) else [])]
    return next((account for account in accounts if account != stranger), "")


def _owner(request: Request) -> tuple[str, str]:
    """Return the account and the organization, empty where nothing tells, from whose place a request comes."""
    owners = [owner(key, each) for key, held in request.context.values.items() if key in PLACES for each in held]
    return next((each for each, _ in owners if each), ""), next((each for _, each in owners if each), "")


def _who(question: Question, probe: Probe, account: str, *, guarded: bool) -> str:
    """Return who is let in, in words."""
    text = probe.principal.text
    if probe.service:
        behalf = f" on behalf of account {account}" if account else ""
        behalf = behalf if guarded else " on anyone's behalf"
        return f"{f'the service {text}' if probe.named else f'AWS services such as {text}'}{behalf}"
    if probe.provider:
        whoever = not guarded and issuers.is_shared(probe.provider)
        return f"{'anyone' if whoever else 'identities'} known to {issuers.domain(probe.provider)}"
    if probe.organization:
        own = probe.organization == OWN_IN_WORDS
        return "principals of " + ("the resource's organization" if own else f"organization {probe.organization}")
    if probe.account:
        return f"principals of account {probe.account}" if text.endswith(f":user/{FRESH}") else text
    return text if probe.mysterious else _anyone(question, probe)


def _anyone(question: Question, probe: Probe) -> str:
    if probe.principal is ANONYMOUS:
        return "anyone, even without credentials,"
    return "anyone with an AWS account" + (
        f" as {probe.principal.text}" if question.named.of({"aws:principalarn"}) else ""
    )


def _variables(question: Question, rule: Rule, probe: Probe) -> dict[str, Values]:
    """Return values for the variables in a statement's resources and in conditions, which the caller chooses.

    Of tags of the resource nothing is known: there may be one that the caller knows.
    """
    keys = {key for text in rule.statement.resources or () for key in variables(text)} | question.variables
    return {key: (FRESH,) for key in keys if key not in probe.known and probe.may_choose(key, ())}
