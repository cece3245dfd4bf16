"""What is told of a run: a text for people, an event for programs, and metrics for dashboards.

Limits: SNS and EventBridge take 256 KB, a subject less than 100 characters of ASCII. Metrics are in CloudWatch's
embedded metric format (Amazon CloudWatch User Guide, "Specification: Embedded metric format").
"""

from __future__ import annotations

import shlex
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.severity import Severity
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
LONGEST_SUBJECT: Final = 99
MOST_PERMISSIONS: Final = 10
NAMESPACE: Final = "AwsAccountAuditor"
DETAIL_TYPE: Final = "Audit News"
EVENT_VERSION: Final = "1"
TITLES: Final = {
    "new": "New failures",
    "reopened": "Failures that came back",
    "lost": "Not known any more",
    "fixed": "Fixed",
}
WORSE: Final = ("new", "reopened")
"""The kinds that somebody has to look at first."""
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
    failed = {each.name: each.failed for each in report.severities}
    return {severity.value: failed.get(severity.value, 0) for severity in Severity}


def subject(report: Report, news: News) -> str:
    """Return the subject of the text: the account, and how much there is of each kind, and how grave."""
    told = "first audit" if news.first else ", ".join(_amounts(news)) or "no change"
    partial = " (partial)" if report.audit.partial else ""
    line = f"AWS audit of {' '.join(report.audit.accounts)}{partial}: {told}"
    return inert(line)[:LONGEST_SUBJECT].encode("ascii", "replace").decode()


def _amounts(news: News) -> Iterator[str]:
    for kind, count in news.counts.items():
        amounts = news.amounts(kind) if kind in WORSE else {}
        grave = next((each for each in Severity if amounts.get(each)), None)
        if grave:
            yield f"{count} {kind} ({amounts[grave]} {grave.value})"
        elif count:
            yield f"{count} {kind}"


def text(report: Report, news: News, where: str) -> str:
    """Return the news for people; ``where`` is the place of the report."""
    whole = "\n".join(_lines(report, news, where))
    encoded = whole.encode(errors="replace")
    return whole if len(encoded) <= LARGEST else encoded[:LARGEST].decode(errors="ignore") + CUT


def _lines(report: Report, news: News, where: str) -> Iterator[str]:
    yield from _head(report)
    yield f"Report, with how to mend each failure: {inert(where)}"
    yield f"To fetch it: aws s3 cp {shlex.quote(inert(where))} ."
    if report.audit.partial:
        yield "PARTIAL: time was over before everything was read. What was not read is neither new nor fixed."
    missing = [each for statement in report.missing_permissions.get("Statement", ()) for each in statement["Action"]]
    if missing:
        more = f" and {len(missing) - MOST_PERMISSIONS} more" if len(missing) > MOST_PERMISSIONS else ""
        yield f"Not allowed to the auditor: {', '.join(missing[:MOST_PERMISSIONS])}{more}"
    if news.first:
        yield "This is the first audit: what later ones tell is what changed since."
    for kind in WORSE:
        yield from _section(kind, news, report)
    if news.expired:
        yield f"\nExceptions that expired, so that what they accepted fails again: {len(news.expired)}"
        yield from (f"  {inert(each[:LONGEST])}" for each in news.expired[:MOST_TOLD])
    for kind in ("lost", "fixed"):
        yield from _section(kind, news, report)


def _head(report: Report) -> Iterator[str]:
    """Yield what was audited and what it came to, beside what the run before did."""
    audit, runs = report.audit, report.history.runs if report.history else ()
    named = " ".join(audit.accounts)
    title = f"Account {named}" if named[:1].isdigit() else named.capitalize()
    regions = f"{len(audit.regions)} region{'s' if len(audit.regions) != 1 else ''}"
    yield f"{title}, {audit.at:%Y-%m-%d %H:%M} UTC, {regions}"
    score, coverage = _score(report.score), f"{report.coverage:g} %"
    before = runs[-2] if len(runs) > 1 else None
    if before and (before.score, before.coverage) != (report.score, report.coverage):
        score, coverage = f"{score} (before: {_score(before.score)})", f"{coverage} (before: {before.coverage:g} %)"
    yield f"Score {score}, coverage {coverage}"
    yield f"Failures: {', '.join(f'{count} {name}' for name, count in failures(report).items())}"


def _score(score: float | None) -> str:
    return "none" if score is None else f"{score:g}"


def _section(kind: str, news: News, report: Report) -> Iterator[str]:
    """Yield the items of a kind under their checks, each with its account where the report is of several."""
    items: tuple[Item, ...] = getattr(news, kind)
    titles = {each.id: each.title for each in report.checks}
    if items:
        yield f"\n{TITLES[kind]}: {news.counts[kind]}"
    for (severity, check), group in groupby(items[:MOST_TOLD], lambda each: (each.severity, each.check)):
        expected = f" (expected: {titles[check]})" if check in titles else ""
        yield f"  {severity.value.upper()} {check}{expected}"
        for each in group:
            place = each.region if each.account in report.audit.accounts else f"{each.account}, {each.region}"
            why = f": {inert(each.why[:LONGEST])}" if each.why else ""
            yield f"    {inert(each.resource[:LONGEST])} ({inert(place)}){why}"
    if news.counts[kind] > MOST_TOLD:
        yield f"  and {news.counts[kind] - MOST_TOLD} more: see the report"


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
        "Unknown": (sum(each.unknown + each.error for each in report.severities), "Count"),
        "Calls": (report.audit.calls, "Count"),
        "Duration": (round(seconds, 1), "Seconds"),
        "Partial": (int(report.audit.partial), "Count"),
        "New": (sum(news.counts[kind] for kind in WORSE), "Count"),
        "Fixed": (news.counts["fixed"], "Count"),
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
