"""The job for GitLab: its script as a runner would run it, with a token exchanged for credentials in the emulator."""

import json
import os
import subprocess
import sys
from pathlib import Path

import junitparser
import pytest
import yaml
from pages import ROOT, read

from auditor.policy import Extent, parse, reach
from auditor.severity import Status

HERE = ROOT / "deploy" / "gitlab"
FILE = HERE / "auditor.gitlab-ci.yml"
((NAME, JOB),) = yaml.safe_load(FILE.read_text(encoding="utf-8")).items()
ROLE = "arn:aws:iam::123456789012:role/auditor"
STUB = """#!/usr/bin/env bash
# Stands for the interpreter of the image: an environment that it makes has the auditor of this tree.
[ "$*" = "-I -m venv $CI_PROJECT_DIR.tmp/auditor" ] || exit 9
mkdir -p "$4/bin"
printf '#!/usr/bin/env bash\\nprintf "%%s\\\\n" "$@" >"$CI_PROJECT_DIR.tmp/installed"\\n' >"$4/bin/python"
chmod +x "$4/bin/python"
ln -sf "$PROGRAMS/auditor" "$4/bin/auditor"
"""


@pytest.fixture
def job(tmp_path, emulator):
    """Return a function that runs the job's script in a project and returns the process."""
    project, programs = tmp_path / "project", tmp_path / "programs"
    for folder in (project, programs):
        folder.mkdir()
    (programs / "python3").write_text(STUB, encoding="utf-8")
    (programs / "python3").chmod(0o755)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_ACCESS")}
    environment |= {
        **JOB["variables"],
        "PATH": f"{programs}:{environment['PATH']}",
        "PROGRAMS": str(Path(sys.executable).parent),
        "TMPDIR": str(tmp_path),
        "CI_PROJECT_DIR": str(project),
        "AWS_OIDC_TOKEN": "header.payload.signature",
        "AWS_ROLE_ARN": ROLE,
        "AWS_ENDPOINT_URL": emulator,
        "AUDITOR_ENDPOINT_URL": emulator,
        "AUDITOR_REQUIREMENT": "aws-account-auditor==1.0.0",
        "AUDITOR_REGION": "eu-west-1",
        "AUDITOR_CHECK": "s3-bucket-not-public",
    }

    def run(**variables):
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(JOB["script"])],
            cwd=project,
            env=environment | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    run.project = project
    run.tokens = tmp_path
    return run


def test_a_closed_gate_fails_the_job_and_leaves_the_reports(job):
    done = job(AUDITOR_FAIL_ON="critical")
    assert done.returncode == 1, done.stderr
    assert "failed findings at or above critical" in done.stderr
    kept = {*JOB["artifacts"]["paths"], *JOB["artifacts"]["reports"].values()}
    assert {path.name for path in job.project.iterdir()} == kept
    report = json.loads((job.project / "report.json").read_bytes())
    assert report["audit"]["accounts"] == ["123456789012"]
    sast = json.loads((job.project / JOB["artifacts"]["reports"]["sast"]).read_bytes())
    assert sast["version"].startswith("15.")
    assert junitparser.JUnitXml.fromfile(str(job.project / JOB["artifacts"]["reports"]["junit"])).failures
    assert JOB["artifacts"]["when"] == "always"


def test_an_open_gate_passes(job):
    assert job(AUDITOR_CHECK="iam-root-no-access-keys", AUDITOR_FAIL_ON="low").returncode == 0


def test_a_baseline_that_was_committed_opens_the_gate(job):
    assert job(AUDITOR_FAIL_ON="high").returncode == 1
    write = [Path(sys.executable).parent / "auditor", "baseline", "write", "--report", "report.json"]
    subprocess.run(write, cwd=job.project, check=True, capture_output=True)
    assert job(AUDITOR_FAIL_ON="high", AUDITOR_BASELINE="auditor-baseline.json").returncode == 0


def test_the_token_stays_out_of_the_project_and_the_log(job):
    done = job()
    assert "payload" not in done.stdout + done.stderr
    (token,) = job.tokens.glob("tmp.*")
    assert token.read_text(encoding="utf-8") == "header.payload.signature"
    assert token.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("requirement", ["$(touch pwned)", "a b; touch pwned", "--index-url=http://127.0.0.1:1"])
def test_what_is_to_be_installed_is_one_word_and_no_option(job, requirement):
    job(AUDITOR_REQUIREMENT=requirement)
    arguments = Path(f"{job.project}.tmp/installed").read_text(encoding="utf-8").splitlines()
    assert arguments[-2:] == ["--", requirement]
    assert not (job.project / "pwned").exists()


def test_nothing_is_installed_by_a_name_that_nobody_gave(job):
    done = job(AUDITOR_REQUIREMENT="")
    assert done.returncode != 0
    assert "AUDITOR_REQUIREMENT: set it to what pip is to install" in done.stderr
    assert [*job.project.iterdir()] == []


def test_the_role_trusts_one_project_and_no_stranger(judged):
    document = json.loads((HERE / "trust-policy.json").read_text(encoding="utf-8"))
    assert set(judged(document).values()) == {Status.PASS}
    assert reach(parse(document), "111122223333", "arn:aws:iam::111122223333:role/auditor").extent < Extent.EXTERNAL
    del document["Statement"][0]["Condition"]["StringEquals"]["gitlab.com:sub"]
    assert judged(document)["iam-role-shared-issuer-restricted"] is Status.FAIL


def test_the_token_is_for_the_audience_that_the_role_trusts():
    (token,) = JOB["id_tokens"].values()
    document = json.loads((HERE / "trust-policy.json").read_text(encoding="utf-8"))
    assert document["Statement"][0]["Condition"]["StringEquals"]["gitlab.com:aud"] == token["aud"]


def test_shellcheck_reports_nothing(tool, tmp_path):
    script = tmp_path / "script.sh"
    lines = "\n".join(JOB["script"])
    script.write_text(f"#!/usr/bin/env bash\n{lines}\n", encoding="utf-8")
    done = tool("shellcheck", script)
    assert done.returncode == 0, done.stdout


def test_the_file_conforms_to_gitlab_s_schema(tool):
    done = tool("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", FILE)
    assert done.returncode == 0, done.stdout


def test_the_page_names_the_job_and_its_variables():
    page = read("docs/ci.md")
    assert [each for each in (NAME, FILE.name, "AWS_ROLE_ARN", "AUDITOR_REQUIREMENT") if each not in page] == []
