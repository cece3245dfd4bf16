"""What is told of a run: a text for people, an event for programs, and metrics for dashboards.

Limits: SNS and EventBridge take 256 KB, a subject 100 characters of ASCII. Metrics are in CloudWatch's embedded metric
format (Amazon CloudWatch User Guide, "Specification: Embedded metric format").
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.severity import Severity, Status
from auditor.textual import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.report import Report
    from auditor.scheduled.news import Item, News

MOST_TOLD: Final = 40
"""How many changes of a kind a text or an event tells; the report has all."""
LONGEST: Final = 500
"""How many characters of a resource's ARN or of a sentence are told."""
LARGEST: Final = 200_000
"""Bytes of a text, and of an event's detail; the rest is for what AWS adds."""
LONGEST_SUBJECT: Final = 100
NAMESPACE: Final = "AwsAccountAuditor"
SOURCE: Final = "aws-account-auditor"
DETAIL_TYPE: Final = "Audit News"
EVENT_VERSION: Final = "1"
TITLES: Final = {
    "new": "New failures",
    "reopened": "Failures that came back",
    "fixed": "Fixed",
    "lost": "Coverage lost",
}
CUT: Final = "\n(cut here: the report has all)"


def summary(report: Report, news: News, run: str, where: str) -> dict[str, Any]:
    """Return what a run came to, as JSON has it; ``where`` is the place of its report."""
    return {
        "account": report.audit.accounts[0],
        "run": run,
        "at": f"{report.audit.at:%Y-%m-%dT%H:%M:%SZ}",
        "score": report.score,
        "coverage": report.coverage,
        "partial": report.audit.partial,
        "failures": failures(report),
        "news": news.counts,
        "report": where,
    }


def failures(report: Report) -> dict[str, int]:
    """Return how many failures there are of each severity, by its name."""
    count = Counter(each.severity for each in report.findings if each.status is Status.FAIL)
    return {severity.value: count[severity] for severity in Severity}


def subject(report: Report, news: News) -> str:
    """Return the subject of the text: the account, and how much there is of each kind."""
    parts = [f"{count} {kind}" for kind, count in news.counts.items() if count]
    told = "first audit" if news.first else ", ".join(parts) or "no change"
    line = f"AWS audit of {' '.join(report.audit.accounts)}: {told}"
    return line[:LONGEST_SUBJECT].encode("ascii", "replace").decode()


def text(report: Report, news: News, where: str) -> str:
    """Return the news for people; ``where`` is the place of the report."""
    whole = "\n".join(_lines(report, news, where))
    encoded = whole.encode(errors="replace")
    return whole if len(encoded) <= LARGEST else encoded[:LARGEST].decode(errors="ignore") + CUT


def _lines(report: Report, news: News, where: str) -> Iterator[str]:
    audit = report.audit
    regions = f"{len(audit.regions)} region{'s' if len(audit.regions) != 1 else ''}"
    yield f"Account {' '.join(audit.accounts)}, {audit.at:%Y-%m-%d %H:%M} UTC, {regions}"
    yield f"Score {'none' if report.score is None else f'{report.score:g}'}, coverage {report.coverage:g} %"
    yield f"Failures: {', '.join(f'{count} {name}' for name, count in failures(report).items())}"
    yield f"Report: {inert(where)}"
    if audit.partial:
        yield "PARTIAL: time was over before everything was read. What was not read is neither new nor fixed."
    if news.first:
        yield "This is the first audit: what later ones tell is what changed since."
    for kind, title in TITLES.items():
        yield from _section(title, getattr(news, kind))
    if news.expired:
        yield f"\nExceptions that expired: {len(news.expired)}"
        yield from (f"  {inert(each[:LONGEST])}" for each in news.expired[:MOST_TOLD])


def _section(title: str, items: tuple[Item, ...]) -> Iterator[str]:
    if items:
        yield f"\n{title}: {len(items)}"
        for each in items[:MOST_TOLD]:
            name = f"{each.severity.value.upper():<9}{each.check}"
            yield f"  {name}  {inert(each.resource[:LONGEST])} ({inert(each.region)})"
            yield f"           {inert(each.why[:LONGEST])}"
        if len(items) > MOST_TOLD:
            yield f"  and {len(items) - MOST_TOLD} more: see the report"


def event(news: News, told: dict[str, Any]) -> dict[str, Any]:
    """Return the detail of the EventBridge event, as much as it takes, beside the summary that is ``told``.

    Its schema is docs/scheduled-event.schema.json.
    """
    details = (_detail(news, told, most) for most in (MOST_TOLD, MOST_TOLD // 4, 0))
    return next(each for each in details if len(msgspec.json.encode(each)) <= LARGEST)


def _detail(news: News, told: dict[str, Any], most: int) -> dict[str, Any]:
    kinds = {kind: [_shortened(each) for each in getattr(news, kind)[:most]] for kind in TITLES}
    return {
        "version": EVENT_VERSION,
        **told,
        "first": news.first,
        **kinds,
        "expired": [each[:LONGEST] for each in news.expired[:most]],
        "truncated": any(count > most for count in news.counts.values()),
    }


def _shortened(item: Item) -> dict[str, Any]:
    fields: dict[str, str] = msgspec.to_builtins(item)
    return {name: value[:LONGEST] for name, value in fields.items()}


def metrics(report: Report, news: News, seconds: float) -> Iterator[dict[str, Any]]:
    """Yield the lines that CloudWatch turns into metrics: of the account, and of each severity in it."""
    account = " ".join(report.audit.accounts)
    values = {
        "Coverage": (report.coverage, "Percent"),
        "Unknown": (sum(not each.status.decided for each in report.findings), "Count"),
        "Calls": (report.audit.calls, "Count"),
        "Duration": (round(seconds, 1), "Seconds"),
        "Partial": (int(report.audit.partial), "Count"),
        "New": (len(news.new) + len(news.reopened), "Count"),
        "Fixed": (len(news.fixed), "Count"),
    }
    if report.score is not None:
        values["Score"] = (report.score, "None")
    yield _embedded(report, {"Account": account}, values)
    for severity, count in failures(report).items():
        yield _embedded(report, {"Account": account, "Severity": severity}, {"Failures": (count, "Count")})


def _embedded(report: Report, dimensions: dict[str, str], values: dict[str, tuple[float, str]]) -> dict[str, Any]:
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name, "Unit": unit} for name, (_, unit) in values.items()],
    }
    stamp = int(report.audit.at.timestamp() * 1000)
    head = {"_aws": {"Timestamp": stamp, "CloudWatchMetrics": [directive]}}
    return {**head, **dimensions, **{name: value for name, (value, _) in values.items()}}
