"""Verdicts: what a check's yields, refusals and faults become, and the evidence that goes with them."""

import pytest
from universe import LOCKED, NOW, REFUSED, Box, House, boxes, call, reported, rule, standard, statuses

from auditor import Fix, Problem, Severity, Status, check
from auditor.checking import InvalidCheckError
from auditor.finding import Problem as SameProblem
from auditor.judge import EVIDENCE_BYTES, fingerprint


def finding(check, source=None, id_="a"):
    return next(each for each in reported(source or standard(), check).findings if each.resource.id == id_)


def test_evidence_is_the_value_the_operation_and_the_time():
    (lock, rules) = finding(LOCKED, id_="b").evidence
    assert (lock.fact, lock.operation, lock.at, lock.value) == ("lock", "toy:GetLock", NOW, None)
    assert (rules.resource, rules.fact, rules.value) == ("arn:aws:iam::111122223333:root", "rules", {"LockAll": False})


def test_a_derived_fact_that_a_second_check_reads_brings_its_evidence_again():
    def again(box: Box):
        """Boxes are locked still."""
        if not box.locked:
            yield Problem("open")

    report = reported(standard(), LOCKED, rule("toy-box-still", again, [Box.locked]))
    evidence = [each.evidence for each in report.findings if each.resource.id == "b"]
    assert evidence[0] == evidence[1] != ()


def test_a_problem_already_found_stands_although_a_later_fact_is_unseen():
    def both(box: Box):
        """Boxes are small and locked."""
        if box.size > 0:
            yield Problem("too large")
        _ = box.lock

    source = standard()
    source.table[call("GetLock", Box="a")] = REFUSED
    found = finding(rule("toy-box-both", both, [Box.size, Box.lock]), source)
    assert found.status is Status.FAIL
    assert found.unseen.permission == "toy:GetLock"


def test_a_verdict_reached_before_the_unseen_fact_stands():
    def early(box: Box):
        """Boxes are small or locked."""
        if box.size > 5 and box.lock is None:
            yield Problem("large and open")

    source = standard()
    source.table[call("GetLock", Box="a")] = REFUSED
    assert finding(rule("toy-box-early", early, [Box.size, Box.lock]), source).status is Status.PASS


def test_a_crash_of_a_check_is_an_error_of_that_finding_alone():
    def crash(box: Box):
        """Boxes do not crash."""
        yield from ()
        raise ZeroDivisionError("by " + box.id)

    report = reported(standard(), rule("toy-box-crash", crash, [Box.size]), LOCKED)
    assert statuses(report)["toy-box-crash", "a"] == "ERROR"
    assert statuses(report)["toy-box-locked", "a"] == "PASS"
    assert finding(rule("toy-box-crash", crash, [Box.size])).error.startswith("ZeroDivisionError: by a (test_judge.py:")
    assert report.coverage == 50.0


@pytest.mark.parametrize("reads", [[Box.size], [Box.size, House.rules]])
def test_reading_what_is_not_declared_is_an_error_never_a_pass(reads):
    def sly(box: Box, inventory):
        """Boxes are honest."""
        yield from ()
        _ = box.lock

    found = finding(rule("toy-box-sly", sly, reads))
    assert found.status is Status.ERROR
    assert "reads Box.lock, which its `reads` does not declare" in found.error


def test_looking_up_resources_that_are_not_declared_is_an_error():
    def sly(house: House, inventory):
        """Houses are honest."""
        if not inventory.all(Box):
            yield Problem("empty")

    report = reported(standard(), rule("toy-house-sly", sly, [House.rules]))
    assert [each.status for each in report.findings] == [Status.ERROR]


def test_a_check_applies_only_where_it_says():
    def large(box: Box):
        """Large boxes are locked."""
        if box.lock is None:
            yield Problem("open")

    only_b = rule("toy-box-only", large, [Box.lock], applies=lambda box: box.id == "b")
    assert statuses(reported(standard(), only_b)) == {("toy-box-only", "b"): "FAIL"}


def test_what_decides_whether_a_check_applies_may_be_unseen_or_crash():
    def locked(box: Box):
        """Boxes are locked."""
        yield from ()

    source = standard()
    source.table[call("GetLock", Box="a")] = REFUSED
    report = reported(source, rule("toy-box-maybe", locked, [Box.lock], applies=lambda box: box.lock == "on"))
    assert statuses(report) == {("toy-box-maybe", "a"): "UNKNOWN"}
    report = reported(standard(), rule("toy-box-maybe", locked, [Box.lock], applies=lambda box: box.nothing))
    assert set(statuses(report).values()) == {"ERROR"}


def test_parameters_have_defaults_are_overridden_and_are_shown():
    def sized(box: Box, *, most: int = 5):
        """Boxes are small."""
        if box.size > most:
            yield Problem(f"larger than {most}")

    small = rule("toy-box-sized", sized, [Box.size])
    assert small.parameters == {"most": 5}
    from auditor.audit import Audit
    from auditor.testing import fake, verdict

    assert verdict(small, fake(Box, size=7)).parameters == {"most": 5}
    assert verdict(small, fake(Box, size=7), most=9).status is Status.PASS
    assert verdict(small, fake(Box, size=7), most=9).parameters == {"most": 9}
    assert Audit((small,), parameters={small.id: {"most": 0}}).checks == (small,)


def test_the_fix_command_names_the_resource_quoted_for_a_shell():
    source = standard()
    hostile = "a; rm -rf ~ '$(x)'"
    source.table[call("ListBoxes")] = type(source)({call("x"): boxes(hostile)}).table[call("x")]

    def locked(box: Box):
        """Boxes are locked."""
        yield Problem("open")

    fix = Fix(cli="aws toy lock --box {resource.id} --rules '{\"a\":1}' --region {resource.region}")
    mended = check("toy-box-fixed", Severity.LOW, reads=[Box.size], references=["https://x.example"], fix=fix)(locked)
    (found,) = reported(source, mended).findings
    import shlex

    words = shlex.split(found.fix)
    assert words == ["aws", "toy", "lock", "--box", hostile, "--rules", '{"a":1}', "--region", "eu-west-1"]


def test_long_evidence_is_cut_and_says_so():
    source = standard()
    row = boxes("a", Size=1, Colour="x" * 1_000_000)
    source.table[call("ListBoxes")] = type(source)({call("x"): row}).table[call("x")]

    def coloured(box: Box):
        """Boxes have a colour."""
        if box.colour:
            yield SameProblem("it has")

    (evidence,) = finding(rule("toy-box-coloured", coloured, [Box.colour]), source).evidence
    assert evidence.truncated
    assert len(evidence.value) <= EVIDENCE_BYTES


def test_fingerprints_are_stable_and_of_check_and_arn_alone():
    # Users' baselines and exceptions hold these: the recipe may never change.
    assert fingerprint("toy-box-locked", "arn:a") == "7f7fc6e39e27d61d527c5ff8444560d3"
    assert fingerprint("a", "b") != fingerprint("a", "c") != fingerprint("c", "b")
    once, twice = (reported(standard(), LOCKED).findings for _ in range(2))
    assert once == twice


def test_findings_are_in_the_order_of_check_and_resource():
    findings = reported(standard(), LOCKED).findings
    assert [each.resource.id for each in findings] == ["a", "b"]


@pytest.mark.parametrize("id_", ["short", "toy-box", "Toy-Box-Locked", "toy_box_locked", "toy-box-locked-", ""])
def test_an_id_is_service_subject_rule(id_):
    with pytest.raises(InvalidCheckError, match="service-subject-rule"):
        check(id_, Severity.LOW, reads=[], references=[], fix=Fix())


def test_a_check_takes_a_resource_and_perhaps_the_inventory():
    def none():
        """Nothing."""

    def unnamed(box):
        """Nothing."""

    def wrong(box: int):
        """Nothing."""

    for function in (none, unnamed, wrong):
        with pytest.raises(InvalidCheckError, match="toy-box-bad"):
            rule("toy-box-bad", function, [])
