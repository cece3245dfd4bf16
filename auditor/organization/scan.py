"""One run of the command over many accounts."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from auditor import outputs as files
from auditor.errors import AuditorError
from auditor.organization import accounts, guarding
from auditor.organization.directory import GUARDING, LISTING, SERVICE, Choice, Chosen, Directory
from auditor.organization.fleet import Fleet
from auditor.organization.guarding import Guarding
from auditor.organization.merged import Merger
from auditor.organization.seats import Caller, Reach
from auditor.remedies import NOT_ASSUMED
from auditor.scan import Scan, write_snapshot
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from auditor.audit import Audit, Collected
    from auditor.console import Console
    from auditor.organization.accounts import Member
    from auditor.report import Report
    from auditor.scan import Ready


class ManyError(AuditorError):
    """What is asked for cannot be done for many accounts; the message says why."""


@dataclass(frozen=True, slots=True)
class Many:
    """Which accounts to audit: those of a file, or of the caller's organization; how many at once; where to put each.

    ``role`` is the name of the role to assume in those that name no other.
    """

    file: Path | None
    choice: Choice
    role: str
    at_once: int
    folder: Path | None

    @classmethod
    def given(cls, options: Mapping[str, Any]) -> Self:
        """Return what the command's options say; ManyError for a tag or a role's name that is none."""
        tags = tuple(tuple(each.split("=", 1)) for each in options["tags"])
        wrong = next((each for each in tags if len(each) != 2 or not each[0]), None)  # noqa: PLR2004 - key and value
        if wrong:
            raise ManyError(f"--account-tag takes KEY=VALUE, not {'='.join(wrong)!r}")
        if not accounts.ROLE.fullmatch(options["member_role"]) or options["member_role"].startswith("arn:"):
            raise ManyError(
                "--member-role is the name of a role, the same in every account; --accounts-file takes ARNs"
            )
        return cls(
            file=options["accounts_file"],
            choice=Choice(options["units"], tags, options["excluded"]),
            role=options["member_role"],
            at_once=options["accounts_at_once"],
            folder=options["per_account_output"],
        )

    def scan(self, scan: Scan) -> Scan:
        """Return the scan of these accounts that is otherwise as ``scan``; ManyError for what only one account has."""
        if scan.replay:
            raise ManyError("--from audits the recording of one account: leave out --organization and --accounts-file")
        if scan.record and not self.folder:
            raise ManyError(
                "--record keeps one account's replies: with --per-account-output, each gets a file of its own"
            )
        return ManyScan(many=self, **{each.name: getattr(scan, each.name) for each in fields(scan)})

    def chosen(self, caller: Caller) -> Chosen:
        """Return the accounts; AccountsError where they cannot be told."""
        if self.file is None:
            return Directory(caller.source, caller.target).choose(self.choice)
        members = accounts.read(self.file)
        missing = set(self.choice.excluded) - {each.id for each in members}
        if missing:
            raise accounts.AccountsError(f"--exclude-account {min(missing)} is not in {self.file}")
        return Chosen(tuple(each for each in members if each.id not in self.choice.excluded))


@dataclass(frozen=True, slots=True)
class ManyScan(Scan):
    """A scan of many accounts, with one report."""

    many: Many

    def _written(self) -> tuple[Path, ...]:
        return tuple(filter(None, (*(each.path for each in self.outputs), self.many.folder)))

    def _audited(self, ready: Ready, console: Console) -> Report | None:
        asking = ready.audit.plan.operations()
        asking[SERVICE] = {*asking.get(SERVICE, ()), *LISTING, *GUARDING}
        caller = Caller(Reach(self.access, self.many.role), asking)
        with console.timed("listing the accounts"):
            chosen = self.many.chosen(caller)
            guards = guarding.read(Directory(caller.source, caller.target)) if self.many.file is None else Guarding()
        at_once = min(self.many.at_once, len(chosen.members))
        console.say(f"auditing {len(chosen.members)} accounts, {at_once} at once")
        at = datetime.now(UTC).replace(microsecond=0)
        fleet = Fleet(ready.audit, caller, chosen.members, at, guards, at_once)
        merger = Merger()
        with console.progress(lambda: caller.retries) as progress:
            taker = _Taker(self, ready.audit, merger, console, len(chosen.members))
            interrupted = fleet.run(taker, progress, partial=self.partial)
        if interrupted and not self.partial:
            return None
        report = merger.report()
        missing = guards.missing(each.id for each in chosen.members)
        warnings = (*chosen.warnings, *guards.warnings, *missing, *ready.problems, *report.audit.warnings)
        return replace(report, audit=replace(report.audit, caller=caller.target.caller, warnings=warnings))


@dataclass
class _Taker:
    """Merges each account's report, writes what each account is to have of its own, and tells how far all is."""

    scan: ManyScan
    audit: Audit
    merger: Merger
    console: Console
    accounts: int
    finished: int = 0

    def __call__(self, member: Member, report: Report, collected: Collected | None) -> None:
        self.merger.add(report)
        if self.scan.many.folder:
            self._write(self.scan.many.folder / member.id, report, collected)
        self.finished += 1
        self.console.say(f"[{self.finished}/{self.accounts}] {member.told}: {_told(report, collected)}")

    def _write(self, folder: Path, report: Report, collected: Collected | None) -> None:
        for form in dict.fromkeys(each.format for each in self.scan.outputs) or ("json",):
            files.write(folder / f"report.{form}", files.stream(report, form))
        if self.scan.record and collected:
            write_snapshot(folder / self.scan.record.name, self.audit, collected)


def _told(report: Report, collected: Collected | None) -> str:
    """Return what came of an account, in a few words."""
    if collected is None:
        gap = report.gaps[0]
        return "its role could not be assumed" if gap.code == NOT_ASSUMED else f"not audited: {gap.code}"
    failed = sum(each.status is Status.FAIL for each in report.findings)
    score = "no score" if report.score is None else f"score {report.score:g}"
    return f"{score}, {failed} failed, {report.coverage:g} % decided"
