"""Where a resource stands, for formats that think in files: a relative path, made from the account down to the name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from auditor.finding import Finding

LONGEST: Final = 600
"""Longer paths are cut and end in the fingerprint, so that no two resources share one."""
_ARN_PARTS: Final = 5
_DOTS: Final = re.compile(r"\.+")


def path(finding: Finding) -> str:
    """Return the resource's path as a relative URI, such as ``aws/111122223333/eu-west-1/s3/assets``.

    It is the same in every audit and differs between resources. No file has it: readers that open it find none.
    """
    resource = finding.resource
    parts = resource.arn[:LONGEST].split(":", _ARN_PARTS)
    name = parts[-1] if len(parts) > _ARN_PARTS else resource.id[:LONGEST]
    above = ("aws", finding.account, finding.region, finding.service)
    made = "/".join(_segment(each) for each in (*above, *name.split("/")))
    whole = len(made) <= LONGEST and len(resource.arn) <= LONGEST
    return made if whole else f"{made[: LONGEST - 40].rpartition('/')[0] or 'aws'}/{finding.fingerprint}"


def _segment(text: str) -> str:
    """Return one segment; empty ones and dots, which mean a folder and not a name, are marked with a tilde."""
    marked = f"~{text}" if not text or _DOTS.fullmatch(text) else text[:LONGEST]
    return quote(marked, safe="", errors="replace")
