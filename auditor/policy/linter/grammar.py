"""What AWS refuses of a text before it asks what it means: the grammar of policies, and the quotas of their length."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from auditor.policy.document import PAIRS, VERSIONS, PolicyError, loads
from auditor.policy.kinds import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.linter.place import Found

POLICY_ELEMENTS: Final = {"Version", "Id", "Statement"}
STATEMENT_ELEMENTS: Final = {"Sid", "Effect", "Condition", *(name for pair in PAIRS for name in pair)}
LONGEST: Final = {
    Kind.SCP: (5_120, "policy-size-exceeds-scp-quota"),
    Kind.RCP: (5_120, "policy-size-exceeds-scp-quota"),
    Kind.RESOURCE: (32_768, "policy-size-exceeds-resource-policy-quota"),
    Kind.ENDPOINT: (20_480, "policy-size-exceeds-resource-policy-quota"),
}
"""How long a policy may be: in Organizations with spaces, elsewhere the most that any service takes."""
LONGEST_MANAGED: Final = (6_144, "policy-size-exceeds-identity-policy-quota")
SPACED: Final = {Kind.SCP, Kind.RCP, Kind.ENDPOINT}
"""The kinds of policies whose white space counts."""
LONGEST_SHOWN: Final = 60


def shown(value: object) -> str:
    """Return a value as JSON, cut short where it is long."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, default=str)
    except (ValueError, RecursionError):
        return "..."
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


def lapses_of_text(policy: object, kind: Kind) -> Iterator[tuple[int, str, Found]]:
    """Yield what a text or JSON value breaks of the grammar: the statement, 0 for the whole, its Sid and the lapse."""
    try:
        document = loads(policy) if isinstance(policy, str) else policy
    except PolicyError as error:
        yield 0, "", ("json-syntax-error", f"is not read: {error}", shown(policy))
        return
    if not isinstance(document, dict):
        yield 0, "", ("data-type-mismatch", "is not a JSON object", shown(document))
        return
    yield from ((0, "", found) for found in (*_size(policy, document, kind), *_policy(document)))
    statements = document.get("Statement", [])
    for number, row in enumerate(statements if isinstance(statements, list) else [statements], 1):
        sid = row.get("Sid") if isinstance(row, dict) else None
        yield from ((number, sid if isinstance(sid, str) else "", found) for found in _statement(row))


def _size(policy: object, document: dict[str, Any], kind: Kind) -> Iterator[Found]:
    most, code = LONGEST.get(kind, LONGEST_MANAGED)
    try:
        written = policy if isinstance(policy, str) and kind in SPACED else json.dumps(document, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        return
    if len(written) > most:
        yield code, f"is {len(written):,} characters long, and may be {most:,}", str(len(written))


def _policy(document: dict[str, Any]) -> Iterator[Found]:
    for name in document:
        if name not in POLICY_ELEMENTS:
            yield "invalid-policy-element", f"has an element {shown(name)}, which no policy has", shown(name)
    version = document.get("Version")
    if version is not None and not isinstance(version, str):
        yield "data-type-mismatch", "has a Version that is not a string", shown(version)
    elif version is not None and version not in VERSIONS:
        yield "invalid-version", f"is of the version {shown(version)}, which does not exist", shown(version)
    statements = document.get("Statement")
    if statements is None:
        yield "missing-statement", "has no Statement", ""
    elif statements == []:
        yield "empty-array-statement", "has an empty list of statements", "[]"


def _statement(row: object) -> Iterator[Found]:
    if not isinstance(row, dict):
        yield "data-type-mismatch", "is not a JSON object", shown(row)
        return
    for name in row:
        if name not in STATEMENT_ELEMENTS:
            yield "invalid-policy-element", f"has an element {shown(name)}, which no statement has", shown(name)
    for one, other in PAIRS:
        if one in row and other in row:
            yield "unsupported-element-combination", f"has both {one} and {other}", f"{one}, {other}"
    yield from _effect(row)
    yield from _types(row)


def _effect(row: dict[str, Any]) -> Iterator[Found]:
    effect = row.get("Effect")
    if effect is None:
        yield "missing-effect", "has no Effect", ""
    elif effect not in ("Allow", "Deny"):
        yield "invalid-effect", f"has the Effect {shown(effect)}, not Allow or Deny", shown(effect)


def _types(row: dict[str, Any]) -> Iterator[Found]:
    for name in ("Action", "NotAction", "Resource", "NotResource"):
        if name in row and not _is_text_or_list(row[name]):
            yield "data-type-mismatch", f"has a {name} that is no string and no list of strings", shown(row[name])
    for name in ("Principal", "NotPrincipal"):
        if name in row:
            yield from _principal(name, row[name])
    if "Sid" in row:
        yield from _sid(row["Sid"])
    if "Condition" in row:
        yield from _condition(row["Condition"])


def _sid(sid: object) -> Iterator[Found]:
    if not isinstance(sid, str):
        yield "data-type-mismatch", "has a Sid that is not a string", shown(sid)
    elif not sid:
        yield "empty-sid-value", "has an empty Sid", ""


def _condition(condition: object) -> Iterator[Found]:
    if condition == {}:
        yield "empty-object-condition", "has an empty Condition", "{}"
    elif not _is_condition(condition):
        yield "data-type-mismatch", "has a Condition that is no object of objects of values", shown(condition)


def _is_text_or_list(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value))


def _is_condition(value: object) -> bool:
    """Return whether a value is an object of objects of values, which may be numbers and truth values as well."""
    if not isinstance(value, dict) or not all(isinstance(keys, dict) for keys in value.values()):
        return False
    found = (each for keys in value.values() for held in keys.values() for each in _listed(held))
    return all(isinstance(each, (str, int, float)) for each in found)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _principal(name: str, value: object) -> Iterator[Found]:
    if isinstance(value, str):
        if value != "*":
            yield "invalid-principal-format", f"has the {name} {shown(value)}: a text can be * only", shown(value)
    elif not isinstance(value, dict) or not all(map(_is_text_or_list, value.values())):
        yield "data-type-mismatch", f"has a {name} that is neither * nor an object of strings", shown(value)
    elif not value:
        yield "empty-array-principal", f"has an empty {name}", "{}"
