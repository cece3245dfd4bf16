"""The template, deployed by its command into an emulator of AWS: the schedule starts the function, and all hear of it.

The emulator does not put in place of values in angle brackets what they stand for, and leaves out some properties of
buckets: they are set by the API, from the template's own values. It does refuse what a role or a policy does not allow.
"""

import json
import os
import platform
import subprocess
import time
import urllib.request

import botocore.session
import pytest
from pages import ROOT
from scheduled import own, tools

pytestmark = [
    pytest.mark.slow,
    tools.needs(tools.SAM),
    tools.needs(tools.MINISTACK),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the function's code is built for x86_64"),
]
REGION, ACCOUNT, STACK = "eu-west-1", "123456789012", "aws-account-auditor"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": REGION}
CHECK = "s3-bucket-acls-disabled"


class Deployment:
    """The stack in the emulator: its resources by logical id, and clients."""

    def __init__(self, url):
        self.url = url
        rows = self.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
        self.ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in rows}

    def client(self, service):
        return _client(self.url, service)

    def objects(self):
        found = self.client("s3").list_objects_v2(Bucket=self.ids["Reports"]).get("Contents", [])
        return [each["Key"] for each in found]

    def invoke(self, event, kind="RequestResponse"):
        reply = self.client("lambda").invoke(
            FunctionName=self.ids["Auditor"], InvocationType=kind, Payload=json.dumps(event)
        )
        return json.loads(reply["Payload"].read() or "null")

    def messages(self, url, seconds=0):
        """Return what is in a queue, waiting for it."""
        until = time.monotonic() + seconds
        while True:
            found = self.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            if found or time.monotonic() > until:
                return [json.loads(each["Body"]) for each in found]
            time.sleep(1)

    def failures(self, seconds):
        """Return what is in the queue of failures, waiting for it, by the emulator's own way: the queue demands TLS."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with urllib.request.urlopen(f"{self.url}/_ministack/sqs/messages") as reply:
                queues = json.loads(reply.read())["messages"][ACCOUNT][REGION]
            found = [each["Body"] for url, rows in queues.items() if "FailedRuns" in url for each in rows]
            if found:
                return [json.loads(each) for each in found]
            time.sleep(1)
        return []


def _client(url, service):
    session = botocore.session.Session()
    session.set_credentials(CREDENTIALS["AWS_ACCESS_KEY_ID"], CREDENTIALS["AWS_SECRET_ACCESS_KEY"])
    return session.create_client(service, REGION, endpoint_url=url)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    """Yield the URL of the emulator of AWS."""
    folder, port = tmp_path_factory.mktemp("ministack"), tools.free_port()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # what a role may not do is refused
    }
    log = folder / "log"
    with tools.running([str(tools.MINISTACK)], log, env=environment, cwd=folder) as process:
        url = f"http://127.0.0.1:{port}"
        tools.wait_for(lambda: tools.opened(f"{url}/_ministack/health"), process, log)
        yield url


@pytest.fixture(scope="module")
def deployment(emulator, lambda_zip, tmp_path_factory):
    """Return the stack that the documented command deploys, of this machine's architecture and with a quick audit."""
    template = tmp_path_factory.mktemp("template") / "template.yaml"
    text = tools.TEMPLATE.read_text().replace("../../dist/auditor-lambda-arm64.zip", str(lambda_zip))
    template.write_text(text.replace("[arm64]", "[x86_64]"))
    s3 = _client(emulator, "s3")
    for name in ("access-logs", "shop"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    settings = {
        "Schedule": "'rate(1 minute)'",
        "Regions": REGION,
        "Services": "s3",
        "EndpointUrl": emulator,
        "AccessLogBucket": "access-logs",
        "Email": "audits@example.com",
    }
    (command,) = [line for line in (ROOT / "Makefile").read_text().splitlines() if "bin/sam deploy" in line]
    assert command.split() == [
        *(".venv-sam/bin/sam", "deploy", "--template-file", "deploy/sam/template.yaml"),
        *("--stack-name", STACK, "\\"),
    ]
    subprocess.run(
        [
            *(tools.SAM, "deploy", "--template-file", template, "--stack-name", STACK, "--resolve-s3"),
            *("--capabilities", "CAPABILITY_IAM", "--no-fail-on-empty-changeset", "--parameter-overrides"),
            " ".join(f"{name}={value}" for name, value in settings.items()),
        ],
        check=True,
        env={**os.environ, **CREDENTIALS, "AWS_ENDPOINT_URL": emulator, "SAM_CLI_TELEMETRY": "0"},
        timeout=300,
    )
    return Deployment(emulator)


@pytest.fixture(scope="module")
def heard(deployment):
    """Return the URLs of the queues to which the topic and the bus of the stack send, by name."""
    sqs, events = deployment.client("sqs"), deployment.client("events")
    senders = {"Service": ["sns.amazonaws.com", "events.amazonaws.com"]}
    statement = {"Effect": "Allow", "Principal": senders, "Action": "sqs:SendMessage", "Resource": "*"}
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}
    urls = {name: sqs.create_queue(QueueName=name, Attributes=policy)["QueueUrl"] for name in ("people", "programs")}
    arns = {name: f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}" for name in urls}
    deployment.client("sns").subscribe(TopicArn=deployment.ids["News"], Protocol="sqs", Endpoint=arns["people"])
    pattern = json.dumps({"source": ["aws-account-auditor"]})
    bus = f"{STACK}-news"
    events.put_rule(Name="all", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arns["programs"]}])
    return urls


@pytest.fixture
def over_http(deployment):
    """Lift, for a test, what denies the emulator's HTTP: the policies of bucket and topic demand TLS."""
    s3, sns = map(deployment.client, ("s3", "sns"))
    bucket, topic = (deployment.ids[name] for name in ("Reports", "News"))
    policy = s3.get_bucket_policy(Bucket=bucket)["Policy"]
    of_topic = sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    s3.delete_bucket_policy(Bucket=bucket)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=_without_denials(of_topic))
    yield
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=of_topic)


def _without_denials(policy):
    document = json.loads(policy)
    kept = [each for each in document["Statement"] if each["Effect"] == "Allow"]
    return json.dumps({**document, "Statement": kept})


def test_the_schedule_starts_an_audit_whose_results_are_kept_and_told(deployment, heard, over_http):
    people = deployment.messages(heard["people"], seconds=180)
    assert [each["Subject"] for each in people] == [f"AWS audit of {ACCOUNT}: first audit"]
    (event,) = deployment.messages(heard["programs"], seconds=20)
    assert (event["source"], event["detail"]["first"]) == ("aws-account-auditor", True)
    names = {key.rpartition("/")[2] for key in deployment.objects()}
    assert {"report.json", "report.html", "snapshot.gz", "history.json.gz", "latest.json"} <= names


def test_a_later_audit_tells_what_is_new(deployment, heard, over_http):
    deployment.invoke({"id": "before"})
    for name in heard:
        deployment.client("sqs").purge_queue(QueueUrl=heard[name])
    deployment.client("s3").create_bucket(
        Bucket="careless", CreateBucketConfiguration={"LocationConstraint": REGION}, ObjectOwnership="ObjectWriter"
    )
    summary = deployment.invoke({"id": "after"})
    assert summary["news"]["new"] > 0, summary
    (text,) = deployment.messages(heard["people"], seconds=20)
    assert "arn:aws:s3:::careless" in text["Message"]


def test_an_event_that_fails_ends_in_the_queue(deployment):
    assert "cannot ask for bucket" in deployment.invoke({"id": "wrong", "audit": {"bucket": "x"}})["errorMessage"]
    deployment.invoke({"id": "wrong", "audit": {"bucket": "x"}}, "Event")
    failure = next(each for each in deployment.failures(seconds=420) if each["requestPayload"]["id"] == "wrong")
    assert "cannot ask for bucket" in failure["responsePayload"]["errorMessage"]


def test_without_tls_the_function_is_refused(deployment):
    assert "explicit deny in a resource-based policy" in deployment.invoke({"id": "plain"})["errorMessage"]


def test_the_auditor_finds_nothing_above_low_in_its_own_deployment(deployment, tmp_path, monkeypatch):
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    own.complete(deployment.client, tools.TEMPLATE, deployment.ids, "access-logs")
    found = own.findings(deployment.url, REGION, deployment.ids, tmp_path)
    assert own.graver_than_low(found) == []
    assert own.unargued(found) == set()
    judged = {each["resource"]["type"] for each in found if each["status"] == "PASS"}
    assert judged >= {
        *("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SNS::Topic", "AWS::IAM::Role", "AWS::Logs::LogGroup"),
        *("AWS::IAM::ManagedPolicy", "AWS::CloudWatch::Alarm"),
    }
