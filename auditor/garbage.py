"""Garbage collection while much is parsed and nothing thrown away."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

RARE: Final = (100_000, 50, 1000)
"""Thresholds of the three generations."""


class _Rare:
    """How many ask for rare collections now, in any thread, and the thresholds from before the first did."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asking = 0
        self._before = RARE

    def begin(self) -> None:
        with self._lock:
            if not self._asking:
                self._before = gc.get_threshold()
                gc.freeze()
                gc.set_threshold(*RARE)
            self._asking += 1

    def end(self) -> None:
        with self._lock:
            self._asking -= 1
            if not self._asking:
                gc.set_threshold(*self._before)
                gc.unfreeze()


_RARE: Final = _Rare()


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage cycles rarely while replies are parsed or checks imported: many objects, and no cycles.

    It may be entered again, and in several threads: collections are rare until the last one leaves.
    """
    _RARE.begin()
    try:
        yield
    finally:
        _RARE.end()
