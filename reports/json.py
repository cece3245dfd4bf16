"""The report as JSON, and the JSON Schema that it conforms to."""

from __future__ import annotations

import dataclasses
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.report import SCHEMA_VERSION, Report
from reports.wording import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def render(report: Report) -> str:
    """Return the report as JSON, ending with a newline: a finding a line, the rest indented."""
    return "".join(stream(report))


def stream(report: Report) -> Iterator[str]:
    """Yield the parts of :func:`render`, so that the report of a large account never stands in memory whole."""
    yield head(report)
    for number, finding in enumerate(report.findings):
        yield f"{',' if number else ''}\n{encoded(finding)}"
    yield from tail(report)


def head(report: Report) -> str:
    """Return what stands before the findings."""
    return f'{{\n"schema_version": {encoded(report.schema_version)},\n"findings": ['


def tail(report: Report) -> Iterator[str]:
    """Yield what stands behind the findings, without reading them."""
    yield "\n]"
    for name in (each.name for each in dataclasses.fields(report)):
        if name not in {"findings", "schema_version"}:
            yield f',\n"{name}": {msgspec.json.format(encoded(getattr(report, name)), indent=2)}'
    yield "\n}\n"


def read(text: str | bytes) -> Report:
    """Return the report that :func:`render` wrote; msgspec.ValidationError for anything else."""
    return msgspec.json.decode(text, type=Report)


def schema() -> Mapping[str, Any]:
    """Return the JSON Schema of the report."""
    described = msgspec.json.schema(Report)
    for definition in described["$defs"].values():
        if "description" in definition:
            # Python keeps the indentation of docstrings up to 3.12, and drops it from 3.13 on.
            definition["description"] = cleandoc(definition["description"])
    return {"$schema": DIALECT, "title": f"AWS account audit report, version {SCHEMA_VERSION}", **described}
