"""The tables that a history is kept in: their schema, its migrations, and values to and from rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import AuditorError
from auditor.history import History, Question, Spell
from auditor.report import RunFacts
from auditor.severity import Severity

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

APPLICATION: Final = 0x41554448
"""What the header of the file says that it is: ``AUDH``."""
MIGRATIONS: Final = (
    (
        """CREATE TABLE run (
            accounts TEXT NOT NULL, at TEXT NOT NULL, tool_version TEXT NOT NULL, score REAL, coverage REAL NOT NULL,
            findings INTEGER NOT NULL, critical INTEGER NOT NULL, high INTEGER NOT NULL, medium INTEGER NOT NULL,
            low INTEGER NOT NULL, accepted INTEGER NOT NULL, unknown INTEGER NOT NULL, checks INTEGER NOT NULL,
            regions INTEGER NOT NULL, new INTEGER NOT NULL, reopened INTEGER NOT NULL, fixed INTEGER NOT NULL,
            PRIMARY KEY (accounts, at)) WITHOUT ROWID""",
        """CREATE TABLE spell (
            account TEXT NOT NULL, fingerprint TEXT NOT NULL, opened TEXT NOT NULL, check_id TEXT NOT NULL,
            severity TEXT NOT NULL, region TEXT NOT NULL, resource TEXT NOT NULL, origin TEXT NOT NULL,
            seen TEXT NOT NULL, closed TEXT, fate TEXT NOT NULL,
            PRIMARY KEY (account, fingerprint, opened)) WITHOUT ROWID""",
        """CREATE TABLE judged (
            account TEXT NOT NULL, check_id TEXT NOT NULL, region TEXT NOT NULL,
            PRIMARY KEY (account, check_id, region)) WITHOUT ROWID""",
        """CREATE TABLE unread (
            account TEXT NOT NULL, check_id TEXT NOT NULL, region TEXT NOT NULL, fingerprint TEXT NOT NULL,
            PRIMARY KEY (account, check_id, region, fingerprint)) WITHOUT ROWID""",
    ),
)
"""The statements that lead from each version of the schema to the next, the first from an empty file."""


class HistoryError(AuditorError):
    """The history cannot be read or written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in the order of the rows here, those of the primary key first."""

    name: str
    columns: tuple[str, ...]
    keys: int

    def rows(self, connection: sqlite3.Connection, column: str, value: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows with a value in a column, by primary key."""
        keys = ", ".join(self.columns[: self.keys])
        wanted = f"SELECT {', '.join(self.columns)} FROM {self.name} WHERE {column} = ? ORDER BY {keys}"  # noqa: S608 - names of ours
        yield from connection.execute(wanted, [value])

    def change(self, connection: sqlite3.Connection, before: set[Row], after: set[Row]) -> None:
        """Write what differs between two states."""
        gone = {row[: self.keys] for row in before} - {row[: self.keys] for row in after}
        names = " AND ".join(f"{each} = ?" for each in self.columns[: self.keys])
        connection.executemany(f"DELETE FROM {self.name} WHERE {names}", gone)  # noqa: S608 - names of ours
        places = ", ".join("?" * len(self.columns))
        put = f"INSERT OR REPLACE INTO {self.name} ({', '.join(self.columns)}) VALUES ({places})"  # noqa: S608 - names of ours
        connection.executemany(put, after - before)


Row = tuple[Any, ...]
RUN: Final = Table(
    "run",
    (
        *("accounts", "at", "tool_version", "score", "coverage", "findings", "critical", "high", "medium", "low"),
        *("accepted", "unknown", "checks", "regions", "new", "reopened", "fixed"),
    ),
    keys=2,
)
SPELL: Final = Table(
    "spell",
    (
        *("account", "fingerprint", "opened", "check_id", "severity", "region", "resource", "origin", "seen"),
        *("closed", "fate"),
    ),
    keys=3,
)
JUDGED: Final = Table("judged", ("account", "check_id", "region"), keys=3)
UNREAD: Final = Table("unread", ("account", "check_id", "region", "fingerprint"), keys=4)


def version(connection: sqlite3.Connection, name: str, newest: int = len(MIGRATIONS)) -> int:
    """Return the version of the schema, 0 for that of an empty file.

    HistoryError for a file of something else, or of a version after the ``newest``.
    """
    application, found, tables = (
        connection.execute(statement).fetchone()[0]
        for statement in ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_schema")
    )
    if tables and application != APPLICATION:
        raise HistoryError(f"{name} is an SQLite database, but no history of audits")
    if found > newest:
        raise HistoryError(f"{name} has the schema version {found}: use the version of auditor that wrote it")
    return int(found) if tables else 0


def migrate(connection: sqlite3.Connection, name: str, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the schema up to the last of ``migrations``; HistoryError where it is newer, or another's."""
    current = version(connection, name, len(migrations))
    if current < len(migrations):
        for statement in (each for step in migrations[current:] for each in step):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def groups(connection: sqlite3.Connection) -> dict[tuple[str, ...], datetime]:
    """Return the accounts that were audited together, each group with the time of its last run."""
    rows = connection.execute("SELECT accounts, max(at) FROM run GROUP BY accounts ORDER BY accounts")
    return {tuple(accounts.split()): datetime.fromisoformat(at) for accounts, at in rows}


def load(connection: sqlite3.Connection, accounts: Iterable[str]) -> History:
    """Return what the file holds of ``accounts``, sorted: the runs on all of them, and the rest of each."""
    accounts = list(accounts)
    return History(
        runs=tuple(_run(row) for row in RUN.rows(connection, "accounts", " ".join(accounts))),
        spells=frozenset(_spell(row) for each in accounts for row in SPELL.rows(connection, "account", each)),
        judged=frozenset(Question(*row) for each in accounts for row in JUDGED.rows(connection, "account", each)),
        unread=frozenset(Question(*row) for each in accounts for row in UNREAD.rows(connection, "account", each)),
    )


def save(connection: sqlite3.Connection, before: History, after: History) -> None:
    """Write what differs between two states of the same accounts."""
    RUN.change(connection, set(map(_run_row, before.runs)), set(map(_run_row, after.runs)))
    SPELL.change(connection, set(map(_spell_row, before.spells)), set(map(_spell_row, after.spells)))
    JUDGED.change(connection, {each[:3] for each in before.judged}, {each[:3] for each in after.judged})
    UNREAD.change(connection, set(before.unread), set(after.unread))


def _run_row(run: RunFacts) -> Row:
    head = " ".join(run.accounts), run.at.isoformat(), run.tool_version, run.score, run.coverage, run.findings
    failed = (run.failed[each.value] for each in Severity)
    return *head, *failed, run.accepted, run.unknown, run.checks, run.regions, run.new, run.reopened, run.fixed


def _run(row: Row) -> RunFacts:
    accounts, at, tool_version, score, coverage, findings, *rest = row
    failed = {each.value: count for each, count in zip(Severity, rest, strict=False)}
    accepted, unknown, checks, regions, new, reopened, fixed = rest[len(failed) :]
    return RunFacts(
        at=datetime.fromisoformat(at),
        accounts=tuple(accounts.split()),
        tool_version=tool_version,
        score=score,
        coverage=coverage,
        findings=findings,
        failed=failed,
        accepted=accepted,
        unknown=unknown,
        checks=checks,
        regions=regions,
        new=new,
        reopened=reopened,
        fixed=fixed,
    )


def _spell_row(spell: Spell) -> Row:
    head = spell.account, spell.fingerprint, spell.opened.isoformat(), spell.check, spell.severity.value
    closed = spell.closed.isoformat() if spell.closed else None
    return *head, spell.region, spell.resource, spell.origin, spell.seen.isoformat(), closed, spell.fate


def _spell(row: Row) -> Spell:
    account, fingerprint, opened, check, severity, region, resource, origin, seen, closed, fate = row
    return Spell(
        account=account,
        fingerprint=fingerprint,
        opened=datetime.fromisoformat(opened),
        check=check,
        severity=Severity(severity),
        region=region,
        resource=resource,
        origin=origin,
        seen=datetime.fromisoformat(seen),
        closed=datetime.fromisoformat(closed) if closed else None,
        fate=fate,
    )
