"""The baseline: what is new, known, fixed and out of sight, and a file that is easy to compare."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from universe import FURNISHED, KEYED, LOCKED, NOW, REFUSED, TARGET, Answers, boxes, call, reported, standard

from auditor.baseline import Baseline, BaselineError, Known, read, renew, told, written
from auditor.gate import ExitCode, Gate
from auditor.report import BaselineFacts
from auditor.severity import Severity, Status
from reports import render

FIRST = reported(standard(), LOCKED, KEYED)
BASELINE = Baseline().updated(FIRST)
"""It knows that box b is open and has no key."""


def changed(*, days=0, checks=(LOCKED, KEYED), target=TARGET, table=None):
    """Return a later report on the standard account with some answers changed."""
    source = standard()
    source.table |= Answers(table or {}).table
    report = reported(source, *checks, target=target)
    return replace(report, audit=replace(report.audit, at=NOW + timedelta(days=days)))


LOCKED_NOW = {call("GetLock", Box="b"): {"Lock": "on"}, call("GetKey", Box="b", Owner="me"): {"Key": "k"}}
B_GONE = {call("ListBoxes"): boxes("a")}
C_ADDED = {call("ListBoxes"): boxes("a", "b", "c"), call("GetLock", Box="c"): {"Lock": "off"}}
UNREADABLE = {call("GetLock", Box="b"): REFUSED}
UNLISTED = {call("ListBoxes"): REFUSED}


def fates(report):
    return {(each.check.removeprefix("toy-box-"), each.fate) for each in BASELINE.marked(report).baseline.former}


def test_it_holds_the_failures_with_the_day_they_were_first_seen():
    assert [(each.check, each.resource[-5:], each.first_seen, each.severity) for each in BASELINE.findings] == [
        ("toy-box-keyed", "box/b", NOW.date(), Severity.MEDIUM),
        ("toy-box-locked", "box/b", NOW.date(), Severity.HIGH),
    ]
    assert BASELINE.checks == ("toy-box-keyed", "toy-box-locked")


def test_what_it_knows_does_not_fail_the_gate_and_what_is_new_does():
    gate = Gate(Severity.LOW)
    assert gate.judge(FIRST).code is ExitCode.GATE_FAILED
    assert gate.judge(BASELINE.marked(FIRST)).code is ExitCode.FINE
    marked = BASELINE.marked(changed(table=C_ADDED))
    verdict = gate.judge(marked)
    assert verdict.code is ExitCode.GATE_FAILED
    assert verdict.reasons[0] == "new failed findings at or above low: 1 high"
    assert {each.resource.id: each.known_since for each in marked.findings if each.status is Status.FAIL} == {
        "b": NOW.date(),
        "c": None,
    }


def test_the_other_rules_look_at_everything():
    marked = BASELINE.marked(changed(table=UNREADABLE))
    assert Gate(max_unknown=0).judge(marked).code is ExitCode.INCOMPLETE
    assert Gate(min_score=99).judge(marked).code is ExitCode.GATE_FAILED


@pytest.mark.parametrize(
    ("report", "fate"),
    [
        (changed(), set()),
        (changed(table=LOCKED_NOW), {("locked", "FIXED"), ("keyed", "FIXED")}),
        (changed(table=B_GONE), {("locked", "GONE"), ("keyed", "GONE")}),
        (changed(table=UNREADABLE), {("locked", "UNREAD"), ("keyed", "UNREAD")}),
        (changed(table=UNLISTED), {("locked", "UNREAD"), ("keyed", "UNREAD")}),
        (changed(checks=(LOCKED,)), {("keyed", "UNASKED")}),
        (changed(target=replace(TARGET, regions=("us-east-1",))), {("locked", "UNASKED"), ("keyed", "UNASKED")}),
        (changed(target=replace(TARGET, account="444455556666")), {("locked", "UNASKED"), ("keyed", "UNASKED")}),
    ],
    ids=["same", "fixed", "gone", "unread", "unlisted", "check", "region", "account"],
)
def test_what_became_of_what_it_knows(report, fate):
    assert fates(report) == fate


def test_what_was_not_looked_at_stays_in_it_and_what_is_mended_leaves():
    for table in (UNREADABLE, UNLISTED):
        assert BASELINE.updated(changed(table=table, days=9)) == BASELINE
    assert BASELINE.updated(changed(checks=(LOCKED,))) == BASELINE
    for table in (LOCKED_NOW, B_GONE):
        assert BASELINE.updated(changed(table=table)).findings == ()


def test_what_is_new_comes_with_its_own_day():
    later = BASELINE.updated(changed(table=C_ADDED, days=9))
    assert {each.resource[-1]: each.first_seen for each in later.findings} == {
        "b": NOW.date(),
        "c": NOW.date() + timedelta(days=9),
    }


def test_what_is_accepted_is_not_kept_but_known_where_it_was():
    findings = tuple(
        replace(each, status=Status.ACCEPTED) if each.status is Status.FAIL else each for each in FIRST.findings
    )
    accepted = replace(FIRST, findings=findings)
    assert BASELINE.updated(accepted).findings == ()
    assert BASELINE.marked(accepted).baseline == BaselineFacts(known=2, new=0, new_by_new_checks=0, former=())


def test_failures_of_checks_that_it_did_not_ask_are_told_apart():
    empty = Answers({**standard().table, call("ListBoxes"): {"Shelves": []}})
    marked = Baseline().updated(reported(standard(), LOCKED)).marked(reported(empty, LOCKED, FURNISHED))
    assert (marked.baseline.new, marked.baseline.new_by_new_checks) == (1, 1)
    assert told(marked.baseline) == "1 new (1 by checks it did not ask), 0 known, 1 fixed"


def test_the_reports_tell_of_it():
    marked = BASELINE.marked(changed(table=B_GONE))
    table = render(marked, "table")
    assert "Baseline  0 new, 0 known, 2 fixed\n" in table
    assert "Fixed since the baseline\n  gone     toy-box-keyed  arn:aws:toy" in table
    assert "known since 2026-03-01: the box is open" in " ".join(render(BASELINE.marked(FIRST), "table").split())
    assert json.loads(render(marked, "json"))["baseline"]["former"][0]["fate"] == "GONE"
    assert "2 not seen this time" in render(BASELINE.marked(changed(table=UNLISTED)), "table")


def test_the_file_has_a_line_for_each_failure_and_reads_back(tmp_path):
    path = tmp_path / "b.json"
    assert renew(path, FIRST) == "2 failures"
    assert read(path) == BASELINE
    lines = path.read_text().splitlines()
    assert [line[:16] for line in lines if line.startswith("{") and len(line) > 1] == ['{"check":"toy-bo'] * 2
    before = path.read_text()
    assert renew(path, changed(days=30)) == "0 new, 2 known, 0 fixed"
    assert path.read_text() == before
    renew(path, changed(table=C_ADDED, days=30))
    assert len(set(path.read_text().splitlines()) - set(before.splitlines())) <= 2
    assert json.loads(path.read_text())["format"] == "aws-account-auditor baseline"


@given(st.permutations((*BASELINE.findings, replace(BASELINE.findings[0], region="x", fingerprint="0"))))
def test_its_order_is_its_own(findings):
    updated = Baseline((), tuple(findings)).updated(reported(standard()))
    assert [(each.check, each.region) for each in updated.findings] == [
        ("toy-box-keyed", "eu-west-1"),
        ("toy-box-keyed", "x"),
        ("toy-box-locked", "eu-west-1"),
    ]


def test_an_empty_one_reads_back(tmp_path):
    path = tmp_path / "b.json"
    path.write_text("".join(written(Baseline())))
    assert read(path) == Baseline()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged"),
        ("[]", "is damaged"),
        ("\xff", "is damaged"),
        ("{}", "is not a baseline: `auditor baseline write` makes one"),
        ('{"format": "aws-account-auditor baseline", "version": 2}', "version 2: use the version that wrote it"),
        ('{"format": "aws-account-auditor baseline", "version": 1, "findings": [{}]}', "is damaged"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path, text, message):
    path = tmp_path / "b.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(BaselineError, match=message) as error:
        read(path)
    assert "b.json" in str(error.value)
    with pytest.raises(BaselineError, match="cannot be read"):
        read(tmp_path)


def test_a_finding_s_own_words_are_kept_as_they_are():
    known = Known("c", "1", "r", 'arn:"\n\x1b\U0001f600', "f", date(2026, 1, 1), Severity.LOW)
    assert json.loads("".join(written(Baseline(("c",), (known,)))))["findings"][0]["resource"] == known.resource
