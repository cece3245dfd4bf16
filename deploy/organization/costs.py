"""Print what an organization's audit takes, in time and money, as the table of docs/organization-deployment.md.

Prices are list prices of US East (N. Virginia) in USD, without free tiers. What is measured is of docs/scheduled.md
(the account of benchmarks/) and of a merge of 20 reports of 5,270 findings on one core of an Intel Xeon.
"""
# ruff: noqa: INP001, T201 - a script, not a package, that prints

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final

SIZES: Final = (10, 100, 1_000, 5_000)
AT_ONCE: Final = 100
"""The template's Concurrency."""
AUDIT_SECONDS, AUDIT_GIGABYTES = 12.0, 1769 / 1024
FINDINGS, FEW = 27_000, 2_000
"""Findings of the measured account, and of one with a tenth of its resources."""
MOST_WHOLE: Final = 200
MERGE_SECONDS, MERGE_SECONDS_OF_MANY = 0.000125, 0.00009
"""For each finding: read, put down, written as JSON and CSV; of more than 200 accounts without those that pass."""
MERGE_GIGABYTES: Final = 4.0
LIMIT: Final = 900.0
"""Seconds that a function may take."""
MEGABYTES: Final = 32
"""What a run leaves of the measured account."""
DAYS_KEPT: Final = 400

GIGABYTE_SECOND: Final = 0.0000133334
INVOCATION: Final = 0.20 / 1_000_000
TRANSITION: Final = 0.025 / 1_000
PUT, GET = 0.005 / 1_000, 0.0004 / 1_000
GIGABYTE_MONTH: Final = 0.023

TRANSITIONS_EACH, TRANSITIONS = 2, 7
"""For each account: its execution starts, and audits. For a run: it starts, and its states."""
PUTS_EACH, GETS_EACH = 6, 8
"""What an account leaves: report as JSON and HTML, snapshot, history, record, pointer; what is read."""


@dataclass(frozen=True, slots=True)
class Run:
    """One audit of an organization of so many accounts like the measured one."""

    accounts: int

    @property
    def auditing(self) -> float:
        """Seconds until the last account is audited."""
        return ceil(self.accounts / AT_ONCE) * AUDIT_SECONDS

    def merging(self, findings: int = FINDINGS) -> float:
        """Return the seconds that the merge takes, with so many findings in an account."""
        each = MERGE_SECONDS if self.accounts <= MOST_WHOLE else MERGE_SECONDS_OF_MANY
        return self.accounts * findings * each

    @property
    def functions(self) -> float:
        """USD for the functions."""
        seconds = self.accounts * AUDIT_SECONDS * AUDIT_GIGABYTES + min(self.merging(), LIMIT) * MERGE_GIGABYTES
        return seconds * GIGABYTE_SECOND + (self.accounts + 2) * INVOCATION

    @property
    def transitions(self) -> float:
        """USD for the state machine."""
        return (self.accounts * TRANSITIONS_EACH + TRANSITIONS) * TRANSITION

    @property
    def requests(self) -> float:
        """USD for requests to S3."""
        return self.accounts * (PUTS_EACH * PUT + GETS_EACH * GET)

    @property
    def total(self) -> float:
        """USD for the run."""
        return self.functions + self.transitions + self.requests

    @property
    def stored(self) -> float:
        """USD a month for all reports that are kept of an audit a day."""
        return self.accounts * MEGABYTES / 1_000 * DAYS_KEPT * GIGABYTE_MONTH


def table() -> str:
    """Return the table in Markdown."""
    heads = (
        "accounts", "auditing", f"merging, {FINDINGS:,} findings each", f"merging, {FEW:,} findings each",
        "functions", "transitions", "S3 requests", "a run", "30 runs", "kept, a month",
    )  # fmt: skip
    lines = [heads, ["---:"] * len(heads), *map(_row, map(Run, SIZES))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(run: Run) -> tuple[str, ...]:
    money = (run.functions, run.transitions, run.requests, run.total, 30 * run.total)
    return (
        f"{run.accounts:,}",
        _time(run.auditing),
        _fitting(run.merging()),
        _fitting(run.merging(FEW)),
        *(f"{each:.4f}" if each < 1 else f"{each:.2f}" for each in money),
        f"{run.stored:,.2f}",
    )


def _fitting(seconds: float) -> str:
    return _time(seconds) if seconds < LIMIT else f"**{_time(seconds)}**"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - more are read as minutes


if __name__ == "__main__":
    print(table(), end="")
