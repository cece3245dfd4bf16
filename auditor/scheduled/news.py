"""What a scheduled audit has to tell that the ones before it did not.

Failures come of the history, which knows what was never judged, what was mended before, and that a failure which could
not be read for a time is no news when it is read again. Coverage and exceptions come of the report of the run before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from auditor.diff import compare
from auditor.exceptions import notices
from auditor.history import REOPENED
from auditor.severity import Severity, Status
from auditor.sight import Sight

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.diff import Change
    from auditor.finding import Finding
    from auditor.history import History, Spell
    from auditor.report import ExceptionFacts, Report

KINDS: Final = ("new", "reopened", "fixed", "lost", "expired")
WHY_MENDED: Final = {
    "FIXED": "it passes now",
    "GONE": "the resource is gone, or the check does not apply to it any more",
}


class Item(msgspec.Struct, frozen=True):
    """One thing to tell: of which check and resource, what the ``status`` is now (empty for none), and why."""

    check: str
    severity: Severity
    account: str
    region: str
    resource: str
    fingerprint: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the run before, each kind the gravest first.

    ``first``: there was none, so that all failures are new and none is told. ``reopened`` were mended before. ``lost``
    were decided and are not any more; ``expired`` are sentences on exceptions that no longer hold.
    """

    first: bool
    new: tuple[Item, ...] = ()
    reopened: tuple[Item, ...] = ()
    fixed: tuple[Item, ...] = ()
    lost: tuple[Item, ...] = ()
    expired: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.first or any(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each kind."""
        return {kind: len(getattr(self, kind)) for kind in KINDS}


def news(before: Report | None, after: Report, history: History) -> News:
    """Return what ``after``, the last run of ``history``, has to tell; ``before`` is the run's before it, if kept."""
    if len(history.runs) == 1:
        return News(first=True)
    sight, at = Sight(after), history.runs[-1].at
    begun = [each for each in history.open.values() if each.opened == at and _counts(each, sight)]
    return News(
        first=False,
        new=_told(_failure(each, sight) for each in begun if each.origin != REOPENED),
        reopened=_told(_failure(each, sight) for each in begun if each.origin == REOPENED),
        fixed=_told(_mended(each) for each in history.spells if each.closed == at),
        lost=_told(map(_lost, compare(before, after).lost)) if before else (),
        expired=_expired(before, after) if before else (),
    )


def _told(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda each: (each.severity.rank, each.check, each.region, each.resource)))


def _counts(spell: Spell, sight: Sight) -> bool:
    """Return whether a failure is one that no exception accepts."""
    return sight.findings[spell.fingerprint].status is Status.FAIL


def _failure(spell: Spell, sight: Sight) -> Item:
    return _item(spell, Status.FAIL.value, _problem(sight.findings[spell.fingerprint]))


def _problem(finding: Finding) -> str:
    return next((each.summary for each in finding.problems), "")


def _mended(spell: Spell) -> Item:
    return _item(spell, Status.PASS.value if spell.fate == "FIXED" else "", WHY_MENDED[spell.fate])


def _lost(change: Change) -> Item:
    return _item(change, change.after, change.cause)


def _item(subject: Spell | Change, status: str, why: str) -> Item:
    return Item(
        check=subject.check,
        severity=subject.severity,
        account=subject.account,
        region=subject.region,
        resource=subject.resource,
        fingerprint=subject.fingerprint,
        status=status,
        why=why,
    )


def _expired(before: Report, after: Report) -> tuple[str, ...]:
    """Return a sentence on each exception that expired since, however many failures it covers."""
    known = [replace(each, findings=0) for each in _over(before)]
    return notices(each for each in _over(after) if replace(each, findings=0) not in known)


def _over(report: Report) -> list[ExceptionFacts]:
    return [each for each in report.exceptions if each.state == "EXPIRED"]
