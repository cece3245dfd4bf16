"""The commands that go on from a report: keep its failures, compare it, send it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditor.configuring import configuring
from auditor.options import EXISTING, WRITABLE, access, basis, judging, plainly, reaching
from auditor.textual import put

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
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


@click.command()
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


@click.group()
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
