"""What AWS Backup tells of resources of other services."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from auditor import Joined, Problem, Problems

if TYPE_CHECKING:
    from types_boto3_backup.type_defs import ProtectedResourceTypeDef


def _time(row: ProtectedResourceTypeDef) -> datetime:
    return row["LastBackupTime"]


def last_backup() -> Joined[datetime | None]:
    """Return the fact when AWS Backup last backed a resource up; None for one of which it holds no backup.

    One call tells it of all the resources of a region: those with a recovery point (AWS Backup API Reference,
    "ListProtectedResources"). A plan that selects a resource and has never backed it up does not protect it yet.
    """
    return Joined[datetime | None](
        "ListProtectedResources",
        "Results",
        service="backup",
        key="ResourceArn",
        match="{arn}",
        value=_time,
        default=None,
        MaxResults=1000,
    )


def overdue(last: datetime | None, at: datetime, days: int) -> Problems:
    """Yield the problem of a resource whose ``last`` backup is older, at the time ``at``, than ``days``."""
    if last is None or at - last > timedelta(days=days):
        told = "has never backed this up" if last is None else f"last backed this up {(at - last).days} days ago"
        yield Problem(f"AWS Backup {told}", found=last, expected=f"a backup within {days} days")
