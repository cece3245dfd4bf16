"""The sample account in an emulator, shared by the tests that need a real endpoint."""

import os
from fcntl import LOCK_EX, flock
from json import loads

import jsonschema_rs
import pytest
from hypothesis import settings

from auditor import demo
from auditor.__main__ import main
from reports import json

MOST_VALIDATED = 20_000
"""Findings of a report up to which it is validated: a larger one, as objects, takes gigabytes."""
# How long an example takes says what else the machine does.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
REGIONS = [word for region in demo.REGIONS for word in ("--region", region)]


def pytest_collection_modifyitems(items):
    """Have the files with slow tests go first, so that processes that share the files end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(autouse=True)
def _no_aws_of_this_machine(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("AWS_", "AUDITOR_"))]:
        monkeypatch.delenv(name)
    for name, value in demo.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def _published():
    return jsonschema_rs.Draft202012Validator(json.schema())


@pytest.fixture(autouse=True)
def _every_json_report_conforms_to_the_schema(monkeypatch, _published):
    """Validate whatever the tests render as JSON: what is published must hold of every report."""
    plain = json.stream

    def stream(report):
        if len(report.findings) > MOST_VALIDATED:
            return plain(report)
        pieces = list(plain(report))
        _published.validate(loads("".join(pieces)))
        return iter(pieces)

    monkeypatch.setattr(json, "stream", stream)


@pytest.fixture(scope="session")
def emulator():
    """Yield the URL of an emulator with the sample account, one for each test process."""
    with demo.environment(), demo.emulator() as url:
        yield url


@pytest.fixture(scope="session")
def recording(request, tmp_path_factory):
    """Return a snapshot of the sample account, as `auditor scan --record` writes it: one for all test processes."""
    own = tmp_path_factory.getbasetemp()
    folder = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    path = folder / "sample.snapshot"
    with (folder / "recording").open("w") as lock, demo.environment():
        flock(lock, LOCK_EX)
        if not path.exists():
            url = request.getfixturevalue("emulator")
            main(["scan", "--endpoint-url", url, *REGIONS, "--record", str(path), "--quiet"])
    return path
