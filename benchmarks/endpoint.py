"""The AWS endpoint as the process that starts it sees it: ``serve`` for tests, a command line for a person."""

from __future__ import annotations

import json
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from benchmarks import accounts
from benchmarks.process import HOST, Service

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.account import Account
    from benchmarks.faults import Fault

_ROOT = Path(__file__).parent.parent
_CONTROL_SECONDS = 60
_STOP_SECONDS = 10


class Seen(NamedTuple):
    """One request the endpoint got."""

    service: str
    operation: str
    region: str
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the endpoint saw since it started or was last reset."""

    total: int
    counts: Counter[str]
    """Requests by ``service:Operation``."""
    unknown: Counter[str]
    """Those of them the account has no reply for: answered with a refusal."""
    distinct: int
    """Requests that differ from every other in operation, region or parameters."""
    connections: int
    max_in_flight: int
    statuses: dict[str, int]
    spoilt: int
    """Deliveries a fault has changed, or made late."""
    cpu: float
    """Seconds of processor time the endpoint has used."""


class Endpoint:
    """A running endpoint."""

    def __init__(self, url: str, ca_bundle: str, control_port: int) -> None:
        self.url = url
        self.ca_bundle = ca_bundle
        """Path of what a client must trust (``AWS_CA_BUNDLE``); empty without TLS."""
        self._control_port = control_port

    def requests(self) -> list[Seen]:
        """Return every request since the start or the last reset, in the order they came."""
        return [Seen(*each) for each in self._get("/_requests")]

    def summary(self) -> Summary:
        """Return the requests in numbers."""
        values = self._get("/_summary")
        return Summary(**values | {"counts": Counter(values["counts"]), "unknown": Counter(values["unknown"])})

    def reset(self) -> None:
        """Forget the requests so far."""
        self._get("/_reset")

    def _get(self, path: str) -> Any:
        connection = HTTPConnection(HOST, self._control_port, timeout=_CONTROL_SECONDS)
        try:
            connection.request("GET", path)
            return json.load(connection.getresponse())
        finally:
            connection.close()


@contextmanager
def serve(
    account: Account, *, latency: float = 0.0, tls: bool = False, faults: Sequence[Fault] = ()
) -> Iterator[Endpoint]:
    """Serve ``account`` on a free loopback port, every reply ``latency`` seconds late, until the context is left.

    RuntimeError when the server does not start.
    """
    with tempfile.TemporaryDirectory(prefix="endpoint-") as folder:
        service = Service(account, latency, tuple(faults), folder if tls else "")
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.process"], cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        try:
            yield _start(process, service)
        finally:
            _stop(process)


def _start(process: subprocess.Popen[bytes], service: Service) -> Endpoint:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the endpoint's process has no pipes")
    pickle.dump(service, process.stdin)
    process.stdin.flush()
    address = process.stdout.readline()
    if not address:
        raise RuntimeError("the endpoint did not start: what it said stands on standard error")
    return Endpoint(**json.loads(address))


def _stop(process: subprocess.Popen[bytes]) -> None:
    with process:
        if process.stdin is not None:
            with suppress(BrokenPipeError):
                process.stdin.close()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


@click.command()
@click.option("--buckets", default=200, show_default=True)
@click.option("--security-groups", default=400, show_default=True)
@click.option("--regions", default=17, show_default=True)
@click.option("--hostile", is_flag=True, help="Names, tags and descriptions that attack whoever prints them.")
@click.option("--empty", is_flag=True, help="An account with nothing in it.")
@click.option("--latency", default=0.05, show_default=True, help="Seconds before each reply.")
@click.option("--tls", is_flag=True, help="Serve HTTPS with a throw-away authority.")
def main(*, latency: float, tls: bool, empty: bool, **what: Any) -> None:
    """Serve a sample account until interrupted; print where."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the key files are removed then, too
    account = accounts.empty(regions=what["regions"]) if empty else accounts.account(**what)
    with serve(account, latency=latency, tls=tls) as endpoint, suppress(KeyboardInterrupt):
        click.echo(f"--endpoint-url {endpoint.url}")
        if endpoint.ca_bundle:
            click.echo(f"AWS_CA_BUNDLE={endpoint.ca_bundle}")
        click.echo("Serving until interrupted.")
        threading.Event().wait()


if __name__ == "__main__":
    main()
