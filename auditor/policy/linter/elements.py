"""What statements lack or have too much of: actions, resources, principals and Sids."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from auditor.policy.kinds import Kind
from auditor.policy.principals import PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.document import Document, Statement
    from auditor.policy.linter.place import Found, Place

WITHOUT_PRINCIPAL: Final = {Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION}
OF_IAM: Final = {*WITHOUT_PRINCIPAL, Kind.SCP, Kind.RCP}
"""The kinds whose Sids are letters and digits and must differ ("IAM JSON policy elements: Sid")."""
CURRENT: Final = "2012-10-17"
PLAIN_SID: Final = re.compile(r"[A-Za-z0-9]*")
WILDCARDS: Final = re.compile(r"[*?]")
ACCOUNT: Final = re.compile(r"\d{12}")
UNIQUE_ID: Final = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
"""The id that IAM writes in place of a principal's ARN once the principal is deleted ("Unique identifiers")."""
ENTITY: Final = re.compile(r"arn:[a-z-]+:(iam|sts)::\d{12}:(root|(user|role|assumed-role|federated-user)/[^*?]+)")
PROVIDER: Final = re.compile(r"arn:[a-z-]+:(iam::\d{12}:(saml|oidc)-provider/.+|sts::\d{12}:self)", re.DOTALL)
CANONICAL: Final = re.compile(r"[0-9a-f]{64}")
CLOUDFRONT: Final = re.compile(r"arn:[a-z-]+:iam::cloudfront:user/.+", re.DOTALL)
SERVICE: Final = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
FORMS: Final = {
    "AWS": (ACCOUNT, ENTITY, PROVIDER, CLOUDFRONT, CANONICAL),
    "Federated": (PROVIDER,),
    "Service": (SERVICE,),
    "CanonicalUser": (CANONICAL,),
}
"""How the principals of each kind are written."""


def lapses_of_document(document: Document, kind: Kind) -> Iterator[Found]:
    """Yield what breaks the rules about a policy as a whole."""
    if not document.version:
        yield "missing-version", "states no Version, so that of 2008 holds, which has no variables", ""
    elif document.version != CURRENT:
        yield "outdated-version", f"is of the version {document.version}, which has no variables", document.version
    counts = Counter(each.sid for each in document.statements if each.sid)
    for sid in (sid for sid, count in counts.items() if count > 1):
        code = "unique-sids-required" if kind in OF_IAM else "unique-sids-recommended"
        yield code, f"has more than one statement with the Sid {sid}", sid


def missing_elements(place: Place) -> Iterator[Found]:
    """Yield which elements a statement lacks, or has and must not have."""
    statement = place.statement
    if statement.actions is None and statement.not_actions is None:
        yield "missing-action", "has neither Action nor NotAction", ""
    named = statement.resources if statement.not_resources is None else statement.not_resources
    if named is None and not place.has_trust:
        yield "missing-resource", "has neither Resource nor NotResource", ""
    elif named is not None and place.kind is Kind.RESOURCE and place.has_trust:
        yield "prohibited-resource", "names resources, but a trust policy is about its role alone", ", ".join(named)
    for name, values in (("Action", statement.actions), ("NotAction", statement.not_actions)):
        if values == ():
            yield "empty-array-action", f"has an empty {name}", "[]"
    if named == ():
        yield "empty-array-resource", "has an empty list of resources", "[]"


def sids(place: Place) -> Iterator[Found]:
    """Yield the Sid where IAM would refuse it."""
    sid = place.statement.sid
    if place.kind in OF_IAM and not PLAIN_SID.fullmatch(sid):
        yield "unsupported-sid", "has a Sid of more than letters and digits", sid


def principals(place: Place) -> Iterator[Found]:
    """Yield what is wrong with whom a statement is about."""
    statement = place.statement
    named = statement.principals if statement.not_principals is None else statement.not_principals
    if named is None:
        if place.kind in {Kind.RESOURCE, Kind.RCP}:
            yield "missing-principal", "has neither Principal nor NotPrincipal", ""
        return
    if place.kind in WITHOUT_PRINCIPAL:
        yield "unsupported-principal", f"names a principal, which a {place.kind.value} cannot", _listed(named)
    elif place.kind is Kind.SCP:
        yield "scp-syntax-error-principal", "names a principal, which a service control policy cannot", _listed(named)
    elif place.kind is Kind.RCP:
        if statement.principals != (("AWS", "*"),):
            yield "rcp-principal", "is not about the Principal *, as a resource control policy must be", _listed(named)
    else:
        yield from _named(statement, named)


def _listed(named: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(dict.fromkeys(value for _, value in named))


def _named(statement: Statement, named: tuple[tuple[str, str], ...]) -> Iterator[Found]:
    if not named:
        yield "empty-array-principal", "names no principal", "[]"
    if statement.allows and statement.not_principals is not None:
        words = f"allows everyone but {_listed(named)}, anonymous callers included"
        yield "allow-with-notprincipal", words, _listed(named)
    for kind, value in dict.fromkeys(named):
        found = _malformed(kind, value)
        if found:
            yield *found, value


def _malformed(kind: str, value: str) -> tuple[str, str] | None:
    """Return the code and the words of what is wrong with a principal; None where it is well-formed."""
    if kind not in FORMS:
        return "invalid-principal-key", f"has a principal of the kind {kind}, which does not exist"
    if value == "*" or value in PROVIDERS or any(form.fullmatch(value) for form in FORMS[kind]):
        return None
    if WILDCARDS.search(value):
        return "unsupported-wildcard-in-principal", f"has a wildcard in the principal {value}, which matches nobody"
    if kind == "AWS" and UNIQUE_ID.fullmatch(value):
        what = "user" if value.startswith("AIDA") else "role"
        return f"invalid-{what}-reference", f"names the id {value}, which IAM leaves of a {what} that was deleted"
    if kind == "Service":
        return "invalid-service-principal-format", f"names the service {value}, not as in ec2.amazonaws.com"
    return "invalid-principal-format", f"names the principal {value}, which is none of the kind {kind}"


def control_policies(place: Place) -> Iterator[Found]:
    """Yield what a resource control policy of one's own cannot say. RCPFullAWSAccess, which is AWS's, may."""
    statement = place.statement
    if place.kind is not Kind.RCP:
        return
    if statement.allows and not (statement.actions == ("*",) and statement.resources == ("*",)):
        yield "rcp-allow", "allows, which a resource control policy of one's own cannot", "Allow"
    if statement.not_actions is not None:
        yield "rcp-notaction", "has NotAction, which a resource control policy cannot", ", ".join(statement.not_actions)
