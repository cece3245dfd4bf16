"""The checks by id, and the index of the built-in ones, with which only those that are needed are imported.

The index stands beside the checks, written by ``docs/generate.py``. It carries the fingerprint of their sources: where
that differs, in as little as a byte, the index is not used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple
from zlib import crc32

from auditor.garbage import rare_collections
from auditor.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from auditor.checking import Check

INDEX: Final = "index.json"


class Outline(NamedTuple):
    """What is asked of a check to select and to list it, and the module that has the check."""

    id: str
    severity: Severity
    service: str
    module: str
    title: str


class Library(Mapping[str, "Check"]):
    """Checks by id, in the order of their ids; one that is known by its outline is imported when it is looked up."""

    def __init__(self, known: Iterable[Check | Outline]) -> None:
        self._known = {each.id: each for each in known}

    def __getitem__(self, check_id: str) -> Check:
        """Return a check; KeyError when there is none."""
        found = self._known[check_id]
        if not isinstance(found, Outline):
            return found
        imported = {each.id: each for each in checks_in(import_module(found.module))}
        self._known.update(imported)
        return imported[check_id]

    def __iter__(self) -> Iterator[str]:
        """Return an iterator over the ids, for which nothing is imported."""
        return iter(sorted(self._known))

    def __len__(self) -> int:
        """Return how many checks there are."""
        return len(self._known)

    def __contains__(self, check_id: object) -> bool:
        """Return whether there is such a check, for which nothing is imported."""
        return check_id in self._known

    def add(self, check: Check) -> bool:
        """Add a check; return False where another one has its id."""
        if check.id in self:
            return self[check.id] is check
        self._known[check.id] = check
        return True

    def outlines(self) -> list[Check | Outline]:
        """Return what is known of each check without importing any."""
        return [self._known[each] for each in self]

    def imported(self, check_ids: Iterable[str]) -> list[Check]:
        """Return checks; KeyError for one that there is not."""
        with rare_collections():
            return [self[each] for each in check_ids]


def checks_in(module: object) -> list[Check]:
    """Return the checks a module defines: its attributes, or the items of lists and tuples among them."""
    from auditor.checking import Check

    found: list[Check] = []
    for value in vars(module).values() if hasattr(module, "__dict__") else ():
        items = value if isinstance(value, (list, tuple)) else (value,)
        found.extend(each for each in items if isinstance(each, Check))
    return found


def outline(check: Check, module: str) -> Outline:
    """Return the outline of a check of ``module``."""
    return Outline(check.id, check.severity, check.service, module, check.title)


def indexed(package: Path) -> list[Outline] | None:
    """Return the outlines of the checks in ``package``; None where its index is not made of the sources there are."""
    try:
        index = json.loads((package / INDEX).read_bytes())
        if index["sources"] != fingerprint(package):
            return None
        return [Outline(check_id, Severity(severity), *more) for check_id, severity, *more in index["checks"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def index_of(package: Path, outlines: Iterable[Outline]) -> str:
    """Return the text of the index of the checks in ``package``, a line for each."""
    rows = [json.dumps([each.id, each.severity.value, *each[2:]]) for each in sorted(outlines)]
    return f'{{"sources": "{fingerprint(package)}", "checks": [\n' + ",\n".join(rows) + "\n]}\n"


def fingerprint(package: Path) -> str:
    """Return what changes with any source in ``package``, its name or a byte of it, the same on every interpreter."""
    found = 0
    for source in sorted(package.rglob("*.py")):
        found = crc32(source.relative_to(package).as_posix().encode() + b"\0", found)
        found = crc32(source.read_bytes(), found)
    return f"{found:08x}"
