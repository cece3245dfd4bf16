"""The commands that audit: an account, many, a recording, or a sample account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from auditor.configuring import configuring
from auditor.options import (
    EXISTING,
    access,
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

if TYPE_CHECKING:
    from auditor.console import Console
    from auditor.organization.scan import Many
    from auditor.scan import Scan
    from auditor.targets import Access


@click.command()
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


@click.command()
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
