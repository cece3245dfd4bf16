"""The summary on a terminal: it fits, tells what matters, and cannot be commanded by the names in it."""

import os
import re
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from universe import FURNISHED, LOCKED, REFUSED, Answers, boxes, call, reported, standard

from auditor import Problem, Status
from auditor.frameworks import Control, Framework
from auditor.history import History
from auditor.report import Tally
from auditor.textual import width_of
from auditor.trend import marked
from reports.table import LONGEST_COMMAND, command_lines, render

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


GOLDEN = Path(__file__).parent / "golden"
WIDTHS = (80, 160)


def hostile():
    source = standard()
    name = "\x1b]0;owned\x07<script>\u202e" + "long " * 400
    source.table[call("ListBoxes")] = Answers({call("x"): boxes("b", Label=name)}).table[call("x")]
    return source


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("source", [standard, hostile, lambda: Answers({})], ids=["standard", "hostile", "refused"])
def test_it_fits_the_terminal(width, source):
    text = render(reported(source(), LOCKED, FURNISHED), width=width)
    assert max(width_of(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_colour_changes_nothing_but_colour():
    report = reported(standard(), LOCKED)
    assert ESCAPE.sub("", render(report, colour=True)) == render(report)
    assert ESCAPE.search(render(report, colour=True))


def test_it_tells_the_score_the_failures_and_what_to_mend():
    text = render(reported(standard(), LOCKED, FURNISHED))
    for words in ("AWS account 111122223333", "Score     58.3 of 100", "Coverage  100 %", "HIGH", "the box is open"):
        assert words in text


def test_it_tells_what_aws_did_not():
    source = standard()
    source.table[call("GetLock", Box="a")] = REFUSED
    text = render(reported(source, LOCKED))
    assert "toy:GetLock: AccessDenied, 1 answer missing: grant toy:GetLock to the auditor" in " ".join(text.split())


@pytest.mark.parametrize("width", [80, 120])
def test_frameworks_are_a_line_each(width):
    controls = (
        Control("1", "Locked", ("toy-box-locked",)),
        Control("2", "Furnished", ("toy-house-furnished",), uncovered="The cellar."),
        Control("3", "Kept", manual="The keys."),
    )
    framework = Framework("a-framework-with-a-long-name", "F", "https://example.com", controls)
    text = render(reported(standard(), LOCKED, FURNISHED, frameworks=[framework]), width=width)
    (title, row) = [line.split() for line in text.splitlines() if "passed" in line or "a-framewo" in line]
    assert title == ["Frameworks", "score", "failed", "unknown", "partly", "passed", "total"]
    assert row[1:] == ["58.3", "1", "·", "1", "·", "3"]
    assert max(map(width_of, text.splitlines())) <= width


def test_failures_of_one_check_are_told_once_and_counted():
    source = standard()
    source.table[call("ListBoxes")] = Answers({call("x"): boxes(*map(str, range(40)))}).table[call("x")]
    source.table |= Answers({call("GetLock", Box=str(each)): {"Lock": "off"} for each in range(40)}).table
    assert "toy-box-locked  0 (eu-west-1) and 39 more" in render(reported(source, LOCKED))


def test_more_checks_than_are_told_are_counted(small_report):
    finding = next(each for each in small_report.findings if each.status is Status.FAIL)
    failures = [replace(finding, check=f"toy-box-rule{number}") for number in range(12)]
    facts = next(each for each in small_report.checks if each.id == finding.check)
    checks = tuple(replace(facts, id=each.check) for each in failures)
    text = render(replace(small_report, checks=checks, findings=(*failures, *failures)))
    assert "… and 4 more by 2 more checks: `--output-format html=report.html` shows all" in text


def test_services_without_a_failure_are_named_in_a_line(small_report):
    flawless = Tally("toy", 100.0, 100.0, 3, 0, 0, 0, 0)
    text = render(replace(small_report, services=(*small_report.services, flawless)))
    assert "\n  Nothing fails in toy\n" in text


def remembered(report):
    """Return the report as the third that a history holds, after two of the days before it."""
    history = History()
    for days in (2, 1, 0):
        past = report if days == 0 else earlier(report, days)
        history = history.after(past)
    return marked(report, history)


def earlier(report, days):
    """Return the report of some days before, when other findings failed."""
    turned = {Status.FAIL: Status.PASS, Status.PASS: Status.FAIL}
    findings = tuple(
        replace(each, status=turned.get(each.status, each.status) if (number + days) % 7 == 0 else each.status)
        for number, each in enumerate(report.findings)
    )
    at = report.audit.at - timedelta(days=days)
    return replace(report, findings=findings, audit=replace(report.audit, at=at), score=41.5)


def test_what_changed_since_the_run_before_is_told(small_report):
    text = " ".join(render(remembered(small_report)).split())
    assert "reopened, " in text
    assert "fixed since 2025-11-20 14:02 UTC; the score was 41.5 mean days to fix: critical 1.0, high 1.0" in text
    narrow = replace(earlier(small_report, 1), checks=small_report.checks[:3])
    text = " ".join(render(marked(small_report, History().after(narrow).after(small_report))).split())
    assert "the score was 41.5, but other things were asked" in text
    assert "this is the first audit" in render(marked(small_report, History().after(small_report)))


@pytest.mark.parametrize("width", WIDTHS)
def test_the_summary_is_as_it_was_looked_at(small_report, width):
    """With UPDATE_GOLDEN=1 in the environment it is written anew, to be looked at again."""
    text = render(remembered(small_report), width=width)
    path = GOLDEN / f"summary-{width}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert max(map(width_of, text.splitlines())) <= width


WORDS = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=30).map(shlex.quote), min_size=1
)


@given(words=WORDS, width=st.integers(20, 150))
def test_a_command_in_lines_is_the_same_command(words, width):
    lines = command_lines(" ".join(words), width)
    assert len(lines) <= LONGEST_COMMAND
    assert all(width_of(line) <= width for line in lines)
    if lines:
        # A shell drops a backslash with the end of the line that it stands before; shlex does not know.
        assert shlex.split("\n     ".join(lines).replace("\\\n", "")) == shlex.split(" ".join(words))


def test_a_partial_audit_and_warnings_are_told():
    report = reported(standard(), LOCKED)
    report = replace(report, audit=replace(report.audit, partial=True, warnings=("a region is off",)))
    text = render(report)
    assert "interrupted" in text
    assert "! a region is off" in text


def test_faults_of_checks_are_told():
    from universe import Box, rule

    def crash(box: Box):
        """Boxes do not crash."""
        yield from ()
        raise ZeroDivisionError("boom")

    assert "toy-box-crash: ZeroDivisionError: boom" in render(
        reported(standard(), rule("toy-box-crash", crash, [Box.size]))
    )


@pytest.mark.parametrize("command", ["::error::owned", "##[command]owned"])
def test_no_name_commands_the_runner_that_prints_it(command):
    report = reported(standard(), LOCKED)
    finding = next(each for each in report.findings if each.status is Status.FAIL)
    named = replace(finding, problems=(Problem("x " * 36 + command),))
    lines = render(replace(report, findings=(named,))).splitlines()
    assert any("owned" in line for line in lines)
    assert [line for line in lines if line.lstrip().startswith(("::", "##["))] == []
