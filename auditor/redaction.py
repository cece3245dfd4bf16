"""Masking of secrets that stand in descriptions, tags and settings, before they reach a finding or a report."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Final, TypeVar

T = TypeVar("T")
MASK: Final = "********"
_PATTERNS: Final = (
    re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"),
    re.compile(r"(?i)(?<=://)[^/\s:@]{1,256}:[^/\s:@]{1,256}(?=@)"),
    re.compile(
        r"(?i)(?<![a-z:])(?:password|passwd|secret|secret_?access_?key|api_?key|token)[\"']?\s{0,4}[=:]\s{0,4}[\"']?"
        r"(?P<secret>[^\s\"',;{}\[\]]{6,256})"
    ),
    re.compile(r"(?<![A-Za-z0-9/+=])(?:gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,})"),
)
_HINT: Final = re.compile(r"(?i)private key|://|passw|secret|key|token|gh._|xox")


def redacted(value: T) -> T:
    """Return ``value`` with every secret inside its strings masked; dataclasses, dicts and lists are searched."""
    return _redacted(value)  # type: ignore[no-any-return]


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return _masked(value) if _HINT.search(value) else value
    if isinstance(value, dict):
        return {key: _redacted(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        make = getattr(value, "_make", type(value))
        return make(_redacted(each) for each in value) if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {each.name: _redacted(getattr(value, each.name)) for each in dataclasses.fields(value) if each.init}
        return dataclasses.replace(value, **changes)
    return value


def _masked(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(_mask, text)
    return text


def _mask(match: re.Match[str]) -> str:
    secret = match.groupdict().get("secret")
    return match[0].replace(secret, MASK) if secret else MASK
