"""The report as Markdown for the summary of a GitHub Actions job, within the 1 MiB that GitHub takes.

Append it to ``$GITHUB_STEP_SUMMARY``. Other readers of GitHub Flavored Markdown show it as well.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from auditor.severity import Severity, Status
from reports.wording import counts, line, new_first, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.finding import Finding
    from auditor.report import Report

LIMIT: Final = 1024 * 1024
RESERVE: Final = 4096
"""Bytes kept for what tells that something was left out."""
SECTIONS: Final = {
    Status.FAIL: "What to mend",
    Status.ERROR: "Checks that failed to run",
    Status.UNKNOWN: "What could not be decided",
    Status.ACCEPTED: "Accepted by an exception",
}
GAPS: Final = 50
_ACTIVE: Final = re.compile(r'[!"#$%&*+<=>?@\[\\\]^_`{|}~]|:(?=//)|(?<=www)\.', re.IGNORECASE)
"""The characters that mean something to Markdown, HTML or GitHub, or make links of addresses."""


def stream(report: Report) -> Iterator[str]:
    """Yield the summary, then tables of the findings that did not pass, as many as the limit allows."""
    room = LIMIT - RESERVE
    for piece in _summary(report):
        room -= len(piece.encode())
        yield piece
    findings = new_first(report.findings)
    written, section = 0, None
    for finding in findings:
        head = "" if finding.status is section else _head(finding.status)
        piece = head + _row(finding)
        room -= len(piece.encode())
        if room < 0:
            break
        section = finding.status
        written += 1
        yield piece
    if written < len(findings):
        rest = f"{len(findings) - written:,} more findings are left out"
        yield f"\n**{rest}**: a summary holds 1 MiB. Another report has them all.\n"


def text(given: str, longest: int = 200) -> str:
    """Return text that is nothing but text in Markdown, in tables too."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match[0])};", line(given, longest))


def code(given: str, longest: int = 200) -> str:
    """Return a name, set as code, in which GitHub looks for no mentions."""
    return f"<code>{text(given, longest)}</code>" if given else ""


def _summary(report: Report) -> Iterator[str]:
    audit = report.audit
    accounts = ", ".join(code(each) for each in audit.accounts[:20])
    more = f" and {len(audit.accounts) - 20:,} more" if len(audit.accounts) > 20 else ""  # noqa: PLR2004 - as above
    yield f"## AWS account audit\n\nAccount {accounts}{more}, {audit.at:%Y-%m-%d %H:%M} UTC, "
    yield f"{len(audit.regions):,} regions, {audit.checks_run:,} checks.\n\n"
    if audit.partial:
        yield "**The audit was interrupted: what was not read is unknown.**\n\n"
    count = counts(report)
    score = "none" if report.score is None else f"{report.score:g} of 100"
    yield _table(["Score", "Coverage", *(name.capitalize() for name in count)])
    yield _cells([f"**{score}**", f"**{report.coverage:g} %**", *(f"{number:,}" for number in count.values())])
    yield from _severities(report)
    yield from _gaps(report)
    yield from (f"\n> {text(warning, 1000)}\n" for warning in audit.warnings[:20])


def _severities(report: Report) -> Iterator[str]:
    """Yield failures by service and severity."""
    count = Counter((each.service, each.severity) for each in report.findings if each.status is Status.FAIL)
    services = sorted({service for service, _ in count})
    if services:
        yield "\n" + _table(["Failed", *(severity.value for severity in Severity)])
    for service in services:
        yield _cells([text(service), *(f"{count[service, severity]:,}" for severity in Severity)])


def _gaps(report: Report) -> Iterator[str]:
    gaps = sorted(report.gaps, key=lambda gap: -gap.findings)
    if gaps:
        yield "\n### What AWS did not tell\n\n" + _table(["Operation", "Answer", "Questions left open", "What to do"])
    for gap in gaps[:GAPS]:
        yield _cells([code(gap.operation), code(gap.code), f"{gap.findings:,}", text(gap.remedy, 400)])
    if len(gaps) > GAPS:
        yield f"\n{len(gaps) - GAPS:,} more operations.\n"


def _head(status: Status) -> str:
    return f"\n### {SECTIONS[status]}\n\n" + _table(["Severity", "Check", "Resource", "Region", "Finding"])


def _row(finding: Finding) -> str:
    name = finding.resource.name or finding.resource.id
    return _cells(
        [finding.severity.value, text(finding.check), code(name), text(finding.region, 64), text(told(finding), 400)]
    )


def _table(titles: Iterable[str]) -> str:
    return _cells(titles := [*titles]) + _cells("---" for _ in titles)


def _cells(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
