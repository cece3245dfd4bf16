"""Markdown tables of what was measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a section with a table; numbers are rounded to what a noisy machine can tell apart."""
    lines = [f"## {title}", "", _line(header), _line(["---"] * len(header))]
    return "\n".join([*lines, *(_line([_cell(value) for value in row]) for row in rows), ""])


def verdict(value: float, most: float) -> str:
    """Return a value beside its target."""
    return f"{_cell(value)} (target ≤ {_cell(most)}: {'met' if value <= most else 'MISSED'})"


def _line(cells: Iterable[object]) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _cell(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 -- three figures say enough
