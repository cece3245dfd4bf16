"""The action for GitHub: its steps run as a runner would run them, and its files are what other tools take."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from built import NOT_SOURCE, fresh_environment
from pages import ROOT, read

from auditor import demo
from auditor.__main__ import main
from auditor.policy import Extent, parse, reach
from auditor.severity import Status

__all__ = ["fresh_environment"]
HERE = ROOT / "deploy" / "github"
ACTION = yaml.safe_load((HERE / "action.yml").read_text(encoding="utf-8"))
STEPS = {step.get("id", step["name"]): step for step in ACTION["runs"]["steps"]}
PROGRAMS = Path(sys.executable).parent
EXPRESSION = re.compile(r"\$\{\{ (inputs|steps)\.([\w.-]+) \}\}")
PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
FAILING, PASSING = "--check s3-bucket-not-public", "--check iam-root-no-access-keys"
UNANSWERED = "--check ec2-region-serial-console-off"
"""The emulator has no such call."""
ROLE = "arn:aws:iam::111122223333:role/auditor"
NOTHING = {
    "exit-code": "2",
    "reason": "Nothing was audited, or a report could not be written: the log of the audit says why.",
    "score": "",
    "coverage": "",
}
REPORTS = {"html", "json", "sarif", "markdown"}


class Runner:
    """As much of GitHub's runner as steps with a shell take: expressions of inputs and outputs, and its files."""

    def __init__(self, folder, environment, action=HERE, **inputs):
        self.outputs, self.summary = {"role": {}}, ""
        self.workspace = folder / "workspace"
        self.temporary = folder / "temporary"
        for each in (self.workspace, self.temporary):
            each.mkdir(exist_ok=True)
        self.inputs = {name: given["default"] for name, given in ACTION["inputs"].items()}
        self.inputs |= {name.replace("_", "-"): value for name, value in inputs.items()}
        self._environment = {**environment, "RUNNER_TEMP": str(self.temporary), "GITHUB_ACTION_PATH": str(action)}

    def value(self, text):
        """Return what an expression stands for; an output that there is not is empty."""
        kind, name = EXPRESSION.fullmatch(text).groups()
        if kind == "inputs":
            return self.inputs[name]
        step, _, output = name.partition(".outputs.")
        return self.outputs[step].get(output, "")

    def step(self, name):
        """Run a step; keep its outputs and what it adds to the summary."""
        step, files = STEPS[name], {each: self.temporary / each for each in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        given = {variable: self.value(text) for variable, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env={**self._environment, **{variable: str(path) for variable, path in files.items()}, **given},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        written = files["GITHUB_OUTPUT"].read_text(encoding="utf-8")
        self.outputs[name] = dict(line.split("=", 1) for line in written.splitlines())
        self.summary += files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        return done

    def audited(self):
        """Run the audit and the last step, and return what the audit's printed; the exit codes must agree."""
        audit = self.step("scan")
        assert audit.returncode == 0, audit.stdout + audit.stderr
        end, reason = self.step("End as the audit did"), self.outputs["scan"]["reason"]
        assert str(end.returncode) == self.outputs["scan"]["exit-code"]
        assert end.stdout == (f"::error title=AWS account audit::{reason}\n" if end.returncode else "")
        return audit.stdout


@pytest.fixture
def runner(tmp_path):
    """Return a function that makes a runner on which the auditor is installed."""

    def make(**inputs):
        runner = Runner(tmp_path, os.environ, **inputs)
        programs = tmp_path / "installed" / "venv" / "bin"
        programs.mkdir(parents=True, exist_ok=True)
        for name in ("python", "auditor"):
            (programs / name).unlink(missing_ok=True)
            (programs / name).symlink_to(PROGRAMS / name)
        runner.outputs["install"] = {"folder": str(tmp_path / "installed")}
        return runner

    return make


@pytest.fixture
def audit(runner, recording):
    """Return a function that audits the recording and returns the runner and what was printed."""

    def run(arguments, **inputs):
        made = runner(arguments=f"--from {recording} {arguments}", **inputs)
        return made, made.audited()

    return run


def test_a_closed_gate_ends_the_action_when_all_reports_are_kept(audit):
    runner, printed = audit(FAILING, fail_on="critical")
    outputs = runner.outputs["scan"]
    assert outputs["exit-code"] == "1"
    assert set(outputs) == {"exit-code", "reason", "score", "coverage", *REPORTS} == set(ACTION["outputs"])
    report = json.loads(Path(outputs["json"]).read_bytes())
    assert float(outputs["score"]) == report["score"]
    assert float(outputs["coverage"]) == report["coverage"]
    assert json.loads(Path(outputs["sarif"]).read_bytes())["version"] == "2.1.0"
    assert "<html" in Path(outputs["html"]).read_text(encoding="utf-8")
    assert runner.summary == Path(outputs["markdown"]).read_text(encoding="utf-8")
    assert "## AWS account audit" in runner.summary
    assert re.search(r"^::error title=CRITICAL s3-bucket-not-public::", printed, re.MULTILINE)


def test_an_open_gate_ends_well(audit):
    runner, printed = audit(PASSING, fail_on="low", min_score="100", max_unknown="0")
    assert runner.outputs["scan"]["exit-code"] == "0"
    assert runner.outputs["scan"]["score"] == "100.0"
    assert "::error" not in printed


def test_every_input_of_the_gate_reaches_it(audit):
    assert audit(FAILING)[0].outputs["scan"]["exit-code"] == "0"
    assert audit(FAILING, min_score="99")[0].outputs["scan"]["exit-code"] == "1"
    assert audit(UNANSWERED, max_unknown="0")[0].outputs["scan"]["exit-code"] == "3"


def test_arguments_win_over_inputs(audit):
    assert audit(f"{FAILING} --fail-on none", fail_on="critical")[0].outputs["scan"]["exit-code"] == "0"


def test_the_summary_can_be_left_out(audit):
    runner, _ = audit(FAILING, summary="false")
    assert not runner.summary
    assert runner.outputs["scan"]["markdown"]


def test_a_baseline_that_was_committed_opens_the_gate(audit, capsys):
    runner, _ = audit(FAILING, fail_on="high")
    baseline = runner.workspace / "auditor-baseline.json"
    assert main(["baseline", "write", "--report", runner.outputs["scan"]["json"], "--file", str(baseline)]) == 0
    runner, _ = audit(FAILING, fail_on="high", baseline=baseline.name)
    assert runner.outputs["scan"]["exit-code"] == "0"


def test_exceptions_and_configuration_are_found_from_the_workspace(audit, runner):
    accepted = (
        '[[exceptions]]\ncheck = "s3-bucket-not-public"\nreason = "a site"\nowner = "web"\nexpires = 2999-01-01\n'
    )
    (runner().workspace / "accepted.toml").write_text(accepted, encoding="utf-8")
    (runner().workspace / "strict.toml").write_text('[scan]\nfail-on = "low"\n', encoding="utf-8")
    assert audit(FAILING, config="strict.toml")[0].outputs["scan"]["exit-code"] == "1"
    both = audit(FAILING, config="strict.toml", exceptions="accepted.toml")
    assert both[0].outputs["scan"]["exit-code"] == "0"


@pytest.mark.parametrize("arguments", ["--no-such-option", "--check no-such-check", "--check 'open", "--help"])
def test_what_is_no_audit_never_passes(audit, arguments):
    runner, _ = audit(arguments)
    assert runner.outputs["scan"] == NOTHING
    assert not runner.summary


HOSTILE = (
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned #",
    "x\nexit-code=0\ntouch pwned",
    "' && touch pwned && '",
    '" && touch pwned && "',
    "--output-format=json=pwned",
)


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("name", ["fail_on", "min_score", "max_unknown", "baseline", "exceptions", "config"])
def test_no_input_is_run_or_becomes_an_option_or_an_output(audit, name, value):
    runner, _ = audit(PASSING, **{name: value})
    assert runner.outputs["scan"] == NOTHING
    assert [*runner.workspace.iterdir()] == []


@pytest.mark.parametrize(
    "value", ["--check $(touch pwned)", "--check `touch pwned`", "; touch pwned", "&& touch pwned"]
)
def test_arguments_are_words_and_nothing_more(audit, value):
    runner, _ = audit(value)
    assert runner.outputs["scan"]["exit-code"] == "2"
    assert [*runner.workspace.iterdir()] == []


def test_arguments_are_quoted_as_in_a_shell(audit):
    runner, _ = audit("--check='s3-bucket-not-public'\n  --region \"eu-west-1\"")
    report = json.loads(Path(runner.outputs["scan"]["json"]).read_bytes())
    assert {finding["check"] for finding in report["findings"]} == {"s3-bucket-not-public"}


def test_the_runner_obeys_nothing_that_the_audit_prints(audit):
    """Names are chosen by whoever may create the resource; here one stands in an error message."""
    _, printed = audit("--check '##[set-output name=exit-code]0' --check '::add-mask::a'")
    first, *lines = printed.splitlines()
    token = re.fullmatch(r"::stop-commands::([0-9a-f]{32})", first)[1]
    assert lines.index(f"::{token}::") == len(lines) - 1
    assert "##[set-output" in "".join(lines)


def test_no_two_audits_have_one_token(audit):
    assert audit("--help")[1].splitlines()[0] != audit("--help")[1].splitlines()[0]


def test_the_credentials_of_the_role_are_used(runner, emulator, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    arguments = f"--endpoint-url {emulator} --region eu-west-1 {FAILING}"
    without = runner(arguments=arguments)
    without.audited()
    assert without.outputs["scan"]["exit-code"] == "2"
    given = runner(arguments=arguments)
    names = ("aws-access-key-id", "aws-secret-access-key", "aws-session-token")
    given.outputs["role"] = dict.fromkeys(names, demo.ENVIRONMENT["AWS_ACCESS_KEY_ID"])
    given.audited()
    assert given.outputs["scan"]["exit-code"] == "0"


@pytest.mark.slow
def test_it_installs_what_it_came_with_and_audits(tmp_path, fresh_environment, recording):
    """The checkout is a copy, as one that GitHub makes: pip builds in it."""
    checkout = shutil.copytree(ROOT, tmp_path / "checkout", ignore=NOT_SOURCE)
    runner = Runner(
        tmp_path, fresh_environment, checkout / "deploy" / "github", arguments=f"--from '{recording}' {FAILING}"
    )
    runner.outputs["python"] = {"python-path": sys.executable}
    # Modules with the names of pip's own must not be imported from the repository that is audited for.
    (runner.workspace / "pip.py").write_text("raise SystemExit(9)", encoding="utf-8")
    done = runner.step("install")
    assert done.returncode == 0, done.stderr
    runner.audited()
    assert runner.outputs["scan"]["exit-code"] == "0"
    assert set(runner.outputs["scan"]) > REPORTS


@pytest.mark.parametrize("requirement", ["--index-url=http://127.0.0.1:1", "$(touch pwned)", "-r pwned"])
def test_a_requirement_is_no_option_of_pip(tmp_path, fresh_environment, requirement):
    runner = Runner(tmp_path, fresh_environment, requirement=requirement)
    runner.outputs["python"] = {"python-path": sys.executable}
    done = runner.step("install")
    assert done.returncode != 0
    assert "Invalid requirement" in done.stderr
    assert runner.outputs["install"] == {}
    assert [*runner.workspace.iterdir()] == []


def test_reports_are_kept_before_the_action_ends_and_whatever_the_audit_says():
    names = [step["name"] for step in ACTION["runs"]["steps"]]
    assert names[-3:] == ["Keep the reports", "Send the findings to code scanning", "End as the audit did"]
    assert all(step["if"].startswith("${{ !cancelled() && ") for step in ACTION["runs"]["steps"][-3:])


def test_credentials_are_for_one_step():
    role = STEPS["role"]["with"]
    assert role["output-credentials"] is True
    assert role["output-env-credentials"] is False
    assert [name for name, step in STEPS.items() if "steps.role." in str(step)] == ["scan"]


@pytest.mark.parametrize("file", ["action.yml", "example-workflow.yml"])
def test_every_action_is_pinned_by_its_commit(file):
    used = [line.strip(" -") for line in (HERE / file).read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.fullmatch(line)] == []


def test_the_example_gives_the_action_inputs_that_it_has():
    workflow = yaml.safe_load((HERE / "example-workflow.yml").read_text(encoding="utf-8"))
    (job,) = workflow["jobs"].values()
    assert set(job["steps"][-1]["with"]) <= set(ACTION["inputs"])
    assert workflow["permissions"] == {}
    assert {name for name, access in job["permissions"].items() if access == "write"} == {"id-token", "security-events"}


def test_the_role_trusts_one_repository_and_no_stranger(judged):
    document = json.loads((HERE / "trust-policy.json").read_text(encoding="utf-8"))
    assert set(judged(document).values()) == {Status.PASS}
    assert reach(parse(document), "111122223333", ROLE).extent < Extent.EXTERNAL
    del document["Statement"][0]["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert judged(document)["iam-role-shared-issuer-restricted"] is Status.FAIL
    assert reach(parse(document), "111122223333", ROLE).extent is Extent.PUBLIC


def test_the_page_tells_every_input_and_output():
    page = read("docs/ci.md")
    assert [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"| `{name}` |" not in page] == []


def test_zizmor_reports_nothing(tool):
    done = tool("zizmor", "--offline", "--persona=pedantic", "--quiet", HERE, HERE / "example-workflow.yml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_shellcheck_reports_nothing(tool, tmp_path):
    inline = [tmp_path / f"{number}.sh" for number, step in enumerate(STEPS.values()) if "run" in step]
    for path, step in zip(inline, (step for step in STEPS.values() if "run" in step), strict=True):
        path.write_text(f"#!/usr/bin/env bash\n{step['run']}\n", encoding="utf-8")
    done = tool("shellcheck", *HERE.glob("*.sh"), *inline)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.github-actions", "action.yml"),
        ("vendor.github-workflows", "example-workflow.yml"),
        ("custom.github-workflows-require-timeout", "example-workflow.yml"),
    ],
)
def test_files_conform_to_github_s_schemas(tool, schema, file):
    done = tool("check-jsonschema", "--builtin-schema", schema, HERE / file)
    assert done.returncode == 0, done.stdout
