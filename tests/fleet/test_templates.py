"""The templates: valid, fresh, as little allowed as is needed, and nothing for the auditor's own checks to find."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from importlib import import_module

import boto3
import pytest
import yaml
from emulator import emulator
from pages import ROOT
from scheduled import own, tools
from scheduled.test_template import Loader

from auditor.organization.accounts import MEMBER_ROLE
from auditor.organization.directory import GUARDING, LISTING
from auditor.scheduled.fleet_members import FleetSettings
from auditor.scheduled.fleet_run import FleetRun
from auditor.scheduled.settings import Settings

FOLDER = ROOT / "deploy/organization"
ORGANIZATION, MEMBER = FOLDER / "template.yaml", FOLDER / "member-role.yaml"
FILLED = {"Concurrency": "100", "ToleratedFailurePercentage": "10.0", "AWS::Partition": "aws"}
ROLE = "arn:aws:iam::123456789012:role/fleet-AuditRole"


@pytest.fixture(scope="module")
def template():
    return yaml.load(ORGANIZATION.read_text(), Loader)


@pytest.fixture(scope="module")
def definition(template):
    text = template["Resources"]["Machine"]["Properties"]["DefinitionString"]
    return re.sub(r"\$\{([\w.:]+)\}", lambda found: FILLED.get(found[1], "a-name-or-arn"), text)


@pytest.fixture(scope="module")
def functions(template):
    return [each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::Lambda::Function"]


@tools.needs(tools.LINTER)
@pytest.mark.slow
@pytest.mark.parametrize("path", [ORGANIZATION, MEMBER], ids=lambda path: path.stem)
def test_the_linter_of_cloudformation_finds_nothing(path):
    done = subprocess.run([tools.LINTER, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_states_language_is_understood_by_the_emulators_parser(definition):
    parser = pytest.importorskip("moto.stepfunctions.parser.asl.parse.asl_parser").AmazonStateLanguageParser
    program, _ = parser.parse(json.dumps(json.loads(definition)).replace("10.0", "10.5"))
    assert program is not None


def test_every_state_that_calls_is_tried_again_and_none_fails_in_silence(definition):
    machine = json.loads(definition)
    maps = {name: machine["States"][name] for name in ("AuditAccounts", "MergeGroups")}
    inner = {name: each for state in maps.values() for name, each in state["ItemProcessor"]["States"].items()}
    tasks = {name: each for name, each in {**machine["States"], **inner}.items() if each["Type"] == "Task"}
    assert set(tasks) == {
        *("ListAccounts", "Audit", "KeepFailure", "GroupAccounts", "MergeGroup", "KeepGroupFailure", "Merge"),
    }
    assert all(each["Retry"][-1]["ErrorEquals"] == ["States.ALL"] for each in tasks.values())
    assert all(each["Retry"][-1]["JitterStrategy"] == "FULL" for each in tasks.values())
    assert tasks["Audit"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "KeepFailure"}
    ]
    assert [each["Next"] for each in tasks["MergeGroup"]["Catch"]] == ["KeepGroupFailure"]
    assert [each["Next"] for each in tasks["KeepFailure"]["Catch"]] == ["AccountFailed"]
    assert [each["Next"] for each in tasks["KeepGroupFailure"]["Catch"]] == ["GroupFailed"]
    assert [each["Next"] for state in maps.values() for each in state["Catch"]] == ["GroupAccounts", "Merge"]


def test_a_run_in_which_accounts_are_not_merged_or_fail_is_told_and_fails(definition):
    states = json.loads(definition)["States"]
    failing = {each["Next"]: each["Variable"] for each in states["EnoughAudited"]["Choices"]}
    assert failing == {"TooManyFailed": "$.failure", "NotAllMerged": "$.merged.summary.unmerged"}
    assert {states[each]["Type"] for each in failing} == {"Fail"}


def test_every_handler_is_there_and_takes_its_variables(functions):
    for each in functions:
        module, _, name = each["Handler"].rpartition(".")
        assert callable(getattr(import_module(module), name))
        variables = dict.fromkeys(each["Environment"]["Variables"], "")
        assert Settings.of({**variables, "AUDITOR_BUCKET": "b"}, {}).bucket == "b"
        fleet = {name.removeprefix("FLEET_").lower() for name in variables if name.startswith("FLEET_")}
        assert fleet <= set(FleetSettings.__struct_fields__)


def test_what_is_asked_of_accounts_is_what_is_unknown_of_those_that_refuse(functions):
    asked = [each["Environment"]["Variables"] for each in functions]
    selections = [
        {name: each[name] for name in ("AUDITOR_CHECKS", "AUDITOR_CONFIG")}
        for each in asked
        if "AUDITOR_CHECKS" in each
    ]
    assert len(selections) == 3
    assert all(each == selections[0] for each in selections)


def test_only_what_takes_no_resource_is_allowed_on_all(template):
    statements = {
        (name, statement["Sid"]): statement
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    }
    everything = {key for key, statement in statements.items() if statement["Resource"] == "*"}
    assert everything == {("AccountsRole", "List"), ("MachineRole", "DeliverLogs")}
    assert not [key for key, statement in statements.items() if "*" in str(statement["Action"])]


def test_what_groups_leave_is_deleted_when_no_execution_can_be_redriven_any_more(template):
    rules = template["Resources"]["Reports"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [each for each in rules if "Prefix" in each]
    run = FleetRun(None, "PREFIX", "run", datetime(2026, 1, 31, tzinfo=UTC))
    assert run.part("group-0001").base.startswith(rule["Prefix"].replace("${Prefix}", "PREFIX"))
    assert rule["ExpirationInDays"] > 14
    assert not run.place.base.startswith(rule["Prefix"].replace("${Prefix}", "PREFIX"))


def test_each_function_may_write_where_it_does_and_only_the_merge_may_tell(template):
    roles = {
        name: [each for policy in resource["Properties"]["Policies"] for each in policy["PolicyDocument"]["Statement"]]
        for name, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }
    telling = {
        name for name, found in roles.items() if {"sns:Publish", "events:PutEvents"} & {str(s["Action"]) for s in found}
    }
    assert telling == {"MergeRole"}
    for name in ("GroupsRole", "GroupRole", "MergeRole"):
        writing = [each for each in roles[name] if "s3:PutObject" in str(each["Action"])]
        assert [each["Resource"] for each in writing] == ["${Reports.Arn}/${Prefix}/organization/*"]
        assert not [
            each for each in roles[name] if "sts:" in str(each["Action"]) or "organizations:" in str(each["Action"])
        ]


def test_the_accounts_are_listed_with_what_that_takes_and_nothing_else(template):
    statements = template["Resources"]["AccountsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    (listing,) = [each for each in statements if each["Sid"] == "List"]
    # Tags choose accounts on the command line only.
    asked = (LISTING | GUARDING) - {"ListTagsForResource"}
    assert sorted(listing["Action"]) == sorted(f"organizations:{each}" for each in asked)


def test_a_file_that_names_the_accounts_can_be_read_and_no_other(template, functions):
    (accounts,) = [each for each in functions if each["Handler"].endswith(".accounts")]
    assert accounts["Environment"]["Variables"]["FLEET_ACCOUNTS_FILE"] == "AccountsFile"
    parameter = template["Parameters"]["AccountsFile"]
    assert parameter["Default"] == ""
    assert [bool(re.fullmatch(parameter["AllowedPattern"], each)) for each in ("", "a/b.csv", "a/*", "a?")] == [
        True, True, False, False
    ]  # fmt: skip
    statements = template["Resources"]["AccountsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    reading = [each["Resource"] for each in statements if "s3:GetObject" in str(each["Action"])]
    assert reading == ["${Reports.Arn}/${AccountsFile}"]


def test_the_member_role_is_fresh_and_named_alike_everywhere(template):
    check = [sys.executable, str(ROOT / "deploy/sam/permissions.py"), "--check", str(MEMBER)]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    member = yaml.load(MEMBER.read_text(), Loader)
    assert member["Parameters"]["RoleName"]["Default"] == MEMBER_ROLE
    assert template["Parameters"]["MemberRole"]["Default"] == MEMBER_ROLE


def test_the_table_of_costs_is_that_of_its_arithmetic():
    done = subprocess.run([sys.executable, FOLDER / "costs.py"], check=True, capture_output=True, text=True)
    assert done.stdout in (ROOT / "docs/organization-deployment.md").read_text()
    code = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r}); from costs import Run; run = Run(1000); "
        "print(run.auditing, round(run.transitions, 6), round(run.requests, 6))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert [float(each) for each in told] == [
        10 * 12,
        round((2 * (1000 + 15) + 10) * 0.025 / 1000, 6),
        round((1000 * (7 * 0.005 + 10 * 0.0004) + 15 * 800 * 0.0004) / 1000, 6),
    ]


@pytest.mark.slow
def test_the_auditor_finds_nothing_on_the_member_role(tmp_path, monkeypatch):
    with emulator() as url:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        boto3.client("iam", endpoint_url=url, region_name="us-east-1").create_role(
            RoleName="fleet-AuditRole", AssumeRolePolicyDocument="{}"
        )
        given = {"AuditRoleArn": ROLE, "OrganizationId": "o-abcdefghij", "ExternalId": "an-external-id"}
        client = boto3.client("cloudformation", endpoint_url=url, region_name="us-east-1")
        client.create_stack(
            StackName="member",
            TemplateBody=MEMBER.read_text(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        )
        rows = client.describe_stack_resources(StackName="member")["StackResources"]
        ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in rows}
        found = own.findings(url, "us-east-1", ids, tmp_path)
    assert {each["resource"]["type"] for each in found} == {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
    assert [(each["check"], each["problems"]) for each in found if each["status"] != "PASS"] == []
