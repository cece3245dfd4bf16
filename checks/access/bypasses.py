"""Denials that a request escapes by lacking the condition key they look at."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from auditor.policy import ANONYMOUS, Document, Policies, Request, compiled, decide, principal
from auditor.policy.audience import WILLING
from auditor.policy.probes import BASE, ORGANIZATION_KEYS, OWN, RESOURCE_KEYS
from auditor.policy.s3 import KEYS
from auditor.policy.solver import FRESH, Search, filled
from checks.access.controls import controls_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor import Resource
    from auditor.policy import Condition, Principal, Statement
    from auditor.policy.solver import Values
    from checks.access.policies import PolicyKind

MFA: Final = "aws:multifactorauthpresent"
MFA_AGE: Final = "aws:multifactorauthage"
NEGATED: Final = re.compile(r"foranyvalue:[a-z]*not(equals|like|ipaddress)[a-z]*")
MOST_CALLERS: Final = 8
"""How many principals that a policy names are tried on each denial."""


@dataclass(frozen=True, slots=True)
class Denial:
    """A Deny with a condition that does not hold of requests without its key, though it is meant to."""

    document: Document
    number: int
    statement: Statement
    condition: Condition
    meant: Condition

    @property
    def mended(self) -> Document:
        """The policy as it is meant."""
        conditions = tuple(self.meant if each is self.condition else each for each in self.statement.conditions)
        statement = replace(self.statement, conditions=conditions)
        statements = tuple(statement if each is self.statement else each for each in self.document.statements)
        return Document(self.document.version, statements)

    def action(self, grave: tuple[str, ...]) -> str:
        """Return an action that the statement denies, the first of the ``grave`` ones if it does those."""
        named = (filled(each, FRESH.title()) for each in self.statement.actions or ())
        return next((each for each in (*grave, *named) if self.statement.is_about(each)), grave[-1])

    def target(self, arn: str) -> str:
        """Return the resource that the statement denies: ``arn``, or else the first that it names."""
        named = self.statement.resources
        return arn if named is None or self.statement.covers_resource(arn) else filled(named[0])


def denials(document: Document) -> Iterator[Denial]:
    """Yield the denials that requests without the condition key escape."""
    for number, statement in enumerate(document.statements, 1):
        for condition in () if statement.allows else statement.conditions:
            meant = _meant(condition)
            if meant:
                yield Denial(document, number, statement, condition, meant)


def _meant(condition: Condition) -> Condition | None:
    """Return a condition of a denial as it would hold without its key, too; None where it does or need not."""
    if condition.key == MFA and condition.operator == "bool" and "false" in map(str.lower, condition.values):
        return replace(condition, operator="boolifexists")
    if condition.key == MFA_AGE and re.fullmatch("numericgreaterthan(equals)?", condition.operator):
        return replace(condition, operator=f"{condition.operator}ifexists")
    if condition.key in KEYS and NEGATED.fullmatch(condition.operator):
        return replace(condition, operator=condition.operator.removeprefix("foranyvalue:"))
    return None


def escaping(kind: PolicyKind, resource: Resource, denial: Denial) -> Request | None:
    """Return a request that a denial lets through, and would not if its condition held without the key."""
    controls = controls_of(resource)
    held, meant = (
        Policies(identity=(WILLING,), resource=compiled(each), rcps=controls)
        for each in (denial.document, denial.mended)
    )
    action = denial.action(kind.grave)
    target = denial.target(kind.target(resource, action))
    for caller in _callers(denial, kind, resource):
        request = Request(caller, action, target, resource_account=resource.account)
        known = _known(caller, resource.account) | {denial.condition.key: ()}
        found = Search(request, held, WILLING.of_any_service[0], _may_choose(denial.condition.key)).found(known)
        if found and not decide(found[0], meant).allowed:
            return found[0]
    return None


def _callers(denial: Denial, kind: PolicyKind, resource: Resource) -> Iterator[Principal]:
    """Yield who may escape a denial: a user of the account, the principals that its policy allows, outsiders."""
    yield principal(f"arn:aws:iam::{resource.account}:user/{FRESH}")
    named = (
        value
        for each in denial.document.statements
        if each.allows
        for sort, value in each.principals or ()
        if sort == "AWS" and f":{resource.account}:" in value and not value.endswith(":root")
    )
    outside = (each.request.principal for grant in kind.grants(resource) for each in grant.reach.witnesses)
    yield from itertools.islice(itertools.chain(map(principal, named), outside), MOST_CALLERS)


def _known(caller: Principal, owner: str) -> dict[str, Values]:
    """Return what AWS says of a request by a caller."""
    about: dict[str, Values] = BASE | dict.fromkeys(RESOURCE_KEYS, (owner,))
    if caller is ANONYMOUS or caller.account is None:
        return about
    account = (caller.account,)
    return about | {"aws:principalaccount": account, "kms:calleraccount": account, "aws:principalarn": (caller.text,)}


def _may_choose(missing: str) -> Callable[[str, Values], bool]:
    """Return what tells whether a caller can have a key hold what a policy asks for; one key stays missing."""
    return lambda key, _patterns: key != missing and (key not in OWN or key in ORGANIZATION_KEYS)
