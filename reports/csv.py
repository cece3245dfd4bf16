"""The report as CSV (RFC 4180): a finding a row, for spreadsheets, with no cell that starts a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from reports.wording import block, line, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import CheckFacts, Report

COLUMNS: Final = (
    "status", "severity", "check", "title", "account", "region", "service", "resource_type", "resource_id",
    "resource_name", "resource_arn", "message", "fix", "controls", "tags", "known_since", "fingerprint",
)  # fmt: skip
LONGEST: Final = 30_000
"""Excel cuts cells after 32,767 characters, without a word."""
FORMULA: Final = frozenset("=+-@＝＋－＠")  # noqa: RUF001 - the full-width signs start formulas too
BATCH: Final = 500


def stream(report: Report) -> Iterator[str]:
    """Yield the header and the rows, in UTF-8 without a byte order mark, lines ending with CR LF."""
    facts = {check.id: check for check in report.checks}
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for number, finding in enumerate(report.findings, 1):
        row = zip(COLUMNS, _row(finding, facts[finding.check]), strict=True)
        writer.writerow(cell(block(text, LONGEST) if name == "fix" else line(text, LONGEST)) for name, text in row)
        if number % BATCH == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def cell(text: str) -> str:
    """Return ``text`` so that a spreadsheet takes it for text: what it would calculate gets an apostrophe in front."""
    return f"'{text}" if text.startswith(("\t", "\n")) or text.lstrip()[:1] in FORMULA else text


def _row(finding: Finding, check: CheckFacts) -> tuple[str, ...]:
    resource = finding.resource
    return (
        finding.status.value,
        finding.severity.value,
        finding.check,
        check.title,
        finding.account,
        finding.region,
        finding.service,
        resource.type,
        resource.id,
        resource.name,
        resource.arn,
        told(finding),
        finding.fix,
        " ".join(check.controls),
        " ".join(f"{key}={value}" for key, value in resource.tags.items()),
        str(finding.known_since or ""),
        finding.fingerprint,
    )
