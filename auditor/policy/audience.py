"""Who outside an account a resource policy lets in, each with a request that is allowed: the proof."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from auditor.policy.conditions import Context
from auditor.policy.decision import Decision, decide
from auditor.policy.document import Document, parse
from auditor.policy.patterns import VARIABLE, tokens, witness
from auditor.policy.policies import Policies, Policy, Request, Rule, compiled
from auditor.policy.principals import ANONYMOUS
from auditor.policy.probes import OWN, RESOURCE_KEYS, SOURCES, STRANGER, Probe, probes
from auditor.policy.s3 import in_account
from auditor.policy.solver import FRESH, MOST_CONDITIONS, Search, filled

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from auditor.policy.document import Statement
    from auditor.policy.solver import Values

MOST_PROBES: Final = 2_000
"""How many outsiders are tried on a policy before its reach counts as unknown."""
MOST_ASKED: Final = 40
"""How many pairs of an action and a resource are tried for each outsider."""
MOST_WORK: Final = 500_000
"""How many words of statements are read for all outsiders together: overlong policies are tried less thoroughly."""
LONGEST: Final = 2_048
"""The longest patterns that a search looks into: no ARN is longer."""
TYPICAL: Final = {
    "iam": "sts:AssumeRole",
    "kms": "kms:Decrypt",
    "lambda": "lambda:InvokeFunction",
    "s3": "s3:GetObject",
    "secretsmanager": "secretsmanager:GetSecretValue",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}
"""The action to show for each service, where a policy allows it."""
WILLING: Final = compiled(parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}), "the caller's own")
"""The outsider's own policy: whoever wants in has allowed themselves to."""


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
class Witness:
    """A request from outside that the policy allows, and which of its statements, counted from 1, does."""

    request: Request
    decision: Decision
    statement: int

    def __str__(self) -> str:
        """Return the request in words."""
        asked, values = self.request, sorted(self.request.context.values.items())
        told = ", ".join(f"{key} {' and '.join(held)}" for key, held in values)
        who = "an anonymous caller" if asked.principal is ANONYMOUS else asked.principal.text
        return (
            f"statement {self.statement} lets {who} {asked.action} on {asked.resource}{f' with {told}' if told else ''}"
        )


@dataclass(frozen=True, slots=True)
class Reach:
    """Who is let in from outside. Accounts and organizations are those that the policy names."""

    extent: Extent
    accounts: frozenset[str] = frozenset()
    """The accounts whose principals are let in, or on whose behalf services are."""
    organizations: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    confusable: frozenset[str] = frozenset()
    """The services that are let in on anyone's behalf: confused deputies."""
    providers: frozenset[str] = frozenset()
    """The identity providers some of whose identities are let in."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """One outsider who is let in, or (without a witness) who might be."""

    extent: Extent
    probe: Probe
    account: str = ""
    guarded: bool = False
    witness: Witness | None = None


@dataclass(frozen=True, slots=True)
class _Question:
    policy: Policy
    account: str
    resource: str
    actions: tuple[str, ...]
    own_accounts: frozenset[str]
    own_organizations: frozenset[str]


def reach(
    document: Document,
    account: str,
    resource: str,
    *,
    own_accounts: Collection[str] = (),
    own_organizations: Collection[str] = (),
    actions: Iterable[str] = (),
) -> Reach:
    """Return who outside an account its resource's policy lets in.

    ``own_accounts`` and ``own_organizations`` count as inside, too; ``actions`` are those the resource knows, from
    which witnesses are taken. Someone whom only a place, such as a VPC, or a name that says nothing of its owner lets
    in makes the reach unknown, and so does a condition under which no allowed request was found although there may
    be one.
    """
    policy = compiled(document)
    own = frozenset(own_accounts) | {account}
    question = _Question(policy, account, resource, tuple(actions), own, frozenset(own_organizations))
    left = min(MOST_PROBES, MOST_WORK // _words(document))
    entries: list[_Entry] = []
    denials = [each for each in _rules(policy) if not each.statement.allows]
    for rule in _rules(policy):
        if rule.statement.allows:
            readable = _is_readable(rule.statement)
            asked = list(_asked(question, rule, denials)) if left > 0 and readable else []
            for probe in _outsiders(question, rule.statement):
                entry = _tried(question, rule, probe, asked) if left > 0 and readable else _Entry(Extent.UNKNOWN, probe)
                entries += [entry] if entry else []
                left -= 1
                if entry and (entry.extent is Extent.PUBLIC or left < 0 or not readable):
                    break
    return _summed(entries)


def _words(document: Document) -> int:
    """Return how many words the statements of a document have; at least one."""
    count = 1
    for each in document.statements:
        lists = (each.principals, each.not_principals, each.actions, each.not_actions, each.resources)
        count += 1 + sum(len(words or ()) for words in (*lists, each.not_resources, each.conditions))
    return count


def _outsiders(question: _Question, statement: Statement) -> Iterator[Probe]:
    for probe in probes(statement, question.policy.document, question.account):
        if probe.account not in question.own_accounts and probe.organization not in question.own_organizations:
            yield probe


def _is_readable(statement: Statement) -> bool:
    """Return whether a statement is one that AWS could have taken: others would be searched for ever."""
    texts = (*(statement.actions or ()), *(statement.resources or ()))
    values = [value for condition in statement.conditions for value in condition.values]
    return max(map(len, (*texts, *values)), default=0) <= LONGEST and len(statement.conditions) <= MOST_CONDITIONS


def _share(document: Document, most: int) -> int:
    return max(1, min(most, MOST_WORK // max(1, len(document.statements))))


def _rules(policy: Policy) -> list[Rule]:
    """Return all statements of a policy, in order."""
    found = {rule.number: rule for rules in (policy.of_any_service, *policy.by_service.values()) for rule in rules}
    return [found[number] for number in sorted(found)]


def _summed(entries: list[_Entry]) -> Reach:
    services = [entry for entry in entries if entry.probe.service and entry.extent is Extent.SERVICE_ONLY]
    return Reach(
        max((entry.extent for entry in entries), default=Extent.INTERNAL),
        accounts=frozenset(entry.account for entry in entries if entry.account),
        organizations=frozenset(entry.probe.organization for entry in entries if entry.probe.organization),
        services=frozenset(entry.probe.service for entry in services),
        confusable=frozenset(entry.probe.service for entry in services if not entry.guarded),
        providers=frozenset(entry.probe.provider for entry in entries if entry.probe.provider),
        witnesses=tuple(entry.witness for entry in entries if entry.witness),
    )


def _tried(question: _Question, rule: Rule, probe: Probe, asked: list[tuple[str, str]]) -> _Entry | None:
    """Return what comes of trying an outsider on a statement; None where they are not let in."""
    policies = Policies(identity=(WILLING,), resource=question.policy)
    known = probe.known | dict.fromkeys(RESOURCE_KEYS, (question.account,)) | _variables(rule, probe)
    requests = [Request(probe.principal, *pair, resource_account=question.account) for pair in asked]
    for guarded, may_choose in ((False, probe.may_choose), (True, probe.may_be_given)):
        for request in requests:
            found = Search(request, policies, rule, may_choose).found(known)
            if found is not None:
                return _entry(question, probe, Witness(*found, rule.number), guarded=guarded)
    might = any(_might(request, policies, probe, known) for request in requests)
    extent = Extent.SERVICE_ONLY if probe.service else Extent.UNKNOWN
    return _Entry(extent, probe, guarded=True) if might else None


def _might(request: Request, policies: Policies, probe: Probe, known: dict[str, Values]) -> bool:
    """Return whether an outsider could be let in, whatever a search made of it."""
    unsettled = {*probe.guards(), *(SOURCES if probe.service else ())}
    settled = {key: held for key, held in known.items() if key in OWN and key not in unsettled}
    absent = frozenset((OWN | set(SOURCES)) - settled.keys() - unsettled)
    context = Context(settled, open=True, absent=absent if not probe.mysterious else frozenset())
    open_request = Request(probe.principal, request.action, request.resource, context, request.resource_account)
    return decide(open_request, policies).allowed


def _entry(question: _Question, probe: Probe, found: Witness, *, guarded: bool) -> _Entry:
    account, extent = probe.account, Extent.PUBLIC
    if probe.service:
        account, extent = _source(found) if guarded else "", Extent.SERVICE_ONLY
        account = "" if account in question.own_accounts else account
    elif probe.mysterious or (guarded and not probe.named):
        extent = Extent.UNKNOWN
    elif probe.account or probe.organization:
        extent = Extent.EXTERNAL
    return _Entry(extent, probe, account, guarded, found)


def _source(found: Witness) -> str:
    """Return the account for which a service acts in a witness; empty where nothing tells."""
    values = found.request.context.values
    arn = values.get("aws:sourcearn", ("",))[0]
    accounts = [*values.get("aws:sourceaccount", ()), *([arn.split(":")[4]] if in_account(arn) else [])]
    return next((account for account in accounts if account != STRANGER), "")


def _variables(rule: Rule, probe: Probe) -> dict[str, Values]:
    """Return values for the variables in a statement's resources, which the caller chooses."""
    texts = rule.statement.resources or ()
    keys = {match[1].strip().lower() for text in texts for match in VARIABLE.finditer(text)}
    return {key: (FRESH,) for key in keys if key not in probe.known and probe.may_choose(key, ())}


def _asked(question: _Question, rule: Rule, denials: list[Rule]) -> Iterator[tuple[str, str]]:
    """Yield pairs of an action and a resource that a statement allows, those that say most first."""
    actions = dict.fromkeys(itertools.islice(_actions(question, rule, denials), MOST_ASKED))
    resources = dict.fromkeys(itertools.islice(_resources(question, rule, denials), MOST_ASKED))
    # What is within a bucket or a table has the longer name, and says more than the bucket itself.
    yield from itertools.islice(itertools.product(actions, sorted(resources, key=len, reverse=True)), MOST_ASKED)


def _actions(question: _Question, rule: Rule, denials: list[Rule]) -> Iterator[str]:
    service = question.resource.split(":")[2] if question.resource.startswith("arn:") else ""
    exempt = [each for denial in denials for each in denial.statement.not_actions or ()]
    named = [filled(each) for each in (*(rule.statement.actions or ()), *exempt) if ":" in each]
    for action in (TYPICAL.get(service, ""), *question.actions, *named, f"{service}:{FRESH.title()}"):
        if action and rule.covers(action.lower()):
            yield action


def _resources(question: _Question, rule: Rule, denials: list[Rule]) -> Iterator[str]:
    patterns = rule.statement.resources or ("*",)
    exempt = [each for denial in denials for each in denial.statement.not_resources or ()]
    for pattern in patterns:
        plain = VARIABLE.sub(FRESH, pattern)
        yield question.resource if pattern == "*" else filled(plain)
        short = [each for each in exempt[:MOST_ASKED] if len(each) + len(plain) < LONGEST]
        both = (witness(tokens(plain) or (), tokens(each) or ()) for each in short)
        yield from (each for each in both if each is not None)
    if rule.statement.not_resources is not None:
        yield f"{question.resource}/{FRESH}"
