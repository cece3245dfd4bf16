"""Collecting: making the planned calls, each once, and asking of each listed resource what the plan wants to know."""

from __future__ import annotations

from collections import defaultdict, deque
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from auditor.call import Failure
from auditor.facts import Asked, Joined, in_order
from auditor.request import Unseen
from auditor.resource import GLOBAL, REGIONAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.call import Call, Outcome
    from auditor.crew import Crew
    from auditor.facts import Fact
    from auditor.inventory import Inventory
    from auditor.plan import Plan
    from auditor.resource import Listing, Resource


class Progress(Protocol):
    """Is told how a collection goes."""

    def asked(self, call: Call) -> None:
        """A call joins the work."""

    def answered(self, call: Call, outcome: Outcome) -> None:
        """A call came back."""


class Quiet:
    """Progress that nobody watches."""

    def asked(self, call: Call) -> None:
        """Tell nobody."""

    def answered(self, call: Call, outcome: Outcome) -> None:
        """Tell nobody."""


class Collector:
    """Fills an inventory by a plan. A call wanted twice is made once and its outcome shared."""

    def __init__(self, plan: Plan, inventory: Inventory, crew: Crew, progress: Progress) -> None:
        self._plan = plan
        self._inventory = inventory
        self._crew = crew
        self._progress = progress
        self._waiting: dict[Call, list[Callable[[], None]]] = {}
        self._ready: deque[Callable[[], None]] = deque()
        self._unlisted = {(each, region) for each in plan.types for region in inventory.regions(each)}
        self._asked: dict[type[Resource], list[Asked[Any]]] = defaultdict(list)
        for resource_type in plan.types:
            self._asked[resource_type] = list(plan.asked(resource_type))

    def run(self) -> None:
        """Make every planned call and return when the inventory is complete."""
        self._begin()
        while finished := self._crew.next():
            call, outcome = finished
            self._progress.answered(call, outcome)
            self._inventory.outcomes[call] = outcome
            self._ready.extend(self._waiting.pop(call))
            self._settle()

    def abandon(self, code: str, message: str) -> None:
        """Make what was not collected unseen for the reason given, so that no verdict rests on it."""
        self._inventory.uncollected = Failure(code, message, self._inventory.at)
        for resource_type, region in sorted(self._unlisted, key=lambda place: (place[0].__name__, place[1])):
            self._inventory.enlist(resource_type, region)
        self._unlisted.clear()

    def _begin(self) -> None:
        places = sorted(self._unlisted, key=lambda place: (place[0].listing is not None, place[0].__name__, place[1]))
        for resource_type, region in places:
            if resource_type.listing is None:
                self._enlist(resource_type, region)
            else:
                self._list(resource_type, region, resource_type.listing, self._needing(resource_type.listing))
            if resource_type.scope is GLOBAL:
                self._join(resource_type, region)
        self._settle()

    def _list(self, resource_type: type[Resource], region: str, listing: Listing, needing: Iterator[Call]) -> None:
        """Have a type's resources listed in a region, once the calls came back that tell whether that is needed."""
        call = next(needing, None)
        if call is not None:
            self._request(call, partial(self._list, resource_type, region, listing, needing))
        elif listing.needed(self._inventory):
            call = self._inventory.shared_call(listing.request, region)
            self._request(call, partial(self._enlist, resource_type, region))
        else:
            self._enlist(resource_type, region)

    def _needing(self, listing: Listing) -> Iterator[Call]:
        """Yield the calls about the account that tell whether there is anything to list."""
        if listing.moot and listing.moot.fact in self._plan.facts:
            yield from self._calls(self._inventory.one(listing.moot.fact.owner), in_order([listing.moot.fact]))

    def _settle(self) -> None:
        while self._ready:
            self._ready.popleft()()

    def _request(self, call: Call, then: Callable[[], None] = lambda: None) -> None:
        """Have the call made, unless it was or is; run ``then`` once its outcome is known."""
        if call in self._inventory.outcomes:
            self._ready.append(then)
        elif call in self._waiting:
            self._waiting[call].append(then)
        else:
            self._waiting[call] = [then]
            self._progress.asked(call)
            self._crew.submit(call)

    def _join(self, resource_type: type[Resource], region: str) -> None:
        """Have the bulk reads made that tell of the type's resources in a region."""
        for fact in self._plan.joined(resource_type):
            self._request(self._inventory.shared_call(fact.request, region))

    def _enlist(self, resource_type: type[Resource], region: str) -> None:
        self._unlisted.discard((resource_type, region))
        resources = self._inventory.enlist(resource_type, region)
        if resources and resource_type.scope is REGIONAL:
            # Of the many regions, most have none of a type.
            self._join(resource_type, region)
        for resource in filter(self._plan.wants, resources):
            for fact in self._asked[resource_type]:
                # What tells whether the call is needed, and what it takes.
                self._ask(resource, fact, self._calls(resource, in_order(fact.inputs)))

    def _calls(self, resource: Resource, facts: Iterable[Fact[Any]]) -> Iterator[Call]:
        """Yield the calls that tell of ``facts`` of a resource."""
        for each in facts:
            if not isinstance(resource, each.owner):
                continue
            if isinstance(each, Joined):
                yield self._inventory.shared_call(each.request, resource.listing_region)
            elif isinstance(each, Asked) and not each.is_moot(resource):
                yield each.call(resource)

    def _ask(self, resource: Resource, fact: Asked[Any], deciding: Iterator[Call]) -> None:
        try:
            call = next(deciding, None)
            if call is not None:
                self._request(call, partial(self._ask, resource, fact, deciding))
            elif not fact.is_moot(resource):
                self._request(fact.call(resource))
        except Unseen:
            # The call cannot even be made; whoever reads the fact is told the same.
            return
