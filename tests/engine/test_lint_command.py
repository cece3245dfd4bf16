"""The command that lints policy files: what it says, and its exit code."""

import json
import subprocess
import sys

import pytest

from auditor.__main__ import main

GOOD = {
    "Version": "2012-10-17",
    "Statement": [{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::assets/*"}],
}
MISSPELT = {**GOOD, "Statement": [{**GOOD["Statement"][0], "Action": "s3:GetObjct"}]}
PUBLIC = {**GOOD, "Statement": [{**GOOD["Statement"][0], "Principal": "*"}]}


@pytest.fixture
def lint(tmp_path, capsys):
    def run(policy, *options):
        path = tmp_path / "policy.json"
        path.write_text(policy if isinstance(policy, str) else json.dumps(policy))
        code = main(["lint", str(path), *options])
        return code, capsys.readouterr().out.replace(str(tmp_path), "")

    return run


def test_a_sound_policy_is_passed_in_silence(lint):
    assert lint(GOOD) == (0, "")


def test_a_misspelt_action_is_told_with_the_nearest(lint):
    code, told = lint(MISSPELT)
    assert code == 1
    assert told.startswith("/policy.json: error: statement 1 (Read) ")
    assert "s3:GetObject" in told
    assert told.endswith("[invalid-action]\n")


def test_the_kind_decides_whether_a_principal_may_stand_there(lint):
    assert lint(PUBLIC, "--kind", "resource")[0] == 0
    assert "[unsupported-principal]" in lint(PUBLIC, "--kind", "identity")[1]


def test_the_gate_is_at_the_grade_asked_for(lint):
    unnamed = {**GOOD, "Statement": [{key: each for key, each in GOOD["Statement"][0].items() if key != "Sid"}]}
    assert lint(unnamed, "--sids")[0] == 0
    code, told = lint(unnamed, "--sids", "--fail-on", "suggestion")
    assert (code, told) == (1, "/policy.json: suggestion: statement 1 has no Sid [missing-sid]\n")


def test_json_has_the_page_that_documents_the_rule(lint):
    code, told = lint(MISSPELT, "--format", "json")
    (row,) = json.loads(told)
    assert code == 1
    assert (row["statement"], row["sid"], row["code"], row["grade"]) == (1, "Read", "invalid-action", "error")
    assert row["reference"].startswith("https://docs.aws.amazon.com/IAM/")


@pytest.mark.parametrize("text", ["", "[", "\x00\xff", '"x"', "{" * 9999])
def test_what_is_no_policy_is_told(lint, text):
    code, told = lint(text)
    assert code == 1
    assert told.startswith("/policy.json: error: ")


def test_standard_input():
    command = [sys.executable, "-m", "auditor", "lint", "-"]
    done = subprocess.run(command, input=json.dumps(MISSPELT), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("<stdin>: error: statement 1 (Read) ")
