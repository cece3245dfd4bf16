"""The commands that list what there is: checks, frameworks, calls, permissions, the report's schema, the history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditor import completion
from auditor.options import EXISTING, adding, catalogue, formatting, option, plainly, selecting, selection
from auditor.textual import inert, put

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.listings import Listing


def _put(listing: Listing, form: str) -> None:
    """Print a listing, and on standard error what limits it."""
    put(listing.printed(form))
    for warning in listing.warnings:
        click.echo(f"warning: {inert(warning)}", err=True)


@click.command()
@selecting
@option("--region", multiple=True, help="A region that would be audited; default: those enabled for every account.")
@formatting
@plainly
def plan(form: str, **options: Any) -> None:
    """Print the calls that a selection makes, without making any."""
    from auditor.listings import plan_list

    regions = options.pop("region")
    _put(plan_list(catalogue(options), selection(options), regions), form)


@click.command()
@selecting
@plainly
def permissions(**options: Any) -> None:
    """Print the least-privilege IAM policy that a selection needs."""
    from auditor.listings import permissions_policy

    put([permissions_policy(catalogue(options), selection(options))])


@click.group(invoke_without_command=True)
@selecting
@formatting
@click.pass_context
@plainly
def checks(context: click.Context, /, form: str, **options: Any) -> None:
    """List the checks of a selection."""
    context.obj = options
    if context.invoked_subcommand is None:
        from auditor.listings import checks_list

        _put(checks_list(catalogue(options), selection(options)), form)


@checks.command("show")
@click.argument("check_id", metavar="ID", shell_complete=completion.checks)
@formatting
@click.pass_obj
@plainly
def show_check(options: dict[str, Any], check_id: str, form: str) -> None:
    """Explain a check: what it wants and why, what it reads, how a failure is mended."""
    from auditor.listings import check_page

    _put(check_page(catalogue(options), check_id), form)


@click.group(invoke_without_command=True)
@adding
@formatting
@click.pass_context
@plainly
def frameworks(context: click.Context, /, form: str, **options: Any) -> None:
    """List the frameworks and how many controls of each are decided by checks."""
    context.obj = options
    if context.invoked_subcommand is None:
        from auditor.listings import frameworks_list

        _put(frameworks_list(catalogue(options)), form)


@frameworks.command("show")
@click.argument("framework_id", metavar="ID", shell_complete=completion.frameworks)
@formatting
@click.pass_obj
@plainly
def show_framework(options: dict[str, Any], framework_id: str, form: str) -> None:
    """List a framework's controls: the checks that decide each, what a person must look at, what is not covered."""
    from auditor.listings import framework_page

    _put(framework_page(catalogue(options), framework_id), form)


@click.command()
@plainly
def schema() -> None:
    """Print the JSON Schema of the JSON report."""
    from auditor.listings import report_schema

    put([report_schema()])


@click.command()
@click.argument("file", type=EXISTING)
@click.option("--account", default="", metavar="ID", help="Only this account.")
@click.option("--failures", is_flag=True, help="List the failures that are open, the oldest first, not the runs.")
@formatting
@plainly
def history(file: Path, account: str, form: str, *, failures: bool) -> None:
    """Print the audits that a history remembers, with the trend of each account, or its open failures."""
    from auditor.history_file import HistoryFile
    from auditor.history_listings import failures_list, runs_list

    _put((failures_list if failures else runs_list)(HistoryFile(file).read(account)), form)
