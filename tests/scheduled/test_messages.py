"""What is told: within AWS's limits, harmless whatever the names are, and as the schemas say."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from pages import ROOT
from scheduled.reported import exception, finding, report, told

from auditor.scheduled import messages
from auditor.severity import Status

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
    assert 0 < len(line) <= 100


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


def test_a_text_for_people():
    shown = runs("lost")
    text = messages.text(shown[-1], told(*shown), PLACE)
    assert text.splitlines() == [
        "Account 123456789012, 2026-01-31 23:00 UTC, 1 region",
        "Score 50, coverage 100 %",
        "Failures: 0 critical, 0 high, 0 medium, 0 low",
        "Report: s3://reports/1/report.html",
        "PARTIAL: time was over before everything was read. What was not read is neither new nor fixed.",
        "",
        "Coverage lost: 1",
        "  HIGH     s3-bucket-not-public  arn:aws:s3:::a (eu-west-1)",
        "           ",
    ]


def test_what_is_left_out_is_told():
    shown = runs("fixed")
    found = told(*shown)
    detail = messages.event(found, messages.summary(shown[-1], found, "run", PLACE))
    assert (detail["truncated"], detail["news"]["fixed"]) == (True, 300)
    assert "Fixed: 300" in messages.text(shown[-1], found, PLACE)
    assert "and 260 more: see the report" in messages.text(shown[-1], found, PLACE)
