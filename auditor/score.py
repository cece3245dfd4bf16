"""The score: a severity-weighted share of what passes, and the coverage it must be read with."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from auditor.report import Tally
from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditor.finding import Finding

WEIGHTS: Final = {Severity.CRITICAL: 10, Severity.HIGH: 5, Severity.MEDIUM: 2, Severity.LOW: 1}

FORMULA: Final = (
    "score = 100 × Σ weight × share ÷ Σ weight, over the checks that had something to judge; "
    "share = passed ÷ (passed + failed + unread) resources of the check; "
    "weight = 10 critical, 5 high, 2 medium, 1 low. "
    "What could not be read stays in the divisor, so a refusal never raises the score; accepted exceptions leave it. "
    "coverage = decided ÷ (decided + unread). "
    "AWS Security Hub's score is the unweighted share of controls without any failed finding, and leaves out what "
    "could not be read."
)


def score(findings: Iterable[Finding]) -> float | None:
    """Return the score of ``findings``, 0 to 100 with one decimal; None when nothing was judged.

    Each check counts once, by its severity, however many resources it has: one thousand good security groups do not
    outweigh a root user without MFA. A check with many resources fails by degrees.
    """
    passed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    weights: dict[str, int] = {}
    for finding in findings:
        if finding.status is Status.ACCEPTED:
            continue
        weights[finding.check] = WEIGHTS[finding.severity]
        asked[finding.check] += 1
        passed[finding.check] += finding.status is Status.PASS
    if not weights:
        return None
    earned = sum(weight * passed[check] / asked[check] for check, weight in weights.items())
    # Rounded down: only a flawless audit shows 100.
    return int(1000 * earned / sum(weights.values()) + 1e-9) / 10


def coverage(findings: Iterable[Finding]) -> float:
    """Return the percentage of questions that were decided; 100 when nothing was asked, rounded down otherwise."""
    decided = total = 0
    for finding in findings:
        total += 1
        decided += finding.status.decided
    return int(1000 * decided / total) / 10 if total else 100.0


def tally(name: str, findings: Iterable[Finding]) -> Tally:
    """Return the score of ``findings`` with the counts it rests on."""
    findings = list(findings)
    count = Counter(finding.status for finding in findings)
    return Tally(
        name=name,
        score=score(findings),
        coverage=coverage(findings),
        passed=count[Status.PASS],
        failed=count[Status.FAIL],
        accepted=count[Status.ACCEPTED],
        unknown=count[Status.UNKNOWN],
        error=count[Status.ERROR],
    )


def tallies(findings: Iterable[Finding], name: Callable[[Finding], str]) -> tuple[Tally, ...]:
    """Return a tally for every group that ``name`` puts findings in, by name."""
    groups: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[name(finding)].append(finding)
    return tuple(tally(group, groups[group]) for group in sorted(groups))
