"""The template deployed into ministack, whose Step Functions run the built zip file's functions in processes.

ministack takes no heed of the jitter of retries and of the writer of a Distributed Map's results, names every exception
of a function Runtime.HandlerError, and lets every role be assumed: the door refuses. Its waits are switched off.
"""

import os
import platform
import threading

import pytest
from fleet.deployment import (
    REGION,
    TEMPLATE,
    Deployment,
    check_ended_audit,
    check_first_run,
    check_second_run,
    check_too_many_failures,
    check_unmerged_group,
)
from fleet.door import Behaviour, Door
from scheduled import own, tools
from scheduled.conftest import build

pytestmark = [
    pytest.mark.slow,
    tools.needs(tools.MINISTACK),
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the function's code is built for x86_64"),
]


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as patched:
        yield patched


@pytest.fixture(scope="module")
def deployed(patch, tmp_path_factory):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        patch.setenv(name, "test")
    patch.setenv("AWS_DEFAULT_REGION", REGION)
    folder, port = tmp_path_factory.mktemp("ministack"), tools.free_port()
    door = Door(f"http://127.0.0.1:{port}", Behaviour())
    threading.Thread(target=door.serve_forever, daemon=True).start()
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "GATEWAY_PORT": str(port),
        "SFN_WAIT_SCALE": "0",
        "AWS_ENDPOINT_URL": door.url,
    }
    log = folder / "log"
    with tools.running([str(tools.MINISTACK)], log, env=environment, cwd=folder) as process:
        tools.wait_for(lambda: tools.opened(f"{door.behind}/_ministack/health"), process, log)
        deployment = Deployment(door)
        deployment.organize()
        deployment.deploy(build(folder, "x86_64").read_bytes(), "x86_64")
        yield deployment
    door.shutdown()


@pytest.fixture(scope="module")
def heard(deployed):
    return deployed.listen()


def test_what_refuses_is_unknown_and_what_is_throttled_is_tried_again(deployed, heard):
    check_first_run(deployed, heard)


def test_a_run_tells_what_changed_since_the_one_before(deployed, heard):
    check_second_run(deployed, heard)


def test_a_group_that_cannot_be_merged_is_told(deployed, heard):
    check_unmerged_group(deployed, heard)


def test_a_run_with_too_many_failures_tells_and_fails(deployed, heard):
    check_too_many_failures(deployed, heard)


def test_the_schedule_is_to_start_the_machine(deployed):
    (name,) = [each["Name"] for each in deployed.client("scheduler").list_schedules()["Schedules"]]
    target = deployed.client("scheduler").get_schedule(Name=name)["Target"]
    assert target["Arn"] == deployed.machine
    assert target["DeadLetterConfig"]["Arn"].startswith("arn:aws:sqs:")


def test_an_account_whose_audit_is_ended_is_unknown_for_want_of_time(deployed, heard):
    check_ended_audit(deployed, heard)


def test_the_auditor_finds_nothing_above_low_in_its_own_deployment(deployed, tmp_path):
    logs = "access-logs"
    deployed.client("s3").create_bucket(Bucket=logs)
    own.complete(deployed.client, TEMPLATE, deployed.ids, logs)
    found = own.findings(deployed.door.behind, REGION, deployed.ids, tmp_path)
    assert own.graver_than_low(found) == []
    assert own.unargued(found) == set()
    judged = {each["resource"]["type"] for each in found if each["status"] == "PASS"}
    assert judged >= {
        *("AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SNS::Topic", "AWS::IAM::Role", "AWS::Logs::LogGroup"),
        "AWS::CloudWatch::Alarm",
    }
