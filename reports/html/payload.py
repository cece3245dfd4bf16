"""The findings as the report's page reads them: columns for the list, and chunks of detail unpacked on demand.

What a list needs of every finding (to filter, search, sort and count) is one document. What only an opened finding
shows, above all its evidence, is cut in chunks that stay compressed until somebody looks: how soon the page is ready
does not depend on how much evidence there is.
"""

from __future__ import annotations

import base64
import gzip
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.severity import Severity, Status
from reports.html.columns import CHANGES, Changes, Neighbours, Table, owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Evidence, Finding
    from auditor.report import ControlResult, FrameworkResult, Report

CHUNK: Final = 500
"""How many findings' details are compressed together."""
STATUSES: Final = (Status.FAIL, Status.UNKNOWN, Status.ERROR, Status.ACCEPTED, Status.PASS)
"""In the order in which they ask for attention."""


def pack(document: object) -> str:
    """Return ``document`` as JSON, compressed, in base64; the same bytes for the same document."""
    encoded = msgspec.json.encode(document, enc_hook=str)
    return base64.b64encode(gzip.compress(encoded, compresslevel=6, mtime=0)).decode()


def core(report: Report) -> dict[str, Any]:
    """Return the part of ``report`` that the page needs at once: checks, frameworks and the columns of the findings."""
    checks = {check.id: number for number, check in enumerate(report.checks)}
    resources = Table[tuple[str, ...]]()
    columns, values = _columns(report, checks, resources)
    return {
        "chunk": CHUNK,
        "day": f"{report.audit.at.astimezone(UTC):%Y-%m-%d}",
        "checks": report.checks,
        "frameworks": [_framework(each, checks) for each in report.frameworks],
        "statuses": STATUSES,
        "severities": list(Severity),
        **values,
        "resources": resources.values,
        **Neighbours(report, resources).columns(),
        "columns": columns,
    }


def _columns(
    report: Report, checks: dict[str, int], resources: Table[tuple[str, ...]]
) -> tuple[dict[str, list[Any]], dict[str, list[str]]]:
    """Return what the list knows of each finding, property by property, and the values that the numbers stand for."""
    tables = {name: Table[str]() for name in ("accounts", "regions", "services", "owners", "days")}
    tables["days"].number("")
    changes = Changes(report)
    findings = report.findings
    columns: dict[str, list[Any]] = {
        "check": [checks[each.check] for each in findings],
        "status": [STATUSES.index(each.status) for each in findings],
        "severity": [each.severity.rank for each in findings],
        "account": [tables["accounts"].number(each.account) for each in findings],
        "region": [tables["regions"].number(each.region) for each in findings],
        "service": [tables["services"].number(each.service) for each in findings],
        "owner": [tables["owners"].number(owner(each.resource.tags)) for each in findings],
        "change": [changes.number(each) for each in findings],
        "since": [tables["days"].number(str(each.first_seen or each.known_since or "")) for each in findings],
        "resource": [resources.number(_identity(each)) for each in findings],
        "notes": [_notes(each) for each in findings],
        "fingerprint": [each.fingerprint for each in findings],
    }
    values = {name: table.values for name, table in tables.items()}
    return columns, values | {"changes": list(CHANGES) if changes.known else [""]}


def details(report: Report) -> Iterator[list[dict[str, Any]]]:
    """Yield what only an opened finding shows, :data:`CHUNK` findings at a time, in the order of the columns."""
    for start in range(0, len(report.findings), CHUNK):
        yield [_detail(each) for each in report.findings[start : start + CHUNK]]


def ways(report: Report) -> list[dict[str, Any]]:
    """Return the ways through the account that failures tell of, the gravest first: finding, sentence and steps."""
    found = [
        (finding.severity.rank, number, {"finding": number, "summary": problem.summary, "chain": problem.chain})
        for number, finding in enumerate(report.findings)
        if finding.status is Status.FAIL
        for problem in finding.problems
        if problem.chain
    ]
    return [way for _, _, way in sorted(found, key=lambda each: each[:2])]


def _identity(finding: Finding) -> tuple[str, ...]:
    resource = finding.resource
    return resource.type, resource.id, resource.arn, resource.name


def _notes(finding: Finding) -> list[str]:
    """Return what the list says below a finding's title, one sentence per problem, after who accepts it."""
    if finding.problems:
        return [*_acceptance(finding), *(problem.summary for problem in finding.problems)]
    if finding.unseen:
        return [f"could not be read: {finding.unseen.permission} answered {finding.unseen.code}"]
    return [finding.error] if finding.error else []


def _acceptance(finding: Finding) -> list[str]:
    told = finding.accepted
    return [f"accepted until {told.expires} by {told.owner}: {told.reason}"] if told else []


def _framework(framework: FrameworkResult, checks: dict[str, int]) -> dict[str, Any]:
    return {
        "id": framework.id,
        "title": framework.title,
        "source": framework.source,
        "controls": [_control(control, checks) for control in framework.controls],
    }


def _control(control: ControlResult, checks: dict[str, int]) -> dict[str, Any]:
    """Return a control; its findings are those of its checks, which are numbered where they were run."""
    return {
        "id": control.id,
        "title": control.title,
        "status": control.status,
        "level": control.level,
        "severity": control.severity.lower(),
        "checks": [checks[check] for check in control.checks if check in checks],
        "others": [check for check in control.checks if check not in checks],
        "failing": control.failing,
        "unknown": control.unknown,
        "manual": control.manual,
        "uncovered": control.uncovered,
    }


def _detail(finding: Finding) -> dict[str, Any]:
    return {
        "problems": finding.problems,
        "evidence": [_evidence(each, finding.resource.arn) for each in finding.evidence],
        "unseen": finding.unseen,
        "error": finding.error,
        "fix": finding.fix,
        "parameters": finding.parameters,
        "tags": finding.resource.tags,
        "accepted": finding.accepted,
        "known_since": finding.known_since,
        "first_seen": finding.first_seen,
        "failing_since": finding.failing_since,
    }


def _evidence(evidence: Evidence, arn: str) -> list[Any]:
    """Return one value as a row; the resource is left out where it is the finding's own."""
    resource = "" if evidence.resource == arn else evidence.resource
    return [evidence.fact, evidence.value, evidence.operation, evidence.at, resource, evidence.truncated]
