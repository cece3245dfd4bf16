"""Who makes a request, and whether a statement is about them (IAM User Guide, "Principal" and "NotPrincipal")."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.policy.conditions import Truth
    from auditor.policy.document import Statement


class Caller(Enum):
    """What a principal is."""

    USER = "user"
    ROLE = "role"
    SESSION = "role session"
    ROOT = "root user"
    FEDERATED_USER = "federated user"
    SERVICE = "service"
    PROVIDER = "identity provider"
    ANONYMOUS = "anonymous caller"


class Match(IntEnum):
    """How closely a statement names a principal, the closest last."""

    NONE = auto()
    ACCOUNT = auto()
    ROLE_OF_SESSION = auto()
    EXACT = auto()
    ANYONE = auto()


ANONYMOUS_NAME: Final = "*"
ENTITY: Final = re.compile(r"arn:([^:]*):(iam|sts)::(\d{12}):([a-z-]+)(?:/(.*))?", re.DOTALL)
ACCOUNT: Final = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?")
CALLERS: Final = {
    ("iam", "user"): Caller.USER,
    ("iam", "role"): Caller.ROLE,
    ("iam", "root"): Caller.ROOT,
    ("sts", "assumed-role"): Caller.SESSION,
    ("sts", "federated-user"): Caller.FEDERATED_USER,
}
KINDS: Final = dict.fromkeys(Caller, ("AWS",)) | {
    Caller.SERVICE: ("Service",),
    Caller.PROVIDER: ("Federated", "CanonicalUser", "AWS"),
    Caller.ANONYMOUS: (),
}
"""The types of entries that name each sort of caller."""
PROVIDERS: Final = {"cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"}
"""The web identity providers that need no provider of one's own ("AssumeRoleWithWebIdentity")."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request: an ARN, a service's or an identity provider's name, or ``*`` for an anonymous caller.

    ``account`` is None for those that belong to no account; ``role`` is the name of a role or of a session's role.
    """

    text: str
    caller: Caller
    account: str | None = None
    role: str | None = None

    @property
    def owners(self) -> tuple[str, str]:
        """The two ways in which a policy names the principal's account."""
        partition = self.text.split(":", 2)[1]
        return self.account or "", f"arn:{partition}:iam::{self.account}:root"

    @property
    def is_service_linked(self) -> bool:
        """Whether this is a role that a service made for itself, or a session of one."""
        return "/aws-service-role/" in self.text or (self.role or "").startswith("AWSServiceRoleFor")


ANONYMOUS: Final = Principal(ANONYMOUS_NAME, Caller.ANONYMOUS)
"""A caller without credentials."""


@functools.lru_cache(maxsize=4_096)
def principal(text: str) -> Principal:
    """Return the principal of an ARN or a name; whatever is neither of an account nor a service is a provider."""
    if text == ANONYMOUS_NAME:
        return ANONYMOUS
    found = ENTITY.fullmatch(text)
    if found is None or (found[2], found[4]) not in CALLERS:
        is_service = re.search(r"\.amazon(aws)?\.com(\.cn)?$", text) and text not in PROVIDERS
        account = re.fullmatch(r"arn:[^:]*:iam::(\d{12}):.*", text)
        return Principal(text, Caller.SERVICE if is_service else Caller.PROVIDER, account[1] if account else None)
    caller = CALLERS[found[2], found[4]]
    names = (found[5] or "").split("/")
    role = {Caller.ROLE: names[-1], Caller.SESSION: names[0]}.get(caller)
    return Principal(text, caller, found[3], role)


def named(
    statement: Statement, caller: Principal, *, guessing: bool = False, bounded: bool = False
) -> tuple[Match, Truth]:
    """Return how closely a statement names a principal, and whether it surely does.

    ``guessing``: whether a role may turn out to be the session that a statement names. ``bounded``: whether the
    principal has a permissions boundary, which a Deny with NotPrincipal denies whoever it is.
    """
    if statement.principals is not None:
        return _closest(statement.principals, caller, guessing=guessing)
    if statement.not_principals is None:
        return Match.NONE, False
    if bounded and not statement.allows:
        return Match.ANYONE, True
    match, sure = _closest(statement.not_principals, caller, guessing=guessing)
    return (
        (Match.ANYONE, True) if match is Match.NONE else (Match.ANYONE, None) if sure is None else (Match.NONE, False)
    )


Entries = tuple[tuple[str, str], ...]
"""The entries of a Principal element: pairs of a type and a value."""


def _closest(entries: Entries, caller: Principal, *, guessing: bool) -> tuple[Match, Truth]:
    best = _match(entries, caller)
    distant = best in {Match.NONE, Match.ACCOUNT} and caller.caller is Caller.SESSION
    if distant and any(_role_of(value, caller) for kind, value in entries if kind == "AWS"):
        return Match.ROLE_OF_SESSION, True
    if best is not Match.NONE:
        return best, True
    if guessing and any(_same_role(value, caller) for kind, value in entries if kind == "AWS"):
        return Match.EXACT, None
    return Match.NONE, False


def _match(entries: Entries, caller: Principal) -> Match:
    """Return how closely entries name a principal, but for the role of a session."""
    if ("AWS", "*") in entries:
        return Match.ANYONE
    if caller.caller is not Caller.ROOT and any((kind, caller.text) in entries for kind in KINDS[caller.caller]):
        return Match.EXACT
    if any((kind, "*") in entries for kind in KINDS[caller.caller] if kind != "AWS"):
        return Match.EXACT
    own = () if caller.account is None or caller.caller is Caller.PROVIDER else caller.owners
    return Match.ACCOUNT if any(("AWS", each) in entries for each in own) else Match.NONE


def _role_of(value: str, session: Principal) -> bool:
    """Return whether an ARN is that of a session's role: a session's ARN has neither the role's path nor its case."""
    role = principal(value)
    return role.caller is Caller.ROLE and _names(role) == _names(session)


def _same_role(value: str, caller: Principal) -> bool:
    """Return whether an ARN is that of some session of the caller's role."""
    session = principal(value)
    return session.caller is Caller.SESSION and caller.role is not None and _names(session) == _names(caller)


def _names(caller: Principal) -> tuple[str | None, str]:
    return caller.account, (caller.role or "").lower()
