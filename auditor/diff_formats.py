"""A diff of two audits as text, Markdown and JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

from auditor.textual import inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from auditor.diff import Change, Diff

TITLES: Final = {"new": "New", "fixed": "Fixed", "changed": "Changed"}
"""The parts that are told change by change, and what they are called."""
UNQUOTABLE: Final = str.maketrans({"`": "'", "|": "\N{BROKEN BAR}"})
"""What ends a code span or a cell whatever stands before it, and what stands for it."""
LOST: Final = "Coverage lost"
"""What was decided and is not any more; it is counted by check and cause, as one refusal can hide thousands."""


def text(diff: Diff) -> Iterator[str]:
    """Yield the diff as lines for a terminal."""
    yield from (f"{name}: {before} → {after}\n" for name, before, after in _sides(diff))
    for name, title in TITLES.items():
        changes: tuple[Change, ...] = getattr(diff, name)
        yield f"\n{title}: {len(changes)}\n"
        for change in changes:
            yield from _lines(change)
    yield f"\n{LOST}: {len(diff.lost)}\n"
    for (check, cause), count in _losses(diff):
        yield f"  {check}: {count} answers: {inert(cause)}\n"


def _lines(change: Change) -> Iterator[str]:
    place = "" if change.region == "global" else f" ({change.region})"
    yield inert(f"  {change.severity.value.upper():<9}{change.check}  {change.resource}{place}") + "\n"
    for line in _notes(change):
        yield inert(f"           {line}") + "\n"


def _notes(change: Change) -> Iterator[str]:
    """Yield what was wrong before, what is now, and why that differs."""
    if change.problems_before != change.problems_after or not change.problems_after:
        yield from (f"- {each}" for each in change.problems_before)
        yield from (f"+ {each}" for each in change.problems_after)
    yield f"{change.before or 'not there'} → {change.after or 'not there'}: {change.cause}"


def markdown(diff: Diff) -> Iterator[str]:
    """Yield the diff as GitHub's Markdown; what the accounts' own people wrote stands in code spans, as text."""
    yield "# Changes between two audits\n\n"
    yield from _table(("", "Before", "After"), _sides(diff))
    for name, title in TITLES.items():
        changes: tuple[Change, ...] = getattr(diff, name)
        yield f"\n## {title}: {len(changes)}\n"
        if changes:
            yield "\n"
            yield from _table(("Severity", "Check", "Resource", "What"), map(_row, changes))
    yield f"\n## {LOST}: {len(diff.lost)}\n"
    if diff.lost:
        yield "\n"
        losses = ((_code(check), _code(cause), str(count)) for (check, cause), count in _losses(diff))
        yield from _table(("Check", "Why", "Answers"), losses)


def _row(change: Change) -> tuple[str, ...]:
    told = "<br>".join(map(_code, _notes(change)))
    return change.severity.value, _code(change.check), _code(change.resource), told


def _code(text: str) -> str:
    """Return text as a code span in a table's cell: nothing in it is markup, a link or a mention."""
    return f"`{inert(text).translate(UNQUOTABLE)}`"


def _table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    titles = list(titles)
    for row in (titles, ["---"] * len(titles), *rows):
        yield f"| {' | '.join(row)} |\n"


def _sides(diff: Diff) -> Iterator[tuple[str, str, str]]:
    """Yield what is told of both audits."""
    before, after = diff.before, diff.after
    yield "Time", f"{before.at:%Y-%m-%d %H:%M} UTC", f"{after.at:%Y-%m-%d %H:%M} UTC"
    yield "Account", inert(" ".join(before.accounts)), inert(" ".join(after.accounts))
    yield "Version", inert(before.tool_version), inert(after.tool_version)
    yield "Score", _shown(before.score), _shown(after.score)
    yield "Coverage", f"{before.coverage:g} %", f"{after.coverage:g} %"


def _shown(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def _losses(diff: Diff) -> Iterable[tuple[tuple[str, str], int]]:
    return sorted(Counter((each.check, each.cause) for each in diff.lost).items())


def json(diff: Diff) -> Iterator[str]:
    """Yield the diff as JSON."""
    yield msgspec.json.format(msgspec.json.encode(diff), indent=2).decode() + "\n"


FORMATS: Final[Mapping[str, Callable[[Diff], Iterator[str]]]] = {"text": text, "markdown": markdown, "json": json}
