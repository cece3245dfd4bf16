"""What a scheduled audit has to tell that the ones before it did not.

Failures come of the history, which knows what was never judged, what was mended before, and that a failure which could
not be read for a time is no news when it is read again. Coverage and exceptions come of the report of the run before.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from auditor.exceptions import notices
from auditor.history import REOPENED
from auditor.severity import Severity, Status
from auditor.sight import OUT_OF_SIGHT, Sight

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.finding import Finding
    from auditor.history import History, Spell
    from auditor.report import ExceptionFacts, Report
    from auditor.scheduled.former import Verdict

ITEMS: Final = ("new", "reopened", "fixed", "lost")
"""The kinds of news that are of findings."""
KINDS: Final = (*ITEMS, "expired")
WHY_MENDED: Final = {
    "FIXED": "it passes now",
    "GONE": "the resource is gone, or the check does not apply to it any more",
}


class Before(Protocol):
    """What the run before found: a report, or as much of it as is told here."""

    @property
    def findings(self) -> Iterable[Finding | Verdict]:
        """Its verdicts."""

    @property
    def exceptions(self) -> tuple[ExceptionFacts, ...]:
        """The exceptions that it knew."""


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

    @property
    def gravity(self) -> tuple[int, str, str, str, str]:
        """Its place among others, the gravest first."""
        return self.severity.rank, self.check, self.account, self.region, self.resource


@dataclass(frozen=True, slots=True)
class News:
    """What changed since the run before, each kind the gravest first.

    ``first``: there was none, so that all failures are new and none is told. ``reopened`` were mended before. ``lost``
    were decided and are not any more; ``over`` are the exceptions that no longer hold. ``totals`` is how many there are
    of a kind by severity, where that is more than are listed.
    """

    first: bool
    new: tuple[Item, ...] = ()
    reopened: tuple[Item, ...] = ()
    fixed: tuple[Item, ...] = ()
    lost: tuple[Item, ...] = ()
    over: tuple[ExceptionFacts, ...] = ()
    totals: Mapping[str, Counter[Severity]] = field(default_factory=dict)

    @property
    def expired(self) -> tuple[str, ...]:
        """A sentence on each exception that no longer holds."""
        return notices(self.over)

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.first or any(self.counts.values())

    @property
    def counts(self) -> dict[str, int]:
        """How much there is of each kind."""
        return {kind: self.amounts(kind).total() if kind in ITEMS else len(getattr(self, kind)) for kind in KINDS}

    def amounts(self, kind: str) -> Counter[Severity]:
        """Return how many items of a kind there are of each severity, whether they are listed or not."""
        listed: tuple[Item, ...] = getattr(self, kind)
        return self.totals[kind] if kind in self.totals else Counter(each.severity for each in listed)


def news(before: Before | None, after: Report, history: History) -> News:
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
        lost=_told(_lost(before, sight)) if before else (),
        over=_over_since(before, after) if before else (),
    )


def _told(items: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(sorted(items, key=lambda each: each.gravity))


def _counts(spell: Spell, sight: Sight) -> bool:
    """Return whether a failure is one that no exception accepts."""
    return sight.findings[spell.fingerprint].status is Status.FAIL


def _failure(spell: Spell, sight: Sight) -> Item:
    return _item(spell, Status.FAIL.value, _problem(sight.findings[spell.fingerprint]))


def _problem(finding: Finding) -> str:
    return next((each.summary for each in finding.problems), "")


def _mended(spell: Spell) -> Item:
    return _item(spell, Status.PASS.value if spell.fate == "FIXED" else "", WHY_MENDED[spell.fate])


def is_lost(verdict: Finding | Verdict, sight: Sight) -> bool:
    """Return whether the run before decided what this one did not."""
    return verdict.status.decided and sight.fate(verdict) in OUT_OF_SIGHT


def _lost(before: Before, sight: Sight) -> Iterator[Item]:
    for each in before.findings:
        if is_lost(each, sight):
            now = sight.findings.get(each.fingerprint)
            yield _item(each, now.status.value if now else "", sight.why_out_of_sight(each))


def _item(subject: Spell | Finding | Verdict, status: str, why: str) -> Item:
    resource = subject.resource if isinstance(subject.resource, str) else subject.resource.arn
    return Item(
        check=subject.check,
        severity=subject.severity,
        account=subject.account,
        region=subject.region,
        resource=resource,
        fingerprint=subject.fingerprint,
        status=status,
        why=why,
    )


def _over_since(before: Before, after: Before) -> tuple[ExceptionFacts, ...]:
    """Return the exceptions that expired since, however many failures each covers."""
    known = [replace(each, findings=0) for each in _over(before)]
    return tuple(each for each in _over(after) if replace(each, findings=0) not in known)


def _over(report: Before) -> list[ExceptionFacts]:
    return [each for each in report.exceptions if each.state == "EXPIRED"]
