"""Which accounts to audit, and how to reach each: as a file names them."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from auditor.errors import AuditorError
from auditor.product import NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

ID: Final = re.compile(r"\d{12}")
ROLE: Final = re.compile(r"[\w+=,.@/-]{1,512}|arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")
"""A role's name, with its path if it has one, or its ARN."""
MEMBER_ROLE: Final = NAME
"""The role that deploy/organization makes in every account: it reads configuration, and nothing else."""


class AccountsError(AuditorError):
    """The accounts to audit cannot be told; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Member:
    """An account to audit.

    ``role`` is the name of the role to assume there, or its ARN; ``regions`` are those to audit. What is empty is as
    the whole audit's options say.
    """

    id: str
    name: str = ""
    role: str = ""
    external_id: str = ""
    regions: tuple[str, ...] = ()

    def role_arn(self, partition: str, role: str) -> str:
        """Return the ARN of the role to assume; ``role`` is its name where the account names none."""
        role = self.role or role
        return role if role.startswith("arn:") else f"arn:{partition}:iam::{self.id}:role/{role.removeprefix('/')}"

    @property
    def told(self) -> str:
        """How messages name the account."""
        return f"{self.id} ({self.name})" if self.name else self.id


class _Row(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    name: str = ""
    role: str = ""
    external_id: str = ""
    regions: Annotated[list[str], msgspec.Meta(min_length=1)] | None = None


def read(path: Path) -> tuple[Member, ...]:
    """Return the accounts that a file names, in its order; AccountsError where it is none of accounts.

    The file is TOML (``[[account]]`` tables), CSV with a header, or has an account's id in every line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise AccountsError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise AccountsError(f"{path} is not a text in UTF-8: {error}") from error
    try:
        rows = _tables(text) if path.suffix == ".toml" else _lines(text)
        members = tuple(_member(where, row) for where, row in rows)
        _refuse_repeated(members)
    except (tomllib.TOMLDecodeError, csv.Error, ValueError) as error:
        raise AccountsError(f"{path}: {error}") from error
    if not members:
        raise AccountsError(f"{path} names no account")
    return members


def _tables(text: str) -> Iterator[tuple[str, Any]]:
    tables = tomllib.loads(text)
    unknown = sorted(set(tables) - {"account"})
    if unknown or not isinstance(tables.get("account", []), list):
        raise ValueError(f"accounts are written as [[account]] tables{f', not {unknown[0]}' if unknown else ''}")
    for number, table in enumerate(tables.get("account", []), 1):
        yield f"account {number}", table


def _lines(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the rows of a text, by the names of its header, or the ids that stand one in a line."""
    lines = ((number, line.split("#", 1)[0].strip()) for number, line in enumerate(text.splitlines(), 1))
    rows = [
        (number, [cell.strip() for cell in next(csv.reader([line], strict=True))]) for number, line in lines if line
    ]
    header = rows.pop(0)[1] if rows and "id" in rows[0][1] else ["id"]
    for number, cells in rows:
        if len(cells) > len(header):
            raise ValueError(f"line {number} has {len(cells)} columns: give the file a header, such as id,name,role")
        row: dict[str, Any] = {name: cell for name, cell in zip(header, cells, strict=False) if cell}
        if "regions" in row:
            row["regions"] = row["regions"].split()
        yield f"line {number}", row


def _member(where: str, row: Any) -> Member:
    """Return the account of a row; ValueError where it is none."""
    try:
        found = msgspec.convert(row, _Row)
    except msgspec.ValidationError as error:
        raise ValueError(f"{where}: {error}") from error
    if not ID.fullmatch(found.id):
        hint = ": spreadsheets drop leading zeros" if found.id.isdigit() else ""
        raise ValueError(f"{where}: {found.id!r} is not an account's id, which has 12 digits{hint}")
    if found.role and not ROLE.fullmatch(found.role):
        raise ValueError(f"{where}: {found.role!r} is neither a role's name nor its ARN")
    if found.role.startswith("arn:") and found.role.split(":")[4] != found.id:
        raise ValueError(f"{where}: {found.role} is not a role of account {found.id}")
    return Member(found.id, found.name, found.role, found.external_id, tuple(found.regions or ()))


def _refuse_repeated(members: Iterable[Member]) -> None:
    repeated = [each for each, count in Counter(member.id for member in members).items() if count > 1]
    if repeated:
        raise ValueError(f"account {repeated[0]} is named more than once")
