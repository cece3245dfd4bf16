"""The report as JSON, and the JSON Schema that it conforms to."""

from __future__ import annotations

from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.report import SCHEMA_VERSION, Report

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def render(report: Report) -> str:
    """Return the report as indented JSON, ending with a newline."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


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
