"""The handler as Lambda calls it: an event and a context in, a summary or an error out, lines of JSON in the log."""

import json

import pytest

from auditor.aws_lambda import handler
from auditor.scheduled.settings import SettingsError

CHECK = "s3-bucket-encrypted-with-kms"


class Context:
    aws_request_id = "request-1"

    @staticmethod
    def get_remaining_time_in_millis():
        return 600_000


@pytest.fixture
def environment(monkeypatch, server, aws):
    aws("s3").create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for name, value in (("BUCKET", "reports"), ("REGIONS", "eu-west-1"), ("CHECKS", CHECK), ("ENDPOINT_URL", server)):
        monkeypatch.setenv(f"AUDITOR_{name}", value)


@pytest.mark.parametrize(("event", "run"), [({"id": "event-1"}, "event-1"), ({}, "request-1"), ({"id": 7}, "7")])
def test_an_event_or_else_the_request_names_the_run(environment, capsys, aws, event, run):
    summary = handler(event, Context())
    assert (summary["run"], json.loads(json.dumps(summary))) == (run, summary)
    assert handler(event, Context()) == {**summary, "repeated": True}
    found = aws("s3").list_objects_v2(Bucket="reports")["Contents"]
    assert f"123456789012/runs/{run}.json" in {each["Key"] for each in found}
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("event", "metrics") for line in lines] == [
        *("audit-began", *["metrics"] * 5, "audit-finished", "audit-repeated")
    ]


def test_what_is_wrong_is_logged_and_raised(environment, capsys):
    with pytest.raises(SettingsError):
        handler({"id": "x", "audit": {"bucket": "mine"}}, Context())
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["run"], line["error"]) == ("audit-failed", "x", "SettingsError")
    assert "cannot ask for bucket" in line["message"]
