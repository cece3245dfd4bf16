"""What one check may read, and what it has read: the source of every finding's evidence."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextvars import Token

    from auditor.facts import Fact, Observation
    from auditor.resource import Resource


class UndeclaredReadError(Exception):
    """A check read what its ``reads`` do not declare: a fault of the check, never a verdict."""

    def __init__(self, what: str) -> None:
        super().__init__(f"reads {what}, which its `reads` does not declare")


class Reading:
    """The facts and resource types that may be read, and the observations made, while the context is entered."""

    def __init__(self, facts: Iterable[Fact[Any]], types: Iterable[type[Resource]]) -> None:
        self.facts = frozenset(facts)
        self.types = frozenset(types)
        self.observations: list[Observation] = []
        self._token: Token[Reading | None] | None = None

    def __enter__(self) -> Self:
        """Make this the reading that facts report to."""
        self._token = _CURRENT.set(self)
        return self

    def __exit__(self, *_exception: object) -> None:
        """Return to the reading around this one."""
        if self._token is not None:
            _CURRENT.reset(self._token)

    def admit(self, fact: Fact[Any]) -> None:
        """Refuse a fact that was not declared."""
        if fact not in self.facts:
            raise UndeclaredReadError(repr(fact))

    def admit_type(self, resource_type: type[Resource]) -> None:
        """Refuse a look-up of resources that were not declared."""
        if resource_type not in self.types:
            raise UndeclaredReadError(f"the list of {resource_type.__name__}")


_CURRENT: ContextVar[Reading | None] = ContextVar("reading", default=None)


def current() -> Reading | None:
    """Return the reading in force, if a check is running."""
    return _CURRENT.get()


def note(observation: Observation) -> None:
    """Add evidence that no fact of the resource is, where a check or a derived fact comes to its answer."""
    reading = current()
    if reading:
        reading.observations.append(observation)
