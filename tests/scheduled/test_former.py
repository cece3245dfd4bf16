"""The report of the run before: what news needs of it, and next to no memory."""

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scheduled.reported import exception, finding, report

from auditor.diff import compare
from auditor.finding import Evidence, Refusal
from auditor.history import History
from auditor.past import PastError
from auditor.report import SCHEMA_VERSION
from auditor.scheduled.former import read
from auditor.scheduled.news import is_lost, news
from auditor.severity import Severity, Status
from auditor.sight import Sight
from reports import json as json_report

AT = datetime(2026, 1, 31, tzinfo=UTC)
REFUSED = Refusal("s3:GetBucketAcl", "s3:GetBucketAcl", "AccessDenied", "", "")


def pieces(text, size=1000):
    return (text[start : start + size] for start in range(0, len(text), size))


def written(shown, is_wanted=bool):
    return read(pieces(json_report.render(shown).encode()), "report.json", is_wanted)


def statuses():
    return st.dictionaries(st.sampled_from("abcd*"), st.sampled_from(list(Status)))


def of(names, day):
    """Return a report of these findings; the one of ``*`` stands for what could not be listed."""
    told = {name: Status.UNKNOWN if name == "*" else status for name, status in names.items()}
    findings = [
        replace(finding(name, status), unseen=REFUSED if status is Status.UNKNOWN else None)
        for name, status in told.items()
    ]
    return report(*findings, day=day)


@given(statuses(), statuses(), st.booleans(), st.booleans())
def test_what_is_lost_is_what_a_comparison_of_the_whole_reports_tells(before, after, asked, audited):
    earlier, later = of(before, 0), of(after, 1)
    later = replace(later, checks=later.checks if asked else ())
    later = replace(later, audit=replace(later.audit, regions=later.audit.regions if audited else ()))
    history = History().after(earlier).after(later)
    found = news(written(earlier), later, history)
    told = {(each.fingerprint, each.check, each.resource, each.status, each.why) for each in found.lost}
    expected = compare(earlier, later).lost
    assert told == {(each.fingerprint, each.check, each.resource, each.after, each.cause) for each in expected}
    assert found == news(earlier, later, history)


def test_exceptions_are_read():
    shown = report(exceptions=[exception("EXPIRED")])
    assert written(shown).exceptions == shown.exceptions


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"damaged",
        lambda text: b"\xff" + text,
        lambda text: text[:-9],
        lambda text: text.replace(b'"FAIL"', b'"BAD"'),
        lambda text: text.replace(b'"fingerprint"', b'"finger"'),
        lambda text: text.replace(f'"{SCHEMA_VERSION}"'.encode(), b'"99.0"'),
    ],
)
def test_a_damaged_report_is_told_with_its_key(damage):
    with pytest.raises(PastError, match=r"a/report\.json"):
        read(pieces(damage(json_report.render(report(finding("a"))).encode())), "a/report.json", bool)


def test_a_report_that_is_written_in_another_way_is_read():
    shown = report(finding("a"), finding("b"), exceptions=[exception("EXPIRED")])
    text = msgspec.json.format(json_report.render(shown).encode(), indent=4)
    assert read([text], "report.json", bool) == written(shown)
    assert read([text], "report.json", lambda each: each.resource.arn.endswith("b")).findings == written(
        shown
    ).findings[1:]  # fmt: skip


def test_only_what_is_wanted_is_kept():
    shown = report(finding("a"), finding("b"))
    found = written(shown, lambda each: each.resource.arn.endswith("b"))
    assert [each.fingerprint for each in found.findings] == [shown.findings[1].fingerprint]


def test_the_report_before_takes_little_memory():
    evidence = Evidence("arn:aws:s3:::a", "policy", "s3:GetBucketPolicy", AT, {"Statement": ["x" * 100] * 8})
    many = [replace(finding(f"bucket-{number}"), evidence=(evidence,)) for number in range(4000)]
    earlier, later = report(*many), report(*(replace(each, status=Status.PASS, problems=()) for each in many), day=1)
    history = History().after(earlier).after(later)
    text = json_report.render(earlier).encode()
    tracemalloc.start()
    try:
        before = read(pieces(text, 2**16), "report.json", partial(is_lost, sight=Sight(later)))
        found = news(before, later, history)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (len(found.fixed), found.fixed[0].severity) == (4000, Severity.HIGH)
    without = _peak_without(later, history)
    assert peak - without < len(text) / 10, (peak, without, len(text))


def _peak_without(later, history):
    """Return the bytes that the news of the history alone takes at most."""
    tracemalloc.start()
    try:
        news(None, later, history)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
