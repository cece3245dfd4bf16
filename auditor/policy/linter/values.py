"""What condition operators can compare, and conditions on one key that no value of it meets together."""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor.policy.conditions import Context, condition_holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.policy.document import Condition
    from auditor.policy.linter.place import Found, Place

ARN_COLONS: Final = 5
MOST_TRIED: Final = 200
"""How many values of a key are tried: conditions that name more are taken to be meetable."""
FINITE: Final = ("stringequals", "bool", "numericequals", "dateequals", "binaryequals")
"""The operators that only values they name meet."""
ORDERED: Final = re.compile(r"(numeric|date)(lessthan|greaterthan)(equals)?")


class Type(NamedTuple):
    """What operators of a type compare: whether a value is of it, else the lapse, and what keys are never of it."""

    fits: Callable[[str], bool]
    code: str
    words: str
    never: frozenset[str]


def _is_number(value: str) -> bool:
    try:
        return float(value) == float(value)
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return True
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_network(value: str) -> bool:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return "." in value or ":" in value


def _is_truth(value: str) -> bool:
    return value.lower() in {"true", "false"}


def _is_arn(value: str) -> bool:
    """Return whether a value has the six parts of an ARN, the first of which may be a wildcard."""
    return set(value) == {"*"} or (value.count(":") >= ARN_COLONS and value.partition(":")[0] in {"arn", "*"})


def _is_anything(_value: str) -> bool:
    return True


TYPES: Final = {
    "string": Type(_is_anything, "", "", frozenset({"ipaddress"})),
    "numeric": Type(_is_number, "type-mismatch-number", "is no number", frozenset({"bool", "arn", "ipaddress"})),
    "date": Type(_is_date, "type-mismatch-date", "is no date", frozenset({"bool", "arn", "ipaddress"})),
    "bool": Type(
        _is_truth,
        "type-mismatch-boolean",
        "is neither true nor false",
        frozenset({"numeric", "date", "arn", "ipaddress"}),
    ),
    "binary": Type(_is_anything, "", "", frozenset()),
    "ipaddress": Type(
        _is_network, "type-mismatch-ip-range", "is no address or range", frozenset({"bool", "numeric", "date", "arn"})
    ),
    "arn": Type(
        _is_arn,
        "malformed-arn-in-condition",
        "is no ARN of six parts",
        frozenset({"bool", "numeric", "date", "ipaddress"}),
    ),
    "null": Type(_is_truth, "type-mismatch-null", "is neither true nor false", frozenset()),
}
"""What operators compare, by how their names begin."""


def misfit(type_name: str, value: str) -> tuple[str, str] | None:
    """Return the code and the words where a value is not what operators of a type compare; None where it is."""
    found = TYPES[type_name]
    return None if found.fits(value) else (found.code, found.words)


def is_exact(network: str) -> bool:
    """Return whether the address of a range is the first of it."""
    address, slash, _ = network.partition("/")
    return not slash or ipaddress.ip_network(network, strict=False).network_address == ipaddress.ip_address(address)


def unmeetable(place: Place) -> Iterator[Found]:
    """Yield the keys whose conditions cannot hold together, whatever a request's value or without one."""
    by_key: dict[str, list[Condition]] = defaultdict(list)
    for each in place.statement.conditions:
        by_key[each.key].append(each)
    for key, held in by_key.items():
        operators = [each.operator for each in held]
        for operator in dict.fromkeys(each for each in operators if operators.count(each) > 1):
            yield "duplicate-keys-with-different-case", f"compares {key} by {operator} more than once", key
        if len(held) > 1 and not _meetable(key, held, resolving=place.resolving):
            words = f"has conditions on {key} that never hold together: {' and '.join(map(_words, held))}"
            yield "unmeetable-conditions", words, key


def _words(condition: Condition) -> str:
    return f"{condition.operator} {' or '.join(condition.values) or 'nothing'}"


def _meetable(key: str, conditions: Sequence[Condition], *, resolving: bool) -> bool:
    """Return whether some value of a key, or its absence, meets conditions; True where that is not decided.

    It is decided where one of them names all values that meet it, or where all are about an order.
    """
    if any(":" in each.operator for each in conditions) or any("${" in v for each in conditions for v in each.values):
        return True
    values = _finite(conditions)
    if values is None:
        values = _ordered(conditions)
    if values is None or len(values) > MOST_TRIED:
        return True
    contexts = [Context({key: (value,)}) for value in values if value]
    return any(
        all(condition_holds(each, context, resolving=resolving) for each in conditions)
        for context in (*contexts, Context())
    )


def _finite(conditions: Sequence[Condition]) -> list[str] | None:
    """Return all values that meet one of conditions; None where none of them names all."""
    for each in conditions:
        base = each.operator.removesuffix("ifexists")
        if base == "bool":
            return ["true", "false"]
        if base in FINITE:
            return list(each.values)
        if base == "null" and {value.lower() for value in each.values} == {"true"}:
            return []
    return None


def _ordered(conditions: Sequence[Condition]) -> list[str] | None:
    """Return the bounds that conditions name, and values between and beyond them; None where others are among them.

    An order of numbers or times holds for all values between two bounds or for none.
    """
    matches = [ORDERED.fullmatch(each.operator.removesuffix("ifexists")) for each in conditions]
    kinds = {match[1] if match else "" for match in matches}
    bounds = sorted({value for each in conditions for value in each.values})
    try:
        if kinds == {"numeric"}:
            return _around([float(each) for each in bounds], 1.0, repr)
        if kinds == {"date"}:
            return _around([_moment(each) for each in bounds], timedelta(days=1).total_seconds(), _written)
    except (ValueError, OverflowError):
        return None
    return None


def _moment(value: str) -> float:
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _written(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _around(bounds: list[float], step: float, written: Callable[[float], str]) -> list[str]:
    if not bounds:
        return []
    bounds = sorted(set(bounds))
    between = [(one + other) / 2 for one, other in itertools.pairwise(bounds)]
    return [written(each) for each in (bounds[0] - step, *bounds, *between, bounds[-1] + step)]
