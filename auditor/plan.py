"""The plan: which calls are needed for the selected checks, or for other facts, known before any is made."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from auditor.facts import Asked, Joined, Listed
from auditor.resource import GLOBAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.call import Failure
    from auditor.checking import Check
    from auditor.facts import Fact
    from auditor.request import Request
    from auditor.resource import Resource
    from auditor.secrets import Examined


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of the plan, and how often it is called: once per account, per region, or per resource."""

    request: Request
    resource_type: type[Resource]
    per_resource: bool

    @property
    def per(self) -> str:
        """What the operation is called once for."""
        if self.per_resource and self.resource_type.listing:
            return self.resource_type.__name__
        return "account" if self.resource_type.scope is GLOBAL else "region"

    def calls(self, regions: int) -> int | None:
        """Return how many calls it takes over ``regions``; None when that depends on what AWS lists."""
        return {"account": 1, "region": regions}.get(self.per)


class Plan:
    """What is needed: resource types to list and facts to read, and nothing else.

    ``wants`` tells of which listed resources the facts that take a call each are read: of all, unless told otherwise.
    """

    def __init__(self, checks: Iterable[Check]) -> None:
        self.checks = tuple(checks)
        self.wants: Callable[[Resource], bool] = lambda _resource: True
        self._include(
            (fact for check in self.checks for fact in check.facts),
            (each for check in self.checks for each in check.types),
        )

    @classmethod
    def of(cls, facts: Iterable[Fact[Any]], wants: Callable[[Resource], bool] | None = None) -> Self:
        """Return the plan for facts that no check reads; give those, too, that they are computed from."""
        plan = cls(())
        facts = tuple(facts)
        plan._include(facts, (fact.owner for fact in facts))
        plan.wants = wants or plan.wants
        return plan

    def _include(self, facts: Iterable[Fact[Any]], types: Iterable[type[Resource]]) -> None:
        self.types: tuple[type[Resource], ...] = tuple(sorted(set(types), key=_type_order))
        self.facts: tuple[Fact[Any], ...] = tuple(sorted(set(facts), key=repr))
        self._own: dict[type[Resource], list[Fact[Any]]] = defaultdict(list)
        for fact in self.facts:
            self._own[fact.owner].append(fact)

    def joined(self, resource_type: type[Resource]) -> Iterator[Joined[Any]]:
        """Yield the planned bulk facts of a type."""
        return (fact for fact in self._own.get(resource_type, ()) if isinstance(fact, Joined))

    def asked(self, resource_type: type[Resource]) -> Iterator[Asked[Any]]:
        """Yield the planned per-resource facts of a type."""
        return (fact for fact in self._own.get(resource_type, ()) if isinstance(fact, Asked))

    def understands(self, operation: str, failure: Failure) -> bool:
        """Return whether a planned fact takes a failure of ``operation`` (as evidence names it) for an answer."""
        asked = (fact for fact in self.facts if isinstance(fact, Asked) and fact.request.name == operation)
        return any(fact.answer(failure) is not None for fact in asked)

    def readers(self, request: Request) -> tuple[str, ...]:
        """Return the ids of the checks that read what ``request`` supplies."""
        return tuple(check.id for check in self.checks if request.name in Plan([check]).names)

    @property
    def names(self) -> frozenset[str]:
        """The planned operations, as evidence names them."""
        return frozenset(step.request.name for step in self.steps())

    def operations(self) -> dict[str, set[str]]:
        """Return the names of the planned operations by service."""
        operations: dict[str, set[str]] = defaultdict(set)
        for step in self.steps():
            operations[step.request.service].add(step.request.operation)
        return operations

    def examined(self) -> dict[tuple[str, str], set[Examined]]:
        """Return which texts of replies may hold secrets, by service and operation."""
        examined: dict[tuple[str, str], set[Examined]] = defaultdict(set)
        for step in self._all_steps():
            if step.request.examined:
                examined[step.request.service, step.request.operation].add(step.request.examined)
        return dict(examined)

    def steps(self) -> Iterator[Step]:
        """Yield every operation of the plan, once for each way it is called."""
        seen = set()
        for step in self._all_steps():
            key = step.request.name, str(step.request.parameters), step.per
            if key not in seen:
                seen.add(key)
                yield step

    def _all_steps(self) -> Iterator[Step]:
        for resource_type in self.types:
            if resource_type.listing:
                yield Step(resource_type.listing.request, resource_type, per_resource=False)
        for fact in self.facts:
            for request in fact.requests:
                yield Step(request, fact.owner, per_resource=not isinstance(fact, (Joined, Listed)))


def _type_order(resource_type: type[Resource]) -> tuple[str, str]:
    return resource_type.service, resource_type.__name__
