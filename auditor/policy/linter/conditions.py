"""Whether the conditions of statements can hold, can fail to hold, and are about keys that requests carry."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor.policy.actions import service_keys
from auditor.policy.conditions import COMPARISONS, NEGATION, OPERATOR
from auditor.policy.kinds import Kind
from auditor.policy.linter.keys import DEPRECATED, TAG_KEYS, Key, Origin, key_named
from auditor.policy.linter.values import TYPES, is_exact, misfit
from auditor.policy.patterns import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.document import Condition
    from auditor.policy.linter.place import Found, Place

WILDCARDS: Final = re.compile(r"[*?]")
OWN_TAG: Final = re.compile(r":(resource|request|object)tag")
STARS: Final = re.compile(r"\*+")
OPERATORS: Final = {
    *COMPARISONS,
    "null",
    *(f"{kind}not{how}" for kind in ("string", "arn") for how in ("equals", "like")),
    "stringnotequalsignorecase",
    "numericnotequals",
    "datenotequals",
    "notipaddress",
}
"""The operators that AWS documents, in lower case."""
HARMLESS_WITHOUT: Final = {"aws:tagkeys"}
"""The keys of which a request without any asks for nothing that a condition could mean to forbid."""
_ON_ITEMS: Final = frozenset(
    f"dynamodb:{name}"
    for name in (
        *("batchgetitem", "batchwriteitem", "conditioncheckitem", "deleteitem", "getitem", "putitem"),
        *("query", "updateitem"),
    )
)
THERE_WITH: Final = {
    "dynamodb:attributes": _ON_ITEMS,
    "dynamodb:leadingkeys": _ON_ITEMS,
    "kms:grantoperations": {"kms:creategrant"},
    "route53:changeresourcerecordsetsactions": {"route53:changeresourcerecordsets"},
    "route53:changeresourcerecordsetsnormalizedrecordnames": {"route53:changeresourcerecordsets"},
    "route53:changeresourcerecordsetsrecordtypes": {"route53:changeresourcerecordsets"},
    "ses:recipients": {"ses:sendbulkemail", "ses:sendbulktemplatedemail", "ses:sendemail", "ses:sendrawemail"}
    | {"ses:sendtemplatedemail"},
}
"""The keys of several values that every request of some actions carries: what they are made from is required.

A Scan has no leading keys. Sources: Amazon DynamoDB, AWS KMS, Amazon Route 53 and Amazon SES Developer Guides, "Using
IAM policy conditions" and "Condition keys", whose examples use ForAllValues alone.
"""
ALWAYS_THERE: Final = {
    *("aws:currenttime", "aws:epochtime", "aws:principalisawsservice", "aws:requestedregion", "aws:securetransport"),
    "aws:viaawsservice",
}
"""The keys of every request, and below those of every request with credentials ("AWS global condition keys")."""
ALWAYS_THERE_OF_PRINCIPALS: Final = {
    *ALWAYS_THERE,
    *("aws:principalaccount", "aws:principalarn", "aws:principaltype", "aws:userid"),
}
PRIVATE: Final = [
    ipaddress.ip_network(each)
    for each in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    )
]
"""The addresses of private networks (RFC 1918, RFC 4193), and those of no network but one's own."""
EVERYWHERE: Final = frozenset({"0.0.0.0/0", "::/0"})
WITH_WILDCARDS: Final = {"stringlike", "arnlike", "arnequals"}
LITERAL: Final = ("stringequals", "stringequalsignorecase")
WITH_VARIABLES: Final = ("string", "arn")


class Operator(NamedTuple):
    """A condition operator taken apart: the set operator, what it is without negation, and its IfExists."""

    quantifier: str
    base: str
    negated: bool
    if_exists: bool

    @property
    def type(self) -> str:
        """What it compares: string, numeric, date, bool, binary, ipaddress, arn or null."""
        return next(each for each in TYPES if self.base.startswith(each))


def operator_named(text: str) -> Operator | None:
    """Return a condition operator taken apart, given in lower case; None where AWS has no such operator."""
    parsed = OPERATOR.fullmatch(text)
    quantifier, name, if_exists = parsed.groups() if parsed else (None, "", None)
    if name not in OPERATORS:
        return None
    base = NEGATION.sub("", name)
    return Operator(quantifier or "", base, base != name, if_exists is not None)


def conditions(place: Place) -> Iterator[Found]:
    """Yield what is wrong with each condition of a statement on its own."""
    for condition in place.statement.conditions:
        operator = operator_named(condition.operator)
        key = key_named(condition.key)
        if operator is None:
            words = f"has the condition operator {condition.operator}, which does not exist"
            yield "invalid-condition-operator", words, condition.operator
            continue
        yield from _key(condition, key, place)
        yield from _sets(condition, operator, key, place)
        yield from _values(condition, operator, place)
        if operator.type != "null":
            yield from _types(condition, operator, key)


def _key(condition: Condition, key: Key, place: Place) -> Iterator[Found]:
    name = condition.key
    meant = f": did you mean {key.nearest}?" if key.nearest else ""
    if ":" not in name:
        yield "invalid-condition-key-format", f"has the condition key {name}, not as in aws:SourceIp", name
    elif name in DEPRECATED:
        words = f"has the condition key {name}, which AWS gave up for aws:PrincipalArn and aws:SourceArn"
        yield "deprecated-global-condition-key", words, name
    elif key.origin is Origin.UNKNOWN:
        service = name.partition(":")[0]
        yield "invalid-service-condition-key", f"has the condition key {name} of {service}, which is no service", name
    elif not key.exists:
        code = "invalid-global-condition-key" if key.origin is Origin.GLOBAL else "invalid-service-condition-key"
        yield code, f"has the condition key {name}, which does not exist{meant}", name
    elif _is_never_supplied(name, key, place):
        words = f"has a condition on {name}, which no request for its actions carries"
        yield "unsupported-condition-key", words, name


def _is_never_supplied(name: str, key: Key, place: Place) -> bool:
    """Return whether no action of a statement supplies a key.

    Tags are told by service: the lists of which of its actions take them are not complete.
    """
    if place.actions is None or (key.origin is Origin.SERVICE and OWN_TAG.search(name)):
        return False
    if name.startswith(TAG_KEYS):
        tag = name if name == "aws:tagkeys" else f"{name.partition('/')[0]}/*"
        return not any(tag in service_keys(each) for each in {each.service for each in place.actions})
    return key.origin is Origin.SERVICE and not any(each.supplies(name) for each in place.actions)


def _sets(condition: Condition, operator: Operator, key: Key, place: Place) -> Iterator[Found]:
    """Yield what is wrong with how a condition reads a key of one or of several values."""
    name = condition.key
    if operator.base == "null":
        if operator.if_exists:
            yield "null-with-if-exists", f"has NullIfExists on {name}", condition.operator
        if operator.quantifier:
            yield "null-with-qualifier", f"has {operator.quantifier}:Null on {name}", condition.operator
        return
    if key.origin is Origin.GLOBAL and key.holds_many and not operator.quantifier:
        words = f"compares {name}, which holds several values, without ForAllValues or ForAnyValue"
        yield "missing-qualifier", words, name
    if operator.quantifier != "forallvalues" or not place.statement.allows:
        return
    if key.holds_many is False:
        words = f"has ForAllValues on {name}, which holds one value, and so holds for requests without the key"
        yield "forallvalues-with-single-valued-key", words, name
    elif name not in HARMLESS_WITHOUT and not _is_there(name, place) and not _is_required(name, place):
        words = f"has ForAllValues on {name}, which holds for requests without the key"
        yield "forallvalues-without-null", words, name


def _is_there(key: str, place: Place) -> bool:
    """Return whether all requests for the actions of a statement carry a key."""
    return place.actions is not None and {each.name.lower() for each in place.actions} <= THERE_WITH.get(key, set())


def _is_required(key: str, place: Place) -> bool:
    """Return whether another condition of the statement does not hold for requests without a key."""
    for each in place.statement.conditions:
        operator = operator_named(each.operator) if each.key == key else None
        if operator is None or operator.quantifier == "forallvalues" or operator.if_exists:
            continue
        if operator.base == "null":
            if "false" in {value.lower() for value in each.values}:
                return True
        elif not operator.negated:
            return True
    return False


def _values(condition: Condition, operator: Operator, place: Place) -> Iterator[Found]:
    """Yield the values that an operator cannot compare, compares otherwise than meant, or that are everything."""
    if not condition.values:
        yield "condition-without-values", f"compares {condition.key} with no values", "[]"
        return
    for value in dict.fromkeys(condition.values):
        if "${" in value:
            yield from _variable(value, condition, operator, place)
            continue
        found = misfit(operator.type, value)
        if found:
            yield found[0], f"compares {condition.key} with {value}, which {found[1]}", value
        elif operator.type == "ipaddress" and not is_exact(value):
            yield "improve-ip-range", f"compares {condition.key} with {value}, whose address is not a range's", value
        elif operator.base in LITERAL and WILDCARDS.search(value):
            words = f"compares {condition.key} with {value} by {condition.operator}, to which wildcards mean nothing"
            yield "wildcard-without-like-operator", words, value
    yield from _everything(condition, operator, place)
    yield from _private(condition, operator)


def _everything(condition: Condition, operator: Operator, place: Place) -> Iterator[Found]:
    """Yield values that are all values, where no request fails for want of the key."""
    values = {each.lower() for each in condition.values}
    key = condition.key
    if operator.base == "bool" and values >= {"true", "false"}:
        yield "invalid-condition-multiple-boolean", f"lets {key} be true or false", "true, false"
    elif operator.base == "ipaddress" and values & EVERYWHERE:
        words = f"keeps {key} from every address" if operator.negated else f"lets {key} be any address"
        yield "condition-always-met", words, ", ".join(sorted(values & EVERYWHERE))
    elif not operator.negated and operator.base in WITH_WILDCARDS and any(map(STARS.fullmatch, values)):
        signed = place.kind in {Kind.IDENTITY, Kind.BOUNDARY, Kind.SESSION, Kind.SCP}
        there = key in (ALWAYS_THERE_OF_PRINCIPALS if signed else ALWAYS_THERE)
        if there or operator.if_exists or operator.quantifier == "forallvalues":
            yield "condition-always-met", f"lets {key} be anything by {condition.operator}", "*"


def _private(condition: Condition, operator: Operator) -> Iterator[Found]:
    """Yield addresses that aws:SourceIp never has, where there are no others."""
    if condition.key != "aws:sourceip" or operator.base != "ipaddress":
        return
    try:
        networks = [ipaddress.ip_network(each, strict=False) for each in condition.values]
    except ValueError:
        return
    if all(any(each.version == own.version and each.subnet_of(own) for own in PRIVATE) for each in networks):  # type: ignore[arg-type] # of one version
        listed = ", ".join(condition.values)
        if operator.negated:
            yield "private-notipaddress", f"keeps aws:SourceIp from {listed}, which it never is", listed
        else:
            yield "private-ip-address", f"lets aws:SourceIp be {listed}, which it never is", listed


def _variable(value: str, condition: Condition, operator: Operator, place: Place) -> Iterator[Found]:
    if not place.resolving:
        words = f"compares {condition.key} with {value}, which is plain text in a policy of this version"
        yield "variable-unsupported-in-version", words, value
    elif not operator.type.startswith(WITH_VARIABLES):
        words = f"compares {condition.key} with the variable {value} by {condition.operator}, which takes none"
        yield "invalid-variable-for-operator", words, value
    else:
        yield from malformed_variables(value)


def variables(place: Place) -> Iterator[Found]:
    """Yield what is wrong with the policy variables in the resources of a statement."""
    statement = place.statement
    for value in dict.fromkeys(statement.resources or statement.not_resources or ()):
        if "${" not in value:
            continue
        if place.resolving:
            yield from malformed_variables(value)
        else:
            words = f"names {value}, whose variable is plain text in a policy of this version"
            yield "variable-unsupported-in-version", words, value


def malformed_variables(value: str) -> Iterator[Found]:
    """Yield what is wrong with the policy variables in a text."""
    for start in (match.start() for match in re.finditer(r"\$\{", value)):
        end = value.find("}", start)
        inside = value[start + 2 : end]
        key, comma, default = inside.partition(",")
        if end < 0:
            yield "missing-brace-in-variable", f"has a policy variable in {value} that is not closed", value
            return
        if not key.strip():
            yield "empty-variable", f"has a policy variable in {value} that names no key", value
        elif " " in key and "/" not in key:
            yield "unsupported-space-in-variable", f"has a space in the policy variable of {value}", value
        elif comma and VARIABLE.match(value, start) is None:
            yield "missing-quote-in-variable", f"has a default in {value} that is not quoted: {default.strip()}", value


def _types(condition: Condition, operator: Operator, key: Key) -> Iterator[Found]:
    """Yield a comparison of a key with an operator of a type that none of its values is of."""
    held = key.type.removeprefix("ArrayOf").lower()
    if held and operator.type in TYPES and held in TYPES[operator.type].never:
        words = f"compares {condition.key}, which holds a value of the type {key.type}, by {condition.operator}"
        yield "type-mismatch", words, condition.key
