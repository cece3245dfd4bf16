"""What an audit could not read, told once for all the findings it leaves open."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from auditor.call import Failure
from auditor.permissions import policy
from auditor.remedies import is_refusal, remedy
from auditor.report import GapFacts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from auditor.call import Call
    from auditor.finding import Finding
    from auditor.inventory import Inventory
    from auditor.plan import Plan
    from auditor.request import Request


def gaps_of(findings: Iterable[Finding], inventory: Inventory, plan: Plan) -> tuple[GapFacts, ...]:
    """Return what AWS did not tell, by operation and error code.

    Beside what findings name stand the refused calls that none does: a check stops at the first fact it cannot see,
    and granting one permission after the other is tedious.
    """
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.unseen:
            groups[finding.unseen.operation, finding.unseen.code].append(finding)
    named = [_gap(groups[key]) for key in sorted(groups)]
    unnamed = _refused(inventory, plan, {operation for operation, _ in groups})
    return tuple(sorted([*named, *unnamed], key=lambda gap: (gap.operation, gap.code)))


def _refused(inventory: Inventory, plan: Plan, named: Collection[str]) -> Iterator[GapFacts]:
    """Yield a gap for each operation that was refused and that no finding names."""
    refusals: dict[str, list[tuple[Call, Failure]]] = defaultdict(list)
    for call, outcome in inventory.outcomes.items():
        if isinstance(outcome, Failure) and is_refusal(outcome.code) and call.name not in named:
            refusals[call.name].append((call, outcome))
    for step in plan.steps():
        told = refusals.pop(step.request.name, [])
        calls = [each for each in told if not plan.understands(step.request.name, each[1])]
        if calls:
            yield _unnamed(step.request, calls, inventory.target.account, plan.readers(step.request))


def _unnamed(
    request: Request, calls: Sequence[tuple[Call, Failure]], account: str, checks: tuple[str, ...]
) -> GapFacts:
    _, failure = min(calls, key=itemgetter(0))
    return GapFacts(
        operation=request.name,
        permission=request.permission,
        code=failure.code,
        message=failure.message,
        remedy=remedy(request.permission, failure.code, failure.message),
        account=account,
        regions=tuple(sorted({call.region for call, _ in calls})),
        checks=checks,
        findings=0,
    )


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
