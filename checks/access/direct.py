"""Resource policies that name users, or sessions of roles: such grants hold past a permissions boundary."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Inventory, Resource, Unseen
from auditor.remedies import NOT_OFFERED
from checks.access.policies import KINDS, PolicyKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.policy import Document, Statement

NAMED: Final = re.compile(r"arn:[^:]*:(?:iam::\d{12}:(?P<user>user/.+)|sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+)")


class Direct(NamedTuple):
    """A statement of a resource's policy that allows something to a user, or to a session of a role."""

    kind: PolicyKind
    resource: Resource
    document: Document
    statement: Statement
    named: str
    """The ARN of the user or session, as the statement names it."""


@dataclass(slots=True)
class DirectGrants:
    """What resource policies grant to users and sessions by their ARNs, and the first policy that was not seen."""

    by_holder: dict[str, list[Direct]] = field(default_factory=lambda: defaultdict(list))
    unread: Unseen | None = None

    def of(self, arn: str) -> list[Direct]:
        """Return the grants to a user, or to sessions of a role, by its ARN."""
        return self.by_holder.get(_holder(arn), [])


def direct_grants(inventory: Inventory) -> DirectGrants:
    """Return what resource policies grant to users and sessions by their ARNs."""
    found = DirectGrants()
    for kind in KINDS:
        _try(found, partial(inventory.all, kind.resource))
        for resource in inventory.listed(kind.resource):
            _try(found, partial(_read, found, kind, resource))
    return found


def _try(found: DirectGrants, read: Callable[[], object]) -> None:
    try:
        read()
    except Unseen as unseen:
        if unseen.code != NOT_OFFERED:
            found.unread = found.unread or unseen


def _read(found: DirectGrants, kind: PolicyKind, resource: Resource) -> None:
    for document in kind.documents(resource).values() if kind.applies is None or kind.applies(resource) else ():
        for statement in document.statements:
            for named in _named(statement):
                found.by_holder[_holder(named)].append(Direct(kind, resource, document, statement, named))


def _named(statement: Statement) -> Iterator[str]:
    entries: Iterable[tuple[str, str]] = (statement.principals or ()) if statement.allows else ()
    return (value for kind, value in entries if kind == "AWS" and NAMED.fullmatch(value))


def _holder(arn: str) -> str:
    """Return what grants to somebody are found by: a user's ARN, or an account and the name of a role in it."""
    session = NAMED.fullmatch(arn)
    if session and session["role"]:
        return f"{arn.split(':')[4]} {session['role'].lower()}"
    return f"{arn.split(':')[4]} {arn.rpartition('/')[2].lower()}" if ":role/" in arn else arn
