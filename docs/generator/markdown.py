"""Markdown that reads the same in a repository's browser and in the site."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NOTICE: Final = "<!-- Written by docs/generate.py: change what it reads, then run `make docs`. -->"
_CODE: Final = re.compile(r"(`[^`]*`)")
_PIPED: Final = re.compile(r"`([^`|]*\|[^`]*)`")


def page(lines: Iterator[str]) -> str:
    """Return a page's text: its title, the notice that it is generated, and the rest."""
    title = next(lines)
    return "\n".join([title, "", NOTICE, *lines]).rstrip("\n") + "\n"


def paragraph(*texts: str) -> Iterator[str]:
    """Yield the texts that are not empty as one line, and an empty line; nothing when all are empty."""
    told = " ".join(filter(None, texts))
    if told:
        yield from (told, "")


def section(title: str, lines: Iterable[str], level: int = 2) -> Iterator[str]:
    """Yield a heading with its lines; nothing when there are none."""
    body = list(lines)
    if body:
        yield from (f"{'#' * level} {title}", "", *body)


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table, and an empty one behind it; nothing when there are no rows."""
    body = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    if body:
        yield from (f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}", *body, "")


def _cell(text: str) -> str:
    """Return text whose pipes end no cell. Renderers do not agree on how code has a pipe in a table: HTML they do."""
    return _PIPED.sub(lambda match: f"<code>{escape(match[1])}</code>", text).replace("|", "&#124;")


def prose(text: str) -> str:
    """Return text of the tool's own, in which ``<name>`` is no HTML and ``s3:*`` no emphasis."""
    parts = _CODE.split(text.replace("``", "`"))
    return "".join(part if part.startswith("`") else _inert(part) for part in parts)


def _inert(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("*", r"\*")


def badge(word: str) -> str:
    """Return a severity or a verdict, which the site shows in its colour."""
    return f'<span class="badge {word.lower().replace(" ", "-")}">{word}</span>'


def code(names: Iterable[object]) -> str:
    """Return the names as code, with commas between."""
    return ", ".join(f"`{name}`" for name in names)


def fenced(language: str, text: str) -> Iterator[str]:
    """Yield a block of code and an empty line; nothing for no text."""
    if text:
        yield from (f"```{language}", text.rstrip("\n"), "```", "")
