"""The deployed organization audit in an emulator, and what must hold of its runs wherever it is."""

import csv
import gzip
import io
import json
import time
from pathlib import Path

import boto3
from fleet.door import Behaviour

from auditor.remedies import OUT_OF_TIME
from reports import json as json_report

TEMPLATE = Path(__file__).parents[2] / "deploy/organization/template.yaml"
STACK, REGION = "fleet", "us-east-1"
SIZE = 50
"""Accounts beside the one that owns the organization."""
PARAMETERS = {
    "CodeBucket": "code",
    "CodeKey": "auditor.zip",
    "OrganizationId": "o-abcdefghij",
    "ExternalId": "an-external-id",
    "Concurrency": "4",
    "ToleratedFailurePercentage": "10.0",  # moto takes no whole number here, which the language allows
    "GroupFindings": "30000",  # some fifteen accounts, so that there are several groups
    "Regions": REGION,
    "Checks": "s3-bucket-versioned,iam-password-policy-*",
}
FUNCTIONS = ("accounts", "audit", "failed", "groups", "group", "merge")


class Deployment:
    """The stack in an emulator, behind the door."""

    def __init__(self, door):
        self.door = door
        self.accounts = []
        self.machine = self.bucket = self.topic = ""
        self.ids = {}

    def client(self, service):
        return boto3.client(service, endpoint_url=self.door.url, region_name=REGION)

    def organize(self):
        """Make accounts in the organization."""
        client = self.client("organizations")
        for number in range(SIZE):
            made = client.create_account(Email=f"a{number}@example.com", AccountName=f"team {number}")
            self.accounts.append(made["CreateAccountStatus"]["AccountId"])

    def deploy(self, code, architecture="arm64"):
        """Deploy the template, with the zip file ``code``."""
        self.client("s3").create_bucket(Bucket=PARAMETERS["CodeBucket"])
        self.client("s3").put_object(Bucket=PARAMETERS["CodeBucket"], Key=PARAMETERS["CodeKey"], Body=code)
        client = self.client("cloudformation")
        client.create_stack(
            StackName=STACK,
            TemplateBody=TEMPLATE.read_text().replace("[arm64]", f"[{architecture}]"),
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in PARAMETERS.items()],
        )
        while (stack := client.describe_stacks(StackName=STACK)["Stacks"][0])["StackStatus"] == "CREATE_IN_PROGRESS":
            time.sleep(0.2)
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
        outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
        rows = client.describe_stack_resources(StackName=STACK)["StackResources"]
        self.ids = {each.get("LogicalResourceId"): each.get("PhysicalResourceId") for each in rows}
        self.bucket, self.topic = outputs["ReportBucket"], outputs["NewsTopicArn"]
        self.machine = outputs["StateMachineArn"]

    def listen(self):
        """Have what is told sent to a queue, and return a function that takes the texts told since."""
        sqs = self.client("sqs")
        queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.client("sns").subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)

        def heard():
            told = []
            while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
                for each in found:
                    told.append(json.loads(each["Body"]))
                    sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
            return told

        return heard

    def run(self, name):
        """Run the state machine; return its status and output, or the error that it ended with."""
        client = self.client("stepfunctions")
        arn = client.start_execution(stateMachineArn=self.machine, name=name, input="{}")["executionArn"]
        while (found := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(0.2)
        told = json.loads(found.get("output") or "{}")
        # MiniStack tells the error where AWS tells the output.
        return found["status"], told if found["status"] == "SUCCEEDED" else found.get("error") or told["Error"]

    def object(self, key):
        return self.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()

    def record(self):
        return json.loads(self.object("audits/organization/latest.json"))

    def beside(self, name):
        return self.object(f"{self.record()['report'].rpartition('/')[0]}/{name}")

    def report(self):
        return json_report.read(gzip.decompress(self.beside("report.json.gz")))

    def rows(self):
        return list(csv.DictReader(io.StringIO(gzip.decompress(self.beside("findings.csv.gz")).decode())))

    def outcomes(self):
        return {each["account"]: each for each in json.loads(self.beside("outcomes.json"))}


def check_first_run(deployed, heard):
    """One account refuses, one is throttled for a while: all but the first are audited, and that is told."""
    refusing, throttled, *_ = deployed.accounts
    deployed.door.behaviour.refused.add(refusing)
    deployed.door.behaviour.throttled[throttled] = 7
    status, summary = deployed.run("first")
    assert status == "SUCCEEDED", summary
    assert summary["accounts"] == {"audited": SIZE, "partial": 0, "unknown": 1}
    assert deployed.door.behaviour.throttled[throttled] == 0
    outcomes = deployed.outcomes()
    assert {each["state"] for account, each in outcomes.items() if account != refusing} == {"AUDITED"}
    assert outcomes[refusing]["state"] == "UNKNOWN"
    assert "sts:AssumeRole" in outcomes[refusing]["reason"]
    _check_report(deployed, refusing)
    (told,) = heard()
    assert told["Subject"] == "AWS audit of organization: first audit"
    assert told["Message"].startswith(f"{SIZE} of {SIZE + 1} accounts audited\n\nNOT AUDITED")
    assert f"  {refusing}: " in told["Message"]


def _check_report(deployed, refusing):
    report = deployed.report()
    assert len(report.audit.accounts) == SIZE + 1
    tallies = {each.name: each for each in report.accounts}
    assert set(tallies) == set(report.audit.accounts)
    assert (tallies[refusing].coverage, tallies[refusing].passed, tallies[refusing].failed) == (0.0, 0, 0)
    assert all(each.coverage == 100.0 for name, each in tallies.items() if name != refusing)
    assert {each.status.value for each in report.findings if each.account == refusing} == {"UNKNOWN"}
    gaps = {each.account: each for each in report.gaps}
    assert list(gaps) == [refusing]
    assert gaps[refusing].permission == "sts:AssumeRole"
    assert len(deployed.rows()) == len(report.findings)
    assert [each.order for each in report.findings] == sorted(each.order for each in report.findings)
    groups = json.loads(deployed.beside("groups.json"))
    assert len(groups) > 2
    assert [account for each in groups for account in each["accounts"]] == sorted(report.audit.accounts)
    assert deployed.beside("report.html")[:15].lower() == b"<!doctype html>"


def check_second_run(deployed, heard):
    """What changed is told: a bucket that is not versioned, an account that lets the auditor in, one that does not."""
    back, lost, changed, *_ = deployed.accounts
    deployed.door.behaviour.refused = {lost}
    credentials = deployed.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{changed}:role/any", RoleSessionName="owner"
    )["Credentials"]
    boto3.client(
        "s3",
        endpoint_url=deployed.door.url,
        region_name=REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    ).create_bucket(Bucket="new-and-not-versioned")
    status, summary = deployed.run("second")
    assert status == "SUCCEEDED", summary
    assert summary["accounts"] == {"audited": SIZE, "partial": 0, "unknown": 1}
    assert summary["news"]["new"] == 1
    (told,) = heard()
    assert told["Subject"] == "AWS audit of organization: 1 new (1 low)", told["Subject"]
    assert f"Audited again: {back}" in told["Message"]
    assert f"  {lost}: " in told["Message"]
    assert "arn:aws:s3:::new-and-not-versioned" in told["Message"]


def check_unmerged_group(deployed, heard):
    """A group that cannot be merged: its accounts are unknown, the rest is reported, and the run fails."""
    deployed.door.behaviour.refused = set()
    deployed.door.behaviour.stalls = ""
    deployed.door.behaviour.broken = r"PUT .*organization/parts/.*/unmerged/group-0002/"
    heard()
    status, error = deployed.run("unmerged")
    deployed.door.behaviour.broken = ""
    assert (status, error) == ("FAILED", "NotAllMerged"), (status, error)
    groups = {each["group"]: each["accounts"] for each in json.loads(deployed.beside("groups.json"))}
    outcomes = deployed.outcomes()
    assert {account for account, each in outcomes.items() if each["state"] == "UNKNOWN"} == set(groups["group-0002"])
    reasons = {outcomes[account]["reason"] for account in groups["group-0002"]}
    assert all(each.startswith("its report could not be merged: ") for each in reasons)
    report = deployed.report()
    unknown = {each.account for each in report.findings if each.status.value == "UNKNOWN"}
    assert unknown == set(groups["group-0002"])
    assert deployed.record()["summary"]["unmerged"] == len(unknown)
    (told,) = heard()
    assert f"NOT MERGED: {len(unknown)} accounts" in told["Message"]


def check_too_many_failures(deployed, heard):
    """A run in which too many accounts fail tells what it has, and fails."""
    deployed.door.behaviour.refused = set(deployed.accounts[: SIZE // 5])
    status, error = deployed.run("third")
    assert (status, error) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    states = [each["state"] for each in deployed.outcomes().values()]
    assert states.count("UNKNOWN") >= SIZE // 5
    (told,) = heard()
    assert "NOT AUDITED, so nothing is known of" in told["Message"]


def check_ended_audit(deployed, heard):
    """An account whose function is ended in mid-audit is UNKNOWN for want of time, and audited by the next run."""
    slow, *others = deployed.accounts[-12:]
    deployed.door.behaviour = Behaviour(stalls=f"Action=AssumeRole.*{slow}")
    _take(deployed, [slow, *others], seconds=45)
    heard()
    status, summary = deployed.run("ended")
    assert status == "SUCCEEDED", summary
    assert summary["accounts"] == {"audited": 11, "partial": 0, "unknown": 1}
    assert deployed.outcomes()[slow]["reason"].endswith("Task timed out after 45.00 seconds")
    report = deployed.report()
    assert {(each.account, each.code) for each in report.gaps} == {(slow, OUT_OF_TIME)}
    assert {each.status.value for each in report.findings if each.account == slow} == {"UNKNOWN"}
    rows = deployed.client("s3").list_objects_v2(Bucket=deployed.bucket, Prefix=f"audits/{slow}/")
    assert not [each["Key"] for each in rows.get("Contents", ()) if "ended" in each["Key"]]
    deployed.door.behaviour.stalls = ""
    _take(deployed, [slow, *others], seconds=900)
    status, summary = deployed.run("after")
    assert summary["accounts"] == {"audited": 12, "partial": 0, "unknown": 0}
    assert f"Audited again: {slow}" in heard()[-1]["Message"]


def _take(deployed, accounts, seconds):
    """Have the stack audit these accounts, each in so many seconds."""
    key, client = "audits/accounts.csv", deployed.client("lambda")
    deployed.client("s3").put_object(Bucket=deployed.bucket, Key=key, Body="\n".join(["id", *accounts]).encode())
    for name, more in (("accounts", {"FLEET_ACCOUNTS_FILE": key}), ("audit", {"AUDITOR_RESERVE": "5"})):
        function = f"{STACK}-{name}"
        variables = client.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        client.update_function_configuration(FunctionName=function, Environment={"Variables": {**variables, **more}})
    client.update_function_configuration(FunctionName=f"{STACK}-audit", Timeout=seconds)
