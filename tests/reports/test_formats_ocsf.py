"""OCSF, read back by the models of py-ocsf-models, which check it against the schema's types and enumerations."""

import json
import sys
from dataclasses import replace

import py_ocsf_models
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reports
from auditor.__main__ import main
from auditor.finding import Acceptance
from auditor.severity import Status
from reports.ocsf import CloudComplianceFinding


@pytest.fixture
def events(small_report):
    return json.loads(reports.render(small_report, "ocsf"))


def of(events, status):
    return [each for each in events if each["status_code"] == status.value]


def test_every_finding_is_an_event_that_the_models_take(small_report, events):
    assert len(events) == len(small_report.findings)
    for event in events:
        assert CloudComplianceFinding.model_validate(event).model_dump(mode="json", exclude_none=True) == event


def test_the_class_is_compliance_finding_of_the_models_version(events):
    for event in events:
        assert (event["class_uid"], event["category_uid"]) == (2003, 2)
        assert event["type_uid"] == 200300 + event["activity_id"]
        assert event["metadata"]["version"] == py_ocsf_models.OCSF_VERSION
        assert event["metadata"]["profiles"] == ["cloud"]
        assert event["cloud"]["provider"] == "AWS"


@pytest.mark.parametrize(
    ("status", "compliance", "severity"),
    [(Status.PASS, 1, {1}), (Status.FAIL, 3, {2, 3, 4, 5}), (Status.UNKNOWN, 2, {0}), (Status.ERROR, 2, {0})],
)
def test_what_is_not_known_neither_passes_nor_fails(events, status, compliance, severity):
    told = of(events, status)
    assert told
    assert {each["compliance"]["status_id"] for each in told} == {compliance}
    assert {each["severity_id"] for each in told} <= severity


def test_what_is_accepted_fails_and_is_suppressed(small_report):
    failed = next(each for each in small_report.findings if each.status is Status.FAIL)
    by = Acceptance("a test bucket", "web", small_report.audit.at.date())
    accepted = replace(failed, status=Status.ACCEPTED, accepted=by)
    (event,) = json.loads(reports.render(replace(small_report, findings=(accepted,)), "ocsf"))
    assert (event["compliance"]["status_id"], event["status"]) == (3, "Suppressed")
    assert "a test bucket" in event["status_detail"]


def test_a_known_failure_is_updated_and_keeps_its_first_day(small_report):
    failed = next(each for each in small_report.findings if each.status is Status.FAIL)
    day = small_report.audit.at.date().replace(day=1)
    (event,) = json.loads(reports.render(replace(small_report, findings=(replace(failed, known_since=day),)), "ocsf"))
    assert event["activity_name"] == "Update"
    assert event["finding_info"]["first_seen_time"] == event["finding_info"]["created_time"] < event["time"]


def test_evidence_has_the_call_and_its_time(events):
    evidence = of(events, Status.FAIL)[0]["evidences"][0]
    assert evidence["api"]["operation"].count(":") == 1
    assert evidence["data"]["at"].endswith("Z")


def test_a_check_in_no_framework_has_a_standard_all_the_same(small_report):
    checks = tuple(replace(each, controls=()) for each in small_report.checks)
    events = json.loads(reports.render(replace(small_report, checks=checks), "ocsf"))
    assert {tuple(each["compliance"]["standards"]) for each in events} == {("aws-account-auditor",)}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=st.text(alphabet=st.characters(exclude_categories=()), max_size=40))
def test_any_name_makes_an_event(small_report, name):
    finding = small_report.findings[0]
    named = replace(finding, resource=replace(finding.resource, name=name, tags={name: name}))
    (event,) = json.loads(reports.render(replace(small_report, findings=(named,)), "ocsf"))
    CloudComplianceFinding.model_validate(event)


def test_without_the_models_the_extra_is_named_before_anything_is_audited(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.partition(".")[0] == "py_ocsf_models"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "reports.ocsf", raising=False)
    assert main(["scan", "--output-format", "ocsf=x.json"]) == 2
    assert "pip install 'aws-account-auditor[ocsf]'" in capsys.readouterr().err
