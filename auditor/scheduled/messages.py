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
    from collections.abc import Iterable, Iterator

    from auditor.diff import Change
    from auditor.report import Report
    from auditor.scheduled.news import News

MOST_TOLD: Final = 40
"""How many changes of a kind a text or an event tells; the report has all."""
LONGEST: Final = 500
"""How many characters of a resource's ARN or of a sentence are told."""
LARGEST: Final = 200_000
"""Bytes of an event's detail; the rest is for what EventBridge adds."""
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


def subject(report: Report, news: News) -> str:
    """Return the subject of the text: the account, and how much there is of each kind."""
    parts = [f"{count} {kind}" for kind, count in news.counts.items() if count]
    told = "first audit" if news.first else ", ".join(parts) or "no change"
    return (
        f"AWS audit of {' '.join(report.audit.accounts)}: {told}"[:LONGEST_SUBJECT].encode("ascii", "replace").decode()
    )


def text(report: Report, news: News, where: str) -> str:
    """Return the news for people; ``where`` is the place of the report."""
    return "\n".join(_lines(report, news, where))


def _lines(report: Report, news: News, where: str) -> Iterator[str]:
    audit = report.audit
    yield f"Account {inert(' '.join(audit.accounts))}, {audit.at:%Y-%m-%d %H:%M} UTC, {len(audit.regions)} regions"
    yield f"Score {_shown(report.score)}, coverage {report.coverage:g} %"
    if audit.partial:
        yield "PARTIAL: time was over before everything was read. What was not read is neither new nor fixed."
    yield f"Failures: {', '.join(f'{count} {name}' for name, count in failures(report).items())}"
    if news.first:
        yield "This is the first audit: what later ones tell is what changed since."
    for kind, title in TITLES.items():
        yield from _section(title, getattr(news, kind))
    if news.expired:
        yield f"\nExceptions that expired: {len(news.expired)}"
        yield from (f"  {inert(each[:LONGEST])}" for each in news.expired[:MOST_TOLD])
    yield f"\nReport: {where}"


def _section(title: str, changes: tuple[Change, ...]) -> Iterator[str]:
    if changes:
        yield f"\n{title}: {len(changes)}"
        for each in _gravest(changes):
            yield inert(f"  {each.severity.value.upper():<9}{each.check}  {each.resource[:LONGEST]} ({each.region})")
            yield from (inert(f"           {problem[:LONGEST]}") for problem in each.problems_after[:1])
        if len(changes) > MOST_TOLD:
            yield f"  and {len(changes) - MOST_TOLD} more: see the report"


def _gravest(changes: Iterable[Change]) -> list[Change]:
    return sorted(changes, key=lambda each: each.severity.rank)[:MOST_TOLD]


def _shown(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def failures(report: Report) -> dict[str, int]:
    """Return how many failures there are of each severity, by its name."""
    count = Counter(each.severity for each in report.findings if each.status is Status.FAIL)
    return {severity.value: count[severity] for severity in Severity}


def event(news: News, summary: dict[str, Any]) -> dict[str, Any]:
    """Return the detail of the EventBridge event, as much of it as an event takes; docs/scheduled.md has its schema."""
    details = (_detail(news, summary, most) for most in (MOST_TOLD, MOST_TOLD // 4, 0))
    return next(each for each in details if len(msgspec.json.encode(each)) <= LARGEST)


def _detail(news: News, summary: dict[str, Any], most: int) -> dict[str, Any]:
    kinds = {kind: [_change(each) for each in _gravest(getattr(news, kind))[:most]] for kind in TITLES}
    return {
        "version": EVENT_VERSION,
        **summary,
        "first": news.first,
        **kinds,
        "expired": [each[:LONGEST] for each in news.expired[:most]],
        "truncated": any(count > most for count in news.counts.values()),
    }


def _change(change: Change) -> dict[str, str]:
    return {
        "check": change.check,
        "severity": change.severity.value,
        "account": change.account,
        "region": change.region,
        "resource": change.resource[:LONGEST],
        "fingerprint": change.fingerprint,
        "before": change.before,
        "after": change.after,
        "cause": change.cause[:LONGEST],
        "problem": next(iter(change.problems_after), "")[:LONGEST],
    }


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
