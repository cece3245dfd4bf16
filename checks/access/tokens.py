"""Tokens of strangers by which they may assume a role: of issuers that serve many, each with a request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.policy import Policies, Principal, Request, Witness, compiled, issuers
from auditor.policy.places import PLACES
from auditor.policy.principals import Caller
from auditor.policy.probes import BASE, OWN, STRANGER
from auditor.policy.s3 import fixed
from auditor.policy.solver import CLAIM, Search, filled
from checks.access.controls import controls_of
from checks.access.outsiders import apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.policy import Document, Statement
    from auditor.policy.solver import Values
    from checks.access.federation import Tenancy
    from checks.iam.resources import Role

CHOSEN: Final = {"aud", "environment", "ref", "workflow"}
"""The claims whose values whoever runs a job chooses ("Available keys for AWS OIDC federation")."""
ACTION: Final = "sts:AssumeRoleWithWebIdentity"
BEFORE_ID: Final = "@"
"""What stands between a customer's name and number, where subjects have both; no name has it."""
MOST_PATTERNS: Final = 64
"""How many subjects that a statement names are tried."""


def strangers(role: Role, provider: str, tenancy: Tenancy) -> Iterator[tuple[int, str, Witness]]:
    """Yield the statements, by number, that let in tokens of strangers, with the token's subject and the request."""
    document = role.trust_policy
    issuer = provider.partition(":oidc-provider/")[2].lower()
    for number, statement in enumerate(document.statements, 1):
        if statement.allows and ("Federated", provider) in (statement.principals or ()) and statement.is_about(ACTION):
            found = _let_in(role, apart(document, statement), provider, issuer, tenancy)
            if found:
                yield number, *found


def _let_in(role: Role, document: Document, provider: str, issuer: str, tenancy: Tenancy) -> tuple[str, Witness] | None:
    """Return the subject of a stranger's token that a document's first statement lets in, with the request."""
    policy = compiled(document)
    rule = next(each for each in policy.rules("sts") if each.number == 1)
    request = Request(Principal(provider, Caller.PROVIDER), ACTION, role.arn, resource_account=role.account)
    search = Search(request, Policies(resource=policy, rcps=controls_of(role)), rule, _may_choose(issuer))
    for subject in _subjects(rule.statement, f"{issuer}:sub", tenancy):
        values = search.satisfying(BASE | {f"{issuer}:sub": (subject,)})
        found = search.found(values) if values is not None else None
        if found:
            return subject, Witness(*found, rule.number)
    return None


def _may_choose(issuer: str) -> Callable[[str, Values], bool]:
    """Return what tells whether a stranger can have a key hold what a policy asks for.

    They choose the audience of their tokens, and how their jobs are called. Fixed values of other claims, and of where
    they call from, are taken to be somebody's. No token has claims of another issuer.
    """
    somebodys = PLACES | issuers.guards(f"arn:aws:iam::{STRANGER}:oidc-provider/{issuer}")

    def may_choose(key: str, patterns: Values) -> bool:
        of_issuer = key.startswith(f"{issuer}:")
        if of_issuer and key.removeprefix(f"{issuer}:") in CHOSEN:
            return True
        if key == f"{issuer}:sub" or key in OWN or (CLAIM.match(key) and not of_issuer):
            return False
        is_fixed = somebodys.get(key, fixed if of_issuer else None)
        return is_fixed is None or not any(map(is_fixed, patterns))

    return may_choose


def _subjects(statement: Statement, key: str, tenancy: Tenancy) -> Iterator[str]:
    """Yield subjects that tokens of strangers may bear, near to those that a statement names."""
    yield tenancy.sample
    named = [value for each in statement.conditions if each.key == key for value in each.values]
    for pattern in named[:MOST_PATTERNS]:
        yield from _completed(pattern, tenancy)


def _completed(pattern: str, tenancy: Tenancy) -> Iterator[str]:
    """Yield the subject of a stranger that a pattern matches, if it leaves the customer open."""
    start, wildcard, rest = (*re.split(r"([*?])", pattern, maxsplit=1), "", "")[:3]
    customer = start.removeprefix(tenancy.marker)
    if not wildcard or (start.startswith(tenancy.marker) and {tenancy.end, BEFORE_ID} & {*customer}):
        return
    if start.startswith(tenancy.marker):
        name = "x" if wildcard == "?" else "-other" if customer else "other"
        thing = "" if tenancy.end in rest or wildcard == "?" else f"{tenancy.end}other"
        yield f"{start}{name}{thing}{filled(rest)}"
    elif tenancy.marker.startswith(start):
        yield f"{tenancy.marker}other{tenancy.end}other{filled(rest)}"
