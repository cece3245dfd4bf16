"""The template of the deployment: valid, fresh, and as little allowed as the function needs."""

import json
import os
import re
import subprocess
import sys

import pytest
import yaml
from pages import ROOT
from scheduled import tools

from auditor.scheduled.settings import Settings

SCRIPT = ROOT / "deploy/sam/permissions.py"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions as the values they are given."""


def _function(loader, _suffix, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    return loader.construct_sequence(node) if isinstance(node, yaml.SequenceNode) else loader.construct_mapping(node)


Loader.add_multi_constructor("!", _function)


@pytest.fixture(scope="module")
def template():
    return yaml.load(tools.TEMPLATE.read_text(), Loader)


def test_the_policies_are_what_the_checks_read(tmp_path):
    check = [sys.executable, str(SCRIPT), "--check", str(tools.TEMPLATE)]
    assert subprocess.run(check, check=False, capture_output=True).returncode == 0
    stale = tmp_path / "template.yaml"
    stale.write_text(tools.TEMPLATE.read_text().replace("              - iam:GetAccountSummary\n", ""))
    done = subprocess.run([*check[:-1], str(stale)], check=False, capture_output=True, text=True)
    assert (done.returncode, "is stale: run `make templates`" in done.stderr) == (1, True)


def test_each_policy_is_one_that_iam_takes(template):
    policies = [each["Properties"]["PolicyDocument"] for each in _of(template, "AWS::IAM::ManagedPolicy")]
    assert policies
    assert all(len(re.sub(r"\s", "", json.dumps(each))) <= 6144 for each in policies)


def _of(template, kind):
    return [each for each in template["Resources"].values() if each["Type"] == kind]


def test_many_actions_are_parted_into_policies_that_hold_all_of_them():
    code = f"""
import json, sys
sys.path.insert(0, {str(SCRIPT.parent)!r})
from permissions import LARGEST, parts
from auditor.permissions import policy
actions = [f"service{{number:04}}:DescribeSomethingOfThatService" for number in range(1000)]
found = list(parts(actions))
assert [each for part in found for each in part] == actions
sizes = [len(json.dumps(policy(part), separators=(",", ":"))) for part in found]
assert max(sizes) <= LARGEST and min(sizes[:-1]) > LARGEST - 60, sizes
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_setting_of_the_function_is_one_that_there_is(template):
    variables = template["Resources"]["Auditor"]["Properties"]["Environment"]["Variables"]
    settings = Settings.of(
        {name: "0" if name.endswith("X") else "" for name in variables} | {"AUDITOR_BUCKET": "b"}, {}
    )
    assert settings.bucket == "b"


def test_no_statement_allows_everything_but_the_reads_and_the_key_s_own(template):
    allowed = [
        (name, statement["Sid"])
        for name, resource in template["Resources"].items()
        for statement in _statements(resource["Properties"])
        if statement.get("Effect") == "Allow" and statement.get("Resource") == "*"
    ]
    assert allowed == [
        *(("Key", sid) for sid in ("IamPoliciesDecide", "AlarmsReachTheTopic", "LogsAreEncrypted")),
        ("AuditPermissions1", "AuditConfiguration"),
    ]


def _statements(value):
    """Return every statement in what a resource says."""
    if isinstance(value, dict):
        found = [each for each in value.get("Statement", ()) if isinstance(each, dict)]
        return found + [each for inner in value.values() for each in _statements(inner)]
    return [each for inner in value for each in _statements(inner)] if isinstance(value, list) else []


@tools.needs(tools.LINTER)
@pytest.mark.slow
def test_the_linter_of_cloudformation_finds_nothing():
    done = subprocess.run([tools.LINTER, tools.TEMPLATE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@tools.needs(tools.SAM)
@pytest.mark.slow
def test_sam_finds_the_template_valid():
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1"}
    command = [tools.SAM, "validate", "--lint", "--template", tools.TEMPLATE]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
