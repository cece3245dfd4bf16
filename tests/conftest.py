"""The sample account in an emulator, shared by the tests that need a real endpoint."""

import os
from json import loads

import jsonschema
import pytest

from auditor import demo
from auditor.__main__ import main
from reports import json

MANY = 2000
"""Findings that take too long to validate one by one."""
REGIONS = [word for region in demo.REGIONS for word in ("--region", region)]


@pytest.fixture(autouse=True)
def _no_aws_of_this_machine(monkeypatch):
    for name in [name for name in os.environ if name.startswith(("AWS_", "AUDITOR_"))]:
        monkeypatch.delenv(name)
    for name, value in demo.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(autouse=True)
def _every_json_report_conforms_to_the_schema(monkeypatch):
    """Validate whatever the tests render as JSON: what is published must hold of every report."""
    plain = json.stream
    validate = jsonschema.Draft202012Validator(json.schema()).validate

    def stream(report):
        pieces = list(plain(report))
        if len(report.findings) < MANY:
            validate(loads("".join(pieces)))
        return iter(pieces)

    monkeypatch.setattr(json, "stream", stream)


@pytest.fixture(scope="session")
def emulator():
    """Yield the URL of an emulator with the sample account, one for each test process."""
    with demo.environment(), demo.emulator() as url:
        yield url


@pytest.fixture(scope="session")
def recording(emulator, tmp_path_factory):
    """Return a snapshot of the sample account, as `auditor scan --record` writes it."""
    path = tmp_path_factory.mktemp("recording") / "sample.snapshot"
    with demo.environment():
        main(["scan", "--endpoint-url", emulator, *REGIONS, "--record", str(path), "--quiet"])
    return path
