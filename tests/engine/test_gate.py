"""The gate as a truth table: findings and thresholds to exit code and reasons."""

import pytest
from universe import LOCKED, reported, standard

from auditor.finding import Finding, ResourceRef
from auditor.gate import ExitCode, Gate
from auditor.severity import Severity, Status


def finding(severity, status):
    return Finding("a-b-c", status, severity, "1", "global", "toy", ResourceRef("t", "a", "arn", "a"), "f")


def report(*findings):
    from dataclasses import replace

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
