"""The score: a severity-weighted share of what passes, and the coverage it must be read with."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from auditor.report import Tally
from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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


class Kind(NamedTuple):
    """What scores look at of a finding: findings that are alike in it count alike."""

    check: str
    severity: Severity
    status: Status
    service: str
    account: str

    @classmethod
    def of(cls, finding: Finding) -> Self:
        """Return the kind of a finding."""
        return cls(finding.check, finding.severity, finding.status, finding.service, finding.account)


def kinds(findings: Iterable[Finding]) -> Counter[Kind]:
    """Return how many findings there are of each kind: what all scores are made of."""
    return Counter(map(Kind.of, findings))


def score(counts: Mapping[Kind, int]) -> float | None:
    """Return the score of findings of these kinds, 0 to 100 with one decimal; None when nothing was judged.

    Each check counts once, by its severity, however many resources it has: one thousand good security groups do not
    outweigh a root user without MFA. A check with many resources fails by degrees.
    """
    passed: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    weights: dict[str, int] = {}
    for kind, count in counts.items():
        if kind.status is Status.ACCEPTED:
            continue
        weights[kind.check] = WEIGHTS[kind.severity]
        asked[kind.check] += count
        passed[kind.check] += count * (kind.status is Status.PASS)
    if not weights:
        return None
    # In the order of the checks, as sums of fractions differ by their order.
    earned = sum(weights[check] * passed[check] / asked[check] for check in sorted(weights))
    # Rounded down: only a flawless audit shows 100.
    return int(1000 * earned / sum(weights.values()) + 1e-9) / 10


def coverage(counts: Mapping[Kind, int]) -> float:
    """Return the percentage of questions that were decided; 100 when nothing was asked, rounded down otherwise."""
    total = sum(counts.values())
    decided = sum(count for kind, count in counts.items() if kind.status.decided)
    return int(1000 * decided / total) / 10 if total else 100.0


def tally(name: str, counts: Mapping[Kind, int]) -> Tally:
    """Return the score of findings of these kinds, with the counts it rests on."""
    of: Counter[Status] = Counter()
    for kind, count in counts.items():
        of[kind.status] += count
    return Tally(
        name=name,
        score=score(counts),
        coverage=coverage(counts),
        passed=of[Status.PASS],
        failed=of[Status.FAIL],
        accepted=of[Status.ACCEPTED],
        unknown=of[Status.UNKNOWN],
        error=of[Status.ERROR],
    )


def tallies(counts: Mapping[Kind, int], name: Callable[[Kind], str]) -> tuple[Tally, ...]:
    """Return a tally for every group that ``name`` puts kinds in, by name."""
    groups: dict[str, dict[Kind, int]] = defaultdict(dict)
    for kind, count in counts.items():
        groups[name(kind)][kind] = count
    return tuple(tally(group, groups[group]) for group in sorted(groups))
