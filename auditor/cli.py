"""The commands: parse, call, exit. What they do stands elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor import __version__
from auditor.errors import AuditorError
from auditor.inquiry_commands import INQUIRIES
from auditor.lint_command import lint
from auditor.listing_commands import LISTINGS
from auditor.options import (
    EXISTING,
    WRITABLE,
    access,
    adding,
    basis,
    catalogue,
    gate,
    gating,
    judging,
    many,
    option,
    organizing,
    plainly,
    reaching,
    reporting,
    selection,
)
from auditor.textual import put

if TYPE_CHECKING:
    from auditor.config import Config
    from auditor.console import Console
    from auditor.organization.scan import Many
    from auditor.scan import Scan
    from auditor.targets import Access


def configured(context: click.Context, _parameter: click.Parameter, path: Path | None) -> Config:
    """Make the configuration file's ``[scan]`` the defaults of those options that the command has."""
    from auditor import config

    found = path or config.find(Path.cwd())
    if found is None:
        return config.Config()
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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="auditor")
def auditor() -> None:
    """Audit an AWS account for security and best practice.

    Exit codes: 0 fine, 1 the gate failed, 2 wrong usage or credentials, 3 too much could not be read, 130 interrupted.
    Every option can also be set in auditor.toml or as AUDITOR_<OPTION> in the environment.
    """


@auditor.command()
@reaching
@organizing
@judging
@option("--from", "replay", type=EXISTING, metavar="FILE", help="Audit a recording instead of an account.")
@reporting
@gating
@option("--partial", is_flag=True, help="When interrupted, still write what was read until then.")
@configuring
@plainly
def scan(**options: Any) -> int:
    """Audit an account, many of them, or a recording of one."""
    console = _console(options)
    return _scan(options, access(options), many(options)).run(console)


def _console(options: dict[str, Any]) -> Console:
    from auditor.console import Console

    quiet, verbose = options.pop("quiet"), options.pop("verbose")
    if quiet and verbose:
        raise click.UsageError("--quiet and --verbose contradict each other: give one of them")
    return Console(quiet, options.pop("colour"), verbose)


def _scan(options: dict[str, Any], reach: Access, accounts: Many | None = None) -> Scan:
    from auditor.outputs import parse_all
    from auditor.scan import Scan

    prepared = Scan(
        access=reach,
        selection=selection(options),
        outputs=parse_all(options.pop("output_format")),
        gate=gate(options),
        **options,
    )
    return accounts.scan(prepared) if accounts else prepared


@auditor.command()
@judging
@reporting
@gating
@configuring
@plainly
def demo(**options: Any) -> int:
    """Audit a sample account in an emulator: no AWS account, no credentials, no network.

    Writes report.html and report.json here unless told otherwise. Needs the extra `demo`.
    """
    from auditor import demo as sample

    console = _console(options)
    options["output_format"] = options["output_format"] or ("html=report.html", "json=report.json")
    return sample.run(lambda reach: _scan({"replay": None, "partial": False, **options}, reach), console)


for listing in LISTINGS:
    auditor.add_command(listing)
for inquiry in INQUIRIES:
    auditor.add_command(configuring(inquiry))
auditor.add_command(lint)


@auditor.group()
def baseline() -> None:
    """Keep the failures there are, so that the gate closes on new ones only."""


@baseline.command("write")
@click.option(
    "--from", "--report", "source", type=EXISTING, required=True, metavar="FILE", help="A JSON report, or a snapshot."
)
@click.option(
    "--file",
    type=WRITABLE,
    default="auditor-baseline.json",
    show_default=True,
    metavar="FILE",
    help="Where to; where there is one, failures that it knows keep the day on which they were first seen.",
)
@judging
@configuring
@plainly
def write_baseline(**options: Any) -> None:
    """Write the baseline of an audit, or bring the one there is up to date."""
    from auditor import baseline as baselines
    from auditor import past

    path, source = options.pop("file"), options.pop("source")
    put([f"{path}: {baselines.renew(path, past.report(source, basis(options)))}\n"])


@auditor.command()
@click.argument("old", type=EXISTING)
@click.argument("new", type=EXISTING)
@judging
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@configuring
@plainly
def diff(old: Path, new: Path, form: str, **options: Any) -> None:
    """Print what changed between two audits: new, fixed and changed failures, and what is no longer seen.

    OLD and NEW are JSON reports or snapshots; a snapshot is decided by the checks there are now.
    """
    from auditor import diff_formats, past
    from auditor.diff import compare

    by = basis(options)
    put(diff_formats.FORMATS[form](compare(past.report(old, by), past.report(new, by))))


@auditor.group("except")
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


@auditor.group()
def push() -> None:
    """Send findings to a service of AWS."""


@push.command("security-hub")
@click.option(
    "--from", "--report", "source", type=EXISTING, required=True, metavar="FILE", help="A JSON report, or a snapshot."
)
@reaching
@judging
@configuring
@plainly
def push_security_hub(**options: Any) -> int:
    """Import into AWS Security Hub what did not pass, and archive what is mended.

    --region is the region whose Security Hub it is; default: that of the AWS configuration. Exits 1 when Security Hub
    refuses a finding.
    """
    from auditor import past
    from auditor.push import security_hub, told

    reach, source = access(options), options.pop("source")
    pushed = security_hub(past.report(source, basis(options)), reach)
    put(told(pushed))
    return 1 if pushed.refused else 0


@auditor.command("new-check")
@click.argument("check_id", metavar="ID")
@option("--folder", type=click.Path(path_type=Path), default=".", metavar="DIR", help="Where to write; default: here.")
@plainly
def new_check(check_id: str, folder: Path) -> None:
    """Write a new check, service-subject-rule, and its three cases: green at once, to be changed."""
    from auditor.scaffold import write

    for path in write(check_id, folder):
        put([f"{path}\n"])
