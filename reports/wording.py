"""What several formats share: text that stays text, what a finding says, and JSON that any reader takes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from auditor import encoding
from auditor.severity import Severity, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.finding import Finding, Problem
    from auditor.report import Report

LONGEST_LINE: Final = 400
LONGEST_BLOCK: Final = 6000
PROBLEMS: Final = 10
"""How many problems of one finding are told."""
GRAVITY: Final = {severity: severity.rank for severity in Severity}
URGENCY: Final = {Status.FAIL: 0, Status.ERROR: 1, Status.UNKNOWN: 2, Status.ACCEPTED: 3}
"""The order in which formats that leave out what passed tell the rest."""

# Control characters, marks that are invisible or reorder their neighbours, halves of characters, and what XML forbids.
_HIDDEN: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff"
)
_OUTSIDE_BLOCK: Final = re.compile(f"[{_HIDDEN}]")
_OUTSIDE_LINE: Final = re.compile(f"[{_HIDDEN}\t\n]")


def line(text: str, longest: int = LONGEST_LINE) -> str:
    """Return ``text`` as one line, cut after ``longest`` characters; the invisible becomes escapes."""
    return _shown(_OUTSIDE_LINE, text, longest)


def within(text: str, most: int) -> str:
    """Return ``text`` as :func:`line` does, never longer than ``most`` characters, escapes included."""
    shown = line(text, most)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def block(text: str, longest: int = LONGEST_BLOCK) -> str:
    """Return ``text`` as :func:`line` does, but with its line breaks and tabs."""
    return _shown(_OUTSIDE_BLOCK, text, longest)


def _shown(hidden: re.Pattern[str], text: str, longest: int) -> str:
    visible = hidden.sub(lambda match: f"\\u{ord(match[0]):04x}", text[:longest])
    rest = len(text) - longest
    return f"{visible}… ({rest:,} more characters)" if rest > 0 else visible


def told(finding: Finding) -> str:
    """Return in a line what was found: the problems, what AWS did not tell, or how the check broke; empty for PASS."""
    match finding.status:
        case Status.UNKNOWN if finding.unseen:
            unseen = finding.unseen
            return line(f"not known, as AWS did not tell: {unseen.operation}: {unseen.code}; {unseen.remedy}", 1000)
        case Status.UNKNOWN:
            return "not known"
        case Status.ERROR:
            return line(f"not known, as the check failed to run: {finding.error}", 1000)
        case Status.ACCEPTED:
            return f"{accepted(finding)}; {_listed(finding.problems)}"
    known = f"known since {finding.known_since}: " if finding.known_since else ""
    return known + _listed(finding.problems)


def accepted(finding: Finding) -> str:
    """Return in a line which exception accepts a failure, until when, by whom and why."""
    by = finding.accepted
    return line(f"accepted until {by.expires} by {by.owner}: {by.reason}", 1000) if by else "accepted by an exception"


def _listed(problems: tuple[Problem, ...]) -> str:
    said = [line(problem.summary) for problem in problems[:PROBLEMS]]
    rest = len(problems) - PROBLEMS
    return "; ".join([*said, f"and {rest:,} more"] if rest > 0 else said)


def explained(problem: Problem) -> str:
    """Return a problem in a line: what is wrong, the value that AWS told, and what should stand there."""
    found = problem.found if isinstance(problem.found, str) else encoded(problem.found)
    parts = [line(problem.summary)]
    if problem.found is not None:
        parts.append(f"found: {line(found)}")
    if problem.expected:
        parts.append(f"expected: {line(problem.expected)}")
    return "; ".join(parts)


def by_urgency(findings: Iterable[Finding]) -> list[Finding]:
    """Return what did not pass: what fails, gravest first, then what is not known, then what is accepted."""
    open_ = (finding for finding in findings if finding.status is not Status.PASS)
    return sorted(open_, key=lambda finding: (URGENCY[finding.status], GRAVITY[finding.severity]))


def new_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return what :func:`by_urgency` does, but of the failures those first that the baseline does not know."""
    return sorted(by_urgency(findings), key=lambda each: (URGENCY[each.status], each.known_since is not None))


def counts(report: Report) -> dict[str, int]:
    """Return how many findings have which status, by its name in small letters."""
    count = Counter(finding.status for finding in report.findings)
    return {status.value.lower(): count[status] for status in Status}


def encoded(given: object) -> str:
    """Return a value as JSON in one line, in text."""
    return encoding.encoded(given).decode()
