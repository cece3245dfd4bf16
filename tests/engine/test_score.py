"""The score: what it says, and that nothing unread can raise it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from auditor.finding import Finding, ResourceRef
from auditor.score import FORMULA, kinds, tallies
from auditor.score import coverage as coverage_of
from auditor.score import score as score_of
from auditor.severity import Severity, Status

RESOURCE = ResourceRef("AWS::Toy::Box", "a", "arn", "a")


def finding(check, status, severity=Severity.HIGH, service="toy"):
    return Finding(check, Status(status), severity, "1", "global", service, RESOURCE, "f")


def score(findings):
    return score_of(kinds(findings))


def coverage(findings):
    return coverage_of(kinds(findings))


def test_each_check_counts_once_by_its_weight():
    findings = [finding("a", "FAIL", Severity.CRITICAL), *[finding("b", "PASS", Severity.LOW)] * 1000]
    assert score(findings) == 9.0


def test_a_check_fails_by_degrees():
    assert score([finding("a", "PASS"), finding("a", "FAIL")]) == 50.0


def test_only_a_flawless_audit_shows_100():
    many = [finding("a", "PASS")] * 99_999
    assert score(many) == 100.0
    assert score([*many, finding("a", "FAIL")]) == 99.9
    assert coverage([*many, finding("a", "UNKNOWN")]) == 99.9


def test_nothing_judged_is_no_score():
    assert score([]) is None
    assert score([finding("a", "ACCEPTED")]) is None
    assert coverage([]) == 100.0


def test_accepted_findings_leave_the_score_and_count_as_decided():
    findings = [finding("a", "PASS"), finding("a", "ACCEPTED")]
    assert (score(findings), coverage(findings)) == (100.0, 100.0)


def test_errors_are_not_decided():
    findings = [finding("a", "PASS"), finding("a", "ERROR")]
    assert (score(findings), coverage(findings)) == (50.0, 50.0)


def test_tallies_group_and_count():
    counts = kinds([finding("a", "PASS"), finding("b", "UNKNOWN", service="zoo")])
    one, two = tallies(counts, lambda each: each.service)
    assert (one.name, one.score, one.passed, one.coverage) == ("toy", 100.0, 1, 100.0)
    assert (two.name, two.score, two.unknown, two.coverage) == ("zoo", 0.0, 1, 0.0)


def test_the_formula_is_told_with_its_weights():
    for words in ("10 critical, 5 high, 2 medium, 1 low", "Security Hub", "never raises the score"):
        assert words in FORMULA


FINDINGS = st.lists(
    st.builds(finding, st.sampled_from("abc"), st.sampled_from(["PASS", "FAIL", "UNKNOWN", "ERROR"])),
    min_size=1,
    max_size=9,
)


@given(FINDINGS, st.data())
def test_losing_sight_of_anything_never_raises_score_or_coverage(findings, data):
    index = data.draw(st.integers(0, len(findings) - 1))
    blinder = [*findings[:index], replace(findings[index], status=Status.UNKNOWN), *findings[index + 1 :]]
    assert score(blinder) <= score(findings)
    assert coverage(blinder) <= coverage(findings)


@given(FINDINGS)
def test_the_score_is_between_0_and_100(findings):
    assert 0 <= score(findings) <= 100
    assert 0 <= coverage(findings) <= 100
