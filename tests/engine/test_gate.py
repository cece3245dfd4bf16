"""The gate as a truth table: findings and thresholds to exit code and reasons."""

import re
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from universe import LOCKED, reported, standard

from auditor.finding import Finding, ResourceRef
from auditor.gate import ExitCode, Gate
from auditor.report import BaselineFacts, FrameworkResult, Scope
from auditor.score import tally
from auditor.severity import Severity, Status


def finding(severity, status):
    return Finding("a-b-c", status, severity, "1", "global", "toy", ResourceRef("t", "a", "arn", "a"), "f")


def report(*findings):
    return replace(reported(standard(), LOCKED), findings=tuple(findings))


@pytest.mark.parametrize("fail_on", [None, *Severity])
@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("status", Status)
def test_fail_on(fail_on, severity, status):
    verdict = Gate(fail_on, max_unknown=9).judge(report(finding(severity, status)))
    fails = status is Status.FAIL and fail_on is not None and severity.rank <= fail_on.rank
    assert verdict.code == (ExitCode.GATE_FAILED if fails else ExitCode.FINE)
    assert bool(verdict.reasons) is fails


@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.ERROR])
def test_an_unread_fact_of_a_grave_check_makes_an_audit_incomplete(severity, status):
    verdict = Gate().judge(report(finding(severity, status)))
    grave = severity in {Severity.CRITICAL, Severity.HIGH}
    assert verdict.code == (ExitCode.INCOMPLETE if grave else ExitCode.FINE)


@pytest.mark.parametrize(("most", "code"), [(0, 3), (1, 3), (2, 0), (3, 0)])
def test_max_unknown_counts_all_severities(most, code):
    unread = finding(Severity.LOW, Status.UNKNOWN)
    verdict = Gate(max_unknown=most).judge(report(unread, unread))
    assert verdict.code == code
    assert (f"--max-unknown allows {most}" in "".join(verdict.reasons)) is bool(code)


def test_a_failed_gate_outranks_an_incomplete_audit_and_tells_both():
    findings = finding(Severity.HIGH, Status.FAIL), finding(Severity.HIGH, Status.UNKNOWN)
    verdict = Gate(Severity.LOW).judge(report(*findings))
    assert verdict.code == ExitCode.GATE_FAILED
    assert len(verdict.reasons) == 2
    assert "1 high" in verdict.reasons[0]


def test_the_documented_codes():
    assert {each.name: int(each) for each in ExitCode} == {
        "FINE": 0,
        "GATE_FAILED": 1,
        "USAGE": 2,
        "INCOMPLETE": 3,
        "CRASH": 70,
        "INTERRUPTED": 130,
    }


GATE_PAGE = (Path(__file__).parents[2] / "docs" / "gate.md").read_text(encoding="utf-8")
PASSES, FAILS = (finding(Severity.HIGH, status) for status in (Status.PASS, Status.FAIL))
UNREAD, TRIFLE = (finding(severity, Status.UNKNOWN) for severity in (Severity.HIGH, Severity.LOW))
KNOWN = replace(FAILS, known_since=date(2026, 1, 1))
BASELINE = BaselineFacts(known=1, new=0, new_by_new_checks=0, former=())
FRAMEWORK = FrameworkResult("ID", "t", "s", tally("ID", {}), Scope(0, 0, 0, 0, 0), ())


def framed(score):
    return {"frameworks": (replace(FRAMEWORK, tally=replace(FRAMEWORK.tally, score=score)),)}


SITUATIONS = {
    "no `--fail-on`": ({}, {"has whatever failures": {"findings": (FAILS,)}}),
    "`--fail-on high`": (
        {"fail_on": Severity.HIGH},
        {
            "has no failure of high or critical severity": {"findings": (finding(Severity.MEDIUM, Status.FAIL),)},
            "has failures of high or critical severity, all known to the baseline": {
                "findings": (KNOWN,),
                "baseline": BASELINE,
            },
            "has failures of high or critical severity, all ACCEPTED": {
                "findings": (finding(Severity.CRITICAL, Status.ACCEPTED),)
            },
            "has a failure of high or critical severity": {"findings": (FAILS,)},
        },
    ),
    "no `--min-score`": ({}, {"has whatever score": {"score": 0.0}}),
    "`--min-score 80`": (
        {"min_score": 80},
        {
            "has a score of 80 or more": {"score": 80.0},
            "has a score below 80": {"score": 79.9},
            "judged nothing, so it has no score": {"score": None},
        },
    ),
    "no `--min-framework-score`": ({}, {"has whatever scores": framed(0.0)}),
    "`--min-framework-score ID=90`": (
        {"min_framework_score": (("ID", 90),)},
        {
            "has a score of 90 or more in that framework": framed(90.0),
            "has a score below 90 in that framework": framed(89.9),
            "judged nothing of that framework": framed(None),
        },
    ),
    "no `--max-unknown`": (
        {},
        {
            "has every answer of critical and high severity": {"more": (TRIFLE,)},
            "lacks an answer of critical or high severity": {"more": (UNREAD,)},
        },
    ),
    "`--max-unknown 2`": (
        {"max_unknown": 2},
        {
            "lacks 2 answers or fewer, of whatever severity": {"more": (UNREAD, TRIFLE)},
            "lacks more than 2 answers, of whatever severity": {"more": (TRIFLE,) * 3},
        },
    ),
}
"""How each row of the page's first table is brought about: the gate's rule, and what the report then has."""
RULES = re.findall(r"^\| (.*`.*`) \| (.*) \| (satisfied|violated|undecided) \|$", GATE_PAGE, re.MULTILINE)
CODES = {
    (violated == "some", undecided == "some"): int(code)
    for violated, undecided, code in re.findall(r"^\| (none|some) \| (none|some) \| (\d) \|$", GATE_PAGE, re.MULTILINE)
}
OPTIONS = ("--fail-on", "--min-score", "--min-framework-score", "--max-unknown")
COMBINATIONS = list(
    product(*([row for row in RULES if f"{option}`" in row[0] or f"{option} " in row[0]] for option in OPTIONS))
)


def test_the_page_has_every_situation():
    assert [row[:2] for row in RULES] == [
        (rule, situation) for rule, (_, situations) in SITUATIONS.items() for situation in situations
    ]
    assert len(CODES) == 4
    assert len(COMBINATIONS) == 5 * 4 * 4 * 4


@pytest.mark.parametrize("rows", COMBINATIONS, ids=lambda rows: "-".join(row[2] for row in rows))
def test_rules_combine_as_the_page_says(rows):
    settings, facts, more = {}, {"score": 50.0}, ()
    for rule, situation, _ in rows:
        settings |= SITUATIONS[rule][0]
        facts |= SITUATIONS[rule][1][situation]
    more = facts.pop("more")
    verdict = Gate(**settings).judge(replace(report(), **facts | {"findings": facts["findings"] + more}))
    outcomes = [row[2] for row in rows]
    assert verdict.code == CODES["violated" in outcomes, "undecided" in outcomes]
    assert len(verdict.reasons) == len(outcomes) - outcomes.count("satisfied")


def test_each_reason_names_its_rule_and_what_it_was_held_against():
    gate = Gate(Severity.LOW, 0, 80, (("ID", 90), ("ID", 95.5), ("other", 1)))
    broken = replace(report(FAILS, UNREAD), score=79.9, baseline=BASELINE, **framed(90.0))
    assert gate.judge(broken).reasons == (
        "new failed findings at or above low: 1 high",
        "the score is 79.9; --min-score demands 80",
        "the score of ID is 90; --min-framework-score demands 95.5",
        "1 questions could not be answered; --max-unknown allows 0",
        "there is nothing that the score of other could rest on; --min-framework-score demands 1",
    )


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_lower_score_never_passes_where_a_higher_one_fails(one, other):
    low, high = sorted([one, other])
    gate = Gate(min_score=50)
    codes = [gate.judge(replace(REPORT, score=each / 10)).code for each in (low, high)]
    assert codes[0] >= codes[1]


REPORT = report()
