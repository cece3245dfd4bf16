"""Filter patterns of CloudWatch Logs: parsed, and asked whether they match an event. No AWS calls.

The rules are those of the CloudWatch Logs User Guide, "Filter pattern syntax for metric filters". Equivalent patterns
give equal answers, whatever their order, spacing or quotes.
"""

from __future__ import annotations

import functools
import json
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Event = Mapping[str, Any]
"""A log event that is a JSON object, as CloudTrail's are."""
Matcher = Callable[[Event], "bool | None"]
"""Tells whether an event matches; None where AWS does not document what comes of it."""

TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<symbol>&&|\|\||[()]|!=|<=|>=|=|<|>)
      | (?P<selector>\$(?:\.[\w\-]+|\.\*|\.?\['[^']*'\]|\[(?:[0-9]{1,9}|\*)\])+)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | %(?P<regex>[^%]*)%
      | (?P<word>[^\s()"%=<>!&|]+)
    )""",
    re.VERBOSE,
)
STEPS: Final = re.compile(r"\.([\w\-]+)|\.?\['([^']*)'\]|\[([0-9]+)\]|\.\*|\[\*\]")
"""The steps of a selector: the name of a member, or the place of an element; a wildcard has neither."""
WILDCARDS: Final = re.compile(r"\.\*|\[\*\]")
NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
ORDER: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
REGEX: Final = re.compile(r"[\w#=@/;,\-^$?\[\]{}|\\*+.: ]*")
"""What a regular expression may hold."""
REPETITIONS: Final = 4
"""How often an expression about a member may repeat something: each multiplies the time that matching can take."""
REPETITIONS_IN_TEXT: Final = 1
"""The same of an expression about a whole event, which is much longer than a member."""
DEEPEST: Final = 50
"""Parentheses inside each other that are followed."""
TERM: Final = re.compile(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|(\S+))')


class PatternError(ValueError):
    """A filter pattern is not one that AWS documents."""


class Token(NamedTuple):
    """A piece of a pattern: its kind, and its text."""

    kind: str
    text: str


class Pattern:
    """A filter pattern: its text, which also shows it as evidence, and what it matches."""

    __slots__ = ("matches", "text")

    def __init__(self, text: str, matches: Matcher) -> None:
        self.text = text
        self.matches = matches

    def __repr__(self) -> str:
        """Return the pattern as it is written."""
        return self.text


@functools.lru_cache(maxsize=1024)
def parse(text: str) -> Pattern:
    """Return the pattern a text writes; PatternError for one that is not documented.

    A pattern over the columns of space-delimited events matches no JSON.
    """
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return Pattern(text, _Parser(list(_tokens(stripped[1:-1]))).whole())
    if stripped.startswith("["):
        return Pattern(text, lambda _event: False)
    return Pattern(text, _terms(stripped))


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while text[position:].strip():
        found = TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise PatternError(text)
        yield Token(found.lastgroup, found[found.lastgroup])
        position = found.end()


class _Parser:
    """Reads the expression of a JSON pattern: comparisons joined by ``&&`` before ``||``, and parentheses."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens[::-1]
        self._depth = 0

    def whole(self) -> Matcher:
        matcher = self._any()
        if self._tokens:
            raise PatternError(self._tokens[-1].text)
        return matcher

    def _take(self) -> Token:
        if not self._tokens:
            raise PatternError("the pattern ends too early")
        return self._tokens.pop()

    def _next_is(self, text: str) -> bool:
        if self._tokens and self._tokens[-1] == Token("symbol", text):
            self._tokens.pop()
            return True
        return False

    def _any(self) -> Matcher:
        parts = [self._every()]
        while self._next_is("||"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else lambda event: _some(part(event) for part in parts)

    def _every(self) -> Matcher:
        parts = [self._one()]
        while self._next_is("&&"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda event: _negated(_some(_negated(part(event)) for part in parts))

    def _one(self) -> Matcher:
        if self._next_is("("):
            self._depth += 1
            if self._depth > DEEPEST:
                raise PatternError("the parentheses are nested too deep")
            inner = self._any()
            self._depth -= 1
            if not self._next_is(")"):
                raise PatternError("a parenthesis is not closed")
            return inner
        selector = self._take()
        if selector.kind != "selector":
            raise PatternError(selector.text)
        return self._condition(_selected(selector.text), self._take())

    def _condition(self, select: Callable[[Event], list[Any]], relation: Token) -> Matcher:
        if relation.kind == "symbol":
            return _comparison(select, relation.text, self._take())
        words = relation.text.upper(), self._take().text.upper()
        if words not in STATES:
            raise PatternError(" ".join(words))
        holds = STATES[words]
        return lambda event: holds(select(event))


STATES: Final[dict[tuple[str, str], Callable[[list[Any]], bool]]] = {
    ("NOT", "EXISTS"): lambda values: not values,
    ("IS", "NULL"): lambda values: any(value is None for value in values),
    ("IS", "TRUE"): lambda values: any(value is True for value in values),
    ("IS", "FALSE"): lambda values: any(value is False for value in values),
}


def _some(answers: Iterator[bool | None]) -> bool | None:
    """Return whether any answer is yes, in Kleene's logic."""
    told = list(answers)
    return True if True in told else None if None in told else False


def _negated(answer: bool | None) -> bool | None:  # noqa: FBT001 - an answer is what it is about
    return None if answer is None else not answer


def _selected(selector: str) -> Callable[[Event], list[Any]]:
    """Return what reads the selected values of an event: several where the selector has a wildcard, or none."""
    if len(WILDCARDS.findall(selector)) > 1:
        raise PatternError(f"{selector} has more than one wildcard")
    steps = [_step(found) for found in STEPS.finditer(selector)]

    def select(event: Event) -> list[Any]:
        values: list[Any] = [event]
        for step in steps:
            values = [each for value in values for each in step(value)]
        return values

    return select


def _step(found: re.Match[str]) -> Callable[[Any], list[Any]]:
    """Return what reads the members or elements of a value that a step of a selector names."""
    member, quoted, place = found.groups()
    name = quoted if member is None else member
    if name is not None:
        return lambda value: [value[name]] if isinstance(value, Mapping) and name in value else []
    if place is not None:
        first = int(place)
        return lambda value: value[first : first + 1] if isinstance(value, list) else []
    if found[0] == ".*":
        return lambda value: list(value.values()) if isinstance(value, Mapping) else []
    return lambda value: value if isinstance(value, list) else []


def _comparison(select: Callable[[Event], list[Any]], symbol: str, right: Token) -> Matcher:
    if symbol in ORDER:
        return functools.partial(_ordered, select, ORDER[symbol], _number(right.text))
    if symbol not in {"=", "!="} or right.kind not in {"word", "quoted", "regex"}:
        raise PatternError(f"{symbol} {right.text}")
    equal = _equality(right)

    def matches(event: Event) -> bool | None:
        values = select(event)
        if symbol == "=":
            return any(equal(value) for value in values)
        # What "!=" says of a member that an event lacks, or of several values, is not documented.
        return not equal(values[0]) if len(values) == 1 else None

    return matches


def _ordered(
    select: Callable[[Event], list[Any]], holds: Callable[[float, float], bool], bound: float, event: Event
) -> bool | None:
    return any(holds(value, bound) for value in select(event) if _is_number(value))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _number(text: str) -> float:
    if not NUMBER.fullmatch(text):
        raise PatternError(f"{text} is not a number")
    return float(text)


def _equality(right: Token) -> Callable[[Any], bool]:
    """Return what tells whether a value equals a number, a text in which ``*`` is anything, or fits an expression."""
    if right.kind == "regex":
        expression = _regex(right.text, REPETITIONS)
        return lambda value: isinstance(value, str) and expression.search(value) is not None
    parts = re.sub(r"\\(.)", r"\1", right.text).split("*")
    number = float(right.text) if right.kind == "word" and NUMBER.fullmatch(right.text) else None

    def equal(value: Any) -> bool:
        if number is not None and _is_number(value):
            return bool(value == number)
        return not isinstance(value, (Mapping, list)) and _consists_of(parts, _written(value))

    return equal


def _consists_of(parts: list[str], text: str) -> bool:
    """Return whether a text is the parts in their order, with anything between them. Linear in the text."""
    first, *middle = parts
    if not middle:
        return text == first
    last = middle.pop()
    if not (text.startswith(first) and text.endswith(last) and len(first) + len(last) <= len(text)):
        return False
    position, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _regex(text: str, repetitions: int) -> re.Pattern[str]:
    """Return the expression; PatternError for one that is not documented, or that could take too long to match."""
    repeated = re.findall(r"[*+?{]", re.sub(r"\\.", "", text))
    if not REGEX.fullmatch(text) or len(repeated) > repetitions:
        raise PatternError(f"%{text}%")
    try:
        with warnings.catch_warnings(action="error"):
            return re.compile(text)
    except (re.error, OverflowError, FutureWarning) as error:
        raise PatternError(f"%{text}%") from error


def _terms(text: str) -> Matcher:
    """Return the matcher of a text pattern: every term occurs, one of the ``?`` ones, and none of the ``-`` ones."""
    found = [(sign, _term(quoted, regex, word)) for sign, quoted, regex, word in TERM.findall(text)]
    every = [term for sign, term in found if not sign]
    some = [term for sign, term in found if sign == "?"]
    none = [term for sign, term in found if sign == "-"]

    def matches(event: Event) -> bool:
        line = json.dumps(event, separators=(",", ":"))
        # AWS ignores the optional terms where there are required ones.
        wanted = all(term(line) for term in every) and (bool(every) or not some or any(term(line) for term in some))
        return wanted and not any(term(line) for term in none)

    return matches


def _term(quoted: str, regex: str, word: str) -> Callable[[str], bool]:
    if regex:
        expression = _regex(regex, REPETITIONS_IN_TEXT)
        return lambda line: expression.search(line) is not None
    # A blank phrase stands for every event.
    term = re.sub(r"\\(.)", r"\1", quoted).strip() or word
    return lambda line: term in line
