"""What the head of the report says, worked out once from the report."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor import priority
from auditor.severity import Severity, Status
from reports.html import trend

if TYPE_CHECKING:
    from auditor.report import ExceptionFacts, FormerFailure, FrameworkResult, Report, RunFacts, Tally

CONTROL_STATUSES: Final = ("FAIL", "UNKNOWN", "ACCEPTED", "MANUAL", "PARTIAL", "UNCOVERED", "PASS", "NOT_APPLICABLE")
"""In the order in which a framework's totals are told."""
EXCEPTION_STATES: Final = ("EXPIRED", "IN_FORCE", "UNUSED", "UNREAD", "UNASKED")
FATES: Final = ("FIXED", "GONE", "UNREAD", "UNASKED")
FIRST: Final = 10
"""How many things to fix are told at the top."""


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

    @cached_property
    def tasks(self) -> list[priority.Task]:
        """What there is to fix, the most urgent first."""
        return priority.tasks(self._report)

    @property
    def first_tasks(self) -> list[priority.Task]:
        """What to fix first."""
        return self.tasks[:FIRST]

    @property
    def formula(self) -> str:
        """How the order of :attr:`tasks` is computed."""
        return priority.FORMULA

    @cached_property
    def charts(self) -> tuple[trend.Chart, ...]:
        """The trend; empty without former runs."""
        return trend.charts(self._report.history)

    @property
    def before(self) -> RunFacts | None:
        """The run before this one."""
        history = self._report.history
        return history.runs[-2] if history and len(history.runs) > 1 else None

    @property
    def gained(self) -> float | None:
        """What the score gained on the run before, in points."""
        then, now = self.before.score if self.before else None, self._report.score
        return None if then is None or now is None else round(now - then, 1)

    @property
    def busiest(self) -> list[tuple[str, list[tuple[str, int]]]]:
        """The services with failures, each with its failures by severity, the gravest first."""
        count = Counter((each.service, each.severity) for each in self._report.findings if each.status is Status.FAIL)
        services = {service: [count[service, severity] for severity in Severity] for service, _ in count}
        gravest = sorted(services.items(), key=lambda each: ([-failures for failures in each[1]], each[0]))
        names = [severity.value for severity in Severity]
        return [(service, list(zip(names, failures, strict=True))) for service, failures in gravest]

    @property
    def ways(self) -> int:
        """How many ways through the account failures tell of."""
        failing = (each for each in self._report.findings if each.status is Status.FAIL)
        return sum(bool(problem.chain) for each in failing for problem in each.problems)

    @property
    def exceptions(self) -> list[ExceptionFacts]:
        """The exceptions: those that no longer hold, then those in force, then those that accept nothing."""
        order = {state: number for number, state in enumerate(EXCEPTION_STATES)}
        return sorted(self._report.exceptions, key=lambda each: (order[each.state], each.expires, each.check))

    @property
    def former(self) -> list[FormerFailure]:
        """The failures that the baseline knows and that are none now, by what became of them."""
        baseline = self._report.baseline
        return sorted(
            baseline.former if baseline else (), key=lambda each: (FATES.index(each.fate), each.severity.rank)
        )

    @property
    def titles(self) -> dict[str, str]:
        """The titles of the checks that were run, by id."""
        return {check.id: check.title for check in self._report.checks}

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
