"""The groups of an organization's accounts as one report. Accounts of a group that was not merged are unknown in it.

However the accounts were put in groups, the report is the same, byte for byte.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote

from auditor.organization.blocks import compressed
from auditor.organization.examples import Examples
from auditor.organization.joined import Group, Joined
from auditor.organization.outline import Outline
from auditor.outputs import stream
from auditor.registry import beside
from auditor.scheduled.fleet_group import Grouping, left, page, why
from auditor.scheduled.fleet_groups import planned
from auditor.scheduled.fleet_news import FleetNews
from auditor.scheduled.fleet_run import GROUPS, OUTCOMES, WARNINGS, Outcome
from auditor.scheduled.settings import SettingsError
from auditor.scheduled.told import Told
from auditor.score import tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.audit import Audit
    from auditor.finding import Finding
    from auditor.report import Report
    from auditor.scheduled.fleet_group import Rest
    from auditor.scheduled.fleet_run import FleetRun, GroupItem, Item

MOST_IN_HTML: Final = 200_000
"""Findings up to which the organization's report is written as HTML: a page with more does not open any more."""
UNMERGED: Final = "the run ended before this account's report was merged"


class Merging:
    """Merges the groups of a run's accounts, of whose findings none is decoded."""

    def __init__(self, run: FleetRun, audit: Audit) -> None:
        """``audit`` is what was asked of every account: of one that is not merged, all of it is unknown."""
        self._run = run
        self._audit = audit
        self._outline = Outline()
        self._groups: list[Group] = []
        self._told: list[Told] = []
        self._outcomes: list[Outcome] = []
        self._examples = Examples()
        self._unmerged = 0

    def merged(self) -> FleetNews:
        """Return the organization's report with its news; StoreError where the list of accounts is gone."""
        groups = planned(self._run)
        items = {each.account: each for each in self._run.items()}
        for each in groups:
            self._take(each, [items[account] for account in each.accounts], alone=len(groups) == 1)
        findings = Joined(self._groups)
        findings.left_out = left_out = self._outline.left_out(findings.owned)
        # What takes a report iterates, measures and slices, which these do as a tuple does.
        counted = self._outline.counted(left_out)
        report = self._outline.report(counted, cast("tuple[Finding, ...]", findings))
        before = self._before()
        return FleetNews(
            report=self._warned(report, whole=all(each.whole for each in groups)),
            counted=counted,
            told=Told.all(self._told) if before is not None else None,
            outcomes=tuple(sorted(self._outcomes, key=lambda each: each.account)),
            before=before or (),
            unmerged=self._unmerged,
            examples=self._examples,
        )

    def _take(self, group: GroupItem, items: list[Item], *, alone: bool) -> None:
        """Take what a group left; a group that is alone is merged here and now."""
        if alone:
            grouping = Grouping(self._run, self._audit, whole=group.whole)
            grouping.take(items)
            self._join(*_here(grouping))
            return
        found = left(self._run, group.group)
        self._join(*(found or self._given_up(group, items)))

    def _given_up(self, group: GroupItem, items: list[Item]) -> tuple[Rest, Group]:
        """Return what is to be said of a group that was not merged: that nothing of its accounts is known."""
        code, reason = why(self._run.failure(group.group), UNMERGED)
        grouping = Grouping(self._run, self._audit, whole=group.whole)
        for each in items:
            record = self._run.store(each.account).finished(self._run.name)
            told = f"its report could not be merged: {reason}" if record else reason
            grouping.give_up(each, code, told, page(record) if record else "")
        self._unmerged += len(items)
        return _here(grouping)

    def _join(self, rest: Rest, group: Group) -> None:
        self._outline.join(rest.outline)
        self._groups.append(group)
        self._told.append(rest.told)
        self._outcomes.extend(rest.outcomes)
        self._examples.join(rest.examples)

    def _warned(self, report: Report, *, whole: bool) -> Report:
        warnings = [*report.audit.warnings, *(self._run.read(WARNINGS, tuple[str, ...]) or ())]
        if not whole:
            told = f"of {len(self._outcomes)} accounts, what passes is counted in the scores and not listed"
            warnings.append(f"{told}: the accounts' own reports have all")
        if len(report.findings) > MOST_IN_HTML:
            told = f"{len(report.findings)} findings are too many for one page: this report as HTML is an overview"
            warnings.append(f"{told}, and the accounts' own reports have all")
        return replace(report, audit=replace(report.audit, warnings=tuple(warnings)))

    def _before(self) -> tuple[Outcome, ...] | None:
        """Return what became of the accounts in the run before; None where there was none."""
        last = self._run.store().latest()
        if last is None:
            return None
        return self._run.read_key(f"{last.report.rpartition('/')[0]}/{OUTCOMES}", tuple[Outcome, ...]) or ()


def _here(grouping: Grouping) -> tuple[Rest, Group]:
    """Return what a group leaves that is put together in this process."""
    rest = grouping.rest()
    return rest, Group(rest.index, grouping.files())


def merge_group(run: FleetRun, audit: Audit, name: str) -> None:
    """Merge the reports of a group's accounts, and leave in S3 what the organization's report needs of it."""
    group = next((each for each in planned(run) if each.group == name), None)
    if group is None:
        raise SettingsError(f"there is no group {name} in {run.place.base}{GROUPS}")
    items = {each.account: each for each in run.items()}
    grouping = Grouping(run, audit, whole=group.whole)
    grouping.take(items[account] for account in group.accounts)
    grouping.write(name)


def written(run: FleetRun, found: FleetNews) -> str:
    """Write the organization's report in its formats, and return the key of the one for people."""
    run.write(OUTCOMES, found.outcomes)
    report, formats = found.report, beside("reports")
    findings = cast("Joined", report.findings)
    json, csv = formats.load("json"), formats.load("csv")
    run.place.upload("report.json.gz", _joined((json.head(report),), findings.pieces("json"), json.tail(report)))
    run.place.upload("findings.csv.gz", _joined((csv.head(),), findings.pieces("csv"), ()))
    if len(findings) > MOST_IN_HTML:
        return run.place.write("report.html", _overview(run, found).encode())
    pieces = stream(replace(report, findings=tuple(findings)), "html")
    return run.place.write("report.html", "".join(pieces).encode())


def _joined(head: Iterable[str], pieces: Iterable[bytes], tail: Iterable[str]) -> Iterator[bytes]:
    """Yield a text in gzip's format, whose middle is compressed already."""
    yield compressed("".join(head).encode())
    yield from pieces
    yield compressed("".join(tail).encode())


def _overview(run: FleetRun, found: FleetNews) -> str:
    """Return what leads to the accounts' own reports where the organization's is too large."""
    page = import_module("reports.html.organization")
    tallies = {each.name: each for each in found.report.accounts}
    up = "../" * (run.place.base.count("/") - run.base.count("/"))
    accounts = [
        page.Account(
            each.account,
            each.state,
            each.reason,
            # Of an account without findings there is none.
            tallies.get(each.account, tally(each.account, {})),
            f"{up}{quote(each.report.removeprefix(run.base))}" if each.report else "",
        )
        for each in found.outcomes
    ]
    text: str = page.render(found.report, found.counted, accounts, found.examples.of)
    return text
