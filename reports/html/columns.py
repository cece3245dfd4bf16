"""What the page knows of findings beside what they say: numbered values, owners, what changed, which are neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.finding import Finding
    from auditor.report import Report

T = TypeVar("T")
NEW, REOPENED, KNOWN, NONE = CHANGES = ("New", "Reopened", "Known", "No failure")
"""What a failure is against the last audit, or the baseline where there is no history."""
OWNER_TAGS: Final = ("owner", "team")
"""The tags that name an owner, whatever their case; the first that a resource has."""
NOBODY: Final = "no owner tag"


class Table(Generic[T]):
    """The distinct values of a column, each numbered when first seen."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        """Return the number of ``value``, a new one for a new value."""
        return self._numbers.setdefault(value, len(self._numbers))

    @property
    def values(self) -> list[T]:
        """The values in the order of their numbers."""
        return list(self._numbers)


def owner(tags: Mapping[str, str]) -> str:
    """Return who owns a resource by its tags."""
    if not tags:
        return NOBODY
    folded = {key.casefold(): value for key, value in tags.items()}
    return next((folded[key] for key in OWNER_TAGS if folded.get(key)), NOBODY)


class Changes:
    """What each failure is against the run before, or against the baseline."""

    def __init__(self, report: Report) -> None:
        history = report.history if report.history and len(report.history.runs) > 1 else None
        self._history = history is not None
        self._new = {each.fingerprint for each in history.new} if history else set()
        self._reopened = {each.fingerprint for each in history.reopened} if history else set()
        self.known = history is not None or report.baseline is not None

    def number(self, finding: Finding) -> int:
        """Return the number in :data:`CHANGES` of what ``finding`` is; 0 where nothing is known."""
        return CHANGES.index(self._change(finding)) if self.known else 0

    def _change(self, finding: Finding) -> str:
        if not finding.status.failing:
            return NONE
        if not self._history:
            return KNOWN if finding.known_since else NEW
        if finding.fingerprint in self._reopened:
            return REOPENED
        return NEW if finding.fingerprint in self._new else KNOWN


class Neighbours:
    """Which resources stand in one another's evidence, or are steps of the same way through the account."""

    def __init__(self, report: Report, resources: Table[tuple[str, ...]]) -> None:
        self._numbers = {identity[2]: number for number, identity in reversed([*enumerate(resources.values)])}
        self._known = len(resources.values)
        self._others = Table[str]()
        self._pairs: dict[tuple[int, int], None] = {}
        for finding in report.findings:
            own = self._number(finding.resource.arn)
            for arn in _mentioned(finding):
                other = self._number(arn)
                self._pairs[min(own, other), max(own, other)] = None

    def _number(self, arn: str) -> int:
        known = self._numbers.get(arn)
        return self._known + self._others.number(arn) if known is None else known

    def columns(self) -> dict[str, Any]:
        """Return the pairs of neighbours, and the ARNs of those that no finding is about, numbered after the others."""
        return {"neighbours": list(self._pairs), "others": self._others.values}


def _mentioned(finding: Finding) -> Iterator[str]:
    """Yield the ARNs of other resources that a finding rests on or leads through."""
    arns = {each.resource: None for each in finding.evidence}
    for problem in finding.problems:
        for link in problem.chain:
            arns |= {link.source: None, link.target: None}
    for arn in arns:
        if arn.startswith("arn:") and arn != finding.resource.arn:
            yield arn
