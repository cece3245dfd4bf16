"""The direct path: it answers what botocore's client would, and leaves to it all that is not plain."""

import itertools
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session
import pytest
from botocore import xform_name
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import ClientError

from auditor import registry
from auditor.__main__ import main
from auditor.call import Call
from auditor.connections import Connections
from auditor.direct import Direct
from auditor.plan import Plan
from auditor.replies import plain
from auditor.source import Live, client_config
from auditor.targets import Access
from benchmarks import accounts
from benchmarks.account import AwsError
from benchmarks.endpoint import serve
from benchmarks.faults import Malformed, Reset, ServerError, Throttle

REGION = "us-east-1"
PLANNED = Plan(registry.load().checks.values()).operations()["s3"]
SETTINGS = sorted(name for name in PLANNED if name.startswith("Get"))
READ = Direct._read


def small():
    return accounts.account(
        buckets=8, security_groups=2, instances=1, users=2, roles=1, databases=1, trails=1, regions=2
    )


def s3(url, **more):
    return Live.open(Access(endpoint_url=url, regions=(REGION,), **more), {})._client("s3", REGION)


def buckets(client):
    return [each["Name"] for each in client.list_buckets()["Buckets"]]


def ordinary(client, operation, bucket):
    return getattr(client, xform_name(operation))(Bucket=bucket)


def told(ask, *arguments):
    """Return a reply as the audit sees it, or an error's code, message and text."""
    try:
        return plain(ask(*arguments))
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"].get("Message"), str(error)


def equals(client):
    """Return how many settings Direct told, each as the client does."""
    direct = Direct(client)
    compared = 0
    for bucket in [*buckets(client), "there-is-no-such-bucket"]:
        for operation in SETTINGS:
            answer = told(direct.ask, operation, {"Bucket": bucket})
            assert answer is not None, (operation, bucket)
            assert answer == told(ordinary, client, operation, bucket), (operation, bucket)
            compared += 1
    assert direct.usable
    return compared


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_every_planned_setting_of_a_bucket_is_told_as_the_client_tells_it(tls, monkeypatch):
    with serve(small(), tls=tls) as endpoint:
        if tls:
            monkeypatch.setenv("AWS_CA_BUNDLE", endpoint.ca_bundle)
        assert equals(s3(endpoint.url)) == 9 * len(SETTINGS) >= 72


def test_the_emulator_agrees(emulator):
    assert equals(s3(emulator)) >= 5 * len(SETTINGS)


def test_a_setting_that_no_check_reads_yet_and_one_already_asked_the_ordinary_way(emulator):
    client = s3(emulator)
    bucket = buckets(client)[0]
    for operation in ("GetBucketTagging", "GetBucketLifecycleConfiguration", "GetBucketRequestPayment"):
        expected = told(ordinary, client, operation, bucket)
        assert told(Direct(client).ask, operation, {"Bucket": bucket}) == expected


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("ListBuckets", {}),
        ("GetBucketLocation", {"Bucket": "shop-orders"}),
        ("HeadBucket", {"Bucket": "shop-orders"}),
        ("ListObjectsV2", {"Bucket": "shop-orders"}),
        ("GetBucketAnalyticsConfiguration", {"Bucket": "shop-orders"}),
        ("GetBucketAcl", {"Bucket": "shop-orders", "ExpectedBucketOwner": "123456789012"}),
        ("GetBucketAcl", {"Bucket": "shop--use1-az4--x-s3"}),
        ("GetBucketAcl", {"Bucket": "arn:aws:s3:us-east-1:123456789012:accesspoint/shop"}),
        ("GetBucketAcl", {"Bucket": "UPPER_case"}),
        ("GetBucketAcl", {"Bucket": "shop/../other"}),
        ("GetBucketAcl", {"Bucket": 7}),
    ],
)
def test_what_is_no_setting_of_a_plain_bucket_is_left_to_the_client(emulator, operation, arguments):
    direct = Direct(s3(emulator))
    assert direct.ask(operation, arguments) is None
    assert direct.usable


ERRORS = [
    ("AccessDenied", 403, True),
    ("AllAccessDisabled", 403, True),
    ("NoSuchBucketPolicy", 404, True),
    ("NoSuchBucket", 404, True),
    ("SlowDown", 404, False),
    ("SlowDown", 503, False),
    ("InternalError", 500, False),
    ("TooManyRequests", 429, False),
    ("PermanentRedirect", 301, False),
    ("TemporaryRedirect", 307, False),
    ("AuthorizationHeaderMalformed", 400, False),
    ("IllegalLocationConstraintException", 400, False),
    ("RequestTimeout", 400, False),
    ("ExpiredToken", 400, False),
    ("RequestTimeTooSkewed", 403, False),
    ("InvalidAccessKeyId", 403, False),
    ("SignatureDoesNotMatch", 403, False),
]


def erring(code, status):
    """Return the name of the bucket whose policy cannot be had for this reason."""
    return f"shop-{code.lower()}-{status}"


@pytest.fixture(scope="module")
def calm():
    """Yield the URL of a small account in which a bucket has each error for a policy."""
    account = small()
    for code, status, _ in ERRORS:
        account.put("s3", "GetBucketPolicy", AwsError(code, "Because.", status), Bucket=erring(code, status))
    with serve(account) as endpoint:
        yield endpoint.url


@pytest.mark.parametrize(("code", "status", "is_plain"), ERRORS)
def test_only_plain_errors_are_told(calm, code, status, is_plain):
    direct = Direct(s3(calm))
    answer = told(direct.ask, "GetBucketPolicy", {"Bucket": erring(code, status)})
    assert answer == (
        (code, "Because.", f"An error occurred ({code}) when calling the GetBucketPolicy operation: Because.")
        if is_plain
        else None
    )
    assert direct.usable == is_plain


@pytest.mark.parametrize(
    "fault",
    [
        Throttle(),
        ServerError(),
        Reset(),
        Reset(politely=True),
        Malformed(kind="truncated"),
        Malformed(kind="html"),
        Malformed(kind="empty"),
    ],
    ids=repr,
)
def test_after_any_trouble_the_client_is_asked_for_good(calm, fault):
    bucket = buckets(s3(calm))[0]
    with serve(small(), faults=[fault]) as endpoint:
        direct = Direct(s3(endpoint.url))
        for _ in range(3):
            assert direct.ask("GetBucketAcl", {"Bucket": bucket}) is None
            assert not direct.usable
        asked = endpoint.summary().total
    assert asked == 1


@pytest.mark.slow
def test_throttled_calls_are_answered_all_the_same():
    with serve(small(), faults=[Throttle(times=1)]) as endpoint:
        source = Live.open(Access(endpoint_url=endpoint.url, regions=(REGION,)), {})
        client = source._client("s3", REGION)
        for bucket in buckets(client):
            assert told(source._invoke, client, Call.of("s3", "GetBucketAcl", REGION, {"Bucket": bucket}))["Owner"]
        assert not source._direct[client].usable
        assert source.retries > 0


# --- An endpoint that says what it is told -----------------------------------------------------------------------


@pytest.fixture
def says():
    """Serve one answer to everything; return the URL and the Authorization headers seen."""
    servers = []

    def start(status, body):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                seen.append(self.headers["Authorization"])
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                """Say nothing."""

        seen = []
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=(0.02,), daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}", seen

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<Error><Code>InternalError</Code><Message>Try again.</Message></Error>"),
        (200, b'<?xml version="1.0"?>\n<Error><Code>SlowDown</Code></Error>'),
        (200, b"<VersioningConfiguration><Status>Enab"),
        (200, b""),
        (204, b""),
        (206, b"<VersioningConfiguration/>"),
        (403, b""),
        (404, b"<html><body>Not here</body></html>"),
        (404, b"<Error><Code>NoSuchBuck"),
        (404, b"<Error><Message>without a code</Message></Error>"),
        (404, b""),
    ],
)
@pytest.mark.parametrize("operation", ["GetBucketVersioning", "GetBucketPolicy"])
def test_answers_that_aws_does_not_document_are_left_to_the_client(says, operation, status, body):
    if operation == "GetBucketPolicy" and body.startswith(b"<Versioning"):
        pytest.skip("a policy may be any text")
    direct = Direct(s3(says(status, body)[0]))
    assert direct.ask(operation, {"Bucket": "shop-orders"}) is None
    assert not direct.usable


def test_credentials_are_renewed(says):
    url, seen = says(200, b"<VersioningConfiguration/>")
    numbers = itertools.count(1)

    def renewed():
        soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()  # too soon: they are renewed at the next use
        return {"access_key": f"KEY{next(numbers)}", "secret_key": "secret", "token": "token", "expiry_time": soon}

    session = botocore.session.Session()
    session._credentials = RefreshableCredentials.create_from_metadata(renewed(), renewed, "assume-role")
    client = session.create_client("s3", REGION, endpoint_url=url, config=client_config(Access(endpoint_url=url)))
    Connections(2).adopt(client)
    direct = Direct(client)
    for _ in range(3):
        assert direct.ask("GetBucketVersioning", {"Bucket": "shop-orders"}) is not None
    keys = [re.search(r"Credential=KEY(\d+)/", each)[1] for each in seen]
    assert len(set(keys)) == 3


# --- Clients it is not for ---------------------------------------------------------------------------------------


def test_a_client_behind_a_proxy_keeps_its_own_ways(emulator, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    direct = Direct(s3("http://s3.example.com"))
    assert not direct.usable
    assert direct.ask("GetBucketAcl", {"Bucket": "shop-orders"}) is None


def test_other_services_and_other_insides_are_asked_the_ordinary_way(emulator):
    source = Live.open(Access(endpoint_url=emulator, regions=(REGION,)), {})
    assert not Direct(source._client("iam", REGION)).usable
    assert not Direct(source._client("s3control", REGION)).usable
    assert not Direct(object()).usable


@pytest.mark.parametrize("part", ["_request_signer", "_resolve_endpoint_ruleset"])
def test_a_botocore_without_a_part_is_asked_the_ordinary_way(emulator, part):
    client = s3(emulator)
    setattr(client, part, None)
    direct = Direct(client)
    assert direct.ask("GetBucketAcl", {"Bucket": "shop-orders"}) is None
    assert not direct.usable


# --- A whole scan ------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_whole_scan_finds_the_same_with_and_without(tmp_path, monkeypatch):
    read = []

    def counted(*arguments):
        read.append(1)
        return READ(*arguments)

    def scan(endpoint, name):
        path = tmp_path / name
        main(["scan", "--endpoint-url", endpoint.url, "-q", "--output-format", f"json={path}"])
        report = json.loads(re.sub(r'"at": ?"[^"]+"', '"at": ""', path.read_text()))
        return [report[key] for key in ("findings", "gaps", "score", "missing_permissions")]

    monkeypatch.setattr(Direct, "_read", counted)
    account = small().refuse(("s3", "GetBucketLogging"))
    with serve(account) as endpoint:
        direct = scan(endpoint, "direct.json")
        used = len(read)
        seen = endpoint.summary().counts
        endpoint.reset()
        monkeypatch.setattr(Direct, "ask", lambda *_arguments: None)
        assert scan(endpoint, "ordinary.json") == direct
        assert endpoint.summary().counts == seen
    assert used == len(read) == sum(seen[f"s3:{each}"] for each in SETTINGS) > 50
