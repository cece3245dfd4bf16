"""Conditions and statements in the words that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.policy import Kind, spelling
from auditor.policy.conditions import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.graph import Grant
    from auditor.policy import Condition, Step

PHRASES: Final = {
    "stringequals": "is",
    "stringequalsignorecase": "is, in any case,",
    "stringlike": "is like",
    "bool": "is",
    "binaryequals": "is",
    "ipaddress": "is in",
    "arnequals": "is like",
    "arnlike": "is like",
    "numericequals": "is",
    "numericlessthan": "is less than",
    "numericlessthanequals": "is at most",
    "numericgreaterthan": "is more than",
    "numericgreaterthanequals": "is at least",
    "dateequals": "is",
    "datelessthan": "is before",
    "datelessthanequals": "is not after",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is not before",
}
"""How an operator that is no negation is said, between a key and its values."""
NEGATIONS: Final = {"stringnotequalsignorecase": "is not, in any case,"}
QUANTIFIERS: Final = {"forallvalues": "every value of ", "foranyvalue": "a value of "}


def condition_words(condition: Condition) -> str:
    """Return what a condition asks for, such as ``aws:SourceIp is in 10.0.0.0/8``."""
    key, values = spelling.key(condition.key), " or ".join(condition.values) or "nothing"
    parsed = OPERATOR.fullmatch(condition.operator)
    quantifier, name, if_exists = parsed.groups() if parsed else (None, condition.operator, None)
    if name == "null":
        asked = {each.lower() for each in condition.values}
        return f"the request {'does not have' if asked == {'true'} else 'has'} {key}"
    phrase = _phrase(name)
    absent = ", or is absent" if if_exists else ""
    return f"{QUANTIFIERS.get(quantifier or '', '')}{key} {phrase} {values}{absent}"


def _phrase(operator: str) -> str:
    if operator in PHRASES:
        return PHRASES[operator]
    positive = operator.replace("not", "", 1)
    if operator in NEGATIONS or positive not in PHRASES:
        return NEGATIONS.get(operator, spelling.operator(operator))
    return PHRASES[positive].replace("is", "is not", 1)


def conditions_words(step: Step) -> str:
    """Return what a step of which it is not known whether it applies depends on."""
    if step.unknown:
        return " and ".join(map(condition_words, step.unknown))
    return "the resource, or the session, is the one that it names"


def statement_words(step: Step, grants: Iterable[Grant] = ()) -> str:
    """Return which statement of which policy a step is, such as ``inline policy 'office', statement 2 (Read)``.

    ``grants`` tell of a principal's own policies where they are written.
    """
    sid = step.rule.statement.sid
    return f"{_policy_words(step, grants)}, statement {step.rule.number}{f' ({sid})' if sid else ''}"


def _policy_words(step: Step, grants: Iterable[Grant]) -> str:
    if step.kind is Kind.RESOURCE:
        return step.policy.name or step.kind.value
    name = f" {step.policy.name.rpartition('/')[2]!r}" if step.policy.name else ""
    grant = next((each for each in grants if each.policy is step.policy), None) if step.kind is Kind.IDENTITY else None
    if grant is None:
        return f"{step.kind.value}{name}"
    of_group = f" of group {grant.via.rpartition('/')[2]}" if grant.via else ""
    return f"{'inline' if grant.inline else 'managed'} policy{name}{of_group}"


def reason_words(step: Step) -> str:
    """Return why a statement about the action does not apply."""
    if step.failed:
        return f"needs that {condition_words(step.failed)}"
    return step.why_not.value if step.why_not else ""
