"""Policies written to crash or to stall: whatever they hold, there is an answer or a PolicyError."""

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.policy import (
    Context,
    Extent,
    Policies,
    PolicyError,
    Request,
    compiled,
    decide,
    matches,
    parse,
    principal,
    reach,
)
from auditor.policy.s3 import is_public

USER = principal("arn:aws:iam::111122223333:user/eve")
WORDS = st.one_of(
    st.text(max_size=12),
    st.text("ab*?${},':/", max_size=24),
    st.sampled_from(
        ["*", "s3:*", "arn:aws:s3:::${aws:username}/*", "10.0.0.0/8", "2030-01-01", "nan", "1e999", "9" * 40]
    ),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)
OPERATORS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(["", "ForAnyValue:", "ForAllValues:"]),
        st.sampled_from(
            ["StringEquals", "StringNotLike", "ArnLike", "IpAddress", "NumericLessThan", "DateEquals", "Bool", "Null"]
        ),
        st.sampled_from(["", "IfExists"]),
    ),
)
KEYS = st.sampled_from(["aws:username", "aws:SourceIp", "aws:a"])
VALUES = st.one_of(WORDS, st.integers(), st.booleans(), st.lists(WORDS, max_size=3))
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": JSON,
        "Principal": st.one_of(st.just("*"), JSON),
        "NotPrincipal": JSON,
        "Action": VALUES,
        "NotAction": VALUES,
        "Resource": VALUES,
        "NotResource": VALUES,
        "Condition": st.one_of(JSON, st.dictionaries(OPERATORS, st.dictionaries(KEYS, VALUES, max_size=2), max_size=2)),
    },
)


def decided(document, context=None):
    policy = compiled(document)
    request = Request(USER, "s3:GetObject", "arn:aws:s3:::b/k", context or Context(open=True))
    return decide(request, Policies(identity=(policy,), resource=policy, scps=((policy,),), rcps=((policy,),)))


@given(JSON)
def test_any_json_is_a_policy_or_told_to_be_none(value):
    try:
        parse(value if isinstance(value, dict) else json.dumps(value))
    except PolicyError:
        return


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STATEMENTS, max_size=3), st.lists(WORDS, max_size=2), st.booleans())
def test_any_statements_are_decided(statements, held, known):
    try:
        document = parse({"Version": "2012-10-17", "Statement": statements})
    except PolicyError:
        return
    values = {"aws:username": tuple(held), "aws:sourceip": ("10.1.2.3",), "aws:a": tuple(held)}
    decision = decided(document, Context(values) if known else None)
    assert len(decision.explain()) >= 1
    assert is_public(document) in {True, False}
    assert reach(document, "111122223333", "arn:aws:s3:::b/k").extent in Extent


BIG = 100_000


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:" + "*a" * (BIG // 2), "Resource": "*"},
        {"Action": "s3:" + "*?" * (BIG // 2), "Resource": "*"},
        pytest.param(
            {"Action": "*", "Resource": "arn:aws:s3:::" + "*a" * 500_000 + "*b"}, marks=pytest.mark.slow, id="megabyte"
        ),
        {"Action": "*", "Resource": "arn:aws:s3:::" + "*" * BIG + "k?"},
        {"Action": "*", "Resource": "arn:aws:s3:::" + "${a}" * (BIG // 4)},
        {"Action": "*", "Resource": "arn:aws:s3:::" + "${" * (BIG // 2)},
        {"Action": "*", "Resource": [f"arn:aws:s3:::{number}*" for number in range(5_000)]},
        {"Action": [f"s3:{number}*x" for number in range(5_000)], "Resource": "*"},
        {"Action": "*", "Resource": "*", "Condition": {"StringLike": {"aws:a": "*a" * (BIG // 2) + "b"}}},
        {"Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:a": ":" * BIG}}},
        {"Action": "*", "Resource": "*", "Condition": {"NumericEquals": {"aws:a": "9" * BIG}}},
        {"Action": "*", "Resource": "*", "Condition": {"DateEquals": {"aws:a": "9" * BIG}}},
        {
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {f"k{number}": "x" for number in range(5_000)}},
        },
    ],
    ids=lambda statement: str(statement)[:40],
)
def test_a_statement_of_up_to_a_megabyte_takes_little_longer_than_to_read(statement):
    text = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", **statement}})
    start = time.perf_counter()
    for character in text:
        hash(character)
    reading = time.perf_counter() - start
    start = time.perf_counter()
    document = parse(text)
    decided(document, Context({"aws:a": ("a" * 200,)}))
    reach(document, "111122223333", "arn:aws:s3:::b/k")
    assert time.perf_counter() - start < 2000 * reading


@pytest.mark.parametrize(
    "statements",
    [
        [
            {"Effect": "Allow", "Principal": {"AWS": f"{number:012d}"}, "Action": "*", "Resource": "*"}
            for number in range(9_000)
        ],
        [
            {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": f"arn:aws:s3:::{number}"}
            for number in range(9_000)
        ]
        + [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::0"}],
    ],
    ids=["accounts", "denials"],
)
def test_the_reach_of_very_many_statements_is_found_or_told_to_be_unknown(statements):
    document = parse({"Version": "2012-10-17", "Statement": statements})
    assert reach(document, "111122223333", "arn:aws:s3:::0").extent in {
        Extent.EXTERNAL,
        Extent.INTERNAL,
        Extent.UNKNOWN,
    }


def test_deep_nesting_is_told():
    with pytest.raises(PolicyError):
        parse('{"Statement": [{"Effect": "Allow", "Condition": ' + '{"a":' * 100_000)
    nested = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(PolicyError):
        parse({"Statement": {"Effect": "Allow", "Action": nested}})


@pytest.mark.parametrize("effect", [None, [], {}, 7, "ALLOW"])
def test_an_effect_that_is_none_is_told(effect):
    with pytest.raises(PolicyError):
        parse({"Statement": {"Effect": effect}})


def test_a_number_too_long_is_told():
    with pytest.raises(PolicyError):
        parse({"Statement": {"Effect": "Allow", "Action": 10**5000}})


def test_catastrophic_patterns_are_not():
    assert not matches("*a*a*a*a*a*a*b", "a" * 5_000)
