"""The state machine run by moto's interpreter of the Amazon States Language, with our handlers behind it.

The template is deployed by moto's CloudFormation, which leaves out policies of buckets, topics and queues, alarms and
the schedule. moto invokes functions in containers: here the door does, in this process. moto's Map tolerates any
number of failures.
"""

import gzip
import json
import logging
import os
import re
import threading
import urllib.request
from unittest.mock import patch

import pytest
from emulator import emulator
from fleet.deployment import (
    FUNCTIONS,
    REGION,
    STACK,
    Deployment,
    check_first_run,
    check_second_run,
    check_unmerged_group,
)
from fleet.door import Behaviour, Door, Function

from auditor import aws_lambda
from auditor.scheduled import fleet

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:Tried to parse")]

EMPTY_ZIP = b"PK\x05\x06" + bytes(18)
HANDLERS = (fleet.accounts, aws_lambda.handler, fleet.failed, fleet.groups, fleet.group, fleet.merge)


def interpreted(deployment):
    """Have moto interpret the machine, which it only keeps until it is told to, without its long waits."""
    client = deployment.client("stepfunctions")
    described = client.describe_state_machine(stateMachineArn=deployment.machine)
    told = json.dumps({"stepfunctions": {"execute_state_machine": True}}).encode()
    urllib.request.urlopen(f"{deployment.door.behind}/moto-api/config", told).close()
    impatient = re.sub(
        r'"IntervalSeconds": \d+, "BackoffRate": \d+', '"IntervalSeconds": 1, "BackoffRate": 1', described["definition"]
    )
    made = client.create_state_machine(name=STACK, definition=impatient, roleArn=described["roleArn"])
    deployment.machine = made["stateMachineArn"]


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}


@pytest.fixture(scope="module")
def environment():
    """Credentials for the emulator; what the functions set besides goes with the last test."""
    with patch.dict(os.environ, CREDENTIALS):
        yield


@pytest.fixture(scope="module")
def deployed(environment):
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    door = Door("", Behaviour())
    threading.Thread(target=door.serve_forever, daemon=True).start()
    # moto's interpreter calls AWS at this port, and so comes to the door as well.
    with emulator(MOTO_PORT=str(door.server_port)) as door.behind:
        yield from _deployed(door)
    door.shutdown()


def _deployed(door):
    deployment = Deployment(door)
    deployment.client("organizations").create_organization(FeatureSet="ALL")
    deployment.organize()
    deployment.deploy(EMPTY_ZIP)
    for name, handler in zip(FUNCTIONS, HANDLERS, strict=True):
        found = deployment.client("lambda").get_function_configuration(FunctionName=f"{STACK}-{name}")
        variables = {**found["Environment"]["Variables"], "AUDITOR_ENDPOINT_URL": door.url}
        door.functions[name] = Function(handler, variables)
    interpreted(deployment)
    yield deployment


@pytest.fixture(scope="module")
def heard(deployed):
    return deployed.listen()


def test_what_refuses_is_unknown_and_what_is_throttled_is_tried_again(deployed, heard):
    check_first_run(deployed, heard)


def test_a_run_tells_what_changed_since_the_one_before(deployed, heard):
    check_second_run(deployed, heard)


def test_a_group_that_cannot_be_merged_is_told(deployed, heard):
    check_unmerged_group(deployed, heard)


def test_a_merge_that_is_invoked_again_tells_nothing_again(deployed, heard):
    event = {"run": "first", "at": "2026-01-31T03:00:00.000Z"}
    result, failed = deployed.door.invoke("merge", event)
    assert (json.loads(result)["repeated"], failed, heard()) == (True, "", [])


def test_what_guards_an_account_reaches_its_audit(deployed):
    record = json.loads(deployed.object(f"audits/{deployed.accounts[5]}/latest.json"))
    packed = deployed.object(f"{record['report'].rpartition('/')[0]}/snapshot.gz")
    target = json.loads(gzip.decompress(packed).splitlines()[0])["target"]
    assert target["guardrails"]["scps"] is not None
    assert target["guardrails"]["rcps"] is not None
    assert re.fullmatch(r"o-\w+/r-\w+/", target["guardrails"]["place"])
