"""A former audit as a report: read from a JSON report, or decided again from a snapshot."""

from __future__ import annotations

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


class PastError(AuditorError):
    """A file holds no former audit; the message says why."""


def report(path: Path, basis: Basis) -> Report:
    """Return the audit that a JSON report or a snapshot holds; a snapshot is decided by ``basis``.

    PastError where the file is neither, SnapshotError where it is a damaged snapshot.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(GZIP)) == GZIP:
                return _replayed(path, basis)
        return read(path.read_bytes(), str(path))
    except OSError as error:
        raise PastError(f"{path} cannot be read: {error.strerror}") from error


def read(text: bytes, name: str) -> Report:
    """Return the JSON report that ``text`` is; PastError, which tells ``name``, where it is none."""
    try:
        found: Report = import_module("reports.json").read(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PastError(f"{name} is neither a JSON report nor a snapshot: {error}") from error
    if found.schema_version.partition(".")[0] != SCHEMA_VERSION.partition(".")[0]:
        raise PastError(f"{name} has the schema version {found.schema_version}: use the version that wrote it")
    return found


def _replayed(path: Path, basis: Basis) -> Report:
    from auditor import snapshot
    from auditor.scan import load

    loaded = load(basis)
    return loaded.audit.report(loaded.audit.replay(snapshot.read(path)), "snapshot", loaded.problems)
