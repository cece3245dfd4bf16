"""Patterns as policies write them: wildcards and variables, by IAM's rules.

``*`` is any run of characters and ``?`` any one. ``${key}`` stands for what the request's context says, in which
wildcards mean nothing; ``${*}``, ``${?}`` and ``${$}`` are the characters themselves (IAM User Guide, "IAM policy
elements: Variables and tags").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from typing import Final

ANY: Final = object()
"""Any run of characters."""
ONE: Final = object()
"""Any one character."""
WILDCARDS: Final = {"*": ANY, "?": ONE}
CHARACTERS: Final = {ANY: "*", ONE: "?"}
VARIABLE: Final = re.compile(r"\$\{([^}',{]*)(?:,\s*'([^']*)'\s*)?\}")
LITERALS: Final = {"*", "?", "$"}
LONGEST_KEPT: Final = 2_048
"""Patterns longer than any ARN are read again each time, lest a hostile one fill the memory."""
MOST_FOLLOWED: Final = 32_768
"""How long a pattern and a text, multiplied, are walked by going back: beyond, in the worst case, it takes too long."""
MOST_WALKED: Final = 20_000
"""How many sets of states an inclusion may walk: patterns that people write need some hundreds."""

Token = object
"""A character, or ANY or ONE."""
Resolve = Callable[[str], "str | None"]
"""Gives the value of a context key in lower case; None where the request has none."""


def tokens(pattern: str, resolve: Resolve | None = None) -> tuple[Token, ...] | None:
    """Return the pattern's tokens; None where it names a variable that has no value and no default.

    Without ``resolve``, a variable is text like any other, as in policies of the version 2008-10-17.
    """
    if resolve is None or "${" not in pattern:
        return _plain(pattern)
    found: list[Token] = []
    position = 0
    for match in VARIABLE.finditer(pattern):
        key = match[1].strip()
        value = key if key in LITERALS else resolve(key.lower())
        value = match[2] if value is None else value
        if value is None:
            return None
        found.extend((*_plain(pattern[position : match.start()]), *value))
        position = match.end()
    return (*found, *_plain(pattern[position:]))


def nonempty(pattern: Sequence[Token]) -> tuple[Token, ...]:
    """Return a pattern in which every run of characters has at least one."""
    return tuple(chain.from_iterable((ONE, ANY) if each is ANY else (each,) for each in pattern))


def substituted(text: str, resolve: Resolve | None) -> str | None:
    """Return a text in which only variables mean anything; None where one has no value and no default."""
    found = tokens(text, resolve)
    return None if found is None else "".join(map(_written, found))


def _written(token: Token) -> str:
    return token if isinstance(token, str) else CHARACTERS[token]


def variables(pattern: str) -> list[str]:
    """Return the context keys that the pattern's variables name, in lower case."""
    keys = [match[1].strip() for match in VARIABLE.finditer(pattern)]
    return [key.lower() for key in keys if key not in LITERALS]


def _plain(pattern: str) -> tuple[Token, ...]:
    return _kept(pattern) if len(pattern) <= LONGEST_KEPT else _read(pattern)


def _read(pattern: str) -> tuple[Token, ...]:
    return tuple(WILDCARDS.get(each, each) for each in pattern)


_kept = functools.lru_cache(maxsize=65_536)(_read)


def matches(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether the whole of ``text``, in which wildcards mean nothing, matches ``pattern``.

    Actions are compared without regard to case, resources with it (IAM User Guide, "Action" and "Resource").
    """
    if ignore_case:
        pattern, text = pattern.lower(), text.lower()
    return covers(_plain(pattern), text)


def takes(pattern: str, text: str) -> bool:
    """Return whether ``text``, in which wildcards mean nothing, matches a pattern without variables; remembered."""
    if len(pattern) > LONGEST_KEPT or len(text) > LONGEST_KEPT:
        return Pattern(_read(pattern)).takes(text)
    return _taken(pattern, text)


@functools.lru_cache(maxsize=16_384)
def _taken(pattern: str, text: str) -> bool:
    return _made(pattern).takes(text)


@functools.lru_cache(maxsize=4_096)
def _made(pattern: str) -> Pattern:
    return Pattern(_read(pattern))


class Pattern:
    """A pattern made ready to be compared often: `matches`, `covers` and `overlaps` with less work each time."""

    __slots__ = ("counting", "literal", "pieces", "tokens")

    def __init__(self, found: Sequence[Token]) -> None:
        self.tokens = tuple(found)
        self.pieces = None if ONE in self.tokens else _pieces(self.tokens)
        """The texts between the runs of any characters; None where single characters are counted."""
        self.counting = _ordered(self.tokens) if self.pieces is None else self.tokens
        """The tokens in an order in which a text is compared the fastest."""
        self.literal = self.pieces[0] if self.pieces is not None and len(self.pieces) == 1 else None
        """The one text that matches, where there is only one."""

    @property
    def wild(self) -> bool:
        """Whether more than one text matches."""
        return self.literal is None

    def takes(self, text: str) -> bool:
        """Return whether a text, in which wildcards mean nothing, matches."""
        if self.literal is not None:
            return self.literal == text
        if self.pieces is None:
            return covers(self.counting, text)
        return text.startswith(self.pieces[0]) and _found(self.pieces, text)

    def covers(self, other: Pattern) -> bool:
        """Return whether everything that the other pattern matches matches this one."""
        return covers(self.tokens, other.tokens) if other.literal is None else self.takes(other.literal)

    def overlaps(self, other: Pattern) -> bool:
        """Return whether some text matches both patterns."""
        return overlaps(self.tokens, other.tokens) if other.literal is None else self.takes(other.literal)


def _ordered(found: Sequence[Token]) -> tuple[Token, ...]:
    """Return a pattern that matches the same, in which of adjacent wildcards the run is one and the last."""
    ordered: list[Token] = []
    for token in found:
        if token is ONE and ordered and ordered[-1] is ANY:
            ordered.insert(len(ordered) - 1, ONE)
        elif not (token is ANY and ordered and ordered[-1] is ANY):
            ordered.append(token)
    return tuple(ordered)


def _pieces(found: Sequence[Token]) -> tuple[str, ...]:
    pieces: list[list[str]] = [[]]
    for token in found:
        if token is ANY:
            pieces.append([])
        else:
            pieces[-1].append(str(token))
    return tuple(map("".join, pieces))


def _found(pieces: Sequence[str], text: str) -> bool:
    """Return whether a text is made of pieces in order with anything between them."""
    first, *between, last = pieces
    if not (text.startswith(first) and text.endswith(last)):
        return False
    position, end = len(first), len(text) - len(last)
    for piece in between:
        position = text.find(piece, position, end)
        if position < 0:
            return False
        position += len(piece)
    return position <= end


def covers(pattern: Sequence[Token], text: Sequence[Token]) -> bool:
    """Return whether everything that ``text`` stands for matches ``pattern``.

    A text without wildcards is itself; one with wildcards is a pattern, which must be included.
    """
    if len(pattern) == 1 and pattern[0] is ANY:
        return True
    counts = not isinstance(pattern, str) and ONE in pattern
    if counts and not isinstance(text, str) and ANY in text:
        return _includes(pattern, text)
    if len(pattern) * len(text) > MOST_FOLLOWED:
        return _accepts(pattern, text)
    return _follows(pattern, text)


def _follows(pattern: Sequence[Token], text: Sequence[Token]) -> bool:
    """Return what `covers` does, by going back to the last run of characters only.

    That is right unless ``text`` has a run and ``pattern`` counts characters. The time is at most the square of the
    text's length, whatever the wildcards.
    """
    at = position = 0
    star = resume = -1
    while position < len(text):
        if at < len(pattern) and pattern[at] is ANY:
            star, resume = at, position
            at += 1
        elif at < len(pattern) and text[position] is not ANY and pattern[at] in {ONE, text[position]}:
            at += 1
            position += 1
        elif star >= 0:
            resume += 1
            at, position = star + 1, resume
        else:
            return False
    return all(each is ANY for each in pattern[at:])


class Automaton:
    """A pattern as an automaton; a set of its states is an integer, with a bit for each position in the pattern."""

    def __init__(self, pattern: Sequence[Token]) -> None:
        merged = [token for before, token in pairwise((None, *pattern)) if not token is before is ANY]
        self.end = 1 << len(merged)
        self.takes: dict[Token, int] = {}
        for position, token in enumerate(merged):
            self.takes[token] = self.takes.get(token, 0) | 1 << position
        self.runs = self.takes.get(ANY, 0)

    def start(self) -> int:
        """Return the states before anything is read."""
        return self.rest(1)

    def rest(self, states: int) -> int:
        """Return the states together with those that follow without a character: each run may be empty."""
        while more := (states & self.runs) << 1 & ~states:
            states |= more
        return states

    def after(self, states: int, token: Token) -> int:
        """Return the states after a character; after one that no pattern names, for ONE."""
        moving = self.takes.get(ONE, 0) | (self.takes.get(token, 0) if isinstance(token, str) else 0)
        return self.rest((states & moving) << 1 | states & self.runs)


def _accepts(pattern: Sequence[Token], text: Sequence[Token]) -> bool:
    """Return what `_follows` does, in time linear in the text for each 64 of the pattern's tokens."""
    automaton = Automaton(pattern)
    states = automaton.start()
    for token in text:
        states = automaton.rest(states & automaton.runs) if token is ANY else automaton.after(states, token)
        if not states:
            return False
    return bool(states & automaton.end)


def _includes(pattern: Sequence[Token], text: Sequence[Token]) -> bool:
    """Return what `covers` does, for any two patterns, by walking the text with every set of states it may leave.

    Where a walk grows beyond `MOST_WALKED`, inclusion counts as not shown.
    """
    automaton = Automaton(pattern)
    reached = {automaton.start()}
    walked = 0
    for token in text:
        if token is ANY:
            reached = set().union(*(_repeated(automaton, states) for states in reached))
        else:
            reached = {automaton.after(states, token) for states in reached}
        walked += len(reached)
        if 0 in reached or walked > MOST_WALKED:
            return False
    return all(states & automaton.end for states in reached)


def _repeated(automaton: Automaton, states: int) -> set[int]:
    """Return the sets of states after any number of characters that only a wildcard takes."""
    found: set[int] = set()
    while states not in found and len(found) <= MOST_WALKED:
        found.add(states)
        states = automaton.after(states, ONE)
    return found


def overlaps(one: Sequence[Token], other: Sequence[Token]) -> bool:
    """Return whether some text matches both patterns, in time linear in the longer for each 64 of the shorter."""
    shorter, longer = sorted((one, other), key=len)
    automaton = Automaton(shorter)
    states = automaton.start()
    everything = (automaton.end << 1) - 1
    for token in longer:
        if token is ANY:
            states = everything & -(states & -states)
        elif token is ONE:
            states = automaton.rest((states & ~automaton.end) << 1 | states & automaton.runs)
        else:
            states = automaton.after(states, token)
        if not states:
            return False
    return bool(states & automaton.end)


def witness(one: Sequence[Token], other: Sequence[Token]) -> str | None:
    """Return a text that matches both patterns; None where there is none.

    The two are walked as automata side by side: a state is a position in each, so that the time is at most the product
    of their lengths.
    """
    if not overlaps(one, other):
        return None
    pending: list[tuple[int, int]] = [(0, 0)]
    came: dict[tuple[int, int], tuple[tuple[int, int], str] | None] = {(0, 0): None}
    while (len(one), len(other)) not in came:
        state = pending.pop()
        for after, character in _steps(one, other, state):
            if after not in came:
                came[after] = state, character
                pending.append(after)
    return _trail(came, (len(one), len(other)))


def _steps(one: Sequence[Token], other: Sequence[Token], state: tuple[int, int]) -> list[tuple[tuple[int, int], str]]:
    """Return the states that follow, each with the character on the way, empty for none."""
    first, second = state
    left = one[first] if first < len(one) else None
    right = other[second] if second < len(other) else None
    steps: list[tuple[tuple[int, int], str]] = []
    if left is ANY:
        steps.append(((first + 1, second), ""))
    if right is ANY:
        steps.append(((first, second + 1), ""))
    character = _common(left, right)
    if character:
        steps.append(((first + (left is not ANY), second + (right is not ANY)), character))
    return steps


def _common(left: Token | None, right: Token | None) -> str:
    """Return a character that both tokens take; empty where there is none."""
    if left is None or right is None or (left is ANY and right is ANY):
        return ""
    if isinstance(left, str):
        return left if right in {ANY, ONE, left} else ""
    return right if isinstance(right, str) else "x"


def _trail(came: dict[tuple[int, int], tuple[tuple[int, int], str] | None], state: tuple[int, int]) -> str:
    characters: list[str] = []
    step = came[state]
    while step is not None:
        state, character = step
        characters.append(character)
        step = came[state]
    return "".join(reversed(characters))
