"""What to fix first: failures put together by what mends them, ranked by what they risk, reach and cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Final

from auditor.score import WEIGHTS, kinds
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.finding import Finding
    from auditor.report import CheckFacts, FixFacts, Report
    from auditor.score import Kind
    from auditor.severity import Severity

FORMULA: Final = (
    "priority = risk × reach ÷ effort; "
    "risk = 10 critical, 5 high, 2 medium, 1 low; "
    "reach = 1 + log10 of the failing resources; "
    "effort = 1, and 0.25 more without a ready command, 0.25 with downtime, 0.5 where the resource is replaced, "
    "0.1 where the bill rises. "
    "What is gained is what the score rises by when all of them are fixed."
)
BY_HAND, DOWNTIME, REPLACEMENT, COST = 0.25, 0.25, 0.5, 0.1
"""What each makes a fix more effort, beside the 1 that any fix is."""


@dataclass(frozen=True, slots=True)
class Work:
    """All failures of a check, counted: one thing to do, on each of their resources.

    ``priority`` is as :data:`FORMULA` says; ``gain`` is in points of the score.
    """

    check: CheckFacts
    severity: Severity
    failing: int
    risk: float
    reach: float
    effort: float
    gain: float

    @property
    def priority(self) -> float:
        """The rank: the higher, the sooner."""
        return self.risk * self.reach / self.effort


@dataclass(frozen=True, slots=True)
class Task(Work):
    """The same with the failures, in the report's order, those that no baseline knows first."""

    findings: tuple[Finding, ...]


def tasks(report: Report) -> list[Task]:
    """Return what there is to fix, the most urgent first; failures that an exception accepts are none of it."""
    failing: dict[str, list[Finding]] = defaultdict(list)
    for finding in report.findings:
        if finding.status is Status.FAIL:
            failing[finding.check].append(finding)
    made = work(report.checks, kinds(report.findings))
    return [_task(each, _unknown_first(failing[each.check.id])) for each in made]


def _task(made: Work, findings: tuple[Finding, ...]) -> Task:
    return Task(
        made.check, made.severity, made.failing, made.risk, made.reach, made.effort, made.gain, findings=findings
    )


def _unknown_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: finding.known_since is not None))


def work(checks: Iterable[CheckFacts], counts: Mapping[Kind, int]) -> list[Work]:
    """Return what there is to fix of findings of these kinds, the most urgent first."""
    failing: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    severities: dict[str, Severity] = {}
    for kind, count in counts.items():
        if kind.status is not Status.ACCEPTED:
            asked[kind.check] += count
            failing[kind.check] += count * (kind.status is Status.FAIL)
            severities[kind.check] = kind.severity
    whole = sum(WEIGHTS[each] for each in severities.values())
    facts = {check.id: check for check in checks}
    made = [
        _work(facts[check], severities[check], count, 100 * count / asked[check] / whole)
        for check, count in failing.items()
        if count
    ]
    return sorted(made, key=lambda each: (-each.priority, each.severity.rank, each.check.id))


def first(report: Report) -> list[Finding]:
    """Return the failures in the order in which to fix them: what no baseline knows, then by their task's rank."""
    found = [finding for task in tasks(report) for finding in task.findings]
    return sorted(found, key=lambda finding: finding.known_since is not None)


def effort(fix: FixFacts) -> float:
    """Return how much effort a fix is: 1 for a command that changes nothing else, and more for what it takes beside."""
    extras = ((not fix.cli, BY_HAND), (fix.downtime, DOWNTIME), (fix.replacement, REPLACEMENT), (fix.cost, COST))
    return 1 + sum(more for applies, more in extras if applies)


def _work(check: CheckFacts, severity: Severity, failing: int, share: float) -> Work:
    risk = WEIGHTS[severity]
    return Work(check, severity, failing, risk, 1 + log10(failing), effort(check.fix), risk * share)
