"""Print what an organization's audit takes, in time and money, as the table of docs/organization-deployment.md.

Prices are list prices of US East (N. Virginia) in USD, without free tiers. What is measured is of docs/scheduled.md
(the account of benchmarks/) and, for merging, of `python -m benchmarks.merging` on one core of an Intel Xeon.
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
MOST_WHOLE, MOST_MERGED, EACH = 5_000_000, 2_000_000, 2_000
"""Findings up to which all are listed, and of a group; what an account takes beside its own, in findings."""
GROUP_SECONDS, GROUP_SECONDS_OF_MANY = 0.000047, 0.00003
"""Merging a group, for each finding; where what passes is not listed."""
JOIN_SECONDS: Final = 0.0175
"""Joining groups, for each account, however many findings it has."""
BYTES, LISTED, LISTED_OF_MANY = 1_160, 130, 40
"""Of a finding, in an account's report; as JSON and CSV, compressed; where what passes is not listed."""
NETWORK: Final = 50_000_000
"""Bytes a second between a function and S3: assumed, not measured."""
MERGE_GIGABYTES: Final = 3008 / 1024
LIMIT: Final = 900.0
"""Seconds that a function may take."""
MEGABYTES: Final = 32
"""What a run leaves of the measured account, beside what the organization's report has of it."""
DAYS_KEPT: Final = 400

GIGABYTE_SECOND: Final = 0.0000133334
INVOCATION: Final = 0.20 / 1_000_000
TRANSITION: Final = 0.025 / 1_000
PUT, GET = 0.005 / 1_000, 0.0004 / 1_000
GIGABYTE_MONTH: Final = 0.023

TRANSITIONS_EACH, TRANSITIONS = 2, 10
"""For each account: its execution starts, and audits; for each group: starts, and merges. For a run: its states."""
GETS_GROUP: Final = 2 * 400
"""Reads of the blocks of each check, as JSON and as CSV."""
PUTS_EACH, GETS_EACH = 7, 10
"""What an account leaves: report as JSON and HTML, snapshot, history, news, record, pointer; what is read."""


@dataclass(frozen=True, slots=True)
class Run:
    """One audit of an organization of so many accounts like the measured one."""

    accounts: int

    @property
    def auditing(self) -> float:
        """Seconds until the last account is audited."""
        return ceil(self.accounts / AT_ONCE) * AUDIT_SECONDS

    def groups(self, findings: int = FINDINGS) -> int:
        """Return in how many groups accounts with so many findings are merged."""
        return ceil(self.accounts / (MOST_MERGED // (findings + EACH)))

    def group(self, findings: int = FINDINGS) -> float:
        """Return the seconds that the largest group takes."""
        many = self.accounts * findings > MOST_WHOLE
        each = findings * ((GROUP_SECONDS_OF_MANY if many else GROUP_SECONDS) + BYTES / NETWORK)
        return ceil(self.accounts / self.groups(findings)) * each

    def joining(self, findings: int = FINDINGS) -> float:
        """Return the seconds that joining the groups takes: what is listed is read and written once."""
        many = self.accounts * findings > MOST_WHOLE
        return self.accounts * (JOIN_SECONDS + findings * 2 * (LISTED_OF_MANY if many else LISTED) / NETWORK)

    def merging(self, findings: int = FINDINGS) -> float:
        """Return the seconds that merging takes; what is grouped in the function that joins takes no second one."""
        return ceil(self.groups(findings) / AT_ONCE) * self.group(findings) + self.joining(findings)

    def longest(self, findings: int = FINDINGS) -> float:
        """Return the seconds of the function that takes longest to merge."""
        if self.groups(findings) == 1:
            return self.merging(findings)
        return max(self.group(findings), self.joining(findings))

    @property
    def functions(self) -> float:
        """USD for the functions."""
        merging = self.groups() * self.group() + self.joining()
        seconds = self.accounts * AUDIT_SECONDS * AUDIT_GIGABYTES + merging * MERGE_GIGABYTES
        return seconds * GIGABYTE_SECOND + (self.accounts + self.groups() + 3) * INVOCATION

    @property
    def transitions(self) -> float:
        """USD for the state machine."""
        groups = self.groups() if self.groups() > 1 else 0
        return ((self.accounts + groups) * TRANSITIONS_EACH + TRANSITIONS) * TRANSITION

    @property
    def requests(self) -> float:
        """USD for requests to S3."""
        return self.accounts * (PUTS_EACH * PUT + GETS_EACH * GET) + self.groups() * GETS_GROUP * GET

    @property
    def total(self) -> float:
        """USD for the run."""
        return self.functions + self.transitions + self.requests

    @property
    def stored(self) -> float:
        """USD a month for all reports that are kept of an audit a day."""
        many = self.accounts * FINDINGS > MOST_WHOLE
        joined = FINDINGS * (LISTED_OF_MANY if many else LISTED) / 1_000_000
        return self.accounts * (MEGABYTES + joined) / 1_000 * DAYS_KEPT * GIGABYTE_MONTH


def table() -> str:
    """Return the table in Markdown."""
    heads = (
        "accounts", "auditing", "groups", f"merging, {FINDINGS:,} findings each", f"merging, {FEW:,} findings each",
        "functions", "transitions", "S3 requests", "a run", "30 runs", "kept, a month",
    )  # fmt: skip
    lines = [heads, ["---:"] * len(heads), *map(_row, map(Run, SIZES))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _row(run: Run) -> tuple[str, ...]:
    money = (run.functions, run.transitions, run.requests, run.total, 30 * run.total)
    return (
        f"{run.accounts:,}",
        _time(run.auditing),
        f"{run.groups():,}",
        _fitting(run.merging(), run.longest()),
        _fitting(run.merging(FEW), run.longest(FEW)),
        *(f"{each:.4f}" if each < 1 else f"{each:.2f}" for each in money),
        f"{run.stored:,.2f}",
    )


def _fitting(seconds: float, longest: float) -> str:
    return _time(seconds) if longest < LIMIT else f"**{_time(seconds)}**"


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"  # noqa: PLR2004 - more are read as minutes


if __name__ == "__main__":
    print(table(), end="")
