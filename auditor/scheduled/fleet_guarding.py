"""What guards an organization's accounts, as the function that lists them leaves it for those that audit them.

One object for each set of policies: the accounts of a unit share it, unless policies hang on an account itself. Each
audit reads the one of its account, in which each policy stands once and the levels name it.
"""

from __future__ import annotations

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from auditor.guardrails import UNKNOWN, Guardrail, Guardrails
from auditor.scheduled.fleet_run import ORGANIZATION
from auditor.scheduled.settings import SettingsError
from auditor.scheduled.store import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.organization.guarding import Guarding
    from auditor.scheduled.fleet_run import FleetRun
    from auditor.scheduled.store import Objects

AT_ONCE: Final = 8
"""Objects that are written at once."""
DIGITS: Final = 16
"""How many digits of what an object holds are its name."""
Levels = list[list[str]] | None
"""The ids of the policies of each level; None where they were not read."""


class Kept(msgspec.Struct, frozen=True):
    """What guards accounts, as an object holds it: the policies by id, and the ids on each level."""

    policies: dict[str, tuple[str, str]]
    """Name and document."""
    scps: Levels
    rcps: Levels
    place: str
    version: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1

    @classmethod
    def of(cls, guardrails: Guardrails) -> Kept:
        """Return guardrails as an object holds them."""
        levels = (*(guardrails.scps or ()), *(guardrails.rcps or ()))
        policies = {each.id: (each.name, each.content) for level in levels for each in level}
        return cls(dict(sorted(policies.items())), _ids(guardrails.scps), _ids(guardrails.rcps), guardrails.place)

    @property
    def guardrails(self) -> Guardrails:
        """What an object holds, as an audit carries it; KeyError where a level names a policy that is not there."""
        return Guardrails(self._levels(self.scps), self._levels(self.rcps), self.place)

    def _levels(self, levels: Levels) -> tuple[tuple[Guardrail, ...], ...] | None:
        if levels is None:
            return None
        return tuple(tuple(Guardrail(each, *self.policies[each]) for each in level) for level in levels)


def _ids(levels: tuple[tuple[Guardrail, ...], ...] | None) -> Levels:
    return None if levels is None else [[each.id for each in level] for level in levels]


def leave(run: FleetRun, guarding: Guarding, accounts: Iterable[str]) -> dict[str, str]:
    """Write what guards accounts, once for all that are guarded alike; return its key by account, where it is known."""
    known = {account: guarding.above(account) for account in accounts}
    names = {each: _name(each) for each in set(known.values()) - {UNKNOWN}}
    with ThreadPoolExecutor(AT_ONCE) as beside:
        keys = dict(zip(names, beside.map(lambda each: run.write(names[each], Kept.of(each)), names), strict=True))
    return {account: keys[each] for account, each in known.items() if each in keys}


def _name(guardrails: Guardrails) -> str:
    """Return the name of the object that holds guardrails: others have another."""
    digest = hashlib.sha256(msgspec.json.encode(Kept.of(guardrails))).hexdigest()
    return f"guardrails-{digest[:DIGITS]}.json"


def read(objects: Objects, prefix: str, key: str) -> Guardrails:
    """Return the guardrails that a run left; StoreError where they are gone or damaged.

    SettingsError for a key that is not of such an object: an event may not have any other read.
    """
    folder = "/".join(filter(None, (prefix.strip("/"), ORGANIZATION)))
    if not re.fullmatch(rf"{re.escape(folder)}/[^/]+/[^/]+/guardrails-[0-9a-f]{{{DIGITS}}}\.json", key):
        raise SettingsError(f"{key!r} is no key of what a run leaves of the policies that guard accounts")
    text = objects.get(key)
    if text is None:
        raise StoreError(f"there is no {key} any more")
    try:
        return msgspec.json.decode(text, type=Kept).guardrails
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError) as error:
        raise StoreError(f"{key} is not what a run leaves ({error})") from error
