"""Audit an AWS account for security and best practice: declare checks over facts, collect, decide, report.

What is exported here is what a check author and a library user import; nothing else is public.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.checking import Check, Fix, Problems, check
    from auditor.facts import Asked, Joined, Listed, Moot, derived
    from auditor.finding import Finding, Link, Problem
    from auditor.inventory import Inventory
    from auditor.request import Unseen
    from auditor.resource import GLOBAL, REGIONAL, Listing, Resource
    from auditor.severity import Severity, Status

__version__ = "0.1.0"

__all__ = [
    "GLOBAL",
    "REGIONAL",
    "Asked",
    "Check",
    "Finding",
    "Fix",
    "Inventory",
    "Joined",
    "Link",
    "Listed",
    "Listing",
    "Moot",
    "Problem",
    "Problems",
    "Resource",
    "Severity",
    "Status",
    "Unseen",
    "check",
    "derived",
]

_HOMES: Final = {
    "auditor.checking": ("Check", "Fix", "Problems", "check"),
    "auditor.facts": ("Asked", "Joined", "Listed", "Moot", "derived"),
    "auditor.finding": ("Finding", "Link", "Problem"),
    "auditor.inventory": ("Inventory",),
    "auditor.request": ("Unseen",),
    "auditor.resource": ("GLOBAL", "REGIONAL", "Listing", "Resource"),
    "auditor.severity": ("Severity", "Status"),
}
_HOME: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import an exported name when it is first used, so that starting the tool stays cheap."""
    if name not in _HOME:
        message = f"module 'auditor' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_HOME[name]), name)
