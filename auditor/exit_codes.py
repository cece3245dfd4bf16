"""What the process exits with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process exits with. A crash is none of the first four, so that a gate never mistakes it."""

    FINE = 0
    GATE_FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    CRASH = 70
    INTERRUPTED = 130
