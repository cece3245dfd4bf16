"""What an audit could not read, told once for all the findings it leaves open."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from auditor.permissions import policy
from auditor.remedies import is_refusal
from auditor.report import GapFacts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.finding import Finding


def gaps_of(findings: Iterable[Finding]) -> tuple[GapFacts, ...]:
    """Return the gaps behind undecided and partly decided findings, by operation and error code."""
    groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.unseen:
            groups[finding.unseen.operation, finding.unseen.code, finding.account].append(finding)
    return tuple(_gap(groups[key]) for key in sorted(groups))


def _gap(findings: Sequence[Finding]) -> GapFacts:
    unseen = next(each.unseen for each in findings if each.unseen)
    return GapFacts(
        operation=unseen.operation,
        permission=unseen.permission,
        code=unseen.code,
        message=unseen.message,
        remedy=unseen.remedy,
        account=findings[0].account,
        regions=tuple(sorted({each.region for each in findings})),
        checks=tuple(sorted({each.check for each in findings})),
        findings=len(findings),
    )


def missing_permissions(gaps: Iterable[GapFacts]) -> dict[str, Any]:
    """Return the IAM policy that would answer every refused call; empty when none was refused."""
    refused = {gap.permission for gap in gaps if is_refusal(gap.code)}
    return policy(refused) if refused else {}
