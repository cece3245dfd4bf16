"""Condition blocks: whether they hold for what is known of a request (IAM User Guide, "Condition operators").

Answers are three-valued: where the context is open, a key may turn out to have any value, and None says so.
"""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from auditor.policy.patterns import Resolve, Token, covers, substituted, takes, tokens, variables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.policy.document import Condition

Truth = bool | None
"""Whether something holds; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of a request: the values of condition keys, by key in lower case.

    Any other key is absent, or, in an ``open`` context, unknown unless it is among the ``absent`` ones. Keys that are
    ``unsure`` are there with a value that nobody knows.
    """

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open: bool = False
    absent: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()

    def has(self, key: str) -> Truth:
        """Return whether the request has a key. An empty value counts as none."""
        if key in self.unsure or any(self.values.get(key, ())):
            return True
        return None if self.open and key not in self.absent and key not in self.values else False

    def knows(self, key: str) -> bool:
        """Return whether what a key holds, if it is there at all, is known."""
        return key not in self.unsure and self.has(key) is not None

    def variable(self, key: str) -> str | None:
        """Return what a policy variable stands for; None where the request has no single value for it."""
        held = [each for each in self.values.get(key, ()) if each]
        return held[0] if len(held) == 1 else None


CLOSED: Final = Context()
"""A request of which everything is known, and that has no condition keys."""

Compare = Callable[[str, str, "Resolve | None"], bool]
"""Tells whether a value meets what a policy wants, in which variables are to be resolved."""

OPERATOR: Final = re.compile(r"(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?")
NEGATION: Final = re.compile(r"not(?=equals|like|ipaddress)")
LITERAL: Final = re.compile(r"(?:for(?:all|any)values?:)?string(?:not)?equals(?:ignorecase)?(?:ifexists)?")
"""The operators to which wildcards are characters like any other."""
ARN_PARTS: Final = 6
NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?")
DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}.*)?")
YEAR_OR_MONTH: Final = re.compile(r"\d{4}(-\d{2})?")
"""The short forms of https://www.w3.org/TR/NOTE-datetime: the first instant of a year or a month."""
EPOCH: Final = re.compile(r"\d+(\.\d+)?")
NETWORK: Final = re.compile(r"[0-9a-fA-F.:]+(/\d{1,3})?")
MILLISECONDS: Final = 1e11
"""Epoch times above are in milliseconds: in seconds they would be in the year 5138."""


class SenselessError(ValueError):
    """Two values cannot be compared: one is not what the operator compares."""


class ValuelessError(SenselessError):
    """A variable has no value: nothing is equal to it, all is unlike it ("Policy variables with no value")."""


def holds(conditions: Iterable[Condition], context: Context, *, resolving: bool = True) -> Truth:
    """Return whether all conditions of a statement hold; one whose operator AWS does not document never does.

    ``resolving``: whether the policy is of a version that has variables.
    """
    return every(condition_holds(each, context, resolving=resolving) for each in conditions)


def every(answers: Iterable[Truth]) -> Truth:
    """Return whether all answers are yes, in Kleene's logic."""
    told = list(answers)
    return False if False in told else None if None in told else True


def some(answers: Iterable[Truth]) -> Truth:
    """Return whether any answer is yes, in Kleene's logic."""
    told = list(answers)
    return True if True in told else None if None in told else False


def condition_holds(condition: Condition, context: Context, *, resolving: bool = True) -> Truth:
    """Return whether one condition holds."""
    parsed = OPERATOR.fullmatch(condition.operator)
    quantifier, name, if_exists = parsed.groups() if parsed else (None, "", None)
    if name == "null":
        return _null(condition, context) if if_exists is None else False
    base = NEGATION.sub("", name)
    if base not in COMPARISONS:
        return False
    resolving = resolving and base.startswith(RESOLVED)
    there = context.has(condition.key)
    if there is False:
        # A key that is missing fails to be any of the values, and meets whatever is asked of all of its values.
        return bool(if_exists) or quantifier == "forallvalues" or (base != name and quantifier is None)
    if not context.knows(condition.key):
        return None
    test = partial(_meets, COMPARISONS[base], condition, context, resolving=resolving, negated=base != name)
    values = [each for each in context.values[condition.key] if each]
    if quantifier is None:
        return test(values[0]) if len(values) == 1 else False
    return every(map(test, values)) if quantifier == "forallvalues" else some(map(test, values))


def _null(condition: Condition, context: Context) -> Truth:
    there = context.has(condition.key)
    wanted = {value.lower() for value in condition.values} & {"true", "false"}
    return some(None if there is None else there is (each == "false") for each in sorted(wanted))


def _meets(
    compare: Compare, condition: Condition, context: Context, value: str, *, resolving: bool, negated: bool
) -> Truth:
    """Return whether a value is one of those a condition names, or, ``negated``, none of them.

    A comparison that makes no sense is met neither way.
    """
    answer: Truth = False
    for wanted in condition.values:
        if resolving and not all(context.knows(key) for key in variables(wanted)):
            answer = None
        elif _met(compare, wanted, value, context.variable if resolving else None, senseless=negated):
            return not negated
    return (None if answer is None else not answer) if negated else answer


def _met(compare: Compare, wanted: str, value: str, resolve: Resolve | None, *, senseless: bool) -> bool:
    try:
        return compare(wanted, value, resolve)
    except ValuelessError:
        return False
    except SenselessError:
        return senseless


def _text(wanted: str, resolve: Resolve | None) -> str:
    text = substituted(wanted, resolve)
    if text is None:
        raise ValuelessError(wanted)
    return text


def _pattern(wanted: str, resolve: Resolve | None) -> tuple[Token, ...]:
    pattern = tokens(wanted, resolve)
    if pattern is None:
        raise ValuelessError(wanted)
    return pattern


def _like(wanted: str, value: str, resolve: Resolve | None) -> bool:
    if resolve is None or "${" not in wanted:
        return takes(wanted, value)
    return covers(_pattern(wanted, resolve), value)


def _by(read: Callable[[str], Any], relate: Callable[[Any, Any], bool]) -> Compare:
    """Return the comparison of what ``read`` makes of both texts; the value stands on the left."""

    def compare(wanted: str, value: str, resolve: Resolve | None) -> bool:
        text = _text(wanted, resolve)
        try:
            return relate(read(value), read(text))
        except (ValueError, OverflowError) as error:
            raise SenselessError(wanted) from error

    return compare


def _number(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise SenselessError(text)
    return Decimal(text)


def _time(text: str) -> datetime:
    """Return a time in the W3C's profile of ISO 8601, UTC unless it says otherwise, or since the epoch."""
    if YEAR_OR_MONTH.fullmatch(text):
        text = f"{text}-01-01"[:10]
    if EPOCH.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > MILLISECONDS else seconds, UTC)
    if not DATE.fullmatch(text):
        raise SenselessError(text)
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    if not set(text) & set(".:") or not NETWORK.fullmatch(text):
        raise SenselessError(text)
    return ipaddress.ip_network(text, strict=False)


def _inside(address: Any, network: Any) -> bool:
    return bool(address.version == network.version and address.subnet_of(network))


def _arn(wanted: str, value: str, resolve: Resolve | None) -> bool:
    """Return whether an ARN matches, part by part: a wildcard does not reach over a colon but in the last."""
    pattern, parts = _arn_parts(_pattern(wanted, resolve)), _arn_parts(value)
    return all(covers(part, text) for part, text in zip(pattern, parts, strict=True))


def _arn_parts(text: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    for each in text:
        if each == ":" and len(parts) < ARN_PARTS:
            parts.append([])
        else:
            parts[-1].append(each)
    if len(parts) < ARN_PARTS or "".join(map(str, parts[0])) not in {"arn", "*"}:
        raise SenselessError(text)
    return parts


ORDERS: Final = {
    "equals": operator.eq,
    "lessthan": operator.lt,
    "lessthanequals": operator.le,
    "greaterthan": operator.gt,
    "greaterthanequals": operator.ge,
}
RESOLVED: Final = ("string", "arn", "bool")
"""How the operators begin whose values may have variables; in those of others, they are text."""
COMPARISONS: Final[dict[str, Compare]] = {
    "stringequals": _by(str, operator.eq),
    "stringequalsignorecase": _by(str.casefold, operator.eq),
    "stringlike": _like,
    **{f"numeric{name}": _by(_number, order) for name, order in ORDERS.items()},
    **{f"date{name}": _by(_time, order) for name, order in ORDERS.items()},
    "bool": _by(lambda text: text.lower() == "true", operator.eq),
    "binaryequals": _by(str, operator.eq),
    "ipaddress": _by(_network, _inside),
    "arnequals": _arn,
    "arnlike": _arn,
}
"""The operators that are no negation of another, in lower case."""
