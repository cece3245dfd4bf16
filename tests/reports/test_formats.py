"""The report formats, each read back by somebody else's reader: what stands in them, and what is honestly not known."""

import csv
import json
import re
import time
import tracemalloc
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema_rs
import msgspec
import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt

import reports
from auditor.finding import Acceptance, Problem
from auditor.report import Report
from auditor.severity import Severity, Status
from reports import github, markdown

SCHEMAS = Path(__file__).parent / "schemas"
STREAMED = ("asff", "csv", "github", "gitlab", "jsonl", "junit", "markdown", "ocsf", "sarif")


def text_of(report, name):
    return "".join(reports.stream(report, name))


def rows_of(report):
    return [*csv.DictReader(text_of(report, "csv").splitlines(keepends=True), strict=True)]


def count(report, *statuses):
    return sum(finding.status in statuses for finding in report.findings)


def failing(report, times, severity=Severity.MEDIUM):
    """Return the report with one failure, so many times over."""
    finding = next(each for each in report.findings if each.status is Status.FAIL)
    return replace(report, findings=(replace(finding, severity=severity),) * times)


@pytest.mark.parametrize("name", STREAMED)
@pytest.mark.parametrize("kind", ["small_report", "clean_report", "empty_report", "two_frameworks_report"])
def test_equal_reports_give_equal_text(name, kind, request):
    report = request.getfixturevalue(kind)
    assert text_of(report, name) == text_of(report, name) == reports.render(report, name)


def test_json_lines_hold_the_whole_report(small_report):
    header, *findings = [json.loads(line) for line in text_of(small_report, "jsonl").splitlines()]
    assert header["schema_version"] == small_report.schema_version
    assert not [finding for finding in findings if "schema_version" in finding]
    assert msgspec.convert({**header, "findings": findings}, Report, strict=False) == small_report


def test_csv_has_a_row_for_each_finding(small_report):
    rows = rows_of(small_report)
    assert [row["fingerprint"] for row in rows] == [finding.fingerprint for finding in small_report.findings]
    assert {row["status"] for row in rows} == {status.value for status in Status}
    unknown = next(row for row in rows if row["status"] == "UNKNOWN")
    assert unknown["message"].startswith("not known, as AWS did not tell: s3:GetBucketPolicy: AccessDenied")


def test_csv_lines_end_as_rfc_4180_says(small_report):
    assert text_of(small_report, "csv").count("\r\n") == len(small_report.findings) + 1


@pytest.mark.parametrize("sign", [*"=+-@\t\n\r＝＋－＠", " =", "\u00a0@"])  # noqa: RUF001 - signs that start formulas
def test_no_cell_starts_a_formula(small_report, sign):
    finding = small_report.findings[0]
    named = replace(finding, resource=replace(finding.resource, name=f"{sign}cmd()", tags={sign: "x"}))
    (row,) = rows_of(replace(small_report, findings=(named,)))
    assert row["resource_name"][0] in "'\\"
    assert row["tags"][0] in "'\\"


def test_junit_tells_each_status_apart(small_report):
    read = JUnitXml.fromstring(text_of(small_report, "junit").encode())
    assert (read.tests, read.failures, read.errors, read.skipped) == (
        len(small_report.findings),
        count(small_report, Status.FAIL),
        count(small_report, Status.UNKNOWN, Status.ERROR),
        count(small_report, Status.ACCEPTED),
    )
    results = [result for suite in read for case in suite for result in case.result]
    assert {type(each): "".join(str(each.message))[:9] for each in results}.keys() == {Failure, Error, Skipped}
    passed = [case for suite in read for case in suite if case.is_passed]
    assert len(passed) == count(small_report, Status.PASS)


def test_junit_adds_up_and_names_every_case_once(small_report):
    read = JUnitXml.fromstring(text_of(small_report, "junit").encode())
    said = (read.tests, read.failures, read.errors, read.skipped)
    read.update_statistics()
    assert (read.tests, read.failures, read.errors, read.skipped) == said
    names = [(case.classname, case.name) for suite in read for case in suite]
    assert len(set(names)) == len(names)


def test_gitlab_takes_it(small_report, clean_report, empty_report):
    validator = jsonschema_rs.validator_for(json.loads((SCHEMAS / "gitlab-sast-15.json").read_text()))
    for report in (small_report, clean_report, empty_report, replace(small_report, findings=small_report.findings * 2)):
        validator.validate(json.loads(text_of(report, "gitlab")))


def test_gitlab_has_what_did_not_pass_and_calls_the_unknown_unknown(small_report):
    given = json.loads(text_of(small_report, "gitlab"))["vulnerabilities"]
    severities = {each["id"]: each["severity"] for each in given}
    expected = {Status.UNKNOWN: "Unknown", Status.ERROR: "Unknown", Status.ACCEPTED: "Info"}
    assert severities == {
        each.fingerprint: expected.get(each.status, each.severity.value.capitalize())
        for each in small_report.findings
        if each.status is not Status.PASS
    }
    places = [(each["identifiers"][0]["value"], each["location"]["file"]) for each in given]
    assert len(set(places)) == len(places), "GitLab merges vulnerabilities of one check at one place"


def test_an_interrupted_audit_is_no_success(small_report):
    report = replace(small_report, audit=replace(small_report.audit, partial=True))
    assert json.loads(text_of(report, "gitlab"))["scan"]["status"] == "failure"
    assert "interrupted" in text_of(report, "markdown")
    run = json.loads(text_of(report, "sarif"))["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize("name", STREAMED)
def test_an_acceptance_tells_its_reason_owner_and_last_day(name, small_report):
    finding = next(each for each in small_report.findings if each.status is Status.ACCEPTED)
    reason = Acceptance("served by design", "web team", date(2026, 1, 31))
    text = text_of(replace(small_report, findings=(replace(finding, accepted=reason),)), name)
    if name == "github":
        assert "failures that exceptions accept: 1\n" in text
    else:
        assert all(word in text for word in ("served by design", "web team", "2026-01-31"))


@pytest.mark.parametrize("name", ["github", "markdown"])
def test_what_the_baseline_does_not_know_comes_first(name, small_report):
    finding = failing(small_report, 1, Severity.CRITICAL).findings[0]
    known = replace(finding, known_since=date(2025, 1, 1), problems=(Problem("the old one"),))
    new = replace(finding, severity=Severity.HIGH, problems=(Problem("the new one"),))
    text = text_of(replace(small_report, findings=(known, new)), name)
    assert text.index("the new one") < text.index("known since 2025-01-01: the old one")


COMMAND = re.compile(r"::(error|warning|notice) title=([^:,\r\n]*)::(.*)\n")


def test_annotations_keep_to_the_limit_and_tell_what_is_left_out(small_report):
    lines = text_of(small_report, "github").splitlines(keepends=True)
    parsed = [COMMAND.fullmatch(line).groups() for line in lines]
    for level in ("error", "warning", "notice"):
        assert sum(each[0] == level for each in parsed) <= github.LIMIT
    grave = sum(each.status is Status.FAIL and each.severity.rank < 2 for each in small_report.findings)
    assert f"{grave - 9:,} more" in [text for level, _, text in parsed if level == "error"][-1]
    assert any("9 of 130 questions have no answer" in text for _, _, text in parsed)
    assert any("iam-user-keys-rotated" in text for _, title, text in parsed if title == "Checks failed to run")


@pytest.mark.parametrize(("given", "shown"), [(9, 9), (10, 10), (11, 10), (500, 10)])
def test_ten_annotations_of_a_level_need_no_word_on_more(small_report, given, shown):
    report = replace(failing(small_report, given), audit=replace(small_report.audit, warnings=()))
    lines = text_of(report, "github").splitlines()
    assert len(lines) == shown
    assert ("more: GitHub shows" in lines[-1]) is (given > 10)


def test_annotations_escape_what_the_runner_interprets(small_report):
    name = "100%\n::error::a,b:c\r##[error]x"
    report = failing(small_report, 1)
    finding = report.findings[0]
    finding = replace(finding, resource=replace(finding.resource, name=name), problems=(Problem(name),))
    (line,) = text_of(replace(report, findings=(finding,)), "github").splitlines()
    assert COMMAND.fullmatch(f"{line}\n")
    assert "100%25\\u000a::error::a,b:c\\u000d" in line


def rendered(text):
    return MarkdownIt("commonmark").enable("table").render(text)


def test_the_summary_has_tables_of_what_did_not_pass(small_report):
    shown = rendered(text_of(small_report, "markdown"))
    undecided = count(small_report, Status.FAIL, Status.UNKNOWN, Status.ERROR, Status.ACCEPTED)
    cells = re.findall(r"<td>(?:critical|high|medium|low)</td>", shown)
    assert len(cells) == undecided
    for title in markdown.SECTIONS.values():
        assert f"<h3>{title}</h3>" in shown


def test_the_summary_keeps_to_one_mebibyte_and_tells_what_is_left_out(small_report):
    report = failing(small_report, 20_000)
    text = text_of(report, "markdown")
    assert 1_000_000 < len(text.encode()) <= 1024 * 1024
    left_out = int(re.search(r"\*\*([\d,]+) more findings are left out", text)[1].replace(",", ""))
    assert left_out + len(re.findall(r"^\| medium \|", text, re.MULTILINE)) == 20_000


@pytest.fixture(scope="module")
def growing(large_report):
    """Two reports, one with ten times the findings of the other."""
    return large_report(1_000), large_report(10_000)


@pytest.mark.parametrize("name", STREAMED)
def test_ten_times_the_findings_take_about_ten_times_the_time(name, growing):
    spent = []
    for report in growing:
        began = time.process_time()
        assert max(map(len, reports.stream(report, name))) < 1_500_000
        spent.append(time.process_time() - began)
    assert spent[1] < 40 * max(spent[0], 0.02)


@pytest.mark.parametrize("name", STREAMED)
def test_ten_times_the_findings_take_no_more_memory_than_a_list_of_them(name, growing):
    peaks = []
    for report in growing:
        tracemalloc.start()
        for _ in reports.stream(report, name):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 10 * max(peaks[0], 100_000)
