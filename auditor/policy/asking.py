"""The actions and resources to ask about when a statement is tried: those it grants that say most first."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.policy.conditions import Context
from auditor.policy.difference import TooManyStatesError, excess
from auditor.policy.kinds import Kind
from auditor.policy.patterns import VARIABLE, matches, nonempty, overlaps, tokens, witness
from auditor.policy.resources import Reading, about, target
from auditor.policy.solver import FRESH, filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.policy.conditions import Truth
    from auditor.policy.effort import Effort
    from auditor.policy.policies import Rule

MOST_ASKED: Final = 40
"""How many pairs of an action and a resource are tried for each outsider."""
MOST_COMPARED: Final = 200
"""How many patterns of Denies are looked at for what they leave out."""
LONGEST: Final = 2_048
"""The longest patterns that a search looks into: no ARN is longer."""
TYPICAL: Final = {
    "dynamodb": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DescribeTable"),
    "ecr": ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:PutImage"),
    "es": ("es:ESHttpGet", "es:ESHttpPost"),
    "events": ("events:PutEvents", "events:PutRule"),
    "execute-api": ("execute-api:Invoke",),
    "iam": ("sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"),
    "kms": ("kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt", "kms:DescribeKey", "kms:CreateGrant"),
    "lambda": ("lambda:InvokeFunction", "lambda:InvokeFunctionUrl", "lambda:GetFunction"),
    "s3": ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "s3:PutBucketPolicy"),
    "secretsmanager": ("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
    "sns": ("sns:Publish", "sns:Subscribe"),
    "sqs": ("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
}
"""The actions to show for each service, where a policy allows them."""
MOST_TOLD_APART: Final = 4_000
"""How often a pair is compared with a Deny before all are asked about, alike or not."""
ANY_READING: Final = Reading(Kind.RESOURCE, Context(open=True))
CHARACTERS: Final = 16
"""How many pairs of characters of two patterns count as one word of work."""
SERVICE_PART: Final = 2
SELF_CONTAINED: Final = {
    **dict.fromkeys(("ecr", "elasticfilesystem", "kms", "secretsmanager", "sqs"), ()),
    **dict.fromkeys(("dynamodb", "es", "kinesis", "s3"), ("/",)),
    **dict.fromkeys(("lambda", "sns"), (":",)),
}
"""The services whose resources' policies are about the resource and what is within its ARN, and nothing else.

Each has what stands between the two in an ARN.
"""
SEPARATORS: Final = ("/", ":")
HOLDERS: Final = "arn:aws*:s3:::*"
"""The resources of which it is what they hold that matters."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Pairs of an action and a resource, and whether they stand for all that a statement grants."""

    pairs: tuple[tuple[str, str], ...]
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Ground:
    """A resource, and what its policy can be about."""

    resource: str
    service: str
    separators: tuple[str, ...]
    closed: bool

    @property
    def patterns(self) -> tuple[str, ...]:
        """Patterns for the resource and for all that is within it."""
        return (self.resource, *(f"{self.resource}{each}*" for each in self.separators))

    @property
    def own(self) -> tuple[str, ...]:
        """The resource and something in it, the more telling first."""
        inner = f"{self.resource}/{FRESH}"
        return (inner, self.resource) if matches(HOLDERS, self.resource) else (self.resource, inner)

    def has(self, arn: str) -> bool:
        """Return whether an ARN is the resource's or of something that belongs to it."""
        return arn == self.resource or arn.startswith(tuple(f"{self.resource}{each}" for each in self.separators))

    def takes(self, arn: str) -> bool:
        """Return whether a policy of the resource can be about an ARN."""
        return not self.closed or self.has(arn)

    def heeds(self, pattern: str) -> bool:
        """Return whether a policy of the resource can be about some ARN that a pattern matches."""
        found = tokens(pattern) or ()
        return not self.closed or any(overlaps(found, tokens(each) or ()) for each in self.patterns)

    def performs(self, action: str) -> bool:
        """Return whether the resource may know an action."""
        return not self.closed or action.lower().startswith(f"{self.service}:")


def _ground(resource: str) -> _Ground:
    parts = resource.split(":", SERVICE_PART + 1)
    service = parts[SERVICE_PART] if parts[0] == "arn" and len(parts) > SERVICE_PART + 1 else ""
    return _Ground(resource, service, SELF_CONTAINED.get(service, SEPARATORS), service in SELF_CONTAINED)


@dataclass(slots=True)
class _Hunt:
    """A search for texts that patterns match, with what work may be done, and whether that was too little."""

    effort: Effort
    gave_up: bool = False

    def left(self, patterns: list[str], denied: list[str]) -> list[str]:
        """Return a text that patterns allow and none of those of Denies matches, if there is one."""
        if not denied or not patterns:
            return []
        if max(map(len, (*patterns, *denied))) > LONGEST or len(patterns) + len(denied) > MOST_COMPARED:
            self.gave_up = True
            return []
        half = self.effort.half()
        try:
            found = excess(patterns, denied, half)
        except TooManyStatesError:
            self.gave_up = True
            return []
        finally:
            self.effort.give_back(half)
        return [found] if found else []

    def both(self, pattern: str, other: str) -> Iterator[str]:
        """Yield a text that two patterns match, if there is one: with something for what is open, if that will do."""
        if len(pattern) >= LONGEST or not self.effort.spend(len(pattern) * len(other) // CHARACTERS):
            self.gave_up = True
            return
        one, two = tokens(pattern) or (), tokens(other) or ()
        found = (witness(nonempty(one), nonempty(two)), witness(one, two))
        yield from itertools.islice((each for each in found if each is not None), 1)


def asked(resource: str, known: Iterable[str], rule: Rule, denials: list[Rule], effort: Effort) -> Asked:
    """Return what to ask of a statement in a resource's policy; ``known`` are actions that the resource knows."""
    ground, hunt = _ground(resource), _Hunt(effort)
    actions = _first(_spelt(_actions(ground, known, rule, denials, hunt), rule))
    patterns = [VARIABLE.sub(FRESH, each) for each in rule.statement.resources or ("*",)]
    heeded = [each for each in patterns if ground.heeds(each)]
    resources = _first(_resources(ground, heeded[:MOST_COMPARED], denials, hunt))
    granted = [each for each in resources if about(rule.statement, target(each), ANY_READING) is not False]
    pairs = list(itertools.islice(itertools.product(actions, granted), MOST_ASKED + 1))
    most = max(len(actions), len(resources), len(pairs))
    complete = most <= MOST_ASKED and len(heeded) <= MOST_COMPARED and not hunt.gave_up
    return Asked(tuple(_distinct(pairs[:MOST_ASKED], denials)), complete=complete)


def _distinct(pairs: list[tuple[str, str]], denials: list[Rule]) -> Iterable[tuple[str, str]]:
    """Return the pairs of which no two are denied by the same statements, the first of each."""
    if len(pairs) * len(denials) > MOST_TOLD_APART:
        return pairs
    told: dict[tuple[Truth, ...], tuple[str, str]] = {}
    for pair in reversed(pairs):
        told[tuple(_concerns(denial, *pair) for denial in denials)] = pair
    return reversed(told.values())


def _concerns(denial: Rule, action: str, resource: str) -> Truth:
    return denial.covers(action.lower()) and about(denial.statement, target(resource), ANY_READING)


def _first(texts: Iterator[str]) -> list[str]:
    """Return the first texts, each once: one more than are asked for, where there are more."""
    found: dict[str, None] = {}
    for text in texts:
        found[text] = None
        if len(found) > MOST_ASKED:
            break
    return list(found)


def _actions(ground: _Ground, known: Iterable[str], rule: Rule, denials: list[Rule], hunt: _Hunt) -> Iterator[str]:
    service = ground.service
    exempt = [each for denial in denials for each in denial.statement.not_actions or ()]
    named = [filled(each) for each in (*(rule.statement.actions or ()), *exempt) if ":" in each]
    written = (f"{service}:*" if each == "*" else each.lower() for each in rule.statement.actions or ("*",))
    patterns = [each for each in written if ground.performs(each)]
    denied = [each.lower() for denial in denials for each in denial.statement.actions or ()]
    for action in (
        *TYPICAL.get(service, ()),
        *known,
        *hunt.left(patterns, denied),
        *named,
        f"{service}:{FRESH.title()}",
    ):
        if ground.performs(action) and rule.covers(action.lower()):
            yield action


def _spelt(actions: Iterator[str], rule: Rule) -> Iterator[str]:
    """Yield actions as a statement spells them, where it does."""
    spellings = {each.lower(): each for each in rule.statement.actions or ()}
    for action in actions:
        written = spellings.get(action.lower(), action)
        service, _, name = written.partition(":")
        yield f"{service.lower()}:{name}"


def _resources(ground: _Ground, patterns: list[str], denials: list[Rule], hunt: _Hunt) -> Iterator[str]:
    """Yield resources that patterns grant: the policy's own, and what is within it."""
    exempt = [each for denial in denials for each in denial.statement.not_resources or () if len(each) < LONGEST]
    others = (*ground.patterns[1:], *exempt[:MOST_ASKED])
    for pattern in patterns:
        found = [filled(pattern)] if pattern != "*" else []
        found += [each for each in ground.own if matches(pattern, each)]
        yield from filter(ground.takes, (*found, *(both for each in others for both in hunt.both(pattern, each))))
    denied = [each for denial in denials for each in denial.statement.resources or ()]
    yield from hunt.left([each for each in patterns if ground.has(each)] or list(ground.patterns), denied)
