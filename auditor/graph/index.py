"""An index of ARNs: which of them a resource pattern may mean, as bits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.policy.patterns import VARIABLE, Pattern, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.policy import Policies

ARN_PARTS: Final = 6
MOST_PARTS: Final = 64
"""Above, it costs less to decide on each by itself."""


class Index:
    """ARNs, each with the bits it stands for: by itself its own place, or all that it has a part in."""

    def __init__(self, arns: Sequence[str], bits: Sequence[int]) -> None:
        self._bits = dict(zip(arns, bits, strict=True))
        self._everything = 0
        for each in bits:
            self._everything |= each
        self._meant: dict[str, int] = {}

    def allowed(self, policies: Policies) -> int:
        """Return the bits of what the identity policies may allow something on, whatever else limits them.

        The policies are cut down to one action, whose Denies and conditions are not looked at.
        """
        bits = 0
        for policy in policies.identity:
            for rule in policy.of_any_service:
                if rule.statement.allows:
                    patterns = rule.statement.resources
                    bits |= self._everything if patterns is None else self._union(patterns)
        return bits

    def _union(self, patterns: Iterable[str]) -> int:
        bits = 0
        for pattern in patterns:
            bits |= self.meant(pattern)
        return bits

    def meant(self, pattern: str) -> int:
        """Return the bits of what a pattern may mean, whatever its variables stand for.

        A short ARN may mean anything: its missing parts are open.
        """
        found = self._bits.get(pattern)
        if found is None:
            found = self._meant.get(pattern)
        if found is None:
            found = self._meant[pattern] = self._matching(pattern)
        return found

    def _matching(self, pattern: str) -> int:
        if pattern == "*" or pattern.count(":") < ARN_PARTS - 1:
            return self._everything
        wild = Pattern(tokens(VARIABLE.sub("*", pattern)) or ())
        bits = 0
        if wild.literal is None:
            for arn, each in self._bits.items():
                if wild.takes(arn):
                    bits |= each
        return bits


def split(bits: int, cuts: Iterable[int]) -> list[int]:
    """Return bits in parts, each inside or outside each of the cuts; none where there are more than `MOST_PARTS`."""
    parts = [bits] if bits else []
    for cut in cuts:
        parts = [part for each in parts for part in (each & cut, each & ~cut) if part]
        if len(parts) > MOST_PARTS:
            return []
    return parts


def places(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, the lowest first."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
