"""Filter patterns of CloudWatch Logs: parsed, and asked whether they match an event. No AWS calls.

The rules are those of the CloudWatch Logs User Guide, "Filter pattern syntax for metric filters". Equivalent patterns
give equal answers, whatever their order, spacing or quotes.
"""

from __future__ import annotations

import functools
import json
import operator
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

Event = Mapping[str, Any]
"""A log event that is a JSON object, as CloudTrail's are."""
Matcher = Callable[[Event], "bool | None"]
"""Tells whether an event matches; None where AWS does not document what comes of it."""

ABSENT: Final = object()
TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<symbol>&&|\|\||[()]|!=|<=|>=|=|<|>)
      | (?P<selector>\$(?:\.[\w\-*]+|\[(?:\d+|\*|'[^']*'|"[^"]*")\])+)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | %(?P<regex>[^%]*)%
      | (?P<word>[^\s()"%=<>!&|]+)
    )""",
    re.VERBOSE,
)
STEP: Final = re.compile(r"""\.([\w\-*]+)|\[(\d+|\*)\]|\['([^']*)'\]|\["([^"]*)"\]""")
ORDER: Final = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
REGEX: Final = re.compile(r"[\w#=@/;,\-^$?\[\]{}|\\*+.: ]*")
"""What a regular expression may hold; without parentheses, none takes exponential time."""
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

    def _condition(self, select: Callable[[Event], Any], relation: Token) -> Matcher:
        if relation.kind == "symbol":
            return _comparison(select, relation.text, self._take())
        words = relation.text.upper(), self._take().text.upper()
        if words not in STATES:
            raise PatternError(" ".join(words))
        holds = STATES[words]
        return lambda event: holds(select(event))


STATES: Final[dict[tuple[str, str], Callable[[Any], bool]]] = {
    ("NOT", "EXISTS"): lambda value: value is ABSENT,
    ("IS", "NULL"): lambda value: value is None,
    ("IS", "TRUE"): lambda value: value is True,
    ("IS", "FALSE"): lambda value: value is False,
}


def _some(answers: Iterator[bool | None]) -> bool | None:
    """Return whether any answer is yes, in Kleene's logic."""
    told = list(answers)
    return True if True in told else None if None in told else False


def _negated(answer: bool | None) -> bool | None:  # noqa: FBT001 - an answer is what it is about
    return None if answer is None else not answer


def _selected(selector: str) -> Callable[[Event], Any]:
    """Return what reads the selected value of an event, ABSENT where there is none."""
    steps = [next(filter(None, found.groups())) for found in STEP.finditer(selector)]

    def select(event: Event) -> Any:
        value: Any = event
        for step in steps:
            if isinstance(value, Mapping):
                value = value.get(step, ABSENT)
            elif isinstance(value, list) and step.isdigit():
                value = value[int(step)] if int(step) < len(value) else ABSENT
            else:
                return ABSENT
        return value

    return select


def _comparison(select: Callable[[Event], Any], symbol: str, right: Token) -> Matcher:
    if symbol in ORDER:
        return functools.partial(_ordered, select, ORDER[symbol], _number(right.text))
    if symbol not in {"=", "!="} or right.kind not in {"word", "quoted", "regex"}:
        raise PatternError(f"{symbol} {right.text}")
    equal = _equality(right)

    def matches(event: Event) -> bool | None:
        value = select(event)
        if value is ABSENT:
            # What "!=" says of a member that an event lacks is not documented.
            return False if symbol == "=" else None
        return equal(value) is (symbol == "=")

    return matches


def _ordered(
    select: Callable[[Event], Any], holds: Callable[[float, float], bool], bound: float, event: Event
) -> bool | None:
    value = select(event)
    return holds(value, bound) if isinstance(value, (int, float)) else False


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise PatternError(f"{text} is not a number") from error


def _equality(right: Token) -> Callable[[Any], bool]:
    """Return what tells whether a value equals a number, a text in which ``*`` is anything, or fits an expression."""
    if right.kind == "regex":
        expression = _regex(right.text)
        return lambda value: isinstance(value, str) and expression.search(value) is not None
    text = re.sub(r"\\(.)", r"\1", right.text)
    wanted = re.compile(".*".join(map(re.escape, text.split("*"))), re.DOTALL)
    return lambda value: not isinstance(value, (Mapping, list)) and wanted.fullmatch(_written(value)) is not None


def _written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _regex(text: str) -> re.Pattern[str]:
    if not REGEX.fullmatch(text):
        raise PatternError(f"%{text}%")
    try:
        return re.compile(text)
    except re.error as error:
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
        expression = _regex(regex)
        return lambda line: expression.search(line) is not None
    term = re.sub(r"\\(.)", r"\1", quoted) or word
    return lambda line: term in line
