"""Findings in Security Hub, over HTTP against an emulator: imported, archived when mended, refused with a reason."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from emulator import emulator

import reports
from auditor import demo
from auditor.__main__ import main
from auditor.finding import Finding, ResourceRef
from auditor.judge import fingerprint
from auditor.push import BATCH, INTERVAL, Hub, _explained
from auditor.report import AuditFacts, CheckFacts, FixFacts, Report
from auditor.severity import Severity, Status

ACCOUNT, REGION = "123456789012", "eu-west-1"
CHECK = CheckFacts(
    *("s3-bucket-not-public", "Buckets are private", "Because.", Severity.HIGH, "s3", "AWS::S3::Bucket"),
    references=("https://docs.aws.amazon.com/",),
    fix=FixFacts("Close it.", "", "", "", downtime=False, replacement=False, cost=False),
    parameters={},
    facts=(),
    controls=(),
)


def finding(name, status=Status.FAIL, account=ACCOUNT):
    arn = f"arn:aws:s3:::{name}"
    resource = ResourceRef("AWS::S3::Bucket", name, arn, name)
    identity = fingerprint(CHECK.id, arn)
    return Finding(CHECK.id, status, CHECK.severity, account, REGION, "s3", resource, identity)


def report(*findings, minute=0, accounts=(ACCOUNT,), checks=(CHECK,), regions=(REGION,)):
    at = datetime(2026, 1, 2, 3, minute, tzinfo=UTC)
    audit = AuditFacts("1.0", at, "live", "aws", accounts, regions, "caller", partial=False, checks_run=1, calls=1)
    return Report(audit, 50.0, 100.0, "", (), (), (), (), checks, tuple(findings), ())


@pytest.fixture(scope="module")
def server():
    with demo.environment(), emulator() as url:
        yield url


@pytest.fixture
def hub(server):
    """Return a client of a Security Hub that is on and empty."""
    client = botocore.session.Session().create_client("securityhub", REGION, endpoint_url=server)
    client.enable_security_hub()
    yield client
    client.disable_security_hub()


@pytest.fixture
def push(server, tmp_path, capsys):
    def run(given, *options):
        path = tmp_path / "report.json"
        path.write_text(reports.render(given, "json"))
        reach = ["--endpoint-url", server, "--region", REGION]
        code = main(["push", "security-hub", "--from", str(path), *reach, *options])
        return code, capsys.readouterr()

    return run


def states(hub):
    pages = hub.get_paginator("get_findings").paginate()
    found = [each for page in pages for each in page["Findings"]]
    names = {each["Resources"][0]["Id"].rpartition(":")[2]: each for each in found}
    return {name: (each["RecordState"], each["Compliance"]["Status"]) for name, each in names.items()}


def test_what_did_not_pass_is_imported(hub, push):
    code, told = push(report(finding("a"), finding("b", Status.PASS), finding("c", Status.UNKNOWN)))
    assert (code, told.out) == (0, "imported 2, archived 0, refused 0\n")
    assert states(hub) == {"a": ("ACTIVE", "FAILED"), "c": ("ACTIVE", "WARNING")}


def test_what_is_mended_or_gone_is_archived(hub, push):
    push(report(finding("mended"), finding("gone"), finding("still")))
    code, told = push(report(finding("mended", Status.PASS), finding("still"), minute=1))
    assert (code, told.out) == (0, "imported 1, archived 2, refused 0\n")
    assert states(hub) == {
        "mended": ("ARCHIVED", "PASSED"),
        "gone": ("ARCHIVED", "NOT_AVAILABLE"),
        "still": ("ACTIVE", "FAILED"),
    }


@pytest.mark.parametrize(
    "blind",
    [
        {"checks": (replace(CHECK, id="s3-bucket-other-rule"),)},
        {"regions": ("eu-west-2",)},
    ],
    ids=["check", "region"],
)
def test_what_was_not_asked_stays(hub, push, blind):
    push(report(finding("a")))
    code, told = push(report(minute=1, **blind))
    assert (code, told.out) == (0, "imported 0, archived 0, refused 0\n")
    assert states(hub) == {"a": ("ACTIVE", "FAILED")}


def test_what_could_not_be_listed_stays(hub, push):
    push(report(finding("a")))
    code, _ = push(report(finding("*", Status.UNKNOWN), minute=1))
    assert code == 0
    assert states(hub)["a"] == ("ACTIVE", "FAILED")


def test_what_fails_again_is_active_again(hub, push):
    push(report(finding("a")))
    push(report(finding("a", Status.PASS), minute=1))
    push(report(finding("a"), minute=2))
    assert states(hub) == {"a": ("ACTIVE", "FAILED")}


def test_findings_of_others_are_left_alone(hub, push):
    foreign = json.loads(reports.render(report(finding("foreign")), "asff", region=REGION))[0]
    hub.batch_import_findings(Findings=[{**foreign, "GeneratorId": "another-tool/x", "Id": "another"}])
    push(report(finding("a", Status.PASS), minute=1))
    assert states(hub)["foreign"] == ("ACTIVE", "FAILED")


def test_more_than_a_batch(hub, push):
    code, told = push(report(*(finding(f"b{number}") for number in range(2 * BATCH + 1))))
    assert (code, told.out) == (0, "imported 201, archived 0, refused 0\n")
    assert len(states(hub)) == 2 * BATCH + 1


def test_other_accounts_are_left_out_and_told(hub, push):
    other = "999988887777"
    code, told = push(report(finding("a"), finding("b", account=other), accounts=(ACCOUNT, other)))
    assert code == 0
    assert told.out.startswith("imported 1, archived 0, refused 0\nleft out account 999988887777: Security Hub takes")
    assert set(states(hub)) == {"a"}


def test_a_report_of_other_accounts_is_refused(push):
    code, told = push(report(finding("a", account="999988887777"), accounts=("999988887777",)))
    assert code == 2
    assert "the report is of 999988887777, the credentials are of 123456789012" in told.err


def test_a_file_that_is_no_report_is_told(server, tmp_path, capsys):
    (tmp_path / "x").write_text("{}")
    assert main(["push", "security-hub", "--from", str(tmp_path / "x"), "--endpoint-url", server]) == 2
    assert "is neither a JSON report nor a snapshot" in capsys.readouterr().err


@pytest.mark.slow  # it is asked again and again before that is told
def test_an_endpoint_that_is_away_is_told(push):
    code, told = push(report(finding("a")), "--endpoint-url", "http://127.0.0.1:9", "--timeout", "1")
    assert code == 2
    assert "does not answer" in told.err


@pytest.fixture
def stubbed():
    client = botocore.session.Session().create_client("securityhub", REGION)
    with Stubber(client) as stub:
        yield client, stub


def encoded(given):
    return json.loads(reports.render(given, "asff", region=REGION))


def test_what_security_hub_refuses_is_told_and_not_counted(stubbed):
    client, stub = stubbed
    given = report(finding("a"), finding("b"))
    first = encoded(given)[0]["Id"]
    stub.add_response("get_findings", {"Findings": []})
    failed = [{"Id": first, "ErrorCode": "InvalidInput", "ErrorMessage": "no"}]
    stub.add_response("batch_import_findings", {"FailedCount": 1, "SuccessCount": 1, "FailedFindings": failed})
    pauses = []
    pushed = Hub(client, ACCOUNT, pauses.append).receive(given, encoded(given))
    assert (pushed.imported, pushed.refused) == (1, (f"{first}: InvalidInput: no",))
    assert pauses == [INTERVAL]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("InvalidAccessException", "Security Hub is not enabled in eu-west-1"),
        ("AccessDeniedException", "securityhub:BatchImportFindings and securityhub:GetFindings are needed"),
        ("InvalidInputException", "Security Hub answered InvalidInputException: why"),
    ],
)
def test_a_refusal_says_what_to_do(stubbed, code, told):
    client, stub = stubbed
    stub.add_client_error("get_findings", code, "why")
    with pytest.raises(ClientError) as caught:
        Hub(client, ACCOUNT).receive(report(), [])
    assert told in _explained(caught.value, REGION)
