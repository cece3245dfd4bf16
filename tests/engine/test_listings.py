"""What the listing commands print for programs, and what a shell offers to complete."""

import json
import os
import subprocess
import sys

import pytest

from auditor.__main__ import main
from auditor.catalogue import load
from auditor.gate import ExitCode
from reports.json import schema


@pytest.fixture
def told(capsys):
    """Run a command that must succeed; return what it prints."""

    def run(*arguments):
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    return run


LISTS = (("checks", "--service", "s3"), ("frameworks",), ("plan", "--service", "s3"))


@pytest.mark.parametrize("command", LISTS, ids=lambda command: command[0])
def test_json_lines_are_the_items_of_json(told, command):
    items = json.loads(told(*command, "--format", "json"))
    assert len(items) > 1
    assert [json.loads(line) for line in told(*command, "--format", "jsonl").splitlines()] == items
    assert told(*command) == told(*command, "--format", "table") != ""


@pytest.mark.parametrize("command", [("checks", "s3-bucket-tls-only"), ("frameworks", "cis-aws-foundations-7.0")])
def test_a_page_is_one_thing(told, command):
    group, name = command
    thing = json.loads(told(group, "show", name, "--format", "json"))
    assert thing["id"] == name
    assert [json.loads(line) for line in told(group, "show", name, "--format", "jsonl").splitlines()] == [thing]


def test_a_check_is_told_as_in_a_report(told):
    (check,) = json.loads(told("checks", "--check", "s3-bucket-tls-only", "--format", "json"))
    assert set(check) == set(schema()["$defs"]["CheckFacts"]["properties"])
    shown = json.loads(told("checks", "show", "s3-bucket-tls-only", "--format", "json"))
    calls = shown.pop("calls")
    assert shown == check
    assert {"operation": "s3:GetBucketPolicy", "permission": "s3:GetBucketPolicy", "per": "Bucket"} in calls


def test_a_plan_tells_the_calls_that_are_known(told):
    steps = {step["operation"]: step for step in json.loads(told("plan", "--service", "s3", "--format", "json"))}
    assert steps["s3:ListBuckets"]["count"] == 1
    assert steps["s3:GetBucketPolicy"]["count"] is None


def test_a_framework_counts_its_controls(told):
    thing = json.loads(told("frameworks", "show", "cis-aws-foundations-7.0", "--format", "json"))
    scope = thing["scope"]
    assert len(thing["controls"]) == scope["controls"]
    assert scope["percent"] == 100 * scope["decided"] // scope["controls"]


def test_what_limits_a_listing_stands_beside_it(tmp_path, capsys):
    (tmp_path / "broken.py").write_text("raise RuntimeError('boom')")
    assert main(["checks", "--checks", str(tmp_path), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)
    assert "warning: " in err
    assert "broken.py cannot be loaded: RuntimeError: boom" in err


def test_quiet_and_verbose_contradict(capsys):
    assert main(["scan", "--quiet", "--verbose"]) == ExitCode.USAGE
    assert "contradict" in capsys.readouterr().err


def completed(line):
    """Return what bash is offered for a line whose last word is being typed."""
    words = line.split(" ")
    script = "from auditor.__main__ import main; import sys; sys.exit(main([]))"
    environment = {
        **os.environ,
        "_AUDITOR_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return {offer.partition(",")[2] for offer in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("auditor hist", "history"),
        ("auditor scan --hist", "--history"),
        ("auditor scan --check s3-bucket-t", "s3-bucket-tls-only"),
        ("auditor checks show s3-bucket-t", "s3-bucket-tls-only"),
        ("auditor scan --service clo", "cloudtrail"),
        ("auditor scan --framework cis", "cis-aws-foundations-7.0"),
        ("auditor frameworks show cis", "cis-aws-foundations-7.0"),
        ("auditor scan --output-format j", "jsonl"),
        ("auditor scan --fail-on cr", "critical"),
        ("auditor checks --format j", "jsonl"),
    ],
)
def test_a_shell_is_offered(line, offered):
    offers = completed(line)
    assert offered in offers
    assert {each for each in offers if not each.startswith(line.rpartition(" ")[2])} == set()


def test_every_check_is_offered():
    assert completed("auditor scan --check ") == set(load().registry.checks)


def test_the_script_for_a_shell_is_printed():
    environment = {**os.environ, "_AUDITOR_COMPLETE": "bash_source"}
    script = "from auditor.__main__ import main; import sys; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False)
    assert "complete -o nosort -F _auditor_completion auditor" in done.stdout
    assert subprocess.run(["bash", "-n"], input=done.stdout, text=True, check=False).returncode == 0
