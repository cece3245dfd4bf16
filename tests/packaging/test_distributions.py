"""What the wheel and the source distribution hold, and that each works where nothing else is installed."""

import json
import tarfile
import zipfile
from importlib.metadata import version

import pytest
from built import installed, run
from pages import ROOT

from auditor import __version__

pytestmark = pytest.mark.slow


def names(root, *patterns):
    return {str(path.relative_to(root)) for pattern in patterns for path in root.glob(pattern) if path.is_file()}


def test_wheel_holds_the_packages_with_their_data_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert names(ROOT, "auditor/**/*.py", "checks/**/*.py", "reports/**/*.py") <= held
    assert (
        names(
            ROOT,
            "*/py.typed",
            "auditor/scaffold/*.j2",
            "checks/index.json",
            "checks/frameworks/*.toml",
            "reports/schema.json",
        )
        <= held
    )
    assert names(ROOT, "reports/html/css/*", "reports/html/js/*", "reports/html/templates/*") <= held
    tops = {name.partition("/")[0] for name in held}
    assert tops == {"auditor", "checks", "reports", f"aws_account_auditor-{__version__}.dist-info"}


def test_sdist_holds_what_building_and_testing_take(sdist):
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Makefile",
        "setup.cfg",
        "pyproject.toml",
    } <= held
    assert names(ROOT, "docs/*.md", "docs/*.py", "tests/**/*.py", "benchmarks/**/*.py") <= held
    assert not [name for name in held if "__pycache__" in name or name.startswith((".git/", ".venv"))]


def test_metadata_names_licence_python_and_version(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = archive.read(f"aws_account_auditor-{__version__}.dist-info/METADATA").decode()
    assert "License-Expression: Apache-2.0" in metadata
    assert "Requires-Python: >=3.11" in metadata
    assert version("aws-account-auditor") == __version__


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_installed_alone_it_runs_from_any_folder(kind, request, recording, tmp_path, fresh_environment):
    programs = installed(request.getfixturevalue(kind), tmp_path / "venv", fresh_environment)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def auditor(*arguments):
        return run(programs / "auditor", *arguments, cwd=elsewhere, environment=fresh_environment)

    assert auditor("--version") == f"auditor, version {__version__}\n"
    assert "s3-bucket-tls-only" in auditor("checks")
    assert json.loads(auditor("schema")) == json.loads((ROOT / "reports/schema.json").read_text())
    assert json.loads(auditor("permissions", "--service", "s3"))["Statement"]
    assert "sqs_queue_encrypted.py" in auditor("new-check", "sqs-queue-encrypted")
    auditor("scan", "--from", recording, "--max-unknown", "9999", "--output-format", "html=report.html")
    assert (elsewhere / "report.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert "the demo needs its emulator" in run(
        programs / "auditor", "demo", cwd=elsewhere, environment=fresh_environment, expect=2
    )
