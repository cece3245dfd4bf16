"""The outsiders whom a resource policy may let in: strangers, and whomever the policy names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from auditor.policy.principals import ACCOUNT, ANONYMOUS, Caller, Principal, principal
from auditor.policy.s3 import KEYS, fixed, in_account, in_organization
from auditor.policy.solver import FRESH, STRANGERS_ADDRESSES, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from auditor.policy.document import Document, Statement
    from auditor.policy.solver import Values

STRANGER: Final = "999999999999"
FOREIGN: Final = "o-stranger"
ORGANIZATION: Final = re.compile(r"(o-[a-z0-9]+)(/.*)?", re.DOTALL)
UNIQUE_ID: Final = re.compile(r"A[A-Z0-9]{15,}")
ACCOUNT_KEYS: Final = {"aws:principalaccount", "kms:calleraccount"}
ORGANIZATION_KEYS: Final = {"aws:principalorgid", "aws:principalorgpaths"}
SERVICE_KEYS: Final = {"aws:principalservicename", "aws:principalservicenameslist"}
SOURCES: Final = {
    **dict.fromkeys(("aws:sourceaccount", "aws:sourceowner", "aws:sourceorgid"), fixed),
    "aws:sourceorgpaths": in_organization,
    "aws:sourcearn": lambda value: fixed(value) or in_account(value),
}
"""The keys that say for whom a service acts, each with what makes a value somebody's."""
PLACES: Final = {
    key: KEYS[key]
    for key in (
        *("aws:sourceip", "aws:sourcevpc", "aws:sourcevpce", "aws:sourcevpcarn", "aws:userid"),
        *("aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"),
    )
}
"""The keys whose fixed values let in who is somewhere, or someone, of whom the policy does not say whose they are."""
BASE: Final[dict[str, Values]] = {
    "aws:securetransport": ("true",),
    "aws:sourceip": STRANGERS_ADDRESSES[:1],
    "aws:principalisawsservice": ("false",),
    "aws:viaawsservice": ("false",),
}
"""What is said of a usual request."""
RESOURCE_KEYS: Final = {"aws:resourceaccount", "s3:resourceaccount"}
OWN: Final = {
    *ACCOUNT_KEYS,
    *ORGANIZATION_KEYS,
    *SERVICE_KEYS,
    *RESOURCE_KEYS,
    *("aws:principalarn", "aws:principalisawsservice"),
}
"""The keys whose values follow from who the caller is and whose the resource is."""
FIXED_PARTS: Final = 2
"""How many parts of a subject must be fixed for it to be somebody's: ``repo:owner/`` but not ``repo:owner*``."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Someone who might be let in: who it is, what AWS says of them, and what to call them if they are."""

    principal: Principal
    known: dict[str, Values] = field(default_factory=dict)
    account: str = ""
    organization: str = ""
    service: str = ""
    provider: str = ""
    named: bool = False
    """Whether a statement names the principal, rather than narrowing anyone down to them."""
    mysterious: bool = False
    """Whether nobody can tell from the policy whose this principal is."""

    def may_choose(self, key: str, patterns: Values) -> bool:
        """Return whether anyone of this sort may have a key hold what a policy's patterns ask for."""
        if key in ORGANIZATION_KEYS and self.account:
            return True
        if key in OWN or (key in SOURCES and not self.service):
            return False
        is_fixed = self.guards().get(key)
        return is_fixed is None or not any(map(is_fixed, patterns))

    def may_be_given(self, key: str, patterns: Values) -> bool:
        """Return whether the right one of this sort could have a key hold what a policy's patterns ask for."""
        return key in self.guards() or self.may_choose(key, patterns)

    def guards(self) -> dict[str, Callable[[str], bool]]:
        """Return the keys whose fixed values only the right caller has, each with what makes a value fixed."""
        guards = dict(PLACES)
        if self.service:
            guards |= SOURCES
        if self.provider:
            domain = self.provider.rpartition("oidc-provider/")[2].lower()
            guards[f"{domain}:sub"] = _names_subject
            if not self.provider.startswith("arn:"):
                guards[f"{domain}:aud"] = fixed
        return guards


def _names_subject(value: str) -> bool:
    """Return whether a subject is somebody's: ``repo:owner/*`` is, ``repo:owner*`` is also that of ``owner-evil``."""
    return fixed(value) or len(re.findall("[:/]", re.split(r"[*?]", value)[0])) >= FIXED_PARTS


def probes(statement: Statement, document: Document, own: str) -> Iterator[Probe]:
    """Yield the outsiders to try on a statement of a document whose resource is of the account ``own``."""
    if statement.principals is None or statement.names_anyone:
        yield from _strangers(document, own)
        yield from _members(document)
        yield from (_person(each) for each in sorted(_named_by(document)))
        yield from _services(document)
    for kind, value in statement.principals or ():
        yield from _entry(kind, value)


def _conditions(document: Document, keys: Container[str]) -> set[str]:
    """Return the values that a document's conditions ask of keys."""
    conditions = (condition for statement in document.statements for condition in statement.conditions)
    return {value for condition in conditions if condition.key in keys for value in condition.values}


def _strangers(document: Document, own: str) -> Iterator[Probe]:
    user = principal(f"arn:aws:iam::{STRANGER}:user/{FRESH}")
    yield Probe(user, _said_of(user))
    yield Probe(user, {key: held for key, held in _said_of(user).items() if key not in ORGANIZATION_KEYS})
    yield Probe(ANONYMOUS, BASE | {"aws:principaltype": ("Anonymous",)})
    for pattern in sorted(_conditions(document, {"aws:principalarn"})):
        parts = pattern.split(":", 5)
        if len(parts) > 5 and not in_account(pattern):  # noqa: PLR2004
            parts[4] = STRANGER
            somebody = principal(filled(":".join(parts)))
            yield Probe(somebody, _said_of(somebody))
    for pattern in sorted(_conditions(document, ACCOUNT_KEYS)):
        account = filled(pattern, "0" * max(0, 12 - len(pattern.replace("*", "")))).replace("x", "0")
        if not fixed(pattern) and re.fullmatch(r"\d{12}", account) and account != own:
            somebody = principal(f"arn:aws:iam::{account}:user/{FRESH}")
            yield Probe(somebody, _said_of(somebody))
    for pattern in sorted(_conditions(document, ORGANIZATION_KEYS)):
        if not re.match(ORGANIZATION, pattern) or not fixed(pattern.partition("/")[0]):
            yield Probe(user, _said_of(user, filled(pattern, "stranger")))


def _members(document: Document) -> Iterator[Probe]:
    user = principal(f"arn:aws:iam::{STRANGER}:user/{FRESH}")
    for pattern in sorted(_conditions(document, ORGANIZATION_KEYS)):
        found = ORGANIZATION.fullmatch(pattern)
        if found:
            yield Probe(user, _said_of(user, filled(pattern)), organization=found[1])


def _named_by(document: Document) -> set[str]:
    """Return the ARNs of principals that a document names beside those of its Principal elements."""
    found = {value for value in _conditions(document, ACCOUNT_KEYS) if ACCOUNT.fullmatch(value)}
    found |= {filled(value) for value in _conditions(document, {"aws:principalarn"}) if in_account(value)}
    for statement in document.statements:
        found |= {value for kind, value in statement.not_principals or () if kind == "AWS" and value != "*"}
    return found


def _person(value: str) -> Probe:
    """Return the principal of an account or an ARN."""
    account = ACCOUNT.fullmatch(value)
    somebody = principal(f"arn:aws:iam::{account[1]}:user/{FRESH}" if account else value)
    if somebody.account is None:
        return Probe(somebody, dict(BASE), mysterious=True)
    return Probe(somebody, _said_of(somebody), account=somebody.account)


def _services(document: Document) -> Iterator[Probe]:
    """Yield the services that a document's conditions let act; some service where they say only for whom."""
    arns = _conditions(document, {"aws:sourcearn"})
    names = {filled(each) for each in _conditions(document, SERVICE_KEYS)}
    names |= {f"{service}.amazonaws.com" for each in arns if (service := (each.split(":") + [""] * 3)[2].strip("*"))}
    if not names and _conditions(document, {*SOURCES, "aws:principalisawsservice"}):
        names = {"sns.amazonaws.com"}
    yield from map(_service, sorted(names))


def _service(name: str) -> Probe:
    source = f"arn:aws:{name.partition('.')[0]}:eu-west-1:{STRANGER}:{FRESH}"
    known = BASE | {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (name,),
        "aws:principalservicenameslist": (name,),
        "aws:sourceaccount": (STRANGER,),
        "aws:sourcearn": (source,),
        "aws:sourceorgid": (FOREIGN,),
    }
    return Probe(Principal(name, Caller.SERVICE), known, service=name)


def _entry(kind: str, value: str) -> Iterator[Probe]:
    """Yield the principal that an entry of a Principal element names."""
    if kind == "Service":
        yield _service(value)
    elif kind == "Federated" and ":saml-provider/" not in value:
        yield Probe(Principal(value, Caller.PROVIDER), dict(BASE), provider=value)
    elif kind == "AWS" and value != "*" and not UNIQUE_ID.fullmatch(value):
        yield replace(_person(value), named=True)
    elif kind == "CanonicalUser":
        yield Probe(Principal(value, Caller.PROVIDER), dict(BASE), mysterious=True)


def _said_of(somebody: Principal, organization: str = FOREIGN) -> dict[str, Values]:
    """Return what AWS says of a principal of an account."""
    account = somebody.account or ""
    arn = f"arn:aws:iam::{account}:role/{somebody.role}" if somebody.caller is Caller.SESSION else somebody.text
    path = organization if "/" in organization else f"{organization}/r-{FRESH}/ou-{FRESH}/"
    return BASE | {
        "aws:principalaccount": (account,),
        "kms:calleraccount": (account,),
        "aws:principalarn": (arn,),
        "aws:principalorgid": (organization.partition("/")[0],),
        "aws:principalorgpaths": (path,),
        "aws:principaltype": ("User" if somebody.caller is Caller.USER else "AssumedRole",),
    }
