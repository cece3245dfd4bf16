"""The report formats: one module each, with a ``render`` that takes a Report and returns text."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.report import Report

NAMES: Final = ("csv", "github", "gitlab", "html", "json", "jsonl", "junit", "markdown", "sarif", "table")
FORMATS: Final = {name: f"reports.{name}" for name in NAMES}


def render(report: Report, format_name: str, **options: object) -> str:
    """Return ``report`` in the named format, with the format's own ``options``; KeyError for one there is not."""
    module = import_module(FORMATS[format_name])
    return module.render(report, **options) if hasattr(module, "render") else "".join(module.stream(report))


def stream(report: Report, format_name: str) -> Iterator[str]:
    """Yield ``report`` in the named format, piece by piece where the format can; KeyError for one there is not."""
    module = import_module(FORMATS[format_name])
    if hasattr(module, "stream"):
        yield from module.stream(report)
    else:
        yield module.render(report)
