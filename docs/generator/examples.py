"""What the cases of the tests show of a check: a finding, and the verdicts in doubtful cases."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

from auditor.severity import Status
from generator.suite import suite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.checking import Check
    from auditor.finding import Finding, Problem
    from auditor.testing import Case

INDENT: Final = " " * 10


@cache
def _cases() -> dict[str, list[Case]]:
    """Return the cases of each check, in the order in which they are written."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in suite("cases").CASES:
        groups[case.check.id].append(case)
    return groups


def doubts(check: Check) -> list[tuple[str, str]]:
    """Return each doubtful case of the check: the verdict it gets, and the sentence that says what it is."""
    return [(case.verdict_name, case.doubt) for case in _cases()[check.id] if case.doubt]


def example(check: Check) -> str:
    """Return the finding of the check's first failing case as a terminal shows it; nothing where none fails."""
    failing = next((case for case in _cases()[check.id] if case.expected is Status.FAIL), None)
    finding = failing.judged() if failing else None
    return "\n".join(_lines(finding)) if finding else ""


def _lines(finding: Finding) -> Iterator[str]:
    place = "" if finding.region == "global" else f" ({finding.region})"
    yield f"{finding.severity.value.upper():<10}{finding.check}  {finding.resource.name}{place}"
    for problem in finding.problems:
        yield f"{INDENT}{problem.summary}"
        yield from _compared(problem)


def _compared(problem: Problem) -> Iterator[str]:
    """Yield the value that was found and the one that should stand there, as far as the check tells them."""
    if problem.found is not None:
        first, *rest = json.dumps(problem.found, indent=2, default=_plain).splitlines()
        yield f"{INDENT}  found     {first}"
        yield from (f"{INDENT}            {line}" for line in rest)
    if problem.expected:
        yield f"{INDENT}  expected  {problem.expected}"


def _plain(value: object) -> object:
    """Return how a value that JSON does not know is shown, the same in every run."""
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)
