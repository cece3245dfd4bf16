"""The live source, over HTTP: read-only, paged, patient with throttling and not with silence."""

from socket import gaierror

import pytest

from auditor.call import Call, Failure, Reply
from auditor.readonly import NotReadOnlyError, ensure_read_only
from auditor.source import Live
from auditor.targets import Access, TargetError

REGION = "eu-west-1"


def live(url, **more):
    return Live.open(Access(endpoint_url=url, regions=(REGION,), **more), {})


def call(service, operation, **parameters):
    return Call.of(service, operation, REGION, parameters)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "PutBucketAcl"),
        ("s3", "DeleteBucket"),
        ("iam", "GenerateCredentialReport"),
        ("iam", "CreateUser"),
        ("s3", "GetObject"),
        ("secretsmanager", "GetSecretValue"),
        ("sts", "GetSessionToken"),
        ("ec2", "Getaway"),
    ],
)
def test_what_writes_or_tells_secrets_is_never_called(service, operation):
    with pytest.raises(NotReadOnlyError):
        ensure_read_only(Call(service, operation, REGION))
    with pytest.raises(NotReadOnlyError):
        Live(Access(), None).fetch(Call(service, operation, REGION))


def test_who_is_audited(emulator):
    target = live(emulator).target()
    assert (target.account, target.partition, target.regions) == ("123456789012", "aws", (REGION,))


def test_every_enabled_region_is_asked_of_aws(emulator):
    regions = Live.open(Access(endpoint_url=emulator), {}).target().regions
    assert {"eu-west-1", "us-east-1", "ap-southeast-2"} <= set(regions)
    assert len(regions) > 15


def test_a_region_there_is_not(emulator):
    with pytest.raises(TargetError, match="did you mean eu-west-1"):
        Live.open(Access(endpoint_url=emulator, regions=("eu-wset-1",)), {}).target()


def test_a_reply_is_plain(emulator):
    reply = live(emulator).fetch(call("s3", "ListBuckets"))
    assert isinstance(reply, Reply)
    assert "ResponseMetadata" not in reply.value
    assert {"shop-orders", "shop-website"} <= {each["Name"] for each in reply.value["Buckets"]}
    assert reply.value["Buckets"][0]["CreationDate"].utcoffset().total_seconds() == 0


def test_pages_are_merged(emulator):
    reply = live(emulator).fetch(call("iam", "ListPolicies", MaxItems=50))
    assert len(reply.value["Policies"]) > 1000


def test_an_error_of_aws_is_a_failure_with_its_code(emulator):
    failure = live(emulator).fetch(call("s3", "GetBucketPolicy", Bucket="shop-uploads"))
    assert isinstance(failure, Failure)
    assert failure.code == "NoSuchBucketPolicy"


def test_what_the_endpoint_does_not_know_is_a_failure_and_no_crash(emulator):
    for service, operation in (("ec2", "GetSnapshotBlockPublicAccessState"), ("accessanalyzer", "ListAnalyzers")):
        assert isinstance(live(emulator).fetch(call(service, operation)), Failure)


def test_the_credential_report_is_started_and_awaited(emulator):
    reply = live(emulator).fetch(call("iam", "GetCredentialReport"))
    assert reply.value["Content"].startswith("user,arn,user_creation_time")
    assert "bob" in reply.value["Content"]


def test_the_account_block_of_s3_is_reached_although_its_host_has_the_account_in_front(emulator):
    failure = live(emulator).fetch(call("s3control", "GetPublicAccessBlock", AccountId="123456789012"))
    assert failure.code == "NoSuchPublicAccessBlockConfiguration"


def test_lean_models_answer_as_whole_ones(emulator):
    lean = Live.open(
        Access(endpoint_url=emulator, regions=(REGION,)), {"s3": {"GetBucketAcl"}, "ec2": {"DescribeInstances"}}
    )
    whole = live(emulator)
    for question in (call("s3", "GetBucketAcl", Bucket="shop-uploads"), call("ec2", "DescribeInstances")):
        assert lean.fetch(question).value == whole.fetch(question).value


def test_a_chain_of_roles_ends_in_the_last_account(emulator):
    chain = ("arn:aws:iam::222222222222:role/hub", "arn:aws:iam::333333333333:role/audit")
    target = live(emulator, role_arns=chain, external_id="shared-secret", session_name="nightly").target()
    assert target.account == "333333333333"
    assert target.caller == "arn:aws:sts::333333333333:assumed-role/audit/nightly"


def test_roles_cannot_be_assumed_of_an_endpoint_that_is_away():
    with pytest.raises(TargetError, match="does not answer"):
        live("http://127.0.0.1:9", role_arns=("arn:aws:iam::222222222222:role/audit",), timeout=0.2).target()


def test_an_endpoint_that_is_away_is_asked_no_more_after_three_calls():
    source = live("http://127.0.0.1:9", timeout=0.2)
    outcomes = [source.fetch(call("ec2", "DescribeVpcs", VpcIds=[str(number)])) for number in range(5)]
    assert {each.code for each in outcomes} == {"Unreachable"}
    assert [("stopped answering" in each.message) for each in outcomes] == [False, False, False, True, True]


def test_a_wrong_external_id_is_one_sentence(emulator):
    role = ("arn:aws:iam::222222222222:role/audit",)
    with pytest.raises(TargetError, match="Invalid length for parameter ExternalId"):
        live(emulator, role_arns=role, external_id="x").target()


@pytest.mark.parametrize("service", ["s3", "iam", "ec2", "rds", "cloudtrail"])
def test_the_sample_account_has_something_of_each_service(emulator, service):
    question = {
        "s3": ("ListBuckets", "Buckets"),
        "iam": ("ListUsers", "Users"),
        "ec2": ("DescribeSecurityGroups", "SecurityGroups"),
        "rds": ("DescribeDBInstances", "DBInstances"),
        "cloudtrail": ("DescribeTrails", "trailList"),
    }[service]
    assert live(emulator).fetch(call(service, question[0])).value[question[1]]


def test_lean_models_understand_errors(emulator):
    lean = Live.open(Access(endpoint_url=emulator, regions=(REGION,)), {"ec2": {"DescribeInstances"}})
    failure = lean.fetch(call("ec2", "DescribeInstances", InstanceIds=["i-0123456789abcdef0"]))
    assert failure.code == "InvalidInstanceID.NotFound"


@pytest.mark.parametrize(
    ("service", "operation", "region", "code"),
    [
        ("macie2", "GetMacieSession", "ca-west-1", "NotOffered"),
        ("macie2", "GetMacieSession", "us-east-1", "Unreachable"),
        ("s3", "ListDirectoryBuckets", "eu-west-3", "NotOffered"),
        ("s3", "ListBuckets", "eu-west-3", "Unreachable"),
    ],
)
def test_a_service_that_a_region_lacks_is_told_from_one_that_is_out_of_reach(
    monkeypatch, service, operation, region, code
):
    def nobody_knows(*_arguments, **_more):
        raise gaierror(8, "nodename nor servname provided, or not known")

    monkeypatch.setattr("socket.getaddrinfo", nobody_knows)
    outcome = Live.open(Access(), {}).fetch(Call.of(service, operation, region, {}))
    assert (type(outcome), outcome.code) == (Failure, code)
