"""Targets: accounts, partitions and regions; and one clear sentence for everything that is wrong with them."""

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from auditor.targets import (
    ALWAYS_ENABLED,
    NO_CREDENTIALS,
    Access,
    Target,
    TargetError,
    explain,
    first_region,
    identify,
    open_session,
    with_regions,
)

TARGET = Target("111122223333", "aws", (), "us-east-1", "arn:aws:iam::111122223333:user/a")
ROWS = [
    {"RegionName": "eu-west-1", "OptInStatus": "opt-in-not-required"},
    {"RegionName": "us-east-1", "OptInStatus": "opt-in-not-required"},
    {"RegionName": "af-south-1", "OptInStatus": "not-opted-in"},
    {"RegionName": "me-south-1", "OptInStatus": "opted-in"},
]


@pytest.fixture(autouse=True)
def no_aws(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


def test_every_enabled_region_is_audited_by_default():
    assert with_regions(TARGET, Access(), ROWS, "").regions == ("eu-west-1", "me-south-1", "us-east-1")


def test_regions_asked_for_are_audited_alone_and_a_disabled_one_is_told_but_no_gap():
    target = with_regions(TARGET, Access(regions=("us-east-1", "af-south-1")), ROWS, "")
    assert target.regions == ("us-east-1",)
    assert target.warnings == ("af-south-1 is switched off for this account: nothing is there to audit",)


def test_a_region_there_is_not_names_the_nearest():
    with pytest.raises(TargetError, match="eu-wset-1 is not a region of this partition: did you mean eu-west-1"):
        with_regions(TARGET, Access(regions=("eu-wset-1",)), ROWS, "")


def test_only_disabled_regions_are_nothing_to_audit():
    with pytest.raises(TargetError, match="none of the regions"):
        with_regions(TARGET, Access(regions=("af-south-1",)), ROWS, "")


def test_a_refused_listing_of_regions_falls_back_and_says_so():
    target = with_regions(TARGET, Access(), None, "UnauthorizedOperation")
    assert target.regions == ALWAYS_ENABLED
    assert "grant ec2:DescribeRegions" in target.warnings[0]
    chosen = with_regions(TARGET, Access(regions=("eu-west-1",)), None, "UnauthorizedOperation")
    assert (chosen.regions, chosen.warnings) == (("eu-west-1",), ())
    china = with_regions(Target("1", "aws-cn", (), "cn-north-1"), Access(), None, "UnauthorizedOperation")
    assert china.regions == ("cn-north-1",)


class Sts:
    class meta:  # noqa: N801 - as botocore names it
        region_name = "us-west-2"

    def __init__(self, answer):
        self.answer = answer

    def get_caller_identity(self):
        if isinstance(self.answer, Exception):
            raise self.answer
        return {"Account": "111122223333", "Arn": self.answer}


@pytest.mark.parametrize(
    ("partition", "home"),
    [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-new", "us-west-2")],
)
def test_the_partition_decides_where_global_services_live(partition, home):
    target = identify(lambda: Sts(f"arn:{partition}:sts::111122223333:assumed-role/a/b"), Access())
    assert (target.account, target.partition, target.home_region) == ("111122223333", partition, home)


def refusal(code, message="told by AWS"):
    return ClientError({"Error": {"Code": code, "Message": message}}, "GetCallerIdentity")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refusal("ExpiredToken"), "have expired"),
        (refusal("InvalidClientTokenId"), "AWS does not know these credentials"),
        (refusal("SignatureDoesNotMatch"), "secret access key is wrong"),
        (refusal("RequestTimeTooSkewed"), "clock"),
        (
            refusal("AccessDenied", "not authorized to perform: sts:AssumeRole on x"),
            "AWS refused: not authorized to perform",
        ),
        (refusal("Strange"), "AWS answered Strange: told by AWS"),
        (exceptions.NoCredentialsError(), NO_CREDENTIALS),
        (exceptions.EndpointConnectionError(endpoint_url="http://x"), "--endpoint-url"),
        (exceptions.ConnectTimeoutError(endpoint_url="http://x"), "does not answer in time"),
        (exceptions.ReadTimeoutError(endpoint_url="http://x"), "never answered"),
        (exceptions.SSLError(endpoint_url="http://x", error="self-signed"), "AWS_CA_BUNDLE"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="x"), "incomplete"),
    ],
)
def test_every_refusal_is_one_sentence(error, sentence):
    with pytest.raises(TargetError) as told:
        identify(lambda: Sts(error), Access(endpoint_url="http://x"))
    assert sentence in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "identity", [{}, {"Account": "1"}, {"Account": "1", "Arn": "x"}, {"Account": "1", "Arn": None}]
)
def test_what_is_not_aws_is_one_sentence(identity):
    class Odd(Sts):
        def get_caller_identity(self):
            return identity

    with pytest.raises(TargetError, match="http://x does not answer as AWS does"):
        identify(lambda: Odd(""), Access(endpoint_url="http://x"))


def test_no_credentials_are_told():
    with pytest.raises(TargetError, match="no AWS credentials were found"):
        open_session(Access())


def test_a_profile_there_is_not():
    with pytest.raises(TargetError, match="no AWS profile named 'x'"):
        open_session(Access(profile="x"))


def test_an_unforeseen_error_tells_itself():
    assert explain(exceptions.InvalidRegionError(region_name="!"), Access()) == str(
        exceptions.InvalidRegionError(region_name="!")
    )


def test_the_first_region_is_the_one_asked_for_then_the_profile_s_then_the_default(no_aws, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    session = open_session(Access())
    assert first_region(session, Access()) == "us-east-1"
    (no_aws / "config").write_text("[default]\nregion = eu-west-3\n")
    assert first_region(open_session(Access()), Access()) == "eu-west-3"
    assert first_region(session, Access(regions=("eu-north-1", "us-east-1"))) == "eu-north-1"
