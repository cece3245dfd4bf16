"""The commands by name. Each is imported when it is asked for: starting stays cheap, however many there are."""

from __future__ import annotations

from collections import UserDict
from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from auditor import __version__


class Place(NamedTuple):
    """Where a command stands, as ``module:name``, and the first sentence of its help."""

    path: str
    summary: str


COMMANDS: Final = {
    "baseline": Place(
        "auditor.report_commands:baseline", "Keep the failures there are, so that the gate closes on new ones only."
    ),
    "can": Place(
        "auditor.inquiry_commands:can",
        "Tell whether PRINCIPAL can do ACTION to RESOURCE, and by which statements of which policies.",
    ),
    "checks": Place("auditor.listing_commands:checks", "List the checks of a selection."),
    "demo": Place(
        "auditor.audit_commands:demo",
        "Audit a sample account in an emulator: no AWS account, no credentials, no network.",
    ),
    "diff": Place(
        "auditor.report_commands:diff",
        "Print what changed between two audits: new, fixed and changed failures, and what is no longer seen.",
    ),
    "except": Place("auditor.authoring_commands:except_", "Accept failures, with a reason, an owner and a last day."),
    "frameworks": Place(
        "auditor.listing_commands:frameworks",
        "List the frameworks and how many controls of each are decided by checks.",
    ),
    "history": Place(
        "auditor.listing_commands:history",
        "Print the audits that a history remembers, with the trend of each account, or its open failures.",
    ),
    "lint": Place(
        "auditor.lint_command:lint",
        "Tell what AWS would refuse in policy FILES, and what it takes though it does not do what it says.",
    ),
    "new-check": Place(
        "auditor.authoring_commands:new_check",
        "Write a new check, service-subject-rule, and its three cases: green at once, to be changed.",
    ),
    "paths": Place(
        "auditor.inquiry_commands:paths", "List who can become an administrator of the account, by which steps."
    ),
    "permissions": Place(
        "auditor.listing_commands:permissions", "Print the least-privilege IAM policy that a selection needs."
    ),
    "plan": Place("auditor.listing_commands:plan", "Print the calls that a selection makes, without making any."),
    "push": Place("auditor.report_commands:push", "Send findings to a service of AWS."),
    "scan": Place("auditor.audit_commands:scan", "Audit an account, many of them, or a recording of one."),
    "schema": Place("auditor.listing_commands:schema", "Print the JSON Schema of the JSON report."),
    "who-can": Place(
        "auditor.inquiry_commands:who_can",
        "List who can do ACTION to RESOURCE, in the account and from outside, and on what conditions.",
    ),
}
"""Every command."""


class Commands(UserDict[str, Any]):
    """Commands by name, imported when they are looked up."""

    def __getitem__(self, name: str) -> click.Command:
        """Return a command; KeyError when there is none of that name."""
        module, _, attribute = self.data[name].path.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


class Program(click.Group):
    """A group that lists its commands without importing them."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].summary) for name in self.list_commands(ctx)])


@click.group(
    cls=Program,
    commands=Commands(COMMANDS),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="auditor")
def auditor() -> None:
    """Audit an AWS account for security and best practice.

    Exit codes: 0 fine, 1 the gate failed, 2 wrong usage or credentials, 3 too much could not be read, 130 interrupted.
    Every option can also be set in auditor.toml or as AUDITOR_<OPTION> in the environment.
    """
