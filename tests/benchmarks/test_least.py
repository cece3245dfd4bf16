"""A scan makes no call twice, and hardly more calls than the least that tell what its checks want to know."""

from __future__ import annotations

from collections import Counter

import pytest

from auditor import registry
from auditor.__main__ import main
from auditor.gate import ExitCode
from auditor.plan import Plan
from benchmarks import accounts
from benchmarks.account import AwsError
from benchmarks.endpoint import serve
from benchmarks.least import UntoldError, least

MOST = 1.15
SMALL = {
    "buckets": 40,
    "security_groups": 60,
    "instances": 20,
    "users": 20,
    "roles": 12,
    "databases": 8,
    "trails": 2,
    "snapshots": 12,
    "regions": 4,
}


@pytest.mark.parametrize("account", [accounts.account(**SMALL), accounts.empty(regions=4)], ids=["full", "empty"])
def test_a_full_scan_makes_no_call_twice_and_hardly_one_in_vain(tmp_path, account):
    with serve(account) as endpoint:
        report = f"json={tmp_path / 'report.json'}"
        code = main(["scan", "--endpoint-url", endpoint.url, "-q", "--output-format", report])
        seen = endpoint.summary()
    needed = least(account, seen.counts)
    more = {name: (count, needed[name]) for name, count in seen.counts.items() if count != needed[name]}
    assert code == ExitCode.FINE
    assert not seen.unknown
    assert seen.total == seen.distinct
    assert seen.total <= MOST * needed.total(), more


def test_every_planned_operation_has_a_least():
    plan = Plan(registry.load().checks.values())
    names = {step.request.name for step in plan.steps()}
    assert least(accounts.account(**SMALL), names).keys() == names


def test_an_operation_about_a_resource_needs_a_rule():
    with pytest.raises(UntoldError, match="lambda:GetFunctionConfiguration"):
        least(accounts.empty(regions=1), ["lambda:GetFunctionConfiguration"])


def test_a_listing_takes_as_many_calls_as_its_largest_pages_in_every_region():
    account = accounts.account(regions=2, security_groups=4001, buckets=1)
    assert least(account, ["ec2:DescribeSecurityGroups", "logs:DescribeLogGroups"]) == {
        "ec2:DescribeSecurityGroups": 3 + 2,
        "logs:DescribeLogGroups": 2 * 2,
    }


def test_what_is_told_already_is_not_asked():
    account = accounts.account(buckets=10, instances=3, regions=1)
    before = least(account, ["s3:GetBucketPolicyStatus", "s3:GetBucketAcl", "kms:GetKeyRotationStatus"])
    missing = AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404)
    names = [row["Name"] for row in account.find("s3", "ListBuckets", "us-east-1", {})["Buckets"]]
    enforced = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    for name in names:
        account.put("s3", "GetBucketPolicy", missing, Bucket=name)
        account.put("s3", "GetBucketOwnershipControls", enforced, Bucket=name)
    after = least(account, before)
    assert before["s3:GetBucketPolicyStatus"] > after["s3:GetBucketPolicyStatus"] == 0
    assert before["s3:GetBucketAcl"] > after["s3:GetBucketAcl"] == 0
    assert before["kms:GetKeyRotationStatus"] == after["kms:GetKeyRotationStatus"] == 2


def test_what_resources_share_is_asked_once():
    account = accounts.account(databases=8, regions=1)
    rows = account.find("rds", "DescribeDBInstances", "us-east-1", {})["DBInstances"]
    alone = [row for row in rows if "DBClusterIdentifier" not in row]
    groups = Counter(row["DBParameterGroups"][0]["DBParameterGroupName"] for row in alone)
    assert least(account, ["rds:DescribeDBParameters"]) == {"rds:DescribeDBParameters": len(groups)}
