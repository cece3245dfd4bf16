"""The TOML files that hold frameworks, and controls that are like one of another framework."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn

import msgspec

from auditor.frameworks import Control, Framework, FrameworkError
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

ID: Final = re.compile(r"[\w.-]+")


class _Row(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A control as it stands in a file; what it leaves out comes from the control it is ``like``."""

    id: str
    like: str = ""
    title: str | None = None
    checks: tuple[str, ...] | None = None
    manual: str | None = None
    uncovered: str | None = None
    level: int | None = None
    severity: Literal["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL"] | None = None


class _Head(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What a file says of its framework; ``like`` is the framework that its controls' own ``like`` means."""

    id: str
    title: str
    source: str
    controls: list[dict[str, Any]]
    like: str = ""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A file's framework before the controls that it borrows are looked up."""

    file: str
    head: _Head
    rows: Mapping[str, _Row]

    def refuse(self, row: _Row, why: str) -> NoReturn:
        raise FrameworkError(f"{self.file}: control {row.id}: {why}")


def parse(files: Iterable[Traversable]) -> Iterator[Framework]:
    """Yield the frameworks in TOML ``files``; FrameworkError for a file that is not one, or that takes another's id."""
    drafts: dict[str, _Draft] = {}
    for file in files:
        draft = _draft(str(file.name), file.read_bytes())
        other = drafts.setdefault(draft.head.id, draft)
        if other is not draft:
            raise FrameworkError(f"{draft.file}: the id {draft.head.id} is taken by {other.file}: give it another")
    for draft in drafts.values():
        controls = tuple(_control(drafts, draft, row) for row in draft.rows.values())
        yield Framework(draft.head.id, draft.head.title, draft.head.source, controls)


def _draft(name: str, text: bytes) -> _Draft:
    try:
        head = msgspec.convert(tomllib.loads(text.decode()), _Head)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise FrameworkError(f"{name} is not a framework: {error}") from error
    if not ID.fullmatch(head.id):
        raise FrameworkError(
            f"{name}: the id {head.id!r} is not made of letters, digits, dots, hyphens and underscores"
        )
    rows = [_row(name, number, table) for number, table in enumerate(head.controls, 1)]
    repeated = [each for each, count in Counter(row.id for row in rows).items() if count > 1]
    if repeated:
        raise FrameworkError(f"{name} has the control {repeated[0]} twice")
    return _Draft(name, head, {row.id: row for row in rows})


def _row(name: str, number: int, table: dict[str, Any]) -> _Row:
    try:
        return msgspec.convert(table, _Row)
    except msgspec.ValidationError as error:
        raise FrameworkError(f"{name}: control {table.get('id', f'number {number}')}: {error}") from error


def _control(drafts: Mapping[str, _Draft], draft: _Draft, row: _Row) -> Control:
    control = Control(row.id, **{"title": "", **_fields(drafts, draft, row, ())})
    if not control.title:
        draft.refuse(row, "it has no title")
    if not (control.checks or control.manual or control.uncovered):
        draft.refuse(row, "it has neither checks nor manual nor uncovered")
    return control


def _fields(
    drafts: Mapping[str, _Draft], draft: _Draft, row: _Row, seen: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    """Return what a control says, its own words before those of the control it is like."""
    own = msgspec.structs.asdict(row)
    own = {name: value for name, value in own.items() if name not in {"id", "like"} and value is not None}
    if not row.like:
        return own
    if (draft.head.id, row.id) in seen:
        draft.refuse(row, f"it is like {row.like}, which leads back to it")
    other, original = _original(drafts, draft, row)
    return {**_fields(drafts, other, original, (*seen, (draft.head.id, row.id))), **own}


def _original(drafts: Mapping[str, _Draft], draft: _Draft, row: _Row) -> tuple[_Draft, _Row]:
    """Return the control that another is like: ``framework:control``, or one of the framework the file names."""
    framework, colon, control = row.like.partition(":")
    if not colon:
        framework, control = draft.head.like, row.like
    if not framework:
        draft.refuse(row, f"like = {row.like!r} names no framework: write 'framework:control'")
    if framework not in drafts:
        draft.refuse(row, f"it is like {row.like}, but there is no framework {framework}{nearest(framework, drafts)}")
    other = drafts[framework]
    if control not in other.rows:
        draft.refuse(row, f"it is like {row.like}, but {framework} has no control {control}")
    return other, other.rows[control]
