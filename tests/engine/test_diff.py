"""What changed between two audits: told once, in the right part, with a cause no surer than the audits are."""

import json
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from markdown_it import MarkdownIt
from universe import FURNISHED, KEYED, LOCKED, NOW, REFUSED, TARGET, Answers, boxes, call, reported, standard

from auditor.diff import Diff, compare
from auditor.diff_formats import FORMATS
from auditor.finding import Acceptance, Problem
from auditor.past import PastError, read
from auditor.severity import Severity, Status
from reports import render

CHECKS = (LOCKED, KEYED)


def audit(table=None, *, days=0, checks=CHECKS, target=TARGET):
    source = standard()
    source.table |= Answers(table or {}).table
    report = reported(source, *checks, target=target)
    return replace(report, audit=replace(report.audit, at=NOW + timedelta(days=days)))


def told(diff):
    """Return part, check and box of every change with its statuses and the beginning of its cause."""
    return {
        (part, each.check[8:], each.resource[-1], f"{each.before}>{each.after}", each.cause)
        for part in ("new", "fixed", "changed", "lost")
        for each in getattr(diff, part)
    }


A_OPEN = {call("GetLock", Box="a"): {"Lock": "off"}}
B_MENDED = {call("GetLock", Box="b"): {"Lock": "on"}, call("GetKey", Box="b", Owner="me"): {"Key": "k"}}
B_GONE = {call("ListBoxes"): boxes("a")}
C_ADDED = {call("ListBoxes"): boxes("a", "b", "c"), call("GetLock", Box="c"): {"Lock": "off"}}
B_UNREAD = {call("GetLock", Box="b"): REFUSED}
UNLISTED = {call("ListBoxes"): REFUSED}
VALUES = "values that the check reads have changed"
GONE = "the resource is gone, or the check does not apply to it any more"


def test_nothing_changed():
    diff = compare(audit(), audit(days=1))
    assert told(diff) == set()
    assert (diff.before.score, diff.after.at) == (audit().score, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("table", "changes"),
    [
        (A_OPEN, {("new", "locked", "a", "PASS>FAIL", VALUES)}),
        (
            B_MENDED,
            {("fixed", "locked", "b", "FAIL>PASS", VALUES), ("fixed", "keyed", "b", "FAIL>PASS", VALUES)},
        ),
        (B_GONE, {("fixed", "locked", "b", "FAIL>", GONE), ("fixed", "keyed", "b", "FAIL>", GONE)}),
        (
            B_UNREAD,
            {
                ("lost", check, "b", "FAIL>UNKNOWN", f"toy:{operation} answered AccessDenied")
                for check, operation in [("locked", "GetLock"), ("keyed", "GetKey")]
            },
        ),
        (
            UNLISTED,
            {
                ("lost", check, box, f"{status}>", "the resources could not be listed")
                for check, box, status in [
                    ("locked", "a", "PASS"),
                    ("locked", "b", "FAIL"),
                    ("keyed", "a", "PASS"),
                    ("keyed", "b", "FAIL"),
                ]
            },
        ),
    ],
    ids=["opened", "mended", "gone", "unread", "unlisted"],
)
def test_a_change_of_the_account(table, changes):
    assert told(compare(audit(), audit(table, days=1))) == changes


def test_a_new_resource_that_fails_is_new():
    changes = told(compare(audit(), audit(C_ADDED, days=1)))
    cause = "the resource was not there before, or the check did not apply to it"
    assert ("new", "locked", "c", ">FAIL", cause) in changes
    assert {each[0] for each in changes} <= {"new"} | {"lost"}


def test_what_could_not_be_judged_before_is_told_so():
    cause = "it could not be judged before"
    for table, before in ((B_UNREAD, "UNKNOWN"), (UNLISTED, "")):
        assert told(compare(audit(table), audit(days=1))) == {
            ("new", "locked", "b", f"{before}>FAIL", cause),
            ("new", "keyed", "b", f"{before}>FAIL", cause),
        }


def test_what_was_not_asked_is_not_fixed_and_what_was_not_asked_before_is_told_apart():
    narrow = audit(checks=(LOCKED,), days=1)
    assert {each[0::4] for each in told(compare(audit(), narrow))} == {("lost", "the check was not asked")}
    assert told(compare(narrow, audit(days=2))) == {("new", "keyed", "b", ">FAIL", "the check was not asked before")}
    elsewhere = audit(target=replace(TARGET, regions=("us-east-1",)), days=1)
    assert {each[0::4] for each in told(compare(audit(), elsewhere))} == {("lost", "the region was not audited")}
    other = audit(target=replace(TARGET, account="444455556666"), days=1)
    assert ("lost", "the account was not audited") in {each[0::4] for each in told(compare(audit(), other))}


def altered(report, **fields):
    """Return the report with fields of the finding that box b is open changed."""
    findings = tuple(
        replace(each, **fields) if (each.check, each.resource.id) == ("toy-box-locked", "b") else each
        for each in report.findings
    )
    return replace(report, findings=findings)


CHECK = "the check judges the same replies differently"
BEYOND = "not in the values shown: time, other resources, or another version of the check"
PASSED = {"status": Status.PASS, "problems": ()}
ACCEPTED = {"status": Status.ACCEPTED, "accepted": Acceptance("r", "kim", NOW.date())}


@pytest.mark.parametrize(
    ("fields", "days", "part", "cause"),
    [
        (PASSED, 0, "fixed", CHECK),
        (PASSED, 1, "fixed", BEYOND),
        ({**PASSED, "parameters": {"most": 1}}, 0, "fixed", "the parameters of the check have changed"),
        ({**PASSED, "parameters": {"most": 1}}, 1, "fixed", "the parameters of the check have changed"),
        ({"problems": (Problem("it stands open"),)}, 0, "changed", CHECK),
        ({"problems": (Problem("it stands open"),)}, 1, "changed", BEYOND),
        (ACCEPTED, 1, "changed", "an exception"),
        ({"severity": Severity.LOW}, 1, "changed", "the severity of the check has changed"),
        ({"status": Status.ERROR, "problems": (), "error": "KeyError: 'x'"}, 1, "lost", "KeyError: 'x'"),
    ],
)
def test_a_verdict_that_differs_over_the_same_values(fields, days, part, cause):
    ((found, _, _, _, why),) = told(compare(audit(), altered(audit(days=days), **fields)))
    assert (found, why) == (part, cause)


def test_an_exception_that_ends_is_a_change_and_no_news():
    assert {each[0] for each in told(compare(altered(audit(), **ACCEPTED), audit(days=1)))} == {"changed"}


def test_a_finding_of_other_checks_over_the_same_replies_is_theirs():
    assert told(compare(altered(audit(), **PASSED), audit())) == {("new", "locked", "b", "PASS>FAIL", CHECK)}


def test_text():
    text = "".join(FORMATS["text"](compare(audit(), audit({**A_OPEN, **B_MENDED}, days=1))))
    assert "Time: 2026-03-01 08:00 UTC → 2026-03-02 08:00 UTC\n" in text
    assert "\nNew: 1\n  HIGH     toy-box-locked  arn:aws:toy:eu-west-1:111122223333:box/a (eu-west-1)\n" in text
    assert f"           + the box is open\n           PASS → FAIL: {VALUES}\n" in text
    assert "\nFixed: 2\n" in text
    assert f"           - the box is open\n           FAIL → PASS: {VALUES}\n" in text
    lost = "".join(FORMATS["text"](compare(audit(), audit(UNLISTED, days=1))))
    assert "Coverage lost: 4\n  toy-box-keyed: 2 answers: the resources could not be listed\n" in lost


def test_json_reads_back_as_it_was():
    diff = compare(audit(), audit({**A_OPEN, **B_UNREAD}, days=1))
    text = "".join(FORMATS["json"](diff))
    assert msgspec.json.decode(text, type=Diff) == diff
    assert set(json.loads(text)) == {"schema_version", "before", "after", "new", "fixed", "changed", "lost"}


HOSTILE = "x`|</code><script>a()</script> [y](http://z) ![i](j) \\| \\` @all\n# h\x1b[31m\u202e|"


def test_hostile_names_are_text():
    diff = compare(audit(), altered(audit(days=1), problems=(Problem(HOSTILE),)))
    (change,) = diff.changed
    diff = replace(diff, changed=(replace(change, resource=HOSTILE, check=HOSTILE),), lost=(change,))
    text = "".join(FORMATS["text"](diff))
    assert "\x1b" not in text
    assert "\n# h" not in text
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render("".join(FORMATS["markdown"](diff)))
    for tag in ("<script", "<a ", "<img", "<h1>h"):
        assert tag not in html
    assert html.count("<tr>") == 6 + 2 + 2
    assert html.count("<td") == 5 * 3 + 4 + 3


def test_markdown_tells_what_text_does():
    diff = compare(audit(), audit({**A_OPEN, **UNLISTED, **B_GONE}, days=1))
    text = "".join(FORMATS["markdown"](diff))
    assert "## New: 1" in text
    assert "| high | `toy-box-locked` | `arn:aws:toy:eu-west-1:111122223333:box/a` | `+ the box is open`<br>" in text
    assert "## Changed: 0\n\n## Coverage" in text


def test_equal_audits_give_equal_bytes():
    for form in FORMATS.values():
        assert "".join(form(compare(audit(), audit(C_ADDED)))) == "".join(form(compare(audit(), audit(C_ADDED))))


def test_a_report_is_read_as_it_was_written():
    report = reported(standard(), LOCKED, KEYED, FURNISHED)
    assert told(compare(report, read(render(report, "json").encode(), "r.json"))) == set()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "r.json is neither a JSON report nor a snapshot"),
        (b"\xff\xfe", "r.json is neither"),
        (b"{}", "missing required field"),
        (
            render(replace(reported(standard(), LOCKED), schema_version="9.1"), "json").encode(),
            r"schema version 9\.",
        ),
    ],
)
def test_a_file_that_is_no_report_is_told(text, message):
    with pytest.raises(PastError, match=message):
        read(text, "r.json")
