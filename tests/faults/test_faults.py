"""What goes wrong between here and AWS: none of it loses a finding, hangs, or turns into a pass."""

import json
from functools import cache

import pytest

from auditor.__main__ import main
from auditor.call import Call
from auditor.gate import ExitCode
from auditor.plan import Plan
from auditor.registry import load
from auditor.source import Live
from auditor.targets import Access
from benchmarks import accounts
from benchmarks.account import AwsError
from benchmarks.endpoint import serve
from benchmarks.faults import ClockSkew, EmptyPages, Hang, Malformed, RateLimit, Reset, ServerError, Slow, Throttle

S3 = ["--service", "s3"]
SINGLE = {"AWS::::Account", "AWS::Macie::Session", "AWS::SecurityHub::Hub"}
"""The types of which there is one in an account or region, whatever is in it."""


def small(**more):
    return accounts.account(
        buckets=6,
        security_groups=8,
        instances=4,
        users=4,
        roles=3,
        databases=3,
        trails=2,
        snapshots=6,
        regions=2,
        **more,
    )


@pytest.fixture
def scan(tmp_path, monkeypatch, capsys):
    """Run `auditor scan` against an endpoint; return its exit code and the report."""

    def run(endpoint, *arguments):
        if endpoint.ca_bundle:
            monkeypatch.setenv("AWS_CA_BUNDLE", endpoint.ca_bundle)
        path = tmp_path / "report.json"
        code = main(["scan", "--endpoint-url", endpoint.url, "-q", "--output-format", f"json={path}", *arguments])
        if code == ExitCode.USAGE:
            return code, capsys.readouterr().err
        return code, json.loads(path.read_text())

    return run


def verdicts(report):
    return {(each["check"], each["resource"]["arn"]): each["status"] for each in report["findings"]}


@cache
def undisturbed():
    """Return a place to keep what the small account's undisturbed audit finds."""
    return {}


@pytest.fixture
def expected(scan):
    if not undisturbed():
        with serve(small()) as endpoint:
            undisturbed().update(verdicts(scan(endpoint)[1]))
    return undisturbed()


def test_the_undisturbed_account_is_wholly_read(expected):
    assert set(expected.values()) == {"PASS", "FAIL"}
    assert len(expected) > 100


CUT_OFF = [Reset(times=1), Reset(times=1, politely=True), Malformed(kind="truncated", times=1)]
"""Connections that end early, which TLS tells in a way of its own."""
PASSING = [
    # botocore's adaptive mode waits long for a service that refuses much: some of a service's operations are.
    Throttle(times=2, operation="DescribeSecurityGroups"),
    Throttle(times=1, operation="GetBucketPolicy"),
    ServerError(times=1),
    # A retry that does not help costs a client of botocore's for good: it has as many as a hundred.
    ServerError(times=2, operation="List*"),
    Slow(trickle=0.02),
    EmptyPages(),
    Malformed(kind="html", times=1),
    Malformed(kind="empty", times=1),
]


@pytest.mark.parametrize(
    ("tls", "fault"),
    [*((False, each) for each in [*PASSING, *CUT_OFF]), *((True, each) for each in CUT_OFF)],
    ids=lambda given: ["http", "https"][given] if isinstance(given, bool) else type(given).__name__,
)
def test_what_passes_loses_no_finding(scan, expected, tls, fault):
    with serve(small(), tls=tls, faults=[fault]) as endpoint:
        _, report = scan(endpoint)
    if isinstance(fault, (Malformed, Reset)):
        # A spoilt error reply is no error that AWS documents: what it would have told is unknown, and asked no more.
        assert {gap["operation"] for gap in report["gaps"]} <= small().errors
        report["findings"] = [each for each in report["findings"] if each["status"] != "UNKNOWN"]
        assert len(report["findings"]) >= 0.85 * len(expected)
        assert verdicts(report).items() <= expected.items()
    else:
        assert verdicts(report) == expected
        assert report["gaps"] == []


def test_a_limit_on_calls_a_second_loses_no_finding(scan, expected):
    with serve(small(), faults=[RateLimit(per_second=60)]) as endpoint:
        _, report = scan(endpoint)
    assert verdicts(report) == expected


@pytest.mark.parametrize(
    ("tls", "kind"),
    [(False, "truncated"), (False, "html"), (False, "empty"), (True, "truncated")],
    ids=["http-truncated", "http-html", "http-empty", "https-truncated"],
)
def test_replies_that_stay_malformed_are_never_a_pass(scan, expected, tls, kind):
    with serve(small(), tls=tls, faults=[Malformed(kind=kind, service="s3", operation="Get*")]) as endpoint:
        _, report = scan(endpoint)
    changed = {key: status for key, status in verdicts(report).items() if status != expected.get(key)}
    assert changed
    assert set(changed.values()) <= {"UNKNOWN", "ERROR"}


@pytest.mark.parametrize("kind", ["wrong-type", "wrong-shape"])
def test_replies_of_the_wrong_types_or_without_their_members_never_pass_what_failed(scan, expected, kind):
    failed = {key for key, status in expected.items() if status == "FAIL"}
    for services in (["s3", "cloudtrail"], ["iam"], ["ec2", "rds"]):
        faults = [Malformed(kind=kind, service=each, operation="[!D]*") for each in services]
        with serve(small(), faults=faults) as endpoint:
            _, report = scan(endpoint)
        assert {key for key, status in verdicts(report).items() if status == "PASS"} & failed == set()


def test_what_is_not_aws_is_told(scan):
    with serve(small(), faults=[Malformed(kind="wrong-shape")]) as endpoint:
        code, error = scan(endpoint)
    assert code == ExitCode.USAGE
    assert "does not answer as AWS does" in error


@pytest.mark.parametrize("kind", ["truncated", "html", "empty"])
def test_listings_that_stay_malformed_are_gaps(scan, kind):
    faults = [Malformed(kind=kind, service="ec2", operation="DescribeSecurityGroups")]
    with serve(small(), faults=faults) as endpoint:
        code, report = scan(endpoint, "--check", "ec2-group-ssh-not-exposed")
    assert code == ExitCode.INCOMPLETE
    assert {each["status"] for each in report["findings"]} == {"UNKNOWN"}
    assert {each["region"] for each in report["findings"]} == set(report["audit"]["regions"])


def test_a_region_that_hangs_is_unknown_and_the_other_decided(scan, expected):
    hanging = small().regions[1]
    with serve(small(), faults=[Hang(region=hanging, service="ec2"), Hang(region=hanging, service="rds")]) as endpoint:
        code, report = scan(endpoint, "--service", "ec2", "--service", "rds", "--timeout", "0.5")
    assert code == ExitCode.INCOMPLETE
    by_region = {}
    for finding in report["findings"]:
        by_region.setdefault(finding["region"], set()).add(finding["status"])
    assert by_region.pop(hanging) == {"UNKNOWN"}
    assert set().union(*by_region.values()) == {"PASS", "FAIL"}
    assert {gap["code"] for gap in report["gaps"]} == {"Unreachable"}
    assert all(expected[key] == status for key, status in verdicts(report).items() if status != "UNKNOWN")


def test_ten_thousand_items(scan):
    account = accounts.account(
        buckets=1,
        security_groups=10_000,
        instances=1,
        users=1,
        roles=1,
        databases=1,
        trails=1,
        regions=1,
        page_size=10_000,
    )
    with serve(account) as endpoint:
        _, report = scan(endpoint, "--check", "ec2-group-ssh-not-exposed")
        asked = endpoint.summary().counts
    assert len(report["findings"]) >= 10_000
    assert asked["ec2:DescribeSecurityGroups"] == 10


def test_a_clock_that_is_off_is_one_sentence(scan):
    with serve(small(), faults=[ClockSkew(refuses=True)]) as endpoint:
        code, error = scan(endpoint)
    assert code == ExitCode.USAGE
    assert "clock" in error


def test_an_account_with_nothing_in_it(scan):
    with serve(accounts.empty(regions=2)) as endpoint:
        code, report = scan(endpoint)
    assert code == ExitCode.FINE
    assert report["coverage"] == 100
    assert {each["resource"]["type"] for each in report["findings"]} <= SINGLE | {"AWS::EC2::SecurityGroup"}
    assert "ERROR" not in verdicts(report).values()


def test_everything_refused_but_who_one_is(scan, capsys):
    account = small()
    account.refuse(all_but={("sts", "GetCallerIdentity")})
    with serve(account) as endpoint:
        code, report = scan(endpoint, "--region", "us-east-1", "--region", "us-east-2")
        asked = set(endpoint.summary().counts)
    assert code == ExitCode.INCOMPLETE
    assert (report["coverage"], report["score"]) == (0, 0)
    assert {each["status"] for each in report["findings"]} == {"UNKNOWN"}
    assert {each["check"] for each in report["findings"]} == {each["id"] for each in report["checks"]}
    refused = {gap["operation"] for gap in report["gaps"]}
    assert refused == asked - {"sts:GetCallerIdentity", "ec2:DescribeRegions"}
    assert all(gap["remedy"] == f"grant {gap['permission']} to the auditor" for gap in report["gaps"])
    assert set(report["missing_permissions"]["Statement"][0]["Action"]) == {gap["permission"] for gap in report["gaps"]}


def test_one_refused_fact_leaves_the_rest_decided(scan, expected):
    account = small()
    account.refuse(("s3", "GetBucketPolicy"))
    with serve(account) as endpoint:
        _, report = scan(endpoint, *S3)
    changed = {key: status for key, status in verdicts(report).items() if status != expected[key]}
    assert set(changed.values()) <= {"UNKNOWN"}
    readers = {check.id for check in load().checks.values() if "s3:GetBucketPolicy" in Plan([check]).names}
    assert {"s3-bucket-tls-only"} <= {check for check, _ in changed} <= readers
    assert {gap["permission"] for gap in report["gaps"]} == {"s3:GetBucketPolicy"}


def test_an_error_nobody_knows_is_unknown(scan):
    account = small()
    account.put("iam", "GetAccountPasswordPolicy", AwsError("NeverHeardOf", "what is this", 418))
    with serve(account) as endpoint:
        _, report = scan(endpoint, "--check", "iam-password-policy-*")
    assert set(verdicts(report).values()) == {"UNKNOWN"}


def test_hostile_names_are_inert_in_every_format(tmp_path):
    paths = {name: tmp_path / name for name in ("json", "html", "table")}
    outputs = [word for name, path in paths.items() for word in ("--output-format", f"{name}={path}")]
    with serve(small(hostile=True)) as endpoint:
        code = main(["scan", "--endpoint-url", endpoint.url, "-q", *outputs])
    assert code in {ExitCode.FINE, ExitCode.INCOMPLETE}
    texts = {name: path.read_text() for name, path in paths.items()}
    assert not [name for name, text in texts.items() if "\x1b" in text]
    assert "<script>alert" not in texts["html"]
    findings = json.loads(texts["json"])["findings"]
    assert any("<" in each["resource"]["name"] for each in findings)
    assert "ERROR" not in {each["status"] for each in findings}
    assert "\u202e" not in texts["table"]
    assert max(len(line) for line in texts["table"].splitlines()) <= 160


def test_retries_are_counted_for_the_progress(monkeypatch):
    with serve(small(), faults=[Throttle(times=2, operation="ListBuckets")]) as endpoint:
        source = Live.open(Access(endpoint_url=endpoint.url), {})
        assert source.fetch(Call.of("s3", "ListBuckets", "us-east-1", {})).value["Buckets"]
    assert source.retries == 2


def test_findings_have_one_fingerprint_each(scan):
    with serve(small(), faults=[Malformed(kind="wrong-shape", service="ec2", operation="Describe[SI]*")]) as endpoint:
        _, report = scan(endpoint)
    fingerprints = [each["fingerprint"] for each in report["findings"]]
    assert len(fingerprints) == len(set(fingerprints))


def switched_off(region):
    """Return an account that has switched ``region`` off: nobody knows its credentials there."""
    account = small()
    rows = [{"RegionName": each, "OptInStatus": "opt-in-not-required", "Endpoint": "x"} for each in account.regions]
    off = {"RegionName": region, "OptInStatus": "not-opted-in", "Endpoint": "x"}
    account.put("ec2", "DescribeRegions", {"Regions": [*rows, off]})
    unknown = AwsError("InvalidClientTokenId", "The security token included in the request is invalid", 403)
    for service, operation in (("sts", "GetCallerIdentity"), ("ec2", "DescribeRegions")):
        account.put(service, operation, unknown, region=region)
    return account


def test_a_region_that_is_switched_off_is_no_gap(scan):
    with serve(switched_off("af-south-1")) as endpoint:
        code, report = scan(endpoint, "--region", "af-south-1", "--region", "us-east-1", "--service", "ec2")
        _, error = scan(endpoint, "--region", "af-south-1", "--service", "ec2")
    assert code == ExitCode.FINE
    assert report["audit"]["regions"] == ["us-east-1"]
    assert report["gaps"] == []
    assert "af-south-1 is switched off for this account" in report["audit"]["warnings"][0]
    assert "none of the regions asked for is enabled" in error


def test_credentials_that_nobody_knows_are_told_after_asking_at_home(scan):
    account = small()
    account.put("sts", "GetCallerIdentity", AwsError("InvalidClientTokenId", "The security token is invalid", 403))
    with serve(account) as endpoint:
        code, error = scan(endpoint, "--region", "eu-west-1")
    assert code == ExitCode.USAGE
    assert "AWS does not know these credentials" in error
