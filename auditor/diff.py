"""What changed between two audits: what fails now, what no longer does, what differs, and what is out of sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec evaluates the annotations of what it encodes
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from auditor.severity import Severity  # noqa: TC001 - as above
from auditor.sight import Absence, Sight, is_unlisted, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import Report


SCHEMA_VERSION: Final = "1.0"


class Cause(Enum):
    """Why the verdict on a resource differs, as far as the two audits can tell."""

    APPEARED = "the resource was not there before, or the check did not apply to it"
    GONE = "the resource is gone, or the check does not apply to it any more"
    UNSEEN = "it could not be judged before"
    ASKED = "the check was not asked before"
    EXCEPTION = "an exception"
    RESOURCE = "values that the check reads have changed"
    PARAMETERS = "the parameters of the check have changed"
    SEVERITY = "the severity of the check has changed"
    CHECK = "the check judges the same replies differently"
    BEYOND = "not in the values shown: time, other resources, or another version of the check"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the audits that are compared."""

    at: datetime
    tool_version: str
    accounts: tuple[str, ...]
    score: float | None
    coverage: float

    @classmethod
    def of(cls, report: Report) -> Side:
        """Return what is told of a report."""
        audit = report.audit
        return cls(audit.at, audit.tool_version, audit.accounts, report.score, report.coverage)


@dataclass(frozen=True, slots=True)
class Change:
    """A question that the two audits answer differently, with the status (empty for none) and the problems of each.

    ``cause`` is a sentence.
    """

    check: str
    severity: Severity
    account: str
    region: str
    resource: str
    fingerprint: str
    before: str
    after: str
    cause: str
    problems_before: tuple[str, ...] = ()
    problems_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed, each part in the order of a report.

    ``new``: fails now, and did not. ``fixed``: failed, and passes or is gone. ``changed``: fails in both, otherwise.
    ``lost``: was decided, and is not any more.
    """

    before: Side
    after: Side
    new: tuple[Change, ...]
    fixed: tuple[Change, ...]
    changed: tuple[Change, ...]
    lost: tuple[Change, ...]
    schema_version: str = SCHEMA_VERSION


def compare(before: Report, after: Report) -> Diff:
    """Return what changed from one report to the other."""
    comparison = _Comparison(before, after)
    kinds: dict[str, list[Change]] = {"new": [], "fixed": [], "changed": [], "lost": []}
    for question, old, new in comparison.questions():
        kind = comparison.kind(old, new)
        if kind:
            kinds[kind].append(comparison.change(question, old, new))
    return Diff(
        before=Side.of(before),
        after=Side.of(after),
        new=tuple(kinds["new"]),
        fixed=tuple(kinds["fixed"]),
        changed=tuple(kinds["changed"]),
        lost=tuple(kinds["lost"]),
    )


class _Comparison:
    """Two reports, finding by finding."""

    def __init__(self, before: Report, after: Report) -> None:
        self.before = Sight(before)
        self.after = Sight(after)
        self.same_replies = before.audit.at == after.audit.at and before.audit.accounts == after.audit.accounts

    def questions(self) -> Iterator[tuple[Finding, Finding | None, Finding | None]]:
        """Yield each question, as its latest finding, with the two findings on it; but none of refused listings."""
        both = {**self.before.findings, **self.after.findings}
        for finding in sorted(both.values(), key=lambda each: (*each.order, each.fingerprint)):
            if not is_unlisted(finding):
                old, new = (side.findings.get(finding.fingerprint) for side in (self.before, self.after))
                yield finding, old, new

    def kind(self, old: Finding | None, new: Finding | None) -> str:
        """Return the part of the diff that a question belongs to; empty where nothing changed."""
        failed, fails = (each is not None and each.status.failing for each in (old, new))
        if failed and fails:
            return "changed" if _verdict(old) != _verdict(new) else ""
        if fails:
            return "new"
        if old is None or not old.status.decided:
            return ""
        if (new is None and self.after.absence(old) is not Absence.GONE) or (new and not new.status.decided):
            return "lost"
        return "fixed" if failed else ""

    def change(self, question: Finding, old: Finding | None, new: Finding | None) -> Change:
        """Return how the answers to a question differ."""
        return Change(
            check=question.check,
            severity=question.severity,
            account=question.account,
            region=question.region,
            resource=question.resource.arn,
            fingerprint=question.fingerprint,
            before=old.status.value if old else "",
            after=new.status.value if new else "",
            cause=self.cause(question, old, new),
            problems_before=_problems(old),
            problems_after=_problems(new),
        )

    def cause(self, question: Finding, old: Finding | None, new: Finding | None) -> str:
        """Return why the answers differ, no surer than the reports can be."""
        if new is None:
            absence = self.after.absence(question)
            return Cause.GONE.value if absence is Absence.GONE else absence.value
        if not new.status.decided:
            return unread(new)
        if old is None:
            return self._appeared(new).value
        if not old.status.decided:
            return Cause.UNSEEN.value
        return self._differs(old, new).value

    def _appeared(self, new: Finding) -> Cause:
        absence = self.before.absence(new)
        if absence is Absence.GONE and not self.same_replies:
            return Cause.APPEARED
        if absence is Absence.GONE:
            return Cause.CHECK
        return Cause.ASKED if absence is Absence.CHECK else Cause.UNSEEN

    def _differs(self, old: Finding, new: Finding) -> Cause:
        if old.status.failing and new.status.failing and old.problems == new.problems:
            return Cause.SEVERITY if old.accepted == new.accepted else Cause.EXCEPTION
        if not self.same_replies and _values_differ(old, new):
            return Cause.RESOURCE
        if old.parameters != new.parameters:
            return Cause.PARAMETERS
        return Cause.CHECK if self.same_replies else Cause.BEYOND


def _verdict(finding: Finding | None) -> tuple[Any, ...]:
    """Return what a failure says."""
    return () if finding is None else (finding.status, finding.severity, finding.problems, finding.accepted)


def _problems(finding: Finding | None) -> tuple[str, ...]:
    return tuple(each.summary for each in finding.problems) if finding else ()


def _values_differ(old: Finding, new: Finding) -> bool:
    """Return whether a value that decided both findings changed."""
    before, after = ({(each.resource, each.fact): each.value for each in side.evidence} for side in (old, new))
    return any(before[key] != after[key] for key in before.keys() & after.keys())
