"""Whom a key policy admits for certain. What is not certain is told as None."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Condition, Document, Statement

NARROWING: Final = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "kms:calleraccount",
    }
)
"""The keys that tell whose the callers, or the resources they act for, are (KMS Developer Guide, "Condition keys")."""
CALLERS: Final = frozenset({"aws:principalaccount", "aws:principalarn", "kms:calleraccount"})
"""Those that tell the caller's own account."""
PATTERNED: Final = frozenset({"aws:principalarn", "aws:sourcearn", "aws:principalorgpaths", "aws:sourceorgpaths"})
"""Those whose values may hold wildcards behind the account or organization they name."""
NAMED: Final = re.compile(r"arn:[\w-]+:[\w-]+:[^:*?$]*:\d{12}:[^$]*|o-[a-z0-9]{10,32}/[^$]*")
"""A value that names an account or organization, whatever follows."""
COMPARISONS: Final = re.compile(r"(foranyvalue:)?(string(equals(ignorecase)?|like)|arn(equals|like))")
"""The operators, in lower case, by which a condition admits what it names, and nothing that lacks the key."""
INDIFFERENT: Final = frozenset({"aws:currenttime", "aws:epochtime", "aws:requestedregion", "aws:securetransport"})
"""The keys that say nothing of who calls. Most of KMS's do not either."""
CERTIFYING: Final = ("kms:granteeprincipal", "kms:granteeserviceprincipal", "kms:recipientattestation:")
"""How KMS's keys begin that may limit the use of a key to known enclaves, or to grants for known principals."""
ACCOUNT: Final = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")


def admits_anyone(document: Document) -> bool | None:
    """Return whether anyone with any AWS account is let in; None where conditions or a Deny may limit it."""
    statements = list(unlimited(document))
    if any(_unlimited(each) and not _may_be_undone(document, each) for each in statements):
        return True
    return None if statements else False


def unlimited(document: Document) -> Iterator[Statement]:
    """Yield the statements that allow everyone something without a condition that surely tells whom it means."""
    return (each for each in _for_everyone(document) if _unlimited(each) is not False)


def foreign_accounts(document: Document, own: str) -> list[str]:
    """Return the other accounts whose principals are allowed anything, by name or by a plain condition, sorted."""
    named = (ACCOUNT.fullmatch(value) for each in document.statements if each.allows for value in _names(each))
    return sorted({match[1] for match in named if match} - {own})


def _names(statement: Statement) -> Iterator[str]:
    """Yield the principals a statement names; of one for everyone, also those that its conditions name."""
    yield from (value for kind, value in statement.principals or () if kind == "AWS")
    for condition in statement.conditions if _names_everyone(statement) else ():
        if condition.key in CALLERS and COMPARISONS.fullmatch(condition.operator):
            yield from condition.values


def _for_everyone(document: Document) -> Iterator[Statement]:
    return (each for each in document.statements if each.allows and _names_everyone(each))


def _names_everyone(statement: Statement) -> bool:
    return statement.names_anyone or statement.not_principals is not None


def _unlimited(statement: Statement) -> bool | None:
    """Return whether no condition tells whom the statement means; None where that is not certain."""
    verdicts = [_limits(each) for each in statement.conditions]
    if True in verdicts:
        return False
    return None if None in verdicts else True


def _limits(condition: Condition) -> bool | None:
    """Return whether a condition holds for known callers only; None where that is not certain."""
    if condition.key in NARROWING:
        if not COMPARISONS.fullmatch(condition.operator):
            return None
        return all(_names_somebody(condition.key, value) for value in condition.values) or None
    if condition.key.startswith(CERTIFYING):
        return None
    return False if condition.key in INDIFFERENT or condition.key.startswith("kms:") else None


def _names_somebody(key: str, value: str) -> bool:
    """Return whether a value stands for one account, organization, network or resource of theirs."""
    literal = not set("*?$") & set(value)
    return literal or (key in PATTERNED and NAMED.fullmatch(value) is not None)


def _may_be_undone(document: Document, allowed: Statement) -> bool:
    """Return whether denials, taken together, are about all that a statement allows, for some callers or for all."""
    denials = [each for each in document.statements if not each.allows and _names_everyone(each) and _sorts(each)]
    return all(any(denial.is_about(action) for denial in denials) for action in allowed.actions or ("kms:*",))


def _sorts(statement: Statement) -> bool:
    """Return whether a statement holds for all callers or for some, and not for requests of a kind by anybody."""
    return not statement.conditions or any(_limits(each) is not False for each in statement.conditions)
