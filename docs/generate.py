"""Write the generated pages of the documentation, and the schema of the JSON report.

``python docs/generate.py`` writes them; with ``--check`` it writes nothing, names those that are out of date, and
exits 1 when there are any.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli import auditor
from auditor.frameworks import membership
from auditor.listings import frameworks, report_schema
from auditor.permissions import ALWAYS, permissions, policy
from auditor.plan import Plan
from auditor.registry import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from auditor.checking import Check
    from auditor.frameworks import Control, Framework

ROOT: Final = Path(__file__).resolve().parent.parent
BAR: Final = r"\|"
NOTICE: Final = "<!-- Written by docs/generate.py: change what it reads, then run `make docs`. -->"
EFFORT: Final = {
    "downtime": "the resource is unavailable meanwhile",
    "replacement": "the resource has to be built anew",
    "cost": "it raises the bill",
}


def builtin_checks() -> list[Check]:
    """Return the checks that come with the auditor, by id; not those of plugins that happen to be installed."""
    return [each for each in load().checks.values() if each.function.__module__.startswith("checks.")]


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table, and an empty one behind it."""
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', BAR) for cell in row)} |"
    yield ""


def prose(text: str) -> str:
    """Return text of the tool's own for Markdown, which would take ``<name>`` for HTML."""
    return text.replace("<", r"\<")


def code(names: Iterable[object]) -> str:
    """Return the names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


def fenced(language: str, text: str) -> Iterator[str]:
    """Yield a block of code and an empty line; nothing for no text."""
    if text:
        yield from (f"```{language}", text.rstrip("\n"), "```", "")


def by_service(checks: Iterable[Check]) -> dict[str, list[Check]]:
    """Return the checks of each service, services in alphabetical order."""
    groups: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        groups[check.service].append(check)
    return dict(sorted(groups.items()))


def link(check_id: str) -> str:
    """Return a link to a check's section."""
    return f"[{check_id}](checks.md#{check_id})"


def checks_page() -> Iterator[str]:
    """Yield the page of all checks."""
    groups = by_service(builtin_checks())
    controls = membership(frameworks())
    yield from ("# Checks", "")
    yield f"{sum(map(len, groups.values()))} checks of {len(groups)} services come with the auditor. `auditor checks`"
    yield from ("lists them, and `auditor checks show ID` explains one.", "")
    for service, checks in groups.items():
        yield from (f"## {service}", "")
        yield from table(
            ("Check", "Severity", "What it wants"), ((link(c.id), c.severity.value, prose(c.title)) for c in checks)
        )
        for check in checks:
            yield from check_section(check, controls.get(check.id, ()))


def check_section(check: Check, controls: Sequence[str]) -> Iterator[str]:
    """Yield the section of one check."""
    yield from (f"### {check.id}", "", f"**{prose(check.title)}.**", "")
    if check.rationale:
        yield from (prose(check.rationale), "")
    rows = [(name, text) for name, text in check_rows(check, controls) if text]
    yield from table(("", ""), rows)
    yield from fenced("sh", check.fix.cli)
    yield from fenced("terraform", check.fix.terraform)
    yield from fenced("yaml", check.fix.cloudformation)


def check_rows(check: Check, controls: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what a check is made of: the same rows for each."""
    steps = list(Plan([check]).steps())
    yield "Severity", check.severity.value
    yield "Resource", f"`{check.resource.aws_type}`"
    yield "Reads", code(sorted(repr(fact) for fact in check.facts))
    yield "Calls", ", ".join(sorted(f"`{step.request.name}` once per {step.per}" for step in steps))
    yield "Permissions", code(sorted(set(permissions(Plan([check]))) - set(ALWAYS)))
    yield "Parameters", code(f"{name} = {written(value)}" for name, value in check.parameters.items())
    yield "Controls", code(controls)
    yield "Fix", prose(check.fix.text)
    yield "Effort", "; ".join(text for name, text in EFFORT.items() if getattr(check.fix, name))
    yield "References", " ".join(f"<{each}>" for each in check.references)


def written(value: object) -> str:
    """Return a parameter's value as ``auditor.toml`` has it."""
    return json.dumps(value)


def permissions_page() -> Iterator[str]:
    """Yield the page of the permissions an audit takes."""
    checks = builtin_checks()
    yield from ("# Permissions", "")
    yield "This policy allows every call that the built-in checks make, and nothing else. All of them read"
    yield "configuration: none changes anything, and none returns objects, function code, passwords or secret values."
    yield "`auditor permissions` prints it for any selection: `auditor permissions --service s3`."
    yield ""
    yield from fenced("json", json.dumps(policy(permissions(Plan(checks))), indent=2))
    yield "Where an action is missing, the checks that need it answer UNKNOWN, and the report holds the policy that"
    yield from (
        f"would answer them. Every audit of an account calls {code(ALWAYS)}; the latter needs no permission.",
        "",
    )
    yield from ("AWS's managed policy `SecurityAudit` allows all of it, and much more.", "")
    for service, own in by_service(checks).items():
        yield from (f"## {service}", "")
        yield from table(("Action", "Needed by"), needs(own))


def needs(checks: Iterable[Check]) -> list[tuple[str, str]]:
    """Return each action the checks take, with links to those that take it."""
    users: dict[str, list[str]] = defaultdict(list)
    for check in checks:
        for action in set(permissions(Plan([check]))) - set(ALWAYS):
            users[action].append(link(check.id))
    return [(f"`{action}`", ", ".join(users[action])) for action in sorted(users)]


def frameworks_page() -> Iterator[str]:
    """Yield the page of the frameworks and their controls."""
    known = frameworks()
    yield from ("# Frameworks", "")
    yield "A framework maps the controls of a standard to checks, in a file of `checks/frameworks/`. A control that no"
    yield "check can decide says what a person must look at; one that is not covered says so. The checks of one"
    yield from ("framework are run by `auditor scan --framework ID`.", "")
    yield from table(("Framework", "Controls", "Decided by checks", "By a person", "Not covered"), map(coverage, known))
    for framework in known:
        yield from (f"## {framework.id}", "", f"{framework.title}{source(framework)}.", "")
        yield from table(("Control", "Title", "Decided by"), map(control_row, framework.controls))


def source(framework: Framework) -> str:
    """Return a link to where a framework is published; nothing for one that is published here."""
    return f", from <{framework.source}>" if framework.source.startswith("https:") else ""


def coverage(framework: Framework) -> tuple[str, ...]:
    """Return how many controls are decided by checks, by a person, and by nobody yet."""
    controls = framework.controls
    checked = sum(bool(each.checks) for each in controls)
    manual = sum(bool(each.manual and not each.checks) for each in controls)
    return framework.title, *map(str, (len(controls), checked, manual, len(controls) - checked - manual))


def control_row(control: Control) -> tuple[str, str, str]:
    """Return a control and what decides it."""
    told = [", ".join(map(link, control.checks))]
    told += [f"A person: {control.manual}"] if control.manual else []
    told += [f"Not covered: {control.uncovered}"] if control.uncovered else []
    return control.id, control.title, "<br>".join(filter(None, told))


def cli_page() -> Iterator[str]:
    """Yield the page of every command and its options."""
    yield from ("# Commands", "")
    yield "Every option is also read from the environment, under the name given, and the options of `auditor scan` and"
    yield from ("`auditor demo` from `[scan]` in [auditor.toml](configuration.md).", "")
    yield from command_sections("auditor", auditor)


def command_sections(path: str, command: click.Command) -> Iterator[str]:
    """Yield the section of a command and those of its subcommands."""
    arguments = [each.human_readable_name for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    more = ["COMMAND"] if isinstance(command, click.Group) else []
    yield from (f"## {path}", "", f"`{' '.join([path, '[OPTIONS]', *arguments, *more])}`", "")
    yield from (prose(inspect.cleandoc(command.help or "")), "")
    if options:
        yield from table(("Option", "", "Default", "Environment"), map(option_row, options))
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from command_sections(f"{path} {name}", command.commands[name])


def option_row(option: click.Option) -> tuple[str, str, str, str]:
    """Return an option, what it does, what it is when not given, and the variable that sets it."""
    name = " / ".join(filter(None, [", ".join(option.opts), ", ".join(option.secondary_opts)]))
    value = "" if option.is_flag else f" {metavar(option)}"
    default = f"`{option.default}`" if option.show_default else ""
    return f"`{name}{value}`", repeatable(option), default, f"`{option.envvar}`" if option.envvar else ""


def metavar(option: click.Option) -> str:
    """Return what stands for the option's value."""
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return option.metavar or option.type.name.split()[0].upper()


def repeatable(option: click.Option) -> str:
    """Return what an option does, and that it may be given several times where it may."""
    return f"{option.help} Repeatable." if option.multiple else option.help or ""


def page(lines: Iterator[str]) -> str:
    """Return a page's text: its title, the notice that it is generated, and the rest."""
    title = next(lines)
    return "\n".join([title, "", NOTICE, *lines]).rstrip("\n") + "\n"


PAGES: Final[dict[str, Callable[[], str]]] = {
    "docs/checks.md": lambda: page(checks_page()),
    "docs/cli.md": lambda: page(cli_page()),
    "docs/frameworks.md": lambda: page(frameworks_page()),
    "docs/permissions.md": lambda: page(permissions_page()),
    "reports/schema.json": report_schema,
}
"""What is generated, by the file it stands in."""


def main(arguments: Sequence[str]) -> int:
    """Write the pages, or with ``--check`` name those out of date; return the exit code."""
    made = {name: make() for name, make in PAGES.items()}
    stale = {name: text for name, text in made.items() if current(name) != text}
    for name, text in stale.items():
        if "--check" in arguments:
            click.echo(f"{name} is out of date: run `make docs`", err=True)
        else:
            (ROOT / name).write_text(text, encoding="utf-8")
            click.echo(f"wrote {name}")
    return int("--check" in arguments and bool(stale))


def current(name: str) -> str:
    """Return the text that a generated file has; nothing when it is not there."""
    path = ROOT / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
