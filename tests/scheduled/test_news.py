"""What is news: once, and only when it is."""

import pytest
from scheduled.reported import exception, finding, names, report, told

from auditor.severity import Status


def test_the_first_run_tells_that_it_is_the_first_and_no_failure():
    found = told(report(finding("a")))
    assert (found.first, found.any, set(found.counts.values())) == (True, True, {0})


def test_no_change_is_no_news():
    found = told(report(finding("a")), report(finding("a"), day=1))
    assert (found.first, found.any) == (False, False)


def test_a_failure_is_new_once():
    runs = report(finding("a")), report(finding("a"), finding("b"), day=1), report(finding("a"), finding("b"), day=2)
    assert names(told(*runs[:2]).new) == ["b"]
    assert not told(*runs).any


@pytest.mark.parametrize(
    ("after", "status"), [((finding("a", Status.PASS),), "PASS"), ((), "")], ids=["mended", "gone"]
)
def test_what_no_longer_fails_is_fixed_and_what_returns_is_reopened(after, status):
    fixed = report(finding("a")), report(*after, day=1)
    assert [(each.status, each.why) for each in told(*fixed).fixed] == [
        (status, "it passes now" if status else "the resource is gone, or the check does not apply to it any more")
    ]
    again = told(*fixed, report(finding("a"), day=2))
    assert (names(again.reopened), again.new) == (["a"], ())


def test_what_could_not_be_read_for_a_time_is_lost_once_and_no_news_when_it_is_read_again():
    hidden = [report(finding("a", Status.UNKNOWN), day=day) for day in (1, 2)]
    assert names(told(report(finding("a")), hidden[0]).lost) == ["a"]
    assert not told(report(finding("a")), *hidden).any
    assert not told(report(finding("a")), *hidden, report(finding("a"), day=3)).any


def test_what_is_mended_while_it_cannot_be_read_is_fixed_when_it_can():
    runs = report(finding("a")), report(finding("a", Status.UNKNOWN), day=1), report(finding("a", Status.PASS), day=2)
    assert names(told(*runs).fixed) == ["a"]


def test_a_failure_that_nothing_had_judged_is_new():
    runs = report(finding("a", Status.UNKNOWN)), report(finding("a"), day=1)
    assert names(told(*runs).new) == ["a"]


def test_what_a_partial_run_did_not_read_is_neither_new_nor_fixed():
    runs = (
        report(finding("a")),
        report(finding("a", Status.UNKNOWN), finding("b"), day=1, partial=True),
        report(finding("a"), finding("b"), day=2),
    )
    cut = told(*runs[:2])
    assert (names(cut.new), cut.fixed, names(cut.lost)) == (["b"], (), ["a"])
    assert not told(*runs).any


def test_an_accepted_failure_is_no_news():
    assert not told(report(), report(finding("a", Status.ACCEPTED), day=1)).any


def test_an_expired_exception_is_told_once_however_many_failures_it_covers():
    runs = [
        report(exceptions=[exception("IN_FORCE")]),
        report(day=1, exceptions=[exception("EXPIRED", 1)]),
        report(day=2, exceptions=[exception("EXPIRED", 2)]),
    ]
    (sentence,) = told(*runs[:2]).expired
    assert "expired on 2026-01-01" in sentence
    assert not told(*runs).any


def test_the_gravest_is_told_first():
    from dataclasses import replace

    from auditor.severity import Severity

    low, high = replace(finding("a"), severity=Severity.LOW), finding("b")
    assert names(told(report(), report(low, high, day=1)).new) == ["b", "a"]
