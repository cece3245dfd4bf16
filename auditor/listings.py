"""What the listing commands print, for a person and for programs: checks, plans, permissions, frameworks."""

from __future__ import annotations

import json
import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.catalogue import load
from auditor.textual import padded, shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditor.catalogue import Catalogue
    from auditor.checking import Check
    from auditor.frameworks import Control, Framework
    from auditor.plan import Plan, Step
    from auditor.registry import Selection
    from auditor.report import CheckFacts, Scope

WIDTH: Final = 100
FORMS: Final = ("table", "json", "jsonl")
"""How a listing can be printed."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a command lists: the text for a person, and what makes the value for programs, a list or a single thing.

    ``warnings`` are what limits it.
    """

    text: str
    value: Callable[[], Any]
    warnings: tuple[str, ...] = ()

    def printed(self, form: str) -> Iterator[str]:
        """Yield the pieces of the text, of JSON, or of JSON Lines: a thing a line."""
        if form == "table":
            yield self.text
        elif form == "json":
            yield json.dumps(_plain(self.value()), indent=2) + "\n"
        else:
            value = self.value()
            things = value if isinstance(value, list) else [value]
            yield from (json.dumps(_plain(each)) + "\n" for each in things)


def _plain(value: object) -> Any:
    """Return what JSON knows of a value."""
    import msgspec

    return msgspec.to_builtins(value)


def frameworks() -> tuple[Framework, ...]:
    """Return the built-in frameworks."""
    return load().frameworks


def checks_list(catalogue: Catalogue, selection: Selection) -> Listing:
    """Return a line for each selected check: id, severity, title; for programs what a report says of it."""
    rows = [(check.id, check.severity.value, check.title) for check in catalogue.outlines(selection)]
    text = table(("CHECK", "SEVERITY", "TITLE"), rows) + f"\n{len(rows)} checks\n"
    return Listing(text, lambda: _facts(catalogue, catalogue.select(selection)), catalogue.registry.problems)


def _facts(catalogue: Catalogue, checks: Iterable[Check]) -> list[CheckFacts]:
    from auditor.frameworks import membership
    from auditor.report import CheckFacts

    controls = membership(catalogue.frameworks)
    return [CheckFacts.of(each, controls.get(each.id, ())) for each in checks]


def check_page(catalogue: Catalogue, check_id: str) -> Listing:
    """Return all there is to know of a check; RegistryError when there is no such check."""
    from auditor.plan import Plan

    check = catalogue.registry.get(check_id)
    calls = [_step(each) for each in _ordered(Plan([check]))]
    text = "\n".join(_page(check, catalogue.frameworks)) + "\n"
    return Listing(text, lambda: {**_plain(_facts(catalogue, [check])[0]), "calls": calls})


def _page(check: Check, frameworks: Iterable[Framework]) -> Iterator[str]:
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
    yield from _section("Controls", membership(frameworks).get(check.id, ()))
    effort = [name for name in ("downtime", "replacement", "cost") if getattr(check.fix, name)]
    yield from _section("Fix", filter(None, [check.fix.text, check.fix.cli, *(f"causes {each}" for each in effort)]))
    yield from _section("References", check.references)


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    lines = list(lines)
    if lines:
        yield f"\n{title}"
        yield from (f"  {line}" for line in lines)


def plan_list(catalogue: Catalogue, selection: Selection, regions: Sequence[str]) -> Listing:
    """Return the operations a selection calls, how often, and the calls known beforehand."""
    from auditor.plan import Plan
    from auditor.targets import ALWAYS_ENABLED

    count = len(regions) or len(ALWAYS_ENABLED)
    steps = _ordered(Plan(catalogue.select(selection)))
    rows = [(step.request.name, f"per {step.per}", _calls(step, count)) for step in steps]
    known = sum(step.calls(count) or 0 for step in steps)
    open_ = sum(step.calls(count) is None for step in steps)
    told = f"\n{known} calls in {count} regions"
    if open_:
        told += f", and {open_} operations once for each resource that the listings name"
    text = table(("OPERATION", "CALLED", "CALLS"), rows) + told + "\n"
    return Listing(text, lambda: [{**_step(step), "count": step.calls(count)} for step in steps])


def _ordered(plan: Plan) -> list[Step]:
    return sorted(plan.steps(), key=lambda step: (step.request.name, step.per))


def _step(step: Step) -> dict[str, Any]:
    """Return what a program is told of an operation: its name, the permission that it takes, once per what."""
    return {"operation": step.request.name, "permission": step.request.permission, "per": step.per}


def _calls(step: Step, regions: int) -> str:
    calls = step.calls(regions)
    return f"1 for each {step.per}" if calls is None else str(calls)


def permissions_policy(catalogue: Catalogue, selection: Selection) -> str:
    """Return the IAM policy document, as JSON, of what a selection calls."""
    from auditor.permissions import permissions, policy
    from auditor.plan import Plan

    return json.dumps(policy(permissions(Plan(catalogue.select(selection)))), indent=2) + "\n"


def frameworks_list(catalogue: Catalogue) -> Listing:
    """Return each framework and how many of its controls checks decide, a person must, or nobody does yet."""
    titles = ("FRAMEWORK", "CONTROLS", "DECIDED", "PARTLY", "MANUAL", "UNCOVERED", "PERCENT", "TITLE")
    told = (
        "\nDecided by checks alone, which PERCENT is the share of; partly by checks; by a person; or not covered yet.\n"
    )
    text = table(titles, [_scope(each) for each in catalogue.frameworks]) + told
    return Listing(text, lambda: [_framework(each) for each in catalogue.frameworks])


def _scope(framework: Framework) -> tuple[str, ...]:
    scope = framework.scope
    counts = (scope.controls, scope.decided, scope.partly, scope.manual, scope.uncovered, scope.percent)
    return (framework.id, *map(str, counts), framework.title)


def _framework(framework: Framework) -> dict[str, Any]:
    scope = framework.scope
    facts = {"id": framework.id, "title": framework.title, "source": framework.source}
    return {**facts, "scope": {**asdict(scope), "percent": scope.percent}}


def framework_page(catalogue: Catalogue, framework_id: str) -> Listing:
    """Return a framework's controls and what decides each; FrameworkError when there is no such framework."""
    from auditor.frameworks import find

    framework = find(catalogue.frameworks, framework_id)
    lines = [framework.id, framework.title, framework.source, "", _counted(framework.scope)]
    text = "\n".join([*lines, *(line for control in framework.controls for line in _told(control))]) + "\n"
    return Listing(text, lambda: {**_framework(framework), "controls": list(framework.controls)})


def _counted(scope: Scope) -> str:
    return (
        f"{scope.controls} controls: {scope.decided} decided by checks ({scope.percent} %), {scope.partly} partly, "
        f"{scope.manual} by a person, {scope.uncovered} not covered"
    )


def _told(control: Control) -> Iterator[str]:
    """Yield the lines on a control."""
    weight = ", ".join(filter(None, [control.severity, f"level {control.level}" if control.level else ""]))
    yield ""
    yield f"{control.id}  {control.title}" + (f"  [{weight}]" if weight else "")
    said = {"checks": ", ".join(control.checks), "manual": control.manual, "uncovered": control.uncovered}
    for label, text in said.items():
        if text:
            first = f"  {label:<11}"
            yield textwrap.fill(
                text, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
            )


def report_schema() -> str:
    """Return the JSON Schema of the JSON report."""
    from importlib import import_module

    schema: dict[str, Any] = import_module("reports.json").schema()
    return json.dumps(schema, indent=2) + "\n"


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows in columns as wide as their cells, the last as it comes."""
    rows = [titles, *rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(titles) - 1)]
    return "".join(_row(row, widths) for row in rows)


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [padded(shortened(cell, 60), width) for cell, width in zip(row, widths, strict=False)]
    return "  ".join([*cells, row[-1]]).rstrip() + "\n"
