"""The numbers that `make bench` prints, from cases whose answer is known."""

from __future__ import annotations

import pytest

from benchmarks import accounts
from benchmarks.__main__ import planned
from benchmarks.endpoint import Seen, serve
from benchmarks.measure import floor, in_turn, longest_chain, making, replay, run
from benchmarks.tables import table, verdict


def seen(service, operation, region="us-east-1", **parameters):
    return Seen(service, operation, region, parameters)


@pytest.mark.parametrize(
    ("requests", "chain"),
    [
        ([], 2),
        ([seen("iam", "GetAccountSummary"), seen("ec2", "DescribeVpcs"), seen("ec2", "DescribeVpcs", "eu-west-1")], 3),
        ([seen("s3", "ListBuckets"), *[seen("s3", "GetBucketAcl", Bucket=str(n)) for n in range(9)]], 6),
        ([seen("ec2", "DescribeSecurityGroups", NextToken=str(page)) for page in range(4)], 6),
        ([seen("ec2", "DescribeSnapshots", OwnerIds=["self"])] * 2, 3),
        ([seen("kms", "ListKeys"), seen("kms", "ListKeys", Marker="2.0"), seen("kms", "DescribeKey", KeyId="x")], 6),
    ],
)
def test_the_longest_chain_is_what_has_to_wait(requests, chain):
    assert longest_chain(requests) == chain


def test_a_command_s_cost_is_the_whole_process_s():
    cost = run(["-c", "sum(range(3_000_000)); bytearray(80_000_000); raise SystemExit(3)"])
    assert cost.exit_code == 3
    assert cost.wall >= cost.cpu * 0.5 > 0
    assert cost.peak > 70


def test_commands_run_in_turn_have_a_median_each():
    costs = in_turn({"little": ["-c", ""], "more": ["-c", "sum(range(20_000_000))"]}, 3)
    assert costs["more"].cpu > costs["little"].cpu


def test_what_botocore_costs_is_measured_on_the_endpoint():
    with serve(accounts.account(buckets=3, regions=1)) as endpoint:
        assert 0 < floor(endpoint) < 0.1
        endpoint.reset()
        asked = [seen("s3", "ListBuckets"), seen("ec2", "DescribeVpcs"), seen("s3", "GetBucketAcl", Bucket="none-such")]
        assert replay(endpoint, asked) > 0
        assert endpoint.summary().counts == {"s3:ListBuckets": 1, "ec2:DescribeVpcs": 1, "s3:GetBucketAcl": 1}


def test_clients_are_made_for_each_service_in_each_region():
    asked = [
        seen("s3", "ListBuckets"),
        seen("s3", "GetBucketAcl", Bucket="x"),
        seen("ec2", "DescribeVpcs", "eu-west-1"),
    ]
    count, cpu = making(asked)
    assert count == 2
    assert cpu > 0


def test_the_plan_names_the_operations_of_a_full_scan():
    assert {"s3:ListBuckets", "ec2:DescribeSecurityGroups"} <= planned()


def test_a_table_is_markdown_with_three_figures():
    text = table("Title", ("what", "value"), [("a", 1.23456), ("b", 1234.5), ("c", verdict(2.0, 1.5))])
    assert text.splitlines()[2:] == [
        "| what | value |",
        "| --- | --- |",
        "| a | 1.23 |",
        "| b | 1234 |",
        "| c | 2 (target ≤ 1.5: MISSED) |",
    ]
