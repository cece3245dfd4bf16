"""How much work a policy is worth: those written to stall are looked into less thoroughly, and counted as unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST: Final = 200_000
"""How many words of statements are compared, or steps of automata taken, for a policy: a second's work or less."""


@dataclass(slots=True)
class Effort:
    """How much work is left, and how much of it a decision takes."""

    left: int = MOST
    decision: int = 1

    def spend(self, work: int) -> bool:
        """Return whether there was enough left for some work, of which there is less then, or nothing."""
        self.left = max(self.left - work, -1)
        return self.left >= 0

    def half(self) -> Effort:
        """Return half of what is left; whoever takes it gives back what they leave."""
        taken = max(self.left, 0) // 2
        self.left -= taken
        return Effort(taken, self.decision)

    def give_back(self, part: Effort) -> None:
        """Take back what is left of a part."""
        self.left += max(part.left, 0)
