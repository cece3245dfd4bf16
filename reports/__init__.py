"""The report formats: one module each, with a ``stream`` or ``render`` that takes a Report and gives text.

Further formats come from installed distributions, by the entry-point group ``auditor.reports``: its names are the
formats', its values objects with the same functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from auditor import plugins
from auditor.errors import AuditorError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.report import Report

NAMES: Final = (
    *("asff", "csv", "github", "gitlab", "html", "json", "jsonl", "junit", "markdown", "ocsf", "sarif", "table"),
)
"""The formats that are built in."""


class FormatError(AuditorError):
    """A format cannot be written here; the message says why and what to do."""


def names() -> tuple[str, ...]:
    """Return the formats there are: the built-in ones, then those of plugins."""
    return tuple(dict.fromkeys((*NAMES, *sorted(entry.name for entry in plugins.entries(plugins.REPORTS)))))


def load(name: str) -> Any:
    """Return what writes a format; FormatError where it, or what it needs, cannot be imported."""
    if name in NAMES:
        try:
            return import_module(f"reports.{name}")
        except ModuleNotFoundError as error:
            needed = f"the format {name} needs {error.name}"
            raise FormatError(f"{needed}: install it with `pip install 'aws-account-auditor[{name}]'`") from error
    return _plugin(name)


def _plugin(name: str) -> Any:
    entry = next((each for each in plugins.entries(plugins.REPORTS) if each.name == name), None)
    if entry is None:
        raise FormatError(f"there is no format {name!r}: there are {', '.join(names())}")
    try:
        found = entry.load()
    except (Exception, SystemExit) as error:
        raise FormatError(f"the plugin of the format {name} cannot be loaded: {error!r}") from error
    if not (hasattr(found, "stream") or hasattr(found, "render")):
        raise FormatError(f"the plugin of the format {name} has neither stream(report) nor render(report)")
    return found


def render(report: Report, format_name: str, **options: object) -> str:
    """Return ``report`` in the named format, with the format's own ``options``; FormatError for one there is not."""
    return "".join(stream(report, format_name, **options))


def stream(report: Report, format_name: str, **options: object) -> Iterator[str]:
    """Yield ``report`` in the named format, piece by piece where the format can; FormatError for one there is not."""
    module = load(format_name)
    if hasattr(module, "stream"):
        yield from module.stream(report, **options)
    else:
        yield module.render(report, **options)
