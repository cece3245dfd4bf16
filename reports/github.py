"""The report as annotations of a GitHub Actions run: workflow commands, printed for the runner to read.

GitHub shows ten annotations of each level from a step and fifty from a job. Each level so has at most ten here: what
the baseline does not know and what is gravest first; where there is more, the last one tells how much.

Limits: https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.severity import Severity, Status
from reports.wording import line, new_first, told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.finding import Finding
    from auditor.report import Report

LIMIT: Final = 10
LEVELS: Final = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
PERMISSIONS: Final = 20
"""How many permissions to grant are named."""


def stream(report: Report) -> Iterator[str]:
    """Yield a command a line, errors first."""
    levels: dict[str, list[str]] = {"error": [], "warning": [*_blind_spots(report)], "notice": [*_accepted(report)]}
    for finding in new_first(report.findings):
        if finding.status is Status.FAIL:
            level = LEVELS[finding.severity]
            levels[level].append(_annotation(level, finding) if len(levels[level]) <= LIMIT else "")
    for level, commands in levels.items():
        yield from commands[: LIMIT if len(commands) <= LIMIT else LIMIT - 1]
        if len(commands) > LIMIT:
            rest = f"{len(commands) - LIMIT + 1:,} more"
            text = f"{rest}: GitHub shows {LIMIT} of each level. Another report has them all."
            yield _command(level, "AWS account audit", text)


def _annotation(level: str, finding: Finding) -> str:
    place = "" if finding.region == "global" else f" ({line(finding.region, 100)})"
    name = line(finding.resource.name or finding.resource.id, 200)
    return _command(level, f"{finding.severity.value.upper()} {finding.check}", f"{name}{place}: {told(finding)}")


def _blind_spots(report: Report) -> Iterator[str]:
    """Yield a warning on what AWS did not tell, and one on the checks that broke."""
    unknown = sum(finding.status is Status.UNKNOWN for finding in report.findings)
    if unknown:
        wanted = sorted({gap.permission for gap in report.gaps if gap.permission})
        grant = f": it takes {', '.join(wanted[:PERMISSIONS])}{', …' if wanted[PERMISSIONS:] else ''}" if wanted else ""
        text = f"{unknown:,} of {len(report.findings):,} questions have no answer, as AWS did not tell{grant}"
        yield _command("warning", "Not everything could be read", text)
    broken = sorted({finding.check for finding in report.findings if finding.status is Status.ERROR})
    if broken:
        yield _command("warning", "Checks failed to run", f"please report them: {', '.join(broken[:PERMISSIONS])}")
    for warning in report.audit.warnings[:3]:
        yield _command("warning", "AWS account audit", warning)


def _accepted(report: Report) -> Iterator[str]:
    accepted = sum(finding.status is Status.ACCEPTED for finding in report.findings)
    if accepted:
        yield _command("notice", "Accepted", f"failures that exceptions accept: {accepted:,}")


def _command(level: str, title: str, message: str) -> str:
    """Return a workflow command, with the escapes of the runner, to which ``:``, ``,`` and line ends are syntax."""
    text = line(message, 4000).replace("%", "%25")
    name = line(title, 200).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={name}::{text}\n"
