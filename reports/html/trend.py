"""Lines over the audits that the history remembers, as the numbers of an SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from auditor.report import HistoryFacts, RunFacts

WIDTH: Final = 480
HEIGHT: Final = 120
LEFT, RIGHT, TOP, BOTTOM = 34, 10, 10, 22
"""Room for the figures of the scale and the days, around the lines."""
DOTTED: Final = 40
"""With more runs than this, dots would be a second line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its name and class, its points for the SVG, its last value, and what that gained on the one before."""

    name: str
    kind: str
    points: tuple[tuple[float, float, str], ...]
    last: float | None
    gained: float | None

    @property
    def path(self) -> str:
        """The points as a polyline has them."""
        return " ".join(f"{x},{y}" for x, y, _ in self.points)


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines on one scale from 0 to ``top``, with the first and the last day below them, and the whole in words."""

    title: str
    description: str
    top: float
    lines: tuple[Line, ...]
    first: datetime
    last: datetime
    dots: bool

    @property
    def levels(self) -> tuple[tuple[float, float], ...]:
        """The values at which the scale has a line, with where it is."""
        return tuple((value, _height(value, self.top)) for value in (0.0, self.top / 2, self.top))


def charts(history: HistoryFacts | None) -> tuple[Chart, ...]:
    """Return the chart of the score and that of the failures; none where there is but one run."""
    if history is None or len(history.runs) < 2:  # noqa: PLR2004 - a line has two ends
        return ()
    runs = history.runs
    scores = _line("Score", "score", runs, [run.score for run in runs], 100.0)
    covers = _line("Coverage", "coverage", runs, [run.coverage for run in runs], 100.0)
    most = _round(max(count for run in runs for count in (*run.failed.values(), 1)))
    failures = tuple(
        _line(each.value, each.value, runs, [run.failed.get(each.value, 0) for run in runs], most) for each in Severity
    )
    return (
        _chart("Score and coverage", runs, 100.0, (scores, covers)),
        _chart("Failures by severity", runs, most, failures),
    )


def _chart(title: str, runs: Sequence[RunFacts], top: float, lines: tuple[Line, ...]) -> Chart:
    ends = ", ".join(f"{line.name} {_told(line)}" for line in lines)
    description = f"{len(runs)} audits from {runs[0].at:%Y-%m-%d} to {runs[-1].at:%Y-%m-%d}: {ends}"
    return Chart(title, description, top, lines, runs[0].at, runs[-1].at, len(runs) <= DOTTED)


def _told(line: Line) -> str:
    if line.last is None:
        return "none"
    if line.gained is None:
        return f"{line.last:g}"
    return f"{line.last:g} ({line.gained:+g} since the audit before)"


def _line(name: str, kind: str, runs: Sequence[RunFacts], values: Sequence[float | None], top: float) -> Line:
    known = [(run.at, value) for run, value in zip(runs, values, strict=True) if value is not None]
    points = tuple(
        (_place(at, runs), _height(value, top), f"{at:%Y-%m-%d %H:%M} UTC: {name.lower()} {value:g}")
        for at, value in known
    )
    before, last = values[-2], values[-1]
    gained = None if before is None or last is None else round(last - before, 1)
    return Line(name, kind, points, last, gained)


def _place(at: datetime, runs: Sequence[RunFacts]) -> float:
    """Return how far to the right a time is, by the time between the first run and the last."""
    span = (runs[-1].at - runs[0].at).total_seconds() or 1.0
    share = (at - runs[0].at).total_seconds() / span
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _height(value: float, top: float) -> float:
    """Return how far from above a value is."""
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)


def _round(most: float) -> float:
    """Return the round number at or above ``most`` at which a scale ends well."""
    step = 10.0 ** (len(str(int(most))) - 1)
    return next(step * factor for factor in (1, 2, 4, 5, 6, 8, 10, 20) if step * factor >= most)
