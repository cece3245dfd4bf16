"""Reports of accounts as one report, the same in whatever order they come."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import repeat
from typing import TYPE_CHECKING, Final, cast

from auditor.exceptions import notices
from auditor.finding import Finding, ResourceRef
from auditor.frameworks import Control, Framework, results
from auditor.gaps import missing_permissions
from auditor.organization.spool import Findings, Spool
from auditor.report import Report
from auditor.score import coverage, score, tallies
from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.report import AuditFacts, CheckFacts, ControlResult, ExceptionFacts, FrameworkResult, GapFacts, Tally

HELD: Final = 10_000
"""Findings up to which a merged report holds them in memory: so few are quicker there."""
NAMED: Final = 10
"""How many accounts a warning names."""
PLACED: Final = 3
"""How many accounts a gap names."""
STATES: Final = ("EXPIRED", "IN_FORCE", "UNREAD", "UNUSED", "UNASKED")
"""The states of an exception: that of all accounts is the first of those that it has in any."""
GRAVITY: Final = (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.ACCEPTED, Status.PASS)
_NOWHERE: Final = ResourceRef("", "", "", "")
_Kind = tuple[str, Severity, Status, str]
"""What scores are made of: check, severity, status, service."""


class MergeError(Exception):
    """Reports that cannot be one; the message says why."""


@dataclass(frozen=True, slots=True)
class _Part:
    """What is kept in memory of an account's report."""

    audit: AuditFacts
    tallies: tuple[Tally, ...]
    gaps: tuple[GapFacts, ...]
    exceptions: tuple[ExceptionFacts, ...]


class Merger:
    """Takes reports of accounts one by one, keeps their findings on disk, and gives their one report.

    Of very many accounts it takes half the time not to keep what passes: it counts in all scores all the same.
    """

    def __init__(self, *, keep_passing: bool = True) -> None:
        self._keep_passing = keep_passing
        self._spool = Spool()
        self._parts: dict[tuple[str, ...], _Part] = {}
        self._counts: Counter[_Kind] = Counter()
        self._checks: dict[str, CheckFacts] = {}
        self._frameworks: dict[str, Framework] = {}
        self._foreign: dict[str, list[tuple[str, Finding]]] = defaultdict(list)
        """What accounts see of one another's resources, by fingerprint."""
        self._formula = ""

    def add(self, report: Report) -> None:
        """Take a report; MergeError where one of the same account was taken before."""
        accounts = report.audit.accounts
        if set(accounts) & {account for taken in self._parts for account in taken}:
            raise MergeError(f"there are two reports of account {' '.join(accounts)}")
        self._parts[accounts] = _Part(report.audit, report.accounts, report.gaps, report.exceptions)
        self._formula = report.formula
        self._checks |= {each.id: each for each in report.checks if each.id not in self._checks}
        self._frameworks |= {each.id: _framework(each) for each in report.frameworks if each.id not in self._frameworks}
        by_account: dict[str, list[Finding]] = defaultdict(list)
        for each in report.findings:
            if self._keeps(each):
                by_account[each.account].append(each)
            self._counts[_kind(each)] += 1
            if _owner(each) != each.account:
                self._foreign[each.fingerprint].append((each.account, _outline(each)))
        for account, findings in by_account.items():
            self._spool.put(account, findings)

    def report(self) -> Report:
        """Return the report of all that was taken; MergeError where that is nothing.

        Its findings are read from disk whenever they are iterated over, as long as this object lives.
        """
        if not self._parts:
            raise MergeError("there are no reports to merge")
        parts = [self._parts[accounts] for accounts in sorted(self._parts)]
        left_out = self._seen_elsewhere()
        findings = Findings(self._spool, {key for key, each in left_out.items() if self._keeps(each)})
        counted = self._counted(left_out)
        gaps = tuple(_gaps(gap for part in parts for gap in part.gaps))
        exceptions = tuple(_exceptions(parts))
        return Report(
            audit=_audit(parts, notices(exceptions)),
            score=score(counted),
            coverage=coverage(counted),
            formula=self._formula,
            accounts=tuple(sorted((each for part in parts for each in part.tallies), key=lambda each: each.name)),
            services=tallies(counted, lambda each: each.service),
            severities=tallies(counted, lambda each: each.severity.value),
            frameworks=results([self._frameworks[each] for each in sorted(self._frameworks)], counted),
            checks=tuple(self._checks[each] for each in sorted(self._checks)),
            # What takes a report iterates, measures and slices, which these do as a tuple does.
            findings=tuple(findings) if len(findings) <= HELD else cast("tuple[Finding, ...]", findings),
            gaps=gaps,
            missing_permissions=missing_permissions(gaps),
            exceptions=exceptions,
        )

    def _keeps(self, finding: Finding) -> bool:
        return self._keep_passing or finding.status is not Status.PASS

    def _counted(self, left_out: dict[tuple[str, str], Finding]) -> list[Finding]:
        """Return outlines of all findings, as many as there are: all that scores look at."""
        counts = self._counts.copy()
        counts.subtract(map(_kind, left_out.values()))
        return [each for kind in sorted(counts, key=str) for each in repeat(_counting(kind), counts[kind])]

    def _seen_elsewhere(self) -> dict[tuple[str, str], Finding]:
        """Return what several accounts found of one resource, but for one finding of it each.

        The finding of the account that owns the resource stands; where that has none, the gravest.
        """
        left_out: dict[tuple[str, str], Finding] = {}
        for fingerprint, found in self._foreign.items():
            check, owner = found[0][1].check, _owner(found[0][1])
            owned = any(each.fingerprint == fingerprint for each in self._spool.get(check, owner))
            ranked = sorted(found, key=lambda each: (GRAVITY.index(each[1].status), each[0]))
            for account, finding in ranked if owned else ranked[1:]:
                left_out[account, fingerprint] = finding
        return left_out


def _kind(finding: Finding) -> _Kind:
    return finding.check, finding.severity, finding.status, finding.service


def _counting(kind: _Kind) -> Finding:
    check, severity, status, service = kind
    return Finding(check, status, severity, "", "", service, _NOWHERE, "")


def _outline(finding: Finding) -> Finding:
    """Return a finding without what takes memory."""
    return replace(finding, problems=(), evidence=(), unseen=None, parameters={}, fix="")


def _owner(finding: Finding) -> str:
    """Return the account that a resource's ARN says is its owner's; the one it was found in where it says none."""
    fields = finding.resource.arn.split(":", 5)
    return fields[4] if len(fields) > 4 and fields[4].isdigit() else finding.account  # noqa: PLR2004 - of an ARN


def _framework(result: FrameworkResult) -> Framework:
    """Return the framework that a result is of."""
    return Framework(result.id, result.title, result.source, tuple(map(_control, result.controls)))


def _control(result: ControlResult) -> Control:
    return Control(
        id=result.id,
        title=result.title,
        checks=result.checks,
        manual=result.manual,
        uncovered=result.uncovered,
        level=result.level,
        severity=result.severity,
    )


def _gaps(gaps: Iterable[GapFacts]) -> Iterator[GapFacts]:
    """Yield what AWS did not tell, once for all the accounts in which that is mended alike."""
    of: dict[tuple[str, ...], list[GapFacts]] = defaultdict(list)
    for gap in gaps:
        of[gap.operation, gap.code, gap.permission, gap.remedy].append(gap)
    for key in sorted(of):
        alike = of[key]
        yield replace(
            alike[0],
            account=_named([each.account for each in alike], PLACED),
            regions=tuple(sorted({region for each in alike for region in each.regions})),
            checks=tuple(sorted({check for each in alike for check in each.checks})),
            findings=sum(each.findings for each in alike),
        )


def _audit(parts: list[_Part], notices: tuple[str, ...]) -> AuditFacts:
    audits = [part.audit for part in parts]
    latest = max(audits, key=lambda each: (each.at, each.accounts))
    return replace(
        latest,
        source="live" if any(each.source == "live" for each in audits) else latest.source,
        partition=" ".join(sorted({each.partition for each in audits})),
        accounts=tuple(account for each in audits for account in each.accounts),
        regions=tuple(sorted({region for each in audits for region in each.regions})),
        caller=" ".join(sorted({each.caller for each in audits if each.caller})) if len(audits) <= NAMED else "",
        partial=any(each.partial for each in audits),
        checks_run=max(each.checks_run for each in audits),
        calls=sum(each.calls for each in audits),
        warnings=(*_warnings(parts), *notices),
    )


def _warnings(parts: list[_Part]) -> Iterator[str]:
    """Yield what was told of accounts, each once, with the accounts that it was told of."""
    told: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        own = set(notices(part.exceptions))
        for warning in part.audit.warnings:
            if warning not in own:
                told[warning].extend(part.audit.accounts)
    accounts = sum(len(part.audit.accounts) for part in parts)
    for warning in sorted(told):
        names = told[warning]
        yield warning if len(names) == accounts else f"{_named(names, NAMED)}: {warning}"


def _named(accounts: Sequence[str], most: int) -> str:
    more = f" and {len(accounts) - most} more" if len(accounts) > most else ""
    return f"{', '.join(accounts[:most])}{more}"


def _exceptions(parts: Iterable[_Part]) -> Iterator[ExceptionFacts]:
    """Yield what became of each exception in all accounts together, in the order of the first account."""
    of: dict[tuple[object, ...], list[ExceptionFacts]] = defaultdict(list)
    for part in parts:
        for number, each in enumerate(part.exceptions):
            of[number, each.check, each.resource, each.account, each.region, each.reason, each.expires].append(each)
    for key in sorted(of, key=lambda key: (key[0], str(key))):
        states = {each.state for each in of[key]}
        state = next(each for each in STATES if each in states)
        yield replace(of[key][0], state=state, findings=sum(each.findings for each in of[key]))
