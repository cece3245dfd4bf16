"""The report as JSON Lines: a header with all but the findings, then a finding a line, for pipes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final

from reports.wording import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.report import Report

LINE_ENDS: Final = {ord(each): f"\\u{ord(each):04x}" for each in "\x85\u2028\u2029"}
"""What JSON may hold as it is, and some readers take for the end of a line."""


def stream(report: Report) -> Iterator[str]:
    """Yield the lines. Names and meanings are those of the JSON report; only the header has ``schema_version``."""
    names = [each.name for each in dataclasses.fields(report) if each.name not in {"findings", "schema_version"}]
    header = {"schema_version": report.schema_version, **{name: getattr(report, name) for name in names}}
    yield _line(header)
    for finding in report.findings:
        yield _line(finding)


def _line(value: Any) -> str:
    return f"{encoded(value).translate(LINE_ENDS)}\n"
