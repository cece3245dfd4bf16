"""The commands that write what a person goes on with: an exception, a new check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from auditor.options import WRITABLE, adding, catalogue, option, plainly
from auditor.textual import put


@click.group("except")
def except_() -> None:
    """Accept failures, with a reason, an owner and a last day."""


@except_.command("add")
@click.option("--check", required=True, metavar="ID", help="The check; may be a pattern such as 's3-*'.")
@click.option("--resource", default="", metavar="ARN", help="Only resources with this ARN; may be a pattern.")
@click.option("--tag", multiple=True, metavar="KEY=VALUE", help="Only resources with this tag; VALUE may be a pattern.")
@click.option("--account", default="", metavar="ID", help="Only this account; may be a pattern.")
@click.option("--region", default="", help="Only this region; may be a pattern such as 'eu-*'.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the failure is accepted.")
@click.option("--owner", required=True, metavar="TEXT", help="Who answers for it.")
@click.option("--expires", required=True, metavar="YYYY-MM-DD", help="The last day (UTC) on which it is accepted.")
@click.option("--file", type=WRITABLE, metavar="FILE", help="Default: the nearest auditor.toml, or a new one here.")
@adding
@plainly
def add_exception(**options: Any) -> None:
    """Add an exception to a file, whose other lines stay as they are."""
    from auditor import config, exception_files

    known = catalogue(options).registry.checks
    path = options.pop("file") or config.find(Path.cwd()) or Path(config.FILE_NAME)
    exception_files.add(path, exception_files.given(options), known)
    put([f"{path}\n"])


@click.command("new-check")
@click.argument("check_id", metavar="ID")
@option("--folder", type=click.Path(path_type=Path), default=".", metavar="DIR", help="Where to write; default: here.")
@plainly
def new_check(check_id: str, folder: Path) -> None:
    """Write a new check, service-subject-rule, and its three cases: green at once, to be changed."""
    from auditor.scaffold import write

    for path in write(check_id, folder):
        put([f"{path}\n"])
