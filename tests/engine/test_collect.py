"""Collection: what is planned is asked, once, within the limits, and whatever happens nothing unread is passed."""

import threading
import time
from dataclasses import replace

import pytest
from universe import (
    FURNISHED,
    KEYED,
    LOCKED,
    NOW,
    REFUSED,
    TARGET,
    Answers,
    Box,
    House,
    boxes,
    call,
    planned,
    reported,
    rule,
    standard,
    statuses,
)

from auditor import GLOBAL, Listed, Listing, Moot, Problem, Resource, Status
from auditor.audit import Audit
from auditor.call import Failure, Reply
from auditor.crew import Threads
from auditor.plan import Plan


def test_the_plan_is_the_union_of_what_the_checks_read():
    assert planned(FURNISHED) == {("toy:ListBoxes", "region")}
    assert planned(LOCKED, KEYED) == {
        ("toy:ListBoxes", "region"),
        ("toy:GetLock", "Box"),
        ("toy:GetKey", "Box"),
        ("toy:GetRules", "account"),
    }


def test_the_plan_knows_its_calls_beforehand():
    calls = {step.request.operation: step.calls(2) for step in Plan([LOCKED, KEYED]).steps()}
    assert calls == {"ListBoxes": 2, "GetLock": None, "GetKey": None, "GetRules": 1}


def test_a_call_that_many_want_is_made_once():
    source = standard()
    reported(source, LOCKED, KEYED, FURNISHED)
    assert len(source.asked) == len(set(source.asked)) == 6


def test_nothing_is_asked_that_no_check_needs():
    source = standard()
    reported(source, FURNISHED)
    assert source.asked == [call("ListBoxes"), call("ListBoxes", "us-east-1")]


@pytest.mark.parametrize("home", ["us-east-1", "cn-north-1", "us-gov-west-1"])
def test_what_is_global_is_asked_where_the_partition_keeps_it(home):
    target = replace(TARGET, home_region=home)
    source = standard()
    reported(source, LOCKED, target=target)
    assert [each.region for each in source.asked if each.operation == "GetRules"] == [home]


def test_verdicts_of_a_readable_account():
    assert statuses(reported(standard(), LOCKED, KEYED, FURNISHED)) == {
        ("toy-box-locked", "a"): "PASS",
        ("toy-box-locked", "b"): "FAIL",
        ("toy-box-keyed", "a"): "PASS",
        ("toy-box-keyed", "b"): "FAIL",
        ("toy-house-furnished", TARGET.account): "PASS",
    }


def test_a_blind_audit_answers_unknown_everywhere():
    report = reported(Answers({}), LOCKED, KEYED, FURNISHED)
    assert {each.status for each in report.findings} == {Status.UNKNOWN}
    assert {each.check for each in report.findings} == {LOCKED.id, KEYED.id, FURNISHED.id}
    assert (report.coverage, report.score) == (0.0, 0.0)
    assert {gap.permission for gap in report.gaps} == {"toy:ListBoxes", "toy:GetRules"}
    assert report.missing_permissions["Statement"][0]["Action"] == ["toy:GetRules", "toy:ListBoxes"]


def test_a_refusal_that_no_finding_names_is_told_all_the_same():
    report = reported(Answers({}), LOCKED)
    (rules,) = (gap for gap in report.gaps if gap.permission == "toy:GetRules")
    assert (rules.findings, rules.checks, rules.regions) == (0, (LOCKED.id,), ("us-east-1",))
    assert rules.remedy == "grant toy:GetRules to the auditor"


def test_a_region_whose_listing_was_refused_is_unknown_and_the_others_decided():
    source = standard()
    source.table[call("ListBoxes", "us-east-1")] = REFUSED
    report = reported(source, LOCKED)
    assert statuses(report)["toy-box-locked", "*"] == "UNKNOWN"
    assert statuses(report)["toy-box-locked", "b"] == "FAIL"
    assert [gap.regions for gap in report.gaps] == [("us-east-1",)]


def test_an_empty_account_has_no_findings_about_boxes_and_is_wholly_covered():
    source = Answers({call("ListBoxes", region): {"Shelves": None} for region in TARGET.regions})
    report = reported(source, LOCKED)
    assert (report.findings, report.score, report.coverage) == ((), None, 100.0)


class Slow(Answers):
    """Takes a moment for each call, and knows how many it served at once."""

    def __init__(self, table):
        super().__init__(table)
        self.now = self.peak = 0
        self.lock = threading.Lock()

    def fetch(self, call):
        with self.lock:
            self.now += 1
            self.peak = max(self.peak, self.now)
        time.sleep(0.005)
        with self.lock:
            self.now -= 1
            return super().fetch(call)


def many(count=60):
    ids = [f"box-{number:03}" for number in range(count)]
    table = {call("ListBoxes"): boxes(*ids), call("ListBoxes", "us-east-1"): {}}
    return Slow(table | {call("GetLock", Box=each): {"Lock": "on"} for each in ids})


@pytest.mark.parametrize(("workers", "per_service", "most"), [(8, 8, 8), (8, 3, 3), (1, 8, 1)])
def test_threads_keep_both_limits(workers, per_service, most):
    source = many()
    crew = Threads(source, workers, per_service)
    for region in TARGET.regions:
        for number in range(20):
            crew.submit(call("GetLock", region, Box=str(number)))
    answered = []
    while finished := crew.next():
        answered.append(finished[0])
    assert len(answered) == 40
    assert source.peak == most


def test_a_live_audit_and_an_inline_one_agree():
    audit = Audit((LOCKED,))
    live = audit.report(audit.live(many(), TARGET, NOW, workers=16), "live")
    assert live.findings == reported(many(), LOCKED).findings
    assert len(live.findings) == 60


def test_interrupting_leaves_the_rest_unknown():
    class Interrupted(Answers):
        def fetch(self, call):
            if call.operation == "GetLock" and '"b"' in call.parameters:
                raise KeyboardInterrupt
            return super().fetch(call)

    report = reported(Interrupted(standard().table), LOCKED, FURNISHED)
    assert report.audit.partial
    assert statuses(report)["toy-box-locked", "b"] == "UNKNOWN"
    assert {each.unseen.code for each in report.findings if each.unseen} == {"Interrupted"}


def test_interrupting_before_a_listing_answers_makes_it_a_gap():
    class Interrupted(Answers):
        def fetch(self, call):
            raise KeyboardInterrupt

    report = reported(Interrupted({}), LOCKED, FURNISHED)
    assert {each.status for each in report.findings} == {Status.UNKNOWN}
    assert report.coverage == 0


def test_a_fault_of_a_source_is_raised_and_not_a_verdict():
    class Broken(Answers):
        def fetch(self, call):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Audit((LOCKED,)).live(Broken({}), TARGET, NOW, workers=2)


def test_progress_is_told_of_every_call_and_answer():
    told = []

    class Watching:
        def asked(self, call):
            told.append(("asked", call))

        def answered(self, call, outcome):
            told.append(("answered", call, type(outcome)))

    source = standard()
    Audit((LOCKED,)).live(source, TARGET, NOW, workers=2, progress=Watching())
    assert [each[1] for each in told if each[0] == "asked"]
    assert {each[1] for each in told if each[0] == "asked"} == {each[1] for each in told if each[0] == "answered"}
    assert ("answered", call("GetLock", Box="b"), Failure) in told
    assert ("answered", call("ListBoxes"), Reply) in told


def test_a_template_that_needs_what_aws_left_out_makes_the_fact_unseen_not_a_crash():
    source = Answers(
        {
            call("ListBoxes"): {"Shelves": [{"Boxes": [{"BoxId": "a"}]}]},
            call("ListBoxes", "us-east-1"): {},
            call("GetLock", Box="a"): {"Lock": "on"},
        }
    )
    report = reported(source, KEYED)
    assert [each.unseen.code for each in report.findings] == ["NotReturned"]
    assert Box.key.moot is not None


class Trunk(Resource, type="AWS::Toy::Trunk", service="toy", scope=GLOBAL):
    """A trunk in the attic."""

    listing = Listing(
        "ListTrunks",
        "Trunks",
        id="Id",
        arn="arn:{partition}:toy::{account}:trunk/{id}",
        moot=Moot(House.rules, lambda rules: not rules.get("Attic", False), then=None),
    )

    lid = Listed[str]("Lid")


def trunk_shut(trunk: Trunk):
    """Trunks are locked."""
    if trunk.lid != "shut":
        yield Problem("the trunk is open")


SHUT = rule("toy-trunk-shut", trunk_shut, [Trunk.lid, House.rules])
TRUNKS = call("ListTrunks", "us-east-1")
RULES = call("GetRules", "us-east-1", Account=TARGET.account)


@pytest.mark.parametrize(
    ("rules", "asked", "expected"),
    [
        ({"Rules": {"Attic": True}}, True, {("toy-trunk-shut", "t"): "FAIL"}),
        ({"Rules": {"Attic": False}}, False, {}),
        (REFUSED, True, {("toy-trunk-shut", "t"): "FAIL"}),
    ],
)
def test_a_listing_is_not_asked_where_there_is_nothing_to_list(rules, asked, expected):
    source = Answers({RULES: rules, TRUNKS: {"Trunks": [{"Id": "t", "Lid": "open"}]}})
    assert statuses(reported(source, SHUT)) == expected
    assert (TRUNKS in source.asked) is asked


def test_a_refused_listing_is_a_gap_unless_there_is_nothing_to_list():
    assert statuses(reported(Answers({RULES: {"Rules": {"Attic": True}}}), SHUT)) == {
        ("toy-trunk-shut", "*"): "UNKNOWN"
    }
    assert statuses(reported(Answers({RULES: {"Rules": {}}}), SHUT)) == {}


def test_a_listing_is_asked_where_nothing_planned_tells_whether_it_is_needed():
    source = Answers({TRUNKS: {"Trunks": []}})
    reported(source, rule("toy-trunk-shut", trunk_shut, [Trunk.lid]))
    assert source.asked == [TRUNKS]
