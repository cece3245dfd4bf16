"""The gate: from a report to an exit code, with the reasons for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.exit_codes import ExitCode
from auditor.remedies import NOT_LISTED
from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import Report


@dataclass(frozen=True, slots=True)
class Gate:
    """What an audit must satisfy; docs/gate.md has it as a table.

    ``fail_on``: no failure of this severity or graver, beside those that a baseline knows. ``max_unknown``: at most so
    many undecided findings; None: none of critical or high severity, but for those about what another account owns,
    which no grant would decide. ``min_score`` and ``min_framework_score``, by framework id: scores of 0 to 100.
    """

    fail_on: Severity | None = None
    max_unknown: int | None = None
    min_score: float | None = None
    min_framework_score: tuple[tuple[str, float], ...] = ()

    def judge(self, report: Report) -> Verdict:
        """Return the exit code and one printed reason per violated rule. A failed gate outranks an incomplete audit."""
        failures = tuple(self._failures(report))
        gaps = tuple(self._gaps(report))
        if failures:
            return Verdict(ExitCode.GATE_FAILED, failures + gaps)
        return Verdict(ExitCode.INCOMPLETE if gaps else ExitCode.FINE, gaps)

    def _failures(self, report: Report) -> Iterator[str]:
        if self.fail_on is not None:
            yield from self._failed(report, self.fail_on)
        for demand in self._demands(report):
            if demand.score is not None and demand.score < demand.least:
                yield f"{demand.name} is {demand.score:g}; {demand.rule} {demand.least:g}"

    @staticmethod
    def _failed(report: Report, fail_on: Severity) -> Iterator[str]:
        failed = (each for each in report.findings if each.status is Status.FAIL and each.known_since is None)
        count = Counter(each.severity for each in failed)
        told = [f"{count[each]} {each.value}" for each in Severity if each.reaches(fail_on) and count[each]]
        if told:
            new = "" if report.baseline is None else "new "
            yield f"{new}failed findings at or above {fail_on.value}: {', '.join(told)}"

    def _demands(self, report: Report) -> Iterator[_Demand]:
        if self.min_score is not None:
            yield _Demand("the score", report.score, "--min-score demands", self.min_score)
        scores = {each.id: each.tally.score for each in report.frameworks}
        for framework, least in self.min_framework_score:
            name = f"the score of {framework}"
            yield _Demand(name, scores.get(framework), "--min-framework-score demands", least)

    def _gaps(self, report: Report) -> Iterator[str]:
        yield from self._unread(report)
        for demand in self._demands(report):
            if demand.score is None:
                yield f"there is nothing that {demand.name} could rest on; {demand.rule} {demand.least:g}"

    def _unread(self, report: Report) -> Iterator[str]:
        undecided = [each for each in report.findings if not each.status.decided]
        if self.max_unknown is not None:
            if len(undecided) > self.max_unknown:
                yield f"{len(undecided)} questions could not be answered; --max-unknown allows {self.max_unknown}"
            return
        grave = sum(each.severity.reaches(Severity.HIGH) and not _elsewhere(each) for each in undecided)
        if grave:
            yield f"{grave} questions of critical or high severity could not be answered"


@dataclass(frozen=True, slots=True)
class _Demand:
    """A score, None where nothing was judged, and the least that a rule demands of it."""

    name: str
    score: float | None
    rule: str
    least: float


def _elsewhere(finding: Finding) -> bool:
    """Return whether a finding is undecided only because it is about another account's or region's resource."""
    return finding.unseen is not None and finding.unseen.code == NOT_LISTED


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's answer."""

    code: ExitCode
    reasons: tuple[str, ...]
