"""What the history makes of an audit: what changed since the run before, how long failures last, how fast they end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from statistics import fmean
from typing import TYPE_CHECKING, Final

from auditor.history import FIXED_KEPT, NEW, REOPENED, REVEALED
from auditor.report import HistoryFacts, PaceFacts, PastFailure
from auditor.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime, timedelta

    from auditor.finding import Finding
    from auditor.history import History, Spell
    from auditor.report import Report, RunFacts

SHOWN_WHOLE: Final = 50
"""How many of the latest runs are told, however close; of those before, the last of each day."""


def marked(report: Report, history: History) -> Report:
    """Return ``report``, the last run of ``history``, with what the history knows of it and of each failure."""
    findings = tuple(_dated(each, history) if each.status.failing else each for each in report.findings)
    return replace(report, findings=findings, history=facts(history))


def _dated(finding: Finding, history: History) -> Finding:
    spell = history.open.get((finding.account, finding.fingerprint))
    if spell is None:
        return finding
    return replace(finding, first_seen=first_seen(spell, history).date(), failing_since=spell.opened.date())


def first_seen(spell: Spell, history: History) -> datetime:
    """Return when the failure of a spell was first seen."""
    return min(each.opened for each in [*history.ended.get(spell.key, []), spell])


def facts(history: History) -> HistoryFacts:
    """Return what ``history`` makes of its last run."""
    changes = _Changes(history)
    return HistoryFacts(
        runs=thinned(history.runs),
        new=changes.begun(NEW),
        reopened=changes.begun(REOPENED),
        fixed=changes.fixed(),
        revealed=len(changes.begun(REVEALED)),
        unseen=sum(each.seen < history.runs[-1].at for each in history.open.values()),
        pace=paces(history.spells, history.runs[-1].at),
        days=FIXED_KEPT.days,
    )


class _Changes:
    """What began and ended after the last run but one."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.now = history.runs[-1].at
        self.since = history.runs[-2].at if len(history.runs) > 1 else None

    def begun(self, origin: str) -> tuple[PastFailure, ...]:
        begun = (each for each in self.history.open.values() if each.origin == origin and self._is_recent(each.opened))
        return tuple(sorted((self._told(each) for each in begun), key=_place))

    def fixed(self) -> tuple[PastFailure, ...]:
        ended = (each for spells in self.history.ended.values() for each in spells if self._is_recent(each.closed))
        return tuple(sorted((self._told(each) for each in ended), key=_place))

    def _is_recent(self, moment: datetime | None) -> bool:
        return moment is not None and (self.since is None or self.since < moment <= self.now)

    def _told(self, spell: Spell) -> PastFailure:
        before = [each for each in self.history.ended.get(spell.key, ()) if each.opened < spell.opened]
        ended = spell.closed or (before[-1].closed if before else None)
        return PastFailure(
            check=spell.check,
            severity=spell.severity,
            account=spell.account,
            region=spell.region,
            resource=spell.resource,
            fingerprint=spell.fingerprint,
            first_seen=first_seen(spell, self.history).date(),
            fixed_at=ended.date() if ended else None,
            fate=spell.fate,
        )


def _place(failure: PastFailure) -> tuple[int, str, str, str, str]:
    """Return the place in a list of changes: the gravest first, then as in a report."""
    return failure.severity.rank, failure.check, failure.account, failure.region, failure.resource


def paces(spells: Iterable[Spell], now: datetime) -> tuple[PaceFacts, ...]:
    """Return how fast failures are mended, by severity; the open ones are those that ``now``'s run has seen."""
    ages: dict[Severity, list[timedelta]] = defaultdict(list)
    times: dict[Severity, list[timedelta]] = defaultdict(list)
    for each in spells:
        if each.closed is not None:
            times[each.severity].append(each.closed - each.opened)
        elif each.seen == now:
            ages[each.severity].append(now - each.opened)
    return tuple(
        PaceFacts(each, len(ages[each]), _mean(ages[each]), len(times[each]), _mean(times[each])) for each in Severity
    )


def _mean(times: Sequence[timedelta]) -> float | None:
    """Return the mean in days, to a tenth; None for no times."""
    return round(fmean(each.total_seconds() for each in times) / 86400, 1) if times else None


def thinned(runs: Sequence[RunFacts]) -> tuple[RunFacts, ...]:
    """Return the latest runs, and of those before them the last of each day."""
    return (*_last_of_days(runs[:-SHOWN_WHOLE]), *runs[-SHOWN_WHOLE:])


def _last_of_days(runs: Sequence[RunFacts]) -> Iterator[RunFacts]:
    yield from {each.at.date(): each for each in runs}.values()
