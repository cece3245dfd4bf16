"""Command-line options that several commands share, and the values they make."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from auditor import completion
from auditor.errors import AuditorError
from auditor.product import NAME
from auditor.severity import Severity

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.catalogue import Catalogue
    from auditor.gate import Gate
    from auditor.organization.scan import Many
    from auditor.registry import Selection
    from auditor.scan import Basis
    from auditor.targets import Access

F = TypeVar("F", bound="Callable[..., Any]")
SEVERITIES: Final = click.Choice([each.value for each in Severity])
EXISTING: Final = click.Path(exists=True, path_type=Path)
WRITABLE: Final = click.Path(dir_okay=False, path_type=Path)


def plainly(function: F) -> F:
    """Turn the errors that tell the user what to do into a message and exit code 2."""

    @functools.wraps(function)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return function(*arguments, **options)
        except AuditorError as error:
            raise click.UsageError(str(error)) from error

    return run  # type: ignore[return-value]


def option(name: str, *more: str, **settings: Any) -> Callable[[F], F]:
    """Return a click option that the environment variable ``AUDITOR_<NAME>`` also sets."""
    variable = "AUDITOR_" + name.split("/", maxsplit=1)[0].removeprefix("--").upper().replace("-", "_")
    return click.option(name, *more, envvar=variable, show_envvar=False, **settings)


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return a decorator that adds ``options`` in the order they stand."""
    return lambda function: functools.reduce(lambda done, add: add(done), reversed(options), function)


formatting = option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "jsonl"]),
    default="table",
    show_default=True,
    help="How to print it: for a person, as JSON, or as JSON Lines.",
)
"""The option of the commands that list."""

adding = together(
    option(
        "--checks",
        "folders",
        multiple=True,
        metavar="PATH",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="A folder of further checks, your own.",
    ),
    option(
        "--framework-file",
        "framework_files",
        multiple=True,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A further framework, your own: a TOML file like those of checks/frameworks.",
    ),
)
"""Options that add to the built-in checks and frameworks; :func:`catalogue` reads them."""


def catalogue(options: dict[str, Any]) -> Catalogue:
    """Take the adding options out of ``options`` and return all the checks and frameworks there are with them."""
    from auditor.catalogue import load

    return load(options.pop("folders"), options.pop("framework_files"))


_checks = functools.partial(option, multiple=True, metavar="ID", shell_complete=completion.checks)
_services = functools.partial(option, multiple=True, metavar="NAME", shell_complete=completion.services)
_frameworks = functools.partial(option, multiple=True, metavar="ID", shell_complete=completion.frameworks)

selecting = together(
    _checks("--check", help="Only this check; may be a pattern such as 's3-*'."),
    _services("--service", help="Only checks of this service."),
    option("--severity", multiple=True, type=SEVERITIES, help="Only checks of this severity."),
    _frameworks("--framework", help="Only checks of this framework."),
    _checks("--exclude-check", help="Leave this check out; may be a pattern."),
    _services("--exclude-service", help="Leave this service out."),
    option("--exclude-severity", multiple=True, type=SEVERITIES, help="Leave this severity out."),
    _frameworks("--exclude-framework", help="Leave this framework's checks out."),
    adding,
)
"""Options that choose checks, of which :func:`selection` reads all but those of :data:`adding`."""

SELECTING: Final = (
    "check",
    "service",
    "severity",
    "framework",
    "exclude_check",
    "exclude_service",
    "exclude_severity",
    "exclude_framework",
)


def selection(options: dict[str, Any]) -> Selection:
    """Take the selecting options out of ``options`` and return what they select."""
    from auditor.registry import Selection

    chosen = {name: options.pop(name) for name in SELECTING}
    return Selection(
        checks=chosen["check"],
        services=chosen["service"],
        severities=tuple(map(Severity, chosen["severity"])),
        frameworks=chosen["framework"],
        exclude_checks=chosen["exclude_check"],
        exclude_services=chosen["exclude_service"],
        exclude_severities=tuple(map(Severity, chosen["exclude_severity"])),
        exclude_frameworks=chosen["exclude_framework"],
    )


judging = together(
    selecting,
    option(
        "--exceptions",
        multiple=True,
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A TOML file of failures that are accepted until a day, beside those of auditor.toml.",
    ),
)
"""Options that say what to judge by, which :func:`basis` reads together with the configuration."""

JUDGING: Final = ("folders", "framework_files", "exceptions", "config")


def basis(options: dict[str, Any]) -> Basis:
    """Take the judging options and the configuration out of ``options`` and return what to judge by."""
    from auditor.scan import Basis

    return Basis(selection(options), **{name: options.pop(name) for name in JUDGING})


reaching = together(
    option("--profile", default="", help="The profile of the AWS configuration to use."),
    option("--role-arn", multiple=True, metavar="ARN", help="A role to assume; repeat it for a chain, in order."),
    option("--external-id", default="", help="The external id that the roles' trust policies ask for."),
    option("--session-name", default=NAME, show_default=True, help="The name in CloudTrail."),
    option(
        "--duration",
        type=click.IntRange(900, 43200),
        default=3600,
        show_default=True,
        metavar="SECONDS",
        help="How long assumed credentials last before they are renewed.",
    ),
    option("--region", multiple=True, help="A region to audit; default: every region enabled for the account."),
    option("--endpoint-url", default="", metavar="URL", help="An emulator or private endpoint to ask instead of AWS."),
    option(
        "--timeout",
        type=click.FloatRange(min=0.1),
        default=20.0,
        show_default=True,
        metavar="SECONDS",
        help="How long to wait for one reply.",
    ),
    option("--workers", type=click.IntRange(1, 256), default=48, show_default=True, help="Calls to AWS at once."),
)
"""Options that say which account to audit and how to reach it."""

REACHING: Final = ("profile", "external_id", "session_name", "duration", "endpoint_url", "timeout", "workers")


def access(options: dict[str, Any]) -> Access:
    """Take the reaching options out of ``options`` and return how to reach the account."""
    from auditor.targets import Access

    chosen = {name: options.pop(name) for name in REACHING}
    return Access(role_arns=options.pop("role_arn"), regions=options.pop("region"), **chosen)


reporting = together(
    option(
        "--output-format",
        multiple=True,
        metavar="FORMAT[=PATH]",
        shell_complete=completion.formats,
        help="A report to write, to a file or to standard output: asff, csv, github, gitlab, html, json, jsonl, "
        "junit, markdown, ocsf, sarif, table, or a plugin's.",
    ),
    option("--record", type=WRITABLE, metavar="FILE", help="Keep the replies, to audit them again with --from."),
    option(
        "--history",
        type=WRITABLE,
        metavar="FILE",
        help="Add the audit to this history, made where there is none, and tell what changed since the one before.",
    ),
    option("--quiet", "-q", is_flag=True, help="Print nothing but warnings and what was asked for."),
    option("--verbose", "-v", is_flag=True, help="Tell what is called and how long each part takes."),
    option("--color/--no-color", "colour", default=None, help="Colour the output; default: on a terminal."),
)
"""Options that say what to write."""


class Score(click.FloatRange):
    """A score of 0 to 100. NaN is none, though no range excludes it: a gate on it would never close."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; fail where it is not 0 to 100."""
        score: float = super().convert(value, param, ctx)
        if score != score:  # noqa: PLR0124 - only NaN differs from itself
            self.fail("nan is not a score", param, ctx)
        return score


SCORE: Final = Score(0, 100)


class FrameworkScore(click.ParamType[tuple[str, float]]):
    """A framework's id and the least score demanded of it, written ``ID=SCORE``."""

    name = "ID=SCORE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Return the id and the score; fail where either is missing or the score is not 0 to 100."""
        if isinstance(value, tuple):
            return value
        framework, _, score = str(value).rpartition("=")
        if not framework:
            self.fail(f"{value!r} is not a framework's id and a score, such as cis-aws-foundations-7.0=90", param, ctx)
        return framework, SCORE.convert(score, param, ctx)


organizing = together(
    option("--organization", is_flag=True, help="Audit the accounts of the caller's organization."),
    option(
        "--accounts-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Audit the accounts that this names: TOML, CSV with a header, or an id a line.",
    ),
    option("--ou", "units", multiple=True, metavar="UNIT", help="Only accounts below this unit: its id, name or path."),
    option(
        "--account-tag",
        "tags",
        multiple=True,
        metavar="KEY=VALUE",
        help="Only accounts with this tag in AWS Organizations; VALUE may be a pattern.",
    ),
    option("--exclude-account", "excluded", multiple=True, metavar="ID", help="Leave this account out."),
    option(
        "--member-role",
        default=NAME,
        show_default=True,
        metavar="NAME",
        help="The role to assume in every account but the caller's own.",
    ),
    option(
        "--accounts-at-once",
        type=click.IntRange(1, 32),
        default=4,
        show_default=True,
        help="Accounts audited beside one another.",
    ),
    option(
        "--per-account-output",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Write each account's own report to DIR/ACCOUNT, as soon as it is finished.",
    ),
)
"""Options that say which accounts to audit, which :func:`many` reads."""

ORGANIZING: Final = (
    *("organization", "accounts_file", "units", "tags", "excluded"),
    *("member_role", "accounts_at_once", "per_account_output"),
)


def many(options: dict[str, Any]) -> Many | None:
    """Take the organizing options out of ``options`` and return which accounts they name; None for the caller's own."""
    chosen = {name: options.pop(name) for name in ORGANIZING}
    if chosen["organization"] and chosen["accounts_file"]:
        raise click.UsageError("--organization and --accounts-file contradict each other: give one of them")
    if not chosen["organization"] and (chosen["units"] or chosen["tags"]):
        raise click.UsageError("--ou and --account-tag choose among the accounts of --organization: give that, too")
    if not (chosen["organization"] or chosen["accounts_file"]):
        if chosen["excluded"] or chosen["per_account_output"]:
            raise click.UsageError(
                "--exclude-account and --per-account-output are for many accounts: give --organization, too"
            )
        return None
    from auditor.organization.scan import Many

    return Many.given(chosen)


gating = together(
    option(
        "--fail-on",
        type=click.Choice([*SEVERITIES.choices, "none"]),
        default="none",
        show_default=True,
        help="Exit 1 when a finding of this severity or graver fails.",
    ),
    option("--min-score", type=SCORE, metavar="SCORE", help="Exit 1 when the score is lower, 3 when there is none."),
    option(
        "--min-framework-score",
        multiple=True,
        type=FrameworkScore(),
        metavar="ID=SCORE",
        help="Exit 1 when the score of this framework is lower, 3 when it has none.",
    ),
    option(
        "--max-unknown",
        type=click.IntRange(min=0),
        metavar="N",
        help="Exit 3 when more findings than this are undecided; default: any of critical or high severity.",
    ),
    option("--baseline", type=EXISTING, metavar="FILE", help="Let --fail-on look at failures that this does not know."),
)
"""Options that say when to fail; :func:`gate` reads all but the baseline."""


def gate(options: dict[str, Any]) -> Gate:
    """Take the gating options out of ``options`` and return the gate they make."""
    from auditor.gate import Gate

    fail_on = options.pop("fail_on")
    return Gate(
        fail_on=None if fail_on == "none" else Severity(fail_on),
        max_unknown=options.pop("max_unknown"),
        min_score=options.pop("min_score"),
        min_framework_score=options.pop("min_framework_score"),
    )
