"""IAM's credential report: its CSV as typed rows (IAM User Guide, "Understanding the report format")."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NO_TIME: Final = frozenset({"N/A", "no_information", "not_supported"})
"""What the report writes instead of a time: there is no such credential, it was never used, or nobody recorded it."""
FLAGS: Final = {"true": True, "false": False, "not_supported": False}
USES: Final = {
    "the password": "password_last_used",
    "access key 1": "access_key_1_last_used_date",
    "access key 2": "access_key_2_last_used_date",
}
"""The columns that tell when each credential was last used."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A password or an active access key: since when it is what it is, and when it was last used, if ever."""

    name: str
    since: datetime
    used: datetime | None

    @property
    def last_needed(self) -> datetime:
        """When it was last used; for one never used, when it was made."""
        return self.used or self.since


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user can sign in and sign requests with. Inactive access keys are none."""

    mfa: bool
    password: Credential | None
    access_keys: tuple[Credential, ...]

    @property
    def active(self) -> tuple[Credential, ...]:
        """The password, if any, and the active access keys."""
        return (self.password, *self.access_keys) if self.password else self.access_keys


def rows(text: str) -> Iterable[Mapping[str, str]]:
    """Return the report's rows by column name."""
    return csv.DictReader(text.splitlines())


def credentials(row: Mapping[str, str]) -> Credentials:
    """Return the credentials a row tells of; KeyError or ValueError for a row that is not what AWS documents."""
    keys = tuple(_access_key(row, number) for number in (1, 2) if FLAGS[row[f"access_key_{number}_active"].lower()])
    return Credentials(FLAGS[row["mfa_active"].lower()], _password(row), keys)


def access_keys(row: Mapping[str, str]) -> int:
    """Return how many access keys a row tells of, active or not; KeyError for a row that is not what AWS documents."""
    return sum(row[f"access_key_{number}_last_rotated"] not in NO_TIME for number in (1, 2))


def last_uses(row: Mapping[str, str]) -> dict[str, datetime]:
    """Return when each credential of a row was last used, those that were never left out.

    KeyError or ValueError for a row that is not what AWS documents. A key that is inactive by now has been used too.
    """
    uses = {name: _time(row[column]) for name, column in USES.items()}
    return {name: used for name, used in uses.items() if used}


def _password(row: Mapping[str, str]) -> Credential | None:
    if not FLAGS[row["password_enabled"].lower()]:
        return None
    changed = _time(row["password_last_changed"]) or datetime.fromisoformat(row["user_creation_time"])
    return Credential("the password", changed, _time(row["password_last_used"]))


def _access_key(row: Mapping[str, str], number: int) -> Credential:
    rotated = datetime.fromisoformat(row[f"access_key_{number}_last_rotated"])
    return Credential(f"access key {number}", rotated, _time(row[f"access_key_{number}_last_used_date"]))


def _time(text: str) -> datetime | None:
    return None if text in NO_TIME else datetime.fromisoformat(text)
