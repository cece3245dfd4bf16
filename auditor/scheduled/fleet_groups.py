"""Which accounts are merged together: as many as a function can merge in a fraction of its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from auditor.scheduled.fleet_run import GROUPS, GroupItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.scheduled.fleet_run import FleetRun

MOST_MERGED: Final = 2_000_000
"""Findings of a group: docs/organization-deployment.md says what merging them takes."""
EACH: Final = 2_000
"""What an account takes beside its findings, in findings."""
MOST_WHOLE: Final = 5_000_000
"""Findings of all accounts up to which the organization's report lists those that pass, too."""
BESIDE: Final = 10
"""How many records are fetched beside one another: as many as there are connections."""


def planned(run: FleetRun, most: int = MOST_MERGED) -> tuple[GroupItem, ...]:
    """Return the groups of a run's accounts, with ``most`` findings in each; StoreError where there is no list.

    They are the same whenever it is asked.
    """
    known = run.read(GROUPS, tuple[GroupItem, ...])
    if known:
        return known
    accounts = [each.account for each in run.items()]
    with ThreadPoolExecutor(BESIDE) as beside:
        sizes = list(beside.map(lambda account: _findings(run, account), accounts))
    whole = sum(sizes) <= MOST_WHOLE
    found = grouped(zip(accounts, sizes, strict=True), most)
    groups = tuple(GroupItem(f"group-{number:04}", each, whole) for number, each in enumerate(found, 1))
    run.write(GROUPS, groups)
    return groups


def _findings(run: FleetRun, account: str) -> int:
    record = run.store(account).finished(run.name)
    return record.findings if record else 0


def grouped(sizes: Iterable[tuple[str, int]], most: int) -> Iterator[tuple[str, ...]]:
    """Yield groups of accounts, in their order, each with ``most`` findings or a single account."""
    group: list[str] = []
    findings = 0
    for account, size in sizes:
        if group and findings + size + EACH > most:
            yield tuple(group)
            group, findings = [], 0
        group.append(account)
        findings += size + EACH
    if group:
        yield tuple(group)
