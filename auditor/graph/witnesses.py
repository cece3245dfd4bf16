"""Concrete resources on which an identity may do all that a path needs."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final

from auditor.graph.administrators import UNNAMED
from auditor.graph.choices import REGION
from auditor.graph.edges import all_certain
from auditor.graph.known_paths import checked, requests
from auditor.graph.powers import Aim, all_asked
from auditor.policy.patterns import VARIABLE, tokens, witness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.graph.edges import Proof
    from auditor.graph.powers import Powers
    from auditor.policy import Statement

NEW: Final = "new"
"""What a resource is called whose name is the caller's choice."""
ELSEWHERE: Final = "eu-west-1"
"""A region to try beside the first."""
REGION_NAME: Final = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
MOST_REGIONS: Final = 4
MOST_PATTERNS: Final = 24
NONE: Final = "*"
"""Stands for the resource of an action that knows none."""


def carried_out(
    powers: Powers,
    actions: Iterable[str],
    fixed: Mapping[str, Aim] | None = None,
    known: Mapping[str, tuple[str, ...]] | None = None,
    *,
    creates: bool = True,
) -> tuple[Proof, ...] | None:
    """Return the proof that an identity may do actions, each on all the resources it needs; None where it may not.

    Actions that need a resource of the same sort are about the same one. ``fixed`` says which, by its template;
    ``known`` is what else AWS says of the requests.
    """
    best: tuple[Proof, ...] | None = None
    for needed, said in _needs(actions):
        proof = _carried_out(powers, needed, fixed or {}, {**(known or {}), **said}, creates=creates)
        if proof is not None and (best is None or all_certain(proof)):
            best = proof
    return best


def _needs(actions: Iterable[str]) -> Iterator[tuple[dict[str, list[str]], Mapping[str, tuple[str, ...]]]]:
    """Yield the actions by the resources they need, with what is known of the requests then: mostly one way."""
    needed: dict[str, list[str]] = defaultdict(list)
    for action in actions:
        for template in requests()[action] or (NONE,):
            needed[template].append(action)
    checks = [(*checked()[action], action) for about in needed.values() for action in about if action in checked()]
    yield needed, {key: ("false",) for key, _, _ in checks}
    if checks:
        more = {resource: [action] for _, resource, action in checks}
        yield {**needed, **more}, {key: ("true",) for key, _, _ in checks}


def _carried_out(
    powers: Powers,
    needed: Mapping[str, list[str]],
    fixed: Mapping[str, Aim],
    known: Mapping[str, tuple[str, ...]],
    *,
    creates: bool,
) -> tuple[Proof, ...] | None:
    proofs: list[Proof] = []
    for template, about in needed.items():
        aim = fixed.get(template)
        told = [Aim("", aim.resource, {**aim.known, **known}, aim.tags, aim.creates)] if aim else None
        tried = told or _aims(powers, template, about, known, creates=creates)
        found = _first(powers, about, tried)
        if found is None:
            return None
        proofs += found
    return tuple(proofs)


def _first(powers: Powers, actions: list[str], aims: Iterable[Aim]) -> tuple[Proof, ...] | None:
    """Return the decisions on the first resource on which all actions are surely allowed, or else may be."""
    best: tuple[Proof, ...] | None = None
    for aim in aims:
        if aim.creates and aim.resource in powers.world.place:
            continue  # there is an identity of that name
        allowed = all_asked(powers, (_of(aim, action) for action in actions))
        if allowed is not None:
            if all_certain(allowed):
                return allowed
            best = best or allowed
    return best


def _of(aim: Aim, action: str) -> Aim:
    return Aim(action, aim.resource, aim.known, aim.tags, aim.creates)


def _aims(
    powers: Powers, template: str, actions: list[str], known: Mapping[str, tuple[str, ...]], *, creates: bool
) -> Iterator[Aim]:
    """Yield the resources worth trying: one that no policy names, and those that the policies' patterns name."""
    regions = list(islice(_regions(powers, actions), MOST_REGIONS))
    for region in regions:
        arn = NONE if template == NONE else _fresh(powers, template, region)
        yield Aim("", arn, {**known, REGION: (region,)}, creates=creates)
    if template != NONE:
        statements = (each for action in actions for each in _allowing(powers, action))
        patterns = dict.fromkeys(pattern for each in statements for pattern in each.resources or ())
        for pattern in islice((each for each in patterns if each != "*"), MOST_PATTERNS):
            own = _region_of(pattern)
            for region in (own,) if own else regions:
                arn = like(pattern, _filled(powers, template, region, "*"))
                if arn:
                    yield Aim("", arn, {**known, REGION: (region,)}, creates=creates)


@functools.lru_cache(maxsize=8_192)
def like(pattern: str, template: str) -> str:
    """Return an ARN that both patterns mean, with a name of its own where one fits; empty where there is none."""
    wanted = tokens(VARIABLE.sub("*", pattern)) or ()
    found = (witness(wanted, tokens(template + end) or ()) for end in (NEW, ""))
    return next((arn for arn in found if arn), "")


def _region_of(pattern: str) -> str:
    """Return the region that a pattern names; empty where it names none, or several."""
    parts = pattern.split(":", 4)
    return parts[3] if len(parts) > 4 and REGION_NAME.fullmatch(parts[3]) else ""  # noqa: PLR2004


def _fresh(powers: Powers, template: str, region: str) -> str:
    """Return the ARN of something that there is not yet."""
    arn = _filled(powers, template, region, NEW)
    return _filled(powers, template, region, UNNAMED) if arn in powers.world.place else arn


def _filled(powers: Powers, template: str, region: str, name: str) -> str:
    account = powers.world.account
    return template.format(partition=account.partition, region=region, account=account.id, name=name)


def _allowing(powers: Powers, action: str) -> Iterator[Statement]:
    for policy in powers.policies(action).identity:
        yield from (rule.statement for rule in policy.of_any_service if rule.statement.allows)


def _regions(powers: Powers, actions: list[str]) -> Iterator[str]:
    """Yield the regions worth trying: the partition's first, and where policies tell regions apart, others."""
    yield powers.world.region
    named: dict[str, None] = {}
    for action in actions:
        policies = powers.policies(action)
        groups = (policies.identity, policies.boundaries, *policies.scps, *policies.rcps)
        rules = (rule for group in groups for policy in group for rule in policy.of_any_service)
        conditions = (each for rule in rules for each in rule.statement.conditions)
        named |= dict.fromkeys(value for each in conditions if each.key == REGION for value in each.values)
    found = [each for each in named if REGION_NAME.fullmatch(each)]
    yield from (each for each in found if each != powers.world.region)
    if found and powers.world.account.partition == "aws":
        yield ELSEWHERE
