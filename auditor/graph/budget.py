"""What a search for ways may cost: counted in what decisions look at, so that the same account ends the same way."""

from __future__ import annotations

from typing import Final

BASE: Final = 5
"""What a decision, or a new identity, costs beside the statements that are looked at: about as much as so many."""
UNSURE: Final = 4
"""How many further decisions an uncertain one counts as: those that try what the caller may choose."""


class SpentError(Exception):
    """The search has cost all that it may."""


class Budget:
    """What a search may still cost, in statements looked at; without a limit until there is an allowance."""

    def __init__(self) -> None:
        self._left: int | None = None

    def allow(self, more: int) -> None:
        """Add an allowance to what is left."""
        self._left = more + (self._left or 0)

    def lift(self) -> None:
        """Take away the limit."""
        self._left = None

    def spend(self, statements: int) -> None:
        """Count a decision that looks at some statements; raise `SpentError` where no more may be."""
        if self._left is not None:
            self._left = max(self._left - BASE - statements, 0)
            if not self._left:
                raise SpentError
