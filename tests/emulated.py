"""An organization in an emulator: a management account, members, units, one that refuses and one that throttles."""

import _thread
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from io import BytesIO
from urllib.parse import unquote, urlsplit

import boto3
from emulator import emulator
from werkzeug.serving import make_server
from werkzeug.wrappers import Request

MANAGEMENT = "123456789012"
ROLE = "aws-account-auditor"
REGION = "eu-central-1"
HOP_BY_HOP = {"Connection", "Transfer-Encoding", "Server", "Date"}
REFUSAL = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>AccessDenied</Code><Message>User: arn:aws:iam::123456789012:user/auditor is not authorized to perform: "
    "sts:AssumeRole on resource: {}</Message></Error><RequestId>1</RequestId></ErrorResponse>"
)
THROTTLE = (
    "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error>"
    "</Errors><RequestID>1</RequestID></Response>"
)


class Forward:
    """Hands requests on to another server, as they are."""

    def __init__(self, behind):
        self._host = urlsplit(behind).netloc

    def __call__(self, environ, start):
        request = Request(environ)
        connection = HTTPConnection(self._host, timeout=60)
        headers = {name: value for name, value in request.headers if name != "Connection"}
        connection.request(request.method, environ["RAW_URI"], request.get_data(), headers)
        reply = connection.getresponse()
        body = reply.read()
        connection.close()
        start(f"{reply.status} {reply.reason}", [each for each in reply.getheaders() if each[0] not in HOP_BY_HOP])
        return [body]


@dataclass
class Gateway:
    """Stands before the emulator: refuses roles, throttles accounts, and counts what it lets by."""

    application: object
    refused: set = field(default_factory=set)
    throttled: dict = field(default_factory=dict)
    """How many calls of EC2 yet to throttle, by account."""
    assumed: list = field(default_factory=list)
    denied: set = field(default_factory=set)
    """Operations of AWS Organizations that are refused."""
    interrupting: int = 0
    """After how many roles the user interrupts; 0 for never."""
    keys: dict = field(default_factory=dict)
    """Accounts by access key."""

    def __call__(self, environ, start):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = BytesIO(body)
        text = unquote(body.decode(errors="replace"))
        if "Action=AssumeRole" in text:
            return self._assume(re.search(r"RoleArn=([^&]+)", text)[1], environ, start)
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if operation in self.denied:
            return _answer(start, "400 Bad Request", json.dumps({"__type": "AccessDeniedException", "Message": "no"}))
        key = re.search(r"Credential=([^/]+)/\d+/[\w-]+/ec2/", environ.get("HTTP_AUTHORIZATION", ""))
        account = self.keys.get(key[1]) if key else None
        if account and self.throttled.get(account, 0) > 0:
            self.throttled[account] -= 1
            return _answer(start, "503 Service Unavailable", THROTTLE)
        return self.application(environ, start)

    def _assume(self, role, environ, start):
        self.assumed.append(role)
        if 0 < self.interrupting <= len(self.assumed):
            self.interrupting = 0
            _thread.interrupt_main()
        if role in self.refused:
            return _answer(start, "403 Forbidden", REFUSAL.format(role))
        reply = b"".join(self.application(environ, start))
        self.keys[re.search(rb"<AccessKeyId>([^<]+)<", reply)[1].decode()] = role.split(":")[4]
        return [reply]


def _answer(start, status, text):
    start(status, [("Content-Type", "text/xml"), ("Content-Length", str(len(text)))])
    return [text.encode()]


@dataclass
class Organization:
    url: str
    gateway: Gateway
    units: dict
    accounts: dict
    """Ids by name."""

    def client(self, service, account=MANAGEMENT, region=REGION):
        return client(self.url, service, account, region)


def client(url, service, account=MANAGEMENT, region=REGION):
    if account == MANAGEMENT:
        return boto3.client(service, region, endpoint_url=url)
    sts = boto3.client("sts", region, endpoint_url=url)
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{account}:role/{ROLE}", RoleSessionName="setup")["Credentials"]
    return boto3.client(
        service,
        region,
        endpoint_url=url,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


@contextmanager
def served():
    with emulator() as behind:
        gateway = Gateway(Forward(behind))
        server = make_server("127.0.0.1", 0, gateway, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield gateway, f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
