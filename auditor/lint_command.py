"""The command that lints policy files, before they reach an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from auditor.exit_codes import ExitCode
from auditor.textual import inert, put

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.linter import Lapse

KINDS: Final = ("identity", "resource", "boundary", "session", "scp", "rcp", "endpoint")
"""The kinds of policies, by their names in lower case."""
GRADES: Final = ("error", "warning", "suggestion")
"""The grades of lapses, the gravest first."""


@click.command(epilog="Exit codes: 0 no lapse of the grade, 1 some, 2 wrong usage.")
@click.argument("files", nargs=-1, required=True, type=click.File("rb"))
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="identity",
    show_default=True,
    help="What kind of policies they are; a role's trust policy is of the kind resource.",
)
@click.option(
    "--fail-on",
    type=click.Choice(GRADES),
    default="error",
    show_default=True,
    help="Exit 1 for a lapse of this grade or graver.",
)
@click.option("--sids", is_flag=True, help="Ask for a Sid on every statement, too.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
def lint(files: tuple[Any, ...], kind: str, fail_on: str, form: str, *, sids: bool) -> int:
    """Tell what AWS would refuse in policy FILES, and what it takes though it does not do what it says.

    A file of - is standard input. Nothing is asked of AWS.
    """
    from auditor.policy import lint as lapses_of
    from auditor.policy.kinds import Kind

    found = [
        (file.name, lapse)
        for file in files
        for lapse in lapses_of(file.read().decode("utf-8", "replace"), Kind[kind.upper()], sids_wanted=sids)
    ]
    put([_json(found)] if form == "json" else _lines(found))
    grave = GRADES[: GRADES.index(fail_on) + 1]
    return ExitCode.GATE_FAILED if any(each.grade.value in grave for _, each in found) else ExitCode.FINE


def _lines(found: list[tuple[str, Lapse]]) -> Iterator[str]:
    for name, lapse in found:
        yield inert(f"{name}: {lapse.grade.value}: {lapse} [{lapse.code}]") + "\n"


def _json(found: list[tuple[str, Lapse]]) -> str:
    import msgspec

    rows = [
        {
            "file": name,
            "statement": lapse.statement,
            "sid": lapse.sid,
            "code": lapse.code,
            "grade": lapse.grade.value,
            "words": lapse.words,
            "value": lapse.value,
            "reference": lapse.rule.reference,
        }
        for name, lapse in found
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2).decode() + "\n"
