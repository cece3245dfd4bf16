"""The report as text for a terminal: what a person understands at a glance."""

from __future__ import annotations

import re
import textwrap
from collections import Counter, defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final

import click

from auditor.baseline import told
from auditor.priority import first
from auditor.severity import Severity, Status
from auditor.sight import MENDED
from auditor.textual import inert, padded, shortened, width_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.finding import Finding
    from auditor.report import GapFacts, HistoryFacts, Report, Tally

WIDTH: Final = 80
COMMAND: Final = re.compile(r"^((?:\s|\x1b\[[0-9;]*m)*)(?:::|##\[)", re.MULTILINE)
"""How GitHub's and Azure's runners know a command in the output of a step."""
LONGEST_SERVICE: Final = 22
"""Cells that a service's name may take beside the counts."""
NAMED: Final = 3
"""Accounts up to which the heading names them."""
WORST: Final = 10
"""How many accounts are told of many."""
INDENT: Final = 13
"""Cells before what is told of a finding below its name."""
TOP: Final = 10
"""How many findings and gaps are told in full; the rest is counted."""
LONGEST_COMMAND: Final = 4
"""Lines that a fix's command may take."""
WORD: Final = re.compile(r"""(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\])+""")
"""A word of a shell's command, which no line may end in."""
EFFORTS: Final = ("downtime", "replacement", "cost")
"""What a fix may cause."""
GRANTED: Final = 20
"""How many missing permissions are named."""
COUNTED: Final = {"FAIL": "failed", "UNKNOWN": "unknown", "PARTIAL": "partly", "PASS": "passed"}
"""The statuses of controls that a framework's line counts, and what they are called there."""
COLOURS: Final = {Severity.CRITICAL: "magenta", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def render(report: Report, *, width: int = WIDTH, colour: bool = False) -> str:
    """Return the summary in lines of at most ``width`` cells (80 at least), coloured for a terminal or plain."""
    page = _Page(report, max(width, WIDTH), colour)
    blocks = ["\n".join(map(_no_command, block)) for block in page.blocks()]
    return "\n\n".join(block for block in blocks if block) + "\n"


def command_lines(command: str, width: int) -> list[str]:
    """Return a shell command in lines that can be copied; none where it does not fit into :data:`LONGEST_COMMAND`."""
    lines: list[str] = []
    for word in WORD.findall(command):
        if lines and len(lines[-1]) + len(word) + len(" \\") < width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > LONGEST_COMMAND or any(width_of(each) > width - len(" \\") for each in lines):
        return []
    return [f"{each} \\" for each in lines[:-1]] + lines[-1:]


def _words(finding: Finding, text: str, width: int) -> list[str]:
    """Return the advice on a failure in two lines, and where there is a command that is too long for here."""
    elsewhere = f"`auditor checks show {finding.check}` has the command. " if finding.fix else ""
    return textwrap.wrap(inert(elsewhere + text), width, max_lines=2, placeholder=" …", break_on_hyphens=False)


def _no_command(lines: str) -> str:
    """Return lines none of which a CI system takes for a command: names and policies are written by whoever can."""
    return COMMAND.sub("\\1\N{REPLACEMENT CHARACTER}", lines)


class _Page:
    def __init__(self, report: Report, width: int, colour: bool) -> None:  # noqa: FBT001 - one caller, above
        self.report = report
        self.width = width
        self.colour = colour
        self.fixes = {check.id: check.fix for check in report.checks}
        self.failed = first(report)

    def blocks(self) -> Iterator[Iterable[str]]:
        yield self._heading()
        yield self._scores()
        yield self._accounts()
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
        many = f"{len(audit.accounts)} AWS accounts"
        accounts = f"AWS account {' '.join(audit.accounts)}" if len(audit.accounts) <= NAMED else many
        yield f"{self._styled(accounts, bold=True)} · {facts}"
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
            yield self._fact("Baseline", told(report.baseline))
        if report.history:
            yield from self._changes(report.history)

    def _changes(self, history: HistoryFacts) -> Iterator[str]:
        """Yield what changed since the run before this one, and how fast failures are mended."""
        *former, run = history.runs
        if not former:
            yield self._fact("History", "this is the first audit that it keeps of this account")
            return
        counts = f"{len(history.new)} new, {len(history.reopened)} reopened, {len(history.fixed)} fixed"
        last = former[-1]
        asked = "" if (last.checks, last.regions) == (run.checks, run.regions) else ", but other things were asked"
        then = "" if last.score is None else f"; the score was {last.score:g}{asked}"
        yield self._fact("History", f"{counts} since {last.at:%Y-%m-%d %H:%M} UTC{then}")
        paces = [(each.severity.value, each.mean_days_to_fix) for each in history.pace]
        means = [f"{severity} {days:.1f}" for severity, days in paces if days is not None]
        if means:
            yield self._fact("", f"mean days to fix: {', '.join(means)}")

    def _fact(self, label: str, text: str) -> str:
        """Return a line on the audit as a whole, and its further lines, under the label."""
        return textwrap.fill(inert(text), self.width, initial_indent=f"  {label:<10}", subsequent_indent=" " * 12)

    def _counts(self) -> Iterator[str]:
        """Yield failures by service and severity, of the services that are not flawless."""
        count = Counter((each.service, each.severity) for each in self.failed)
        unknown = Counter(each.service for each in self.report.findings if not each.status.decided)
        flawed = {service for service, _ in count} | unknown.keys()
        yield from self._rows([each for each in self.report.services if each.name in flawed], count, unknown)
        flawless = [each.name for each in self.report.services if each.name not in flawed]
        if flawless:
            yield self._wrapped(f"Nothing fails in {', '.join(flawless)}", "    ")

    def _accounts(self) -> Iterator[str]:
        """Yield failures by account, where there are several: the worst accounts."""
        accounts = sorted(self.report.accounts, key=lambda each: (each.score or 0, each.name))
        if len(accounts) > 1:
            count = Counter((each.account, each.severity) for each in self.failed)
            unknown = Counter({each.name: each.unknown + each.error for each in accounts})
            yield from self._rows(accounts[:WORST], count, unknown)
            if len(accounts) > WORST:
                yield f"    … and {len(accounts) - WORST} more accounts, with better scores"

    def _rows(
        self, tallies: Sequence[Tally], count: Counter[tuple[str, Severity]], unknown: Counter[str]
    ) -> Iterator[str]:
        if tallies:
            room = min(LONGEST_SERVICE, max(map(len, ("Failed", *(each.name for each in tallies)))))
            heads = "".join(f"{each:>9}" for each in (*(each.value for each in Severity), "unknown", "score"))
            yield self._styled(f"  {'Failed':<{room}}{heads}", bold=True)
            yield from (self._row(each, count, unknown[each.name], room) for each in tallies)

    def _row(self, tally: Tally, count: Counter[tuple[str, Severity]], unknown: int, room: int) -> str:
        cells = "".join(self._cell(count[tally.name, severity], severity) for severity in Severity)
        score = "none" if tally.score is None else f"{tally.score:.1f}"
        return f"  {padded(shortened(tally.name, room), room)}{cells}{unknown or '·':>9}{score:>9}"

    def _cell(self, count: int, severity: Severity) -> str:
        text = f"{count or '·':>9}"
        return self._styled(text, fg=COLOURS[severity], bold=True) if count else text

    def _top(self) -> Iterator[str]:
        """Yield the checks to mend first, each by its first failure."""
        groups: dict[tuple[str, bool], list[Finding]] = defaultdict(list)
        for finding in self.failed:
            groups[finding.check, finding.known_since is None].append(finding)
        if groups:
            yield self._styled("  What to mend first", bold=True)
        for finding, *others in islice(groups.values(), TOP):
            known = f"known since {finding.known_since}: " if finding.known_since else ""
            more = f" and {len(others):,} more" if others else ""
            yield from self._finding(finding, known + finding.problems[0].summary, more)
            yield from self._hint(finding)
        left = [*groups.values()][TOP:]
        if left:
            checks = "1 more check" if len(left) == 1 else f"{len(left)} more checks"
            yield f"  … and {sum(map(len, left)):,} more by {checks}: `--output-format html=report.html` shows all"

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

    def _finding(self, finding: Finding, note: str, more: str = "") -> Iterator[str]:
        severity = self._styled(f"{finding.severity.value.upper():<9}", fg=COLOURS[finding.severity], bold=True)
        place = ("" if finding.region in {"global", finding.resource.name} else f" ({finding.region})") + more
        room = self.width - INDENT - len(finding.check) - len(place)
        yield f"  {severity}{finding.check}  {shortened(finding.resource.name, max(room, 12))}{place}"
        yield self._wrapped(shortened(note, 2 * self.width), " " * INDENT)

    def _hint(self, finding: Finding) -> Iterator[str]:
        """Yield how to mend a failure: the command, broken as a shell takes it, where it is short; else in words."""
        fix = self.fixes.get(finding.check)
        causes = [each for each in EFFORTS if getattr(fix, each, False)]
        label = f"fix ({', '.join(causes)}): " if causes else "fix: "
        indent = " " * (INDENT - 2 + len(label))
        room = self.width - len(indent)
        lines = command_lines(inert(finding.fix), room) or _words(finding, fix.text if fix else "", room)
        for number, line in enumerate(lines):
            yield (indent if number else f"{'':{INDENT - 2}}{label}") + line

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
        yield from self._grant()

    def _grant(self) -> Iterator[str]:
        """Yield the permissions that would show the rest."""
        statements = self.report.missing_permissions.get("Statement", ())
        actions = [action for statement in statements for action in statement["Action"]]
        if actions:
            more = f" and {len(actions) - GRANTED} more" if len(actions) > GRANTED else ""
            yield self._wrapped(f"To see the rest, grant {', '.join(actions[:GRANTED])}{more}", "    ")
            yield self._wrapped("The report in JSON or HTML has them as a policy that is ready to attach.", "    ")

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
