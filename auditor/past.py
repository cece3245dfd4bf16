"""A former audit as a report: read from a JSON report, or decided again from a snapshot."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from typing import TYPE_CHECKING, Final

import msgspec

from auditor.errors import AuditorError
from auditor.report import SCHEMA_VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.report import Report
    from auditor.scan import Basis

GZIP: Final = b"\x1f\x8b"
REPORT: Final = b'{\n"schema_version"'
"""What a JSON report begins with, and a snapshot does not."""


class PastError(AuditorError):
    """A file holds no former audit; the message says why."""


def report(path: Path, basis: Basis) -> Report:
    """Return the audit that a JSON report, compressed or not, or a snapshot holds; that is decided by ``basis``.

    PastError where the file is neither, SnapshotError where it is a damaged snapshot.
    """
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP)) == GZIP
        if packed and not _is_report(path):
            return _replayed(path, basis)
        return read(_unpacked(path) if packed else path.read_bytes(), str(path))
    except OSError as error:
        raise PastError(f"{path} cannot be read: {error.strerror}") from error


def read(text: bytes, name: str) -> Report:
    """Return the JSON report that ``text`` is; PastError, which tells ``name``, where it is none."""
    try:
        found: Report = import_module("reports.json").read(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PastError(f"{name} is neither a JSON report nor a snapshot: {error}") from error
    ensure_readable(found.schema_version, name)
    return found


def ensure_readable(version: str, name: str) -> None:
    """Refuse a report of another major version of the schema; PastError, which tells ``name``."""
    if version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise PastError(f"{name} has the schema version {version}: use the version that wrote it")


def _is_report(path: Path) -> bool:
    """Return whether a compressed file begins as a JSON report does; a damaged one is told of when it is read."""
    try:
        with gzip.open(path) as file:
            return file.read(len(REPORT)) == REPORT
    except (OSError, EOFError, zlib.error):
        return False


def _unpacked(path: Path) -> bytes:
    try:
        # As a stream: an organization's report consists of so many members that reading them in turn would never end.
        with gzip.open(path) as file:
            return file.read()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise PastError(f"{path} is damaged: {error}") from error


def _replayed(path: Path, basis: Basis) -> Report:
    from auditor import snapshot
    from auditor.scan import load

    loaded = load(basis)
    return loaded.audit.report(loaded.audit.replay(snapshot.read(path)), "snapshot", loaded.problems)
