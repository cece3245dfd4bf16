"""The policy language: documents as tolerantly read as AWS reads them, patterns matched by its rules."""

import json
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import Condition, PolicyError, matches, parse

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}


def one(**changes):
    (statement,) = parse({"Version": "2012-10-17", "Statement": {**STATEMENT, **changes}}).statements
    return statement


def test_a_single_statement_and_single_values_are_lists_of_one():
    statement = one()
    assert statement.actions == ("s3:Get*",)
    assert statement.principals == (("AWS", "*"),)
    assert statement.names_anyone
    assert parse({"Statement": []}).version == ""


def test_text_url_encoded_text_and_objects_are_one_document():
    document = {"Version": "2012-10-17", "Statement": [STATEMENT]}
    text = json.dumps(document)
    assert parse(document) == parse(text) == parse(quote(text)) == parse(f"  {text}")


def test_principals_of_every_kind():
    statement = one(Principal={"AWS": ["arn:aws:iam::1:root", "2"], "Service": "ec2.amazonaws.com"})
    assert statement.principals == (("AWS", "arn:aws:iam::1:root"), ("AWS", "2"), ("Service", "ec2.amazonaws.com"))
    assert not statement.names_anyone
    assert one(Principal={"AWS": "*"}).names_anyone


def test_conditions_are_compared_without_case_and_values_as_words():
    statement = one(Condition={"Bool": {"aws:SecureTransport": [False, "TRUE", 1]}})
    assert statement.conditions == (Condition("bool", "aws:securetransport", ("false", "TRUE", "1")),)


def test_what_a_statement_covers():
    statement = one()
    assert statement.covers_action("S3:getObject")
    assert not statement.covers_action("s3:PutObject")
    assert statement.covers_resource("arn:aws:s3:::b/key")
    assert not statement.covers_resource("arn:aws:s3:::B/key")
    assert not one(Action=None, NotAction="s3:*").covers_action("ec2:X")
    assert one(Action=None, NotAction="s3:*").not_actions == ("s3:*",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[1]",
        '"text"',
        '{"Statement": 7}',
        '{"Statement": [{}]}',
        '{"Statement": [{"Effect": "allow"}]}',
        '{"Statement": [{"Effect": "Allow", "Principal": 7}]}',
        '{"Statement": [{"Effect": "Allow", "Action": {"a": 1}}]}',
        '{"Statement": [{"Effect": "Allow", "Condition": [1]}]}',
        '{"Statement": [{"Effect": "Allow", "Condition": {"Bool": 1}}]}',
        "{" * 100_000,
        '{"Statement": ' + "[" * 100_000,
    ],
)
def test_what_is_no_policy_is_told(text):
    with pytest.raises(PolicyError):
        parse(text)


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_wildcards_match_as_the_equal_regular_expression(pattern, text):
    expression = "".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern)
    assert matches(pattern, text) is (re.fullmatch(expression, text) is not None)


@pytest.mark.parametrize("pattern", ["[a]", "a[b-c]", "{a,b}", "a.c", "a\\*"])
def test_nothing_else_is_special(pattern):
    assert matches(pattern, pattern)
    assert not matches(pattern, "abc")


def test_a_pattern_made_to_be_slow_is_not():
    assert not matches("*a" * 40 + "b", "a" * 4000)
