"""What is told: within AWS's limits, harmless whatever the names are, and as the schemas say."""

import json
import shlex
from collections import Counter
from dataclasses import replace
from pathlib import Path

import jsonschema
import msgspec
import pytest
from pages import ROOT
from scheduled.reported import exception, finding, report, told

from auditor.history import History
from auditor.scheduled import messages
from auditor.scheduled.news import Item, News
from auditor.severity import Severity, Status
from auditor.trend import marked

SCHEMA = json.loads((ROOT / "docs/scheduled-event.schema.json").read_text())
EMF = json.loads(Path(__file__).with_name("emf.schema.json").read_text())
HOSTILE = "\x1b[31m\u202e<script>\n\r\N{GRINNING FACE}" * 200
PLACE = "s3://reports/1/report.html"


def runs(kind):
    """Return a quiet run, and one with news of a kind."""
    many = [finding(f"{index}-{HOSTILE}", problem=HOSTILE) for index in range(300)]
    return {
        "first": (report(finding("a")),),
        "none": (report(), report(day=1)),
        "new": (report(), report(finding("a"), day=1)),
        "hostile": (report(), report(*many, day=1)),
        "fixed": (report(*many), report(day=1)),
        "lost": (report(finding("a")), report(finding("a", Status.UNKNOWN), day=1, partial=True)),
        "expired": (report(), report(day=1, exceptions=[exception("EXPIRED", resource=HOSTILE)])),
    }[kind]


@pytest.fixture(params=["first", "none", "new", "hostile", "fixed", "lost", "expired"])
def run(request):
    shown = runs(request.param)
    return shown[-1], told(*shown)


def test_a_subject_is_what_sns_takes(run):
    line = messages.subject(*run)
    assert line.isascii()
    assert line.isprintable()
    assert 0 < len(line) < 100


def test_a_text_is_what_sns_takes_and_moves_no_cursor(run):
    text = messages.text(*run, PLACE)
    assert len(text.encode()) < 256 * 1024
    assert all(line.isprintable() or "\N{REPLACEMENT CHARACTER}" in line for line in text.splitlines())
    assert not set(text) & set("\x1b\u202e\r")


def test_an_event_is_as_its_schema_says_and_eventbridge_takes(run):
    reported, found = run
    detail = messages.event(found, messages.summary(reported, found, "run", PLACE))
    encoded = msgspec.json.encode(detail)
    assert len(encoded) < 256 * 1024
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(encoded))


def test_the_schema_of_the_event_is_a_schema_that_forbids_what_it_does_not_name():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False


def test_metrics_are_in_the_embedded_metric_format(run):
    reported, found = run
    lines = list(messages.metrics(reported, found, 1.5))
    for line in lines:
        jsonschema.Draft202012Validator(EMF).validate(line)
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        targets = [*(name for names in directive["Dimensions"] for name in names), *map(_name, directive["Metrics"])]
        assert {*targets, "_aws"} == set(line)
        assert all(isinstance(line[_name(each)], (int, float)) for each in directive["Metrics"])
    assert lines[0]["_aws"]["Timestamp"] == int(reported.audit.at.timestamp() * 1000)


def _name(metric):
    return metric["Name"]


def test_metrics_are_of_the_account_and_of_each_severity():
    reported = report(finding("a"), finding("b", Status.UNKNOWN), partial=True)
    account, *severities = messages.metrics(reported, told(reported), 12.34)
    assert {name: account[name] for name in ("Score", "Coverage", "Unknown", "Calls", "Duration", "Partial")} == {
        "Score": 50.0,
        "Coverage": 100.0,
        "Unknown": 1,
        "Calls": 7,
        "Duration": 12.3,
        "Partial": 1,
    }
    assert {each["Severity"]: each["Failures"] for each in severities} == {
        "critical": 0,
        "high": 1,
        "medium": 0,
        "low": 0,
    }


def marked_runs(*reports):
    """Return the last of some runs with its history in it, and its news."""
    history = History()
    for each in reports:
        history = history.after(each)
    return marked(reports[-1], history), told(*reports)


def test_a_text_for_people():
    refused = {"Statement": [{"Action": ["s3:GetBucketAcl"]}]}
    earlier = replace(report(finding("a"), finding("b"), exceptions=[exception("IN_FORCE")]), score=40.0)
    now = [finding("a", Status.UNKNOWN), finding("b", Status.PASS), finding("c"), finding("d", problem="")]
    later = report(*now, day=1, partial=True, exceptions=[exception("EXPIRED")])
    shown, news = marked_runs(earlier, replace(later, coverage=75.0, missing_permissions=refused))
    assert messages.text(shown, news, PLACE).splitlines() == [
        "Account 123456789012, 2026-01-31 23:00 UTC, 1 region",
        "Score 50 (before: 40), coverage 75 % (before: 100 %)",
        "Failures: 0 critical, 2 high, 0 medium, 0 low",
        "Report, with how to mend each failure: s3://reports/1/report.html",
        "To fetch it: aws s3 cp s3://reports/1/report.html .",
        "PARTIAL: time was over before everything was read. What was not read is neither new nor fixed.",
        "Not allowed to the auditor: s3:GetBucketAcl",
        "",
        "New failures: 2",
        "  HIGH s3-bucket-not-public (expected: Buckets are private)",
        "    arn:aws:s3:::c (eu-west-1): everyone may read",
        "    arn:aws:s3:::d (eu-west-1)",
        "",
        "Exceptions that expired, so that what they accepted fails again: 1",
        f"  {news.expired[0]}",
        "",
        "Not known any more: 1",
        "  HIGH s3-bucket-not-public (expected: Buckets are private)",
        "    arn:aws:s3:::a (eu-west-1)",
        "",
        "Fixed: 1",
        "  HIGH s3-bucket-not-public (expected: Buckets are private)",
        "    arn:aws:s3:::b (eu-west-1): it passes now",
    ]


def test_a_subject_tells_the_gravest_first():
    low = replace(finding("a"), severity=Severity.LOW)
    runs = report(finding("z")), report(low, finding("b"), finding("c"), day=1, partial=True)
    assert messages.subject(runs[-1], told(*runs)) == "AWS audit of 123456789012 (partial): 3 new (2 high), 1 fixed"


def test_a_text_on_several_accounts_names_that_of_each_resource():
    whole = report(replace(finding("a"), account="210987654321"), day=1)
    whole = replace(whole, audit=replace(whole.audit, accounts=("organization",)))
    failure = Item(
        *("s3-bucket-not-public", Severity.HIGH, "210987654321", "eu-west-1", "arn:aws:s3:::a", "f", "FAIL"), why=""
    )
    text = messages.text(whole, News(first=False, new=(failure,)), PLACE)
    assert text.startswith("Organization, 2026-01-31 23:00 UTC, 1 region")
    assert "    arn:aws:s3:::a (210987654321, eu-west-1)" in text.splitlines()


def test_a_command_of_the_text_is_one_whatever_the_place_is_called():
    text = messages.text(report(), told(report()), "s3://reports/it's; rm -rf/report.html")
    (command,) = [line for line in text.splitlines() if line.startswith("To fetch it: ")]
    assert shlex.split(command.removeprefix("To fetch it: "))[3] == "s3://reports/it's; rm -rf/report.html"


def test_what_is_left_out_is_told():
    shown = runs("fixed")
    found = told(*shown)
    detail = messages.event(found, messages.summary(shown[-1], found, "run", PLACE))
    assert (detail["truncated"], detail["news"]["fixed"]) == (True, 300)
    assert "Fixed: 300" in messages.text(shown[-1], found, PLACE)
    assert "and 260 more: see the report" in messages.text(shown[-1], found, PLACE)


def test_metrics_count_what_is_not_listed_too():
    amounts = {kind: Counter({Severity.HIGH: 90}) for kind in ("new", "reopened", "fixed")}
    account, *_ = messages.metrics(report(), News(first=False, totals=amounts), 1.0)
    assert (account["New"], account["Fixed"]) == (180, 90)
