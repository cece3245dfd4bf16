"""What policies say twice: actions, resources and values that others cover, and statements that others hold."""

from __future__ import annotations

import functools
from collections import Counter
from typing import TYPE_CHECKING, Final

from auditor.policy.patterns import Pattern, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.policy.document import Document, Statement
    from auditor.policy.linter.place import Found, Place

MOST_COMPARED: Final = 200
"""How many statements or values are compared with each other: AWS's quotas leave room for few more."""
LONGEST: Final = 2_048


def redundant_values(place: Place) -> Iterator[Found]:
    """Yield the actions, resources and condition values of a statement that others of the same list cover."""
    statement = place.statement
    for code, what, values in (
        ("redundant-action", "action", tuple(each.lower() for each in statement.actions or ())),
        ("redundant-action", "action", tuple(each.lower() for each in statement.not_actions or ())),
        ("redundant-resource", "resource", statement.resources or ()),
        ("redundant-resource", "resource", statement.not_resources or ()),
    ):
        for value, other in _covered(values, wild=True):
            yield code, f"names the {what} {value}, which {other} covers", value
    for condition in statement.conditions:
        for value, other in _covered(condition.values, wild="like" in condition.operator):
            words = f"compares {condition.key} with {value}, which {other} covers"
            yield "redundant-condition-value", words, value


def _covered(values: Sequence[str], *, wild: bool) -> Iterator[tuple[str, str]]:
    """Yield the values that another one covers, with that one: the same a second time, or a pattern of it."""
    counts = Counter(values)
    yield from ((value, "the same") for value, count in counts.items() if count > 1)
    if not wild:
        return
    kept = [each for each in counts if len(each) <= LONGEST][:MOST_COMPARED]
    wide = [each for each in kept if _pattern(each).wild]
    for value in kept:
        covering = (each for each in wide if each != value and _pattern(each).covers(_pattern(value)))
        other = next(covering, None)
        if other is not None:
            yield value, other


def redundant_statements(document: Document) -> Iterator[tuple[int, str, str]]:
    """Yield the statements that say nothing that another does not: their number, words, and the other's number."""
    statements = document.statements[:MOST_COMPARED]
    told: set[int] = set()
    for number, one in enumerate(statements, 1):
        for other_number, other in enumerate(statements, 1):
            if number == other_number or other_number in told or not _alike(one, other):
                continue
            if _holds(other.actions, one.actions, ignore_case=True) and _holds(other.resources, one.resources):
                told.add(number)
                yield number, f"says nothing that statement {other_number} does not", str(other_number)
                break


def _alike(one: Statement, other: Statement) -> bool:
    """Return whether two statements differ in actions and resources alone, and the other asks no more conditions."""
    same = (one.allows, one.principals, one.not_principals) == (other.allows, other.principals, other.not_principals)
    plain = all(each.not_actions is None and each.not_resources is None for each in (one, other))
    return same and plain and set(other.conditions) <= set(one.conditions)


def _holds(wider: Sequence[str] | None, narrower: Sequence[str] | None, *, ignore_case: bool = False) -> bool:
    """Return whether each pattern of one list is covered by one of the other."""
    if wider is None or narrower is None:
        return wider is narrower
    if len(wider) > MOST_COMPARED or len(narrower) > MOST_COMPARED:
        return False
    if ignore_case:
        wider, narrower = [each.lower() for each in wider], [each.lower() for each in narrower]
    wide = [each for each in wider if len(each) <= LONGEST and _pattern(each).wild]
    return all(
        each in wider or (len(each) <= LONGEST and any(_pattern(held).covers(_pattern(each)) for held in wide))
        for each in narrower
    )


@functools.lru_cache(maxsize=16_384)
def _pattern(text: str) -> Pattern:
    return Pattern(tokens(text) or ())
