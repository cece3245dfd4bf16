"""The history: what former audits found, as values; auditor/history_file.py keeps them.

A failure is remembered as a spell: from the run that found it to the run that found it mended. So what is kept grows
with what changes in an account, not with every failure times every run.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor.report import RunFacts
from auditor.resource import GLOBAL_REGION
from auditor.severity import Severity, Status
from auditor.sight import MENDED, Absence, Sight, is_unlisted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import Report

RUNS_KEPT: Final = timedelta(days=731)
"""How long a run is remembered, and a failure that no run could judge any more."""
FIXED_KEPT: Final = timedelta(days=180)
"""How long a mended failure is remembered: what fails again later is new, and no time to fix looks further back."""
NEW: Final = "NEW"
REOPENED: Final = "REOPENED"
REVEALED: Final = "REVEALED"
"""How a spell begins: it did not fail when it was last judged; it was fixed before; nothing had judged it before."""


class Question(NamedTuple):
    """What a check asks of a resource; without a fingerprint, of all resources in a region."""

    account: str
    check: str
    region: str
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Spell:
    """A failure from the run that found it, by way of the last that saw it, to the run that found it mended.

    ``fate`` is FIXED or GONE where it is mended, and empty where it is not.
    """

    account: str
    fingerprint: str
    opened: datetime
    check: str
    severity: Severity
    region: str
    resource: str
    origin: str
    seen: datetime
    closed: datetime | None = None
    fate: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The failure's identity over spells."""
        return self.account, self.fingerprint


@dataclass(frozen=True)
class History:
    """What is remembered of some accounts: the runs on all of them, oldest first, and the spells of each.

    ``judged`` holds, without fingerprints, where a check could list what it judges at some time; ``unread`` the
    questions there that no run has answered yet.
    """

    runs: tuple[RunFacts, ...] = ()
    spells: frozenset[Spell] = frozenset()
    judged: frozenset[Question] = frozenset()
    unread: frozenset[Question] = frozenset()

    @cached_property
    def open(self) -> dict[tuple[str, str], Spell]:
        """The spells that have not ended."""
        return {each.key: each for each in self.spells if each.closed is None}

    @cached_property
    def ended(self) -> dict[tuple[str, str], list[Spell]]:
        """The spells that have ended, by failure, oldest first."""
        found: dict[tuple[str, str], list[Spell]] = {}
        for each in sorted(self.spells - set(self.open.values()), key=attrgetter("opened")):
            found.setdefault(each.key, []).append(each)
        return found

    def after(self, report: Report) -> History:
        """Return the history with ``report`` as its last run. It must be younger than the last there is."""
        return _Step(self, report).history()


class _Step:
    """The way from one run to the next."""

    def __init__(self, before: History, report: Report) -> None:
        self.before = before
        self.report = report
        self.at = report.audit.at.astimezone(UTC)
        self.sight = Sight(report)

    def history(self) -> History:
        recent = (each for each in self.before.open.values() if self.at - each.seen <= RUNS_KEPT)
        spells = [self._continued(each) for each in recent]
        spells += [self._begun(each) for each in self.report.findings if self._begins(each)]
        run = self._run([each.origin for each in spells if each.opened == self.at], spells)
        ended = (each for each in chain.from_iterable(self.before.ended.values()) if self._remembered(each))
        return History(
            runs=(*(each for each in self.before.runs if self.at - each.at <= RUNS_KEPT), run),
            spells=frozenset(chain(spells, ended)),
            judged=self.before.judged | frozenset(self._judged()),
            unread=frozenset(self._unread()),
        )

    def _remembered(self, spell: Spell) -> bool:
        return spell.closed is not None and self.at - spell.closed <= FIXED_KEPT

    def _continued(self, spell: Spell) -> Spell:
        """Return an open spell as this run leaves it: failing still, mended, or as it was where it was not judged."""
        fate = self.sight.fate(spell)
        if fate in MENDED:
            return replace(spell, closed=self.at, fate=fate)
        if fate:
            return spell
        return replace(spell, seen=self.at, severity=self.sight.findings[spell.fingerprint].severity)

    def _begins(self, finding: Finding) -> bool:
        return finding.status.failing and (finding.account, finding.fingerprint) not in self.before.open

    def _begun(self, finding: Finding) -> Spell:
        return Spell(
            account=finding.account,
            fingerprint=finding.fingerprint,
            opened=self.at,
            check=finding.check,
            severity=finding.severity,
            region=finding.region,
            resource=finding.resource.arn,
            origin=self._origin(finding),
            seen=self.at,
        )

    def _origin(self, finding: Finding) -> str:
        if (finding.account, finding.fingerprint) in self.before.ended:
            return REOPENED
        return NEW if self._was_judged(finding) else REVEALED

    def _was_judged(self, finding: Finding) -> bool:
        """Return whether a former run could say that there is no such failure."""
        place = Question(finding.account, finding.check, finding.region)
        return place in self.before.judged and _question(finding) not in self.before.unread

    def _judged(self) -> Iterator[Question]:
        """Yield where this run could list what its checks judge."""
        audit = self.report.audit
        for check in self.sight.checks:
            for account in audit.accounts:
                for region in (GLOBAL_REGION, *audit.regions):
                    place = Question(account, check, region)
                    if self.sight.absence(place) is Absence.GONE:
                        yield place

    def _unread(self) -> Iterator[Question]:
        """Yield the questions that no run has answered, this one neither."""
        yield from (each for each in self.before.unread if self.sight.fate(each) in {"UNREAD", "UNASKED"})
        for finding in self.report.findings:
            if not (finding.status.decided or is_unlisted(finding) or self._is_known(finding)):
                yield _question(finding)

    def _is_known(self, finding: Finding) -> bool:
        key = finding.account, finding.fingerprint
        return key in self.before.open or key in self.before.ended or self._was_judged(finding)

    def _run(self, origins: list[str], spells: list[Spell]) -> RunFacts:
        report = self.report
        failed = Counter(each.severity for each in report.findings if each.status is Status.FAIL)
        return RunFacts(
            at=self.at,
            accounts=tuple(sorted(report.audit.accounts)),
            tool_version=report.audit.tool_version,
            score=report.score,
            coverage=report.coverage,
            findings=len(report.findings),
            failed={each.value: failed[each] for each in Severity},
            accepted=sum(each.status is Status.ACCEPTED for each in report.findings),
            unknown=sum(not each.status.decided for each in report.findings),
            checks=len(report.checks),
            regions=len(report.audit.regions),
            new=origins.count(NEW),
            reopened=origins.count(REOPENED),
            fixed=sum(each.closed == self.at for each in spells),
        )


def _question(finding: Finding) -> Question:
    return Question(finding.account, finding.check, finding.region, finding.fingerprint)
