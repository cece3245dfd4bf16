"""The demo: the sample account shows something of every service, and is wholly read as far as its emulator goes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from auditor import demo, registry
from auditor.gate import ExitCode
from auditor.plan import Plan

SHOWN = {
    "cloudtrail",
    "cloudwatch",
    "config",
    "ec2",
    "efs",
    "guardduty",
    "iam",
    "kms",
    "logs",
    "rds",
    "s3",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return what the demo said and the report it wrote."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "auditor", "demo"], capture_output=True, text=True, check=False, cwd=folder
    )
    assert done.returncode == ExitCode.FINE, done.stderr
    return done, json.loads((folder / "report.json").read_text())


@pytest.mark.slow
def test_every_service_that_the_emulator_can_show_has_a_finding(run):
    _, report = run
    assert {each["service"] for each in report["findings"] if each["status"] == "FAIL"} >= SHOWN


@pytest.mark.slow
def test_hardly_anything_is_unknown_and_what_is_left_out_is_told(run):
    done, report = run
    assert "Traceback" not in done.stderr
    assert "checks on settings that the emulator lacks" in done.stderr
    assert report["coverage"] > 99
    assert {gap["code"] for gap in report["gaps"]} <= {"NotReturned"}
    assert 0 < len(registry.load().checks) - len(report["checks"]) < 0.15 * len(registry.load().checks)


def test_what_the_emulator_lacks_is_asked_by_some_check():
    names = {step.request.name for step in Plan(registry.load().checks.values()).steps()}
    assert names >= demo.UNANSWERED


@pytest.mark.slow
def test_a_selection_is_audited_as_it_is(tmp_path):
    command = [sys.executable, "-m", "auditor", "demo", "--check", "ec2-region-serial-console-off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "left out" not in done.stderr
    report = json.loads((tmp_path / "report.json").read_text())
    assert {each["status"] for each in report["findings"]} == {"UNKNOWN"}
