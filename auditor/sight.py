"""What a report says of a question that it has no finding for: what was not looked at is not mended."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, Protocol

from auditor.resource import GLOBAL_REGION
from auditor.severity import Status

if TYPE_CHECKING:
    from auditor.finding import Finding
    from auditor.report import Report

MENDED: Final = ("FIXED", "GONE")
"""The fates of former failures that are none any more."""
OUT_OF_SIGHT: Final = ("UNREAD", "UNASKED")
"""The fates of what was decided and is not any more."""
UNLISTED: Final = "*"
"""The id in a finding that stands for all the resources of a refused listing."""


class Absence(Enum):
    """Why a report has no finding for a question."""

    GONE = "the resource is not there, or the check does not apply to it"
    HIDDEN = "the resources could not be listed"
    CHECK = "the check was not asked"
    ACCOUNT = "the account was not audited"
    REGION = "the region was not audited"


class Question(Protocol):
    """What a check asks of a resource: a finding, or what is kept of one."""

    @property
    def check(self) -> str:
        """The check's id."""

    @property
    def account(self) -> str:
        """The account's id."""

    @property
    def region(self) -> str:
        """The region, or ``global``."""

    @property
    def fingerprint(self) -> str:
        """The finding's identity over runs."""


class Sight:
    """A report's findings by fingerprint, and how far it could see beside them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.findings = {each.fingerprint: each for each in report.findings}
        self.checks = {each.id for each in report.checks}
        unlisted = [each for each in report.findings if is_unlisted(each)]
        self._hidden = {(each.check, each.account, each.region) for each in unlisted}

    def absence(self, question: Question) -> Absence:
        """Return why there is no finding for ``question``."""
        if question.check not in self.checks:
            return Absence.CHECK
        if question.account not in self.report.audit.accounts:
            return Absence.ACCOUNT
        if question.region not in {GLOBAL_REGION, *self.report.audit.regions}:
            return Absence.REGION
        places = {(question.check, question.account, region) for region in (question.region, GLOBAL_REGION)}
        return Absence.HIDDEN if places & self._hidden else Absence.GONE

    def fate(self, question: Question) -> str:
        """Return what became of a former failure: FIXED, GONE, UNREAD or UNASKED; empty where it still is one."""
        finding = self.findings.get(question.fingerprint)
        if finding is None:
            return {Absence.GONE: "GONE", Absence.HIDDEN: "UNREAD"}.get(self.absence(question), "UNASKED")
        if finding.status.failing:
            return ""
        return "FIXED" if finding.status is Status.PASS else "UNREAD"

    def why_out_of_sight(self, question: Question) -> str:
        """Return why the fate of ``question`` is UNREAD or UNASKED."""
        finding = self.findings.get(question.fingerprint)
        return self.absence(question).value if finding is None else unread(finding)


def unread(finding: Finding) -> str:
    """Return why a finding is undecided."""
    if finding.unseen:
        return f"{finding.unseen.permission or finding.unseen.operation} answered {finding.unseen.code}"
    return finding.error


def is_unlisted(finding: Finding) -> bool:
    """Return whether a finding stands for all the resources that a refused listing hides."""
    return finding.resource.id == UNLISTED and not finding.status.decided
