"""What to fix first: the order by risk, reach and effort, and what fixing it is worth."""

from dataclasses import replace
from datetime import date
from math import log10

import pytest

from auditor import priority
from auditor.score import WEIGHTS, kinds, score
from auditor.severity import Severity, Status


@pytest.fixture
def easy(make):
    return replace(make.fix, downtime=False, cost=False)


@pytest.fixture
def check(make, easy):
    """Return a function that makes a check."""

    def made(severity, id_="s3-some-rule", **fix):
        return replace(make.check(id_, severity, "A rule holds", "AWS::S3::Bucket"), fix=replace(easy, **fix))

    return made


@pytest.fixture
def failing(make):
    """Return a function that makes so many failures of a check."""

    def made(check, count):
        return [make.finding(check, f"b-{number}", Status.FAIL) for number in range(count)]

    return made


@pytest.mark.parametrize(
    ("changes", "effort"),
    [
        ({}, 1.0),
        ({"cli": ""}, 1.25),
        ({"downtime": True}, 1.25),
        ({"replacement": True}, 1.5),
        ({"cost": True}, 1.1),
        ({"cli": "", "downtime": True, "replacement": True, "cost": True}, 2.1),
    ],
)
def test_effort_is_what_the_fix_takes_beside_a_command(easy, changes, effort):
    assert priority.effort(replace(easy, **changes)) == pytest.approx(effort)


def test_priority_is_as_the_formula_says(make, check, failing):
    high = check(Severity.HIGH, downtime=True)
    (task,) = priority.tasks(make.report([high], failing(high, 20)))
    assert task.priority == pytest.approx(5 * (1 + log10(20)) / 1.25)


@pytest.mark.parametrize("severity", list(Severity))
def test_the_formula_names_the_weights_of_the_score(severity):
    assert f"{WEIGHTS[severity]} {severity.value}" in priority.FORMULA


@pytest.mark.parametrize("extra", ["BY_HAND", "DOWNTIME", "REPLACEMENT", "COST"])
def test_the_formula_names_what_makes_effort(extra):
    assert f"{getattr(priority, extra)} " in priority.FORMULA


def test_one_critical_failure_comes_before_a_thousand_medium_ones(make, check, failing):
    grave, mild = check(Severity.CRITICAL, "iam-a-rule"), check(Severity.MEDIUM, "s3-a-rule")
    tasks = priority.tasks(make.report([grave, mild], [*failing(mild, 1000), *failing(grave, 1)]))
    assert [task.severity for task in tasks] == [Severity.CRITICAL, Severity.MEDIUM]


def test_of_equal_risk_the_wider_and_the_easier_come_first(make, check, failing):
    wide, narrow = check(Severity.HIGH, "s3-wide-rule"), check(Severity.HIGH, "s3-narrow-rule")
    hard = check(Severity.HIGH, "s3-hard-rule", cli="")
    found = [*failing(hard, 1), *failing(narrow, 1), *failing(wide, 3)]
    tasks = priority.tasks(make.report([wide, narrow, hard], found))
    assert [task.check.id for task in tasks] == ["s3-wide-rule", "s3-narrow-rule", "s3-hard-rule"]


def test_the_gain_is_what_the_score_rises_by(small_report):
    for task in priority.tasks(small_report)[:5]:
        fixed = {finding.fingerprint for finding in task.findings}
        mended = [
            replace(each, status=Status.PASS) if each.fingerprint in fixed else each for each in small_report.findings
        ]
        assert score(kinds(mended)) - small_report.score == pytest.approx(task.gain, abs=0.11)


def test_what_is_accepted_passes_or_is_unknown_is_no_task(small_report):
    found = {finding.status for task in priority.tasks(small_report) for finding in task.findings}
    assert found == {Status.FAIL}
    assert sum(len(task.findings) for task in priority.tasks(small_report)) == sum(
        finding.status is Status.FAIL for finding in small_report.findings
    )


def test_what_the_baseline_knows_comes_after_what_is_new(make, check):
    rule = check(Severity.LOW)
    known, new = (make.finding(rule, name, Status.FAIL) for name in ("a-known", "b-new"))
    report = make.report([rule], [replace(known, known_since=date(2025, 1, 1)), new])
    (task,) = priority.tasks(report)
    assert [finding.resource.name for finding in task.findings] == ["b-new", "a-known"]
    assert [finding.resource.name for finding in priority.first(report)] == ["b-new", "a-known"]


def test_nothing_failed(clean_report, empty_report):
    assert priority.tasks(clean_report) == priority.tasks(empty_report) == []
