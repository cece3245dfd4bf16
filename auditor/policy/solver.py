"""Finding a context in which a statement holds and no Deny does: the values a caller may choose for condition keys."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from auditor.policy.conditions import LITERAL, OPERATOR, Context, condition_holds
from auditor.policy.decision import Decision, decide
from auditor.policy.effort import Effort
from auditor.policy.patterns import substituted
from auditor.policy.s3 import KEYS, fixed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.policy.document import Condition
    from auditor.policy.patterns import Resolve
    from auditor.policy.policies import Policies, Request, Rule

Values = tuple[str, ...]
"""The values of a key; none where the key is absent."""
Choice = tuple[Values, Values]
"""What a key may hold, and the policy's patterns it was made from."""

FRESH: Final = "other"
"""A value that policies do not name, or, where one does, one of several that are tried."""
MOST_ESCAPES: Final = 64
"""How many Denies a search goes around before it gives up."""
MOST_CONDITIONS: Final = 200
"""How many conditions of a statement a search tries to meet: AWS's limits leave room for less."""
MOST_VALUES: Final = 64
"""How many values a search tries for a key."""
WORD: Final = 32
"""How many characters of a value count as one word."""
STRANGERS_ADDRESSES: Final = ("198.51.100.77", "2001:db8:ffff::77")
CLAIM: Final = re.compile(r"[^:]*[./]")
"""How the keys of identity providers' claims begin: with the provider's domain."""
UNNAMED: Final[dict[str, Values]] = {
    "arn": ("arn:aws:other:eu-west-1:999999999999:other",),
    "date": ("2030-01-01T00:00:00Z",),
    "ipaddress": STRANGERS_ADDRESSES,
    "numeric": ("0", "1000000"),
}
"""Values that a policy does not name, by what its operators compare: one that they cannot compare is no value."""


def weight(condition: Condition) -> int:
    """Return how many words a condition counts for: one, and more where its values are many or long."""
    return 1 + sum(1 + len(each) // WORD for each in condition.values)


class Search:
    """A search for a context that lets a request through: what is known of the caller, and what may be chosen."""

    def __init__(
        self,
        request: Request,
        policies: Policies,
        rule: Rule,
        may_choose: Callable[[str, Values], bool],
        effort: Effort | None = None,
    ) -> None:
        self.request = request
        self.policies = policies
        self.conditions = rule.statement.conditions
        self.resolving = policies.resource is not None and policies.resource.resolving
        self.may_choose = may_choose
        self.effort = effort or Effort()

    def found(self, known: dict[str, Values]) -> tuple[Request, Decision] | None:
        """Return an allowed request with its decision; None where the search finds none."""
        values = self.satisfying(known)
        return None if values is None else self.let_through(values)

    def let_through(self, satisfying: dict[str, Values]) -> tuple[Request, Decision] | None:
        """Return what `found` does, from values for which the statement holds."""
        values: dict[str, Values] | None = satisfying
        for _ in range(MOST_ESCAPES):
            if values is None or not self.effort.spend(self.effort.decision):
                return None
            request = self._asking(values)
            decision = decide(request, self.policies)
            if decision.allowed:
                return request, decision
            values = self._escaping(values, decision)
        return None

    def _asking(self, values: dict[str, Values]) -> Request:
        return replace(self.request, context=Context({key: held for key, held in values.items() if held}))

    def satisfying(self, known: dict[str, Values]) -> dict[str, Values] | None:
        """Return the values known with those that make the statement's conditions hold; None where none do."""
        values = dict(known)
        for key in dict.fromkeys(each.key for each in self.conditions):
            held = self._choice(values, key, failing=())
            if held is None:
                return None
            values[key] = held
        return values

    def _escaping(self, values: dict[str, Values], decision: Decision) -> dict[str, Values] | None:
        """Return the values changed so that the first Deny that applied does not; None where nothing helps."""
        steps = (step for layer in decision.layers for step in layer.steps)
        denying = next((step for step in steps if step.applies and not step.allows), None)
        for condition in denying.rule.statement.conditions if denying else ():
            held = self._choice(values, condition.key, failing=(condition,))
            if held is not None:
                return {**values, condition.key: held}
        return None

    def _choice(self, values: dict[str, Values], key: str, failing: Sequence[Condition]) -> Values | None:
        """Return what a key may hold for the statement to apply, with conditions that must not hold."""
        holding = [each for each in self.conditions if each.key == key]
        before = values.get(key, ())
        words = sum(map(weight, (*holding, *failing)))
        resolve = Context(values).variable if self.resolving else None
        for held, patterns in itertools.chain([(before, ())], candidates((*holding, *failing), resolve)):
            if held == before or self.may_choose(key, patterns):
                if not self.effort.spend(words):
                    return None
                context = Context({**values, key: held})
                suits = all(self._holds(each, context) for each in holding)
                if suits and all(self._holds(each, context) is False for each in failing):
                    return held
        return None

    def _holds(self, condition: Condition, context: Context) -> bool | None:
        return condition_holds(condition, context, resolving=self.resolving)


def candidates(conditions: Sequence[Condition], resolve: Resolve | None = None) -> Iterator[Choice]:
    """Yield values worth trying for the key of conditions: what they name, what they do not, and nothing.

    ``resolve`` gives the values of variables; without it they are text.
    """
    named = (each for condition in conditions for each in _named(condition, resolve))
    yield from itertools.islice(named, MOST_VALUES)
    kinds = {kind for kind in UNNAMED for condition in conditions if kind in condition.operator}
    yield from (((each,), ()) for each in (UNNAMED[min(kinds)] if kinds else (FRESH, "true", "false")))
    yield (), ()


def _named(condition: Condition, resolve: Resolve | None) -> Iterator[Choice]:
    quantifier, name, _ = parsed.groups() if (parsed := OPERATOR.fullmatch(condition.operator)) else ("", "", "")
    for value in condition.values:
        meant = value if "${" not in value else substituted(value, resolve)
        yield from (((each,), (value,)) for each in _instances(name, value if meant is None else meant))
        if not fixed(value) and LITERAL.fullmatch(condition.operator) and not _is_never_wild(condition.key):
            yield (value,), (value,)
    if quantifier:
        yield tuple(filled(value) for value in condition.values), condition.values


def _is_never_wild(key: str) -> bool:
    """Return whether no value of a key has a wildcard's character: who calls from where, and claims of tokens."""
    return key in KEYS or CLAIM.match(key) is not None


def _instances(operator: str, value: str) -> Iterator[str]:
    """Yield values near one that a condition names: it, and those on either side of it."""
    if operator.startswith("numeric"):
        yield from _around_number(value)
    elif operator.startswith("date"):
        yield from _around_date(value)
    elif "ipaddress" in operator:
        yield value.partition("/")[0]
    else:
        yield filled(value)


def filled(pattern: str, filling: str = FRESH) -> str:
    """Return a text that a pattern matches, with ``filling`` for what is open."""
    return re.sub(r"\*+", filling, pattern).replace("?", "x")


def _around_number(value: str) -> Iterator[str]:
    try:
        number = float(value)
    except ValueError:
        return
    yield from (value, repr(number - 1), repr(number + 1))


def _around_date(value: str) -> Iterator[str]:
    try:
        time = datetime.fromisoformat(value)
        yield from (value, *((time + timedelta(days=days)).isoformat() for days in (-1, 1)))
    except (ValueError, OverflowError):
        yield datetime.fromtimestamp(0, UTC).isoformat()
