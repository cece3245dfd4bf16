"""Every CLI fix: mended on the emulator by the AWS CLI, or rehearsed and told why not more."""

from dataclasses import replace

import pytest
from fixes.catalogue import proofs, proven, tables, told, unproven, words
from fixes.commands import CommandError
from fixes.lab import complete
from fixes.proof import Proof
from fixes.states import bucket, rule_ids, security_group
from fixes.words import filled

from auditor import Fix, registry
from auditor.judge import _command
from auditor.testing import fake

CHECKS = [check for check in registry.load().checks.values() if check.fix.cli]

each_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


@pytest.mark.parametrize("proof", proofs(), ids=lambda proof: proof.check)
def test_the_fix_mends(proof, lab):
    lab(aws_policies=proof.aws_policies).prove(proof)


@each_check
def test_the_cli_takes_the_command(check, lab):
    lab().cli.rehearse(filled(_command(check.fix.cli, fake(check.resource)), words(check.id)))


@each_check
def test_the_fix_is_proven_or_it_is_told_why_not(check):
    count = [each for module in tables() for each in told(module)].count(check.id)
    assert count == 1, f"{check.id} stands in {count} tables of tests/fixes, not in one"


def test_no_proof_is_of_a_check_without_a_command():
    assert (proven() | unproven().keys()) - {check.id for check in CHECKS} == set()


@pytest.mark.parametrize("reason", unproven().values(), ids=unproven())
def test_a_reason_is_a_sentence(reason):
    assert len(reason.split()) >= 4
    assert not reason.endswith(".")


def test_a_state_that_does_not_fail_proves_nothing(lab):
    def versioned(aws):
        aws("s3").put_bucket_versioning(Bucket=bucket(aws), VersioningConfiguration={"Status": "Enabled"})

    with pytest.raises(AssertionError, match=r"one finding should fail before the fix: \nPASS arn:aws:s3:::orders"):
        lab().prove(Proof("s3-bucket-versioned", versioned))


def test_a_command_that_fails_proves_nothing(lab):
    def no_log_bucket(aws):
        return {"id": bucket(aws), "LOG_BUCKET": "nobodys"}

    with pytest.raises(CommandError, match="InvalidTargetBucketForLogging"):
        lab().prove(Proof("s3-bucket-access-logged", no_log_bucket))


def test_a_command_that_mends_half_proves_nothing(lab):
    def twice_open(aws):
        ranges = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
        id_ = security_group(aws, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **ranges})
        return {"id": id_, "RULE_IDS": rule_ids(aws, id_).split()[0]}

    with pytest.raises(AssertionError, match="does not mend"):
        lab().prove(Proof("ec2-group-ssh-not-exposed", twice_open))


def test_a_regional_command_that_forgets_the_region_proves_nothing(lab, monkeypatch):
    check = lab().checks["ec2-region-ebs-encrypted-by-default"]
    forgetful = replace(check, fix=Fix(cli=check.fix.cli.removesuffix(" --region {resource.region}")))
    monkeypatch.setitem(lab().checks, check.id, forgetful)
    with pytest.raises(AssertionError, match="does not mend"):
        lab().prove(Proof(check.id, lambda aws: None))


def test_a_resource_that_is_gone_is_not_mended(lab):
    """What a proof does not expect is not taken for a pass."""
    with pytest.raises(AssertionError, match="no findings"):
        lab().prove(replace(next(each for each in proofs() if each.check == "ec2-eip-used"), gone=False))


@pytest.mark.parametrize(("given", "complaint"), [({}, "have no value"), ({"RULE_IDS": "", "NAME": ""}, "are not in")])
def test_the_words_in_capitals_are_those_of_the_command(given, complaint):
    with pytest.raises(AssertionError, match=complaint):
        complete("aws ec2 revoke-security-group-ingress --security-group-rule-ids RULE_IDS", given)


@pytest.mark.parametrize(
    ("command", "complaint"),
    [
        ("aws s3api put-bucket-versioning --bucket orders", "versioning-configuration"),
        ("aws s3api put-bucket-versioning --bucket orders --versioning-configuration State=Enabled", "Unknown param"),
        ("aws s3api put-bucket-versioning --bucket orders --versioning-configuration Status=On", "'On' is none of"),
        ("aws s3api put-bucket-versioning --bucket orders --versioning-configuration '{'", "JSON"),
        ("aws s3api switch-versioning-on --bucket orders", "switch-versioning-on"),
        ("aws s3api delete-bucket --bucket orders --region eu-west-1 --quick", "--quick"),
        ("aws configure list", "sends nothing"),
        ("sudo aws s3api delete-bucket --bucket orders", "not the AWS CLI"),
        ("aws s3api list-buckets | xargs echo", "only && joins"),
        ("aws ec2 delete-vpc --vpc-id $(aws ec2 describe-vpcs)", "only && joins"),
        ("aws s3api list-buckets && aws s3api delete-bucket", "--bucket"),
    ],
)
def test_a_wrong_command_is_refused(command, complaint, lab):
    with pytest.raises(CommandError, match=complaint):
        lab().cli.rehearse(command)


def test_the_cli_forgets_the_region_of_the_command_before(lab):
    cli = lab().cli
    assert "eu-west-1a" in cli.run("aws ec2 describe-availability-zones --region eu-west-1")
    assert "us-east-1a" in cli.run("aws ec2 describe-availability-zones")


def test_the_cli_leaves_botocore_alone(lab):
    import botocore.session

    assert lab().cli
    assert "awscli" not in botocore.session.__file__
