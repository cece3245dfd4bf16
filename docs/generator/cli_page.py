"""The page of every command and its options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import click

from auditor.cli import auditor
from generator.markdown import paragraph, prose, table

if TYPE_CHECKING:
    from collections.abc import Iterator


def cli_page() -> Iterator[str]:
    """Yield a section for each command."""
    yield from ("# Commands", "")
    yield from paragraph(
        "Every option is also read from the environment, under the name given, and the options of `auditor scan` and",
        "`auditor demo` from `[scan]` in [auditor.toml](configuration.md).",
    )
    yield from _sections("auditor", auditor)


def _sections(path: str, command: click.Command) -> Iterator[str]:
    """Yield the section of a command and those of its subcommands."""
    arguments = [each.human_readable_name for each in command.params if isinstance(each, click.Argument)]
    options = [each for each in command.params if isinstance(each, click.Option)]
    more = ["COMMAND"] if isinstance(command, click.Group) else []
    yield from (f"## {path}", "", f"`{' '.join([path, '[OPTIONS]', *arguments, *more])}`", "")
    yield from (prose(inspect.cleandoc(command.help or "")), "")
    yield from table(("Option", "What it does", "Default", "Environment"), map(_row, options))
    if isinstance(command, click.Group):
        for name in sorted(command.commands):
            yield from _sections(f"{path} {name}", command.commands[name])


def _row(option: click.Option) -> tuple[str, str, str, str]:
    """Return an option, what it does, what it is when not given, and the variable that sets it."""
    name = " / ".join(filter(None, [", ".join(option.opts), ", ".join(option.secondary_opts)]))
    value = "" if option.is_flag else f" {_metavar(option)}"
    default = f"`{option.default}`" if option.show_default else ""
    return f"`{name}{value}`", _help(option), default, f"`{option.envvar}`" if option.envvar else ""


def _metavar(option: click.Option) -> str:
    """Return what stands for the option's value."""
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return option.metavar or option.type.name.split()[0].upper()


def _help(option: click.Option) -> str:
    """Return what an option does, and that it may be given several times where it may."""
    told = prose(option.help or "")
    return f"{told} Repeatable." if option.multiple else told
