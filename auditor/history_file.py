"""Where the history is kept: an SQLite file that several accounts and several processes may share."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

from auditor.history_rows import MIGRATIONS, HistoryError, groups, load, migrate, save, version
from auditor.trend import marked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.history import History
    from auditor.report import Report

PATIENCE: Final = 30.0
"""Seconds to wait for another process that writes."""
PAUSE: Final = 0.02
"""Seconds between two attempts at what SQLite does not wait for itself."""
HINTS: Final = {
    "locked": "another process is writing it; try again when it is done",
    "readonly": "it is written to, and so is its folder",
    "unable to open": "it is written to, and so is its folder",
    "full": "make room for it",
}
"""What to do, by a word of what SQLite says."""


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file that remembers audits. Whatever is wrong with it is told by a HistoryError."""

    path: Path
    patience: float = PATIENCE

    def prepare(self) -> None:
        """Make sure, before a long audit, that it can be added at its end; make the file where there is none."""
        with self._writing():
            pass

    def add(self, report: Report) -> Report:
        """Add an audit, whole or not at all; return its report with what the history knows of it.

        An audit of a moment that is there is not added again. HistoryError where there is a later one of an account.
        """
        accounts = tuple(sorted(report.audit.accounts))
        with self._writing() as connection:
            before = load(connection, accounts)
            if before.runs and before.runs[-1].at == report.audit.at:
                return marked(report, before)
            last = [at for group, at in groups(connection).items() if set(group) & set(accounts)]
            if last and max(last) >= report.audit.at:
                raise HistoryError(f"{self.path} has an audit of {max(last):%Y-%m-%d %H:%M:%S} UTC, which is later")
            after = before.after(report)
            save(connection, before, after)
        return marked(report, after)

    def read(self, account: str = "") -> tuple[History, ...]:
        """Return the history of each account, or group of accounts audited together; of ``account`` alone if given."""
        with self._reading() as connection:
            wanted = [each for each in groups(connection) if not account or account in each]
            return tuple(load(connection, each) for each in wanted)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Enter the transaction of the only writer, on the newest schema."""
        with self._told():
            _make(self.path)
            with contextlib.closing(self._connected(self.path.absolute().as_uri())) as connection:
                self._write_ahead(connection)
                connection.execute("BEGIN IMMEDIATE")
                migrate(connection, str(self.path))
                yield connection
                connection.execute("COMMIT")

    def _write_ahead(self, connection: sqlite3.Connection) -> None:
        """Let readers and a writer work at once. When several make the file, SQLite does not wait for its turn here."""
        until = monotonic() + self.patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if monotonic() > until:
                    raise
                sleep(PAUSE)
            else:
                return

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """Enter a transaction that sees one state of the file and writes nothing, unless the schema is of old."""
        with self._told():
            with contextlib.closing(self._opened()) as connection:
                found = version(connection, str(self.path))
            if found < len(MIGRATIONS):
                self.prepare()
            with contextlib.closing(self._opened()) as connection:
                connection.execute("BEGIN")
                yield connection

    def _connected(self, address: str) -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=self.patience, isolation_level=None)

    def _opened(self) -> sqlite3.Connection:
        """Return a connection that only reads, also in a folder where SQLite cannot put the files that it works with.

        Without them it must not miss what one of them holds, so there it is the last resort.
        """
        address = f"{self.path.absolute().as_uri()}?mode=ro"
        connection = self._connected(address)
        try:
            connection.execute("PRAGMA schema_version")
        except sqlite3.OperationalError:
            connection.close()
            if self.path.with_name(f"{self.path.name}-wal").exists():
                raise
            return self._connected(f"{address}&immutable=1")
        return connection

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what SQLite and the file system say into what the user can do."""
        try:
            yield
        except sqlite3.OperationalError as error:
            hint = next((hint for word, hint in HINTS.items() if word in str(error)), "it may be damaged")
            raise HistoryError(f"the history {self.path} cannot be used: {error}: {hint}") from error
        except sqlite3.DatabaseError as error:
            raise HistoryError(f"{self.path} is not a history, or is damaged: {error}") from error
        except OSError as error:
            raise HistoryError(f"the history {self.path} cannot be used: {error.strerror}") from error


def _make(path: Path) -> None:
    """Make an empty file that nobody else may read, where there is none: SQLite would heed only the umask."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
