"""Policy documents, parsed once: as tolerant of single values and case as AWS is, and no more."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from auditor.policy.patterns import matches

ANYONE: Final = "*"
VERSIONS: Final = frozenset({"2008-10-17", "2012-10-17"})
"""The versions of the policy language ("IAM JSON policy elements: Version")."""
PAIRS: Final = (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource"))
"""The elements of which a statement has one at most ("Grammar of the IAM JSON policy language")."""
LONGEST_SHOWN: Final = 60


class PolicyError(ValueError):
    """A text is not a policy document."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: operator and key in lower case (neither is case-sensitive), values of which one must match."""

    operator: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``principals`` are (type, value) pairs, ``("AWS", "*")`` for anyone; None where there is none."""

    allows: bool
    principals: tuple[tuple[str, str], ...] | None
    not_principals: tuple[tuple[str, str], ...] | None
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[Condition, ...]
    sid: str = ""

    @property
    def names_anyone(self) -> bool:
        """Whether the principal is everyone."""
        return ("AWS", ANYONE) in (self.principals or ())

    def covers_action(self, action: str) -> bool:
        """Return whether ``action`` (itself a pattern, ``s3:*`` for all of S3) is among the statement's actions."""
        return any(matches(pattern, action, ignore_case=True) for pattern in self.actions or ())

    def is_about(self, action: str) -> bool:
        """Return whether the statement is about ``action`` (itself a pattern): it names it, or NotAction does not."""
        if self.not_actions is not None:
            return not any(matches(pattern, action, ignore_case=True) for pattern in self.not_actions)
        return self.covers_action(action)

    def covers_resource(self, arn: str) -> bool:
        """Return whether ``arn`` (itself a pattern) is among the statement's resources."""
        return any(matches(pattern, arn) for pattern in self.resources or ())


@dataclass(frozen=True, slots=True)
class Document:
    """A policy: its version, empty when not stated, and its statements in order."""

    version: str
    statements: tuple[Statement, ...]


def parse(text: str | dict[str, Any]) -> Document:
    """Return the document in ``text``: JSON, URL-encoded JSON as IAM sends it, or the parsed object.

    PolicyError for what AWS could only guess the meaning of and so refuses: a key that stands twice, a version that
    does not exist, no statements, or both of two elements that exclude each other. What else AWS refuses but can have
    one meaning only is read; the linter tells it.
    """
    document = loads(text) if isinstance(text, str) else text
    if not isinstance(document, dict):
        raise PolicyError("a policy document is a JSON object")
    version, statements = document.get("Version"), document.get("Statement")
    if version is not None and (not isinstance(version, str) or version not in VERSIONS):
        raise PolicyError(f"the version of a policy document is one of {', '.join(sorted(VERSIONS))}")
    if statements is None:
        raise PolicyError("a policy document has a Statement")
    rows = statements if isinstance(statements, list) else [statements]
    return Document(version or "", tuple(_statement(row) for row in rows))


def loads(text: str) -> Any:
    """Return the JSON value in a text, which may be URL-encoded; PolicyError."""
    try:
        return json.loads(
            text if text.lstrip().startswith("{") else unquote(text), object_pairs_hook=_object_without_duplicates
        )
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"a policy document is JSON: {error}") from error


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {twice[:LONGEST_SHOWN]!r} stands in an object twice")
    return found


def _statement(row: Any) -> Statement:
    effect = row.get("Effect") if isinstance(row, dict) else None
    if not isinstance(effect, str) or effect not in {"Allow", "Deny"}:
        raise PolicyError("a statement is an object with the Effect Allow or Deny")
    for one, other in PAIRS:
        if row.get(one) is not None and row.get(other) is not None:
            raise PolicyError(f"a statement has {one} or {other}, not both")
    return Statement(
        allows=effect == "Allow",
        principals=_principals(row.get("Principal")),
        not_principals=_principals(row.get("NotPrincipal")),
        actions=_values(row.get("Action")),
        not_actions=_values(row.get("NotAction")),
        resources=_values(row.get("Resource")),
        not_resources=_values(row.get("NotResource")),
        conditions=tuple(_conditions(row.get("Condition") or {})),
        sid=str(row.get("Sid", "")),
    )


def _principals(value: Any) -> tuple[tuple[str, str], ...] | None:
    if value is None:
        return None
    if isinstance(value, str):
        return (("AWS", value),)
    if not isinstance(value, dict):
        raise PolicyError("a principal is '*' or an object")
    return tuple((kind, each) for kind, values in value.items() for each in _values(values) or ())


def _values(value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(_word(each) for each in value) if isinstance(value, list) else (_word(value),)


def _word(value: Any) -> str:
    """Return a value as AWS compares it: booleans and numbers may stand without quotes."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        try:
            return str(value)
        except ValueError as error:
            raise PolicyError("a number is longer than Python reads") from error
    raise PolicyError("a value is a string, a number or a boolean")


def _conditions(block: Any) -> list[Condition]:
    if not isinstance(block, dict) or not all(isinstance(keys, dict) for keys in block.values()):
        raise PolicyError("a condition is an object of objects")
    return [
        Condition(operator.lower(), key.lower(), _values(values) or ())
        for operator, keys in block.items()
        for key, values in keys.items()
    ]
