"""Resources: classes that declare, fact by fact, where a piece of AWS configuration comes from."""

from __future__ import annotations

from collections import ChainMap
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar

from auditor.facts import MISSING, Derived, Fact, Observation, closure
from auditor.reading import Reading, current
from auditor.request import UNREADABLE, Request, Unseen, fill, select

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from auditor.call import Reply
    from auditor.facts import Moot
    from auditor.inventory import Inventory

T = TypeVar("T")
GLOBAL_REGION = "global"


class Scope(Enum):
    """Where resources of a type are listed: once per account, or in every audited region."""

    GLOBAL = "global"
    REGIONAL = "regional"


GLOBAL = Scope.GLOBAL
REGIONAL = Scope.REGIONAL


class Identity(NamedTuple):
    """How a listed row names its resource."""

    id: str
    arn: str
    region: str
    name: str
    tags: dict[str, str]


class Listing:
    """The call that lists a type's resources, and how a row names itself.

    ``rows``, ``id``, ``name``, ``region`` and ``tags`` are JMESPaths; ``arn`` is a template over ``{partition}``,
    ``{account}``, ``{region}``, ``{id}`` and the row's own fields. Where AWS is known to return the rows' member even
    if there are none, ``always`` takes its absence for a malformed reply. ``moot`` says by a fact of the account when
    there is nothing to list: what reads of the type reads that fact, too.
    """

    __slots__ = ("always", "arn", "id", "moot", "name", "region", "request", "rows", "tags")

    def __init__(
        self,
        operation: str,
        rows: str,
        *,
        id: str,
        arn: str,
        name: str = "",
        region: str = "",
        tags: str = "",
        always: bool = False,
        moot: Moot | None = None,
        **request: Any,
    ) -> None:
        self.request = Request(operation, **request)
        self.always = always
        self.moot = moot
        self.rows = rows
        self.id = id
        self.arn = arn
        self.name = name
        self.region = region
        self.tags = tags

    def needed(self, inventory: Inventory) -> bool:
        """Return whether there may be anything to list in the account."""
        offered = self.request.offered_in(inventory.target.partition)
        accounts = inventory.listed(self.moot.fact.owner) if self.moot else ()
        return offered and not any(self.moot.holds(each) for each in accounts if self.moot)

    def read(self, reply: Reply) -> list[Any]:
        """Return the reply's rows; Unseen when they are not the list AWS documents."""
        try:
            rows = select(self.rows, reply.value)
            return list(rows if self.always else rows or ())
        except UNREADABLE as error:
            raise self.request.unseen("MalformedReply", f"{self.rows} is not what AWS documents") from error

    def identify(self, row: Any, listed_in: str, names: Callable[[str], Mapping[str, str]]) -> Identity:
        """Return what a row names; one of UNREADABLE when it names nothing.

        ``names`` gives what templates may name of a region.
        """
        id_ = _text(select(self.id, row))
        region = (select(self.region, row) if self.region else None) or listed_in
        fields = {**row, **names(region), "id": id_} if isinstance(row, dict) else {**names(region), "id": id_}
        name = select(self.name, row) if self.name else None
        tags = select(self.tags, row) if self.tags else None
        return Identity(id_, fill(self.arn, fields), region, name or id_, _tags(tags))


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(value)
    return value


def _tags(rows: Any) -> dict[str, str]:
    """Return AWS's list of tags as a mapping; a malformed one tells nothing and decides nothing."""
    try:
        return {tag["Key"]: tag["Value"] for tag in rows or ()}
    except UNREADABLE:
        return {}


class Resource:
    """One thing in an account: its names, and its facts as attributes.

    Subclasses pass ``type`` (the CloudFormation type name), ``service`` (botocore's name) and ``scope``. A class
    with a ``listing`` has a resource per listed row; one without is a single resource per account or region.
    """

    aws_type: ClassVar[str] = ""
    service: ClassVar[str] = ""
    scope: ClassVar[Scope] = GLOBAL
    listing: ClassVar[Listing | None] = None

    __slots__ = ("_derived", "_given", "_made", "arn", "id", "inventory", "listed_at", "name", "region", "row", "tags")

    def __init_subclass__(
        cls,
        *,
        type: str = "",
        service: str = "",
        scope: Scope | None = None,
    ) -> None:
        """Take the class's place in AWS from the class statement."""
        super().__init_subclass__()
        cls.aws_type = type or cls.aws_type
        cls.service = service or cls.service
        cls.scope = scope or cls.scope
        if cls.listing:
            cls.listing.request.owner = cls

    def __init__(self, inventory: Inventory, id: str, arn: str, region: str) -> None:
        self.inventory = inventory
        self.id = id
        self.arn = arn
        self.region = region
        self.name = id
        self.tags: dict[str, str] = {}
        self.row: Mapping[str, Any] = {}
        self.listed_at: datetime = inventory.at
        self._given: dict[str, Any] = {}
        self._made: dict[str, Any] = {}
        self._derived: dict[str, tuple[Any, list[Observation]]] = {}

    def __repr__(self) -> str:
        """Name the resource by type and ARN."""
        return f"<{type(self).__name__} {self.arn}>"

    @property
    def account(self) -> str:
        """The audited account's id."""
        return self.inventory.target.account

    @property
    def call_region(self) -> str:
        """The region that calls about this resource go to."""
        return self.inventory.target.home_region if self.region == GLOBAL_REGION else self.region

    @property
    def listing_region(self) -> str:
        """Where the type is listed: the region bulk replies about this resource come from."""
        return GLOBAL_REGION if self.scope is GLOBAL else self.region

    @property
    def at(self) -> datetime:
        """The time of the audit: the clock of every check."""
        return self.inventory.at

    @property
    def names(self) -> Mapping[str, Any]:
        """What request templates may name."""
        own = {"id": self.id, "arn": self.arn}
        return ChainMap(own, self.inventory.names(self.region), self.row)  # type: ignore[arg-type]

    @classmethod
    def listing_request(cls) -> Request:
        """Return the request of the listing; a class without one has no listed facts."""
        if cls.listing is None:
            message = f"{cls.__name__} has no listing"
            raise TypeError(message)
        return cls.listing.request

    @classmethod
    def facts(cls) -> dict[str, Fact[Any]]:
        """Return every fact of the class by name, inherited ones included."""
        return {
            name: value
            for base in reversed(cls.__mro__)
            for name, value in vars(base).items()
            if isinstance(value, Fact)
        }

    def move(self, inventory: Inventory) -> None:
        """Put the resource into another inventory, with nothing read of it yet. For tests of checks."""
        self.inventory = inventory
        self.forget()
        inventory.add(self)

    def forget(self) -> None:
        """Forget what was read of the resource, and what was made of that."""
        self._made.clear()
        self._derived.clear()

    def give(self, facts: Mapping[str, Any]) -> None:
        """Set facts by hand: a value, or the Unseen that reading it raises. For tests of checks."""
        unknown = facts.keys() - self.facts().keys()
        if unknown:
            message = f"{type(self).__name__} has no fact {', '.join(sorted(unknown))}"
            raise TypeError(message)
        self._given.update(facts)

    def observe(self, fact: Fact[Any]) -> Any:
        """Return the fact's value and note it as evidence; Unseen when AWS did not tell."""
        reading = current()
        if reading:
            reading.admit(fact)
        if isinstance(fact, Derived) and fact.name not in self._given:
            value, observations = self._derive(fact)
        else:
            observation = self._given_observation(fact) or self.once(f"fact {fact.name}", partial(fact.observe, self))
            value, observations = observation.value, [observation]
        if reading:
            reading.observations.extend(observations)
        if isinstance(value, Unseen):
            raise value.with_traceback(None)
        return value

    def once(self, what: str, make: Callable[[], T]) -> T:
        """Return what ``make`` gave when ``what`` was first wanted of this resource: all share it from then on."""
        if what not in self._made:
            self._made[what] = make()
        made: T = self._made[what]
        return made

    def _given_observation(self, fact: Fact[Any]) -> Observation | None:
        value = self._given.get(fact.name, MISSING)
        if value is MISSING:
            return None
        if isinstance(value, Unseen):
            raise value
        return Observation(self, fact.name, "given", self.at, value)

    def _derive(self, fact: Derived[Any]) -> tuple[Any, list[Observation]]:
        if fact.name not in self._derived:
            inputs = closure(fact.inputs)
            with Reading(inputs, {each.owner for each in inputs}) as reading:
                try:
                    value = fact.function(self)
                except Unseen as unseen:
                    value = unseen
            self._derived[fact.name] = value, reading.observations if fact.passes_on_evidence else []
        return self._derived[fact.name]
