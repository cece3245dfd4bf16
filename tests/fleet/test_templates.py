"""The templates: valid, fresh, as little allowed as is needed, and nothing for the auditor's own checks to find."""

import json
import re
import subprocess
import sys
from importlib import import_module

import boto3
import pytest
import yaml
from emulator import emulator
from pages import ROOT
from scheduled import tools
from scheduled.test_template import Loader

from auditor.__main__ import main
from auditor.organization.accounts import MEMBER_ROLE
from auditor.scheduled.fleet_members import FleetSettings
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
    inner = machine["States"]["AuditAccounts"]["ItemProcessor"]["States"]
    tasks = {name: each for name, each in {**machine["States"], **inner}.items() if each["Type"] == "Task"}
    assert set(tasks) == {"ListAccounts", "Audit", "KeepFailure", "Merge"}
    assert all(each["Retry"][-1]["ErrorEquals"] == ["States.ALL"] for each in tasks.values())
    assert all(each["Retry"][-1]["JitterStrategy"] == "FULL" for each in tasks.values())
    assert tasks["Audit"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "KeepFailure"}
    ]
    assert [each["Next"] for each in tasks["KeepFailure"]["Catch"]] == ["AccountFailed"]
    assert [each["Next"] for each in machine["States"]["AuditAccounts"]["Catch"]] == ["Merge"]


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
    assert len(selections) == 2
    assert selections[0] == selections[1]


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
        round(2007 * 0.025 / 1000, 6),
        round(1000 * (6 * 0.005 + 8 * 0.0004) / 1000, 6),
    ]


@pytest.mark.slow
def test_the_auditors_checks_of_roles_find_nothing_on_the_member_role(tmp_path, monkeypatch):
    with emulator() as url:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        boto3.client("iam", endpoint_url=url, region_name="us-east-1").create_role(
            RoleName="fleet-AuditRole", AssumeRolePolicyDocument="{}"
        )
        given = {"AuditRoleArn": ROLE, "OrganizationId": "o-abcdefghij", "ExternalId": "an-external-id"}
        boto3.client("cloudformation", endpoint_url=url, region_name="us-east-1").create_stack(
            StackName="member",
            TemplateBody=MEMBER.read_text(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
        )
        path = tmp_path / "report.json"
        main(
            [
                "scan",
                "--endpoint-url",
                url,
                "--region",
                "us-east-1",
                "--service",
                "iam",
                "--output-format",
                f"json={path}",
                "--quiet",
            ]
        )
    findings = json.loads(path.read_text())["findings"]
    own = [
        each
        for each in findings
        if each["resource"]["arn"].endswith(f"role/{MEMBER_ROLE}")
        or "member-AuditPermissions" in each["resource"]["arn"]
    ]
    assert {each["resource"]["type"] for each in own} == {"AWS::IAM::Role", "AWS::IAM::ManagedPolicy"}
    assert [(each["check"], each["problems"]) for each in own if each["status"] != "PASS"] == []
