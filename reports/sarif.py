"""The report as SARIF 2.1.0, within the limits of GitHub's code scanning.

FAIL is a result of kind ``fail``. UNKNOWN and ERROR are of kind ``open``, SARIF's word for "not enough information to
decide": were they left out, code scanning would close their alerts as fixed. ACCEPTED is a suppressed result. PASS is
left out, since code scanning makes an alert of every result, and only counted.

Limits: https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from auditor.product import NAME
from auditor.severity import Severity, Status
from reports.places import path
from reports.wording import accepted, block, by_urgency, counts, encoded, line, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import CheckFacts, Report

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
RESULTS: Final = 25_000
"""With more results in a run, GitHub refuses the file."""
DISPLAYED: Final = 5_000
"""Of so many results, the gravest, GitHub makes alerts."""
COMPRESSED: Final = 9_000_000
"""Bytes that the results may take compressed; GitHub refuses more than 10 MB; the rules take the rest."""
TAGS: Final = 10
"""How many tags of a rule GitHub shows."""
NOTIFICATIONS: Final = 200
LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
SCORES: Final = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}
"""Where GitHub's ranges of ``security-severity`` have our word for it: above 9.0, from 7.0, from 4.0, from 0.1."""
KINDS: Final = {Status.FAIL: "fail", Status.ACCEPTED: "fail", Status.UNKNOWN: "open", Status.ERROR: "open"}
_MARKUP: Final = re.compile(r"(?<=\])(?=\()|(?<=\{)(?=\d+\})")
"""Where plain text of SARIF would begin a link or a placeholder."""


def stream(report: Report) -> Iterator[str]:
    """Yield the log: the results, gravest first, then the rules they name and what the audit could not see."""
    run = _Run(report)
    yield f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n"results": ['
    yield from run.results()
    yield "\n]"
    for name, value in run.rest().items():
        yield f',\n"{name}": {encoded(value)}'
    yield "\n}]}\n"


def plain(text: str) -> str:
    """Return text that readers of SARIF show as it is, without a link or a placeholder in it."""
    return _MARKUP.sub(" ", text)


class _Run:
    """The one run of the log. Rules are numbered as results name them, so the results come first."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.facts = {check.id: check for check in report.checks}
        self.findings = by_urgency(report.findings)
        self.rules: dict[str, int] = {}
        self.written = 0

    def results(self) -> Iterator[str]:
        gauge, size = zlib.compressobj(), 0
        for finding in self.findings[:RESULTS]:
            piece = encoded(self._result(finding))
            size += len(gauge.compress(piece.encode()))
            if size > COMPRESSED:
                return
            yield f"{',' if self.written else ''}\n{piece}"
            self.written += 1

    def _result(self, finding: Finding) -> dict[str, Any]:
        kind = KINDS[finding.status]
        result = {
            "ruleId": finding.check,
            "ruleIndex": self.rules.setdefault(finding.check, len(self.rules)),
            "kind": kind,
            "level": LEVELS[finding.severity] if kind == "fail" else "none",
            "message": {"text": self._message(finding)},
            "locations": [_location(finding)],
            "partialFingerprints": {
                "primaryLocationLineHash": f"{finding.fingerprint}:1",
                "checkAndResource/v1": finding.fingerprint,
            },
            "properties": {
                "status": finding.status.value,
                "severity": finding.severity.value,
                "account": line(finding.account),
                "region": line(finding.region),
                "resourceType": finding.resource.type,
            },
        }
        if finding.status is Status.ACCEPTED:
            result["suppressions"] = [
                {"kind": "external", "status": "accepted", "justification": plain(accepted(finding))}
            ]
        return result

    def _message(self, finding: Finding) -> str:
        resource = line(finding.resource.name or finding.resource.id, 200)
        fix = f"\nFix: {block(finding.fix, 2000)}" if finding.fix else ""
        title = self.facts[finding.check].title
        return plain(f"{title}. {resource} ({line(finding.region, 100)}): {told(finding)}.{fix}")

    def rest(self) -> dict[str, Any]:
        """Return the members of the run beside its results, once these are written."""
        audit = self.report.audit
        account = f"{line(audit.accounts[0], 64)}/" if len(audit.accounts) == 1 else ""
        driver = {
            "name": NAME,
            "version": audit.tool_version,
            "semanticVersion": audit.tool_version,
            "rules": [_rule(self.facts[each]) for each in self.rules],
        }
        return {
            "tool": {"driver": driver},
            "automationDetails": {"id": f"{NAME}/{account}"},
            "columnKind": "unicodeCodePoints",
            "invocations": [
                {
                    "executionSuccessful": not audit.partial,
                    "endTimeUtc": f"{audit.at:%Y-%m-%dT%H:%M:%SZ}",
                    "toolExecutionNotifications": [*self._notifications()],
                }
            ],
            "properties": {"score": self.report.score, "coverage": self.report.coverage, **counts(self.report)},
        }

    def _notifications(self) -> Iterator[dict[str, Any]]:
        yield from self._truncations()
        for gap in self.report.gaps[:NOTIFICATIONS]:
            answers = f"{gap.findings:,} answers missing"
            yield _notification("unread", f"{gap.operation}: {gap.code}, {answers}: {gap.remedy}")
        errors = [finding for finding in self.findings if finding.status is Status.ERROR]
        for finding in errors[:NOTIFICATIONS]:
            yield _notification("failed-check", f"{finding.check}: {told(finding)}", "error")
        for warning in self.report.audit.warnings[:NOTIFICATIONS]:
            yield _notification("warning", warning)

    def _truncations(self) -> Iterator[dict[str, Any]]:
        all_ = len(self.findings)
        if self.written < all_:
            text = f"The {self.written:,} gravest of {all_:,} results are in this file: GitHub takes no more."
            yield _notification("truncated", text)
        if self.written > DISPLAYED:
            text = f"GitHub makes alerts of the {DISPLAYED:,} gravest of the {self.written:,} results in this file."
            yield _notification("truncated", text)


def _notification(id_: str, text: str, level: str = "warning") -> dict[str, Any]:
    return {"descriptor": {"id": id_}, "level": level, "message": {"text": plain(line(text, 1000))}}


def _location(finding: Finding) -> dict[str, Any]:
    """Return where a finding is: the resource, and the line of the file that GitHub insists on."""
    resource = finding.resource
    return {
        "physicalLocation": {"artifactLocation": {"uri": path(finding)}, "region": {"startLine": 1}},
        "logicalLocations": [
            {
                "name": line(resource.name or resource.id, 300),
                "fullyQualifiedName": line(resource.arn or resource.id, 2048),
                "kind": "resource",
            }
        ],
    }


def _rule(check: CheckFacts) -> dict[str, Any]:
    frameworks = dict.fromkeys(control.partition(":")[0] for control in check.controls)
    rule: dict[str, Any] = {
        "id": check.id,
        "name": "".join(word.capitalize() for word in check.id.split("-")),
        "shortDescription": {"text": plain(f"{check.title}.")},
        "fullDescription": {"text": plain(check.rationale[:1024] or f"{check.title}.")},
        "help": {"text": plain(_help(check, code="")), "markdown": _help(check, code="```")},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "precision": "very-high",
            "problem.severity": {"error": "error", "warning": "warning"}.get(LEVELS[check.severity], "recommendation"),
            "security-severity": SCORES[check.severity],
            "tags": ["security", check.service, *frameworks][:TAGS],
        },
    }
    if check.references:
        rule["helpUri"] = check.references[0]
    return rule


def _help(check: CheckFacts, code: str) -> str:
    """Return why a check matters and how its failure is mended, as Markdown or, without ``code`` fences, as text."""
    parts = [f"{check.title}.", check.rationale, check.fix.text]
    for language, text in (
        ("sh", check.fix.cli),
        ("terraform", check.fix.terraform),
        ("yaml", check.fix.cloudformation),
    ):
        if text:
            parts.append(f"{code}{language}\n{text}\n{code}" if code else text)
    costs = {"downtime": check.fix.downtime, "a replacement": check.fix.replacement, "money": check.fix.cost}
    if any(costs.values()):
        parts.append(f"Mending it may cost {', '.join(name for name, costly in costs.items() if costly)}.")
    if check.controls:
        parts.append(f"Controls: {', '.join(check.controls)}.")
    parts.extend(f"<{each}>" if code else each for each in check.references)
    return "\n\n".join(part for part in parts if part)
