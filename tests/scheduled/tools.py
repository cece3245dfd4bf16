"""What the function is built, run and deployed with; each fixture skips where its tool is not installed."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest
from pages import ROOT

RUNTIME = "3.13"
SAM = ROOT / ".venv-sam/bin/sam"
LINTER = ROOT / ".venv-sam/bin/cfn-lint"
CLIENT = ROOT / ".venv-lambda/bin/python"
MINISTACK = ROOT / ".venv-ministack/bin/ministack"
TEMPLATE = ROOT / "deploy/sam/template.yaml"


def needs(path):
    """Return a mark that skips where a tool is missing."""
    return pytest.mark.skipif(not path.exists(), reason=f"{path.relative_to(ROOT)} is missing: run `make lambda-tools`")


def interpreter():
    """Return the runtime's Python; skip where it is not installed."""
    pyenv = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob(f"versions/{RUNTIME}.*/bin/python"))
    for name in (CLIENT, shutil.which(f"python{RUNTIME}"), *pyenv):
        if name and Path(name).exists():
            code = "import sys; print(*sys.version_info[:2], sep='.')"
            said = subprocess.run([name, "-c", code], capture_output=True, check=False)
            if said.stdout.decode().strip() == RUNTIME:
                return str(name)
    pytest.skip(f"Python {RUNTIME} is not installed")


def emulator_binary():
    """Return the Lambda Runtime Interface Emulator, which is part of the SAM CLI; skip where it is missing."""
    found = sorted((ROOT / ".venv-sam/lib").glob("python*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64"))
    if not found:
        pytest.skip("the Lambda Runtime Interface Emulator is missing: run `make lambda-tools`")
    return found[-1]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def wait_for(is_ready, process, log, seconds=60):
    """Wait until something is ready; fail with the log of the process that should make it so."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError):
            if is_ready():
                return
        time.sleep(0.05)
    pytest.fail(f"it did not get ready in {seconds} s:\n{Path(log).read_text()[-4000:]}")


def opened(url):
    with urllib.request.urlopen(url, timeout=5) as reply:
        return reply.status == 200


@contextlib.contextmanager
def running(command, log, **options):
    """Yield a process whose output goes to a file; it ends with the context."""
    with Path(log).open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
            process.wait(20)
