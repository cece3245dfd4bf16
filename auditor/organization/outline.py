"""All that an organization's report says beside its findings: added up account by account, or group by group.

What is added up does not depend on the order, nor on which accounts were put together first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec

from auditor.exceptions import notices
from auditor.frameworks import Control, Framework, results
from auditor.gaps import missing_permissions
from auditor.organization.alike import audited, exceptions_of, gaps_of
from auditor.report import AuditFacts, CheckFacts, ExceptionFacts, GapFacts, Report, Tally
from auditor.score import Kind, coverage, score, tallies
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditor.finding import Finding
    from auditor.report import ControlResult, FrameworkResult

GRAVITY: Final = (Status.FAIL, Status.ERROR, Status.UNKNOWN, Status.ACCEPTED, Status.PASS)
Told = TypeVar("Told")


class MergeError(Exception):
    """Reports that cannot be one; the message says why."""


class Part(msgspec.Struct, frozen=True):
    """What an account's own report says of it."""

    audit: AuditFacts
    tallies: tuple[Tally, ...]
    gaps: tuple[GapFacts, ...]
    exceptions: tuple[ExceptionFacts, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts that it is of."""
        return self.audit.accounts


class Seen(NamedTuple):
    """What an account found of a resource that is another's, its ``owner``'s."""

    fingerprint: str
    owner: str
    account: str
    kind: Kind

    @property
    def gravity(self) -> tuple[int, str]:
        """Where it stands among what others found of the same, the gravest first."""
        return GRAVITY.index(self.kind.status), self.account


class Kept(msgspec.Struct, frozen=True):
    """An outline as an object holds it."""

    parts: tuple[Part, ...]
    counts: tuple[tuple[Kind, int], ...]
    checks: dict[str, tuple[str, CheckFacts]]
    frameworks: dict[str, tuple[str, Framework]]
    foreign: tuple[Seen, ...]
    formula: tuple[str, str]


@dataclass
class Outline:
    """What reports of accounts say together, but for their findings.

    What several say of the same check or framework is told in the words of the first account.
    """

    parts: dict[tuple[str, ...], Part] = field(default_factory=dict)
    counts: Counter[Kind] = field(default_factory=Counter)
    checks: dict[str, tuple[str, CheckFacts]] = field(default_factory=dict)
    frameworks: dict[str, tuple[str, Framework]] = field(default_factory=dict)
    foreign: list[Seen] = field(default_factory=list)
    formula: tuple[str, str] = ("", "")
    taken: set[str] = field(default_factory=set)

    def add(self, report: Report) -> None:
        """Take what a report says; MergeError where one of the same account was taken before."""
        part = Part(report.audit, report.accounts, report.gaps, report.exceptions)
        first = min(part.accounts)
        self._join(
            (part,),
            {each.id: (first, each) for each in report.checks},
            {each.id: (first, _framework(each)) for each in report.frameworks},
            (first, report.formula),
        )
        for each in report.findings:
            self.counts[kind(each)] += 1
            if owner(each) != each.account:
                self.foreign.append(Seen(each.fingerprint, owner(each), each.account, kind(each)))

    def join(self, kept: Kept) -> None:
        """Take what other reports say together; MergeError where one of the same account was taken before."""
        self._join(kept.parts, kept.checks, kept.frameworks, kept.formula)
        self.counts.update(dict(kept.counts))
        self.foreign.extend(kept.foreign)

    def _join(
        self,
        parts: Iterable[Part],
        checks: dict[str, tuple[str, CheckFacts]],
        frameworks: dict[str, tuple[str, Framework]],
        formula: tuple[str, str],
    ) -> None:
        for each in parts:
            if self.taken.intersection(each.accounts):
                raise MergeError(f"there are two reports of account {' '.join(each.accounts)}")
            self.taken.update(each.accounts)
            self.parts[each.accounts] = each
        _first(self.checks, checks)
        _first(self.frameworks, frameworks)
        self.formula = min(formula, self.formula) if self.formula[0] else formula

    def kept(self) -> Kept:
        """Return the outline as an object holds it."""
        return Kept(
            parts=tuple(self.parts[accounts] for accounts in sorted(self.parts)),
            counts=tuple(sorted(self.counts.items(), key=str)),
            checks=self.checks,
            frameworks=self.frameworks,
            foreign=tuple(self.foreign),
            formula=self.formula,
        )

    def left_out(self, owned: Callable[[str, str, str], bool]) -> dict[tuple[str, str], Kind]:
        """Return what several accounts found of one resource, but for one finding of it each.

        It is by account and fingerprint. The finding of the account that owns the resource stands; where that has none,
        the gravest. ``owned`` tells, of a check, an account and a fingerprint, whether the account has such a finding.
        """
        of: dict[str, list[Seen]] = defaultdict(list)
        for each in self.foreign:
            of[each.fingerprint].append(each)
        left_out: dict[tuple[str, str], Kind] = {}
        for fingerprint in sorted(of):
            ranked = sorted(of[fingerprint], key=lambda each: each.gravity)
            stands = 0 if owned(ranked[0].kind.check, ranked[0].owner, fingerprint) else 1
            left_out |= {(each.account, fingerprint): each.kind for each in ranked[stands:]}
        return left_out

    def counted(self, left_out: dict[tuple[str, str], Kind]) -> Counter[Kind]:
        """Return how many findings there are of each kind, without those left out."""
        return self.counts - Counter(left_out.values())

    def report(self, counted: Counter[Kind], findings: tuple[Finding, ...]) -> Report:
        """Return the report, with these counts and findings; MergeError where nothing was taken."""
        if not self.parts:
            raise MergeError("there are no reports to merge")
        parts = [self.parts[accounts] for accounts in sorted(self.parts)]
        gaps = tuple(gaps_of(gap for part in parts for gap in part.gaps))
        exceptions = tuple(exceptions_of(part.exceptions for part in parts))
        return Report(
            audit=audited([(part.audit, set(notices(part.exceptions))) for part in parts], notices(exceptions)),
            score=score(counted),
            coverage=coverage(counted),
            formula=self.formula[1],
            accounts=tuple(sorted((each for part in parts for each in part.tallies), key=lambda each: each.name)),
            services=tallies(counted, lambda each: each.service),
            severities=tallies(counted, lambda each: each.severity.value),
            frameworks=results([self.frameworks[each][1] for each in sorted(self.frameworks)], counted),
            checks=tuple(self.checks[each][1] for each in sorted(self.checks)),
            findings=findings,
            gaps=gaps,
            missing_permissions=missing_permissions(gaps),
            exceptions=exceptions,
        )


def _first(known: dict[str, tuple[str, Told]], told: dict[str, tuple[str, Told]]) -> None:
    """Take what accounts tell of what nobody told of, or only accounts that come later did."""
    for name, (account, facts) in told.items():
        if name not in known or account < known[name][0]:
            known[name] = account, facts


def kind(finding: Finding) -> Kind:
    """Return the kind of a finding, the same in all accounts: accounts have their tallies already."""
    return Kind.of(finding)._replace(account="")


def owner(finding: Finding) -> str:
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
