"""Findings: what a check decided of a resource, with the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from auditor.request import Unseen


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a way through an account: from where to where (ARNs, or words), how, and what proves it.

    ``path`` is the id of the published path that the step is, where it is one. A step that depends on what is not
    known is not ``certain``.
    """

    source: str
    target: str
    step: str
    path: str = ""
    proof: tuple[str, ...] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a resource: what, the offending value in AWS's words, and what should stand there.

    ``chain`` is the way that a problem tells of, such as that to an administrator's rights: its steps in order.
    """

    summary: str
    found: Any = None
    expected: str = ""
    chain: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class ResourceRef:
    """Which resource a finding is about."""

    type: str
    id: str
    arn: str
    name: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A value that decided a finding: the fact, the operation and time (UTC) that supplied it, on which resource.

    A value too long to carry is cut and ``truncated`` says so; the recording holds all of it.
    """

    resource: str
    fact: str
    operation: str
    at: datetime
    value: Any
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a fact is unseen: the operation that would have told, the IAM action it takes, the error, what to do."""

    operation: str
    permission: str
    code: str
    message: str
    remedy: str

    @classmethod
    def of(cls, unseen: Unseen) -> Refusal:
        """Return the record of an unseen fact."""
        from auditor.remedies import remedy

        advice = remedy(unseen.permission, unseen.code, unseen.message)
        return cls(unseen.operation, unseen.permission, unseen.code, unseen.message, advice)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The exception that covers a failure: why, who answers for it, and the last day (UTC) on which it holds."""

    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check decided of one resource.

    ``fingerprint`` is the stable identity over runs: of check and resource ARN, of nothing that varies.
    ``accepted`` is the exception of an ACCEPTED finding. ``known_since`` is the day (UTC) since which the baseline
    knows a failure; None where it does not, or where there is no baseline. ``first_seen`` is the day (UTC) of the first
    audit in the history that found it failing; ``failing_since`` differs from it where it was mended in between. Both
    are None where nothing fails, or where there is no history.
    """

    check: str
    status: Status
    severity: Severity
    account: str
    region: str
    service: str
    resource: ResourceRef
    fingerprint: str
    problems: tuple[Problem, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    unseen: Refusal | None = None
    error: str = ""
    fix: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    accepted: Acceptance | None = None
    known_since: date | None = None
    first_seen: date | None = None
    failing_since: date | None = None

    @property
    def noticed(self) -> date | None:
        """The earliest day on which it is known to have failed, by the history or else the baseline."""
        return self.first_seen or self.known_since

    @property
    def order(self) -> tuple[str, str, str, str]:
        """The place in a report: by check, then resource."""
        return self.check, self.account, self.region, self.resource.arn
