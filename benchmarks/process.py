"""The endpoint's own process: reads what to serve from standard input, serves until that is closed."""

from __future__ import annotations

import asyncio
import gc
import json
import pickle
import ssl
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.application import Application, Control
from benchmarks.certificates import issue
from benchmarks.server import Connection, Traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.account import Account
    from benchmarks.faults import Fault

HOST = "127.0.0.1"
_BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class Service:
    """What is served: an account, how late (seconds), through which faults; over TLS given a folder for keys."""

    account: Account
    latency: float = 0.0
    faults: Sequence[Fault] = ()
    tls_folder: str = ""


def main() -> None:
    """Serve the pickled ``Service`` on standard input; print the address as JSON; end when the input does."""
    service: Service = pickle.load(sys.stdin.buffer)
    asyncio.run(_serve(service))


async def _serve(service: Service) -> None:
    traffic, loop = Traffic(), asyncio.get_running_loop()
    application = Application(service.account, service.latency, service.faults, traffic)
    control = Control(application)
    tls, bundle = _tls(Path(service.tls_folder)) if service.tls_folder else (None, "")
    server = await loop.create_server(
        lambda: Connection(application, traffic, loop), HOST, 0, ssl=tls, backlog=_BACKLOG
    )
    controlled = await loop.create_server(lambda: Connection(control, Traffic(), loop), HOST, 0)
    port, control_port = (each.sockets[0].getsockname()[1] for each in (server, controlled))
    url = f"{'https' if tls else 'http'}://{HOST}:{port}"
    gc.freeze()
    print(json.dumps({"url": url, "ca_bundle": bundle, "control_port": control_port}), flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


def _tls(folder: Path) -> tuple[ssl.SSLContext, str]:
    bundle, certificate, key = issue(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context, str(bundle)


if __name__ == "__main__":
    main()
