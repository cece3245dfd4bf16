"""SARIF: valid by the schema and by GitHub's rules, the same alert in every audit, and within GitHub's limits."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest

from auditor.severity import Status
from reports import sarif

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
INSTALLED = Path(sys.prefix, "node/node_modules/@microsoft").glob("sarif-multitool-*/Sarif.Multitool")
MULTITOOL = os.environ.get("SARIF_MULTITOOL") or next(map(str, INSTALLED), "")
KINDS = ["small_report", "two_frameworks_report", "clean_report", "empty_report", "hostile_report"]


def log_of(report):
    return json.loads("".join(sarif.stream(report)))


def run_of(report):
    (run,) = log_of(report)["runs"]
    return run


@pytest.mark.parametrize("kind", KINDS)
def test_it_conforms_to_the_schema(kind, request):
    jsonschema_rs.validator_for(SCHEMA).validate(log_of(request.getfixturevalue(kind)))


@pytest.mark.skipif(not MULTITOOL, reason="npm install --prefix .venv/node @microsoft/sarif-multitool")
@pytest.mark.parametrize("kind", KINDS)
def test_the_multitool_has_nothing_against_it(kind, request, tmp_path):
    path, told = tmp_path / "report.sarif", tmp_path / "told.sarif"
    path.write_text("".join(sarif.stream(request.getfixturevalue(kind))), encoding="utf-8")
    command = [MULTITOOL, "validate", path, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "-o", told]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    results = json.loads(told.read_text(encoding="utf-8-sig"))["runs"][0]["results"]
    assert results, "it notes something in every log that it can read"
    assert [each for each in results if each.get("level") == "error"] == []
    # The project has no page on the web: SARIF2005 asks for one.
    assert {each["ruleId"] for each in results if each.get("level", "warning") == "warning"} <= {"SARIF2005"}


def test_results_are_what_did_not_pass_and_the_unknown_stays_open(small_report):
    kinds = {each["partialFingerprints"]["checkAndResource/v1"]: each for each in run_of(small_report)["results"]}
    assert kinds.keys() == {each.fingerprint for each in small_report.findings if each.status is not Status.PASS}
    for finding in small_report.findings:
        if finding.status is Status.PASS:
            continue
        result = kinds[finding.fingerprint]
        decided = finding.status in {Status.FAIL, Status.ACCEPTED}
        assert result["kind"] == ("fail" if decided else "open")
        assert (result["level"] == "none") is not decided
        assert ("suppressions" in result) is (finding.status is Status.ACCEPTED)
        assert result["properties"]["status"] == finding.status.value


def test_results_name_their_rule_and_a_place_of_their_own(small_report):
    run = run_of(small_report)
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[each["ruleIndex"]]["id"] == each["ruleId"] for each in run["results"])
    uris = [(each["ruleId"], uri_of(each)) for each in run["results"]]
    assert len(set(uris)) == len(uris)
    assert all(uri.startswith("aws/111122223333/") for _, uri in uris)
    logical = run["results"][0]["locations"][0]["logicalLocations"][0]
    assert logical["fullyQualifiedName"].startswith("arn:aws:")


def uri_of(result):
    return result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]


def test_rules_have_what_github_shows(small_report):
    for rule in run_of(small_report)["tool"]["driver"]["rules"]:
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert rule["help"]["markdown"]
        assert rule["help"]["text"]
        assert "security" in rule["properties"]["tags"]
        assert len(rule["properties"]["tags"]) <= sarif.TAGS
    (s3,) = [each for each in run_of(small_report)["tool"]["driver"]["rules"] if each["id"] == "s3-bucket-not-public"]
    assert s3["properties"]["security-severity"] == "9.5"
    assert "```sh\naws s3api put-public-access-block" in s3["help"]["markdown"]


def test_what_aws_did_not_tell_and_what_broke_is_notified(small_report):
    (invocation,) = run_of(small_report)["invocations"]
    told = {each["descriptor"]["id"]: each for each in invocation["toolExecutionNotifications"]}
    assert told["unread"]["message"]["text"].startswith("s3:GetBucketPolicy: AccessDenied, 9 answers missing")
    assert told["failed-check"]["level"] == "error"


def test_an_account_is_a_category_and_many_accounts_are_one(small_report):
    assert run_of(small_report)["automationDetails"]["id"] == "aws-account-auditor/111122223333/"
    many = replace(small_report, audit=replace(small_report.audit, accounts=("1", "2")))
    assert run_of(many)["automationDetails"]["id"] == "aws-account-auditor/"


def test_more_results_than_github_takes_are_cut_with_a_word(large_report):
    report = large_report(60_000)
    run = run_of(report)
    assert len(run["results"]) == sarif.RESULTS
    texts = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    open_ = sum(each.status is not Status.PASS for each in report.findings)
    assert f"The 25,000 gravest of {open_:,} results are in this file: GitHub takes no more." in texts
    assert "GitHub makes alerts of the 5,000 gravest of the 25,000 results in this file." in texts
    levels = [each["level"] for each in run["results"] if each["properties"]["status"] == "FAIL"]
    assert levels == sorted(levels, key=["error", "warning", "note", "none"].index)


def test_a_file_larger_than_github_takes_is_cut_with_a_word(small_report, monkeypatch):
    monkeypatch.setattr(sarif, "COMPRESSED", 500)
    finding = next(each for each in small_report.findings if each.status is Status.FAIL)
    many = [replace(finding, fingerprint=f"{number:032x}", fix=os.urandom(2000).hex()) for number in range(200)]
    run = run_of(replace(small_report, findings=tuple(many)))
    assert 0 < len(run["results"]) < 200
    texts = [each["message"]["text"] for each in run["invocations"][0]["toolExecutionNotifications"]]
    assert f"The {len(run['results']):,} gravest of 200 results are in this file: GitHub takes no more." in texts


@pytest.mark.parametrize(
    ("given", "shown"),
    [("[here](https://evil)", "[here] (https://evil)"), ("{0}", "{ 0}"), ("{a} [b]", "{a} [b]"), ("[](0)", "[] (0)")],
)
def test_text_holds_neither_links_nor_placeholders(given, shown):
    assert sarif.plain(given) == shown
