"""Types: a misspelt fact, and a misspelt field of AWS's, are errors before anything runs."""

import re
import subprocess
import sys

import pytest

GOOD = '''
from __future__ import annotations

from auditor import Fix, Problem, Problems, Severity, check
from checks.s3.resources import Bucket


@check("s3-bucket-sample-rule", Severity.LOW, reads=[Bucket.encryption], references=["https://x"], fix=Fix(text="x"))
def sample(bucket: Bucket) -> Problems:
    """Sample."""
    if bucket.encryption is None:
        return
    for rule in bucket.encryption["Rules"]:
        if rule.get("BucketKeyEnabled") is None:
            yield Problem("none")
'''


def checked(tmp_path, text):
    """Return what mypy says of a module, its paths and line numbers left out."""
    module = tmp_path / "sample.py"
    module.write_text(text)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(module)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return re.sub(r"^.*sample\.py:\d+: ", "", done.stdout, flags=re.MULTILINE)


@pytest.mark.slow
def test_a_sound_check_is_accepted_and_misspellings_are_not(tmp_path):
    assert "Success" in checked(tmp_path, GOOD)
    wrong = (
        GOOD.replace("reads=[Bucket.encryption]", "reads=[Bucket.encrytpion]")
        .replace("bucket.encryption is None", "bucket.encription is None")
        .replace('bucket.encryption["Rules"]', 'bucket.encryption["Rulez"]')
    )
    told = checked(tmp_path, wrong)
    for name in ('"type[Bucket]" has no attribute "encrytpion"', '"Bucket" has no attribute "encription"', '"Rulez"'):
        assert name in told


@pytest.mark.slow
def test_an_optional_fact_must_be_asked_for_before_it_is_used(tmp_path):
    text = GOOD.replace("    if bucket.encryption is None:\n        return\n", "")
    assert 'Value of type "ServerSideEncryptionConfigurationTypeDef | None" is not indexable' in checked(tmp_path, text)
