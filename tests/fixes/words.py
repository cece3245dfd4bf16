"""What stands for the words in CAPITALS of a command, which only a person can supply."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

CAPITALS: Final = re.compile(r"\b[A-Z][A-Z0-9_]*\b")
WORDS: Final = {
    "ACCESS_LOG_BUCKET": "logs-of-access",
    "FIRST_CODE": "123456",
    "INBOUND_RULE_IDS": "sgr-0123456789abcdef0",
    "KEY_ARN": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "LOG_BUCKET": "logs",
    "LOG_GROUP_ARN": "arn:aws:logs:eu-west-1:123456789012:log-group:trail:*",
    "MFA_SERIAL": "arn:aws:iam::123456789012:mfa/alice",
    "OLD_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "OUTBOUND_RULE_IDS": "sgr-0123456789abcdef1",
    "POLICY_ARN": "arn:aws:iam::123456789012:policy/example",
    "POLICY_NAME": "example",
    "REGION": "eu-west-1",
    "ROLE_ARN": "arn:aws:iam::123456789012:role/example",
    "RULE_IDS": "sgr-0123456789abcdef0 sgr-0123456789abcdef1",
    "SECOND_CODE": "654321",
    "TRAIL": "example",
}
"""Plausible values, for rehearsals."""


def capitals(command: str) -> set[str]:
    """Return the words in CAPITALS of a command: those to replace, and some that are values of AWS."""
    return set(CAPITALS.findall(command))


def filled(command: str, words: Mapping[str, str]) -> str:
    """Return the command with ``words`` replaced by what they stand for."""
    return CAPITALS.sub(lambda match: words.get(match[0], match[0]), command)
