"""`auditor new-check`: what it writes is green at once, and it overwrites nothing."""

import shutil
import subprocess
import sys

import pytest
from pages import ROOT

from auditor.__main__ import main
from auditor.errors import AuditorError
from auditor.plan import Plan
from auditor.registry import load
from auditor.scaffold import write

SHAPES = {
    "sqs-queue-encrypted": "names are listed, and a description is asked for",
    "lambda-function-runtime-current": "the listed row has a value",
    "route53-hosted-zone-logged": "global; every resource has an attribute of the value's name",
    "resource-groups-group-tagged": "a service of two words",
    "s3-bucket-tagged": "a class of the built-in checks",
    "ec2-security-group-named": "a built-in class of two words",
}
RUFF = (sys.executable, "-m", "ruff")
CONFIG = ("--config", str(ROOT / "pyproject.toml"), "--no-cache")


def run(*command, cwd):
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_new_checks_are_green_formatted_and_free_of_lint(tmp_path):
    for check_id in SHAPES:
        name = check_id.replace("-", "_")
        assert [path.name for path in write(check_id, tmp_path)] == [f"{name}.py", f"test_{name}.py"]
    assert f"{3 * len(SHAPES)} passed" in run(sys.executable, "-m", "pytest", "-q", cwd=tmp_path)
    run(*RUFF, "format", "--check", *CONFIG, cwd=tmp_path)
    # Which imports are a user's own, and whether their tests are typed, is theirs to configure.
    run(*RUFF, "check", "--ignore", "ANN,D103,I001", *CONFIG, cwd=tmp_path)


def test_new_checks_are_found_and_their_calls_planned(tmp_path):
    write("sqs-queue-encrypted", tmp_path)
    write("route53-hosted-zone-logged", tmp_path)
    registry = load([tmp_path])
    assert registry.problems == ()
    queue, zone = registry.get("sqs-queue-encrypted"), registry.get("route53-hosted-zone-logged")
    assert (queue.title, queue.resource.aws_type) == ("The queue is encrypted", "AWS::SQS::Queue")
    assert steps(queue) == {("sqs:ListQueues", "region"), ("sqs:GetQueueAttributes", "Queue")}
    assert steps(zone) == {("route53:ListHostedZones", "account")}


def steps(check):
    return {(step.request.name, step.per) for step in Plan([check]).steps()}


@pytest.mark.slow
def test_in_a_checkout_the_check_joins_the_built_in_ones(tmp_path):
    for folder in ("auditor", "checks", "reports", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("setup.cfg", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    added = [path.relative_to(tmp_path).as_posix() for path in write("s3-bucket-tagged", tmp_path)]
    added += [path.relative_to(tmp_path).as_posix() for path in write("sqs-queue-encrypted", tmp_path)]
    assert added == [
        "checks/s3/bucket_tagged.py",
        "tests/checks/s3_bucket_tagged.py",
        "checks/sqs/__init__.py",
        "checks/sqs/queue_encrypted.py",
        "tests/checks/sqs_queue_encrypted.py",
    ]
    assert " passed" in run(sys.executable, "-m", "pytest", "-k", "tagged or sqs", "tests/checks", cwd=tmp_path)
    run(*RUFF, "format", "--check", "--no-cache", *added, cwd=tmp_path)
    run(*RUFF, "check", "--no-cache", *added, cwd=tmp_path)
    run(sys.executable, "-m", "mypy", "-p", "checks", cwd=tmp_path)


@pytest.mark.parametrize(
    ("check_id", "told"),
    [
        ("Bucket", "is not an id"),
        ("s3-bucket", "is not an id"),
        ("s3-bucket-Tagged", "is not an id"),
        ("../s3-bucket-tagged", "is not an id"),
        ("s3-bucket-tls-only", "is taken: `auditor checks show s3-bucket-tls-only` explains that check"),
        ("sqss-queue-encrypted", "boto3 knows: did you mean sqs?"),
        ("sqs-topic-encrypted", "it lists sqs-queue"),
        ("ec2-group-named", "ec2-security-group"),
        ("cognito-idp-pool-closed", "declare its class by hand"),
    ],
)
def test_an_id_that_cannot_be_used_is_refused_with_a_way_out(check_id, told, tmp_path):
    with pytest.raises(AuditorError, match=told.replace("?", r"\?")):
        write(check_id, tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "test_sqs_queue_encrypted.py").write_text("mine")
    assert main(["new-check", "sqs-queue-encrypted", "--folder", str(tmp_path)]) == 2
    assert "test_sqs_queue_encrypted.py is there already" in capsys.readouterr().err
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]


def test_the_command_prints_what_it_wrote_and_makes_the_folder(tmp_path, capsys):
    folder = tmp_path / "new" / "folder"
    assert main(["new-check", "sqs-queue-encrypted", "--folder", str(folder)]) == 0
    written = [str(folder / "sqs_queue_encrypted.py"), str(folder / "test_sqs_queue_encrypted.py")]
    assert capsys.readouterr().out.splitlines() == written


def test_a_folder_that_cannot_be_written_is_told(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["new-check", "sqs-queue-encrypted", "--folder", str(tmp_path / "file" / "folder")]) == 2
    assert "cannot be written" in capsys.readouterr().err
