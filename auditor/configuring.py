"""The option that names the configuration file, and how the file makes the defaults of the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.errors import AuditorError
from auditor.options import EXISTING, option

if TYPE_CHECKING:
    from auditor.config import Config


def configured(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Config:
    """Make the configuration file's ``[scan]`` the defaults of those options that the command has."""
    from auditor import config

    found = path or config.find(Path.cwd())
    if found is None:
        return config.Config()
    from auditor.audit_commands import scan

    names = _options(context.command)
    try:
        read = config.read(found, _options(scan))
    except AuditorError as error:
        raise click.UsageError(str(error), context) from error
    context.default_map = {names[key]: value for key, value in read.scan.items() if key in names}
    return read


def _options(command: click.Command) -> dict[str, str]:
    """Return a command's parameters by the long names of their options."""
    options = (each for each in command.params if isinstance(each, click.Option))
    return {each.opts[0].removeprefix("--"): each.name or "" for each in options}


configuring = option(
    "--config",
    type=EXISTING,
    is_eager=True,
    callback=configured,
    metavar="FILE",
    help="The configuration; default: the nearest auditor.toml in or above this folder.",
)
