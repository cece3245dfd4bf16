"""The commands that ask who can do what: `can`, `who-can`, `paths`. They answer in text and by their exit code."""

from __future__ import annotations

import functools
import shutil
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from auditor.configuring import configuring
from auditor.exit_codes import ExitCode
from auditor.options import EXISTING, access, option, plainly, reaching, together
from auditor.request import Unseen
from auditor.textual import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.inquiry.deciding import Inquiry, Standing
    from auditor.inquiry.opening import Opening

F = TypeVar("F", bound="Callable[..., Any]")
MIN_WIDTH: Final = 40
MAX_WIDTH: Final = 100
CODES: Final = {
    "allowed": ExitCode.FINE,
    "denied": ExitCode.GATE_FAILED,
    "conditional": ExitCode.INCOMPLETE,
    "unknown": ExitCode.INCOMPLETE,
}
"""The exit code of each answer."""
EPILOG: Final = "Exit codes: 0 allowed, 1 denied, 2 wrong usage or credentials, 3 it depends or is not known."

telling = click.option(
    "--context",
    "told",
    multiple=True,
    metavar="KEY=VALUE",
    help="What the request has, such as aws:SourceIp=10.0.0.1; KEY= for what it does not have.",
)


def seeing(function: F) -> F:
    """Turn an account whose principals could not be listed into the answer that nothing is known."""

    @functools.wraps(function)
    def run(*arguments: Any, **options: Any) -> Any:
        form = options["form"]
        try:
            return function(*arguments, **options)
        except Unseen as unseen:
            from auditor.inquiry import documents, pages
            from auditor.inquiry.view import Unread

            unread = Unread.of("the account's users and roles", unseen)
            json = documents.written(documents.unread_document(unread)) if form == "json" else ""
            put([json or pages.unread_page(unread, width=_width())])
            return ExitCode.INCOMPLETE

    return run  # type: ignore[return-value]


def asking(*forms: str) -> Callable[[F], F]:
    """Return the options of every question, which is printed as one of ``forms``, the first one by default."""
    return together(
        option("--from", "replay", type=EXISTING, metavar="FILE", help="Ask a recording instead of an account."),
        # Without a variable of its own: it would be that of commands that print other formats.
        click.option(
            "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help="How to print it."
        ),
        option("--verbose", "-v", is_flag=True, help="Tell also of statements that do not apply."),
        option("--quiet", "-q", is_flag=True, help="Print the answer alone."),
        reaching,
        configuring,
        plainly,
        seeing,
    )


@click.command(epilog=EPILOG)
@click.argument("principal")
@click.argument("action")
@click.argument("resource")
@telling
@asking("text", "json")
def can(principal: str, form: str, **options: Any) -> int:
    """Tell whether PRINCIPAL can do ACTION to RESOURCE, and by which statements of which policies.

    PRINCIPAL is an ARN, the name of a user or role, `root`, another account's id, a service such as
    lambda.amazonaws.com, or '*' for who is not signed in. ACTION is one such as s3:GetObject, RESOURCE an ARN or '*'.
    """
    from auditor.inquiry import documents, pages
    from auditor.inquiry.subjects import principal_named

    inquiry = _inquiry(options)
    account = inquiry.view.account
    caller = principal_named(principal, account.id, account.partition, inquiry.principals)
    answer = inquiry.answer(caller)
    if form == "json":
        put([documents.written(documents.answer_document(inquiry.view, inquiry.question, answer))])
    else:
        put([pages.answer_page(inquiry.question, answer, width=_width(), verbose=options["verbose"])])
    return _code(answer.standing)


@click.command("who-can", epilog=EPILOG.replace("allowed", "somebody can").replace("denied", "nobody can"))
@click.argument("action")
@click.argument("resource")
@telling
@asking("text", "json")
def who_can(form: str, **options: Any) -> int:
    """List who can do ACTION to RESOURCE, in the account and from outside, and on what conditions.

    ACTION is one such as s3:GetObject, RESOURCE an ARN or '*'.
    """
    from auditor.inquiry import audience, documents, pages

    inquiry = _inquiry(options)
    found = audience.who_can(inquiry)
    if form == "json":
        put([documents.written(documents.audience_document(inquiry.view, inquiry.question, found))])
    else:
        put([pages.audience_page(inquiry.question, found, width=_width(), verbose=options["verbose"])])
    return _code(found.standing)


@click.command(epilog=EPILOG.replace("allowed", "there is a way").replace("denied", "there is none"))
@option("--principal", default="", metavar="PRINCIPAL", help="Only the ways of this user or role: a name or an ARN.")
@asking("text", "json", "mermaid", "svg")
def paths(principal: str, form: str, **options: Any) -> int:
    """List who can become an administrator of the account, by which steps.

    The shortest way of each user and role, each step proved by the decisions of AWS's own logic on its requests.
    """
    from auditor import graph
    from auditor.inquiry import documents, routes
    from auditor.inquiry.subjects import identity_named

    view = _opening(options).principals()
    account = view.account
    chosen = identity_named(principal, account) if principal else ""
    found = routes.routes(view, graph.escalation(account), chosen)
    written = {
        "text": lambda: routes.routes_page(found, width=_width(), verbose=options["verbose"]),
        "json": lambda: documents.written(routes.routes_document(found)),
        "mermaid": lambda: graph.mermaid(found.chains),
        "svg": lambda: graph.svg(found.chains, title=f"Ways to an administrator of account {account.id}", page=True),
    }
    put([written[form]()])
    return _code(found.standing)


def _inquiry(options: dict[str, Any]) -> Inquiry:
    """Return what is asked, of the account or recording that the options name."""
    from auditor.inquiry.deciding import Inquiry
    from auditor.inquiry.subjects import context_given, question

    asked = question(options.pop("action"), options.pop("resource"), context_given(options.pop("told")))
    return Inquiry(_opening(options).rights(asked.resource), asked)


def _opening(options: dict[str, Any]) -> Opening:
    from auditor.console import Console
    from auditor.inquiry.opening import Opening

    return Opening(access(options), options.pop("replay"), Console(options.pop("quiet")))


def _width() -> int:
    return max(MIN_WIDTH, min(shutil.get_terminal_size((80, 24)).columns, MAX_WIDTH))


def _code(standing: Standing) -> ExitCode:
    return CODES[standing.value]
