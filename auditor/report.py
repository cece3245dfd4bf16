"""The report: everything an audit found, as the plain value that every format renders and the schema describes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from auditor.finding import Finding
from auditor.severity import Severity

if TYPE_CHECKING:
    from auditor.checking import Check

SCHEMA_VERSION: Final = "1.0"


@dataclass(frozen=True, slots=True)
class FixFacts:
    """How a check's failure is mended: prose, a command, resource definitions, and what mending costs."""

    text: str
    cli: str
    terraform: str
    cloudformation: str
    downtime: bool
    replacement: bool
    cost: bool


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What a report says of a check once, for all its findings."""

    id: str
    title: str
    rationale: str
    severity: Severity
    service: str
    resource_type: str
    references: tuple[str, ...]
    fix: FixFacts
    parameters: dict[str, Any]
    facts: tuple[str, ...]
    controls: tuple[str, ...]

    @classmethod
    def of(cls, check: Check, controls: tuple[str, ...]) -> CheckFacts:
        """Return the facts of ``check``; ``controls`` are ``framework:control`` names."""
        fix = check.fix
        return cls(
            id=check.id,
            title=check.title,
            rationale=check.rationale,
            severity=check.severity,
            service=check.service,
            resource_type=check.resource.aws_type,
            references=check.references,
            fix=FixFacts(fix.text, fix.cli, fix.terraform, fix.cloudformation, fix.downtime, fix.replacement, fix.cost),
            parameters=dict(check.parameters),
            facts=tuple(sorted(repr(fact) for fact in check.facts)),
            controls=controls,
        )


@dataclass(frozen=True, slots=True)
class Tally:
    """A score with what it rests on.

    ``score`` is 0 to 100, None where nothing was asked; ``coverage`` is the percentage of questions decided.
    """

    name: str
    score: float | None
    coverage: float
    passed: int
    failed: int
    accepted: int
    unknown: int
    error: int


@dataclass(frozen=True, slots=True)
class ControlResult:
    """A framework's control: PASS, FAIL, UNKNOWN, ACCEPTED, MANUAL, PARTIAL, UNCOVERED or NOT_APPLICABLE.

    ACCEPTED: all failures of its checks are. MANUAL: a person must look.
    PARTIAL: what is checked passes, and ``uncovered`` says what is not checked. NOT_APPLICABLE: its checks ran and no
    resource was there to judge, or none was selected. ``manual`` says what a person must look at. ``level`` is a CIS
    profile level, 0 for none; ``severity`` the framework's own word, empty for none.
    """

    id: str
    title: str
    status: str
    checks: tuple[str, ...]
    failing: int
    unknown: int
    manual: str = ""
    uncovered: str = ""
    level: int = 0
    severity: str = ""
    accepted: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """How many of a framework's controls checks decide wholly or partly, a person must judge, or nobody decides yet."""

    controls: int
    decided: int
    partly: int
    manual: int
    uncovered: int

    @property
    def percent(self) -> int:
        """The share of the controls that checks decide wholly, in whole percent, rounded down."""
        return 100 * self.decided // self.controls if self.controls else 0


@dataclass(frozen=True, slots=True)
class FrameworkResult:
    """A framework's own score, how much of it checks decide, and its controls in order."""

    id: str
    title: str
    source: str
    tally: Tally
    scope: Scope
    controls: tuple[ControlResult, ...]


@dataclass(frozen=True, slots=True)
class GapFacts:
    """Something AWS did not tell, once for all the findings it leaves unknown, with what to do about it."""

    operation: str
    permission: str
    code: str
    message: str
    remedy: str
    account: str
    regions: tuple[str, ...]
    checks: tuple[str, ...]
    findings: int


@dataclass(frozen=True, slots=True)
class AuditFacts:
    """What was audited, when, by which version, and what limits the audit."""

    tool_version: str
    at: datetime
    source: str
    partition: str
    accounts: tuple[str, ...]
    regions: tuple[str, ...]
    caller: str
    partial: bool
    checks_run: int
    calls: int
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExceptionFacts:
    """An exception: what it names, who answers for it and why, and what became of it.

    ``state``: IN_FORCE; EXPIRED; UNUSED (what it names does not fail, or is not there); UNREAD (what it names could
    not be read, which no exception accepts); UNASKED (its check, account or region was not audited). ``findings``
    counts the failures it covers, or would cover were it not expired.
    """

    check: str
    resource: str
    tags: dict[str, str]
    account: str
    region: str
    reason: str
    owner: str
    expires: date
    state: str
    findings: int


@dataclass(frozen=True, slots=True)
class FormerFailure:
    """A failure that the baseline knows and that is none now.

    ``fate``: FIXED (it passes now), GONE (the resource is no longer there, or the check no longer applies to it),
    UNREAD (it could not be read) or UNASKED (its check, account or region was not audited). The last two may fail
    still.
    """

    check: str
    severity: Severity
    account: str
    region: str
    resource: str
    fingerprint: str
    first_seen: date
    fate: str


@dataclass(frozen=True, slots=True)
class BaselineFacts:
    """What the baseline makes of the failures: how many it knows, how many are new, and what it knows beside them.

    ``new_by_new_checks`` of the new ones are of checks that the baseline did not ask: they say nothing of a change in
    the account.
    """

    known: int
    new: int
    new_by_new_checks: int
    former: tuple[FormerFailure, ...]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """An audit that the history remembers.

    ``failed`` counts the failures that no exception accepts, by severity (``critical``, ``high``, ``medium``, ``low``),
    ``new``, ``reopened`` and ``fixed`` what changed since the run before it. A run that asked other ``checks`` in other
    ``regions`` (how many there were) cannot be compared with one that did not.
    """

    at: datetime
    accounts: tuple[str, ...]
    tool_version: str
    score: float | None
    coverage: float
    findings: int
    failed: dict[str, int]
    accepted: int
    unknown: int
    checks: int
    regions: int
    new: int = 0
    reopened: int = 0
    fixed: int = 0


@dataclass(frozen=True, slots=True)
class PastFailure:
    """A failure that began or ended between two runs.

    ``first_seen`` is the day (UTC) of the first run that found it; ``fixed_at`` that of the run that found it mended,
    which of a reopened failure is the last time; None for a new one. ``fate`` of a fixed one: FIXED (it passes now) or
    GONE (the resource is no longer there, or the check no longer applies to it); empty for others.
    """

    check: str
    severity: Severity
    account: str
    region: str
    resource: str
    fingerprint: str
    first_seen: date
    fixed_at: date | None = None
    fate: str = ""


@dataclass(frozen=True, slots=True)
class PaceFacts:
    """How fast failures of a severity are mended: those open with their mean age, those fixed with the mean time to it.

    Ages and times are in days, from the run that found the failure to the run that found it mended; None for none.
    """

    severity: Severity
    open: int
    mean_age_days: float | None
    fixed: int
    mean_days_to_fix: float | None


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """What the history makes of the audit.

    ``runs`` are the runs of the same accounts, oldest first, this one last; of long ago the last of each day. ``new``
    (failing now, and not when it was last judged), ``reopened`` (fixed before) and ``fixed`` are since the run before
    this one; a failure, accepted or not, counts. What could not be read or was not asked is none of them: ``revealed``
    counts the failures that nothing had judged before, ``unseen`` those of former runs that this one could not judge.
    ``pace`` is by severity, gravest first; what was fixed is that of the last ``days``.
    """

    runs: tuple[RunFacts, ...]
    new: tuple[PastFailure, ...]
    reopened: tuple[PastFailure, ...]
    fixed: tuple[PastFailure, ...]
    revealed: int
    unseen: int
    pace: tuple[PaceFacts, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Report:
    """One audit's results. The scoring formula is told in ``formula``; see auditor/score.py."""

    audit: AuditFacts
    score: float | None
    coverage: float
    formula: str
    accounts: tuple[Tally, ...]
    services: tuple[Tally, ...]
    severities: tuple[Tally, ...]
    frameworks: tuple[FrameworkResult, ...]
    checks: tuple[CheckFacts, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[GapFacts, ...]
    missing_permissions: dict[str, Any] = field(default_factory=dict)
    schema_version: str = SCHEMA_VERSION
    exceptions: tuple[ExceptionFacts, ...] = ()
    baseline: BaselineFacts | None = None
    history: HistoryFacts | None = None
