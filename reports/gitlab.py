"""The report as GitLab's security JSON, schema 15: findings as vulnerabilities of a SAST report.

GitLab has no report of cloud resources. SAST is the one whose location asks for nothing that a resource lacks, such as
an image, a package or a URL. FAIL has the check's severity; UNKNOWN and ERROR have the severity Unknown, since GitLab
takes what is missing for no longer detected; ACCEPTED has Info. PASS is left out.

Source: https://docs.gitlab.com/user/application_security/detect/security_report_validation
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.product import NAME
from auditor.severity import Status
from reports.places import path
from reports.wording import PROBLEMS, block, by_urgency, encoded, explained, line, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import CheckFacts, Report

VERSION: Final = "15.0.7"
"""Every GitLab from 15.0 on takes its minor version, 15.0; 16 does not know the later ones."""
SCHEMA: Final = (
    "https://gitlab.com/gitlab-org/security-products/security-report-schemas"
    f"/-/raw/v{VERSION}/dist/sast-report-format.json"
)
LONGEST_NAME: Final = 220
LONGEST_SOLUTION: Final = 6900
"""GitLab takes 255 and 7,000 characters; the rest is for the word on what was cut."""
IDENTIFIERS: Final = 20
"""How many identifiers of a vulnerability GitLab keeps."""
MESSAGES: Final = 200


def stream(report: Report) -> Iterator[str]:
    """Yield the report, a vulnerability a line."""
    facts = {check.id: check for check in report.checks}
    yield f'{{"schema": "{SCHEMA}", "version": "{VERSION}",\n"scan": {encoded(_scan(report))},\n"vulnerabilities": ['
    for number, finding in enumerate(by_urgency(report.findings)):
        yield f"{',' if number else ''}\n{encoded(_vulnerability(finding, facts[finding.check]))}"
    yield "\n]}\n"


def _scan(report: Report) -> dict[str, Any]:
    audit = report.audit
    tool = {
        "id": NAME,
        "name": "AWS account auditor",
        "version": audit.tool_version,
        "vendor": {"name": NAME},
    }
    at = f"{audit.at:%Y-%m-%dT%H:%M:%S}"
    return {
        "type": "sast",
        "status": "failure" if audit.partial else "success",
        "start_time": at,
        "end_time": at,
        "analyzer": tool,
        "scanner": tool,
        "messages": [{"level": "warn", "value": line(text, 1000)} for text in _messages(report)],
    }


def _messages(report: Report) -> Iterator[str]:
    if report.audit.partial:
        yield "The audit was interrupted: what was not read is unknown."
    for gap in report.gaps[:MESSAGES]:
        yield f"{gap.operation}: {gap.code}, {gap.findings:,} answers missing: {gap.remedy}"
    yield from (warning for warning in report.audit.warnings[:MESSAGES] if warning)


def _vulnerability(finding: Finding, check: CheckFacts) -> dict[str, Any]:
    solution = finding.fix or check.fix.cli or check.fix.text
    return {
        "id": finding.fingerprint,
        "name": line(check.title, LONGEST_NAME),
        # Four spaces make code of what was found: names cannot become links or mentions.
        "description": f"{check.title}.\n\n{check.rationale}\n\n    {finding.status.value}: {told(finding)}\n",
        "severity": _severity(finding),
        "solution": block(solution, LONGEST_SOLUTION),
        "identifiers": _identifiers(check),
        "links": [{"url": each} for each in check.references],
        "location": {"file": path(finding), "start_line": 1},
        "details": dict(_details(finding)),
    }


def _severity(finding: Finding) -> str:
    if finding.status is Status.FAIL:
        return finding.severity.value.capitalize()
    return "Info" if finding.status is Status.ACCEPTED else "Unknown"


def _identifiers(check: CheckFacts) -> list[dict[str, str]]:
    """Return the check, by which GitLab tells vulnerabilities apart, and the controls it decides."""
    own = {"type": NAME.replace("-", "_"), "name": check.id, "value": check.id}
    controls = [each.partition(":") for each in check.controls]
    named = [{"type": name, "name": f"{name} {id_}", "value": id_} for name, _, id_ in controls if name and id_]
    return [own, *named][:IDENTIFIERS]


def _details(finding: Finding) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield what GitLab lists under a vulnerability, as values that it does not interpret."""
    resource = finding.resource
    facts = {
        "status": ("Status", finding.status.value),
        "severity": ("Severity of the check", finding.severity.value),
        "resource": ("Resource", resource.name or resource.id),
        "resource_type": ("Type", resource.type),
        "arn": ("ARN", resource.arn),
        "account": ("Account", finding.account),
        "region": ("Region", finding.region),
    }
    for key, (name, text) in facts.items():
        yield key, {"name": name, "type": "value", "value": line(text, 2048)}
    for number, problem in enumerate(finding.problems[:PROBLEMS], 1):
        yield f"problem_{number}", {"name": f"Problem {number}", "type": "value", "value": explained(problem)}
