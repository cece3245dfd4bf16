"""The outsiders whom a resource policy may let in: strangers, and whomever the policy names."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from auditor.policy import issuers
from auditor.policy.conditions import LITERAL
from auditor.policy.patterns import VARIABLE, matches, tokens, witness
from auditor.policy.places import PLACES
from auditor.policy.principals import ACCOUNT, ANONYMOUS, Caller, Principal, principal
from auditor.policy.s3 import fixed, in_account, in_organization
from auditor.policy.solver import CLAIM, FRESH, STRANGERS_ADDRESSES, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from auditor.policy.document import Condition, Document, Statement
    from auditor.policy.solver import Values

STRANGERS: Final = (*(f"{each}" * 12 for each in range(9, 0, -1)), "909090909090", "808080808080")
"""Accounts of strangers, of which one that a policy does not name is tried."""
STRANGER: Final = STRANGERS[0]
FOREIGNERS: Final = ("o-stranger", "o-foreigner", "o-outlander")
"""Organizations of strangers, likewise. AWS gives none so short an id."""
FOREIGN: Final = FOREIGNERS[0]
OWN_ORGANIZATION: Final = "o-own"
OWN_IN_WORDS: Final = "${aws:ResourceOrgID}"
"""The organization of the resource's account, where a policy names it without its id and nobody tells it."""
WITHOUT_IDENTITY: Final = {Caller.ANONYMOUS, Caller.SERVICE}
SOME_SERVICE: Final = "sns.amazonaws.com"
TAKES_ANYONE: Final = {"es", "execute-api", "lambda", "s3", "sqs"}
"""The services that take requests without credentials, where a policy allows them."""
TAKES_NOBODY: Final = {"iam", "kms", "secretsmanager"}
"""The services that take no request without credentials, whatever a policy allows."""
MOST_COMBINED: Final = 8
"""How many patterns for principals are combined with each other."""
ORGANIZATION: Final = re.compile(r"(o-[a-z0-9]+)(/.*)?", re.DOTALL)
ACCOUNT_ID: Final = re.compile(r"\d{12}")
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
BASE: Final[dict[str, Values]] = {
    "aws:securetransport": ("true",),
    "aws:sourceip": STRANGERS_ADDRESSES[:1],
    "aws:principalisawsservice": ("false",),
    "aws:viaawsservice": ("false",),
}
"""What is said of a usual request."""
RESOURCE_KEYS: Final = ("aws:resourceaccount", "s3:resourceaccount")
ORGANIZATION_KEY: Final = "aws:resourceorgid"
RESOURCE_ORGANIZATION_KEYS: Final = {ORGANIZATION_KEY, "aws:resourceorgpaths"}
OWN: Final = {
    *ACCOUNT_KEYS,
    *ORGANIZATION_KEYS,
    *SERVICE_KEYS,
    *RESOURCE_KEYS,
    *RESOURCE_ORGANIZATION_KEYS,
    *("aws:principalarn", "aws:principalisawsservice"),
}
"""The keys whose values follow from who the caller is and whose the resource is."""
NEVER_WILD: Final = frozenset({*OWN, *SOURCES, *PLACES})
"""The keys of which no value has a wildcard's character: an equality that asks for one is met by nobody."""
OF_IDENTITIES: Final = re.compile(
    r"aws:(assumedroot|calledvia.*|chatbotsourcearn|ec2instancesource.*|federatedprovider|multifactorauth.*|principaltag/.*"
    r"|sourceidentity|tokenissuetime|userid|username|viaawsservice)|ec2:(roledelivery|sourceinstancearn)|(identitystore|lambda):.*"
)
"""The keys that only requests of users and roles have (IAM User Guide, "AWS global condition context keys")."""


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
    acts_for: str = ""
    """The account on whose behalf a service acts, where it is one that the policy names."""
    mysterious: bool = False
    """Whether nobody can tell from the policy whose this principal is."""

    def may_choose(self, key: str, patterns: Values) -> bool:
        """Return whether anyone of this sort may have a key hold what a policy's patterns ask for."""
        if key in ORGANIZATION_KEYS and self.account:
            return True
        if self.lacks(key) or (self.acts_for and key in SOURCES and not self._suits(patterns)):
            return False
        if key in OWN or (key in SOURCES and not self.service):
            return False
        is_fixed = self.guards().get(key)
        return is_fixed is None or not any(map(is_fixed, patterns))

    def may_be_given(self, key: str, patterns: Values) -> bool:
        """Return whether the right one of this sort could have a key hold what a policy's patterns ask for."""
        if self.acts_for and key in SOURCES and not self._suits(patterns):
            return False
        return key in self.guards() or self.may_choose(key, patterns)

    def _suits(self, patterns: Values) -> bool:
        """Return whether sources that a policy asks for are of no other account than the one acted for."""
        return all(account in {"", self.acts_for} for account in map(account_of_source, patterns))

    def lacks(self, key: str) -> bool:
        """Return whether no request of this sort has a key: only those of users, or of another provider's, do."""
        if self.provider and CLAIM.match(key):
            return not key.startswith(f"{issuers.domain(self.provider).lower()}:")
        return self.principal.caller in WITHOUT_IDENTITY and OF_IDENTITIES.fullmatch(key) is not None

    def guards(self) -> dict[str, Callable[[str], bool]]:
        """Return the keys whose fixed values only the right caller has, each with what makes a value fixed."""
        guards = {key: is_fixed for key, is_fixed in PLACES.items() if not self.lacks(key)}
        if self.service:
            guards |= SOURCES
        if self.provider:
            guards |= issuers.guards(self.provider)
        return guards


class Named:
    """What the conditions of a document ask of keys, in which variables of the resource's own owner are resolved."""

    def __init__(self, document: Document, account: str, organization: str, own: Iterable[str] = ()) -> None:
        self.document = document
        self.account = account
        self.values: dict[str, set[str]] = {}
        for condition in (each for statement in document.statements for each in statement.conditions):
            self.values.setdefault(condition.key, set()).update(possible(condition))
        self.own = {account, *own}
        self.stranger = stranger_to(document, self.own)
        """An account that the document does not name, and that is nobody's own."""
        self.foreign = next((each for each in FOREIGNERS if not _is_said(each, self.of(ORGANIZATION_KEYS))), FOREIGN)
        """An organization that the document does not name."""
        told = filter(ORGANIZATION.fullmatch, self.of({ORGANIZATION_KEY}))
        self.organization = organization or min(told, default=OWN_ORGANIZATION)
        """The organization of the resource's account, `OWN_ORGANIZATION` where nothing tells."""
        variables = {"${aws:resourceaccount}": account, "${aws:resourceorgid}": self.organization}
        for key, values in self.values.items():
            self.values[key] = {resolved(each, variables) for each in values}

    def of(self, keys: Iterable[str]) -> set[str]:
        """Return the values that conditions ask of keys."""
        return {value for key in keys for value in self.values.get(key, ())}

    @cached_property
    def said_of_resource(self) -> dict[str, Values]:
        """What AWS says of the resource's owner."""
        path = f"{self.organization}/r-{FRESH}/ou-{FRESH}/"
        said: dict[str, Values] = {ORGANIZATION_KEY: (self.organization,), "aws:resourceorgpaths": (path,)}
        return said | dict.fromkeys(RESOURCE_KEYS, (self.account,))

    @property
    def belongs_together(self) -> bool:
        """Whether a condition asks that the principal and the resource be of one organization."""
        return any("${aws:principalorgid}" in each.lower() for each in self.of(RESOURCE_ORGANIZATION_KEYS))


def possible(condition: Condition) -> Iterator[str]:
    """Yield the values of a condition that its key can have at all."""
    is_literal = condition.key in NEVER_WILD and LITERAL.fullmatch(condition.operator)
    return (each for each in condition.values if not is_literal or fixed(each) or "${" in each)


def stranger_to(document: Document, own: Iterable[str] = ()) -> str:
    """Return an account that a document does not name, nor any pattern in it for accounts, other than one's ``own``."""
    said = set(own)
    for statement in document.statements:
        entries = (*(statement.principals or ()), *(statement.not_principals or ()))
        said.update(value for _, value in entries)
        said.update(value for each in statement.conditions for value in each.values)
    candidates = [each for each in STRANGERS if not _is_said(each, said)]
    patterns = [value for value in said if re.search(r"\d", value) and not fixed(value) and ":" not in value]
    return next(
        (each for each in candidates if not any(matches(pattern, each) for pattern in patterns)),
        next(iter(candidates), STRANGER),
    )


def _is_said(name: str, texts: Iterable[str]) -> bool:
    return any(name in each for each in texts)


def account_of_source(value: str) -> str:
    """Return the account that a value of one of `SOURCES` names; empty for none."""
    return value if ACCOUNT_ID.fullmatch(value) else value.split(":")[4] if in_account(value) else ""


def resolved(value: str, variables: Mapping[str, str]) -> str:
    """Return a value in which variables, given in lower case, are resolved."""
    if "${" not in value:
        return value
    return VARIABLE.sub(lambda found: variables.get(found[0].lower(), found[0]), value)


def probes(statement: Statement, named: Named, resource: str) -> Iterator[Probe]:
    """Yield the outsiders to try on a statement of the policy of a resource."""
    if statement.principals is None or statement.names_anyone:
        yield from _strangers(named, resource.split(":")[2] if resource.startswith("arn:") else "")
        yield from _members(named)
        yield from (_person(each) for each in sorted(_named_by(named)))
        yield from _services(named)
        for kind, value in sorted(_excepted(named.document)):
            yield from (replace(probe, named=False) for probe in _entry(kind, value, named))
    for kind, value in statement.principals or ():
        yield from _entry(kind, value, named)


def _strangers(named: Named, service: str) -> Iterator[Probe]:
    user = principal(f"arn:aws:iam::{named.stranger}:user/{FRESH}")
    about = said_of(user, named.foreign)
    nobody = Probe(ANONYMOUS, BASE | {"aws:principaltype": ("Anonymous",), "aws:userid": ("anonymous",)})
    if service in TAKES_ANYONE:
        yield nobody
    yield Probe(user, about)
    yield Probe(user, {key: held for key, held in about.items() if key not in ORGANIZATION_KEYS})
    if service not in TAKES_ANYONE | TAKES_NOBODY:
        yield nobody
    for arn in dict.fromkeys(_strange_arns(sorted(named.of({"aws:principalarn"})), named.stranger)):
        somebody = principal(arn)
        yield Probe(somebody, said_of(somebody, named.foreign))
    for pattern in sorted(named.of(ACCOUNT_KEYS)):
        account = filled(pattern, "0" * max(0, 12 - len(pattern.replace("*", "")))).replace("x", "0")
        if not fixed(pattern) and re.fullmatch(r"\d{12}", account) and account != named.account:
            somebody = principal(f"arn:aws:iam::{account}:user/{FRESH}")
            yield Probe(somebody, said_of(somebody, named.foreign))
    for pattern in sorted(named.of(ORGANIZATION_KEYS)):
        if not re.match(ORGANIZATION, pattern) or not fixed(pattern.partition("/")[0]):
            yield Probe(user, said_of(user, filled(pattern, "stranger")))


def _strange_arns(patterns: Iterable[str], stranger: str) -> Iterator[str]:
    """Yield ARNs of a stranger that meet a pattern for principals of any account, or two of them."""
    strange = [f"arn:aws:iam::{stranger}:{each}/*" for each in ("user", "role")]
    for pattern in patterns:
        parts = pattern.split(":", 5)
        if len(parts) < 6 and not fixed(pattern):  # noqa: PLR2004
            strange.append(pattern)
        elif not in_account(pattern):
            parts[4:5] = [stranger]
            strange.append(":".join(parts))
            yield filled(strange[-1])
    for one, other in itertools.combinations(strange[:MOST_COMBINED] if len(strange) > 2 else (), 2):  # noqa: PLR2004
        both = witness(tokens(one) or (), tokens(other) or ())
        if both is not None and in_account(both):
            yield both


def _members(named: Named) -> Iterator[Probe]:
    user = principal(f"arn:aws:iam::{named.stranger}:user/{FRESH}")
    own = {named.organization} if named.belongs_together else set()
    for pattern in sorted(named.of(ORGANIZATION_KEYS) | own):
        found = ORGANIZATION.fullmatch(pattern)
        if found:
            organization = OWN_IN_WORDS if found[1] == OWN_ORGANIZATION else found[1]
            yield Probe(user, said_of(user, filled(pattern)), organization=organization)


def _named_by(named: Named) -> set[str]:
    """Return the accounts and the ARNs of principals that conditions name."""
    found = {value for value in named.of(ACCOUNT_KEYS) if ACCOUNT.fullmatch(value)}
    return found | {filled(value) for value in named.of({"aws:principalarn"}) if in_account(value)}


def _excepted(document: Document) -> set[tuple[str, str]]:
    """Return the principals of whom statements say that they are about others."""
    return {entry for statement in document.statements for entry in statement.not_principals or ()}


def _person(value: str) -> Probe:
    """Return the principal of an account or an ARN."""
    account = ACCOUNT.fullmatch(value)
    somebody = principal(f"arn:aws:iam::{account[1]}:user/{FRESH}" if account else value)
    if somebody.account is None:
        return Probe(somebody, dict(BASE), mysterious=True)
    return Probe(somebody, said_of(somebody), account=somebody.account)


def _services(named: Named) -> Iterator[Probe]:
    """Yield the services that a document's conditions let act; some service where they say only for whom."""
    arns = named.of({"aws:sourcearn"})
    names = {filled(each) for each in named.of(SERVICE_KEYS)}
    names |= {f"{service}.amazonaws.com" for each in arns if (service := (each.split(":") + [""] * 3)[2].strip("*"))}
    if not names and named.of({*SOURCES, "aws:principalisawsservice"}):
        names = {SOME_SERVICE}
    yield from (probe for each in sorted(names) for probe in _acting(each, named))


def _acting(name: str, named: Named) -> Iterator[Probe]:
    """Yield a service that acts for a stranger, and for each account that conditions name."""
    yield _service(name, named, named.stranger)
    accounts = set(map(account_of_source, named.of(SOURCES))) - named.own - {""}
    yield from (replace(_service(name, named, each), acts_for=each) for each in sorted(accounts))


def _service(name: str, named: Named, account: str) -> Probe:
    source = f"arn:aws:{name.partition('.')[0]}:eu-west-1:{account}:{FRESH}"
    known = BASE | {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (name,),
        "aws:principalservicenameslist": (name,),
        "aws:sourceaccount": (account,),
        "aws:sourcearn": (source,),
        "aws:sourceorgid": (named.foreign,),
    }
    return Probe(Principal(name, Caller.SERVICE), known, service=name)


def _entry(kind: str, value: str, named: Named) -> Iterator[Probe]:
    """Yield the principal that an entry of a Principal element names."""
    if kind == "Service":
        yield from (replace(each, named=True) for each in _acting(value, named))
    elif kind == "Federated" and ":saml-provider/" not in value:
        yield Probe(Principal(value, Caller.PROVIDER), dict(BASE), provider=value)
    elif kind == "AWS" and value != "*" and not UNIQUE_ID.fullmatch(value):
        yield replace(_person(value), named=True)
    elif kind == "CanonicalUser":
        yield Probe(Principal(value, Caller.PROVIDER), dict(BASE), mysterious=True)


def said_of(somebody: Principal, organization: str = FOREIGN) -> dict[str, Values]:
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
