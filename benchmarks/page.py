"""``python -m benchmarks.page``: how soon the HTML report of a large audit answers, in a real Chromium."""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from auditor.finding import Evidence, Finding, Problem, ResourceRef
from auditor.report import AuditFacts, CheckFacts, FixFacts, Report
from auditor.score import FORMULA, coverage, kinds, score, tallies
from auditor.severity import Severity, Status
from benchmarks.tables import table, verdict
from reports.html import render

if TYPE_CHECKING:
    from collections.abc import Iterator

_READY, _FILTERED = 2.0, 100.0
"""The targets: seconds until the list can be used, and milliseconds for a change of what it shows."""
_ROUNDS: Final = 5
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_SERVICES: Final = ("iam", "s3", "ec2", "rds", "cloudtrail", "lambda", "kms", "sns", "sqs", "eks")
_REGIONS: Final = tuple(
    f"{area}-{side}-{digit}" for area in ("eu", "us", "ap") for side in ("west", "east") for digit in (1, 2, 3)
)
_SPREAD: Final = (*(Status.PASS,) * 5, *(Status.FAIL,) * 4)
_ARGUMENTS: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_GO: Final = (
    "const go = hash => { history.replaceState(null, '', hash); dispatchEvent(new PopStateEvent('popstate')); };"
)
_ACTIONS: Final = {
    "choose a severity": "document.querySelectorAll('.facet input')[1].click()",
    "take it back": "document.querySelectorAll('.facet input')[1].click()",
    "choose a service of all findings": f"{_GO} go('#findings&status=&service=ec2')",
    "search, the first time": f"{_GO} go('#findings&status=&q=rule3+00012')",
    "search again": f"{_GO} go('#findings&status=&q=keeps+eu-west')",
    "group by resource": f"{_GO} go('#findings&status=&group=resource')",
    "group by owner": f"{_GO} go('#findings&group=owner')",
    "sort by resource, the first time": f"{_GO} go('#findings&status=&sort=resource')",
    "filter what is sorted": f"{_GO} go('#findings&status=PASS&sort=resource')",
    "scroll half way down": "scrollTo(0, document.body.scrollHeight / 2)",
}
"""In the order in which a reader may do them; each works on what the one before left."""
_SINGLE: Final = frozenset({"sort by resource, the first time", "group by resource"})
"""What is told without a target: it happens once, or makes as many groups as there are resources."""
_TIMER: Final = (
    "async act => { const start = performance.now(); act(); document.body.getBoundingClientRect();"
    " return performance.now() - start; }"
)


@click.command()
@click.option("--findings", default=100_000, show_default=True, help="How many findings the report has.")
def main(findings: int) -> None:
    """Measure the page and print a table."""
    click.echo(page_table(findings))


def page_table(count: int = 100_000) -> str:
    """Return the table of what a report of ``count`` findings takes; click.ClickException without a browser."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "report.html")
        report = large_report(count)
        started = time.perf_counter()
        path.write_text(render(report), "utf-8")
        rendered = time.perf_counter() - started
        runs = [_measured(path) for _ in range(_ROUNDS)]
        size = path.stat().st_size / 1e6
    rows: list[tuple[str, object]] = [
        ("size of the file (MB)", size),
        ("rendering it (s)", rendered),
        ("until it can be used (s)", verdict(median(run["ready"] for run in runs) / 1000, _READY)),
        ("rows in the document", runs[0]["rows"]),
    ]
    for name in _ACTIONS:
        taken = median(run[name] for run in runs)
        rows.append((f"{name} (ms)", taken if name in _SINGLE else verdict(taken, _FILTERED)))
    return table(f"The HTML report of {count:,} findings, median of {_ROUNDS} visits", ("", ""), rows)


def _measured(path: Path) -> dict[str, float]:
    """Return the milliseconds until the page is ready, and those that each action takes, with layout."""
    from playwright.sync_api import sync_playwright

    executable = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if executable is None:
        raise click.ClickException("there is no Chromium to measure in")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=executable, args=list(_ARGUMENTS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{path.as_uri()}#findings", wait_until="commit")
        page.wait_for_selector("body[data-ready]", timeout=60_000)
        page.wait_for_timeout(500)
        taken: dict[str, Any] = {"ready": page.evaluate("performance.getEntriesByName('ready')[0].startTime")}
        for name, action in _ACTIONS.items():
            taken[name] = page.evaluate(f"({_TIMER})(() => {{ {action} }})")
        taken["rows"] = page.locator("#list .row").count()
        browser.close()
    return taken


# --- A made-up audit --------------------------------------------------------------------------------------------


def large_report(count: int) -> Report:
    """Return a report of ``count`` findings over 40 accounts and 18 regions, the same every time."""
    checks = [_check(service, number, each) for number, each in enumerate(Severity) for service in _SERVICES]
    findings = tuple(sorted(_findings(checks, count), key=lambda finding: finding.order))
    accounts = tuple(sorted({each.account for each in findings}))
    counts = kinds(findings)
    return Report(
        audit=AuditFacts(
            tool_version="0",
            at=_AT,
            source="live",
            partition="aws",
            accounts=accounts,
            regions=_REGIONS,
            caller="arn:aws:iam::111122223333:user/auditor",
            partial=False,
            checks_run=len(checks),
            calls=1,
        ),
        score=score(counts),
        coverage=coverage(counts),
        formula=FORMULA,
        accounts=tallies(counts, lambda finding: finding.account),
        services=tallies(counts, lambda finding: finding.service),
        severities=tallies(counts, lambda finding: finding.severity.value),
        frameworks=(),
        checks=tuple(checks),
        findings=findings,
        gaps=(),
    )


def _check(service: str, number: int, severity: Severity) -> CheckFacts:
    return CheckFacts(
        id=f"{service}-subject-rule{number}",
        title=f"{service.upper()} keeps rule {number}",
        rationale="What is asked for, and why.",
        severity=severity,
        service=service,
        resource_type=f"AWS::{service}::Thing",
        references=(),
        fix=FixFacts("Mend it.", "aws mend", "", "", downtime=False, replacement=False, cost=False),
        parameters={},
        facts=(),
        controls=(),
    )


def _findings(checks: list[CheckFacts], count: int) -> Iterator[Finding]:
    chance = random.Random(7)
    for number in range(count):
        check, status = checks[number % len(checks)], chance.choice(_SPREAD)
        account, region = f"{111122223333 + number % 40:012d}", chance.choice(_REGIONS)
        name = f"thing-{number // len(checks):05d}"
        arn = f"arn:aws:{check.service}:{region}:{account}:{name}"
        failing = status is Status.FAIL
        yield Finding(
            check=check.id,
            status=status,
            severity=check.severity,
            account=account,
            region=region,
            service=check.service,
            resource=ResourceRef(check.resource_type, name, arn, name, {"owner": f"team-{number % 50}"}),
            fingerprint=hashlib.sha256(f"{check.id}\n{arn}".encode()).hexdigest()[:32],
            problems=(Problem("the value is wrong", {"Value": number}, "another"),) if failing else (),
            evidence=(Evidence(arn, "Thing.value", f"{check.service}:GetThing", _AT, {"Value": number}),),
        )


if __name__ == "__main__":
    main()
