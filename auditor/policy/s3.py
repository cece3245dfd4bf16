"""What S3 itself calls public (Amazon S3 User Guide, "The meaning of public").

Block Public Access goes by this definition. It looks at each Allow alone, without the Denies beside it, and calls
public what no condition with a fixed value keeps to someone.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.policy.document import Condition, Document, Statement

OPERATOR: Final = re.compile(
    r"(?:foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress|bool)"
)
WIDEST: Final = {4: 8, 6: 32}
"""The shortest prefixes of an address range that is not public, by the version of IP."""


def is_public(document: Document, *, access_point: bool = False) -> bool:
    """Return whether S3 calls a bucket's policy public, or that of an ``access_point`` whose origin is the internet."""
    return any(is_public_statement(each, access_point=access_point) for each in document.statements)


def is_public_statement(statement: Statement, *, access_point: bool = False) -> bool:
    """Return whether S3 calls a statement public: it allows anyone, and no condition has a fixed value for whom.

    In the policy of an access point, a set of access points is nobody in particular.
    """
    kept = any(_keeps_to_someone(each) and not (access_point and _names_a_set(each)) for each in statement.conditions)
    return statement.allows and _names_anyone(statement) and not kept


def _names_a_set(condition: Condition) -> bool:
    return condition.key == "s3:dataaccesspointarn" and not all(map(fixed, condition.values))


def _names_anyone(statement: Statement) -> bool:
    """Return whether a statement is about principals that are not fixed."""
    if statement.principals is None:
        return statement.not_principals is not None
    return any("*" in value or kind == "Federated" for kind, value in statement.principals)


def _keeps_to_someone(condition: Condition) -> bool:
    is_fixed = KEYS.get(condition.key)
    if is_fixed is None or not OPERATOR.fullmatch(condition.operator) or not condition.values:
        return False
    return all("${" not in value and is_fixed(value) for value in condition.values)


def fixed(value: str) -> bool:
    """Return whether a value has no wildcards."""
    return not {"*", "?"} & set(value)


def in_account(value: str) -> bool:
    """Return whether an ARN names its account; the rest may have wildcards."""
    return re.fullmatch(r"arn:[^:*?]+:[^:*?]+:[^:]*:\d{12}:.*", value, re.DOTALL) is not None


def in_organization(value: str) -> bool:
    """Return whether a path begins with a fixed organization."""
    return re.fullmatch(r"o-[a-z0-9]+/.*", value, re.DOTALL) is not None


def _of_role(value: str) -> bool:
    """Return whether a user id has its fixed part, that before the session's name."""
    return fixed(value.partition(":")[0]) and value != ""


def _narrow(value: str) -> bool:
    """Return whether an address range is narrower than S3 calls public."""
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= WIDEST[network.version]


def _true(value: str) -> bool:
    return value.lower() == "true"


def _whatever(value: str) -> bool:
    """Return whether a pattern for services says anything at all: services are never the public."""
    return value != ""


KEYS: Final[dict[str, Callable[[str], bool]]] = {
    **dict.fromkeys(
        (
            *("aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:vpceaccount", "aws:vpceorgid"),
            *("aws:sourcearn", "aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid", "s3:dataaccesspointaccount"),
            *("aws:principalorgid", "aws:principalaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
        ),
        fixed,
    ),
    **dict.fromkeys(("aws:principalarn", "s3:dataaccesspointarn"), in_account),
    **dict.fromkeys(("aws:principalorgpaths", "aws:vpceorgpaths", "aws:sourceorgpaths"), in_organization),
    **dict.fromkeys(("aws:principalservicename", "aws:principalservicenameslist"), _whatever),
    "aws:principalisawsservice": _true,
    "aws:userid": _of_role,
    "aws:sourceip": _narrow,
}
"""The keys that keep a grant to someone, each with what makes a value fixed."""
