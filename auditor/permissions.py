"""The least-privilege IAM policy of a selection: exactly what its plan calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.readonly import STARTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.plan import Plan

ALWAYS: Final = ("ec2:DescribeRegions", "sts:GetCallerIdentity")
"""What every live audit asks: who it is, and which regions the account has."""


def permissions(plan: Plan) -> list[str]:
    """Return the IAM actions the plan takes, sorted."""
    return sorted({*ALWAYS, *_actions(plan)})


def _actions(plan: Plan) -> Iterator[str]:
    for step in plan.steps():
        yield step.request.permission
        start = STARTS.get((step.request.service, step.request.operation))
        if start:
            yield f"{step.request.service}:{start}"


def policy(actions: Iterable[str]) -> dict[str, Any]:
    """Return an IAM policy document that allows ``actions`` on everything: reads of configuration name no resource."""
    statement = {"Sid": "AuditConfiguration", "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
