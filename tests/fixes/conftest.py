"""The labs, one for each process and kind of emulator, started when the first proof needs one."""

from contextlib import ExitStack

import pytest
from emulator import emulator
from fixes.lab import Lab

from auditor import demo


@pytest.fixture(scope="session")
def _labs():
    """Yield what opens a lab for proofs that need the policies AWS manages, or for those that do not."""
    opened = {}
    with ExitStack() as stack:

        def open_lab(*, aws_policies=False):
            if aws_policies not in opened:
                with demo.environment():
                    opened[aws_policies] = Lab(stack.enter_context(emulator(aws_policies=aws_policies)))
            return opened[aws_policies]

        yield open_lab


@pytest.fixture
def lab(_labs, tmp_path, monkeypatch):
    """Return what opens a lab; commands read their files from the test's own folder."""
    monkeypatch.chdir(tmp_path)
    return _labs
