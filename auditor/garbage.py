"""Garbage collection while much is parsed and nothing thrown away."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def rare_collections(threshold: int = 100_000) -> Iterator[None]:
    """Look for garbage cycles rarely while replies are parsed or checks imported: many objects, and no cycles."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(threshold, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
