"""Reports of accounts as one report, the same in whatever order they come."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, cast

from auditor.organization.outline import Outline
from auditor.organization.spool import Findings, Spool

if TYPE_CHECKING:
    from auditor.finding import Finding
    from auditor.report import Report

HELD: Final = 10_000
"""Findings up to which a merged report holds them in memory: so few are quicker there."""


class Merger:
    """Takes reports of accounts one by one, keeps their findings on disk, and gives their one report."""

    def __init__(self) -> None:
        self._outline = Outline()
        self._spool = Spool()

    def add(self, report: Report) -> None:
        """Take a report; MergeError where one of the same account was taken before."""
        self._outline.add(report)
        by_account = sorted(report.findings, key=lambda each: each.account)
        for account, findings in groupby(by_account, lambda each: each.account):
            self._spool.put(account, findings)

    def report(self) -> Report:
        """Return the report of all that was taken; MergeError where that is nothing.

        Its findings are read from disk whenever they are iterated over, as long as this object lives.
        """
        left_out = self._outline.left_out(self._owned)
        findings = Findings(self._spool, left_out)
        # What takes a report iterates, measures and slices, which these do as a tuple does.
        held = tuple(findings) if len(findings) <= HELD else cast("tuple[Finding, ...]", findings)
        return self._outline.report(self._outline.counted(left_out), held)

    def _owned(self, check: str, account: str, fingerprint: str) -> bool:
        return any(each.fingerprint == fingerprint for each in self._spool.get(check, account))
