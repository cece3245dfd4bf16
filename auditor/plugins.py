"""What installed distributions add to the auditor: checks and report formats, found by their entry points."""

from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

CHECKS: Final = "auditor.checks"
REPORTS: Final = "auditor.reports"


def entries(group: str) -> Iterator[EntryPoint]:
    """Yield the entry points of ``group``, not loaded yet: a plugin may raise anything when it is."""
    if _advertised(group, tuple(sys.path)):
        from importlib.metadata import entry_points

        yield from entry_points(group=group)


@functools.cache
def _advertised(group: str, folders: tuple[str, ...]) -> bool:
    """Return whether any distribution installed in ``folders`` may have a plugin.

    Asking importlib.metadata straight away takes a sixth of the time in which `auditor checks` answers.
    """
    section = f"[{group}]"
    return any(
        section in file.read_text(encoding="utf-8", errors="replace")
        for folder in folders
        for file in Path(folder or ".").glob("*.*-info/entry_points.txt")
    )
