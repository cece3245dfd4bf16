"""What conditions of a statement that allows everyone make of it: whom they mean, and whom they let in all the same."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor.policy import Document, Extent, Statement, reach, spelling
from auditor.policy.conditions import Context, holds
from auditor.policy.places import inside
from auditor.policy.probes import FOREIGN, STRANGER
from auditor.policy.s3 import KEYS, fixed, in_account, is_public_statement
from auditor.policy.solver import FRESH, STRANGERS_ADDRESSES
from checks.access.deputies import BUCKET_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.policy import Condition, Witness
    from auditor.policy.places import Inside
    from checks.access.policies import PolicyKind

POSITIVE: Final = re.compile(
    r"(foranyvalue:)?(stringequals|stringequalsignorecase|stringlike|arnequals|arnlike|ipaddress|bool)"
)
"""The operators, in lower case, by which a condition admits what it names, and nothing that lacks the key."""
LOOSE: Final = re.compile(r"forallvalues:|ifexists$|not(?=equals|like|ipaddress)")
"""What makes an operator hold where the key is missing, or of what is not named."""
CALLER: Final[dict[str, Callable[[str], bool]]] = {
    **{key: is_fixed for key, is_fixed in KEYS.items() if key != "aws:sourceip"},
    "aws:sourcearn": lambda value: fixed(value) or in_account(value) or BUCKET_NAME.fullmatch(value) is not None,
    "kms:calleraccount": fixed,
}
"""The keys that tell who calls or for whom, each with what makes a value plain."""
SOURCES: Final = frozenset({"aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceowner"})
"""Of these, the keys that only services bear: no stranger has them."""
ANYBODY: Final = {
    "aws:principalaccount": (STRANGER,),
    "aws:principalarn": tuple(f"arn:aws:iam::{STRANGER}:{each}/{FRESH}" for each in ("user", "role")),
    "aws:principalorgid": (FOREIGN,),
    "aws:principalorgpaths": (f"{FOREIGN}/r-{FRESH}/ou-{FRESH}/",),
    "aws:sourceip": STRANGERS_ADDRESSES,
    "aws:sourcevpc": (f"vpc-{FRESH}",),
    "aws:sourcevpce": (f"vpce-{FRESH}",),
    "aws:userid": (f"AIDA{FRESH.upper()}", f"AROA{FRESH.upper()}:{FRESH}"),
    "aws:vpceaccount": (STRANGER,),
    "aws:vpceorgid": (FOREIGN,),
    "kms:calleraccount": (STRANGER,),
    "s3:dataaccesspointaccount": (STRANGER,),
    "s3:dataaccesspointarn": (f"arn:aws:s3:eu-west-1:{STRANGER}:accesspoint/{FRESH}",),
}
"""What requests of strangers say of who calls, and from where."""
RESOURCE_OWNER: Final = frozenset({"aws:resourceaccount", "s3:resourceaccount"})
"""The keys that look like the caller's account, and are the resource's."""


def says_who(statement: Statement, kind: PolicyKind, own_networks: Iterable[str] = ()) -> bool:
    """Return whether a condition of a statement says plainly who is meant, in policies of a kind.

    One that names nothing but ``own_networks`` does. ValueError for a range of addresses that is none.
    """
    own = inside((), (), own_networks)
    if any(_is_within(each, own) for each in statement.conditions):
        return True
    if kind.counts_addresses:
        return not is_public_statement(statement)
    return any(_is_plain(each, kind) for each in statement.conditions)


def _is_within(condition: Condition, own: Inside) -> bool:
    """Return whether a condition asks for nothing but networks of one's own."""
    named = POSITIVE.fullmatch(condition.operator) is not None and bool(condition.values)
    return named and all(own.has(condition.key, each) for each in condition.values)


def _is_plain(condition: Condition, kind: PolicyKind) -> bool:
    if not POSITIVE.fullmatch(condition.operator) or not condition.values:
        return False
    if any(key.fullmatch(condition.key) and all(map(value.fullmatch, condition.values)) for key, value in kind.plain):
        return True
    is_fixed = CALLER.get(condition.key)
    return is_fixed is not None and all("${" not in value and is_fixed(value) for value in condition.values)


Conditions = tuple["Condition", ...]


def about_callers(statement: Statement) -> Iterator[Conditions]:
    """Yield the conditions of a statement on each key that tells who calls, those on the same key together."""
    keys = (KEYS.keys() | CALLER.keys() | RESOURCE_OWNER) - SOURCES
    for key in dict.fromkeys(each.key for each in statement.conditions if each.key in keys):
        yield tuple(each for each in statement.conditions if each.key == key)


def without(statement: Statement, conditions: Conditions) -> Statement:
    """Return a statement that does not ask for some of its conditions."""
    return replace(statement, conditions=tuple(each for each in statement.conditions if each not in conditions))


def words(conditions: Conditions) -> str:
    """Return conditions on a key as findings write them."""
    return " and ".join(map(spelling.condition, conditions))


def strict(conditions: Conditions) -> Conditions:
    """Return conditions as they would hold for what they name alone; those that do already are the same."""
    return tuple(replace(each, operator=LOOSE.sub("", each.operator)) for each in conditions)


def everyone(conditions: Conditions, account: str) -> bool:
    """Return whether strangers meet conditions on a key without having arranged for it, by names of their own."""
    key = conditions[0].key
    values = (account,) if key in RESOURCE_OWNER else ANYBODY.get(key, ())
    return any(holds(conditions, Context({key: (value,)})) for value in values)


@functools.lru_cache(maxsize=4_096)
def stranger(conditions: Conditions, version: str, account: str, service: str) -> Witness | None:
    """Return a stranger who meets conditions, were they all that a statement for everyone asks; None if nobody does."""
    everyone = Statement(
        allows=True,
        principals=(("AWS", "*"),),
        not_principals=None,
        actions=("*",),
        not_actions=None,
        resources=("*",),
        not_resources=None,
        conditions=conditions,
    )
    found = reach(Document(version, (everyone,)), account, f"arn:aws:{service}:::{FRESH}")
    return found.witnesses[0] if found.extent is Extent.PUBLIC else None
