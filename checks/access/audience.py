"""Whom resource policies let in from outside the account: a fact, worked out once per resource."""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from auditor.facts import Derived
from auditor.policy.document import Document

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor import Resource
    from auditor.facts import Fact
    from auditor.policy import Statement, Witness
    from checks.access.outsiders import Audience

Place = tuple[re.Pattern[str], re.Pattern[str]]
"""A condition key, and its values that only somebody in a certain place has, though strangers may well be there."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How policies of a kind are read.

    ``actions`` are those to show; ``only`` those that count, where the others lead nowhere. ``places`` keep a
    statement from being public as the place of a caller does. ``arn`` is what the resource is called in its policies.
    ``lists_tags``: whether the resource's listing tells its tags.
    """

    actions: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    arn: Callable[[Any], str] = attrgetter("arn")
    lists_tags: bool = False


USUAL: Final = Reading()


def title(statement: Statement, number: int, policy: str = "") -> str:
    """Return how findings call a statement: by its number, from 1, its name, and the policy's where that has one."""
    sid = f" ({statement.sid})" if statement.sid else ""
    return f"statement {number}{sid}{f' of the policy {policy}' if policy else ''}"


def audience_of(
    policy: Fact[Document | None] | Fact[Document] | Fact[dict[str, Document]], reading: Reading = USUAL
) -> Derived[Audience]:
    """Return the fact of whom a resource's policy, or its policies by name, let in."""

    def function(resource: Resource) -> Audience:
        # Imported with the first policy: commands that decide nothing need not wait for it.
        from checks.access.controls import tell
        from checks.access.outsiders import grants

        held = policy.__get__(resource, type(resource))
        documents = {"": held} if isinstance(held, Document) else held or {}
        found = tuple(
            grant for name, document in documents.items() for grant in grants(document, name, resource, reading)
        )
        tell(resource, "outsiders_denied", (each for grant in found for each in grant.denied))
        return found

    return Derived(function, (policy,))


def told(witness: Witness, number: int) -> dict[str, Any]:
    """Return a request that a policy's statement allows, by its number, as findings carry it."""
    asked = witness.request
    return {
        "statement": number,
        "principal": asked.principal.text,
        "action": asked.action,
        "resource": asked.resource,
        "context": {key: list(values) for key, values in asked.context.values.items()},
    }
