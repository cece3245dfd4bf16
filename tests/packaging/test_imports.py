"""What starting the tool imports, and what it refuses to take for its own."""

import json
import os
import subprocess
import sys

import pytest

HEAVY = ("boto3", "botocore", "jinja2", "jmespath", "moto", "msgspec", "rich")
LOADED = """
import json, sys
from auditor.__main__ import main
code = main({arguments!r})
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})), file=sys.stderr)
sys.exit(code)
"""


def imported_by(*arguments):
    code = LOADED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("name", HEAVY)
def test_version_imports_nothing_heavy(name):
    assert name not in imported_by("--version")


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
