"""The pages of the frameworks: all of them in a table, and the controls of each."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING, Final

from generator.catalogue import builtin_frameworks, check_link
from generator.markdown import badge, paragraph, prose, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.frameworks import Control, Framework


def framework_index() -> Iterator[str]:
    """Yield the page of all frameworks, with how far each is covered."""
    yield from ("# Frameworks", "")
    yield from paragraph(
        "A framework maps the controls of a standard to checks. A control that no check can decide says what a person",
        "must look at; one that is not covered says why. `auditor scan --framework ID` runs the checks of one,",
        "and the report has its score and the status of each control.",
    )
    titles = ("Framework", "Id", "Controls", "Decided by checks", "In part", "By a person", "Not covered")
    yield from table(titles, map(_row, builtin_frameworks()))


def _row(framework: Framework) -> tuple[str, ...]:
    link = f"[{framework.title}]({framework.id}.md)"
    return link, f"`{framework.id}`", *map(str, astuple(framework.scope))


def framework_page(framework: Framework) -> Iterator[str]:
    """Yield the page of one framework: its controls in order, with what decides each."""
    scope = framework.scope
    yield from (f"# {framework.title}", "")
    yield from paragraph(
        f"Of {scope.controls} controls, checks decide {scope.decided}, and {scope.partly} more in part;",
        f"a person has to judge {scope.manual}, and {scope.uncovered} are not covered.",
        f"`auditor scan --framework {framework.id}` runs the checks.",
    )
    yield from paragraph(_source(framework))
    traits = [(title, trait) for title, trait in TRAITS.items() if any(map(trait, framework.controls))]
    titles = ("Control", "Title", *(title for title, _ in traits), "Decided by")
    yield from table(titles, (_control(each, [trait for _, trait in traits]) for each in framework.controls))


def _source(framework: Framework) -> str:
    """Return where a framework is published; nothing for one that is published here."""
    return f"Published at <{framework.source}>." if framework.source.startswith("https:") else ""


def _control(control: Control, traits: Iterable[Callable[[Control], str]]) -> tuple[str, ...]:
    told = [check_link(each, "../checks/") for each in control.checks]
    told += [f"**A person:** {prose(control.manual)}"] if control.manual else []
    told += [f"**Not covered:** {prose(control.uncovered)}"] if control.uncovered else []
    name = f'<a id="{control.id.lower()}"></a>{control.id}'
    return name, prose(control.title), *(trait(control) for trait in traits), "<br>".join(told)


TRAITS: Final[dict[str, Callable[[Control], str]]] = {
    "Severity": lambda control: badge(control.severity.lower()) if control.severity else "",
    "Level": lambda control: str(control.level or ""),
}
"""What only some frameworks tell of their controls."""
