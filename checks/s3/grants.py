"""Whom a bucket policy's statements let in besides the bucket's own account."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy import Condition, Document, Statement

ANYONE: Final = "*"
LOAD_BALANCERS: Final = frozenset(
    [
        "127311923021",
        "033677994240",
        "027434742980",
        "797873946194",
        "098369216593",
        "754344448648",
        "589379963580",
        "718504428378",
        "383597477331",
        "600734575887",
        "114774131450",
        "783225319266",
        "582318560864",
        "985666609251",
        "054676820928",
        "156460612806",
        "652711504416",
        "635631232127",
        "009996457667",
        "897822967062",
        "076674570225",
        "507241528517",
        "048591011584",
        "190560391635",
        "638102146993",
        "037604701340",
    ]
)
"""AWS's accounts that deliver the logs of load balancers in regions older than August 2022.

Elastic Load Balancing User Guide for Application Load Balancers, "Enable access logs".
"""
_ACCOUNT: Final = re.compile(r"(?:arn:[\w-]+:(?:iam|sts)::)?(\d{12})(?::.*)?")
"""How a principal names an account: by its number, or by an ARN in it. Ids of services and of deleted users do not."""
_OWNER_KEYS: Final = frozenset({"aws:principalaccount", "aws:principalorgid", "s3:dataaccesspointaccount"})
_ARN_KEYS: Final = frozenset({"aws:principalarn", "s3:dataaccesspointarn"})
"""The condition keys that say whose the callers, or the access points they come through, are: by name or by ARN."""
_ARN_OPERATORS: Final = frozenset({"arnequals", "arnlike", "stringequals", "stringlike"})
_ARN: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):.*")


def others_let_in(statement: Statement, own: frozenset[str]) -> frozenset[str]:
    """Return the accounts, canonical users and organizations that a statement lets in, but for those in ``own``.

    ``*`` is anyone. A statement for anyone counts as one for those that a condition narrows it to by the account,
    organization or ARN of the principal, or by the account or ARN of the access point. Other conditions narrow what is
    let in, and not who.
    """
    if not statement.allows:
        return frozenset()
    named = frozenset(_named(statement))
    if ANYONE in named:
        narrowed = [each for each in map(_owners, statement.conditions) if each is not None]
        named = min(narrowed, key=lambda each: len(each - own), default=named)
    return named - own


def _owners(condition: Condition) -> frozenset[str] | None:
    """Return the accounts and organizations that a condition asks for; None where it asks for something else."""
    if condition.key in _OWNER_KEYS and condition.operator == "stringequals":
        return frozenset(condition.values)
    if condition.key in _ARN_KEYS and condition.operator in _ARN_OPERATORS:
        arns = [_ARN.fullmatch(each) for each in condition.values]
        return frozenset(each[1] for each in arns if each) if all(arns) else None
    return None


def names_canonical_user(document: Document) -> bool:
    """Return whether a policy names anyone by canonical user id."""
    return any(kind == "CanonicalUser" for each in document.statements for kind, _ in each.principals or ())


def _named(statement: Statement) -> Iterator[str]:
    if statement.not_principals is not None:
        yield ANYONE
    for kind, value in statement.principals or ():
        account = _ACCOUNT.fullmatch(value)
        if kind == "CanonicalUser" or value == ANYONE:
            yield value
        elif kind == "AWS" and account:
            yield account[1]


def covers(statement: Statement, action: str, bucket_arn: str) -> bool:
    """Return whether a statement is about an action on the bucket or, for an object's action, on any object of it."""
    concerned = "Object" in action or statement.resources is None or statement.covers_resource(bucket_arn)
    return statement.is_about(action) and concerned


def forbidden_to_all(document: Document, action: str, bucket_arn: str) -> bool:
    """Return whether the policy denies everyone the action on the bucket and its objects, on no condition."""
    return any(
        not each.allows
        and each.names_anyone
        and not each.conditions
        and each.covers_action(action)
        and each.covers_resource(f"{bucket_arn}/*" if "Object" in action else bucket_arn)
        for each in document.statements
    )
