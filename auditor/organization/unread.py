"""The report of an account that could not be audited: nothing of it is known, and everything counts against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.audit import Collected
from auditor.inventory import Gap, Inventory
from auditor.remedies import INTERRUPTED, OUT_OF_TIME
from auditor.request import Unseen
from auditor.resource import GLOBAL_REGION

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.audit import Audit
    from auditor.report import Report
    from auditor.targets import Target

OPERATION: Final = "sts:AssumeRole"


def unread(audit: Audit, target: Target, at: datetime, code: str, message: str) -> Report:
    """Return the report of an account of which nothing could be read, for the reason that ``code`` names.

    Each check is UNKNOWN once, for all the resources of the account in all regions, as a check is whose resources AWS
    refused to list.
    """
    inventory = Inventory(target, at)
    unseen = Unseen(OPERATION, OPERATION, code, message)
    types = sorted({each.resource for each in audit.checks}, key=lambda each: (each.service, each.__name__))
    inventory.gaps = [Gap(each, GLOBAL_REGION, unseen) for each in types]
    collected = Collected(inventory, interrupted=code in {INTERRUPTED, OUT_OF_TIME})
    return audit.report(collected, "live", (f"nothing of the account could be read: {code}",))
