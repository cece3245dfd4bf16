"""Which of the graph's actions a policy is about, as bits: candidates are found by them before anything is decided."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.policy import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.policy import Policy
    from auditor.policy.policies import Rule

LAST: Final = "\U0010ffff"
"""Sorts behind every character."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """The actions of a vocabulary that a policy's statements are about."""

    allowed: int
    """Those that an Allow is about."""
    denied: int
    """Those that a Deny is about."""


class Vocabulary:
    """The actions that matter, each with a bit. Their order is alphabetical, so that a prefix is a run of bits."""

    def __init__(self, actions: Iterable[str]) -> None:
        self._actions = sorted({action.lower() for action in actions})
        self._bits = {action: 1 << place for place, action in enumerate(self._actions)}
        self._all = (1 << len(self._actions)) - 1

    def mask(self, actions: Iterable[str]) -> int:
        """Return the bits of actions, all of which must be in the vocabulary."""
        mask = 0
        for action in actions:
            mask |= self._bits[action.lower()]
        return mask

    def mentions(self, policy: Policy) -> Mentions:
        """Return what the statements of a policy are about, whatever their resources and conditions."""
        allowed = denied = 0
        for rule in rules(policy):
            covered = self._covered(rule)
            if rule.statement.allows:
                allowed |= covered
            else:
                denied |= covered
        return Mentions(allowed, denied)

    def _covered(self, rule: Rule) -> int:
        covered = 0
        for action in rule.exact:
            covered |= self._bits.get(action, 0)
        for prefix in rule.prefixes:
            covered |= self._run(prefix)
        for pattern in rule.patterns:
            covered |= self.mask(action for action in self._actions if matches(pattern, action))
        return covered if rule.statement.not_actions is None else self._all & ~covered

    def _run(self, prefix: str) -> int:
        start, end = bisect_left(self._actions, prefix), bisect_left(self._actions, prefix + LAST)
        return (1 << end) - (1 << start)


def rules(policy: Policy) -> Iterator[Rule]:
    """Yield all statements of a policy, in order."""
    found = {rule.number: rule for some in (policy.of_any_service, *policy.by_service.values()) for rule in some}
    yield from (found[number] for number in sorted(found))
