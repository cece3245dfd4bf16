"""What the listing commands print: checks, plans, permissions, frameworks."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING, Any

from auditor.registry import load
from auditor.textual import padded, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from auditor.checking import Check
    from auditor.frameworks import Framework
    from auditor.plan import Step
    from auditor.registry import Selection

WIDTH = 100


def _selected(folders: tuple[Path, ...], selection: Selection) -> list[Check]:
    return selection.apply(load(folders), _needed(selection))


def _needed(selection: Selection) -> tuple[Framework, ...]:
    return frameworks() if selection.frameworks or selection.exclude_frameworks else ()


def frameworks() -> tuple[Framework, ...]:
    """Return the built-in frameworks."""
    from auditor.frameworks import read
    from auditor.registry import framework_files

    return read(framework_files())


def checks_table(folders: tuple[Path, ...], selection: Selection) -> str:
    """Return a line for each selected check: id, severity, title."""
    registry = load(folders)
    checks = selection.apply(registry, _needed(selection))
    rows = [(check.id, check.severity.value, check.title) for check in checks]
    told = "".join(f"warning: {problem}\n" for problem in registry.problems)
    return _table(("CHECK", "SEVERITY", "TITLE"), rows) + f"\n{len(rows)} checks\n" + told


def check_page(folders: tuple[Path, ...], check_id: str) -> str:
    """Return all there is to know of a check; RegistryError when there is no such check."""
    check = load(folders).get(check_id)
    return "\n".join(_page(check)) + "\n"


def _page(check: Check) -> Iterator[str]:
    from auditor.frameworks import membership
    from auditor.plan import Plan

    yield f"{check.id} ({check.severity.value})"
    yield check.title
    yield ""
    yield textwrap.fill(check.rationale, WIDTH)
    yield from _section("Parameters", (f"{name} = {value!r}" for name, value in check.parameters.items()))
    yield from _section("Reads", sorted(repr(fact) for fact in check.facts))
    yield from _section("Calls", sorted(f"{step.request.name}, per {step.per}" for step in Plan([check]).steps()))
    yield from _section("Permissions", sorted({step.request.permission for step in Plan([check]).steps()}))
    yield from _section("Controls", membership(frameworks()).get(check.id, ()))
    effort = [name for name in ("downtime", "replacement", "cost") if getattr(check.fix, name)]
    yield from _section("Fix", filter(None, [check.fix.text, check.fix.cli, *(f"causes {each}" for each in effort)]))
    yield from _section("References", check.references)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield f"\n{title}"
        yield from (f"  {line}" for line in lines)


def plan_table(folders: tuple[Path, ...], selection: Selection, regions: Sequence[str]) -> str:
    """Return the operations a selection calls, how often, and the calls known beforehand."""
    from auditor.plan import Plan
    from auditor.targets import ALWAYS_ENABLED

    count = len(regions) or len(ALWAYS_ENABLED)
    steps = sorted(Plan(_selected(folders, selection)).steps(), key=lambda step: (step.request.name, step.per))
    rows = [(step.request.name, f"per {step.per}", _calls(step, count)) for step in steps]
    known = sum(step.calls(count) or 0 for step in steps)
    open_ = sum(step.calls(count) is None for step in steps)
    told = f"\n{known} calls in {count} regions"
    if open_:
        told += f", and {open_} operations once for each resource that the listings name"
    return _table(("OPERATION", "CALLED", "CALLS"), rows) + told + "\n"


def _calls(step: Step, regions: int) -> str:
    calls = step.calls(regions)
    return f"1 for each {step.per}" if calls is None else str(calls)


def permissions_policy(folders: tuple[Path, ...], selection: Selection) -> str:
    """Return the IAM policy document, as JSON, of what a selection calls."""
    from auditor.permissions import permissions, policy
    from auditor.plan import Plan

    return json.dumps(policy(permissions(Plan(_selected(folders, selection)))), indent=2) + "\n"


def frameworks_table() -> str:
    """Return each framework and how many of its controls checks decide, a person must, or nobody does yet."""
    return _table(
        ("FRAMEWORK", "CONTROLS", "CHECKED", "MANUAL", "UNCOVERED", "TITLE"), [_coverage(each) for each in frameworks()]
    )


def _coverage(framework: Framework) -> tuple[str, ...]:
    controls = framework.controls
    checked = sum(bool(each.checks) for each in controls)
    manual = sum(bool(each.manual and not each.checks) for each in controls)
    counts = (len(controls), checked, manual, len(controls) - checked - manual)
    return (framework.id, *map(str, counts), framework.title)


def report_schema() -> str:
    """Return the JSON Schema of the JSON report."""
    from importlib import import_module

    schema: dict[str, Any] = import_module("reports.json").schema()
    return json.dumps(schema, indent=2) + "\n"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rows = [titles, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(titles) - 1)]
    return "".join(_row(row, widths) for row in rows)


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [padded(shortened(cell, 60), width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]]).rstrip() + "\n"
