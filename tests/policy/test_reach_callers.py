"""Who strangers are, what their requests can have, and for whom services act."""

import sys
from collections import Counter

import pytest
from reaching import BUCKET, EXTERNAL, INTERNAL, OTHER, OWN, PUBLIC, SERVICE_ONLY, UNKNOWN, allow, deny, reached

from auditor.policy import parse, reach
from auditor.policy.effort import MOST, Effort


@pytest.mark.parametrize("named", ["999999999999", "888888888888"])
def test_a_stranger_is_none_whom_the_policy_names(named):
    condition = {"StringEquals": {"aws:PrincipalAccount": ["999999999999", named]}}
    for statement in (allow(condition=condition), allow({"AWS": ["999999999999", named]})):
        found = reached(statement)
        assert found.extent is EXTERNAL
        assert found.accounts == {"999999999999", named}
    assert reached(allow(condition={"StringEquals": {"kms:CallerAccount": named}})).accounts == {named}
    assert reached(allow(condition=condition), own_accounts={"999999999999", named}).extent is INTERNAL
    found = reached(allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-stranger"}}))
    assert found.organizations == {"o-stranger"}
    assert reached(allow(), deny({"StringLike": {"aws:PrincipalAccount": "9*"}})).extent is PUBLIC
    assert reached(allow(), deny({"StringNotLike": {"aws:PrincipalAccount": "9*"}})).extent is PUBLIC


@pytest.mark.parametrize(
    ("statements", "extent"),
    [
        ([allow(condition={"StringEquals": {"aws:SourceVpc": "vpc-*"}})], INTERNAL),
        ([allow({"AWS": OTHER}, {"StringEquals": {"aws:SourceVpc": "vpc-*"}})], INTERNAL),
        ([allow(condition={"StringEquals": {"aws:SourceVpc": ["vpc-*", "vpc-1"]}})], UNKNOWN),
        ([allow(condition={"StringEqualsIfExists": {"aws:SourceVpc": "vpc-*"}})], PUBLIC),
        ([allow(condition={"StringNotEquals": {"aws:SourceVpc": "vpc-*"}})], PUBLIC),
        ([allow(), deny({"StringNotEquals": {"aws:SourceVpc": "vpc-*"}})], INTERNAL),
        (
            [allow({"Service": "s3.amazonaws.com"}, {"StringEquals": {"aws:SourceArn": f"arn:aws:s3:*:{OWN}:*"}})],
            INTERNAL,
        ),
        ([allow(condition={"StringEquals": {"aws:UserAgent": "curl*"}})], PUBLIC),
    ],
    ids=str,
)
def test_a_wildcard_under_equality_is_a_character_that_no_place_has(statements, extent):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html."""
    assert reached(*statements).extent is extent


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-x", "aws:PrincipalTag/t": "true"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}, "Null": {"aws:PrincipalAccount": "false"}},
        {"StringNotLike": {"aws:username": "eve"}},
        {"BoolIfExists": {"aws:ViaAWSService": "false"}},
    ],
    ids=str,
)
def test_callers_without_credentials_have_no_keys_of_principals(condition):
    for shown in reached(allow(), deny(condition)).witnesses:
        if shown.request.principal.text == "*":
            keys = set(shown.request.context.values)
            assert not keys & {"aws:principaltag/t", "aws:multifactorauthpresent", "aws:username"}
            assert shown.request.context.values["aws:viaawsservice"] == ("false",)
    found = reached(allow(condition={"StringEquals": {"aws:username": "eve"}}))
    assert "anyone with an AWS account" in str(found.witnesses[0])
    assert reached(allow({"Service": "ses.amazonaws.com"}, {"Null": {"aws:username": "false"}})).extent is INTERNAL


TEAM = {"aws:PrincipalTag/team": "${aws:ResourceTag/team}"}


@pytest.mark.parametrize(
    ("statements", "extent"),
    [
        ([allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-x", **TEAM}})], EXTERNAL),
        ([allow({"AWS": OTHER}, {"StringEquals": TEAM})], EXTERNAL),
        ([allow({"AWS": OTHER}), deny({"StringNotEquals": TEAM})], EXTERNAL),
        ([allow({"AWS": OWN}, {"StringEquals": TEAM})], INTERNAL),
        ([allow(condition={"StringEquals": TEAM})], PUBLIC),
        ([allow(condition={"StringEquals": {"s3:ExistingObjectTag/t": "${aws:PrincipalTag/t}"}})], PUBLIC),
        ([allow(condition={"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceTag/owner}"}})], UNKNOWN),
    ],
    ids=str,
)
def test_tags_are_compared_with_those_that_the_callers_account_chooses(statements, extent):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction_attribute-based-access-control.html."""
    assert reached(*statements).extent is extent


def test_each_account_that_a_service_acts_for_is_told():
    config = {"Service": "config.amazonaws.com"}
    for key in ("aws:SourceAccount", "aws:SourceOwner"):
        found = reached(allow(config, {"StringEquals": {key: [OWN, OTHER, "777788889999"]}}))
        assert found.extent is SERVICE_ONLY
        assert found.accounts == {OTHER, "777788889999"}
        assert not found.confusable
    both = {
        "StringEquals": {"aws:SourceAccount": [OWN, OTHER]},
        "ArnLike": {"aws:SourceArn": f"arn:aws:config:*:{OWN}:*"},
    }
    assert reached(allow(config, both)).accounts == frozenset()
    assert reached(allow(config), allow({"AWS": OWN}, both)).confusable == {"config.amazonaws.com"}


def test_tokens_have_no_claims_of_another_provider():
    providers = [f"arn:aws:iam::{OWN}:oidc-provider/{each}" for each in ("gitlab.com", "app.terraform.io")]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": providers},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {"gitlab.com:aud": "*"}},
    }
    found = reach(parse({"Version": "2012-10-17", "Statement": trust}), OWN, f"arn:aws:iam::{OWN}:role/r")
    assert found.providers == {providers[0]}


EVERYTHING = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
PATTERNS = ["*?" * 60 + str(number) for number in range(150)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "statements",
    [
        [
            EVERYTHING,
            *(
                EVERYTHING
                | {"Effect": "Deny", "Condition": {"StringNotLike": {f"aws:PrincipalTag/{number}": "*x*y*z*"}}}
                for number in range(200)
            ),
        ],
        [EVERYTHING | {"Condition": {"StringLike": {"aws:PrincipalArn": PATTERNS}}}],
        [EVERYTHING | {"Condition": {"StringLike": {"aws:PrincipalTag/t": PATTERNS, "aws:SourceVpce": PATTERNS}}}],
        [
            EVERYTHING | {"Action": ["s3:" + each for each in PATTERNS[:40]]},
            EVERYTHING | {"Effect": "Deny", "Action": ["s3:*" + each for each in PATTERNS[40:80]]},
        ],
        [
            EVERYTHING | {"Resource": [f"{BUCKET}/{each}" for each in PATTERNS[:60]]},
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "NotResource": [f"{BUCKET}/{each}x" for each in PATTERNS],
            },
        ],
    ],
    ids=["tags", "principals", "values", "actions", "resources"],
)
def test_policies_written_to_stall_are_looked_into_no_further_than_is_worth_it(statements):
    document, calls = parse({"Version": "2012-10-17", "Statement": statements}), Counter()
    sys.setprofile(lambda _frame, event, _argument: calls.update((event,)))
    try:
        found = reach(document, OWN, BUCKET)
    finally:
        sys.setprofile(None)
    assert found.extent in {PUBLIC, UNKNOWN}
    assert calls["call"] < 20 * MOST


def test_work_that_is_shared_runs_out_into_unknown():
    effort = Effort(left=0)
    assert reach(parse({"Statement": EVERYTHING}), OWN, BUCKET, effort=effort).extent is UNKNOWN
