"""The condition keys that are of no one service's own, and the types of what condition keys hold.

The types are those that AWS's documentation gives in "AWS global condition context keys", with "ArrayOf" for keys that
hold several values, as in the Service Authorization Reference.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor.policy.actions import has_service, nearest, service_keys
from auditor.policy.patterns import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

GLOBAL: Final = "aws"
MANY: Final = "ArrayOf"
STRINGS: Final = (
    *("aws:assumedroot", "aws:calledviafirst", "aws:calledvialast", "aws:ec2instancesourcevpc"),
    *("aws:federatedprovider", "aws:principalaccount", "aws:principalorgid", "aws:principalservicename"),
    *("aws:principaltag/*", "aws:principaltype", "aws:referer", "aws:requestedregion", "aws:requesttag/*"),
    *("aws:resourceaccount", "aws:resourceorgid", "aws:resourcetag/*", "aws:sourceaccount", "aws:sourceidentity"),
    *("aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:useragent", "aws:userid", "aws:username"),
    *("aws:vpceaccount", "aws:vpceorgid", "aws:calledviaawsmcp", "aws:sourceowner"),
    "aws:principalorgmasteraccountid",
)
LISTS: Final = (
    *("aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist", "aws:resourceorgpaths"),
    *("aws:sourceorgpaths", "aws:tagkeys", "aws:vpceorgpaths"),
)
ARNS: Final = ("aws:chatbotsourcearn", "aws:principalarn", "aws:signinsessionarn", "aws:sourcearn", "aws:sourcevpcarn")
BOOLEANS: Final = (
    *("aws:multifactorauthpresent", "aws:principalisawsservice", "aws:securetransport", "aws:viaawsservice"),
    *("aws:ismcpserviceaction", "aws:viaawsmcpservice"),
)
ADDRESSES: Final = ("aws:ec2instancesourceprivateipv4", "aws:sourceip", "aws:vpcsourceip")
GLOBAL_KEYS: Final = {
    **dict.fromkeys(STRINGS, "String"),
    **dict.fromkeys(LISTS, f"{MANY}String"),
    **dict.fromkeys(ARNS, "ARN"),
    **dict.fromkeys(BOOLEANS, "Bool"),
    **dict.fromkeys(ADDRESSES, "IPAddress"),
    **dict.fromkeys(("aws:currenttime", "aws:epochtime", "aws:tokenissuetime"), "Date"),
    "aws:multifactorauthage": "Numeric",
}
"""The types of the global condition keys by key in lower case; ``*`` stands for a tag."""
ACROSS_SERVICES: Final = frozenset(
    {
        *("ec2:roledelivery", "ec2:sourceinstancearn", "glue:credentialissuingservice", "glue:roleassumedby"),
        *("lambda:sourcefunctionarn", "ssm:sourceinstancearn", "identitystore:userid", "codebuild:buildarn"),
        *("codebuild:projectarn", "ecs:serviceconnectarn", "rolesanywhere:sourcearn"),
    }
)
"""The keys of services that are in requests for other services: what a role's session is of."""
DEPRECATED: Final = frozenset({"aws:arn"})
OF_NO_SERVICE: Final = frozenset(
    {"saml", "catalog", "cognito-identity-auth", "cognito-identity-unauth", "identitycenter"}
)
"""The prefixes, besides names of identity providers, of keys that are of no one service's own."""
TAG_KEYS: Final = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
"""The global keys that only services that support tags supply."""


class Origin(Enum):
    """Whose a condition key is."""

    GLOBAL = "AWS's own, of any service"
    ACROSS = "of a service, in requests for others"
    SERVICE = "of a service"
    PROVIDER = "of an identity provider"
    UNKNOWN = "of no service that AWS documents"


class Key(NamedTuple):
    """A condition key: whose it is, its type, empty where that is not known, and one that is meant instead."""

    origin: Origin
    type: str
    exists: bool = True
    nearest: str = ""

    @property
    def holds_many(self) -> bool | None:
        """Whether the key holds several values; None where that is not known."""
        return self.type.startswith(MANY) if self.type else None


def key_named(key: str) -> Key:
    """Return what is known of a condition key, given in lower case."""
    prefix = key.partition(":")[0]
    if key in DEPRECATED:
        return Key(Origin.GLOBAL, "ARN")
    if prefix == GLOBAL:
        return _known(key, GLOBAL_KEYS, Origin.GLOBAL)
    if key in ACROSS_SERVICES:
        return Key(Origin.ACROSS, "")
    if "." in prefix or "/" in prefix or prefix in OF_NO_SERVICE:
        return Key(Origin.PROVIDER, "")
    return _known(key, service_keys(prefix), Origin.SERVICE) if has_service(prefix) else Key(Origin.UNKNOWN, "")


def _known(key: str, types: Mapping[str, str], origin: Origin) -> Key:
    exact = types.get(key)
    if exact is not None:
        return Key(origin, exact)
    pattern = next((each for each in types if "*" in each and matches(each, key)), None)
    if pattern is not None:
        return Key(origin, types[pattern])
    return Key(origin, "", exists=False, nearest=nearest(key, types) or "")
