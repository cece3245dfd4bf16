"""What a role's trust policy says for certain of who may assume the role. What is not certain is told as None."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Condition, Document, Statement

NARROWING: Final = frozenset(
    {"aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn"}
)
"""The keys by which AWS documents that a trust policy is limited to known organizations, accounts or principals."""
COMPARISONS: Final = re.compile(r"(foranyvalue:)?(string|arn)(equals|like)")
"""The operators that compare, in lower case; those that end on IfExists also hold where the key is absent."""
ACCOUNT: Final = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")
DELETED: Final = re.compile(r"A(?:ID|RO)A[A-Z0-9]+")
"""The id that IAM leaves in place of a user or role that was deleted: it lets nobody in."""


class Tenant(NamedTuple):
    """Where a subject claim names the customer of an issuer that serves many: behind ``marker``, up to ``end``."""

    marker: str
    end: str


SHARED_ISSUERS: Final = {
    "token.actions.githubusercontent.com": Tenant("repo:", "/"),
    "gitlab.com": Tenant("project_path:", "/"),
    "app.terraform.io": Tenant("organization:", ":"),
    "agent.buildkite.com": Tenant("organization:", ":"),
}
"""The token issuers whose customers are strangers to each other and choose the audience of their tokens themselves."""


def _allows(document: Document, action: str) -> Iterator[Statement]:
    """Yield the statements that allow an action of STS."""
    return (each for each in document.statements if each.allows and each.covers_action(action))


def _denies(document: Document) -> bool:
    return any(not each.allows for each in document.statements)


def admits_anyone(document: Document) -> bool | None:
    """Return whether anyone with any AWS account may assume the role; None where conditions or a Deny may limit it."""
    verdicts = [_unconditional(each) for each in _allows(document, "sts:AssumeRole") if _names_everyone(each)]
    if True in verdicts:
        return None if _denies(document) else True
    return None if None in verdicts else False


def _names_everyone(statement: Statement) -> bool:
    return statement.names_anyone or statement.not_principals is not None


def _unconditional(statement: Statement) -> bool | None:
    """Return whether no condition limits a statement; None where that depends on more than the policy."""
    if not statement.conditions:
        return True
    return False if any(_narrows(each) for each in statement.conditions) else None


def _narrows(condition: Condition) -> bool:
    """Return whether a condition holds for named principals, accounts or organizations only."""
    literal = not any(set("*?$") & set(value) for value in condition.values)
    return condition.key in NARROWING and literal and COMPARISONS.fullmatch(condition.operator) is not None


def unguarded_accounts(document: Document, own: str) -> list[str]:
    """Return the other accounts that may assume the role with no condition at all, sorted."""
    statements = [each for each in _allows(document, "sts:AssumeRole") if not each.conditions]
    return sorted({account for each in statements for account in _accounts(each)} - {own})


def foreign_accounts(document: Document, own: str) -> list[str]:
    """Return the other accounts whose principals may assume the role, with or without conditions, sorted."""
    statements = _allows(document, "sts:AssumeRole")
    return sorted({account for each in statements for account in _accounts(each)} - {own})


def _accounts(statement: Statement) -> Iterator[str]:
    """Yield the accounts of the principals; the id that IAM leaves in place of a deleted principal has none."""
    for kind, value in statement.principals or ():
        named = ACCOUNT.fullmatch(value) if kind == "AWS" else None
        if named:
            yield named[1]


def principals(document: Document, kind: str) -> list[str]:
    """Return the principals of a kind (``AWS``, ``Federated``, ``Service``) that statements allow anything, sorted.

    Those that were deleted are none any more.
    """
    allowed = (each.principals or () for each in document.statements if each.allows)
    return sorted(
        {value for pairs in allowed for told, value in pairs if told == kind and not DELETED.fullmatch(value)}
    )


def shared_issuers(document: Document) -> dict[str, list[str]] | None:
    """Return which subjects of strangers each shared issuer's tokens may bear to assume the role.

    ``*`` stands for all, where no condition names a subject. An issuer whose statements name their customer has an
    empty list. None where other conditions, or a Deny, may limit what is not certain.
    """
    found: dict[str, list[str]] = {}
    for statement in _allows(document, "sts:AssumeRoleWithWebIdentity"):
        for issuer in _shared(statement):
            subjects = _open_subjects(statement, issuer)
            if subjects is None or (subjects and _denies(document)):
                return None
            found[issuer] = [*found.get(issuer, ()), *subjects]
    return found


def _shared(statement: Statement) -> Iterator[str]:
    for kind, value in statement.principals or ():
        issuer = value.partition(":oidc-provider/")[2]
        if kind == "Federated" and issuer in SHARED_ISSUERS:
            yield issuer


def _open_subjects(statement: Statement, issuer: str) -> list[str] | None:
    """Return the subject patterns that strangers meet; None where that is not certain."""
    if any(each.key not in {f"{issuer}:aud", f"{issuer}:sub"} for each in statement.conditions):
        return None
    named = [each for each in statement.conditions if each.key == f"{issuer}:sub"]
    if not named:
        return ["*"]
    if len(named) > 1 or not COMPARISONS.fullmatch(named[0].operator) or any("$" in each for each in named[0].values):
        return None
    patterns = named[0].values if named[0].operator.endswith("like") else ()
    return [each for each in patterns if not _names_tenant(each, SHARED_ISSUERS[issuer])]


def _names_tenant(pattern: str, tenant: Tenant) -> bool:
    """Return whether a pattern fixes the issuer's customer. A subject of a form of its own is taken to do so."""
    fixed = re.split(r"[*?]", pattern, maxsplit=1)[0]
    if fixed == pattern:
        return True
    if fixed.startswith(tenant.marker):
        return tenant.end in fixed.removeprefix(tenant.marker)
    return not tenant.marker.startswith(fixed)
