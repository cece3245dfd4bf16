"""Accounts merged in groups: the same report whatever the groups, and nothing silent where one is not merged."""

import csv
import gzip
import io
import json
from itertools import pairwise
from random import Random

import jsonschema
import pytest
from fleet.organizations import ACCOUNT, CHECKS, Organization, account_report, exception, random_reports, verdict
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.__main__ import main
from auditor.audit import Audit
from auditor.organization.merged import Merger
from auditor.past import read
from auditor.registry import load
from auditor.remedies import INTERRUPTED, OUT_OF_TIME
from auditor.scheduled import fleet_groups, fleet_merge, messages
from auditor.scheduled.fleet_group import left
from auditor.scheduled.fleet_groups import EACH, grouped, planned
from auditor.scheduled.fleet_merge import Merging, merge_group, written
from auditor.scheduled.fleet_run import GROUPS, Cause, Failed, GroupItem
from auditor.scheduled.settings import SettingsError
from auditor.scheduled.store import StoreError
from auditor.severity import Status
from reports import json as json_report

OWNER, GUEST, OTHER = "111111111111", "222222222222", "333333333333"
SUBNET = CHECKS[0]


@pytest.fixture(scope="module")
def audit():
    checks = load().checks
    return Audit((checks["s3-bucket-versioned"], checks["iam-password-policy-long"]))


def merged(organization, run, audit, groups=None, *, whole=True, broken=()):
    """Return what the organization's report and the rest are, by name, merged in these groups."""
    if groups:
        run.write(GROUPS, [GroupItem(f"group-{n}", tuple(each), whole) for n, each in enumerate(groups)])
    found = planned(run)
    for each in found if len(found) > 1 else ():
        if each.group not in broken:
            merge_group(run, audit, each.group)
    news = Merging(run, audit).merged()
    written(run, news)
    names = ("report.json.gz", "findings.csv.gz", "report.html", "outcomes.json")
    objects = {name: organization.shelf.objects[f"{run.place.base}{name}"] for name in names}
    return {**objects, "summary": news.summary("r", "s3://b/k"), "text": news.text("k"), "news": news}


def report_of(found):
    text = gzip.decompress(found["report.json.gz"])
    jsonschema.Draft202012Validator(json_report.schema()).validate(json.loads(text))
    return read(text, "report")


def partitions(random, accounts):
    """Return the accounts in one group, in one for each, and in some at random, in any order."""
    shuffled = random.sample(accounts, len(accounts))
    cuts = [0, *sorted(random.sample(range(1, len(accounts)), 3)), len(accounts)]
    return [accounts], [[each] for each in shuffled], [shuffled[first:last] for first, last in pairwise(cuts)]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), whole=st.booleans(), large=st.booleans())
def test_the_report_is_the_same_whatever_the_groups(audit, seed, whole, large):
    random = Random(seed)
    organization = Organization()
    before = organization.audited(0, random_reports(random, 8))
    organization.finish(before, merged(organization, before, audit)["summary"])
    reports = random_reports(random, 8, day=1)
    run = organization.audited(1, reports, failures=[ACCOUNT])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fleet_merge, "MOST_IN_HTML", 0 if large else 1000)
        first, *others = (
            merged(organization, run, audit, each, whole=whole) for each in partitions(random, [*reports, ACCOUNT])
        )
    for other in others:
        assert {**other, "news": None} == {**first, "news": None}


@pytest.mark.parametrize("seed", range(10))
def test_it_is_the_report_that_the_command_makes_of_the_same_accounts(audit, seed):
    random = Random(seed)
    organization, reports = Organization(), random_reports(random, 6)
    run = organization.audited(0, reports)
    found = merged(organization, run, audit, [list(reports)[:2], list(reports)[2:]])
    merger = Merger()
    for each in reports.values():
        merger.add(each)
    text = "".join(json_report.stream(merger.report()))
    told = read(text.encode(), "merger").audit.warnings
    ours = gzip.decompress(found["report.json.gz"]).decode()
    assert report_of(found).audit.warnings == (*told, "account 444444444444 is SUSPENDED: not audited")
    assert ours.split('"warnings"')[0] == text.split('"warnings"')[0]
    assert ours.split('"score"', 1)[1] == text.split('"score"', 1)[1]
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(found["findings.csv.gz"]).decode(), newline="")))
    assert [each["fingerprint"] for each in rows] == [each.fingerprint for each in merger.report().findings]


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    ("owners", "status", "counted"), [(Status.PASS, None, 100.0), (Status.UNKNOWN, Status.UNKNOWN, 0.0)]
)
def test_the_owners_verdict_stands_though_another_group_has_it(audit, whole, owners, status, counted):
    arn = f"arn:aws:ec2:eu-west-1:{OWNER}:subnet/shared"
    organization = Organization()
    reports = {
        account: account_report(account, [verdict(SUBNET, each, account, arn)])
        for account, each in ((OWNER, owners), (GUEST, Status.FAIL), (OTHER, Status.UNKNOWN))
    }
    run = organization.audited(0, reports)
    report = report_of(merged(organization, run, audit, [[GUEST], [OWNER, OTHER]], whole=whole))
    expected = [(OWNER, status or Status.PASS)] if whole or status else []
    assert [(each.account, each.status) for each in report.findings] == expected
    assert report.score == counted


def test_accounts_of_a_group_that_is_not_merged_are_unknown_and_told(audit):
    organization = Organization()
    reports = random_reports(Random(1), 6)
    run = organization.audited(0, reports)
    first, last = list(reports)[:4], list(reports)[4:]
    cause = Cause("Sandbox.Timedout", "Task timed out after 900.00 seconds")
    run.fail(Failed(run=run.name, at=run.at, account="group-1", failure=cause))
    found = merged(organization, run, audit, [first, last], broken=["group-1"])
    report = report_of(found)
    assert {each.account for each in report.findings if each.unseen and each.unseen.code == OUT_OF_TIME} == set(last)
    assert {each.status for each in report.findings if each.account in last} == {Status.UNKNOWN}
    unknown = {each.account: each for each in found["news"].outcomes if each.state == "UNKNOWN"}
    assert set(unknown) == set(last)
    assert {each.reason for each in unknown.values()} == {
        "its report could not be merged: Task timed out after 900.00 seconds"
    }
    assert all(each.report.endswith("/report.html") for each in unknown.values())
    assert (found["summary"]["unmerged"], found["summary"]["accounts"]["unknown"]) == (2, 2)
    assert "NOT MERGED: 2 accounts" in found["text"]
    assert report.coverage < 100


def test_a_group_of_which_nobody_said_anything_is_not_merged(audit):
    organization = Organization()
    run = organization.audited(0, random_reports(Random(2), 3))
    accounts = [each.account for each in run.items()]
    found = merged(organization, run, audit, [accounts[:1], accounts[1:]], broken=["group-0", "group-1"])
    assert {each.unseen.code for each in report_of(found).findings} == {INTERRUPTED}
    assert found["summary"]["unmerged"] == 3


def test_a_damaged_report_makes_its_account_unknown_and_no_other(audit):
    organization = Organization()
    reports = random_reports(Random(3), 3)
    run = organization.audited(0, reports)
    damaged, *others = reports
    key = run.store(damaged).finished(run.name).report
    organization.shelf.objects[key] = b'{"schema_version": "1.0"'
    outcomes = {each.account: each for each in merged(organization, run, audit)["news"].outcomes}
    assert outcomes[damaged].state == "UNKNOWN"
    assert key in outcomes[damaged].reason
    assert "UNKNOWN" not in {outcomes[each].state for each in others}


def test_a_group_is_merged_once_and_a_damaged_one_is_told(audit):
    organization = Organization()
    run = organization.audited(0, random_reports(Random(4), 4))
    accounts = [each.account for each in run.items()]
    first = merged(organization, run, audit, [accounts[:2], accounts[2:]])
    place = run.part("group-0")
    kept = dict(organization.shelf.objects)
    merge_group(run, audit, "group-0")
    assert organization.shelf.objects == kept
    assert organization.shelf.written[-1][0] == f"{place.base}group.json.gz"
    organization.shelf.objects[f"{place.base}group.json.gz"] = b"\x1f\x8b"
    with pytest.raises(StoreError, match="not what a group leaves"):
        left(run, "group-0")
    with pytest.raises(SettingsError, match="no group group-9"):
        merge_group(run, audit, "group-9")
    assert first["summary"]["unmerged"] == 0


def test_the_joined_report_is_one_to_compare_with_as_it_is(audit, tmp_path, capsys):
    organization = Organization()
    path, damaged = tmp_path / "report.json.gz", tmp_path / "damaged.json.gz"
    run = organization.audited(0, random_reports(Random(8), 4))
    found = merged(organization, run, audit)
    path.write_bytes(found["report.json.gz"])
    damaged.write_bytes(found["report.json.gz"][:-9])
    assert main(["diff", str(path), str(path)]) == 0
    assert capsys.readouterr().out
    assert main(["diff", str(path), str(damaged)]) != 0
    assert "damaged.json.gz is damaged" in capsys.readouterr().err


def test_groups_are_as_large_as_one_function_merges():
    sizes = [("a", 0), ("b", 9 * EACH), ("c", 8 * EACH), ("d", 1), ("e", 50 * EACH), ("f", 0)]
    assert list(grouped(sizes, 10 * EACH)) == [("a",), ("b",), ("c",), ("d",), ("e",), ("f",)]
    assert list(grouped(((str(each), 0) for each in range(25)), 10 * EACH)) == [
        tuple(map(str, each)) for each in (range(10), range(10, 20), range(20, 25))
    ]


def test_the_plan_stays_as_it_was_made(monkeypatch):
    organization = Organization()
    run = organization.audited(0, random_reports(Random(5), 5))
    plan = planned(run)
    assert (len(plan), plan[0].whole) == (1, True)
    assert planned(run, 1) == plan
    del organization.shelf.objects[f"{run.place.base}{GROUPS}"]
    monkeypatch.setattr(fleet_groups, "MOST_WHOLE", 0)
    assert [(len(each.accounts), each.whole) for each in planned(run, 1)] == [(1, False)] * 5


def test_the_gravest_of_what_is_lost_and_expired_is_listed_whatever_there_is(audit):
    organization = Organization()
    accounts = [f"{number:012}" for number in range(1, 61)]
    for day, (status, state) in enumerate(((Status.PASS, "IN_FORCE"), (Status.UNKNOWN, "EXPIRED"))):
        run = organization.audited(
            day,
            {
                account: account_report(
                    account,
                    [verdict(each, status, account, f"arn:aws:x:eu-west-1:{account}:y") for each in CHECKS],
                    day,
                    exceptions=[exception(state, 2)],
                )
                for account in accounts
            },
        )
        found = merged(organization, run, audit, [accounts[:7], accounts[7:]])
        organization.finish(run, found["summary"])
    assert found["summary"]["news"] == {"new": 0, "reopened": 0, "fixed": 0, "lost": 180, "expired": 1}
    detail = messages.event(found["news"].news, found["summary"])
    assert [(each["severity"], each["account"]) for each in detail["lost"]] == [
        ("critical", account) for account in accounts[:40]
    ]
    assert detail["truncated"]
    (expired,) = detail["expired"]
    assert expired.endswith("failures that count again: 120")
    assert found["text"].count("CRITICAL iam-user-mfa") == 1
    assert all(f"({each}, eu-west-1)" in found["text"] for each in accounts[:40])
    assert "and 140 more" in found["text"]
    assert expired in found["text"]
