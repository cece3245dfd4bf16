"""Service control policies of an organization in the decisions on an account."""

import json
from dataclasses import replace

import pytest
from principals import IAM, allow, deny, user

from auditor import registry, snapshot
from auditor.graph import escalation
from auditor.guardrails import Guardrail, Guardrails
from auditor.inventory import Inventory
from auditor.resource import GLOBAL_REGION
from auditor.testing import NOW, TARGET
from checks.access.identities import AccountAccess

ALICE = f"{IAM}user/alice"


def guardrail(name, statement):
    return Guardrail(f"p-{name}", name, json.dumps({"Version": "2012-10-17", "Statement": statement}))


FULL = guardrail("FullAWSAccess", allow("*"))
NO_IAM = guardrail("no-iam", deny("iam:*"))


def account(guardrails):
    inventory = Inventory(replace(TARGET, guardrails=guardrails), NOW)
    for each in (user(allow("iam:CreateAccessKey")), user(allow("*"), name="root")):
        each.move(inventory)
    inventory.enlist(AccountAccess, GLOBAL_REGION)
    return registry.perspective().account(inventory)


@pytest.mark.parametrize(
    ("levels", "way"),
    [
        (None, True),
        ((), True),
        (((FULL,), (FULL,)), True),
        (((FULL,), (FULL, NO_IAM), (FULL,)), False),
        (((FULL,), ()), False),
    ],
    ids=["not read", "none apply", "nothing denied", "denied by a unit", "nothing allowed at a level"],
)
def test_what_the_organization_denies_is_no_way_to_more_rights(levels, way):
    found = escalation(account(Guardrails(scps=levels)))
    assert (found.chain(ALICE) is not None) is way


def test_a_recording_keeps_them(tmp_path):
    target = replace(TARGET, guardrails=Guardrails(scps=((FULL,), (FULL, NO_IAM)), rcps=()))
    path = tmp_path / "recording"
    snapshot.write(path, Inventory(target, NOW), ())
    assert snapshot.read(path).header.target == target


def test_a_recording_of_before_has_none(tmp_path):
    path = tmp_path / "recording"
    snapshot.write(path, Inventory(TARGET, NOW), ())
    assert snapshot.read(path).header.target.guardrails == Guardrails()
