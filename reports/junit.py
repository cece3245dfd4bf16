"""The report as JUnit XML, the form in which CI servers show tests: a suite a check, a test case a resource.

FAIL is a failure. UNKNOWN and ERROR are errors: a test that could not be run, which no server takes for passed.
ACCEPTED is skipped, with what was accepted.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING, Final

from auditor.severity import Status
from reports.wording import PROBLEMS, block, explained, line, told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.finding import Finding
    from auditor.report import CheckFacts, Report

ELEMENTS: Final = {
    Status.FAIL: "failure",
    Status.UNKNOWN: "error",
    Status.ERROR: "error",
    Status.ACCEPTED: "skipped",
}


def stream(report: Report) -> Iterator[str]:
    """Yield the document, suite by suite, in the order of the report."""
    facts = {check.id: check for check in report.checks}
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="AWS account audit" {_totals(report.findings)}>\n'
    for check, group in groupby(report.findings, lambda finding: finding.check):
        yield from _suite(facts[check], list(group), f"{report.audit.at:%Y-%m-%dT%H:%M:%S}")
    yield "</testsuites>\n"


def _totals(findings: Iterable[Finding]) -> str:
    count = Counter(ELEMENTS.get(finding.status, "passed") for finding in findings)
    numbers = {
        "tests": count.total(),
        "failures": count["failure"],
        "errors": count["error"],
        "skipped": count["skipped"],
    }
    return _attributes(**{name: str(number) for name, number in numbers.items()}, time="0")


def _suite(check: CheckFacts, findings: list[Finding], timestamp: str) -> Iterator[str]:
    yield f"  <testsuite {_attributes(name=check.id, timestamp=timestamp)} {_totals(findings)}>\n    <properties>\n"
    for name, each in (("title", check.title), ("severity", check.severity.value), ("service", check.service)):
        yield f"      <property {_attributes(name=name, value=each)}/>\n"
    yield "    </properties>\n"
    yield from (_case(finding) for finding in findings)
    yield "  </testsuite>\n"


def _case(finding: Finding) -> str:
    resource = finding.resource
    name = resource.arn if resource.arn.endswith(resource.name) else f"{line(resource.name)} ({resource.arn})"
    start = f"    <testcase {_attributes(classname=finding.check, name=name, time='0')}"
    element = ELEMENTS.get(finding.status)
    if element is None:
        return f"{start}/>\n"
    attributes = {"message": told(finding), "type": f"{finding.status.value} {finding.severity.value}"}
    if element == "skipped":
        return f"{start}>\n      <skipped {_attributes(**attributes)}/>\n    </testcase>\n"
    body = escape("\n".join(_lines(finding)))
    return f"{start}>\n      <{element} {_attributes(**attributes)}>{body}</{element}>\n    </testcase>\n"


def _lines(finding: Finding) -> Iterator[str]:
    """Yield what stands under a test that did not pass: the problems with their values, and what mends them."""
    yield f"{line(finding.resource.type)} in account {line(finding.account)}, {line(finding.region)}"
    if finding.status is Status.FAIL:
        yield from (explained(problem) for problem in finding.problems[:PROBLEMS])
    else:
        yield told(finding)
    if finding.fix:
        yield f"fix: {block(finding.fix)}"


def _attributes(**values: str) -> str:
    return " ".join(f'{name}="{escape(line(each, 2000))}"' for name, each in values.items())
