"""What a client without patience sees of each fault, and that the account comes through once the fault is over."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime

import pytest
from botocore.exceptions import ClientError, HTTPClientError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from benchmarks import accounts
from benchmarks.endpoint import serve
from benchmarks.faults import (
    ClockSkew,
    EmptyPages,
    Fault,
    Hang,
    Malformed,
    RateLimit,
    Reset,
    ServerError,
    Slow,
    Throttle,
)


def small(**how):
    return accounts.account(buckets=4, security_groups=9, instances=2, users=3, roles=2, regions=2, **how)


@pytest.mark.parametrize(
    ("service", "method", "code", "status"),
    [
        ("ec2", "describe_security_groups", "RequestLimitExceeded", 503),
        ("s3", "list_buckets", "SlowDown", 503),
        ("iam", "get_account_summary", "Throttling", 400),
        ("rds", "describe_db_instances", "Throttling", 400),
        ("sts", "get_caller_identity", "Throttling", 400),
        ("cloudtrail", "describe_trails", "ThrottlingException", 400),
    ],
)
def test_each_distinct_call_is_throttled_and_then_served(connect, service, method, code, status):
    with serve(small(), faults=[Throttle(times=2)]) as endpoint:
        for region in ("us-east-1", "us-east-2"):
            call = getattr(connect(endpoint, service, region), method)
            for _ in range(2):
                with pytest.raises(ClientError) as caught:
                    call()
                assert caught.value.response["Error"]["Code"] == code
                assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
            assert call()["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert endpoint.summary().spoilt == 4


def test_a_client_with_patience_gets_through_throttling(connect):
    with serve(small(), faults=[Throttle(times=2)]) as endpoint:
        patient = connect(endpoint, "iam", retries={"mode": "standard", "total_max_attempts": 4})
        assert patient.get_account_summary()["SummaryMap"]["Users"] == 3
        assert endpoint.summary().counts["iam:GetAccountSummary"] == 3


def test_calls_beyond_the_rate_are_throttled_by_service_and_region(connect):
    with serve(small(), faults=[RateLimit(service="ec2", per_second=3)]) as endpoint:
        refused = 0
        for region in ("us-east-1", "us-east-2"):
            outcomes = [code_of(connect(endpoint, "ec2", region).describe_vpcs) for _ in range(12)]
            assert set(outcomes) == {None, "RequestLimitExceeded"}
            assert outcomes[:3] == [None] * 3
            refused += outcomes.count("RequestLimitExceeded")
        assert endpoint.summary().statuses["503"] == refused


def code_of(call):
    """Return the code of the error a call ends with; None when it is served."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def test_one_region_hangs_and_the_others_do_not(connect):
    with serve(small(), faults=[Hang(region="us-east-2")]) as endpoint:
        assert connect(endpoint, "ec2", "us-east-1").describe_vpcs()["Vpcs"]
        with pytest.raises(ReadTimeoutError):
            connect(endpoint, "ec2", "us-east-2", read_timeout=0.3).describe_vpcs()


@pytest.mark.parametrize("after_bytes", [0, 20, 150, 400])
def test_the_connection_is_reset_in_the_reply(connect, after_bytes):
    faults = [Reset(operation="DescribeVpcs", after_bytes=after_bytes, times=1)]
    with serve(small(), faults=faults) as endpoint:
        ec2 = connect(endpoint, "ec2")
        with pytest.raises(HTTPClientError):
            ec2.describe_vpcs()
        assert ec2.describe_vpcs()["Vpcs"]


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_botocore_takes_half_a_reply_for_a_whole_one(connect, tls):
    """It counts no bytes."""
    faults = [Reset(operation="GetBucketPolicy", after_bytes=300, politely=True, times=1)]
    with serve(small(), faults=faults, tls=tls) as endpoint:
        s3 = connect(endpoint, "s3")
        half, whole = (s3.get_bucket_policy(Bucket="company-00001-data")["Policy"] for _ in range(2))
        assert half != whole
        assert whole.startswith(half)


def test_a_slow_reply_is_late_and_whole(connect):
    with serve(small(), faults=[Slow(operation="DescribeVpcs", delay=0.1, trickle=0.2)]) as endpoint:
        started = time.monotonic()
        assert connect(endpoint, "ec2").describe_vpcs()["Vpcs"]
        assert time.monotonic() - started >= 0.25


@pytest.mark.parametrize(
    ("kind", "service", "method", "member", "raised"),
    [
        ("truncated", "ec2", "describe_vpcs", "Vpcs", ResponseParserError),
        ("truncated", "s3", "list_buckets", "Buckets", ClientError),
        ("truncated", "iam", "get_account_summary", "SummaryMap", ResponseParserError),
        ("empty", "ec2", "describe_vpcs", "Vpcs", ResponseParserError),
        ("html", "iam", "get_account_summary", "SummaryMap", KeyError),
        ("wrong-type", "ec2", "describe_security_groups", "SecurityGroups", ValueError),
        ("wrong-type", "cloudtrail", "describe_trails", "trailList", TypeError),
        ("wrong-shape", "rds", "describe_db_instances", "DBInstances", KeyError),
    ],
)
def test_a_malformed_reply_breaks_botocore_s_parser(connect, kind, service, method, member, raised):
    with serve(small(), faults=[Malformed(kind=kind, times=1)]) as endpoint:
        call = getattr(connect(endpoint, service), method)
        with pytest.raises(raised):
            call()
        assert member in call()


@pytest.mark.parametrize(
    ("kind", "service", "method", "member"),
    [
        ("truncated", "cloudtrail", "describe_trails", "trailList"),
        ("empty", "cloudtrail", "describe_trails", "trailList"),
        ("empty", "s3", "list_buckets", "Buckets"),
        ("html", "ec2", "describe_security_groups", "SecurityGroups"),
        ("html", "s3", "list_buckets", "Buckets"),
        ("wrong-shape", "ec2", "describe_vpcs", "Vpcs"),
        ("wrong-shape", "s3", "list_buckets", "Buckets"),
    ],
)
def test_botocore_takes_some_malformed_replies_for_empty_ones(connect, kind, service, method, member):
    """These are what an auditor has to be wary of: no error, and nothing of what is there."""
    with serve(small(), faults=[Malformed(kind=kind, times=1)]) as endpoint:
        call = getattr(connect(endpoint, service), method)
        assert member not in call()
        assert call()[member]


def test_empty_pages_come_before_each_page_and_lose_nothing(connect):
    with serve(small(page_size=3), faults=[EmptyPages(count=2)]) as endpoint:
        paginator = connect(endpoint, "ec2").get_paginator("describe_security_groups")
        sizes = [len(page["SecurityGroups"]) for page in paginator.paginate()]
        assert sizes == [0, 0, 3, 0, 0, 2]


def test_the_clock_is_wrong_and_nobody_minds(connect):
    with serve(small(), faults=[ClockSkew(seconds=7200)]) as endpoint:
        said = connect(endpoint, "sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert parsedate_to_datetime(said).timestamp() - time.time() == pytest.approx(7200, abs=60)


@pytest.mark.parametrize(
    ("service", "method", "code"),
    [
        ("s3", "list_buckets", "RequestTimeTooSkewed"),
        ("ec2", "describe_vpcs", "RequestExpired"),
        ("iam", "get_account_summary", "SignatureDoesNotMatch"),
    ],
)
def test_the_clock_is_wrong_and_requests_are_refused(connect, service, method, code):
    with serve(small(), faults=[ClockSkew(refuses=True)]) as endpoint, pytest.raises(ClientError) as caught:
        getattr(connect(endpoint, service), method)()
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize("status", [500, 503])
def test_the_service_is_down(connect, status):
    with serve(small(), faults=[ServerError(service="rds", status=status, times=1)]) as endpoint:
        rds = connect(endpoint, "rds")
        with pytest.raises(ClientError) as caught:
            rds.describe_db_instances()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
        assert "DBInstances" in rds.describe_db_instances()


def test_faults_add_up(connect):
    faults = [Slow(delay=0.1), Throttle(operation="DescribeVpcs", times=1), ClockSkew(seconds=3600)]
    with serve(small(), faults=faults) as endpoint:
        ec2 = connect(endpoint, "ec2")
        started = time.monotonic()
        with pytest.raises(ClientError, match="RequestLimitExceeded") as caught:
            ec2.describe_vpcs()
        assert time.monotonic() - started >= 0.1
        date = caught.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
        assert parsedate_to_datetime(date).timestamp() - time.time() > 3000


def test_a_fault_that_matches_nothing_changes_nothing(connect):
    with serve(small(), faults=[Throttle(service="rds"), Fault()]) as endpoint:
        assert connect(endpoint, "ec2").describe_vpcs()["Vpcs"]
        assert endpoint.summary().spoilt == 0
