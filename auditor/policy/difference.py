"""What some patterns match and others do not, shown by a text: the difference of two sets of patterns."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from auditor.policy.effort import Effort
from auditor.policy.patterns import ANY, ONE, Automaton, Token, nonempty, overlaps, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_STEPS: Final = 1_000_000
"""How many steps of automata a search for a difference may take: patterns that people write need some thousands."""
STEP: Final = 8
"""How many tokens are read, to tell whether patterns have anything in common, in the time of one step."""
FRESH: Final = "xyzwvutsrqponmlkjihgfedcba9876543210-_"
"""Characters for what is open, the first that no pattern names."""


class TooManyStatesError(RuntimeError):
    """Patterns are too tangled for their difference to be found in reasonable time."""


State = tuple[int, tuple[int, ...]]
"""A position in the pattern that must match, and the states of those that must not."""
Trail = dict[State, tuple[State, str] | None]


def excess(first: Iterable[str], second: Iterable[str], effort: Effort | None = None) -> str | None:
    """Return a text that one of the first patterns matches and none of the second; None where there is none.

    Texts are compared with their case: give actions in lower case. Where that suffices, something stands for each
    ``*``. TooManyStatesError where the answer cannot be told in reasonable time, which takes patterns made for it.
    """
    effort = effort or Effort(MOST_STEPS)
    wanted = [tokens(each) or () for each in first]
    refused = [tokens(each) or () for each in second]
    found = (_beyond(each, refused, effort) for each in (*map(nonempty, wanted), *wanted))
    return next((each for each in found if each is not None), None)


def _beyond(wanted: Sequence[Token], others: Sequence[Sequence[Token]], effort: Effort) -> str | None:
    """Return a short text that matches a pattern and none of others.

    The pattern is walked beside the others' automata, breadth first, with every character that makes a difference to
    one of them.
    """
    refused = [each for each in others if overlaps(each, wanted)]
    automata = [Automaton(each) for each in refused]
    effort.spend(sum(map(len, others)) // STEP)
    fresh = _unnamed(wanted, refused)
    start: State = (0, tuple(each.start() for each in automata))
    came: Trail = {start: None}
    pending = deque([start])
    while pending:
        state = pending.popleft()
        if state[0] == len(wanted) and not any(
            states & each.end for states, each in zip(state[1], automata, strict=True)
        ):
            return _spelt(came, state)
        for after, character in _steps(wanted, automata, state, fresh):
            if not effort.spend(1 + len(automata)):
                raise TooManyStatesError("the patterns are too tangled to compare")
            if after not in came:
                came[after] = state, character
                pending.append(after)
    return None


def _steps(
    wanted: Sequence[Token], automata: Sequence[Automaton], state: State, fresh: str
) -> Iterator[tuple[State, str]]:
    """Yield the states that follow, each with the character on the way, empty for none."""
    position, refused = state
    token = wanted[position] if position < len(wanted) else None
    if token is ANY:
        yield (position + 1, refused), ""
    for character in _readable(token, automata, refused, fresh):
        after = tuple(each.after(states, character) for states, each in zip(refused, automata, strict=True))
        yield (position + (token is not ANY), after), character


def _readable(token: Token | None, automata: Sequence[Automaton], refused: tuple[int, ...], fresh: str) -> list[str]:
    """Return the characters that a token takes and that lead on to different states of the automata."""
    if token is None:
        return []
    if isinstance(token, str):
        return [token]
    awaited = {
        each
        for states, automaton in zip(refused, automata, strict=True)
        for each, positions in automaton.takes.items()
        if isinstance(each, str) and positions & states
    }
    return [fresh, *sorted(awaited)]


def _unnamed(wanted: Sequence[Token], refused: Sequence[Sequence[Token]]) -> str:
    named = {each for pattern in (wanted, *refused) for each in pattern if each not in {ANY, ONE}}
    return next((each for each in FRESH if each not in named), "\N{REPLACEMENT CHARACTER}")


def _spelt(came: Trail, state: State) -> str:
    characters: list[str] = []
    while (step := came[state]) is not None:
        state, character = step
        characters.append(character)
    return "".join(reversed(characters))
