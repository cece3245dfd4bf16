"""The summary on a terminal: it fits, tells what matters, and cannot be commanded by the names in it."""

import re
from dataclasses import replace

import pytest
from universe import FURNISHED, LOCKED, REFUSED, Answers, boxes, call, reported, standard

from auditor import Problem, Status
from auditor.frameworks import Control, Framework
from auditor.textual import width_of
from reports.table import render

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


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


def test_many_failures_are_counted_and_the_rest_is_named():
    source = standard()
    source.table[call("ListBoxes")] = Answers({call("x"): boxes(*map(str, range(40)))}).table[call("x")]
    source.table |= Answers({call("GetLock", Box=str(each)): {"Lock": "off"} for each in range(40)}).table
    assert "… and 30 more" in render(reported(source, LOCKED))


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
