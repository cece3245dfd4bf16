"""What scheduled audits keep in S3, by account, day and run, and the pointer to the latest.

::

    PREFIX/ACCOUNT/2026-01-31/RUN/report.json     the report
    PREFIX/ACCOUNT/2026-01-31/RUN/report.html
    PREFIX/ACCOUNT/2026-01-31/RUN/snapshot.gz     the replies, to audit again
    PREFIX/ACCOUNT/2026-01-31/RUN/run.json        that the run is complete, and what it came to
    PREFIX/ACCOUNT/latest.json                    the latest complete run: written last
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from auditor.errors import AuditorError
from auditor.scheduled.memory import Memory

if TYPE_CHECKING:
    from datetime import datetime

CONTENT: Final = {"json": "application/json", "html": "text/html; charset=utf-8", "gz": "application/gzip"}
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


class StoreError(AuditorError):
    """What a former run left cannot be read; the message says which object, and what to do."""


class Objects(Protocol):
    """A place for objects by key."""

    def get(self, key: str) -> bytes | None:
        """Return an object; None where there is none."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Write an object, whole."""


class RunRecord(msgspec.Struct, frozen=True):
    """What a complete run came to: its summary, the key of its report, and what the next one should remember."""

    run: str
    at: datetime
    report: str
    summary: dict[str, Any]
    memory: Memory = Memory()


@dataclass(frozen=True, slots=True)
class Store:
    """The objects of one account below a prefix."""

    objects: Objects
    prefix: str
    account: str

    def run(self, name: str, at: datetime) -> Run:
        """Return the place of a run; ``name`` tells runs of a day apart."""
        return Run(self, f"{self._base}{at:%Y-%m-%d}/{_UNSAFE.sub('-', name)[:200]}/")

    @property
    def _base(self) -> str:
        prefix = self.prefix.strip("/")
        return f"{prefix}/{self.account}/" if prefix else f"{self.account}/"

    @property
    def _pointer(self) -> str:
        return f"{self._base}latest.json"

    def latest(self) -> RunRecord | None:
        """Return the latest complete run; None before the first one; StoreError where the pointer is damaged."""
        return self.record(self._pointer)

    def record(self, key: str) -> RunRecord | None:
        """Return the record of a run; None where there is none; StoreError where it is damaged."""
        text = self.objects.get(key)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=RunRecord)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{key} is no record of a run ({error}): delete it to begin anew") from error

    def point(self, record: RunRecord) -> None:
        """Make a run the latest."""
        self.objects.put(self._pointer, msgspec.json.encode(record), CONTENT["json"])


@dataclass(frozen=True, slots=True)
class Run:
    """The place of one run's objects."""

    store: Store
    base: str

    def key(self, name: str) -> str:
        """Return the key of one of the run's objects."""
        return f"{self.base}{name}"

    def write(self, name: str, body: bytes) -> str:
        """Write one of the run's objects and return its key; the end of its name tells what it is."""
        self.store.objects.put(self.key(name), body, CONTENT[name.rpartition(".")[2]])
        return self.key(name)

    def finished(self) -> RunRecord | None:
        """Return the run's record, if it is complete; StoreError where the record is damaged."""
        return self.store.record(self.key("run.json"))

    def finish(self, record: RunRecord) -> None:
        """Record that the run is complete, and make it the latest."""
        self.write("run.json", msgspec.json.encode(record))
        self.store.point(record)
