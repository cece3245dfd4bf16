"""Conditions on who calls that keep nobody out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Problem, Problems, Resource, Severity
from checks.access.policies import KINDS, PolicyKind
from checks.access.reaching import KEYS, check_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Statement, Witness
    from checks.access.narrowing import Conditions

OPERATORS: Final = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"
)
SETS: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html"


class Met(NamedTuple):
    """Conditions on who calls that strangers meet, the statement they stand in, and one of the strangers.

    ``is_loose``: whether strangers would not meet them if they held for what they name alone.
    """

    title: str
    statement: Statement
    conditions: Conditions
    stranger: Witness
    is_loose: bool


def _met_by_strangers(kind: PolicyKind, resource: Resource) -> Iterator[Met]:
    """Yield the conditions on who calls that strangers meet, of statements that allow everyone."""
    from checks.access.narrowing import about_callers, stranger, strict

    for title, document, statement in kind.addressing_everyone(resource):
        for conditions in about_callers(statement):
            place = document.version, resource.account, kind.grave[0].partition(":")[0]
            met = stranger(conditions, *place)
            if met:
                yield Met(title, statement, conditions, met, not stranger(strict(conditions), *place))


def _vacuous(kind: PolicyKind) -> Check:
    def policy_conditions_narrow(resource: Resource) -> Problems:
        """Conditions on who calls keep somebody out.

        A pattern such as * for the caller's ARN, o-* for the organization, or 0.0.0.0/0 for the address is met by
        everyone, and so is the account of the resource, which is always the resource's own. The statement looks limited
        and is as open as without the condition. Conditions are judged each key by itself: others of the statement may
        limit it still, until somebody relies on this one.
        """
        from checks.access.narrowing import everyone, words

        for met in _met_by_strangers(kind, resource):
            if not met.is_loose and everyone(met.conditions, resource.account):
                summary = f"everyone meets the condition of {met.title}: {words(met.conditions)}"
                yield Problem(summary, found=_example(met), expected="a fixed account, organization or ARN")

    title = f"Conditions in {kind.policies} on who calls keep somebody out"
    return check_of(kind, "conditions-narrow", Severity.LOW, policy_conditions_narrow, title, references=(KEYS,))


def _loose(kind: PolicyKind) -> Check:
    def policy_conditions_strict(resource: Resource) -> Problems:
        """Conditions on who calls hold for those they name alone.

        ForAllValues and operators that end on IfExists hold where the request lacks the key, and negated operators hold
        of everyone who is not named: an Allow with one of them lets in callers that nobody thought of, anonymous ones
        often among them. The finding shows a request that meets the condition. Where another condition of the statement
        says plainly who is meant, nothing depends on this one, and the rule is silent.
        """
        from checks.access.narrowing import says_who, without, words

        for met in _met_by_strangers(kind, resource):
            if met.is_loose and not says_who(without(met.statement, met.conditions), kind):
                summary = f"the condition of {met.title} lets strangers through: {words(met.conditions)}"
                yield Problem(summary, found=_example(met), expected="a comparison without exceptions")

    title = f"Conditions in {kind.policies} on who calls hold for those they name alone"
    references = (OPERATORS, SETS)
    return check_of(kind, "conditions-strict", Severity.MEDIUM, policy_conditions_strict, title, references=references)


def _example(met: Met) -> dict[str, object]:
    """Return conditions with what a stranger's request has for their key: nothing where it lacks the key."""
    asked, key = met.stranger.request, met.conditions[0].key
    held = asked.context.values.get(key, ())
    return {"conditions": met.conditions, "principal": asked.principal.text, key: list(held)}


VACUOUS: Final = [_vacuous(kind) for kind in KINDS]
LOOSE: Final = [_loose(kind) for kind in KINDS]
