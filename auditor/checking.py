"""How a check is declared: a function over a resource that yields its problems, and the metadata beside it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from auditor.facts import Fact, closure
from auditor.finding import Problem
from auditor.resource import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.severity import Severity

Problems = Iterator[Problem]
Function = Callable[..., Problems]
Read = Fact[Any] | type[Resource]
ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+){2,}")


class InvalidCheckError(Exception):
    """A check is declared wrongly; the message says which and how."""


@dataclass(frozen=True, slots=True)
class Fix:
    """How a failure is mended, and what mending costs.

    Commands may name ``{resource.id}``, ``{resource.arn}``, ``{resource.region}`` and ``{resource.account}``; values
    only a person can supply are words in CAPITALS. ``downtime``: the resource is unavailable meanwhile.
    ``replacement``: it has to be built anew. ``cost``: it raises the bill.
    """

    text: str = ""
    cli: str = ""
    terraform: str = ""
    cloudformation: str = ""
    downtime: bool = False
    replacement: bool = False
    cost: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One rule: what it is called, how grave a failure is, what it reads, and the function that decides.

    ``parameters`` are the function's keyword-only arguments with their defaults.
    """

    id: str
    severity: Severity
    title: str
    rationale: str
    resource: type[Resource]
    reads: tuple[Read, ...]
    function: Function
    references: tuple[str, ...]
    fix: Fix
    applies: Callable[[Any], bool] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    takes_inventory: bool = False

    @property
    def service(self) -> str:
        """The service the checked resource belongs to."""
        return self.resource.service

    @property
    def facts(self) -> frozenset[Fact[Any]]:
        """Every fact the check may read, with those they are computed from."""
        return closure(each for each in self.reads if isinstance(each, Fact))

    @property
    def types(self) -> frozenset[type[Resource]]:
        """Every resource type the check needs listed."""
        named = {each for each in self.reads if not isinstance(each, Fact)}
        return frozenset({self.resource} | named | {fact.owner for fact in self.facts})


def check(
    id: str,
    severity: Severity,
    *,
    reads: Sequence[Read],
    references: Sequence[str],
    fix: Fix,
    applies: Callable[[Any], bool] | None = None,
    title: str = "",
    resource: type[Resource] | None = None,
) -> Callable[[Function], Check]:
    """Make a function over a resource (and the inventory) a check.

    The docstring's first line is the title, said as the desired state; the rest is why it matters. The first
    argument's annotation names the resource class; keyword-only arguments are parameters users may set. Resources
    for which ``applies`` is false are not checked. ``title`` is for table-driven checks that share a docstring, and
    ``resource`` for those whose class only the table tells.
    """
    if not ID.fullmatch(id):
        message = f"check id {id!r} is not service-subject-rule in lower case"
        raise InvalidCheckError(message)

    def declare(function: Function) -> Check:
        first, _, rest = (function.__doc__ or "").strip().partition("\n")
        subject, positional = _subject(id, function, resource)
        return Check(
            id=id,
            severity=severity,
            title=title or first.removesuffix("."),
            rationale=" ".join(rest.split()),
            resource=subject,
            reads=tuple(reads),
            function=function,
            references=tuple(references),
            fix=fix,
            applies=applies,
            parameters=dict(function.__kwdefaults__ or {}),
            takes_inventory=positional > 1,
        )

    return declare


def _subject(id_: str, function: Function, told: type[Resource] | None) -> tuple[type[Resource], int]:
    """Return the resource class, ``told`` or by the first argument, and how many positional arguments there are."""
    code = function.__code__
    if code.co_argcount not in {1, 2}:
        message = f"{id_}: a check takes (resource) or (resource, inventory)"
        raise InvalidCheckError(message)
    annotation = told or function.__annotations__.get(code.co_varnames[0])
    named = function.__globals__.get(annotation) if isinstance(annotation, str) else annotation
    if not (isinstance(named, type) and issubclass(named, Resource)):
        message = f"{id_}: the first argument's annotation does not name a resource class"
        raise InvalidCheckError(message)
    return named, code.co_argcount
