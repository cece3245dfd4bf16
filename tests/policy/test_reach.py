"""Who is let in from outside: every verdict but "internal" shows a request that is allowed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reaching import BUCKET, EXTERNAL, INTERNAL, OTHER, OWN, PUBLIC, SERVICE_ONLY, UNKNOWN, allow, deny, reached

from auditor.policy import parse, reach


@pytest.mark.parametrize(
    ("condition", "extent"),
    [
        (None, PUBLIC),
        ({"Bool": {"aws:SecureTransport": "true"}}, PUBLIC),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, PUBLIC),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}, PUBLIC),
        ({"StringLike": {"aws:SourceVpce": "*"}}, PUBLIC),
        ({"StringLike": {"aws:SourceVpc": "vpc-*"}}, PUBLIC),
        ({"StringLike": {"aws:PrincipalOrgID": ["o-*"]}}, PUBLIC),
        ({"StringLike": {"aws:PrincipalAccount": "4444*"}}, PUBLIC),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-acme"}}, PUBLIC),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-acme"}}, PUBLIC),
        ({"ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-acme/*"}}, PUBLIC),
        ({"StringEquals": {"aws:username": "eve"}}, PUBLIC),
        ({"StringEquals": {"aws:ResourceAccount": OWN}}, PUBLIC),
        ({"StringEquals": {"aws:PrincipalTag/team": "red"}}, PUBLIC),
        ({"StringLike": {"aws:UserAgent": "curl/*"}}, PUBLIC),
        ({"StringLike": {"aws:Referer": ["https://example.org/*"]}}, PUBLIC),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, PUBLIC),
        ({"NumericLessThan": {"s3:max-keys": "10"}}, PUBLIC),
        ({"NumericGreaterThan": {"s3:max-keys": "10"}}, PUBLIC),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, PUBLIC),
        ({"Null": {"aws:MultiFactorAuthAge": "false"}}, PUBLIC),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, PUBLIC),
        ({"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}, PUBLIC),
        ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, PUBLIC),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, UNKNOWN),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, UNKNOWN),
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, UNKNOWN),
        ({"StringEquals": {"aws:SourceVpc": "vpc-1"}}, UNKNOWN),
        ({"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE:*"}}, UNKNOWN),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-acme"}}, EXTERNAL),
        ({"StringEqualsIgnoreCase": {"aws:PrincipalOrgID": "o-acme"}}, EXTERNAL),
        ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-acme/r-1/*"}}, EXTERNAL),
        ({"StringEquals": {"aws:PrincipalAccount": OTHER}}, EXTERNAL),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/*"}}, EXTERNAL),
        ({"StringEquals": {"kms:CallerAccount": OTHER}}, EXTERNAL),
        ({"StringEquals": {"aws:PrincipalAccount": OWN}}, INTERNAL),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}, INTERNAL),
        ({"StringEquals": {"aws:ResourceAccount": OTHER}}, INTERNAL),
        ({"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OWN}:*"}}, SERVICE_ONLY),
        ({"StringEquals": {"aws:SourceAccount": OWN}}, SERVICE_ONLY),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, SERVICE_ONLY),
        ({"StringEquals": {"aws:SourceAccount": OTHER}}, SERVICE_ONLY),
        ({"StringResembles": {"aws:username": "eve"}}, INTERNAL),
        ({"ArnLike": {"aws:PrincipalArn": "*"}}, UNKNOWN),
        ({"ArnLike": {"aws:PrincipalArn": "arn:*:*:*:*:*"}}, PUBLIC),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}, "StringLike": {"aws:PrincipalArn": "*-x"}}, PUBLIC),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:sts::{OTHER}:assumed-role/r/*"}}, INTERNAL),
        ({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, INTERNAL),
        ({"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}}, EXTERNAL),
        ({"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}, EXTERNAL),
        ({"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}, PUBLIC),
        ({"StringEquals": {"s3:DataAccessPointAccount": OWN}}, INTERNAL),
        ({"StringEquals": {"s3:DataAccessPointAccount": OTHER}}, EXTERNAL),
        ({"ArnLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{OTHER}:accesspoint/*"}}, EXTERNAL),
        ({"StringEquals": {"aws:VpceAccount": OWN}}, INTERNAL),
        ({"StringEquals": {"aws:VpceAccount": OTHER}}, EXTERNAL),
        ({"StringEquals": {"aws:VpceOrgID": "o-acme"}}, EXTERNAL),
    ],
    ids=str,
)
def test_what_narrows_a_grant_to_anyone(condition, extent):
    """A fixed value of a key that the caller cannot choose does:

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    assert reached(allow(condition=condition)).extent is extent


@pytest.mark.parametrize(
    ("principal", "extent"),
    [
        ("*", PUBLIC),
        ({"AWS": "*"}, PUBLIC),
        ({"AWS": ["*", OWN]}, PUBLIC),
        ({"AWS": OWN}, INTERNAL),
        ({"AWS": f"arn:aws:iam::{OWN}:user/eve"}, INTERNAL),
        ({"AWS": OTHER}, EXTERNAL),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, EXTERNAL),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/reader"}, EXTERNAL),
        ({"AWS": f"arn:aws:sts::{OTHER}:assumed-role/reader/eve"}, EXTERNAL),
        ({"AWS": "AIDAEXAMPLEEXAMPLE123"}, INTERNAL),
        ({"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}, UNKNOWN),
        ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, UNKNOWN),
        ({"Service": "cloudtrail.amazonaws.com"}, SERVICE_ONLY),
        ({"Federated": "graph.facebook.com"}, PUBLIC),
        ({"Federated": f"arn:aws:iam::{OWN}:saml-provider/adfs"}, INTERNAL),
        ({"Federated": f"arn:aws:iam::{OWN}:oidc-provider/token.example.org"}, UNKNOWN),
        ({"Federated": f"arn:aws:iam::{OWN}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/E1"}, UNKNOWN),
        ({"Federated": f"arn:aws:iam::{OWN}:oidc-provider/gitlab.com"}, PUBLIC),
        ({"Federated": "*"}, PUBLIC),
    ],
    ids=str,
)
def test_principals(principal, extent):
    assert reached(allow(principal)).extent is extent


def test_not_principal_with_allow_lets_everyone_else_in():
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "s3:*", "Resource": "*"}
    assert reached(statement).extent is PUBLIC


@pytest.mark.parametrize(
    ("statements", "extent"),
    [
        ([allow(), deny()], INTERNAL),
        ([allow(), deny(Action="s3:GetObject")], INTERNAL),
        ([allow(Action="s3:*"), deny(Action="s3:GetObject")], PUBLIC),
        ([allow(), deny(Resource=f"{BUCKET}/private/*")], PUBLIC),
        ([allow(), deny(Resource=None, NotResource=f"{BUCKET}/public/*")], PUBLIC),
        ([allow(Action="s3:*"), deny(Action=None, NotAction="s3:ListBucket")], PUBLIC),
        ([allow(), deny({"Bool": {"aws:SecureTransport": "false"}})], PUBLIC),
        ([allow(), deny({"BoolIfExists": {"aws:SecureTransport": "true"}})], PUBLIC),
        ([allow(), deny({"StringNotEquals": {"aws:PrincipalOrgID": "o-acme"}})], EXTERNAL),
        ([allow(), deny({"StringNotEquals": {"aws:PrincipalAccount": OWN}})], INTERNAL),
        ([allow(), deny({"StringNotEquals": {"aws:PrincipalAccount": [OWN, OTHER]}})], EXTERNAL),
        ([allow(), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}})], UNKNOWN),
        ([allow(), deny({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}})], UNKNOWN),
        ([allow(), deny({"StringNotLike": {"aws:UserAgent": "friend*"}})], PUBLIC),
        ([allow(), deny({"Null": {"aws:MultiFactorAuthAge": "true"}})], PUBLIC),
        ([allow(Action="s3:*"), deny(Action=["s3:x*" * 500])], PUBLIC),
        ([allow(Action="s3:" + "?" * 27 + "*"), deny(Action=["s3:*a" + "?" * 24, "s3:*b" + "?" * 25])], PUBLIC),
        ([allow({"AWS": OTHER}), deny({"StringNotEquals": {"aws:PrincipalOrgID": "o-acme"}})], EXTERNAL),
        ([allow(), deny({"StringNotEquals": {"aws:VpceAccount": OWN}})], INTERNAL),
        ([allow(), deny({"StringNotLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/r"}})], INTERNAL),
        ([allow(Action=[f"s3:Act{n}" for n in range(60)]), deny(Action=[f"s3:Act{n}" for n in range(59)])], PUBLIC),
        ([allow(Action=["s3:GetObject", "s3:PutObject"]), deny(Action="s3:GetObject")], PUBLIC),
        ([allow(Resource="*"), deny(Resource=BUCKET)], PUBLIC),
        ([allow(Resource="*"), deny(Resource=[BUCKET, f"{BUCKET}/*"])], INTERNAL),
        ([allow(), {**deny(), "Principal": None, "NotPrincipal": {"Service": "sns.amazonaws.com"}}], SERVICE_ONLY),
        ([allow(), {**deny(), "Principal": None, "NotPrincipal": {"AWS": OTHER}}], EXTERNAL),
        ([allow(Action=["sqs:SendMessage", "kms:*"])], INTERNAL),
        ([allow(Resource=[f"arn:aws:s3:::{n}/*" for n in range(300)])], INTERNAL),
        ([allow(Resource=[f"arn:aws:s3:::{n}/*" for n in range(300)] + [f"{BUCKET}/*"])], PUBLIC),
        ([allow(Resource=[f"{BUCKET}/{n}" for n in range(300)]), deny(Resource=f"{BUCKET}/*")], UNKNOWN),
        ([deny()], INTERNAL),
        ([], INTERNAL),
    ],
    ids=str,
)
def test_denies_are_subtracted(statements, extent):
    statements = [{key: value for key, value in each.items() if value is not None} for each in statements]
    assert reached(*statements).extent is extent


def test_who_is_let_in_is_named():
    found = reached(
        allow({"AWS": [OTHER, f"arn:aws:iam::{OWN}:root", "arn:aws:iam::777788889999:role/r"]}),
        allow(condition={"StringEquals": {"aws:PrincipalOrgID": ["o-acme", "o-kin"]}}),
    )
    assert found.accounts == {OTHER, "777788889999"}
    assert found.organizations == {"o-acme", "o-kin"}
    assert [each.statement for each in found.witnesses] == [1, 1, 2, 2]


def test_a_service_that_acts_for_anyone_is_a_confused_deputy():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    found = reached(allow(service))
    assert found.services == found.confusable == {"cloudtrail.amazonaws.com"}
    for key, value in (
        ("aws:SourceAccount", OWN),
        ("aws:SourceArn", f"arn:aws:cloudtrail:*:{OWN}:trail/*"),
        ("aws:SourceArn", "arn:aws:s3:::other"),
        ("aws:SourceOrgID", "o-acme"),
    ):
        found = reached(allow(service, {"StringLike": {key: value}}))
        assert found.extent is SERVICE_ONLY
        assert found.services == {"cloudtrail.amazonaws.com"}
        assert found.confusable == frozenset()
    assert reached(allow(service, {"StringLike": {"aws:SourceArn": "arn:aws:s3:::*"}})).confusable
    found = reached(allow(service, {"StringLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{OTHER}:*"}}))
    assert found.extent is SERVICE_ONLY
    assert found.accounts == {OTHER}
    assert found.confusable == frozenset()


@pytest.mark.parametrize(
    ("subject", "extent"),
    [
        ("repo:acme/site:*", UNKNOWN),
        ("repo:acme/*", UNKNOWN),
        ("repo:acme/site:ref:refs/heads/main", UNKNOWN),
        ("repo:acme*", PUBLIC),
        ("repo:*", PUBLIC),
    ],
)
def test_the_subjects_of_a_provider(subject, extent):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html."""
    provider = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
            "StringLike": {"token.actions.githubusercontent.com:sub": subject},
        },
    }
    document = parse({"Version": "2012-10-17", "Statement": trust})
    found = reach(document, OWN, f"arn:aws:iam::{OWN}:role/deployer")
    assert found.extent is extent
    assert found.providers == {provider}
    (shown,) = found.witnesses
    assert shown.request.action == "sts:AssumeRoleWithWebIdentity"
    assert shown.request.context.values["token.actions.githubusercontent.com:sub"][0].startswith("repo:")


@pytest.mark.parametrize(
    ("claim", "value", "extent"),
    [
        ("aud", "sts.amazonaws.com", PUBLIC),
        ("repository", "acme/site", UNKNOWN),
        ("repository", "acme/*", UNKNOWN),
        ("repository", "acme*", PUBLIC),
        ("repository_owner_id", "12", UNKNOWN),
        ("job_workflow_ref", "acme/ci/.github/workflows/deploy.yml@*", UNKNOWN),
        ("environment", "production", PUBLIC),
        ("ref", "refs/heads/main", PUBLIC),
    ],
)
def test_the_claims_of_a_shared_provider(claim, value, extent):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html."""
    domain = "token.actions.githubusercontent.com"
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{OWN}:oidc-provider/{domain}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{domain}:{claim}": value}},
    }
    found = reach(parse({"Version": "2012-10-17", "Statement": trust}), OWN, f"arn:aws:iam::{OWN}:role/deployer")
    assert found.extent is extent
    assert f"known to {domain} call sts:AssumeRoleWithWebIdentity" in str(found.witnesses[0])


def test_a_policy_with_more_outsiders_than_can_be_tried_is_not_called_internal():
    denials = [deny(), *(allow({"AWS": [f"{number:012d}" for number in range(2_100)]}) for _ in range(1))]
    assert reached(*denials).extent is UNKNOWN


def test_more_denies_than_can_be_gone_around_leave_the_reach_unknown():
    denials = [deny({"Null": {f"aws:RequestTag/{number}": "true"}}) for number in range(80)]
    assert reached(allow(), *denials[:40]).extent is PUBLIC
    assert reached(allow(), *denials).extent is UNKNOWN


def test_statements_that_aws_would_not_take_leave_the_reach_unknown():
    assert reached(allow(Action="s3:" + "x" * 3_000)).extent is UNKNOWN
    assert reached(allow({"AWS": OWN}, Action="s3:" + "x" * 3_000)).extent is INTERNAL
    assert reached(allow(condition={"NumericLessThan": {"s3:max-keys": "many"}})).extent is UNKNOWN
    assert reached(allow(condition={"DateLessThan": {"aws:CurrentTime": "never"}})).extent is UNKNOWN
    assert reached(allow(Action=[])).extent is INTERNAL


def test_a_place_narrows_whom_a_statement_does_not_name_beyond_knowing():
    inside = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    assert reached(allow({"AWS": OTHER}, inside)).extent is EXTERNAL
    both = {"StringEquals": {"aws:SourceVpce": "vpce-1", "aws:PrincipalOrgID": "o-acme"}}
    found = reached(allow(condition=both))
    assert found.extent is UNKNOWN
    assert found.organizations == {"o-acme"}
    assert found.witnesses


CONDITIONS = st.fixed_dictionaries(
    {},
    optional={
        "StringEquals": st.dictionaries(
            st.sampled_from(["aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:SourceVpc", "aws:username"]),
            st.sampled_from(["o-acme", OTHER, OWN, "x"]),
            max_size=2,
        ),
        "StringNotEquals": st.dictionaries(
            st.sampled_from(["aws:PrincipalOrgID", "aws:PrincipalAccount", "aws:SourceVpc", "aws:username"]),
            st.sampled_from(["o-acme", OTHER, OWN, "x"]),
            max_size=2,
        ),
        "Bool": st.fixed_dictionaries({"aws:SecureTransport": st.sampled_from(["true", "false"])}),
    },
)
STATEMENTS = st.fixed_dictionaries(
    {
        "Effect": st.just("Allow"),
        "Principal": st.sampled_from(["*", {"AWS": OTHER}, {"AWS": OWN}, {"Service": "sns.amazonaws.com"}]),
        "Action": st.sampled_from(["s3:GetObject", "s3:*", "s3:List*"]),
        "Resource": st.sampled_from(["*", f"{BUCKET}/*", f"{BUCKET}/a/*"]),
        "Condition": CONDITIONS,
    }
)
DENIALS = STATEMENTS.map(lambda statement: statement | {"Effect": "Deny"})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(STATEMENTS, DENIALS), max_size=3), STATEMENTS, DENIALS)
def test_an_allow_never_shrinks_the_reach_and_a_deny_never_grows_it(statements, grant, denial):
    before = reached(*statements)
    assert reached(*statements, grant).extent >= before.extent
    assert reached(*statements, denial).extent <= before.extent
