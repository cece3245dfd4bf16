"""What ``auditor history`` prints: the runs that a history remembers, with their trend, or the open failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.listings import Listing, table
from auditor.textual import inert
from auditor.trend import first_seen, paces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.history import History
    from auditor.report import PaceFacts, RunFacts

NOTHING: Final = "No audit is remembered.\n"
HEADS: Final = ("AT (UTC)", "SCORE", "COVERAGE", "CRIT", "HIGH", "MED", "LOW", "UNKNOWN", "NEW", "FIXED", "CHECKS")
FAILURES: Final = ("FIRST SEEN", "LAST SEEN", "DAYS", "SEVERITY", "CHECK", "RESOURCE")


def runs_list(histories: Sequence[History]) -> Listing:
    """Return the runs of each account, oldest first, and how fast its failures are mended; a record is a run."""
    text = "\n".join(_trend(each) for each in histories)
    return Listing(text or NOTHING, lambda: [run for each in histories for run in each.runs])


def _trend(history: History) -> str:
    last = history.runs[-1]
    pace = "".join(_pace(each) for each in paces(history.spells, last.at) if each.open or each.fixed)
    title = f"AWS account {' '.join(last.accounts)}\n"
    return title + table(HEADS, map(_run, history.runs)) + (f"\n{pace}" if pace else "")


def _run(run: RunFacts) -> Sequence[str]:
    score = "none" if run.score is None else f"{run.score:.1f}"
    counts = (*run.failed.values(), run.unknown, run.new + run.reopened, run.fixed, run.checks)
    return (f"{run.at:%Y-%m-%d %H:%M}", score, f"{run.coverage:.1f} %", *map(str, counts))


def _pace(pace: PaceFacts) -> str:
    """Return the line on the failures of a severity."""
    age = "" if pace.mean_age_days is None else f", on average for {pace.mean_age_days:.1f} days"
    fix = "" if pace.mean_days_to_fix is None else f", on average after {pace.mean_days_to_fix:.1f} days"
    return f"{pace.severity.value:<8}  {pace.open} open{age}; {pace.fixed} fixed{fix}\n"


def failures_list(histories: Sequence[History]) -> Listing:
    """Return the failures that are open, the oldest first, with the days since the failure began."""
    rows = [row for each in histories for row in _failures(each)]
    rows.sort(key=_place)
    cells = [[str(row[name]) for name in ("first_seen", "last_seen", "days")] + _named(row) for row in rows]
    text = table(FAILURES, cells) + f"\n{len(rows)} open failures\n"
    return Listing(text if histories else NOTHING, lambda: rows)


def _place(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["failing_since"], row["severity"].rank, row["check"], row["account"], row["region"], row["resource"]


def _named(row: dict[str, Any]) -> list[str]:
    return [row["severity"].value, row["check"], inert(row["resource"])]


def _failures(history: History) -> Iterator[dict[str, Any]]:
    for spell in history.open.values():
        yield {
            "check": spell.check,
            "severity": spell.severity,
            "account": spell.account,
            "region": spell.region,
            "resource": spell.resource,
            "fingerprint": spell.fingerprint,
            "first_seen": first_seen(spell, history).date(),
            "failing_since": spell.opened.date(),
            "last_seen": spell.seen.date(),
            "days": (history.runs[-1].at - spell.opened).days,
        }
