"""The baseline: the failures there were on a day, kept in a file, so that a gate closes on new ones only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.errors import AuditorError
from auditor.report import BaselineFacts, FormerFailure
from auditor.severity import Severity, Status
from auditor.sight import MENDED, Sight

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.finding import Finding
    from auditor.report import Report

FORMAT: Final = "aws-account-auditor baseline"
VERSION: Final = 1


class BaselineError(AuditorError):
    """A file is not a baseline; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """A failure that the baseline knows, since a day (UTC)."""

    check: str
    account: str
    region: str
    resource: str
    fingerprint: str
    first_seen: date
    severity: Severity

    @classmethod
    def of(cls, finding: Finding, day: date) -> Known:
        """Return what is kept of a failure."""
        place = finding.account, finding.region, finding.resource.arn
        return cls(finding.check, *place, finding.fingerprint, day, finding.severity)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The failures of an audit, sorted, and the ids of the checks that were asked for them."""

    checks: tuple[str, ...] = ()
    findings: tuple[Known, ...] = ()
    format: str = FORMAT
    version: int = VERSION

    def updated(self, report: Report) -> Baseline:
        """Return the baseline of ``report``: its failures, those known before with their day.

        What is mended leaves it, and so does what an exception accepts. What could not be read or was not asked stays.
        """
        days = {each.fingerprint: each.first_seen for each in self.findings}
        today = report.audit.at.astimezone(UTC).date()
        failed = [each for each in report.findings if each.status is Status.FAIL]
        kept = {each.fingerprint: Known.of(each, days.get(each.fingerprint, today)) for each in failed}
        unseen = {each.fingerprint for each in self._former(report) if each.fate not in MENDED}
        kept |= {each.fingerprint: each for each in self.findings if each.fingerprint in unseen}
        checks = {*self.checks, *(each.id for each in report.checks)}
        return Baseline(tuple(sorted(checks)), tuple(sorted(kept.values(), key=_place)))

    def marked(self, report: Report) -> Report:
        """Return ``report`` with what the baseline knows of each failure, and of those that are none now."""
        days = {each.fingerprint: each.first_seen for each in self.findings}
        findings = tuple(
            replace(each, known_since=days[each.fingerprint])
            if each.status.failing and each.fingerprint in days
            else each
            for each in report.findings
        )
        new = [each for each in findings if each.status is Status.FAIL and each.known_since is None]
        facts = BaselineFacts(
            known=sum(each.known_since is not None for each in findings),
            new=len(new),
            new_by_new_checks=sum(each.check not in self.checks for each in new),
            former=tuple(self._former(report)),
        )
        return replace(report, findings=findings, baseline=facts)

    def _former(self, report: Report) -> Iterator[FormerFailure]:
        sight = Sight(report)
        for known in self.findings:
            fate = sight.fate(known)
            if fate:
                yield FormerFailure(
                    check=known.check,
                    severity=known.severity,
                    account=known.account,
                    region=known.region,
                    resource=known.resource,
                    fingerprint=known.fingerprint,
                    first_seen=known.first_seen,
                    fate=fate,
                )


def _place(known: Known) -> tuple[str, ...]:
    return known.check, known.account, known.region, known.resource, known.fingerprint


def told(facts: BaselineFacts) -> str:
    """Return what the baseline makes of the failures, in a sentence."""
    fates = [each.fate for each in facts.former]
    fixed = sum(map(fates.count, MENDED))
    new = f"{facts.new} new"
    if facts.new_by_new_checks:
        new += f" ({facts.new_by_new_checks} by checks it did not ask)"
    parts = [new, f"{facts.known} known", f"{fixed} fixed"]
    if len(fates) > fixed:
        parts.append(f"{len(fates) - fixed} not seen this time")
    return ", ".join(parts)


def written(baseline: Baseline) -> Iterator[str]:
    """Yield a baseline as JSON that is easy to compare: a check and a finding a line, all sorted."""
    encode = msgspec.json.encode
    yield f'{{\n"format": {_json(baseline.format)},\n"version": {baseline.version},\n"checks": ['
    yield ",".join(f"\n{_json(each)}" for each in baseline.checks)
    yield '\n],\n"findings": ['
    yield ",".join(f"\n{encode(each).decode()}" for each in baseline.findings)
    yield "\n]\n}\n"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def renew(path: Path, report: Report) -> str:
    """Write the baseline of ``report`` to ``path``, after the one there is; return what it makes of the failures."""
    from auditor.outputs import write

    before = read(path) if path.exists() else None
    after = (before or Baseline()).updated(report)
    write(path, written(after))
    facts = before.marked(report).baseline if before else None
    return told(facts) if facts else f"{len(after.findings)} failures"


def read(path: Path) -> Baseline:
    """Return the baseline in ``path``; BaselineError when it is none, damaged, or of a newer version."""
    try:
        text = path.read_bytes()
        head = msgspec.json.decode(text, type=dict[str, Any])
        if head.get("format") != FORMAT:
            raise BaselineError(f"{path} is not a baseline: `auditor baseline write` makes one")
        if head.get("version") != VERSION:
            raise BaselineError(f"{path} has the format version {head.get('version')}: use the version that wrote it")
        return msgspec.json.decode(text, type=Baseline)
    except OSError as error:
        raise BaselineError(f"{path} cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BaselineError(f"{path} is not a baseline, or is damaged: {error}") from error
