"""The linter: what AWS would refuse in a policy, and what it takes silently though it does not do what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.policy.document import Document, PolicyError, parse
from auditor.policy.linter.conditions import conditions, variables
from auditor.policy.linter.elements import (
    CURRENT,
    control_policies,
    lapses_of_document,
    missing_elements,
    principals,
    sids,
)
from auditor.policy.linter.grammar import lapses_of_text
from auditor.policy.linter.place import Place
from auditor.policy.linter.redundancy import redundant_statements, redundant_values
from auditor.policy.linter.rules import RULES, Grade, Group, Lapse, Rule
from auditor.policy.linter.services import actions_exist, arns, named_actions, resources_fit
from auditor.policy.linter.values import unmeetable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from auditor.policy.kinds import Kind

__all__ = ["RULES", "Grade", "Group", "Lapse", "Rule", "lint"]


FINDERS: Final = {
    Group.GRAMMAR: (missing_elements, sids, control_policies),
    Group.PRINCIPALS: (principals,),
    Group.ACTIONS: (actions_exist,),
    Group.RESOURCES: (arns, resources_fit),
    Group.CONDITIONS: (conditions, variables, unmeetable),
    Group.SETS: (conditions,),
    Group.STYLE: (missing_elements, redundant_values),
}
"""What looks for lapses of each group in a statement."""


def lint(
    policy: object,
    kind: Kind,
    *,
    partition: str = "",
    groups: Collection[Group] = tuple(Group),
    sids_wanted: bool = False,
) -> Iterator[Lapse]:
    """Yield what breaks a rule in a policy, statement by statement.

    ``policy`` is a parsed document, or a text or JSON value: of those, the grammar is looked at too, and nothing else
    where it cannot be read. Whatever it holds, nothing is raised. ``partition`` is that of the account, where known: in
    another than ``aws``, an action that is not documented is not told, as there may be others. ``groups`` are those of
    the rules to look at. ``sids_wanted`` also asks for a Sid on every statement.
    """
    yield from (
        each for each in _lapses(policy, kind, partition, groups, sids_wanted=sids_wanted) if each.rule.group in groups
    )


def _lapses(
    policy: object, kind: Kind, partition: str, groups: Collection[Group], *, sids_wanted: bool
) -> Iterator[Lapse]:
    if not isinstance(policy, Document):
        told = [Lapse(*found, number, sid) for number, sid, found in lapses_of_text(policy, kind)]
        yield from told
        try:
            policy = parse(policy)  # type: ignore[arg-type] # whatever is no policy is told so
        except PolicyError as error:
            if not told:
                yield Lapse("data-type-mismatch", f"is not read: {error}")
            return
    yield from (Lapse(code, words, value) for code, words, value in lapses_of_document(policy, kind))
    finders = dict.fromkeys(find for group, finders in FINDERS.items() if group in groups for find in finders)
    for number, place in enumerate(_places(policy, kind, partition), 1):
        sid = place.statement.sid
        if sids_wanted and not sid:
            yield Lapse("missing-sid", "has no Sid", "", number)
        for find in finders:
            yield from (Lapse(code, words, value, number, sid) for code, words, value in find(place))
    for number, words, value in redundant_statements(policy) if Group.STYLE in groups else ():
        yield Lapse("redundant-statement", words, value, number, policy.statements[number - 1].sid)


def _places(document: Document, kind: Kind, partition: str) -> Iterator[Place]:
    resolving = document.version == CURRENT
    for each in document.statements:
        actions = named_actions(each) if each.actions is not None else None
        yield Place(each, document, kind, resolving, partition, actions)
