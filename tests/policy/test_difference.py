"""Differences of pattern sets against brute force: every text over a small alphabet, one letter of which none names."""

import functools
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.policy import TooManyStatesError, excess

PATTERNS = st.lists(st.text("ab*?", max_size=4), max_size=3)
TEXTS = ["".join(each) for length in range(7) for each in itertools.product("abc", repeat=length)]


def matches_any(patterns, text):
    return any(expression(each).fullmatch(text) for each in patterns)


@functools.cache
def expression(pattern):
    return re.compile("".join({"*": ".*", "?": "."}.get(each, each) for each in pattern))


@settings(max_examples=200, deadline=None)
@given(PATTERNS, PATTERNS)
def test_a_witness_of_the_difference_is_in_the_first_and_not_in_the_second(first, second):
    found = excess(first, second)
    expected = any(matches_any(first, text) and not matches_any(second, text) for text in TEXTS)
    assert (found is not None) is expected
    assert found is None or (matches_any(first, found) and not matches_any(second, found))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (["s3:get*"], ["s3:*"], None),
        (["s3:*"], ["s3:get*", "s3:put*"], "s3:x"),
        (["s3:get*"], ["s3:get?*"], "s3:get"),
        (["s3:get*"], ["s3:get?*", "s3:get"], None),
        (["arn:aws:s3:::logs/*"], ["arn:aws:s3:::logs/private/*"], "arn:aws:s3:::logs/x"),
        (["repo:acme*"], ["repo:acme/*"], "repo:acmex"),
        ([], ["a"], None),
        (["a"], [], "a"),
    ],
)
def test_what_is_left(first, second, expected):
    """Something stands for what is open, where that is left."""
    assert excess(first, second) == expected


def test_patterns_too_tangled_to_compare_are_told():
    tangled = ["*" + "a" + "?" * 24, "*" + "b" + "?" * 25]
    with pytest.raises(TooManyStatesError):
        excess(["?" * 27 + "*"], [*tangled, "*c" + "?" * 23, "*x*"])
