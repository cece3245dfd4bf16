"""How the report's template writes values: inert text, numbers and times."""

from __future__ import annotations

import re
from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

LONGEST: Final = 400
"""How many characters of one of the account's own strings the summary shows."""
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def shown(value: object, longest: int = LONGEST) -> str:
    r"""Return ``value`` as text that cannot hide or reorder its neighbours, cut after ``longest`` characters.

    Control characters and the marks that change the direction of writing appear as their escapes, such as ``\u202e``.
    """
    text = str(value)
    rest = len(text) - longest
    visible = _INVISIBLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text[:longest])
    return f"{visible}… ({number(rest)} more characters)" if rest > 0 else visible


def number(value: int) -> str:
    """Return a count with its thousands separated."""
    return f"{value:,}"


def percent(value: float | None) -> str:
    """Return a score or a coverage with no needless decimal, a dash where there is none."""
    return "\N{EN DASH}" if value is None else f"{value:.1f}".removesuffix(".0")


def moment(at: datetime) -> str:
    """Return a time in UTC, to the second."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def plural(count: int, singular: str, plural_: str = "") -> str:
    """Return the count with its noun."""
    return f"{number(count)} {singular if count == 1 else plural_ or singular + 's'}"


def signed(value: float) -> str:
    """Return a difference with its sign, and with a true minus."""
    return f"{value:+.1f}".removesuffix(".0").replace("-", "\N{MINUS SIGN}") if value else "\N{PLUS-MINUS SIGN}0"


def days(value: float | None) -> str:
    """Return a number of days with its noun, a dash where there is none."""
    if value is None:
        return "\N{EN DASH}"
    told = percent(value)
    return f"{told} {'day' if told == '1' else 'days'}"
