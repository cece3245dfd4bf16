"""The report as CSV (RFC 4180): a finding a row, for spreadsheets, with no cell that starts a formula."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING, Final

from reports.wording import block, line, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    findings = iter(report.findings)
    yield head()
    while batch := tuple(islice(findings, BATCH)):
        yield rows(batch, facts)


def head() -> str:
    """Return the line that names the columns."""
    return _written([COLUMNS])


def rows(findings: Iterable[Finding], facts: Mapping[str, CheckFacts]) -> str:
    """Return the lines of findings; ``facts`` are of their checks, by id."""
    return _written([_cells(_row(each, facts[each.check])) for each in findings])


def _cells(row: tuple[str, ...]) -> list[str]:
    named = zip(COLUMNS, row, strict=True)
    return [cell(block(text, LONGEST) if name == "fix" else line(text, LONGEST)) for name, text in named]


def _written(lines: Iterable[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(lines)
    return buffer.getvalue()


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
