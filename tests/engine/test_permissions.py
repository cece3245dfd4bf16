"""The printed policy: it allows every call that a full scan makes, and nothing that is not a read of configuration."""

import json
import re

import boto3
import pytest
import requests

from auditor import demo, registry, snapshot
from auditor.__main__ import main
from auditor.plan import Plan
from auditor.readonly import JOBS, STARTS

READS = re.compile(r"[a-z0-9-]+:(Get|List|Describe|Head|BatchGet)\w+")


def printed(capsys):
    assert main(["permissions"]) == 0
    return json.loads(capsys.readouterr().out)


def test_only_reads_are_allowed(capsys):
    (statement,) = printed(capsys)["Statement"]
    starts = {f"{service}:{operation}" for (service, _), operation in STARTS.items()}
    starts |= {f"{service}:{operation}" for service, operation in JOBS}
    assert [each for each in statement["Action"] if not READS.fullmatch(each) and each not in starts] == []
    assert statement["Effect"] == "Allow"


def test_every_call_of_a_full_scan_is_allowed(recording, capsys):
    """The calls of a recorded scan, named as the plan names their permissions, are all among the printed actions."""
    permissions = {step.request.name: step.request.permission for step in Plan(registry.load().checks.values()).steps()}
    called = {f"{call.service}:{call.operation}" for call in snapshot.read(recording).outcomes}
    assert called
    assert {permissions[name] for name in called} <= set(printed(capsys)["Statement"][0]["Action"])


@pytest.fixture
def enforced(emulator):
    """Yield the emulator with IAM enforced; it is as before afterwards."""
    requests.post(f"{emulator}/moto-api/reset-auth", data=b"0", timeout=9)
    yield emulator
    requests.post(f"{emulator}/moto-api/reset-auth", data=b"inf", timeout=9)


def caller(emulator, name, policy):
    """Return the credentials of a new user that has the policy."""
    iam = boto3.client("iam", "us-east-1", endpoint_url=emulator)
    iam.create_user(UserName=name)
    if policy:
        iam.put_user_policy(UserName=name, PolicyName="audit", PolicyDocument=json.dumps(policy))
    return iam.create_access_key(UserName=name)["AccessKey"]


def scanned_as(key, emulator, monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    path = tmp_path / "report.json"
    code = main(
        ["scan", "--endpoint-url", emulator, "--region", demo.REGIONS[0], "--output-format", f"json={path}", "-q"]
    )
    return code, json.loads(path.read_text())


def refusals(report):
    return {gap["permission"]: gap["message"] for gap in report["gaps"] if gap["remedy"].startswith("grant ")}


NAMED_OTHERWISE_BY_THE_EMULATOR = {
    "cloudwatch:DescribeAlarms",
    "s3:GetBucketObjectLockConfiguration",
    "s3:GetBucketOwnershipControls",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetEncryptionConfiguration",
    "s3:GetReplicationConfiguration",
    "s3express:ListAllMyDirectoryBuckets",
}
"""For these the emulator enforces the operation's name and not the action of AWS's Service Authorization Reference."""


@pytest.mark.slow
@pytest.mark.parametrize("granted", [True, False])
def test_where_iam_is_enforced_the_policy_is_what_it_takes(emulator, granted, capsys, monkeypatch, tmp_path, request):
    policy = printed(capsys)
    key = caller(emulator, f"auditor-{granted}", policy if granted else None)
    request.getfixturevalue("enforced")
    code, report = scanned_as(key, emulator, monkeypatch, tmp_path)
    if granted:
        # Of some services the emulator takes every signature for a wrong one.
        unsigned = {each for each, message in refusals(report).items() if "SignatureDoesNotMatch" in message}
        assert refusals(report).keys() - unsigned == NAMED_OTHERWISE_BY_THE_EMULATOR
        assert report["coverage"] > 70
    else:
        assert code == 3
        assert report["coverage"] == 0
        assert {each["status"] for each in report["findings"]} == {"UNKNOWN"}
        asked = set(report["missing_permissions"]["Statement"][0]["Action"])
        assert asked == refusals(report).keys()
        assert asked <= set(policy["Statement"][0]["Action"])
