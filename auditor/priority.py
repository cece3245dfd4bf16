"""What to fix first: failures put together by what mends them, ranked by what they risk, reach and cost."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Final

from auditor.score import WEIGHTS
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.finding import Finding
    from auditor.report import CheckFacts, FixFacts, Report
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
class Task:
    """All failures of a check: one thing to do, on each of their resources.

    ``priority`` is as :data:`FORMULA` says; ``gain`` is in points of the score. ``findings`` are in the report's order,
    those that no baseline knows first.
    """

    check: CheckFacts
    severity: Severity
    findings: tuple[Finding, ...]
    risk: float
    reach: float
    effort: float
    gain: float

    @property
    def priority(self) -> float:
        """The rank: the higher, the sooner."""
        return self.risk * self.reach / self.effort


def tasks(report: Report) -> list[Task]:
    """Return what there is to fix, the most urgent first; failures that an exception accepts are none of it."""
    failing: dict[str, list[Finding]] = defaultdict(list)
    asked: Counter[str] = Counter()
    weights: dict[str, int] = {}
    for finding in report.findings:
        if finding.status is Status.ACCEPTED:
            continue
        asked[finding.check] += 1
        weights[finding.check] = WEIGHTS[finding.severity]
        if finding.status is Status.FAIL:
            failing[finding.check].append(finding)
    facts = {check.id: check for check in report.checks}
    whole = sum(weights.values())
    made = [_task(facts[check], found, asked[check], whole) for check, found in failing.items()]
    return sorted(made, key=lambda task: (-task.priority, task.severity.rank, task.check.id))


def first(report: Report) -> list[Finding]:
    """Return the failures in the order in which to fix them: what no baseline knows, then by their task's rank."""
    found = [finding for task in tasks(report) for finding in task.findings]
    return sorted(found, key=lambda finding: finding.known_since is not None)


def effort(fix: FixFacts) -> float:
    """Return how much effort a fix is: 1 for a command that changes nothing else, and more for what it takes beside."""
    extras = ((not fix.cli, BY_HAND), (fix.downtime, DOWNTIME), (fix.replacement, REPLACEMENT), (fix.cost, COST))
    return 1 + sum(more for applies, more in extras if applies)


def _task(check: CheckFacts, found: Iterable[Finding], asked: int, whole: int) -> Task:
    findings = tuple(sorted(found, key=lambda finding: finding.known_since is not None))
    risk = WEIGHTS[findings[0].severity]
    return Task(
        check=check,
        severity=findings[0].severity,
        findings=findings,
        risk=risk,
        reach=1 + log10(len(findings)),
        effort=effort(check.fix),
        gain=100 * risk * len(findings) / asked / whole,
    )
