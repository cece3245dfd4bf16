"""An emulator in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from auditor import demo

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVE: Final = """
import logging, sys
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://{}:{}".format(*server.get_host_and_port()), flush=True)
sys.stdin.read()
"""


@contextmanager
def emulator(*, aws_policies: bool = False, **variables: str) -> Iterator[str]:
    """Yield the URL of an empty emulator, with ``variables`` in its environment.

    It has a process of its own, which ends when its input does: emulators in one process share their accounts, and
    what one test empties or organizes another would miss.
    """
    settings = {"MOTO_IAM_LOAD_MANAGED_POLICIES": str(aws_policies).lower(), **variables}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **demo.ENVIRONMENT, **settings},
    )
    with process:
        yield process.stdout.readline().strip()
