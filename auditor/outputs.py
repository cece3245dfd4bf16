"""Where reports go: ``FORMAT`` to standard output, ``FORMAT=PATH`` to a file, whole or not at all."""

from __future__ import annotations

import difflib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import AuditorError
from auditor.registry import beside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.report import Report


class OutputError(AuditorError):
    """A report cannot be written; the message says why."""


@dataclass(frozen=True, slots=True)
class Output:
    """One report to write. Without a path it goes to standard output."""

    format: str
    path: Path | None

    @classmethod
    def parse(cls, text: str) -> Output:
        """Return the output that ``FORMAT`` or ``FORMAT=PATH`` names; OutputError for a format there is not."""
        name, _, path = text.partition("=")
        formats = format_names()
        if name not in formats:
            nearest = difflib.get_close_matches(name, formats, 1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(formats)}"
            raise OutputError(f"there is no format {name!r}: {hint}")
        # What a format lacks must be told before an account is audited for it.
        beside("reports").load(name)
        return cls(name, Path(path) if path else None)


def format_names() -> tuple[str, ...]:
    """Return the formats there are."""
    formats: tuple[str, ...] = beside("reports").names()
    return formats


def parse_all(texts: Sequence[str]) -> tuple[Output, ...]:
    """Return the outputs; OutputError when two would mix on standard output."""
    outputs = tuple(Output.parse(text) for text in texts)
    piped = [each.format for each in outputs if each.path is None]
    if len(piped) > 1:
        raise OutputError(f"{' and '.join(piped)} would mix on standard output: give all but one a path (FORMAT=PATH)")
    return outputs


def render(report: Report, format_name: str, **options: object) -> str:
    """Return ``report`` in a format, as one text; ``options`` are the format's own."""
    text: str = beside("reports").render(report, format_name, **options)
    return text


def stream(report: Report, format_name: str) -> Iterator[str]:
    """Yield ``report`` in a format, piece by piece."""
    pieces: Iterator[str] = beside("reports").stream(report, format_name)
    return pieces


def write(path: Path, pieces: Iterable[str]) -> None:
    """Write ``pieces`` of text to ``path``, all or none; OutputError when the file system refuses."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
                file.writelines(pieces)
            Path(partial).chmod(0o666 & ~_umask())
            Path(partial).replace(path)
        except BaseException:
            Path(partial).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def _umask() -> int:
    """Return the process's file mode mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
