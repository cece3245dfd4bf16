"""What AWS would say of a request in its condition keys, as far as a question lets one know.

Every other key is open: a condition on it may turn out either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.graph.keys import PRINCIPAL_TAG, mentioned_keys
from auditor.policy.conditions import Context
from auditor.policy.principals import Caller

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from auditor.graph import Identity
    from auditor.policy import Policy, Principal

Values = tuple[str, ...]

DIRECT: Final[dict[str, Values]] = {"aws:securetransport": ("true",), "aws:viaawsservice": ("false",)}
"""A usual request: made by the principal itself, over TLS."""
OF_SERVICES: Final = frozenset(
    {
        *("aws:calledvia", "aws:calledviafirst", "aws:calledvialast"),
        *("aws:principalservicename", "aws:principalservicenameslist"),
        *("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths"),
    }
)
"""The keys of requests that a service makes, or passes on."""
OF_ACCOUNTS: Final = frozenset(
    {
        *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths"),
        *("aws:userid", "aws:username", "aws:federatedprovider", "aws:multifactorauthpresent", "aws:tokenissuetime"),
    }
)
"""The keys of requests that a principal of an account makes."""
TYPES: Final = {
    Caller.USER: "User",
    Caller.ROOT: "Account",
    Caller.ROLE: "AssumedRole",
    Caller.SESSION: "AssumedRole",
    Caller.FEDERATED_USER: "FederatedUser",
    Caller.ANONYMOUS: "Anonymous",
}
"""What `aws:PrincipalType` says of each sort of caller."""


def context(
    caller: Principal,
    identity: Identity | None,
    policies: Iterable[Policy],
    at: datetime,
    told: Mapping[str, Values],
) -> Context:
    """Return what is known of a request: by who makes it, at what time, and what the question tells, which wins.

    ``policies`` are those that may have a say: a user has no other tags than its own, so that those tags are absent
    which policies ask for beyond.
    """
    values = {
        **DIRECT,
        "aws:currenttime": (at.isoformat(),),
        "aws:epochtime": (str(int(at.timestamp())),),
        **dict(_of_caller(caller, identity)),
    }
    absent = set(_absent(caller))
    if identity is not None and caller.caller is Caller.USER:
        asked = {key for policy in policies for key in mentioned_keys(policy) if key.startswith(PRINCIPAL_TAG)}
        absent |= asked - values.keys()
    values.update({key: held for key, held in told.items() if held})
    missing = frozenset((absent - told.keys()) | {key for key, held in told.items() if not held})
    known = {key: held for key, held in values.items() if key not in missing}
    return Context(known, open=True, absent=missing)


def _of_caller(caller: Principal, identity: Identity | None) -> Iterator[tuple[str, Values]]:
    if caller.caller in TYPES:
        yield "aws:principaltype", (TYPES[caller.caller],)
    if caller.caller is Caller.SERVICE:
        yield "aws:principalisawsservice", ("true",)
        yield "aws:principalservicename", (caller.text,)
        yield "aws:principalservicenameslist", (caller.text,)
        return
    yield "aws:principalisawsservice", ("false",)
    if caller.account and caller.caller is not Caller.PROVIDER:
        yield "aws:principalaccount", (caller.account,)
        yield "kms:calleraccount", (caller.account,)
        yield "aws:principalarn", (identity.arn if identity else caller.text,)
    if caller.caller is Caller.USER:
        yield "aws:username", (caller.text.rpartition("/")[2],)
    for key, value in (identity.tags if identity else {}).items():
        yield f"{PRINCIPAL_TAG}{key.lower()}", (value,)


def _absent(caller: Principal) -> Iterator[str]:
    """Yield the keys that a caller's requests surely do not have."""
    if caller.caller is Caller.SERVICE:
        yield from OF_ACCOUNTS
        return
    yield from OF_SERVICES
    if caller.caller in {Caller.ROLE, Caller.SESSION, Caller.ROOT}:
        yield "aws:username"
    if caller.caller is Caller.ANONYMOUS:
        yield from OF_ACCOUNTS
