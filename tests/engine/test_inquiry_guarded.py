"""What an organization forbids, in the answers of `auditor can`, `who-can` and `paths` on a recording."""

import gzip
import json
from dataclasses import replace

import pytest
from guarded import ALL, DEPUTIES, ORGANIZATION, PLACE, STRANGERS, denial, identities, limited, under
from inquiries import ID, NOW, ORDER, OWN, PARTNER, TARGET, arn, outcomes, trusting

from auditor import snapshot
from auditor.__main__ import main
from auditor.exit_codes import ExitCode
from auditor.graph import Account, Identity, escalation
from auditor.guardrails import Guardrails
from auditor.inventory import Inventory
from auditor.policy import Extent

UNKNOWN = "control policies of an organization are not known here"
NO_READING = {"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}


@pytest.fixture
def ask(tmp_path, monkeypatch, capsys):
    """Run a command on a recording of an account that has guardrails; return its code and what it says in one line."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(guardrails, *arguments):
        path = tmp_path / "account.snapshot"
        inventory = Inventory(replace(TARGET, guardrails=guardrails), NOW)
        inventory.outcomes = outcomes()
        snapshot.write(path, inventory, ())
        code = main([*arguments, "--from", str(path)])
        return code, " ".join(capsys.readouterr().out.split())

    return run


def test_a_recording_keeps_all_that_guards_an_account(ask, tmp_path):
    guardrails = replace(under(STRANGERS), scps=((ALL,),))
    ask(guardrails, "can", "alice", "s3:GetObject", ORDER)
    assert snapshot.read(tmp_path / "account.snapshot").header.target.guardrails == guardrails


def test_a_recording_of_before_knows_no_place(ask, tmp_path):
    ask(under(STRANGERS), "can", "alice", "s3:GetObject", ORDER)
    path = tmp_path / "account.snapshot"
    header, *lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    told = json.loads(header)
    del told["target"]["guardrails"]["place"]
    path.write_bytes(gzip.compress(b"".join([json.dumps(told).encode(), b"\n", *lines])))
    assert snapshot.read(path).header.target.guardrails == under(STRANGERS, place="")
    del told["target"]["guardrails"]
    path.write_bytes(gzip.compress(b"".join([json.dumps(told).encode(), b"\n", *lines])))
    assert snapshot.read(path).header.target.guardrails == Guardrails()


def test_service_control_policies_limit_the_accounts_own(ask):
    code, said = ask(limited(NO_READING), "can", "alice", "s3:GetObject", ORDER)
    assert code == ExitCode.GATE_FAILED
    assert "service control policy 'limits', statement 1" in said
    code, said = ask(limited({**NO_READING, "Action": "s3:Put*"}), "can", "alice", "s3:GetObject", ORDER)
    assert (code, UNKNOWN in said) == (ExitCode.FINE, False)


def test_resource_control_policies_deny_strangers_and_spare_the_accounts_own(ask):
    guardrails = under(STRANGERS)
    assert ask(guardrails, "can", "alice", "s3:GetObject", ORDER)[0] == ExitCode.FINE
    code, said = ask(guardrails, "can", PARTNER, "s3:GetObject", ORDER, "--context", "aws:PrincipalOrgID=o-stranger")
    assert code == ExitCode.GATE_FAILED
    assert "resource control policy 'perimeter', statement 1 (OnlyOurIdentities)" in said
    code, said = ask(guardrails, "can", PARTNER, "s3:GetObject", ORDER)
    assert code == ExitCode.INCOMPLETE, "the partner may be of the organization"
    assert "aws:PrincipalOrgID" in said
    told = f"aws:PrincipalOrgID={ORGANIZATION}"
    assert ask(guardrails, "can", PARTNER, "s3:GetObject", ORDER, "--context", told)[0] == ExitCode.FINE


def test_who_can_tells_whom_resource_control_policies_leave(ask):
    code, said = ask(Guardrails(scps=(), rcps=(), place=PLACE), "who-can", "s3:GetObject", ORDER)
    assert (code, f"principals of account {PARTNER} resource policy" in said) == (ExitCode.FINE, True)
    _, said = ask(under(STRANGERS, DEPUTIES), "who-can", "s3:GetObject", ORDER)
    assert f"statement 2 (Partner), with aws:PrincipalOrgID {ORGANIZATION}" in said
    assert "sns.amazonaws.com" not in said, "the statement is about no service"
    assert UNKNOWN not in said
    assert "user/alice inline policy" in said
    exempt = identities(**{"aws:PrincipalAccount": "555566667777"})
    _, said = ask(
        under(denial("Strangers", exempt), denial("Partner", None, ["s3:*"])), "who-can", "s3:GetObject", ORDER
    )
    assert said.startswith("NOBODY")


def test_nobody_is_told_from_outside_whom_the_organization_denies(ask):
    outside = {"StringEquals": {"aws:PrincipalAccount": PARTNER}}
    _, said = ask(under(denial("NoPartner", outside)), "who-can", "s3:GetObject", ORDER)
    assert "outside" not in said.lower()
    assert "user/alice inline policy" in said


@pytest.mark.parametrize(
    ("guardrails", "note"),
    [
        (Guardrails(), f"Service and resource {UNKNOWN}"),
        (Guardrails(scps=()), f"Resource {UNKNOWN}"),
        (Guardrails(rcps=()), f"Service {UNKNOWN}"),
        (Guardrails(scps=(), rcps=()), ""),
    ],
    ids=["neither", "no resource", "no service", "both"],
)
def test_what_is_not_known_of_the_organization_is_told(ask, guardrails, note):
    _, said = ask(guardrails, "can", "alice", "s3:GetObject", ORDER)
    assert note in said
    assert (UNKNOWN in said) is bool(note)


def test_a_service_that_heeds_no_resource_control_policies_is_not_doubted_for_them(ask):
    stopping = ("can", "alice", "ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1")
    everything = under(denial("Nobody", None, ["*"]))
    assert "resource control" not in ask(everything, *stopping)[1].lower()


def test_keys_that_aws_manages_heed_no_resource_control_policies(ask):
    """https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html."""
    allowed = replace(under(denial("Nobody", None, ["kms:*"])), scps=())
    asked = ("can", "alice", "kms:Decrypt", f"arn:aws:kms:eu-west-1:{ID}:key/k")
    assert "perimeter" not in ask(allowed, *asked)[1]


def test_ways_to_an_administrator_heed_both(ask):
    assert ask(limited(), "paths")[0] == ExitCode.FINE
    code, said = ask(limited({"Effect": "Deny", "Action": "iam:Put*", "Resource": OWN}), "paths")
    assert (code, "not known here" in said) == (ExitCode.GATE_FAILED, False)


def test_who_assumes_a_role_from_outside_is_told_as_the_organization_leaves_them():
    trust = {"Effect": "Allow", "Principal": {"AWS": PARTNER}, "Action": "sts:AssumeRole"}
    role = Identity(arn("role/shared"), trust=trusting("shared", trust))

    def outsiders(guardrails):
        return escalation(Account(ID, "aws", (role,), guardrails=guardrails)).outsiders(role.arn)

    assert outsiders(Guardrails()).accounts == {PARTNER}
    assert outsiders(under(denial("Nobody", None))).extent is Extent.INTERNAL
    assert outsiders(under(denial("Nobody", None, ["s3:*"]))).accounts == {PARTNER}
