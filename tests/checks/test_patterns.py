"""The filter patterns of CloudWatch Logs: the User Guide's own examples, and that no text does harm."""

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.cloudwatch.events import ORDINARY, SUBJECTS
from checks.logs.patterns import PatternError, parse

TRAIL = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another value"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "cluster.name": "c",
}
USERS = {
    "user": {"id": 1, "email": "John.Stiles@example.com"},
    "users": [{"id": 2, "email": "John.Doe@example.com"}, {"id": 3, "email": "Jane.Doe@example.com"}],
    "actions": ["GET", "PUT", "DELETE"],
    "coordinates": [[0, 1, 2], [4, 5, 6], [7, 8, 9]],
}
NUMBERS = {"bandwidth": 80, "latency": 49.5, "errorCode": 400, "number": [0.001, 1000], "text": "75", "on": True}
NONMATCH = '$.coordinates[0][1] = "nonmatch" && $.actions[2] = "nonmatch"'

DOCUMENTED = [
    (TRAIL, '{ $.eventType = "UpdateTrail" }', True),
    (TRAIL, "{ $.eventType = UpdateTrail }", True),
    (TRAIL, '{ $.eventType = "updatetrail" }', False),
    (TRAIL, "{ $.sourceIPAddress != 123.123.* }", True),
    (TRAIL, "{ $.sourceIPAddress != 111.111.* }", False),
    (TRAIL, '{ $.arrayKey[0] = "value" }', True),
    (TRAIL, '{ $.arrayKey[1] = "value" }', False),
    (TRAIL, '{ $.arrayKey[9] = "value" }', False),
    (TRAIL, '{ $.arrayKey = "value" }', False),
    (TRAIL, "{ $.eventType = %Trail% }", True),
    (TRAIL, "{ $.eventType = %^Trail% }", False),
    (TRAIL, "{ $.arrayKey[*] = %val.{2}% }", True),
    (TRAIL, '{ $.arrayKey[*] = "another value" }', True),
    (TRAIL, r"{ $.* = %111\.111\.111\.1[0-9]{1,2}% }", True),
    (TRAIL, r"{ $.* = %222\.222% }", False),
    (TRAIL, "{ $.objectList[1].id = 2 }", True),
    (TRAIL, "{ $.objectList[0].id = 2 }", False),
    (TRAIL, "{ $.objectList[*].id = 2 }", True),
    (TRAIL, "{ $.objectList[*].id != 2 }", None),
    (TRAIL, "{ $.['cluster.name'] = \"c\" }", True),
    (TRAIL, "{ $.['cluster.name'] = \"d\" }", False),
    (TRAIL, "{ $.SomeObject IS NULL }", True),
    (TRAIL, "{ $.SomeOtherObject IS NULL }", False),
    (TRAIL, "{ $.SomeOtherObject NOT EXISTS }", True),
    (TRAIL, "{ $.SomeObject NOT EXISTS }", False),
    (TRAIL, "{ $.ThisFlag IS TRUE }", True),
    (TRAIL, "{ $.ThisFlag IS FALSE }", False),
    (TRAIL, "{ $.SomeOtherObject = a }", False),
    (TRAIL, "{ $.SomeOtherObject != a }", None),
    (USERS, '{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', True),
    (USERS, f'{{ $.user.email = "John.Stiles@example.com" || {NONMATCH} }}', True),
    (USERS, f'{{ ($.user.email = "John.Stiles@example.com" || {NONMATCH.replace("&&", ") &&")} }}', False),
    (USERS, '{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', False),
    (NUMBERS, "{ $.bandwidth > 75 }", True),
    (NUMBERS, "{ $.bandwidth = 80.0 }", True),
    (NUMBERS, "{ $.bandwidth = 8* }", True),
    (NUMBERS, "{ $.latency < 50 }", True),
    (NUMBERS, "{ $.errorCode >= 401 }", False),
    (NUMBERS, "{ $.errorCode <= 400 }", True),
    (NUMBERS, "{ $.errorCode = 400}", True),
    (NUMBERS, "{ $.errorCode != 500 }", True),
    (NUMBERS, "{ $.number[0] = 1e-3 }", True),
    (NUMBERS, "{ $.number[1] != 1e+3 }", False),
    (NUMBERS, "{ $.text > 1 }", False),
    (NUMBERS, "{ $.on > 0 }", False),
    (TRAIL, "", True),
    (TRAIL, '" "', True),
    (TRAIL, "UpdateTrail", True),
    (TRAIL, "UpdateTrail another", True),
    (TRAIL, "UpdateTrail elsewhere", False),
    (TRAIL, '"another value"', True),
    (TRAIL, "UpdateTrail -another", False),
    (TRAIL, "?elsewhere ?UpdateTrail", True),
    (TRAIL, "?elsewhere ?nowhere", False),
    (TRAIL, "UpdateTrail ?elsewhere", True),
    (TRAIL, "%Update[A-Z]%", True),
    (TRAIL, "%Update[0-9]%", False),
    (TRAIL, "[w1=ERROR, w2]", False),
]
UNDOCUMENTED = [
    "{}",
    "{ $.a }",
    "{ $.a EXISTS }",
    "{ $.a IS NOT NULL }",
    "{ $.a = }",
    "{ $.a = 1 || }",
    "{ ($.a = 1 }",
    "{ $.a < many }",
    "{ $.a < nan }",
    "{ a = 1 }",
    "{ $.*.a.* = 1 }",
    "{ $.a = %(b)% }",
    "{ $.a = %[% }",
    "{ $.a = %b{99999999999}% }",
    "{ $.a = %[[b]% }",
    "{ " + "(" * 60 + "$.a = 1" + ")" * 60 + " }",
]
PIECES = st.sampled_from(
    ["$.", "$", "*", "[*]", "[0]", "['a']", "eventName", "=", "!=", "<=", "&&", "||", "(", ")", "%", '"', "\\", "IS ",
     "NULL", "NOT ", "EXISTS", "1", "-", "?", "{", "}", "[", "]", ".", "²", "٣", "e", " "]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=25).map("".join)


@pytest.mark.parametrize(("event", "pattern", "expected"), DOCUMENTED)
def test_a_pattern_matches_as_documented(event, pattern, expected):
    assert parse(pattern).matches(event) is expected


@pytest.mark.parametrize("pattern", UNDOCUMENTED)
def test_a_pattern_that_is_not_documented_is_refused(pattern):
    with pytest.raises(PatternError):
        parse(pattern)


@given(TEXTS | TEXTS.map("{{ {} }}".format) | TEXTS.map("{{ $.eventName = {} }}".format))
def test_any_text_is_a_pattern_or_refused(text):
    with warnings.catch_warnings(action="error"):
        try:
            pattern = parse(text)
        except PatternError:
            return
    assert all(pattern.matches(event) in {True, False, None} for event in (ORDINARY, TRAIL, USERS))


@given(st.text("ab*", max_size=12), st.text("ab", max_size=12))
def test_asterisks_stand_for_any_text(written, value):
    expected = re.fullmatch(".*".join(map(re.escape, written.split("*"))), value) is not None
    assert parse(f'{{ $.a = "{written}" }}').matches({"a": value}) is expected


@pytest.mark.parametrize("pattern", ['{ $.a = "' + "*a" * 400 + 'b" }', "{ $.a = " + "*" * 900 + "b }"])
def test_many_asterisks_take_no_time(pattern):
    assert parse(pattern).matches({"a": "a" * 2000}) is False


@pytest.mark.parametrize("pattern", ["%" + ".*" * 20 + "!%", "{ $.a = %" + "a*" * 20 + "b% }"])
def test_an_expression_that_could_take_long_is_refused(pattern):
    with pytest.raises(PatternError):
        parse(pattern)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.kind)
def test_the_pattern_of_a_subject_matches_its_events_alone(subject):
    pattern = parse(subject.pattern)
    assert all(pattern.matches(event) for event in subject.witnesses.values())
    assert not pattern.matches(ORDINARY)
