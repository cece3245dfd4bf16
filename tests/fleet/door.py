"""A door before an emulator: it invokes our functions, and refuses, throttles or keeps waiting whom it is told to."""

import json
import os
import re
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

INVOCATION = re.compile(r"/2015-03-31/functions/(?P<function>[^/]+)/invocations")
ERROR = (
    '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    "<Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
)
REFUSAL = (403, "AccessDenied", "User: auditor is not authorized to perform: sts:AssumeRole")
THROTTLING = (400, "Throttling", "Rate exceeded")
BROKEN = (400, "InvalidRequest", "broken")
"""No error that clients try again by themselves."""
HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


@dataclass
class Behaviour:
    """Whose role cannot be assumed, and how often AssumeRole is throttled before it works, by account.

    What ``stalls`` matches in a request (its method, path and body) gets no answer until it matches no more; what
    ``broken`` matches in its method and path is an error of the service.
    """

    refused: set[str] = field(default_factory=set)
    throttled: Counter[str] = field(default_factory=Counter)
    assumed: Counter[str] = field(default_factory=Counter)
    stalls: str = ""
    broken: str = ""
    stalled: int = 0

    def stall(self, request):
        """Wait as long as the request is to; return whether it did, so that nobody waits for its answer any more."""
        waited = False
        while self.stalls and re.search(self.stalls, request):
            self.stalled += not waited
            waited = True
            time.sleep(0.05)
        return waited

    def answer(self, account):
        self.assumed[account] += 1
        if account in self.refused:
            return REFUSAL
        if self.throttled[account]:
            self.throttled[account] -= 1
            return THROTTLING
        return None


@dataclass
class Function:
    """A function that runs in this process: its handler, and the variables that the template gives it."""

    handler: object
    environment: dict[str, str] = field(default_factory=dict)


class Context:
    """What Lambda tells a function."""

    aws_request_id = "request"

    @staticmethod
    def get_remaining_time_in_millis():
        return 900_000


class Door(ThreadingHTTPServer):
    """Serves on a free port of this machine."""

    daemon_threads = True

    def __init__(self, behind, behaviour, functions=None):
        super().__init__(("127.0.0.1", 0), _Request)
        self.behind = behind
        self.behaviour = behaviour
        self.functions = functions or {}
        self.lock = threading.Lock()
        self.invoked = Counter()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def invoke(self, name, event):
        """Return what a function does of an event: its result or error, as Lambda's Invoke replies."""
        with self.lock:
            self.invoked[name] += 1
            # Functions that run at once have the same variables: the state machine's phases follow one another.
            os.environ.update(self.functions[name].environment)
        try:
            return json.dumps(self.functions[name].handler(event, Context())), ""
        except Exception as error:  # noqa: BLE001 - as Lambda does, whatever it is
            return json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)}), "Unhandled"


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.behaviour.stall(f"{self.command} {self.path} {body[:1000].decode(errors='replace')}"):
            self.close_connection = True
            return None
        invocation = INVOCATION.match(self.path)
        if invocation and self.server.functions:
            result, failed = self.server.invoke(_name(invocation["function"]), json.loads(body))
            headers = {"X-Amz-Function-Error": failed} if failed else {}
            return self._reply(200, {**headers, "Content-Type": "application/json"}, result.encode())
        refusal = self._refusal(body)
        if refusal:
            status, code, message = refusal
            return self._reply(status, {"Content-Type": "text/xml"}, ERROR.format(code=code, message=message).encode())
        return self._forward(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - http.server's names

    def _refusal(self, body):
        broken = self.server.behaviour.broken
        if broken and re.search(broken, f"{self.command} {self.path}"):
            return BROKEN
        if b"Action=AssumeRole" not in body:
            return None
        account = parse_qs(body.decode())["RoleArn"][0].split(":")[4]
        with self.server.lock:
            return self.server.behaviour.answer(account)

    def _forward(self, body):
        headers = {name: value for name, value in self.headers.items() if name.lower() != "content-length"}
        asked = urllib.request.Request(f"{self.server.behind}{self.path}", body or None, headers, method=self.command)
        try:
            with urllib.request.urlopen(asked) as reply:
                self._reply(reply.status, reply.headers, reply.read())
        except urllib.error.HTTPError as error:
            self._reply(error.code, error.headers, error.read())

    def _reply(self, status, headers, body):
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def _name(function):
    """Return the part of a function's ARN or name that the template gives it after the stack's name."""
    return urllib.request.unquote(function).rpartition("-")[2]
