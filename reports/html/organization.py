"""The overview of an organization whose findings are too many for one page: what leads to the accounts' own reports.

It is one file that a browser opens from disk. It has no script: its content security policy admits its style sheet
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from markupsafe import Markup

from auditor import priority
from auditor.severity import Severity
from reports.html.page import bundle, digest, template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.organization.examples import Example
    from auditor.priority import Work
    from auditor.report import Report, Tally
    from auditor.score import Kind

STYLES: Final = ("base", "summary", "overview", "sections", "organization")
FIRST: Final = 20
"""How many things to fix are told."""
MOST_GAPS: Final = 50


class Account(NamedTuple):
    """A row: what became of an account, why it is not audited, its own figures, and where its own report is."""

    id: str
    state: str
    reason: str
    tally: Tally
    link: str


def render(
    report: Report, counts: Mapping[Kind, int], accounts: Sequence[Account], examples: Mapping[str, Sequence[Example]]
) -> str:
    """Return the overview as one HTML document; the findings of ``report`` are not read.

    ``counts`` are how many findings there are of each kind, ``examples`` some failures of each check.
    """
    style = bundle("css", STYLES)
    return template("organization.html.j2").render(
        report=report,
        overview=Overview(report, counts, accounts),
        examples=examples,
        style=Markup(style),  # noqa: S704 - our own style sheet
        policy=f"default-src 'none'; style-src {digest(style)}; img-src data:; base-uri 'none'; form-action 'none'",
    )


class Overview:
    """The totals and orderings, for the template."""

    def __init__(self, report: Report, counts: Mapping[Kind, int], accounts: Sequence[Account]) -> None:
        self.accounts = sorted(accounts, key=_worst)
        self.left_out = [each for each in self.accounts if each.state != "AUDITED"]
        self.work: list[Work] = priority.work(report.checks, counts)[:FIRST]
        self.formula = priority.FORMULA
        self.gaps = sorted(report.gaps, key=lambda each: (-each.findings, each.operation))[:MOST_GAPS]
        self.asked = sum(counts.values())
        failed = {each.name: each.failed for each in report.severities}
        self.failures = [(severity.value, failed.get(severity.value, 0)) for severity in Severity]
        self.undecided = sum(each.unknown + each.error for each in report.severities)


def _worst(account: Account) -> tuple[bool, float, int, str]:
    tally = account.tally
    return account.state == "AUDITED", 101.0 if tally.score is None else tally.score, -tally.failed, account.id
