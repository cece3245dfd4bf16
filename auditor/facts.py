"""Facts: typed descriptors that say where each piece of a resource's configuration comes from.

A fact is read lazily from the outcomes of the calls it declares. What AWS did not tell raises Unseen; nothing unread
ever has a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, NamedTuple, Self, TypeVar, overload

from auditor.call import Failure
from auditor.request import UNREADABLE, Request, Unseen, fill, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from auditor.call import Call, Outcome, Reply
    from auditor.resource import Resource

T = TypeVar("T")
MISSING: Final[Any] = object()


class Observation(NamedTuple):
    """A fact as it was read: evidence in AWS's own words."""

    resource: Resource
    fact: str
    operation: str
    at: datetime
    value: Any


class Fact(Generic[T]):
    """A piece of a resource's configuration; read as an attribute of the resource."""

    name = ""
    owner: type[Resource]

    def __set_name__(self, owner: type[Resource], name: str) -> None:
        """Learn the class and attribute this fact belongs to."""
        self.owner, self.name = owner, name

    @overload
    def __get__(self, instance: None, owner: type[Resource]) -> Self: ...
    @overload
    def __get__(self, instance: Resource, owner: type[Resource]) -> T: ...
    def __get__(self, instance: Resource | None, owner: type[Resource]) -> Self | T:
        """Return the value (or raise Unseen); on the class, the fact itself."""
        if instance is None:
            return self
        value: T = instance.observe(self)
        return value

    def __repr__(self) -> str:
        """Name the fact as code does."""
        return f"{self.owner.__name__}.{self.name}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """The operations this fact itself asks."""
        return ()

    @property
    def inputs(self) -> tuple[Fact[Any], ...]:
        """The facts this one is computed from."""
        return ()

    def observe(self, resource: Resource) -> Observation:
        """Return the observation of this fact on ``resource``; Unseen when AWS did not tell.

        TypeError for a fact that is computed: its inputs are observed in its stead.
        """
        raise TypeError(f"{self!r} is computed from {self.inputs} and not observed on {resource!r}")


class _Selected(Fact[T]):
    """What the kinds of fact share that select a value from a reply."""

    def __init__(self, path: str, default: T, parse: Callable[[Any], T] | None) -> None:
        self.path = path
        self.default = default
        self.parse = parse

    def value(self, request: Request, reply: Any) -> T:
        try:
            selected = select(self.path, reply)
            if selected is None:
                return self._absent(request)
            return self.parse(selected) if self.parse else selected
        except UNREADABLE as error:
            raise request.unseen("MalformedReply", f"{self.path or 'the reply'} is not what AWS documents") from error

    def _absent(self, request: Request) -> T:
        if self.default is MISSING:
            raise request.unseen("NotReturned", f"the reply has no {self.path}")
        return self.default


class _Requesting(Fact[T]):
    """What the kinds of fact share that have a call of their own."""

    request: Request

    def __set_name__(self, owner: type[Resource], name: str) -> None:
        """Learn the class, which supplies the service."""
        super().__set_name__(owner, name)
        self.request.owner = owner

    @property
    def requests(self) -> tuple[Request, ...]:
        """The one operation."""
        return (self.request,)


class Listed(_Selected[T]):
    """A fact that stands in the list reply already: no call of its own.

    ``default`` is the value AWS documents for a member it leaves out; without one, its absence is unseen.
    """

    def __init__(self, path: str, *, default: T = MISSING, parse: Callable[[Any], T] | None = None) -> None:
        super().__init__(path, default, parse)

    def observe(self, resource: Resource) -> Observation:
        """Return the value of the resource's row."""
        request = self.owner.listing_request()
        return Observation(resource, self.name, request.name, resource.listed_at, self.value(request, resource.row))


@dataclass(frozen=True, slots=True)
class Moot:
    """When another fact makes a call unnecessary: ``when`` of its value holds, and the answer is ``then``."""

    fact: Fact[Any]
    when: Callable[[Any], bool]
    then: Any

    def holds(self, resource: Resource) -> bool:
        """Return whether the call need not be made for ``resource``; an unseen fact settles nothing."""
        try:
            return self.when(self.fact.__get__(resource, type(resource)))
        except Unseen:
            return False


class Asked(_Requesting[T], _Selected[T]):
    """A fact that costs one call per resource.

    ``absent`` maps the error codes that mean something ("no policy") to their value; where AWS gives a code several
    meanings, ``code: words`` with words of the message. Any other error is unseen. A parameter may be another fact of
    the resource: its value is what the call takes.
    """

    def __init__(
        self,
        operation: str,
        path: str = "",
        *,
        absent: Mapping[str, T] | None = None,
        default: T = MISSING,
        parse: Callable[[Any], T] | None = None,
        moot: Moot | None = None,
        **request: Any,
    ) -> None:
        super().__init__(path, default, parse)
        self.told = {name: value for name, value in request.items() if isinstance(value, Fact)}
        self.request = Request(operation, **{name: each for name, each in request.items() if name not in self.told})
        self.absent = absent or {}
        self.moot = moot

    @property
    def inputs(self) -> tuple[Fact[Any], ...]:
        """The fact that can make the call moot, and those that tell its parameters."""
        return (*((self.moot.fact,) if self.moot else ()), *self.told.values())

    def is_moot(self, resource: Resource) -> bool:
        """Return whether another fact makes the call needless for ``resource``."""
        return self.moot is not None and self.moot.holds(resource)

    def answer(self, outcome: Outcome) -> str | None:
        """Return which of the errors that mean something the outcome is; None for a reply and any other error."""
        if not isinstance(outcome, Failure):
            return None
        return next((each for each in self.absent if outcome.says(each)), None)

    def call(self, resource: Resource) -> Call:
        """Return the call that asks for this fact of ``resource``; Unseen when a fact it takes is."""
        return resource.once(f"call for {self.name}", partial(self._call, resource))

    def _call(self, resource: Resource) -> Call:
        given = {name: fact.__get__(resource, type(resource)) for name, fact in self.told.items()}
        untold = [name for name, value in given.items() if value is None]
        if untold:
            raise self.request.unseen("NotReturned", f"nothing tells {untold[0]}, which the call takes")
        return self.request.call(resource.call_region, resource.names, given)

    def observe(self, resource: Resource) -> Observation:
        """Return the value of the resource's own reply."""
        if self.moot and self.is_moot(resource):
            return Observation(resource, self.name, "moot", resource.listed_at, self.moot.then)
        outcome = resource.inventory.outcome(self.call(resource))
        answer = self.answer(outcome)
        if answer is not None:
            value = self.absent[answer]
        else:
            value = self.value(self.request, self.request.succeeded(outcome).value)
        return Observation(resource, self.name, self.request.name, outcome.at, value)


class Joined(_Requesting[T]):
    """A fact from one bulk call per account (or per region for regional resources), matched by id.

    ``rows`` selects the rows of the reply, ``key`` the member of a row that equals ``match`` of the resource (an
    empty key: the row itself), ``value`` what the matched row tells. ``default`` answers for a resource that no row
    names; without one, that is unseen.
    """

    def __init__(
        self,
        operation: str,
        rows: str,
        *,
        key: str = "",
        match: str = "{id}",
        decode: Callable[[Any], Iterable[Any]] | None = None,
        value: Callable[[Any], T] | None = None,
        default: T = MISSING,
        **request: Any,
    ) -> None:
        self.request = Request(operation, **request)
        self.rows = rows
        self.key = key
        self.match = match
        self.decode = decode
        self.row_value = value
        self.default = default

    def observe(self, resource: Resource) -> Observation:
        """Return the value of the row that names the resource."""
        call = resource.inventory.shared_call(self.request, resource.listing_region)
        reply = self.request.succeeded(resource.inventory.outcome(call))
        row = resource.inventory.joined(self, call, reply).get(self._matched(resource), MISSING)
        return Observation(resource, self.name, self.request.name, reply.at, self._value(row, resource))

    def _matched(self, resource: Resource) -> Any:
        """Return what the resource's row is known by; Unseen when AWS left out what that is made of."""
        try:
            return fill(self.match, resource.names)
        except UNREADABLE as error:
            told = f"the listing does not tell {error}, which {self.request.name} is matched by"
            raise self.request.unseen("NotReturned", told) from error

    def index(self, reply: Reply) -> dict[Any, Any]:
        """Return the reply's rows by join key; Unseen when they cannot be read."""
        try:
            rows = select(self.rows, reply.value) or ()
            decoded = self.decode(rows) if self.decode else rows
            return {select(self.key, row): row for row in decoded}
        except UNREADABLE as error:
            raise self.request.unseen("MalformedReply", f"{self.rows} is not what AWS documents") from error

    def _value(self, row: Any, resource: Resource) -> T:
        if row is MISSING:
            if self.default is MISSING:
                raise self.request.unseen("NotReturned", f"the reply does not name {resource.id}")
            return self.default
        try:
            value: T = self.row_value(row) if self.row_value else row
        except UNREADABLE as error:
            raise self.request.unseen(
                "MalformedReply", f"the row of {resource.id} is not what AWS documents"
            ) from error
        return value


class Derived(Fact[T]):
    """A fact computed from other facts, once per resource, however many checks read it."""

    passes_on_evidence: ClassVar[bool] = True
    """Whether what the function reads is evidence for who reads this fact."""

    def __init__(self, function: Callable[[Any], T], inputs: tuple[Fact[Any], ...]) -> None:
        self.function = function
        self._inputs = inputs
        self.__doc__ = function.__doc__

    @property
    def inputs(self) -> tuple[Fact[Any], ...]:
        """The facts the function reads."""
        return self._inputs


class Summary(Derived[T]):
    """A fact computed from facts of many resources, such as all of an account: too many to be evidence for one.

    A check that reads it reads, of the resources concerned, what proves its verdict.
    """

    passes_on_evidence = False


def derived(*inputs: Fact[Any]) -> Callable[[Callable[[Any], T]], Derived[T]]:
    """Declare a method of a resource class as a fact computed from ``inputs``."""
    return lambda function: Derived(function, inputs)


def summary(*inputs: Fact[Any]) -> Callable[[Callable[[Any], T]], Summary[T]]:
    """Declare a method of a resource class as a fact that sums up ``inputs`` of many resources."""
    return lambda function: Summary(function, inputs)


def closure(facts: Iterable[Fact[Any]]) -> frozenset[Fact[Any]]:
    """Return ``facts`` with all the facts they are computed from."""
    found: set[Fact[Any]] = set()
    pending = list(facts)
    while pending:
        fact = pending.pop()
        if fact not in found:
            found.add(fact)
            pending.extend(fact.inputs)
    return frozenset(found)


def in_order(facts: Iterable[Fact[Any]]) -> list[Fact[Any]]:
    """Return ``facts`` with all the facts they are computed from, each behind those."""
    ordered: dict[Fact[Any], None] = {}
    for fact in facts:
        ordered.update(dict.fromkeys(in_order(fact.inputs)))
        ordered.setdefault(fact)
    return list(ordered)


def either(*conditions: Callable[[], bool]) -> bool:
    """Return whether any condition holds, in Kleene's logic: Unseen only when none holds and one is unseen."""
    unseen = None
    for condition in conditions:
        try:
            if condition():
                return True
        except Unseen as error:
            unseen = unseen or error
    if unseen:
        raise unseen
    return False


def gathered(*reads: Callable[[], Iterable[T]]) -> Iterator[T]:
    """Yield all that the ``reads`` that were seen give; then raise Unseen if one was not seen."""
    unseen = None
    for read in reads:
        try:
            yield from read()
        except Unseen as error:
            unseen = unseen or error
    if unseen:
        raise unseen


def both(*conditions: Callable[[], bool]) -> bool:
    """Return whether every condition holds, in Kleene's logic: Unseen only when none fails and one is unseen."""
    return not either(*(lambda condition=condition: not condition() for condition in conditions))
