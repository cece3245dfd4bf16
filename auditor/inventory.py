"""The inventory: an account's resources by type, look-ups that never conclude from a refusal, and the gaps."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from auditor.call import Call, Failure
from auditor.facts import closure, either
from auditor.reading import Reading, current
from auditor.remedies import NOT_LISTED, NOT_OFFERED
from auditor.request import UNREADABLE, Unseen
from auditor.resource import GLOBAL, GLOBAL_REGION, Resource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from auditor.call import Outcome, Reply
    from auditor.facts import Fact, Joined
    from auditor.request import Request
    from auditor.resource import Listing
    from auditor.targets import Target

R = TypeVar("R", bound=Resource)


class Gap(NamedTuple):
    """A listing that AWS did not answer: resources of the type may exist in the region, unseen."""

    resource_type: type[Resource]
    region: str
    unseen: Unseen


class Inventory:
    """What is known of one account: the outcomes of the calls made, and the resources they tell of.

    Everything that reads an inventory is pure: no clock, no environment, no network.
    """

    def __init__(self, target: Target, at: datetime) -> None:
        self.target = target
        self.at = at
        self.gaps: list[Gap] = []
        self.outcomes: dict[Call, Outcome] = {}
        self.uncollected = Failure("NotCollected", "this call was not part of the audit's plan", at)
        self._resources: dict[type[Resource], dict[str, Resource]] = defaultdict(dict)
        self._by_id: dict[type[Resource], dict[str, list[Resource]]] = {}
        self._joins: dict[tuple[Joined[Any], Call], dict[Any, Any]] = {}
        self._shared_calls: dict[tuple[Request, str], Call] = {}
        self._names: dict[str, Mapping[str, str]] = {}
        self._related: dict[Fact[Any], dict[object, list[Resource]]] = {}

    def names(self, region: str) -> Mapping[str, str]:
        """Return what templates may name of the place: partition, account, region."""
        if region not in self._names:
            place = {"partition": self.target.partition, "account": self.target.account, "region": region}
            self._names[region] = place
        return self._names[region]

    def outcome(self, call: Call) -> Outcome:
        """Return what came of a call; one that was never made is a failure that says so."""
        return self.outcomes.get(call, self.uncollected)

    def regions(self, resource_type: type[Resource]) -> tuple[str, ...]:
        """Return where resources of the type are listed: the audited regions, or the one global place."""
        return (GLOBAL_REGION,) if resource_type.scope is GLOBAL else self.target.regions

    def shared_call(self, request: Request, region: str) -> Call:
        """Return the call that answers for a whole ``region`` at once: a listing or a bulk read."""
        if (request, region) not in self._shared_calls:
            place = self.target.home_region if region == GLOBAL_REGION else region
            self._shared_calls[request, region] = request.call(place, self.names(region))
        return self._shared_calls[request, region]

    def enlist(self, resource_type: type[Resource], region: str) -> list[Resource]:
        """Add and return the type's resources in ``region``, from its recorded listing; note a gap on failure."""
        listing = resource_type.listing
        if listing is None:
            return self._add([self._single(resource_type, region)], region)
        if not listing.needed(self):
            return []
        try:
            reply = listing.request.succeeded(self.outcome(self.shared_call(listing.request, region)))
            rows = listing.read(reply)
        except Unseen as unseen:
            if unseen.code != NOT_OFFERED:
                self._miss(resource_type, region, unseen)
            return []
        resources = [self._listed(resource_type, listing, region, row, reply) for row in rows]
        return self._add([each for each in resources if each], region)

    def _miss(self, resource_type: type[Resource], region: str, unseen: Unseen) -> None:
        """Note a gap: one for a type in a region, however many rows cannot be read."""
        if not any(gap[:2] == (resource_type, region) for gap in self.gaps):
            self.gaps.append(Gap(resource_type, region, unseen))

    def _single(self, resource_type: type[Resource], region: str) -> Resource:
        target = self.target
        if region == GLOBAL_REGION:
            return resource_type(self, target.account, f"arn:{target.partition}:iam::{target.account}:root", region)
        # AWS gives a region's own settings no ARN; the auditor names them in the same grammar.
        arn = f"arn:{target.partition}:{resource_type.service}:{region}:{target.account}:region"
        return resource_type(self, region, arn, region)

    def _listed(
        self,
        resource_type: type[Resource],
        listing: Listing,
        region: str,
        row: Any,
        reply: Reply,
    ) -> Resource | None:
        try:
            identity = listing.identify(row, region, self.names)
        except UNREADABLE:
            unseen = listing.request.unseen("MalformedReply", f"a row of {listing.rows} does not name a resource")
            self._miss(resource_type, region, unseen)
            return None
        resource = resource_type(self, identity.id, identity.arn, identity.region)
        resource.name, resource.tags = identity.name, identity.tags
        resource.row, resource.listed_at = row, reply.at
        return resource

    def _add(self, resources: list[Resource], listed_in: str) -> list[Resource]:
        """Keep what is new and in scope.

        What an audited region lists is in scope wherever it lives: a multi-region trail is listed everywhere. What is
        listed globally must live in an audited region: a bucket is listed wherever it is.
        """
        added = []
        for resource in resources:
            known = self._resources[type(resource)]
            if resource.arn in known:
                _keep_earliest(known[resource.arn], resource)
            elif listed_in != GLOBAL_REGION or resource.region in {GLOBAL_REGION, *self.target.regions}:
                known[resource.arn] = resource
                added.append(resource)
        return added

    def add(self, resource: Resource) -> None:
        """Add a resource made by hand. For tests of checks."""
        self._resources[type(resource)][resource.arn] = resource

    def release(self) -> None:
        """Let go of everything, once nothing is read of it any more.

        Resources and their inventory hold one another: only a full garbage collection would find that.
        """
        for known in self._resources.values():
            for resource in known.values():
                resource.forget()
        held = (self._resources, self._by_id, self._joins, self._shared_calls, self._names, self._related)
        for each in (*held, self.outcomes, self.gaps):
            each.clear()

    def listed(self, resource_type: type[R]) -> list[R]:
        """Return the type's known resources by ARN, for the engine: gaps are the caller's to look at."""
        known = self._resources.get(resource_type, {})
        return [known[arn] for arn in sorted(known)]  # type: ignore[misc]

    def all(self, resource_type: type[R], region: str = "") -> list[R]:
        """Return every resource of the type (in ``region``); Unseen where a listing was refused."""
        self._complete(resource_type, region)
        return [each for each in self.listed(resource_type) if region in {"", each.region}]

    def find(self, resource_type: type[R], name: str) -> R | None:
        """Return the resource whose id or ARN is ``name``; None only if every listing answered without it."""
        self._admit(resource_type)
        by_name = self._index(resource_type)
        if name not in by_name:
            self._complete(resource_type, "")
            return None
        return by_name[name][0]  # type: ignore[return-value]

    def require(self, resource_type: type[R], name: str) -> R:
        """Return the resource whose id or ARN is ``name``; Unseen where this audit does not reach it."""
        found = self.find(resource_type, name)
        if found is None:
            told = f"{name} belongs to another account, or to a region that is not audited"
            raise resource_type.listing_request().unseen(NOT_LISTED, told)
        return found

    def any(self, resource_type: type[R], holds: Callable[[R], bool]) -> bool:
        """Return whether ``holds`` of any resource of the type; Unseen if of none, and something was not seen."""

        def hidden() -> bool:
            self._complete(resource_type, "")
            return False

        return either(*(partial(holds, each) for each in self.listed(resource_type)), hidden)

    def one(self, resource_type: type[R], region: str = GLOBAL_REGION) -> R:
        """Return the type's single resource of the account, or of ``region``."""
        self._admit(resource_type)
        return next(each for each in self.listed(resource_type) if each.region == region)

    def related(self, fact: Fact[Any], value: object, region: str = "") -> list[Any]:
        """Return the resources (in ``region``) whose ``fact`` is ``value`` or, being a collection, holds it.

        Unseen where a listing was refused, or the fact of any resource is not seen. However many resources ask, the
        fact is looked up once.
        """
        self._complete(fact.owner, region)
        if fact not in self._related:
            inputs = closure([fact])
            with Reading(inputs, {each.owner for each in inputs}):
                self._related[fact] = _by_value(fact, self.listed(fact.owner))
        found = [each for each in self._related[fact].get(value, ()) if region in {"", each.region}]
        for each in found:
            fact.__get__(each, fact.owner)
        return found

    def joined(self, fact: Joined[Any], call: Call, reply: Reply) -> dict[Any, Any]:
        """Return a bulk reply's rows by join key, read once."""
        if (fact, call) not in self._joins:
            self._joins[fact, call] = fact.index(reply)
        return self._joins[fact, call]

    def _index(self, resource_type: type[Resource]) -> dict[str, list[Resource]]:
        if resource_type not in self._by_id:
            index: dict[str, list[Resource]] = defaultdict(list)
            for resource in self.listed(resource_type):
                index[resource.id].append(resource)
                index[resource.arn].append(resource)
            self._by_id[resource_type] = index
        return self._by_id[resource_type]

    def _complete(self, resource_type: type[Resource], region: str) -> None:
        self._admit(resource_type)
        missed = {
            gap.region: gap.unseen
            for gap in self.gaps
            if gap.resource_type is resource_type and (region in {"", gap.region} or gap.region == GLOBAL_REGION)
        }
        if missed:
            # Replies arrive in any order; which of several gaps is told must not depend on it.
            raise missed[min(missed)].with_traceback(None)

    @staticmethod
    def _admit(resource_type: type[Resource]) -> None:
        reading = current()
        if reading:
            reading.admit_type(resource_type)


def _by_value(fact: Fact[Any], resources: Iterable[Resource]) -> dict[object, list[Resource]]:
    index: dict[object, list[Resource]] = defaultdict(list)
    for resource in resources:
        held = fact.__get__(resource, type(resource))
        for value in dict.fromkeys(held) if isinstance(held, (list, tuple, set, frozenset)) else (held,):
            index[value].append(resource)
    return index


def _keep_earliest(known: Resource, again: Resource) -> None:
    """Let the earliest reply that lists a resource speak for it, in whatever order replies arrive."""
    if again.listed_at < known.listed_at:
        known.row, known.listed_at = again.row, again.listed_at
