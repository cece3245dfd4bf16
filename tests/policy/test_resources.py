"""Resource and NotResource, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html."""

import pytest

from auditor.policy import Context, Kind, parse
from auditor.policy.resources import Reading, about, target

TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders"
INDEX = f"{TABLE}/index/by-day"


def is_about(patterns, resource, kind=Kind.IDENTITY, *, element="Resource", effect="Allow", context=None, **wanted):
    document = parse({"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": "*", element: patterns}})
    return about(document.statements[0], target(resource, **wanted), Reading(kind, context or Context()))


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", TABLE, True),
        (TABLE, TABLE, True),
        (TABLE.upper(), TABLE, False),
        ("arn:aws:dynamodb:*:*:table/orders", TABLE, True),
        ("arn:aws:dynamodb:eu-west-?:111122223333:table/o*s", TABLE, True),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/o?", TABLE, False),
        ("arn:aws:dynamodb:eu-west-1:444455556666:table/*", TABLE, False),
        ("arn:aws-cn:dynamodb:*:*:table/orders", TABLE, False),
        ("arn:*:dynamodb:*:*:table/*", INDEX, True),
        ("arn:aws:s3:::logs/*", "arn:aws:s3:::logs/2030/a b.txt", True),
        ("arn:aws:s3:::*/2030/*", "arn:aws:s3:::logs/2030/a", True),
        ("arn:aws:s3:::[l]ogs", "arn:aws:s3:::logs", False),
        ("text", "text", True),
        ("arn:aws:s3:::logs", "text", False),
        ("te*", "text", True),
    ],
)
def test_patterns(pattern, resource, expected):
    assert is_about(pattern, resource) is expected
    assert is_about(["arn:aws:s3:::other", pattern], resource) is expected
    assert is_about(pattern, resource, element="NotResource") is not expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:ec2:eu-west-1:111122223333:*/i-1", False),
        ("arn:aws:ec2:eu-west-1:111122223333:inst*/i-1", False),
        ("arn:aws:ec2:eu-west-1:111122223333:*/*", True),
        ("arn:aws:ec2:eu-west-1:111122223333:*", True),
        ("arn:aws:ec2:eu-west-1:111122223333:instance/?-1", True),
    ],
)
def test_a_wildcard_cannot_stand_for_the_type_of_a_resource_that_is_named(pattern, expected):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html."""
    instance = "arn:aws:ec2:eu-west-1:111122223333:instance/i-1"
    assert is_about(pattern, instance) is expected
    assert is_about(pattern, instance, element="NotResource") is not expected


def test_names_that_stand_first_are_no_types():
    assert is_about("arn:aws:execute-api:*:*:*/prod/GET/", "arn:aws:execute-api:eu-west-1:111122223333:api/prod/GET/")


def test_a_wildcard_at_the_end_of_a_part_reaches_beyond_its_colon():
    topic = "arn:aws:sns:eu-west-1:111122223333:topic"
    assert is_about("arn:aws:s*:eu-west-1:111122223333:topic", topic)
    assert is_about("arn:aws:logs:*:x:log-group:a", "arn:aws:logs:eu-west-1:111122223333:x:log-group:a")
    assert not is_about("arn:aws:logs:*a:x:log-group:a", "arn:aws:logs:eu-west-1:111122223333:x:log-group:a")


EARLY = {
    "arn:aws:dynamodb": {Kind.IDENTITY, Kind.SESSION, Kind.BOUNDARY},
    "arn:aws:dynamodb:eu-west-1:111122223333": {Kind.IDENTITY, Kind.SESSION, Kind.BOUNDARY},
    "arn:aws:dynamodb:eu-*": {Kind.IDENTITY, Kind.SESSION, Kind.BOUNDARY, Kind.RESOURCE, Kind.ENDPOINT, Kind.SCP},
    "arn:aws:dynamodb:*:111122223333": {Kind.IDENTITY, Kind.SESSION, Kind.BOUNDARY, Kind.RESOURCE, Kind.ENDPOINT},
    "arn:aws:dynamodb:us-east-1": set(),
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("pattern", EARLY)
def test_an_arn_that_ends_early(pattern, kind):
    """ "Incomplete ARNs": completed in policies of identities only."""
    assert is_about(pattern, TABLE, kind) is (kind in EARLY[pattern])


@pytest.mark.parametrize(
    ("pattern", "kind", "expected"),
    [
        ("arn:aws:dynamodb:us-east-1", Kind.IDENTITY, False),
        ("arn:aws:dynamodb:us-east-1", Kind.RESOURCE, True),
        ("arn:aws:dynamodb:us-east-1", Kind.SCP, False),
        ("arn:aws:dynamodb:*", Kind.RCP, False),
    ],
)
def test_a_not_resource_that_ends_early_is_about_nothing(pattern, kind, expected):
    assert is_about(pattern, TABLE, kind, element="NotResource", effect="Deny") is expected


@pytest.mark.parametrize(
    ("effect", "element", "pattern", "expected"),
    [
        ("Allow", "Resource", "arn:aws:s3:::logs/2030/*", True),
        ("Allow", "Resource", "arn:aws:s3:::other/*", False),
        ("Allow", "NotResource", "arn:aws:s3:::logs/2030/*", True),
        ("Allow", "NotResource", "arn:aws:s3:::logs/*", False),
        ("Deny", "Resource", "arn:aws:s3:::logs/2030/*", False),
        ("Deny", "Resource", "arn:aws:s3:::l*/*", True),
        ("Deny", "NotResource", "arn:aws:s3:::logs/2030/*", False),
        ("Deny", "NotResource", "arn:aws:s3:::other/*", True),
    ],
)
def test_a_request_for_any_of_several_is_granted_in_part_and_denied_as_a_whole(effect, element, pattern, expected):
    assert is_about(pattern, "arn:aws:s3:::logs/*", element=element, effect=effect) is expected


def test_a_request_for_all_resources():
    assert is_about(TABLE, "*") is True
    assert is_about(TABLE, "*", effect="Deny") is False
    assert is_about(["arn:aws:s3"], "*") is True
    assert is_about(TABLE, "*", everything=True) is False
    assert is_about("*", "*", everything=True) is True
    assert is_about(TABLE, "*", everything=True, element="NotResource") is True
    assert is_about(TABLE, "*", everything=True, element="NotResource", effect="Deny") is True


def test_variables():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html."""
    pattern, resource = "arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/eve/a"
    assert is_about(pattern, resource, context=Context({"aws:username": ("eve",)})) is True
    assert is_about(pattern, resource, context=Context({"aws:username": ("adam",)})) is False
    assert is_about(pattern, resource) is False
    assert is_about(pattern, resource, element="NotResource") is False
    assert is_about(pattern, resource, context=Context(open=True)) is None
    assert is_about(pattern, resource, element="NotResource", context=Context(open=True)) is None
    assert is_about(pattern, "arn:aws:s3:::other/a", context=Context(open=True)) is False


def test_a_statement_without_resources_is_about_that_of_its_policy():
    statement = parse({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}).statements[0]
    role = target("arn:aws:iam::111122223333:role/r")
    assert about(statement, role, Reading(Kind.RESOURCE, Context())) is True
    assert about(statement, role, Reading(Kind.IDENTITY, Context())) is False


def test_long_patterns_are_not_kept():
    assert is_about("arn:aws:s3:::" + "*a" * 5_000, "arn:aws:s3:::b") is False
