"""What starting the tool imports, and what it refuses to take for its own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.plan import Plan
from auditor.registry import load

ROOT = Path(__file__).parent.parent.parent

HEAVY = ("boto3", "botocore", "jinja2", "jmespath", "moto", "msgspec", "rich")
LOADED = """
import json, sys
from auditor.__main__ import main
code = main({arguments!r})
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def modules_of(*arguments, folder=None):
    """Return the names of the modules that a command imports."""
    code = LOADED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    return set(json.loads(done.stderr.splitlines()[-1]))


def imported_by(*arguments):
    """Return the names of the top-level packages that a command imports."""
    return {name.partition(".")[0] for name in modules_of(*arguments)}


@pytest.mark.parametrize("name", HEAVY)
def test_version_imports_nothing_heavy(name):
    assert name not in imported_by("--version")


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_no_command_is_imported_to_name_it(argument):
    own = {name for name in modules_of(argument) if name.startswith("auditor.")}
    assert own == {"auditor.__main__", "auditor.cli", "auditor.exit_codes"}


@pytest.mark.parametrize(
    "arguments", [["checks"], ["checks", "show", "s3-bucket-tls-only"], ["permissions"], ["plan"], ["frameworks"]]
)
def test_listing_never_imports_what_talks_to_aws(arguments):
    assert not imported_by(*arguments) & {"boto3", "botocore", "moto", "rich"}


@pytest.mark.parametrize("name", ["checks", "reports"])
def test_a_package_of_somebody_else_with_our_name_is_refused(name, tmp_path):
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("FORMATS = {}\n")
    command = [sys.executable, "-m", "auditor", "scan", "--output-format", "json"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"the package '{name}' that Python finds in {tmp_path / name} is not the auditor's own" in done.stderr
    assert "pipx" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """A copy of the auditor whose index is fresh, whatever is being changed in this one."""
    folder = tmp_path_factory.mktemp("indexed")
    for name in ("auditor", "checks", "reports"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "from auditor.library import *; from auditor.registry import *; print(index_of(builtin(), outlined()), end='')"
    )
    (folder / "checks" / "index.json").write_text(ran(folder, "-c", code), encoding="utf-8")
    return folder


@pytest.fixture
def copied(indexed, tmp_path):
    """One to change."""
    return shutil.copytree(indexed, tmp_path / "copied")


def ran(folder, *arguments):
    done = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def listed(folder):
    """Return the ids that ``auditor checks`` lists."""
    return {row.split()[0] for row in ran(folder, "-m", "auditor", "checks").splitlines()[1:-2]}


def checks_imported(folder, *arguments):
    return {name for name in modules_of(*arguments, folder=folder) if name.startswith("checks.")}


@pytest.mark.parametrize(
    "arguments",
    [
        ["checks"],
        ["checks", "--service", "s3", "--exclude-check", "*-versioned"],
        ["checks", "--framework", "cis-aws-foundations-7.0"],
        ["frameworks"],
        ["frameworks", "show", "cis-aws-foundations-7.0"],
    ],
    ids=" ".join,
)
def test_listing_imports_no_check(indexed, arguments):
    assert checks_imported(indexed, *arguments) == set()


@pytest.mark.parametrize(
    "arguments", [["checks", "show", "s3-bucket-tls-only"], ["plan", "--check", "s3-bucket-tls-only"]], ids=" ".join
)
def test_only_the_checks_that_are_needed_are_imported(indexed, arguments):
    names = checks_imported(indexed, *arguments)
    assert "checks.s3" in names
    assert not {name for name in names if name.startswith(("checks.rds", "checks.ec2"))}


@pytest.mark.parametrize("service", ["s3", "iam", "ec2", "cloudtrail"])
def test_what_is_planned_does_not_depend_on_what_else_is_imported(indexed, service):
    rows = json.loads(ran(indexed, "-m", "auditor", "plan", "--service", service, "--format", "json"))
    plan = Plan(check for check in load().checks.values() if check.service == service)
    assert {(row["operation"], row["per"]) for row in rows} == {(step.request.name, step.per) for step in plan.steps()}


def test_a_check_that_the_index_does_not_know_is_listed(copied):
    source = (copied / "checks" / "s3" / "protection.py").read_text(encoding="utf-8")
    (copied / "checks" / "s3" / "newest.py").write_text(source.replace('"s3-', '"s3-newest-'), encoding="utf-8")
    before, after = set(load().checks), set(listed(copied))
    assert before < after
    assert {each for each in after - before if not each.startswith("s3-newest-")} == set()


def test_a_change_that_no_size_tells_of_is_listed(copied):
    file = copied / "checks" / "s3" / "protection.py"
    check = next(each for each in load().checks.values() if each.function.__module__ == "checks.s3.protection")
    times = file.stat()
    file.write_text(file.read_text(encoding="utf-8").replace(check.id, check.id[:-1] + "x"), encoding="utf-8")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert check.id[:-1] + "x" in listed(copied)
    assert check.id not in listed(copied)


def test_without_an_index_the_same_is_listed(copied):
    before = ran(copied, "-m", "auditor", "checks")
    (copied / "checks" / "index.json").unlink()
    assert ran(copied, "-m", "auditor", "checks") == before
    assert len(listed(copied)) == len(load().checks)
