"""Everyone who may do something: the account's own principals, and those outside whom the resource's policy lets in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from auditor.inquiry.deciding import OF_OTHERS, Standing
from auditor.policy import (
    Context,
    Document,
    Extent,
    Kind,
    Policies,
    Policy,
    compiled,
    decide,
    principal,
    reach,
    spelling,
)
from auditor.policy.principals import Caller
from auditor.policy.resources import Reading, about, target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.inquiry.deciding import Answer, Inquiry, Question
    from auditor.inquiry.view import Unread
    from auditor.policy import Reach, Statement, Witness
    from auditor.policy.policies import Rule

TEMPORARY: Final = {Caller.SESSION, Caller.FEDERATED_USER}
"""The callers that a resource's policy may name although no list of the account does."""
ORGANIZATION: Final = "aws:principalorgid"
PATHS: Final = "aws:principalorgpaths"
USUAL: Final = {"aws:SecureTransport true", "aws:ViaAWSService false"}
"""What a usual request has, and needs no telling."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """Someone outside the account: who, in words, by which statement of the resource's policy, and with what."""

    who: str
    standing: Standing
    policy: str
    statement: int
    sid: str = ""
    told: tuple[str, ...] = ()
    """What the request must have, in words: condition keys and values."""
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may do what was asked, or might: those of the account, its root user apart, and those outside."""

    root: Answer
    insiders: tuple[Answer, ...]
    outsiders: tuple[Outsider, ...]
    unread: tuple[Unread, ...] = ()
    """What is not known of the resource, and may change every answer."""

    def of(self, standing: Standing) -> tuple[Answer, ...]:
        """Return those of the account whose answer is as given."""
        return tuple(each for each in self.insiders if each.standing is standing)

    @property
    def standing(self) -> Standing:
        """Whether anyone may: allowed where somebody surely may, denied where nobody does."""
        found = {*(each.standing for each in self.insiders), *(each.standing for each in self.outsiders)}
        return next((each for each in Standing if each in found), Standing.DENIED)


def who_can(inquiry: Inquiry) -> Audience:
    """Return everyone who may do what is asked, or might."""
    account = inquiry.view.account
    root = inquiry.answer(principal(f"arn:{account.partition}:iam::{account.id}:root"))
    answers = (inquiry.answer(principal(arn)) for arn in (*inquiry.principals, *_temporary(inquiry)))
    found = tuple(each for each in answers if each.standing is not Standing.DENIED)
    unread = tuple(each for each in (inquiry.unread_resource, inquiry.unread_lists) if each)
    return Audience(root, found, tuple(_outsiders(inquiry)), unread)


def _temporary(inquiry: Inquiry) -> Iterator[str]:
    """Yield the account's sessions and federated users whom the resource's policy names where it allows the action."""
    policy = inquiry.resource_policy
    allowing = [each for _, each in _pinned(policy, inquiry.question) if each.allows] if policy else []
    named = {value for each in allowing for _, value in each.principals or ()}
    roles = {each.name.lower() for each in inquiry.identities.values()}
    for each in map(principal, sorted(named)):
        of_role = each.caller is not Caller.SESSION or (each.role or "").lower() in roles
        if each.caller in TEMPORARY and each.account == inquiry.view.account.id and of_role:
            yield each.text


def _outsiders(inquiry: Inquiry) -> Iterator[Outsider]:
    """Yield who is let in from outside, or may be."""
    if inquiry.resource_policy is not None:
        yield from _by_policy(inquiry, inquiry.resource_policy)
    if inquiry.unread_lists:
        yield Outsider("whomever access control lists let in", Standing.UNKNOWN, "access control lists", 0)


def _by_policy(inquiry: Inquiry, policy: Policy) -> Iterator[Outsider]:
    """Yield whom the resource's policy lets in, those for certain first, each of them once."""
    rules = list(_pinned(policy, inquiry.question))
    denials = tuple(statement for _, statement in rules if not statement.allows)
    found: list[Outsider] = []
    for rule, statement in rules:
        if statement.allows:
            document = Document(policy.document.version, (statement, *denials))
            found.extend(_let_in(inquiry, document, rule))
    surely = {each.who: each for each in found if each.standing is Standing.ALLOWED}
    yield from (surely[who] for who in sorted(surely))
    yield from sorted((each for each in found if each.who not in surely), key=lambda each: each.who)


def _pinned(policy: Policy, question: Question) -> Iterator[tuple[Rule, Statement]]:
    """Yield the statements about what is asked, each with what is left of it when nothing else is."""
    wanted = target(question.resource, everything=question.takes_no_resource)
    reading = Reading(Kind.RESOURCE, Context(open=True), policy.resolving)
    for rule in policy.rules(question.action.lower().partition(":")[0]):
        statement = rule.statement
        there = about(statement, wanted, reading) if rule.covers(question.action.lower()) else False
        if there is not False:
            pinned = replace(statement, actions=(question.action,), not_actions=None)
            if there and (statement.resources or statement.not_resources):
                pinned = replace(pinned, resources=(question.resource,), not_resources=None)
            yield rule, pinned


def _let_in(inquiry: Inquiry, document: Document, rule: Rule) -> Iterator[Outsider]:
    """Yield whom one statement lets in."""
    reached, services = _reached(inquiry, document)
    name = (inquiry.resource_policy.name if inquiry.resource_policy else "") or Kind.RESOURCE.value
    somebody = Outsider("somebody outside, perhaps", Standing.UNKNOWN, name, rule.number, rule.statement.sid)
    if (reached.extent is Extent.UNKNOWN and not reached.witnesses) or (inquiry.controls and reached.undecided):
        yield somebody
    for witness in reached.witnesses:
        is_service = witness.request.principal.caller is Caller.SERVICE
        if witness.request.principal.text in services if is_service else not inquiry.keeps_public_out:
            told = tuple(each for each in witness.terms if each not in USUAL)
            told += _membership(inquiry, witness, document) if reached.accounts else ()
            standing = _standing(inquiry, witness, document, conditional=bool(told) or reached.extent is Extent.UNKNOWN)
            yield replace(somebody, who=_named(inquiry, witness), standing=standing, told=told, is_service=is_service)


def _reached(inquiry: Inquiry, document: Document) -> tuple[Reach, frozenset[str]]:
    """Return whom resource control policies leave of those that a statement lets in, and the services among them.

    What such policies say of services is no reason to tell of one that the statement is not about.
    """
    question = inquiry.question
    alone = reach(document, inquiry.owner, question.resource, actions=(question.action,))
    if not inquiry.controls or alone.extent is Extent.INTERNAL:
        return alone, alone.services
    left = reach(document, inquiry.owner, question.resource, actions=(question.action,), rcps=inquiry.controls)
    return left, alone.services


def _membership(inquiry: Inquiry, witness: Witness, document: Document) -> tuple[str, ...]:
    """Return of which organization somebody must be, in words; nothing where any will do, or the name says it."""
    held = witness.request.context.values
    organization = held.get(ORGANIZATION, ())
    if not inquiry.controls or not organization or organization[0] in witness.caller:
        return ()
    values = {key: each for key, each in held.items() if key not in {ORGANIZATION, PATHS}}
    anywhere = replace(witness.request, context=Context(values))
    policies = Policies(identity=(OF_OTHERS,), resource=compiled(document), rcps=inquiry.controls)
    return () if decide(anywhere, policies).allowed else (f"{spelling.key(ORGANIZATION)} {organization[0]}",)


def _standing(inquiry: Inquiry, witness: Witness, document: Document, *, conditional: bool) -> Standing:
    """Return how certain it is that somebody outside is let in, of whom a witness is an example."""
    told = inquiry.question.told
    if told:
        values = {key: held for key, held in {**witness.request.context.values, **told}.items() if held}
        request = replace(witness.request, context=Context(values))
        policies = Policies(identity=(OF_OTHERS,), resource=compiled(document), rcps=inquiry.controls)
        if not decide(request, policies).allowed:
            return Standing.UNKNOWN
    return Standing.CONDITIONAL if conditional or inquiry.keeps_public_out is None else Standing.ALLOWED


def _named(inquiry: Inquiry, witness: Witness) -> str:
    """Return in words of whom a witness is an example."""
    name = witness.caller.rstrip(",")
    # Who assumes a role does nothing yet: on whose behalf it acts is another question.
    return name.removesuffix(" on anyone's behalf") if is_role(inquiry.question.resource) else name


def is_role(arn: str) -> bool:
    """Return whether an ARN is that of a role."""
    return principal(arn).caller is Caller.ROLE
