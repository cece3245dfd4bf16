"""Text for terminals: widths, colours, hints, and names that cannot command the terminal."""

from __future__ import annotations

import os
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Control characters, and the invisible and direction-changing ones that make text lie."""


def inert(text: str) -> str:
    """Return ``text`` as one line without characters that move the cursor, colour, or hide or reorder what follows."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def width_of(text: str) -> int:
    """Return how many terminal cells ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else not unicodedata.combining(each) for each in text)


def shortened(text: str, width: int) -> str:
    """Return ``text`` inert and in at most ``width`` cells, an ellipsis in its middle where it is longer."""
    # A name may be a megabyte long: twice the cells are enough to cut from.
    text = inert(text if len(text) <= 2 * width else f"{text[:width]}{text[-width:]}")
    if width_of(text) <= width:
        return text
    behind = (width - 1) // 2
    return f"{_fitting(text, width - 1 - behind)}…{_fitting(text[::-1], behind)[::-1]}"


def _fitting(text: str, width: int) -> str:
    """Return as much of the beginning of ``text`` as fits."""
    cells = 0
    for index, character in enumerate(text):
        cells += width_of(character)
        if cells > width:
            return text[:index]
    return text


def padded(text: str, width: int) -> str:
    """Return ``text`` filled with spaces to ``width`` cells."""
    return text + " " * (width - width_of(text))


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message on an unknown name: whether the nearest known one was meant, where one is near."""
    import difflib

    found = difflib.get_close_matches(name, list(known), 1)
    return f": did you mean {found[0]}?" if found else ""


def put(pieces: Iterable[str], stream: TextIO | None = None) -> None:
    """Print to ``stream``, standard output by default.

    A reader who has seen enough (``| head``) may leave: that is no fault.
    """
    stream = stream or sys.stdout
    try:
        stream.writelines(pieces)
        stream.flush()
    except BrokenPipeError:
        # Python would complain of the closed pipe when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
