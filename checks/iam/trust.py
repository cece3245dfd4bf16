"""Whom a role's trust policy names, and how it is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from checks.access.audience import Reading

if TYPE_CHECKING:
    from auditor.policy import Document

DELETED: Final = re.compile(r"A(?:ID|RO)A[A-Z0-9]+")
"""The id that IAM leaves in place of a user or role that was deleted: it lets nobody in."""
READING: Final = Reading(
    only=("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"),
    # Everyone who knows the external ID is not everyone, but who knows it no policy tells.
    places=((re.compile("sts:externalid"), re.compile("[^*?]+")),),
    lists_tags=True,
)
"""How trust policies are read: other actions, such as sts:TagSession, give nobody the role."""


def principals(document: Document, kind: str) -> list[str]:
    """Return the principals of a kind (``AWS``, ``Federated``, ``Service``) that statements allow anything, sorted.

    Those that were deleted are none any more.
    """
    allowed = (each.principals or () for each in document.statements if each.allows)
    return sorted(
        {value for pairs in allowed for told, value in pairs if told == kind and not DELETED.fullmatch(value)}
    )
