"""Condition operators, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.policy import Condition, Context
from auditor.policy.conditions import CLOSED, every, holds, some

KEY = "aws:key"


def truth(operator, wanted, held=None, **context):
    values = {} if held is None else {KEY: (held,) if isinstance(held, str) else tuple(held)}
    wanted = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    return holds([Condition(operator.lower(), KEY, wanted)], Context(values, **context))


@pytest.mark.parametrize(
    ("operator", "wanted", "held", "expected"),
    [
        ("StringEquals", "eve", "eve", True),
        ("StringEquals", "eve", "Eve", False),
        ("StringEquals", ["adam", "eve"], "eve", True),
        ("StringEquals", "e*", "eve", False),
        ("StringNotEquals", ["adam", "eve"], "eve", False),
        ("StringNotEquals", ["adam", "eve"], "abel", True),
        ("StringEqualsIgnoreCase", "EVE", "eve", True),
        ("StringNotEqualsIgnoreCase", "EVE", "eve", False),
        ("StringLike", "e?*", "eve", True),
        ("StringLike", "e?", "eve", False),
        ("StringNotLike", "e*", "eve", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericNotEquals", "10", "11", True),
        ("NumericEquals", "ten", "10", False),
        ("NumericNotEquals", "ten", "10", False),
        ("DateGreaterThan", "2030-01-01T00:00:00Z", "2031-01-01", True),
        ("DateLessThan", "1893456000", "2029-12-31T23:59:59Z", True),
        ("DateEquals", "2030-01-01T00:00:00Z", "1893456000000", True),
        ("DateEquals", "someday", "2030-01-01", False),
        ("DateEquals", "2030", "2030-01-01T00:00:00Z", True),
        ("DateEquals", "2030-02", "2030-02-01", True),
        ("DateEquals", "2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00.000Z", True),
        ("DateEquals", "86400", "1970-01-02", True),
        ("DateEquals", "20300101", "2030-01-01", False),
        ("DateEquals", "2030-W01-2", "2030-01-01", False),
        ("NumericEquals", "-1.50", "-1.5", True),
        ("NumericEquals", "9007199254740993", "9007199254740992", False),
        ("NumericEquals", "1_0", "10", False),
        ("NumericNotEquals", "nan", "10", False),
        ("NumericGreaterThan", "-inf", "10", False),
        ("Bool", "true", "TRUE", True),
        ("Bool", "true", "yes", False),
        ("Bool", "false", "false", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("IpAddress", "203.0.113.0/24", "203.0.113.7", True),
        ("IpAddress", "203.0.113.0/24", "198.51.100.7", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("NotIpAddress", "203.0.113.0/24", "203.0.113.7", False),
        ("NotIpAddress", "203.0.113.0/24", "nowhere", False),
        ("IpAddress", "203.0.113.0/255.255.255.0", "203.0.113.7", False),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "2001:DB8:1234:5678::/64", "2001:db8:1234:5678::9", True),
        ("IpAddress", "fe80::1%eth0", "fe80::1", False),
        ("ArnLike", "arn:aws:sns:*:111122223333:*", "arn:aws:sns:eu-west-1:111122223333:topic", True),
        ("ArnEquals", "arn:aws:sns:*:111122223333:t*", "arn:aws:sns:eu-west-1:444455556666:topic", False),
        ("ArnLike", "arn:aws:s*:topic", "arn:aws:sns:eu-west-1:111122223333:topic", False),
        ("ArnNotLike", "arn:aws:sns:*:*:*", "not an ARN", False),
        ("Null", "true", None, True),
        ("Null", "false", None, False),
        ("Null", "false", "held", True),
        ("Null", "perhaps", "held", False),
        ("NullIfExists", "false", "held", False),
        ("StringResembles", "eve", "eve", False),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        ("ForAnyValue:StringEquals", ["a", "b"], ["c", "b"], True),
        ("ForAnyValue:StringEquals", "a", ["b", "c"], False),
        ("ForAnyValue:StringNotEquals", "a", ["a", "c"], True),
        ("StringEquals", "a", ["a", "b"], False),
    ],
)
def test_operators(operator, wanted, held, expected):
    assert truth(operator, wanted, held) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", False),
        ("StringNotEquals", True),
        ("ArnNotLike", True),
        ("NotIpAddress", True),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAllValues:StringNotLike", True),
    ],
)
@pytest.mark.parametrize("held", [None, "", []], ids=["absent", "empty", "no values"])
def test_a_missing_key(operator, expected, held):
    assert truth(operator, "x", held) is expected


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals", "Null", "BoolIfExists"])
def test_in_an_open_context_a_key_may_have_any_value(operator):
    assert truth(operator, "true", open=True) is None


def test_what_is_known_of_an_open_context_decides():
    assert truth("StringEquals", "x", "x", open=True) is True
    assert truth("StringEquals", "x", open=True, absent=frozenset([KEY])) is False
    assert truth("StringEquals", "x", unsure=frozenset([KEY])) is None
    assert truth("Null", "true", unsure=frozenset([KEY])) is False


def test_a_variable_of_unknown_value_leaves_the_answer_open():
    assert truth("StringEquals", "${aws:username}", "eve", open=True) is None
    assert truth("StringEquals", ["${aws:username}", "eve"], "eve", open=True) is True
    assert truth("StringNotEquals", ["${aws:username}", "eve"], "eve", open=True) is False
    assert truth("StringNotEquals", "${aws:username}", "eve", open=True) is None


def test_nothing_is_equal_to_a_variable_without_a_value_and_everything_is_unlike_it():
    """IAM User Guide, "Policy variables with no value": inverted operators do match against a null value.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
    """
    assert truth("StringEquals", "${aws:username}", "eve") is False
    assert truth("StringNotEquals", "${aws:username}", "eve") is True
    assert truth("StringNotLike", ["${aws:username}", "eve"], "eve") is False
    assert truth("ArnNotLike", "${aws:a}", "arn:aws:iam::1:role/r") is True
    assert truth("StringLike", "${aws:username}", "eve") is False
    condition = Condition("stringequals", KEY, ("${aws:username}",))
    assert holds([condition], Context({KEY: ("${aws:username}",)}), resolving=False) is True
    assert holds([condition], Context({KEY: ("eve",), "aws:username": ("eve",)})) is True
    assert holds([condition], Context({KEY: ("eve",), "aws:username": ("eve", "eva")})) is False


@pytest.mark.parametrize(
    ("operator", "held", "expected"),
    [
        ("StringEquals", "7", True),
        ("StringLike", "7", True),
        ("NumericEquals", "7", False),
        ("DateEquals", "2030-01-01", False),
        ("IpAddress", "203.0.113.7", False),
        ("BinaryEquals", "QmluYXJ5", False),
        ("Bool", "true", True),
    ],
)
def test_only_strings_arns_and_booleans_may_be_variables(operator, held, expected):
    condition = Condition(operator.lower(), KEY, ("${aws:other}",))
    assert holds([condition], Context({KEY: (held,), "aws:other": (held,)})) is expected
    literal = Condition("binaryequals", KEY, ("${aws:other}",))
    assert holds([literal], Context({KEY: ("${aws:other}",), "aws:other": ("x",)})) is True


def test_all_conditions_must_hold():
    held = Condition("stringequals", KEY, ("x",))
    failing = Condition("stringequals", KEY, ("y",))
    context = Context({KEY: ("x",)}, open=True)
    assert holds([], CLOSED) is True
    assert holds([held, failing], context) is False
    assert holds([held, Condition("bool", "aws:other", ("true",))], context) is None
    assert holds([failing, Condition("bool", "aws:other", ("true",))], context) is False


@given(st.lists(st.sampled_from([True, False, None])))
def test_kleenes_logic(answers):
    guesses = [[each] if each is not None else [True, False] for each in answers]
    worlds = [[]]
    for guess in guesses:
        worlds = [[*world, each] for world in worlds[:64] for each in guess]
    if len(answers) <= 5:
        assert every(answers) is agreed(all(world) for world in worlds)
        assert some(answers) is agreed(any(world) for world in worlds)
    inverted = some(answers)
    assert every(None if each is None else not each for each in answers) is (None if inverted is None else not inverted)


def agreed(answers):
    found = set(answers)
    return found.pop() if len(found) == 1 else None
