"""Snapshots: the recorded replies of an audit, so that it can be run again, offline, by tomorrow's checks.

A snapshot is gzipped JSON lines: a header, one line per call, and a closing line that proves the file is whole. It
holds an account's configuration and is as sensitive as that; it is written readable by its owner alone.
"""

from __future__ import annotations

import gzip
import os
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor import __version__
from auditor.call import Call, Failure, Reply
from auditor.errors import AuditorError
from auditor.remedies import NOT_RECORDED
from auditor.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from auditor.call import Outcome
    from auditor.inventory import Inventory

FORMAT: Final = "aws-account-auditor snapshot"
VERSION: Final = 1
TIME: Final = "$time"
ESCAPED: Final = "$dict"


class SnapshotError(AuditorError):
    """A file is not a snapshot that can be replayed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a snapshot is of: the account, when (UTC), by which version, and the operations that were planned."""

    target: Target
    at: datetime
    plan: tuple[str, ...]
    tool_version: str = __version__
    format: str = FORMAT
    version: int = VERSION


@dataclass(frozen=True, slots=True)
class _Line:
    service: str
    operation: str
    region: str
    parameters: str
    at: datetime
    reply: Any = None
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class _End:
    calls: int


class Snapshot:
    """A recording as a source: it answers every recorded call as AWS did."""

    def __init__(self, header: Header, outcomes: dict[Call, Outcome]) -> None:
        self.header = header
        self.outcomes = outcomes

    def fetch(self, call: Call) -> Outcome:
        """Return the recorded outcome; a failure that says so for a call that was not recorded."""
        missing = Failure(NOT_RECORDED, "the snapshot holds no such call", self.header.at)
        return self.outcomes.get(call, missing)


def write(path: Path, inventory: Inventory, plan: Iterable[str]) -> None:
    """Write the inventory's replies to ``path``, mode 0600, whole or not at all; OSError when it cannot be written."""
    header = Header(inventory.target, inventory.at, tuple(sorted(plan)))
    partial = path.with_name(f"{path.name}.partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            packed.writelines(_lines(header, inventory.outcomes))
        partial.chmod(0o600)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _lines(header: Header, outcomes: dict[Call, Outcome]) -> Iterator[bytes]:
    encode = msgspec.json.Encoder().encode
    yield encode(header) + b"\n"
    for call in sorted(outcomes):
        yield encode(_line(call, outcomes[call])) + b"\n"
    yield encode(_End(len(outcomes))) + b"\n"


def _line(call: Call, outcome: Outcome) -> _Line:
    if isinstance(outcome, Failure):
        return _Line(*call, at=outcome.at, error=(outcome.code, outcome.message))
    return _Line(*call, at=outcome.at, reply=tagged(outcome.value))


def read(path: Path) -> Snapshot:
    """Return the snapshot in ``path``; SnapshotError when it is damaged, foreign, or of a newer version."""
    try:
        with gzip.open(path, "rb") as lines:
            return _read(path, lines)
    except OSError as error:
        reason = "is not a snapshot" if isinstance(error, gzip.BadGzipFile) else f"cannot be read: {error.strerror}"
        raise SnapshotError(f"{path} {reason}") from error
    except (EOFError, zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{path} is damaged or cut off ({error}): record it again") from error


def _read(path: Path, lines: gzip.GzipFile) -> Snapshot:
    header = _header(path, lines.readline())
    outcomes: dict[Call, Outcome] = {}
    for line in lines:
        if line.startswith(b'{"calls":'):
            _check_whole(path, msgspec.json.decode(line, type=_End), outcomes)
            return Snapshot(header, outcomes)
        call, outcome = _recorded(msgspec.json.decode(line, type=_Line))
        outcomes[call] = outcome
    raise SnapshotError(f"{path} is cut off after {len(outcomes)} calls: record it again")


def _header(path: Path, line: bytes) -> Header:
    try:
        head = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SnapshotError(f"{path} is not a snapshot") from error
    if head.get("format") != FORMAT:
        raise SnapshotError(f"{path} is not a snapshot of this auditor")
    if head.get("version") != VERSION:
        made_by = head.get("tool_version", "another version")
        raise SnapshotError(f"{path} has format version {head.get('version')}, written by {made_by}: use that version")
    return msgspec.json.decode(line, type=Header)


def _check_whole(path: Path, end: _End, outcomes: dict[Call, Outcome]) -> None:
    if end.calls != len(outcomes):
        raise SnapshotError(f"{path} holds {len(outcomes)} of {end.calls} calls: record it again")


def _recorded(line: _Line) -> tuple[Call, Outcome]:
    call = Call(line.service, line.operation, line.region, line.parameters)
    if line.error:
        return call, Failure(*line.error, line.at)
    return call, Reply(untagged(line.reply), line.at)


def tagged(value: Any) -> Any:
    """Return ``value`` with times marked, so that JSON gives them back as times and not as strings."""
    if isinstance(value, dict):
        plain = {key: tagged(each) for key, each in value.items()}
        return {ESCAPED: plain} if TIME in plain or ESCAPED in plain else plain
    if isinstance(value, list):
        return [tagged(each) for each in value]
    return {TIME: value.astimezone(UTC).isoformat()} if isinstance(value, datetime) else value


def untagged(value: Any) -> Any:
    """Return what :func:`tagged` was given."""
    if isinstance(value, list):
        return [untagged(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and TIME in value:
        return datetime.fromisoformat(value[TIME])
    inner = value[ESCAPED] if len(value) == 1 and ESCAPED in value else value
    return {key: untagged(each) for key, each in inner.items()}
