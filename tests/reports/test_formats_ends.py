"""The formats from the command line, on the recorded sample account."""

import csv
import json

import pytest
from junitparser import JUnitXml

from auditor.__main__ import main
from auditor.outputs import format_names

FORMATS = ("asff", "csv", "github", "gitlab", "jsonl", "junit", "markdown", "ocsf", "sarif")


@pytest.fixture(scope="module")
def written(recording, tmp_path_factory):
    """The sample account's report in every format, and the JSON that they are compared with."""
    folder = tmp_path_factory.mktemp("formats")
    outputs = [f"--output-format={name}={folder / name}" for name in (*FORMATS, "json")]
    assert main(["scan", "--from", str(recording), "-q", "--max-unknown", "99999", *outputs]) == 0
    return {name: (folder / name).read_bytes().decode() for name in (*FORMATS, "json")}


@pytest.fixture(scope="module")
def findings(written):
    return json.loads(written["json"])["findings"]


def passing(findings):
    return sum(finding["status"] == "PASS" for finding in findings)


def test_csv(written, findings):
    rows = [*csv.DictReader(written["csv"].splitlines(keepends=True))]
    assert [(row["check"], row["status"]) for row in rows] == [(each["check"], each["status"]) for each in findings]


def test_github(written):
    assert written["github"].startswith("::error title=CRITICAL ")


def test_gitlab(written, findings):
    assert len(json.loads(written["gitlab"])["vulnerabilities"]) == len(findings) - passing(findings)


def test_jsonl(written, findings):
    header, *lines = [json.loads(line) for line in written["jsonl"].splitlines()]
    assert lines == findings
    assert header == {name: value for name, value in json.loads(written["json"]).items() if name != "findings"}


def test_junit(written, findings):
    read = JUnitXml.fromstring(written["junit"].encode())
    assert read.tests == len(findings)
    assert sum(case.is_passed for suite in read for case in suite) == passing(findings)


def test_markdown(written):
    assert written["markdown"].startswith("## AWS account audit\n\nAccount <code>123456789012</code>")
    assert "### What to mend" in written["markdown"]


def test_sarif(written, findings):
    assert len(json.loads(written["sarif"])["runs"][0]["results"]) == len(findings) - passing(findings)


def test_every_format_is_in_the_help(capsys):
    main(["scan", "--help"])
    told = capsys.readouterr().out
    assert [name for name in format_names() if name not in told] == []
