"""S3, SNS and EventBridge over HTTP: what arrives there, and what is said where they refuse."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from auditor.scheduled import upload
from auditor.scheduled.aws import DeliveryError, Destinations
from auditor.scheduled.settings import Settings

REGION = "eu-west-1"
IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>arn:aws:iam::111122223333:user/a</Arn><UserId>A</UserId><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>"""
BUSY = "<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"
REFUSAL = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


@pytest.fixture
def bucket(aws):
    s3 = aws("s3")
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return s3


@pytest.fixture
def queue(aws):
    """Return what reads the messages that a topic or a bus sent to a queue, and the queue's ARN."""
    sqs = aws("sqs")
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def heard():
        return [json.loads(each["Body"]) for each in sqs.receive_message(QueueUrl=url).get("Messages", [])]

    return heard, arn


@pytest.fixture
def reach(server, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    def open_(**settings):
        return Destinations(Settings(**{"bucket": "reports", "endpoint_url": server, **settings}))

    return open_


def test_an_object_is_written_and_read(bucket, reach):
    place = reach()
    assert place.get("a/b.json") is None
    place.put("a/b.json", b"{}", "application/json")
    assert place.get("a/b.json") == b"{}"
    head = bucket.head_object(Bucket="reports", Key="a/b.json")
    assert head["ContentType"] == "application/json"


def test_an_object_is_encrypted_with_the_key_of_the_settings(aws, bucket, reach):
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    reach(kms_key=key).put("a", b"", "text/plain")
    head = bucket.head_object(Bucket="reports", Key="a")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)


MEBIBYTE = 2**20


@pytest.fixture
def _small_parts(monkeypatch):
    monkeypatch.setattr(upload, "PART", 5 * MEBIBYTE)


@pytest.mark.usefixtures("_small_parts")
@pytest.mark.parametrize("pieces", [0, 1, 5, 6, 17])
def test_an_object_is_written_piece_by_piece_and_read_in_part(aws, bucket, reach, pieces):
    key = aws("kms").create_key()["KeyMetadata"]["Arn"]
    place, whole = reach(kms_key=key), bytes(range(256)) * 4096 * pieces
    cut = (whole[start : start + MEBIBYTE] for start in range(0, len(whole), MEBIBYTE))
    place.upload("a.gz", cut, "application/gzip")
    assert place.get("a.gz") == whole
    head = bucket.head_object(Bucket="reports", Key="a.gz")
    assert (head["ContentType"], head["SSEKMSKeyId"]) == ("application/gzip", key)
    assert place.piece("a.gz", 200, 0) == b""
    assert not whole or place.piece("a.gz", 200, 100) == whole[200:300]


@pytest.mark.usefixtures("_small_parts")
def test_an_object_that_is_cut_short_is_not_there_and_nothing_of_it_is_kept(bucket, reach):
    def pieces():
        yield from (bytes(MEBIBYTE) for _ in range(11))
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        reach().upload("a.gz", pieces(), "application/gzip")
    assert reach().get("a.gz") is None
    assert "Uploads" not in bucket.list_multipart_uploads(Bucket="reports")


def test_a_part_of_an_object_that_is_missing_is_told(bucket, reach):
    assert bucket
    with pytest.raises(DeliveryError, match=r"s3://reports/a\.gz cannot be read"):
        reach().piece("a.gz", 0, 10)


def test_people_hear_by_the_topic(aws, reach, queue):
    heard, arn = queue
    topic = aws("sns").create_topic(Name="news")["TopicArn"]
    aws("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    reach(topic=topic).publish("AWS audit", "Fixed: 1\n")
    (message,) = heard()
    assert (message["Subject"], message["Message"]) == ("AWS audit", "Fixed: 1\n")


@pytest.mark.parametrize("by_arn", [True, False])
def test_programs_hear_by_the_bus(aws, reach, queue, by_arn):
    heard, arn = queue
    events = aws("events")
    bus = events.create_event_bus(Name="audits")["EventBusArn"]
    pattern = json.dumps({"source": ["aws-account-auditor"], "detail-type": ["Audit News"]})
    events.put_rule(Name="all", EventBusName="audits", EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName="audits", Targets=[{"Id": "queue", "Arn": arn}])
    reach(event_bus=bus if by_arn else "audits").announce({"score": 50.0, "é": "ß"}, ["arn:aws:s3:::reports"])
    (event,) = heard()
    assert (event["detail"], event["resources"]) == ({"score": 50.0, "é": "ß"}, ["arn:aws:s3:::reports"])


def test_a_topic_is_reached_in_its_own_region(aws, reach):
    topic = aws("sns", "us-west-2").create_topic(Name="far")["TopicArn"]
    reach(topic=topic).publish("AWS audit", "x")


def test_where_nobody_is_to_hear_nothing_is_sent(reach):
    place = reach(endpoint_url="http://127.0.0.1:1")
    place.publish("AWS audit", "x")
    place.announce({}, [])


def test_a_bucket_that_is_missing_is_told(aws, reach):
    with pytest.raises(DeliveryError, match=r"s3://reports/a cannot be written: AWS answered NoSuchBucket"):
        reach().put("a", b"", "text/plain")
    with pytest.raises(DeliveryError, match=r"s3://reports/a cannot be read: AWS answered NoSuchBucket"):
        reach().get("a")


def test_a_topic_that_is_missing_is_told(aws, reach):
    topic = f"arn:aws:sns:{REGION}:123456789012:gone"
    with pytest.raises(DeliveryError, match=f"{topic} cannot be published to: AWS answered NotFound"):
        reach(topic=topic).publish("AWS audit", "x")


class Foreign(BaseHTTPRequestHandler):
    """A bucket of another account: S3 refuses whom the header expects to own it."""

    seen: list = []  # noqa: RUF012 - the server makes a handler for each request
    answers: list = []  # noqa: RUF012 - what becomes of writes before they are refused
    bus = ""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        text = self.rfile.read(size).decode()
        self._answer(200, IDENTITY if "GetCallerIdentity" in text else self.bus)

    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append(self.headers["x-amz-expected-bucket-owner"])
        self._answer(*(self.answers.pop(0) if self.answers else (403, REFUSAL)))

    def do_GET(self):
        if self.path.endswith("/cut"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning")
        else:
            self._answer(403, REFUSAL)

    def _answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def foreign():
    Foreign.seen.clear()
    Foreign.answers.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_bucket_of_another_account_gets_nothing(reach, foreign):
    with pytest.raises(DeliveryError, match="cannot be written: AWS refused: Access Denied"):
        reach(endpoint_url=foreign).put("a", b"secret", "text/plain")
    assert Foreign.seen == ["111122223333"]


def test_an_event_that_the_bus_does_not_take_is_told(reach, foreign, monkeypatch):
    entry = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
    monkeypatch.setattr(Foreign, "bus", json.dumps({"FailedEntryCount": 1, "Entries": [entry]}))
    with pytest.raises(DeliveryError, match="audits cannot be sent to: ThrottlingException: slow down"):
        reach(endpoint_url=foreign, event_bus="audits").announce({}, [])


@pytest.mark.parametrize("busy", [(503, BUSY), (500, ""), (503, "")])
def test_a_bucket_that_is_busy_for_a_time_is_written_to(reach, foreign, busy):
    Foreign.answers += [busy, busy, (200, "")]
    reach(endpoint_url=foreign).put("a", b"report", "text/plain")
    assert len(Foreign.seen) == 3


def test_a_bucket_that_stays_busy_is_told(reach, foreign):
    Foreign.answers += [(503, BUSY)] * 9
    with pytest.raises(DeliveryError, match=r"s3://reports/a cannot be written: AWS answered SlowDown"):
        reach(endpoint_url=foreign).put("a", b"report", "text/plain")
    assert len(Foreign.seen) == 5


def test_a_pointer_that_may_not_be_read_is_told_with_what_else_it_can_be(reach, foreign):
    with pytest.raises(DeliveryError, match=r"latest\.json cannot be read: AWS refused.*s3:ListBucket is not allowed"):
        reach(endpoint_url=foreign).get("123456789012/latest.json")


def test_an_object_that_comes_in_part_is_none(reach, foreign):
    with pytest.raises(DeliveryError, match=r"s3://reports/cut cannot be read: "):
        reach(endpoint_url=foreign).get("cut")
