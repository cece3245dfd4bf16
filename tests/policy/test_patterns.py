"""Patterns against brute force: every text over a small alphabet, one letter of which no pattern names."""

import functools
import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.policy import patterns
from auditor.policy.patterns import Pattern, covers, overlaps, substituted, takes, tokens, variables, witness

PATTERNS = st.text("ab*?", max_size=4)
# Two such patterns that have a text in common have one of six letters: aaa* and *b?? have aaabcc.
TEXTS = ["".join(each) for length in range(7) for each in itertools.product("abc", repeat=length)]


def expression(pattern):
    return re.compile("".join({"*": ".*", "?": "."}.get(each, each) for each in pattern))


@functools.cache
def language(pattern):
    return frozenset(text for text in TEXTS if expression(pattern).fullmatch(text))


@settings(max_examples=400, deadline=None)
@given(PATTERNS, PATTERNS)
def test_inclusion_is_that_of_the_languages(one, other):
    included = language(other) <= language(one)
    assert covers(tokens(one), tokens(other)) is included
    assert Pattern(tokens(one)).covers(Pattern(tokens(other))) is included


@settings(max_examples=200, deadline=None)
@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8), st.sampled_from([0, 32_768]))
def test_a_text_matches_as_by_brute_force(pattern, text, most):
    """Long patterns and texts are walked as automata, and adjacent wildcards in an order of their own."""
    expected = expression(pattern).fullmatch(text) is not None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(patterns, "MOST_FOLLOWED", most)
        assert Pattern(tokens(pattern)).takes(text) is expected
        assert covers(tokens(pattern), text) is expected
    assert takes(pattern, text) is expected
    long = "b" * 3_000 + "a"
    assert takes(f"{pattern}{long}", f"{text}{long}") is expected


@settings(max_examples=400, deadline=None)
@given(PATTERNS, PATTERNS)
def test_an_overlap_is_that_of_the_languages_and_its_witness_is_in_both(one, other):
    both = language(one) & language(other)
    assert overlaps(tokens(one), tokens(other)) is bool(both)
    assert Pattern(tokens(one)).overlaps(Pattern(tokens(other))) is bool(both)
    found = witness(tokens(one), tokens(other))
    assert (found is None) is (not both)
    assert found is None or (expression(one).fullmatch(found) and expression(other).fullmatch(found))


@given(PATTERNS, st.text("abc", max_size=5))
def test_a_pattern_made_ready_takes_what_it_matches(pattern, text):
    ready = Pattern(tokens(pattern))
    assert ready.takes(text) is (text in language(pattern))
    assert ready.wild is bool(set(pattern) & {"*", "?"})


@pytest.mark.parametrize(
    ("one", "other"),
    [("*?a" * 300 + "b", "a*" * 300), ("*" * 200_000 + "?b", "a" * 100 + "*"), ("*a" * 100_000 + "b", "a" * 60 + "*")],
)
def test_patterns_made_to_be_slow_are_not(one, other):
    assert not covers(tokens(one), tokens(other))
    assert overlaps(tokens(one), tokens(other)) is overlaps(tokens(other), tokens(one))


def test_an_inclusion_too_long_to_walk_counts_as_not_shown():
    counting = tokens("*?" + "a?" * 3000)
    assert not covers(counting, tokens("*a" * 3000 + "*"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a/${aws:username}", "a/eve"),
        ("${ AWS:UserName }", "eve"),
        ("${aws:none, 'other'}", "other"),
        ("${aws:none,''}x", "x"),
        ("${*}${?}${$}{", "*?${"),
        ("a*?b", "a*?b"),
        ("${aws:none}", None),
    ],
)
def test_variables_stand_for_what_the_context_says(text, expected):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html."""
    assert substituted(text, {"aws:username": "eve"}.get) == expected


def test_wildcards_in_a_variables_value_mean_nothing():
    pattern = tokens("a/${aws:username}*", {"aws:username": "*"}.get)
    assert covers(pattern, "a/*more")
    assert not covers(pattern, "a/eve")
    assert Pattern(pattern).takes("a/*more")
    assert not Pattern(pattern).takes("a/eve")


def test_a_policy_without_variables_takes_them_literally():
    assert covers(tokens("${aws:username}"), "${aws:username}")
    assert variables("${aws:Username} ${*} ${aws:UserId, 'x'}") == ["aws:username", "aws:userid"]
