"""Merging what a run left: of accounts that were audited, in part or not at all, and what is told of them."""

from dataclasses import replace
from datetime import timedelta
from json import dumps, loads

import jsonschema
import pytest
from pages import ROOT
from scheduled.reported import BEGINNING, Shelf, finding, report

from auditor.audit import Audit
from auditor.encoding import encoded
from auditor.history import History
from auditor.registry import load
from auditor.remedies import INTERRUPTED, NOT_ASSUMED, OUT_OF_TIME
from auditor.scheduled import fleet_groups, fleet_merge, messages
from auditor.scheduled.fleet_group import UNFINISHED, why
from auditor.scheduled.fleet_groups import planned
from auditor.scheduled.fleet_merge import Merging, merge_group, written
from auditor.scheduled.fleet_run import ACCOUNTS, WARNINGS, Cause, Failed, FleetRun, Item, Started
from auditor.scheduled.fleet_run import told as told_of
from auditor.scheduled.news import news
from auditor.scheduled.settings import SettingsError
from auditor.scheduled.store import RunRecord, StoreError
from auditor.scheduled.told import Told
from auditor.severity import Status
from reports import json as json_report

ACCOUNT_IDS = ("111111111111", "222222222222", "333333333333")
REFUSED = Cause("TargetError", '{"errorType": "TargetError", "errorMessage": "AWS refused: not authorized"}')


@pytest.fixture(scope="module")
def audit():
    checks = load().checks
    return Audit((checks["s3-bucket-versioned"], checks["iam-password-policy-long"]))


class Organization:
    """Accounts whose audits end as they are told to."""

    def __init__(self):
        self.shelf = Shelf()
        self.histories = {}
        self.reports = {}

    def run(self, day, audit, reports, failures=(), silent=()):
        """Return what the merge makes of a run of these reports, by account, having written all that it writes."""
        at = BEGINNING + timedelta(days=day)
        run = FleetRun(self.shelf, "audits", f"run-{day}", at)
        accounts = {*reports, *(each.account for each in failures), *silent}
        run.write(ACCOUNTS, [Item(each, "", {"role_arn": f"arn:aws:iam::{each}:role/a"}) for each in sorted(accounts)])
        for each in failures:
            run.fail(each)
        for account, found in reports.items():
            self._keep(run, account, found)
        merged = self.merge(run, audit)
        return run, merged

    def merge(self, run, audit):
        """Merge what a run left, in groups where there are several, and write what comes of it."""
        groups = planned(run)
        for each in groups if len(groups) > 1 else ():
            merge_group(run, audit, each.group)
        merged = Merging(run, audit).merged()
        key = written(run, merged)
        run.store().finish(run.name, RunRecord(run.name, run.at, key, "", merged.summary(run.name, key)))
        return merged

    def _keep(self, run, account, found):
        store = run.store(account)
        before, history = self.reports.get(account), self.histories.get(account, History()).after(found)
        self.reports[account], self.histories[account] = found, history
        place = store.run(run.name, run.at)
        report = place.write("report.json", json_report.render(found).encode())
        kept = place.write("news.json", encoded(Told.of(news(before, found, history))))
        store.finish(run.name, RunRecord(run.name, run.at, report, "", {}, len(found.findings), kept))


def of(account, *findings, day=0, partial=False):
    """Return the report of an account."""
    found = report(*(replace(each, account=account) for each in findings), day=day, partial=partial)
    return replace(found, audit=replace(found.audit, accounts=(account,)))


def failed(account, failure=REFUSED, day=0):
    return Failed(run=f"run-{day}", at=BEGINNING, account=account, failure=failure)


def test_an_account_without_a_report_is_unknown_with_what_was_said(audit):
    good, refusing, _ = ACCOUNT_IDS
    _, merged = Organization().run(0, audit, {good: of(good, finding("a"))}, [failed(refusing)])
    unknown = [each for each in merged.report.findings if each.account == refusing]
    assert {each.status for each in unknown} == {Status.UNKNOWN}
    assert {each.check for each in unknown} == {each.id for each in audit.checks}
    assert {each.unseen.code for each in unknown} == {NOT_ASSUMED}
    assert [(each.account, each.state, each.reason) for each in merged.outcomes] == [
        (good, "AUDITED", ""),
        (refusing, "UNKNOWN", "AWS refused: not authorized"),
    ]
    assert merged.text("s3://b/k").startswith(
        f"1 of 2 accounts audited\n\nNOT AUDITED, so nothing is known of: 1\n  {refusing}"
    )


def test_an_account_of_which_nobody_said_anything_is_unknown(audit):
    good, silent, _ = ACCOUNT_IDS
    _, merged = Organization().run(0, audit, {good: of(good)}, silent=[silent])
    assert [each.state for each in merged.outcomes] == ["AUDITED", "UNKNOWN"]
    assert merged.report.audit.partial


def test_a_partial_account_is_told_and_its_findings_stand(audit):
    good, cut, _ = ACCOUNT_IDS
    _, merged = Organization().run(0, audit, {good: of(good), cut: of(cut, finding("a"), partial=True)})
    assert merged.summary("r", "k")["accounts"] == {"audited": 1, "partial": 1, "unknown": 0}
    assert [each.account for each in merged.report.findings] == [cut]
    assert f"  {cut}: time was over: 100 % of the questions are answered" in merged.text("k")


def test_what_is_new_in_any_account_is_told_with_its_account(audit):
    one, other, _ = ACCOUNT_IDS
    organization = Organization()
    organization.run(0, audit, {one: of(one), other: of(other, finding("b"))})
    later = {one: of(one, finding("a", Status.PASS), day=1), other: of(other, finding("b"), finding("c"), day=1)}
    _, merged = organization.run(1, audit, later)
    assert not merged.news.first
    told_of = {(each.account, each.resource) for each in merged.news.new}
    assert (other, "arn:aws:s3:::b") not in told_of
    assert all(account == other for account, _ in told_of)


def test_accounts_that_are_lost_and_regained_are_told_once(audit):
    one, other, _ = ACCOUNT_IDS
    organization = Organization()
    _, first = organization.run(0, audit, {one: of(one)}, [failed(other)])
    _, second = organization.run(1, audit, {one: of(one, day=1)}, [failed(other, day=1)])
    _, third = organization.run(2, audit, {other: of(other, day=2)}, [failed(one, day=2)])
    assert [[each.account for each in run.lost] for run in (first, second, third)] == [[other], [], [one]]
    assert [[each.account for each in run.regained] for run in (first, second, third)] == [[], [], [other]]


def test_the_event_of_an_organization_is_of_the_published_schema(audit):
    one, other, _ = ACCOUNT_IDS
    organization = Organization()
    organization.run(0, audit, {one: of(one)}, [failed(other)])
    _, merged = organization.run(1, audit, {one: of(one, finding("a"), day=1)}, [failed(other, day=1)])
    detail = messages.event(merged.news, merged.summary("run-1", "s3://bucket/key"))
    schema = loads((ROOT / "docs/scheduled-event.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(loads(dumps(detail, default=str)))
    assert (detail["account"], detail["accounts"]["unknown"]) == ("organization", 1)


def test_a_large_report_says_what_it_leaves_out(audit, monkeypatch):
    monkeypatch.setattr(fleet_groups, "MOST_WHOLE", 1)
    monkeypatch.setattr(fleet_merge, "MOST_IN_HTML", 0)
    one, other, _ = ACCOUNT_IDS
    reports = {one: of(one, finding("a"), finding("b", Status.PASS)), other: of(other, finding("c", Status.PASS))}
    run, merged = Organization().run(0, audit, reports)
    assert [each.resource.id for each in merged.report.findings] == ["a"]
    assert merged.report.coverage == 100.0
    assert merged.report.score == pytest.approx(66.6)
    assert len([each for each in merged.report.audit.warnings if "own" in each]) == 2
    assert run.store().latest().report.endswith("/report.html")


def test_what_was_left_out_of_the_list_is_a_warning_of_the_report(audit):
    organization = Organization()
    run = FleetRun(organization.shelf, "audits", "run-0", BEGINNING)
    run.write(WARNINGS, ["account 444444444444 is SUSPENDED: not audited"])
    _, merged = organization.run(0, audit, {ACCOUNT_IDS[0]: of(ACCOUNT_IDS[0])})
    assert merged.report.audit.warnings == ("account 444444444444 is SUSPENDED: not audited",)


def test_a_run_without_a_list_is_no_run(audit):
    run = FleetRun(Shelf(), "audits", "run-0", BEGINNING)
    with pytest.raises(StoreError, match=r"accounts\.json names no accounts"):
        Merging(run, audit).merged()
    run.destination.put(f"{run.place.base}{ACCOUNTS}", b"{", "application/json")
    with pytest.raises(StoreError, match="is not what a run leaves"):
        Merging(run, audit).merged()


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (None, (INTERRUPTED, "the run ended before this account was audited")),
        (REFUSED, (NOT_ASSUMED, "AWS refused: not authorized")),
        (
            Cause("Sandbox.Timedout", "Task timed out after 900.00 seconds"),
            (OUT_OF_TIME, "Task timed out after 900.00 seconds"),
        ),
        (
            Cause("Lambda.Unknown", '{"errorMessage": "2026-01-31T03:00:00Z 1 Task timed out after 900.00 seconds"}'),
            (OUT_OF_TIME, "2026-01-31T03:00:00Z 1 Task timed out after 900.00 seconds"),
        ),
        (
            Cause("Lambda.TooManyRequestsException"),
            ("Lambda.TooManyRequestsException", "Lambda.TooManyRequestsException"),
        ),
    ],
)
def test_why_an_account_failed(failure, expected):
    assert why(failure, UNFINISHED) == expected


@pytest.mark.parametrize(
    "event", [None, {}, {"run": "a"}, {"run": 1, "at": "2026-01-31T00:00:00Z"}, {"run": "a", "at": "x"}]
)
def test_an_event_of_another_kind_is_refused(event):
    with pytest.raises(SettingsError, match="not one of the state machine's"):
        told_of(event, Started)
