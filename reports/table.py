"""The report as text for a terminal: what a person understands at a glance."""

from __future__ import annotations

import re
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Final

import click

from auditor.baseline import MENDED, told
from auditor.severity import Severity, Status
from auditor.textual import inert, padded, shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.finding import Finding
    from auditor.report import GapFacts, Report

WIDTH: Final = 80
COMMAND: Final = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*)(?:::|##\[)", re.MULTILINE)
"""How GitHub's and Azure's runners know a command in the output of a step."""
LONGEST_SERVICE: Final = 26
"""Cells that a service's name may take beside the counts."""
TOP: Final = 10
"""How many findings and gaps are told in full; the rest is counted."""
COUNTED: Final = {"FAIL": "failed", "UNKNOWN": "unknown", "PARTIAL": "partly", "PASS": "passed"}
"""The statuses of controls that a framework's line counts, and what they are called there."""
COLOURS: Final = {Severity.CRITICAL: "magenta", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def render(report: Report, *, width: int = WIDTH, colour: bool = False) -> str:
    """Return the summary in lines of at most ``width`` cells (80 at least), coloured for a terminal or plain."""
    page = _Page(report, max(width, WIDTH), colour)
    blocks = ["\n".join(map(_no_command, block)) for block in page.blocks()]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _no_command(lines: str) -> str:
    """Return lines none of which a CI system takes for a command: names and policies are written by whoever can."""
    return COMMAND.sub("\\1\N{REPLACEMENT CHARACTER}", lines)


class _Page:
    def __init__(self, report: Report, width: int, colour: bool) -> None:  # noqa: FBT001 - one caller, above
        self.report = report
        self.width = width
        self.colour = colour
        self.titles = {check.id: check.title for check in report.checks}
        self.failed = sorted(
            (each for each in report.findings if each.status is Status.FAIL),
            key=lambda each: (each.known_since is not None, each.severity.rank),
        )

    def blocks(self) -> Iterator[Iterable[str]]:
        yield self._heading()
        yield self._scores()
        yield self._counts()
        yield self._top()
        yield self._accepted()
        yield self._mended()
        yield self._errors()
        yield self._gaps()
        yield self._frameworks()
        yield (self._wrapped(f"! {warning}", "  ") for warning in self.report.audit.warnings)

    def _styled(self, text: str, **style: bool | str) -> str:
        return click.style(text, **style) if self.colour else text  # type: ignore[arg-type]

    def _wrapped(self, text: str, indent: str) -> str:
        return textwrap.fill(
            inert(text), self.width, initial_indent=indent[:-2], subsequent_indent=indent, break_on_hyphens=False
        )

    def _heading(self) -> Iterator[str]:
        audit = self.report.audit
        place = audit.regions[0] if len(audit.regions) == 1 else f"{len(audit.regions)} regions"
        facts = f"{place} · {audit.checks_run} checks · {audit.at:%Y-%m-%d %H:%M} UTC"
        accounts = " ".join(audit.accounts)
        yield f"{self._styled(f'AWS account {accounts}', bold=True)} · {facts}"
        if audit.partial:
            yield self._styled("The audit was interrupted: what was not read is unknown.", fg="yellow")

    def _scores(self) -> Iterator[str]:
        report = self.report
        score = "none" if report.score is None else f"{report.score:g} of 100"
        asked = len(report.findings)
        undecided = sum(not each.status.decided for each in report.findings)
        yield f"  Score     {self._styled(score, bold=True)}"
        answered = f"{asked - undecided:,} of {asked:,} questions answered"
        yield f"  Coverage  {self._styled(f'{report.coverage:g} %', bold=True)}   {answered}"
        if report.baseline:
            yield f"  Baseline  {told(report.baseline)}"

    def _counts(self) -> Iterator[str]:
        """Yield failures by service and severity."""
        count = Counter((each.service, each.severity) for each in self.failed)
        unknown = Counter(each.service for each in self.report.findings if not each.status.decided)
        services = [tally.name for tally in self.report.services]
        if not services:
            return
        titles = [severity.value for severity in Severity]
        room = min(LONGEST_SERVICE, max(map(len, ("Failed", *services))))
        heads = "".join(f"{each:>10}" for each in (*titles, "unknown"))
        yield self._styled(f"  {'Failed':<{room}}{heads}", bold=True)
        for service in services:
            cells = [self._cell(count[service, severity], severity) for severity in Severity]
            open_ = f"{unknown[service] or '·':>10}"
            yield f"  {padded(shortened(service, room), room)}{''.join(cells)}{open_}"

    def _cell(self, count: int, severity: Severity) -> str:
        text = f"{count or '·':>10}"
        return self._styled(text, fg=COLOURS[severity], bold=True) if count else text

    def _top(self) -> Iterator[str]:
        if not self.failed:
            return
        yield self._styled("  What to mend first", bold=True)
        for finding in self.failed[:TOP]:
            known = f"known since {finding.known_since}: " if finding.known_since else ""
            yield from self._finding(finding, known + finding.problems[0].summary)
        if len(self.failed) > TOP:
            yield f"  … and {len(self.failed) - TOP:,} more: `--output-format html=report.html` shows them all"

    def _mended(self) -> Iterator[str]:
        """Yield the failures that the baseline knows and that are none any more."""
        former = self.report.baseline.former if self.report.baseline else ()
        mended = [each for each in former if each.fate in MENDED]
        if mended:
            yield self._styled("  Fixed since the baseline", bold=True)
        for each in mended[:TOP]:
            yield f"  {each.fate.lower():<9}{each.check}  {shortened(each.resource, self.width - 13 - len(each.check))}"
        if len(mended) > TOP:
            yield f"  … and {len(mended) - TOP:,} more"

    def _accepted(self) -> Iterator[str]:
        """Yield the failures that exceptions cover, with who answers for them."""
        accepted = [(each, each.accepted) for each in self.report.findings if each.accepted]
        if accepted:
            yield self._styled("  Accepted", bold=True)
        for finding, by in accepted[:TOP]:
            yield from self._finding(finding, f"until {by.expires} by {by.owner}: {by.reason}")
        if len(accepted) > TOP:
            yield f"  … and {len(accepted) - TOP:,} more"

    def _finding(self, finding: Finding, note: str) -> Iterator[str]:
        severity = self._styled(f"{finding.severity.value.upper():<9}", fg=COLOURS[finding.severity], bold=True)
        place = "" if finding.region == "global" else f" ({finding.region})"
        room = self.width - 11 - len(finding.check) - 2 - len(place)
        yield f"  {severity}{finding.check}  {shortened(finding.resource.name, max(room, 12))}{place}"
        yield self._wrapped(shortened(note, 2 * self.width), " " * 13)

    def _errors(self) -> Iterator[str]:
        errors = [each for each in self.report.findings if each.status is Status.ERROR]
        if errors:
            yield self._styled("  Checks that failed to run (please report them)", bold=True)
        for finding in errors[:TOP]:
            yield self._wrapped(f"{finding.check}: {shortened(finding.error, 2 * self.width)}", "    ")

    def _gaps(self) -> Iterator[str]:
        gaps: Sequence[GapFacts] = sorted(self.report.gaps, key=lambda gap: -gap.findings)
        if gaps:
            yield self._styled("  What AWS did not tell", bold=True)
        for gap in gaps[:TOP]:
            answers = "1 answer" if gap.findings == 1 else f"{gap.findings:,} answers"
            yield self._wrapped(f"{gap.operation}: {gap.code}, {answers} missing: {gap.remedy}", "    ")
        if len(gaps) > TOP:
            yield f"  … and {len(gaps) - TOP:,} more operations"

    def _frameworks(self) -> Iterator[str]:
        """Yield each framework's score and how many of its controls have which status."""
        if not self.report.frameworks:
            return
        titles = "".join(f"{title:>8}" for title in ("score", *COUNTED.values(), "total"))
        yield self._styled(f"  {padded('Frameworks', 28)}{titles}", bold=True)
        for framework in self.report.frameworks:
            count = Counter(control.status for control in framework.controls)
            score = "none" if framework.tally.score is None else f"{framework.tally.score:g}"
            cells = [score, *(str(count[status] or "·") for status in COUNTED), str(len(framework.controls))]
            yield f"  {padded(shortened(framework.id, 28), 28)}" + "".join(f"{cell:>8}" for cell in cells)
