"""What scheduled audits keep in S3, by account, day and run, and the pointer to the latest.

::

    PREFIX/ACCOUNT/2026-01-31/RUN/report.json       the report
    PREFIX/ACCOUNT/2026-01-31/RUN/report.html
    PREFIX/ACCOUNT/2026-01-31/RUN/snapshot.gz       the replies, to audit again
    PREFIX/ACCOUNT/2026-01-31/RUN/history.json.gz   what all runs until this one found
    PREFIX/ACCOUNT/2026-01-31/RUN/news.json         what the run had to tell, for an organization's news
    PREFIX/ACCOUNT/runs/RUN.json                    that the run is complete, and what it came to
    PREFIX/ACCOUNT/latest.json                      the same of the latest complete run: written last

An event names its run. The record of a run is not kept by day: an event may be delivered again on the next one.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec evaluates the annotations of what it decodes
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import msgspec

from auditor.errors import AuditorError
from auditor.history import History, Question, Spell
from auditor.report import RunFacts  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Kept = TypeVar("Kept")
CONTENT: Final = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "gz": "application/gzip",
    "bin": "application/octet-stream",
}
SAFE: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
"""The names of runs that are part of a key as they are."""


class StoreError(AuditorError):
    """What a former run left cannot be used; the message says which object, and what to do."""


class Objects(Protocol):
    """A place for objects by key."""

    def get(self, key: str) -> bytes | None:
        """Return an object; None where there is none."""

    def stream(self, key: str) -> Iterator[bytes] | None:
        """Return an object piece by piece; None where there is none."""

    def piece(self, key: str, start: int, size: int) -> bytes:
        """Return bytes of an object, which must be there."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Write an object, whole."""

    def upload(self, key: str, pieces: Iterable[bytes], content_type: str) -> None:
        """Write an object piece by piece, whole or not at all."""


class RunRecord(msgspec.Struct, frozen=True):
    """What a complete run came to: the keys of its report and of the history until then, and its summary.

    An account's run also tells how many findings there are, and the key of what it had to tell.
    """

    run: str
    at: datetime
    report: str
    history: str
    summary: dict[str, Any]
    findings: int = 0
    news: str = ""


class _Remembered(msgspec.Struct, frozen=True):
    """A history as an object holds it."""

    runs: tuple[RunFacts, ...]
    spells: tuple[Spell, ...]
    judged: tuple[Question, ...]
    unread: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """The objects of one account below a prefix."""

    objects: Objects
    prefix: str
    account: str

    def run(self, name: str, at: datetime) -> Run:
        """Return the place of a run's results."""
        return Run(self.objects, self._key(f"{at:%Y-%m-%d}/{_safe(name)}/"))

    def latest(self) -> RunRecord | None:
        """Return the latest complete run; None before the first one; StoreError where the pointer is damaged."""
        return self._record(self._key("latest.json"))

    def finished(self, name: str) -> RunRecord | None:
        """Return the record of a run, if it is complete; StoreError where the record is damaged."""
        return self._record(self._key(f"runs/{_safe(name)}.json"))

    def finish(self, name: str, record: RunRecord) -> None:
        """Record that a run is complete, and make it the latest."""
        self._write(self._key(f"runs/{_safe(name)}.json"), record)
        self.point(record)

    def point(self, record: RunRecord) -> None:
        """Make a run the latest, unless a later one is.

        Of two that end at the same moment the earlier may become it: then what the later one told is told again.
        """
        last = self.latest()
        if last is None or last.at < record.at:
            self._write(self._key("latest.json"), record)

    def report(self, record: RunRecord) -> bytes | None:
        """Return the JSON report of a run; None where it was deleted since."""
        return self.objects.get(record.report)

    def pieces(self, record: RunRecord) -> Iterator[bytes] | None:
        """Return the JSON report of a run as :meth:`report` does, piece by piece."""
        return self.objects.stream(record.report)

    def history(self, record: RunRecord) -> History:
        """Return what the runs until ``record`` found; nothing where it was deleted since; StoreError."""
        packed = self.objects.get(record.history)
        if packed is None:
            return History()
        try:
            kept = msgspec.json.decode(gzip.decompress(packed), type=_Remembered)
        except (OSError, EOFError, zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{record.history} is no history ({error}): delete it to begin anew") from error
        return History(kept.runs, frozenset(kept.spells), frozenset(kept.judged), frozenset(kept.unread))

    def _key(self, name: str) -> str:
        prefix = self.prefix.strip("/")
        return f"{prefix}/{self.account}/{name}" if prefix else f"{self.account}/{name}"

    def _record(self, key: str) -> RunRecord | None:
        text = self.objects.get(key)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=RunRecord)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{key} is no record of a run ({error}): delete it to begin anew") from error

    def _write(self, key: str, record: RunRecord) -> None:
        self.objects.put(key, msgspec.json.encode(record), CONTENT["json"])


@dataclass(frozen=True, slots=True)
class Run:
    """The place of one run's results."""

    objects: Objects
    base: str

    def write(self, name: str, body: bytes) -> str:
        """Write one of the run's results and return its key; the end of its name tells what it is."""
        key = f"{self.base}{name}"
        self.objects.put(key, body, CONTENT[name.rpartition(".")[2]])
        return key

    def upload(self, name: str, pieces: Iterable[bytes]) -> str:
        """Write a result as :meth:`write` does, piece by piece."""
        key = f"{self.base}{name}"
        self.objects.upload(key, pieces, CONTENT[name.rpartition(".")[2]])
        return key


def packed(history: History) -> bytes:
    """Return a history as an object holds it; the same history gives the same bytes."""
    kept = _Remembered(
        history.runs,
        tuple(sorted(history.spells, key=lambda each: (*each.key, each.opened))),
        tuple(sorted(history.judged)),
        tuple(sorted(history.unread)),
    )
    return gzip.compress(msgspec.json.encode(kept), mtime=0)


def _safe(name: str) -> str:
    """Return a name that is one part of a key; other names give others."""
    if SAFE.fullmatch(name):
        return name
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)[:80]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
