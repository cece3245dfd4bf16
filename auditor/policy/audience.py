"""Who outside an account a resource policy lets in, each with a request that is allowed: the proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.policy.asking import LONGEST, asked
from auditor.policy.document import Document, parse
from auditor.policy.effort import Effort
from auditor.policy.places import inside
from auditor.policy.policies import Policies, Policy, Rule, compiled
from auditor.policy.probes import Named, Probe, probes
from auditor.policy.rcps import heeds_rcps
from auditor.policy.solver import MOST_CONDITIONS, weight
from auditor.policy.trial import Entry, Extent, Question, tried
from auditor.policy.witnesses import Witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditor.policy.document import Condition, Statement

__all__ = ["Extent", "Reach", "Witness", "reach"]

MOST_PROBES: Final = 2_000
"""How many outsiders are tried on a policy before its reach counts as unknown."""
COLONS_OF_ARN: Final = 5
NAMES: Final = 16
"""How many principals count as one word: they are found at once."""
WILLING: Final = compiled(parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}), "the caller's own")
"""The outsider's own policy: whoever wants in has allowed themselves to."""


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
    undecided: bool = False
    """Whether there may be more: somebody, no service, of whom it was not found out whether they are let in."""


def reach(
    document: Document,
    account: str,
    resource: str,
    *,
    own_accounts: Iterable[str] = (),
    own_organizations: Iterable[str] = (),
    own_networks: Iterable[str] = (),
    actions: Iterable[str] = (),
    rcps: Sequence[Sequence[Policy]] = (),
    tags: Mapping[str, str] | None = None,
    effort: Effort | None = None,
) -> Reach:
    """Return who outside an account its resource's policy lets in.

    ``own_accounts``, ``own_organizations`` and ``own_networks`` (ids of VPCs and VPC endpoints, address ranges) count
    as inside, too. ``actions`` are those the resource knows, from which witnesses are taken. ``rcps`` are the resource
    control policies of each level, which count where AWS applies them to the resource's service. ``tags`` are those of
    the resource; None where they are not known, so that it may have any. Someone whom only a
    place, such as a VPC, or a name that says nothing of its owner lets in makes the reach unknown, and so does a
    condition under which no allowed request was found although there may be one, or a policy that takes more than
    ``effort``, which may be shared, to look into. ValueError for a range of ``own_networks`` that is none.
    """
    organizations = set(own_organizations)
    levels = tuple(map(tuple, rcps)) if rcps and heeds_rcps(resource) else ()
    within = inside({account, *own_accounts}, organizations, own_networks)
    named = Named(_joined(document, levels), account, min(organizations, default=""), within.accounts)
    policies = Policies(identity=(WILLING,), resource=compiled(document), rcps=levels)
    effort = effort or Effort()
    effort.decision = _words(named.document)
    question = Question(policies, named, resource, within, tuple(actions), effort, tags)
    return _summed(list(_entries(question)))


def _joined(document: Document, rcps: Sequence[Sequence[Policy]]) -> Document:
    """Return one document with the statements of all, for what their conditions name."""
    others = (each for level in rcps for policy in level for each in policy.document.statements)
    return Document(document.version, (*document.statements, *others)) if rcps else document


def _entries(question: Question) -> Iterator[Entry]:
    left, effort = MOST_PROBES, question.effort
    own = question.policies.resource
    controls = (policy for level in question.policies.rcps for policy in level)
    rules = [rule for policy in (own, *controls) if policy for rule in _rules(policy)]
    denials = [rule for rule in rules if not rule.statement.allows]
    for rule in _rules(own) if own else ():
        if rule.statement.allows:
            usable = left > 0 and effort.spend(effort.decision) and _is_readable(rule.statement)
            pairs = asked(question.resource, question.actions, rule, denials, effort) if usable else None
            for probe in _outsiders(question, rule.statement):
                able = pairs is not None and left > 0 and effort.left > 0
                entry = tried(question, rule, probe, pairs) if pairs and able else Entry(Extent.UNKNOWN, probe)
                left -= 1
                if entry:
                    yield entry
                if entry and (entry.extent is Extent.PUBLIC or not able):
                    break


def _words(document: Document) -> int:
    """Return how many words the statements of a document count for in a decision; at least one."""
    count = 1
    for each in document.statements:
        names = len(each.principals or ()) + len(each.not_principals or ())
        texts = (each.actions, each.not_actions, each.resources, each.not_resources)
        count += 1 + names // NAMES + sum(len(words or ()) for words in texts) + sum(map(weight, each.conditions))
    return count


def _outsiders(question: Question, statement: Statement) -> Iterator[Probe]:
    for probe in probes(statement, question.named, question.resource):
        if probe.account not in question.inside.accounts and probe.organization not in question.inside.organizations:
            yield probe


def _is_readable(statement: Statement) -> bool:
    """Return whether a statement is one that AWS could have taken: others would be searched for ever."""
    texts = (*(statement.actions or ()), *(statement.resources or ()))
    values = [value for condition in statement.conditions for value in condition.values]
    longest = max(map(len, (*texts, *values)), default=0)
    return (
        longest <= LONGEST
        and len(statement.conditions) <= MOST_CONDITIONS
        and not any(map(_is_undocumented, statement.conditions))
    )


def _is_undocumented(condition: Condition) -> bool:
    """Return whether a condition compares ARNs with a pattern of which AWS does not say what it matches, as ``*``."""
    undone = (each for each in condition.values if "*" in each and each.count(":") < COLONS_OF_ARN)
    return condition.operator.rpartition("values:")[2].startswith("arn") and any("${" not in each for each in undone)


def _rules(policy: Policy) -> list[Rule]:
    """Return all statements of a policy, in order."""
    found = {rule.number: rule for rules in (policy.of_any_service, *policy.by_service.values()) for rule in rules}
    return [found[number] for number in sorted(found)]


def _summed(found: list[Entry]) -> Reach:
    anyones = {(each.statement, each.probe.service) for each in found if each.probe.service and not each.guarded}
    # Where a service acts for anyone, it needs no saying that it acts for some.
    entries = [each for each in found if not each.probe.acts_for or (each.statement, each.probe.service) not in anyones]
    services = [entry for entry in entries if entry.probe.service and entry.extent is Extent.SERVICE_ONLY]
    shown = {entry.party: entry.witness for entry in reversed(entries) if entry.witness}
    return Reach(
        max((entry.extent for entry in entries), default=Extent.INTERNAL),
        accounts=frozenset(entry.account for entry in entries if entry.account),
        organizations=frozenset(entry.organization for entry in entries if entry.organization),
        services=frozenset(entry.probe.service for entry in services),
        confusable=frozenset(entry.probe.service for entry in services if not entry.guarded),
        providers=frozenset(entry.probe.provider for entry in entries if entry.probe.provider),
        witnesses=tuple(reversed(shown.values())),
        undecided=any(entry.witness is None and not entry.probe.service for entry in entries),
    )
