"""How grave a failure is, and what a check can conclude."""

from __future__ import annotations

from enum import Enum


class Severity(Enum):
    """How much a failure matters; the order of definition is the order of gravity."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """The place in the order, 0 the gravest."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Return whether this is at least as grave as ``threshold``."""
        return self.rank <= threshold.rank


class Status(Enum):
    """What a check concluded.

    UNKNOWN: a fact it needs was not readable. ERROR: the check itself failed. ACCEPTED: a failure that an exception
    with reason, owner and expiry covers.
    """

    PASS = "PASS"  # noqa: S105 - not a password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    ERROR = "ERROR"
    ACCEPTED = "ACCEPTED"

    @property
    def failing(self) -> bool:
        """Whether there is a problem, accepted or not."""
        return self in {Status.FAIL, Status.ACCEPTED}

    @property
    def decided(self) -> bool:
        """Whether the question was answered."""
        return self in {Status.PASS, Status.FAIL, Status.ACCEPTED}
