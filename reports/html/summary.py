"""What the head of the report says, worked out once from the report."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from auditor.report import FrameworkResult, Report, Tally

CONTROL_STATUSES: Final = ("FAIL", "UNKNOWN", "ACCEPTED", "MANUAL", "PARTIAL", "UNCOVERED", "PASS", "NOT_APPLICABLE")
"""In the order in which a framework's totals are told."""


class Summary:
    """The totals, sentences' parts and orderings of one report, for its template."""

    def __init__(self, report: Report) -> None:
        self._report = report
        count = Counter(finding.status for finding in report.findings)
        self.asked = len(report.findings)
        self.failed = count[Status.FAIL]
        self.passed = count[Status.PASS]
        self.accepted = count[Status.ACCEPTED]
        self.unread = count[Status.UNKNOWN]
        self.errors = count[Status.ERROR]
        failures = Counter(each.severity for each in report.findings if each.status is Status.FAIL)
        self.failures = [(severity.value, failures[severity]) for severity in Severity]

    @property
    def undecided(self) -> int:
        """How many questions have no answer."""
        return self.unread + self.errors

    @property
    def services(self) -> list[Tally]:
        """The services, the worst first."""
        return sorted(self._report.services, key=_worst)

    @property
    def accounts(self) -> list[Tally]:
        """The accounts, the worst first."""
        return sorted(self._report.accounts, key=_worst)

    @property
    def missing_actions(self) -> list[str]:
        """The IAM actions whose grant would close gaps, sorted."""
        actions: set[str] = set()
        for statement in self._report.missing_permissions.get("Statement", ()):
            action = statement.get("Action", ())
            actions.update([action] if isinstance(action, str) else action)
        return sorted(actions)

    @property
    def missing_permissions(self) -> str:
        """The IAM policy that would close gaps, indented; empty when nothing is missing."""
        return _indented(self._report.missing_permissions) if self._report.missing_permissions else ""

    @property
    def bars(self) -> list[tuple[str, float, float]]:
        """Severity, offset and width in percent of each part of the bar of failures."""
        return _bars(self.failures)

    @staticmethod
    def totals(framework: FrameworkResult) -> list[tuple[str, int]]:
        """Return how many controls of ``framework`` have each status that occurs."""
        count = Counter(control.status for control in framework.controls)
        return [(status, count[status]) for status in CONTROL_STATUSES if count[status]]

    @classmethod
    def segments(cls, framework: FrameworkResult) -> list[tuple[str, float, float]]:
        """Return status, offset and width in percent of each part of the bar of ``framework``'s controls."""
        return _bars(cls.totals(framework))


def _bars(counts: list[tuple[str, int]]) -> list[tuple[str, float, float]]:
    """Return name, offset and width in percent of each part of a bar; no width where nothing was counted."""
    total = sum(count for _, count in counts) or 1
    bars, offset = [], 0.0
    for name, count in counts:
        width = 100 * count / total
        bars.append((name, round(offset, 2), round(width, 2)))
        offset += width
    return bars


def _worst(tally: Tally) -> tuple[float, int, str]:
    return 101.0 if tally.score is None else tally.score, -tally.failed, tally.name


def _indented(document: dict[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
