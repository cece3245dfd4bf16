"""What S3 calls public: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html."""

import pytest

from auditor.policy import parse
from auditor.policy.s3 import is_public

OTHER = "444455556666"
ROLE = f"arn:aws:iam::{OTHER}:role"


def public(principal="*", condition=None, **more):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:*", "Resource": "*", **more}
    return is_public(parse({"Statement": {**statement, "Condition": condition or {}}}))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"Federated": "accounts.google.com"}, True),
        ({"AWS": OTHER}, False),
        ({"AWS": [f"{ROLE}/r", "*"]}, True),
        ({"Service": "cloudtrail.amazonaws.com"}, False),
        ({"CanonicalUser": "79a5"}, False),
    ],
)
def test_principals(principal, expected):
    assert public(principal) is expected


@pytest.mark.parametrize(
    ("operator", "key", "value", "expected"),
    [
        ("StringEquals", "aws:SourceVpc", "vpc-1", False),
        ("StringLike", "aws:SourceVpc", "vpc-*", True),
        ("StringLike", "aws:SourceVpc", "vpc-1", False),
        ("StringEquals", "aws:SourceVpce", ["vpce-1", "vpce-2"], False),
        ("StringLike", "aws:SourceVpce", ["vpce-1", "*"], True),
        ("StringEquals", "aws:SourceVpc", "${aws:PrincipalTag/vpc}", True),
        ("StringEqualsIfExists", "aws:SourceVpc", "vpc-1", True),
        ("StringNotEquals", "aws:SourceVpc", "vpc-1", True),
        ("ForAllValues:StringEquals", "aws:PrincipalOrgPaths", "o-acme/r-1/", True),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-acme/r-1/*", False),
        ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-*/r-1/*", True),
        ("StringEquals", "aws:PrincipalOrgID", "o-acme", False),
        ("StringLike", "aws:PrincipalOrgID", "o-*", True),
        ("StringEquals", "aws:PrincipalAccount", OTHER, False),
        ("ArnLike", "aws:PrincipalArn", f"{ROLE}/*", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/r", True),
        ("StringLike", "s3:DataAccessPointArn", f"arn:aws:s3:eu-west-1:{OTHER}:accesspoint/*", False),
        ("StringLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:*:accesspoint/a", True),
        ("StringLike", "aws:userid", "AROAEXAMPLE:*", False),
        ("StringLike", "aws:userid", "AROA*", True),
        ("StringEquals", "aws:SourceAccount", OTHER, False),
        ("ArnEquals", "aws:SourceArn", "arn:aws:s3:::source", False),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", False),
        ("IpAddress", "aws:SourceIp", "203.0.113.7", False),
        ("IpAddress", "aws:SourceIp", ["203.0.113.0/24", "0.0.0.0/1"], True),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", False),
        ("IpAddress", "aws:SourceIp", "2000::/3", True),
        ("IpAddress", "aws:SourceIp", "nowhere", True),
        ("Bool", "aws:PrincipalIsAWSService", "true", False),
        ("Bool", "aws:PrincipalIsAWSService", "false", True),
        ("StringLike", "aws:PrincipalServiceName", "*.amazonaws.com", False),
        ("Bool", "aws:SecureTransport", "true", True),
        ("StringEquals", "aws:PrincipalTag/team", "red", True),
        ("StringEquals", "aws:SourceVpc", [], True),
        ("StringEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:1:key/1", False),
    ],
)
def test_a_fixed_value_keeps_a_grant_from_being_public(operator, key, value, expected):
    assert public(condition={operator: {key: value}}) is expected


@pytest.mark.parametrize(("value", "expected"), [("accesspoint/*", True), ("accesspoint/one", False)])
def test_a_set_of_access_points_makes_an_access_points_policy_public(value, expected):
    condition = {"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:eu-west-1:{OTHER}:{value}"}}
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
    document = parse({"Statement": statement})
    assert is_public(document, access_point=True) is expected
    assert not is_public(document)


def test_each_allow_counts_alone_and_denies_do_not():
    def statement(effect, who):
        return {"Effect": effect, "Principal": who, "Action": "s3:*", "Resource": "*"}

    assert is_public(parse({"Statement": [statement("Allow", "*"), statement("Deny", "*")]}))
    assert is_public(parse({"Statement": [statement("Allow", {"AWS": OTHER}), statement("Allow", "*")]}))
    assert not is_public(parse({"Statement": [statement("Deny", "*")]}))
    assert not is_public(parse({"Statement": []}))


def test_everyone_but_some_is_public():
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert is_public(parse({"Statement": statement | {"NotPrincipal": {"AWS": OTHER}}}))
    assert not is_public(parse({"Statement": statement}))
