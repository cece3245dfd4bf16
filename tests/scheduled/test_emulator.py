"""The built zip under Lambda's own runtime interface, against an emulated account: what arrives, run after run."""

import json
import platform
import threading
import time
import urllib.error
import urllib.request

import jsonschema
import pytest
from fleet.door import Behaviour, Door
from pages import ROOT
from scheduled import tools
from scheduled.test_messages import EMF, SCHEMA

from auditor import demo

pytestmark = [
    pytest.mark.slow,
    tools.needs(tools.CLIENT),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the emulator's binary is for x86_64"),
]
REGION = "eu-west-1"
CHECK = "s3-bucket-encrypted-with-kms"


class Function:
    """The function in its emulator, and what it wrote to its log."""

    def __init__(self, port, log):
        self._url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self._log = log

    def __call__(self, event):
        request = urllib.request.Request(self._url, json.dumps(event).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=300) as reply:
            said = reply.read()
        # The emulator answers in plain text where the function's time is over.
        return said.decode() if said.startswith(b"Task timed out") else json.loads(said)

    def logged(self):
        """Return the lines of JSON in the log."""
        lines = (line[line.find("{") :] for line in self._log.read_text().splitlines() if "{" in line)
        return [json.loads(line) for line in lines if line.endswith("}") and '"' in line]


@pytest.fixture
def function(task, server, tmp_path):
    """Return what starts the function in its emulator with settings; it stops with the test."""
    with tools.contextlib.ExitStack() as stack:

        def start(timeout=300, **settings):
            port, log = tools.free_port(), tmp_path / f"function-{len(list(tmp_path.iterdir()))}.log"
            addresses = ["--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
            addresses += ["--runtime-api-address", f"127.0.0.1:{tools.free_port()}"]
            runtime = [str(tools.CLIENT), "-m", "awslambdaric", "auditor.aws_lambda.handler"]
            environment = {
                **demo.ENVIRONMENT,
                "PATH": "/usr/bin:/bin",
                "AWS_DEFAULT_REGION": REGION,
                "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout),
                "LAMBDA_TASK_ROOT": str(task),
                "PYTHONPATH": str(task),
                "AUDITOR_ENDPOINT_URL": server,
                "AUDITOR_REGIONS": REGION,
                "AUDITOR_CHECKS": CHECK,
                **{f"AUDITOR_{name.upper()}": value for name, value in settings.items()},
            }
            command = [str(tools.emulator_binary()), *addresses, *runtime]
            process = stack.enter_context(tools.running(command, log, env=environment, cwd=task))
            tools.wait_for(lambda: _listens(port), process, log)
            return Function(port, log)

        yield start


def _listens(port):
    with tools.socket.create_connection(("127.0.0.1", port), 1):
        return True


@pytest.fixture
def world(aws):
    """Return the account's S3, the settings of a bucket, a topic and a bus in it, and what hears of both."""
    s3, sns, sqs, events = map(aws, ("s3", "sns", "sqs", "events"))
    for name in ("reports", "shop"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        _encrypt(s3, name, "aws:kms")
    topic = sns.create_topic(Name="news")["TopicArn"]
    bus = events.create_event_bus(Name="audits")["EventBusArn"]
    urls = {}
    for name in ("people", "programs"):
        urls[name] = sqs.create_queue(QueueName=name)["QueueUrl"]
    arns = {name: f"arn:aws:sqs:{REGION}:123456789012:{name}" for name in urls}
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arns["people"])
    pattern = json.dumps({"source": ["aws-account-auditor"], "detail-type": ["Audit News"]})
    events.put_rule(Name="all", EventBusName="audits", EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName="audits", Targets=[{"Id": "queue", "Arn": arns["programs"]}])

    def heard(name):
        found = []
        while messages := sqs.receive_message(QueueUrl=urls[name], MaxNumberOfMessages=10).get("Messages", []):
            found += [json.loads(each["Body"]) for each in messages]
            for each in messages:
                sqs.delete_message(QueueUrl=urls[name], ReceiptHandle=each["ReceiptHandle"])
        return found

    return s3, {"bucket": "reports", "topic": topic, "event_bus": bus}, heard


def _encrypt(s3, name, algorithm):
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})


def _let_a_second_pass():
    """Runs are told apart by the second: one that begins in that of the run before is refused."""
    time.sleep(1)


def test_runs_are_kept_told_and_measured(function, world):
    s3, settings, heard = world
    invoke = function(**settings)
    first = invoke({"id": "first"})
    assert (first["failures"]["medium"], first["news"]["new"]) == (0, 0), first
    assert _names(s3) == {
        *("report.json", "report.html", "history.json.gz", "snapshot.gz", "news.json"),
        *("first.json", "latest.json"),
    }
    assert [each["Subject"] for each in heard("people")] == ["AWS audit of 123456789012: first audit"]
    assert [each["detail"]["first"] for each in heard("programs")] == [True]

    assert invoke({"id": "first"}) == {**first, "repeated": True}
    assert (heard("people"), heard("programs")) == ([], [])

    _encrypt(s3, "shop", "AES256")
    _let_a_second_pass()
    assert invoke({"id": "second"})["news"]["new"] == 1
    (text,), (event,) = heard("people"), heard("programs")
    assert "arn:aws:s3:::shop" in text["Message"]
    assert [each["resource"] for each in event["detail"]["new"]] == ["arn:aws:s3:::shop"]
    jsonschema.Draft202012Validator(SCHEMA).validate(event["detail"])

    _let_a_second_pass()
    assert invoke({"id": "third"})["news"]["new"] == 0
    assert (heard("people"), heard("programs")) == ([], [])

    metrics = [line for line in invoke.logged() if "_aws" in line]
    assert len(metrics) == 15
    for line in metrics:
        jsonschema.Draft202012Validator(EMF).validate(line)
    told = [line["event"] for line in invoke.logged() if "event" in line]
    assert told == [
        *("audit-began", "audit-finished", "audit-repeated"),
        *("audit-began", "audit-finished", "audit-began", "audit-finished"),
    ]


def test_a_function_without_time_tells_what_it_has_as_partial(function, world):
    _, settings, heard = world
    every = ",".join(demo_regions())
    summary = function(**settings, checks="*", regions=every, reserve="10000", workers="2")({"id": "short"})
    assert summary["partial"], summary
    assert summary["coverage"] < 100
    (text,), (event,) = heard("people"), heard("programs")
    assert "PARTIAL" in text["Message"]
    assert event["detail"]["partial"]


def demo_regions():
    from auditor.targets import ALWAYS_ENABLED

    return ALWAYS_ENABLED


@pytest.mark.parametrize(
    ("stalls", "timeout"),
    [("GET /shop.*encryption", 4), ("PUT .*/report.html", 10), ("PUT .*/runs/", 10)],
    ids=["audit", "report", "record"],
)
def test_a_function_that_is_ended_leaves_no_run_and_audits_anew_when_it_is_tried_again(
    function, world, server, stalls, timeout
):
    s3, settings, heard = world
    door = Door(server, Behaviour(stalls=stalls))
    threading.Thread(target=door.serve_forever, daemon=True).start()
    cut = function(timeout, **settings, endpoint_url=door.url)
    # A start that is too slow is ended, too.
    assert any("errorType" in cut({"audit": "wrong"}) for _ in range(20))
    assert cut({"id": "cut"}) == f"Task timed out after {timeout}.00 seconds"
    assert door.behaviour.stalled
    assert {"cut.json", "latest.json"}.isdisjoint(_names(s3))
    before = len(heard("people"))
    door.behaviour.stalls = ""
    invoke = function(**settings, endpoint_url=door.url)
    summary = invoke({"id": "cut"})
    assert ("repeated" in summary, summary["partial"]) == (False, False), summary
    assert {"cut.json", "latest.json"} < _names(s3)
    # Whoever was told before the end is told again: better twice than never.
    assert (before, len(heard("people"))) == (int("runs" in stalls), 1)
    assert invoke({"id": "cut"}) == {**summary, "repeated": True}
    door.shutdown()


def _names(s3):
    return {each["Key"].rpartition("/")[2] for each in s3.list_objects_v2(Bucket="reports").get("Contents", ())}


@pytest.mark.parametrize(
    ("settings", "event", "error", "told"),
    [
        ({"bucket": "missing"}, {}, "DeliveryError", "NoSuchBucket"),
        ({"topic": f"arn:aws:sns:{REGION}:123456789012:gone"}, {}, "DeliveryError", "cannot be published to"),
        ({}, {"audit": {"bucket": "mine"}}, "SettingsError", "an event cannot ask for bucket"),
        ({"buket": "x"}, {}, "SettingsError", "did you mean BUCKET"),
    ],
)
def test_what_fails_is_an_error_of_the_function_and_a_line_in_its_log(function, world, settings, event, error, told):
    invoke = function(**{**world[1], **settings})
    reply = invoke({"id": "x", **event})
    assert (reply["errorType"], told in reply["errorMessage"]) == (error, True)
    (line,) = [each for each in invoke.logged() if each.get("event") == "audit-failed"]
    assert (line["run"], line["error"]) == ("x", error)


def test_the_function_s_zip_names_the_version_of_the_auditor(task):
    assert (task / "auditor/__init__.py").read_text() == (ROOT / "auditor/__init__.py").read_text()
