"""Reports that AWS makes on demand, and texts that are looked through for secrets, over HTTP."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from auditor import source
from auditor.call import Call, Failure, Reply
from auditor.secrets import Examined, Sighting, sightings
from auditor.source import Live
from auditor.targets import Access
from benchmarks import accounts
from benchmarks.endpoint import serve

REGION = "us-east-1"
DETAILS = Call.of("iam", "GetServiceLastAccessedDetails", REGION, {"JobId": "1" * 36})


def details(state, more=""):
    result = f"<JobStatus>{state}</JobStatus><JobCreationDate>2026-01-01T00:00:00Z</JobCreationDate>{more}"
    return (
        '<GetServiceLastAccessedDetailsResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
        f"<GetServiceLastAccessedDetailsResult>{result}<ServicesLastAccessed/><JobCompletionDate>2026-01-01T00:00:01Z"
        "</JobCompletionDate></GetServiceLastAccessedDetailsResult></GetServiceLastAccessedDetailsResponse>"
    )


@pytest.fixture
def answering(monkeypatch):
    """Return a function that has IAM answer with bodies in turn, the last ever after, and tells what came of it."""
    monkeypatch.setattr(source, "PAUSES", (0.001,) * 3)
    servers = []

    def fetch(*bodies):
        waiting = list(bodies)

        class Iam(BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                body = (waiting.pop(0) if len(waiting) > 1 else waiting[0]).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments):
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Iam)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return Live.open(Access(endpoint_url=f"http://127.0.0.1:{server.server_port}"), {}).fetch(DETAILS)

    yield fetch
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_report_that_aws_is_making_is_awaited(answering):
    outcome = answering(details("IN_PROGRESS"), details("IN_PROGRESS"), details("COMPLETED"))
    assert isinstance(outcome, Reply)
    assert outcome.value["JobStatus"] == "COMPLETED"


def test_a_report_that_never_comes_is_no_reply(answering):
    outcome = answering(details("IN_PROGRESS"))
    assert isinstance(outcome, Failure)
    assert outcome.code == "IN_PROGRESS"


def test_a_report_that_fails_says_why(answering):
    error = "<Error><Message>no such thing</Message><Code>NoSuchEntity</Code></Error>"
    outcome = answering(details("FAILED", error))
    assert (outcome.code, outcome.message) == ("NoSuchEntity", "no such thing")


def test_a_first_page_without_a_way_to_the_next_is_not_taken_for_all(answering):
    outcome = answering(details("COMPLETED", "<IsTruncated>true</IsTruncated>"))
    assert (type(outcome), outcome.code) == (Failure, "MalformedReply")


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def test_texts_are_replaced_by_what_was_sighted_in_them():
    script = "#!/bin/sh\ncat <<END\n-----BEGIN RSA PRIVATE KEY-----\nMIIwJalr\n"
    rows = [
        {"LaunchTemplateId": "lt-1", "LaunchTemplateData": {"UserData": encoded(script)}},
        {"LaunchTemplateId": "2"},
    ]
    account = accounts.empty(regions=1)
    account.put("ec2", "DescribeLaunchTemplateVersions", {"LaunchTemplateVersions": rows})
    examined = Examined("LaunchTemplateVersions[].LaunchTemplateData.UserData", encoded=True)
    wanted = {("ec2", "DescribeLaunchTemplateVersions"): {examined}}
    with serve(account) as endpoint:
        live = Live.open(Access(endpoint_url=endpoint.url), {}, wanted)
        reply = live.fetch(Call.of("ec2", "DescribeLaunchTemplateVersions", REGION, {"Versions": ["$Default"]}))
    first, second = reply.value["LaunchTemplateVersions"]
    assert {each.line for each in sightings(first["LaunchTemplateData"]["UserData"])} == {3}
    assert encoded(script)[:12] not in json.dumps(reply.value, default=str)
    assert "UserData" not in second.get("LaunchTemplateData", {})


def test_what_was_not_examined_is_not_taken_for_clean():
    with pytest.raises(ValueError, match="Expecting value"):
        sightings("********")
    assert sightings('[{"kind": "Secret Keyword", "line": 3}]') == (Sighting("Secret Keyword", 3),)
