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


@pytest.mark.parametrize("event", [{"id": ""}, {"id": None}, {"id": 0}])
def test_an_event_without_a_name_is_named_by_the_request_which_lambda_keeps_when_it_tries_again(
    environment, event, capsys
):
    assert handler(event, Context())["run"] == "request-1"
    assert handler(event, Context())["repeated"]


def test_a_name_that_is_no_file_s_is_part_of_keys_none_the_less(environment, aws):
    assert (
        handler({"id": "<aws.scheduler.execution-id>/../\n"}, Context())["run"] == "<aws.scheduler.execution-id>/../\n"
    )
    found = [each["Key"] for each in aws("s3").list_objects_v2(Bucket="reports")["Contents"]]
    assert all(each.count("/") == (1 if "latest" in each else 2 if "runs" in each else 3) for each in found), found


def test_a_name_that_is_too_long_to_be_told_is_refused(environment, capsys):
    with pytest.raises(SettingsError, match="at most 256 characters"):
        handler({"id": "x" * 300_000}, Context())
    assert len(capsys.readouterr().out) < 1000


def test_what_is_wrong_is_logged_and_raised(environment, capsys):
    with pytest.raises(SettingsError):
        handler({"id": "x", "audit": {"bucket": "mine"}}, Context())
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["run"], line["error"]) == ("audit-failed", "x", "SettingsError")
    assert "cannot ask for bucket" in line["message"]
