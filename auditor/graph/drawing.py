"""Chains as a drawing in SVG: without scripts, fonts or styles from elsewhere, in the colours of its surroundings."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from auditor.graph.picture import pictured, plain
from auditor.graph.words import sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.graph.chains import Chain
    from auditor.graph.edges import Edge, State
    from auditor.graph.picture import Node, Picture

WIDTH, HEIGHT = 220, 40
"""The size of a node."""
ACROSS, DOWN = 360, 60
"""From one column, or row, to the next."""
MARGIN: Final = 16
LEGEND: Final = 32
LONGEST: Final = 30
"""How many characters of a label are shown; its tooltip has all."""
STYLE: Final = (
    "<style>:root{color:#1b1f24;background:#fff}"
    "@media(prefers-color-scheme:dark){:root{color:#e6edf3;background:#0d1117}}</style>"
)

ARROW: Final = (
    '<defs><marker id="{name}-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>'
)


def svg(
    chains: Iterable[Chain], *, title: str = "Ways to an administrator", name: str = "ways", page: bool = False
) -> str:
    """Return a drawing of chains.

    ``name`` starts the ids in it, which are to be unique within a page. ``page``: whether the drawing stands alone
    and brings its own colours, a light and a dark scheme, rather than taking the text's colour around it.
    """
    picture = pictured(chains)
    width = 2 * MARGIN + WIDTH + ACROSS * picture.columns
    height = round(2 * MARGIN + HEIGHT + DOWN * picture.rows) + LEGEND
    parts = [
        _opening(width, height, name),
        f'<title id="{name}-title">{_clean(title)}</title>',
        f'<desc id="{name}-text">{_clean(_described(picture))}</desc>',
        STYLE if page else "",
        ARROW.format(name=name),
        *_edges(picture, name),
        *map(_node, picture.nodes),
        _legend(picture, height - MARGIN),
        "</svg>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _opening(width: int, height: int, name: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="{name}-title {name}-text" font-family="system-ui, sans-serif" font-size="13">'
    )


def _described(picture: Picture) -> str:
    return " ".join((*map(sentence, picture.edges), picture.notice)).strip()


def _clean(text: str) -> str:
    """Return a text for XML, which knows no control characters."""
    return escape(plain(text))


def _place(node: Node) -> tuple[float, float]:
    return MARGIN + ACROSS * node.column, MARGIN + DOWN * node.row


def _node(node: Node) -> str:
    x, y = _place(node)
    shown = node.label if len(node.label) <= LONGEST else f"{node.label[: LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}"
    heavy = 'stroke-width="3" rx="20"' if node.is_end else 'stroke-width="1" rx="4"'
    return (
        f"<g><title>{_clean(node.label)}</title>"
        f'<rect x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" {heavy} '
        'fill="currentColor" fill-opacity="0.06" stroke="currentColor"/>'
        f'<text x="{x + WIDTH / 2:g}" y="{y + HEIGHT / 2 + 4.5:g}" text-anchor="middle" fill="currentColor">'
        f"{_clean(shown)}</text></g>"
    )


def _edges(picture: Picture, name: str) -> Iterator[str]:
    places = {node.state: _place(node) for node in picture.nodes}
    for edge in picture.edges:
        yield _edge(edge, places, name)


def _edge(edge: Edge, places: dict[State, tuple[float, float]], name: str) -> str:
    (left, top), (right, end) = places[edge.start], places[edge.end]
    x, y, target = left + WIDTH, top + HEIGHT / 2, end + HEIGHT / 2
    # Straight as far as its label reaches, then on to where it leads.
    bend, middle = right - 50, (right - 50 + right - 2) / 2
    curve = f"M{x:g} {y:g}H{bend:g}C{middle:g} {y:g} {middle:g} {target:g} {right - 2:g} {target:g}"
    dashes = "" if edge.certain else ' stroke-dasharray="5 4"'
    label = edge.path.id if edge.certain else f"{edge.path.id} ?"
    return (
        f"<g><title>{_clean(sentence(edge))}</title>"
        f'<path d="{curve}" fill="none" stroke="currentColor" stroke-opacity="0.7"{dashes} '
        f'marker-end="url(#{name}-arrow)"/>'
        f'<text x="{x + 6:g}" y="{y - 5:g}" font-size="11" fill="currentColor">{_clean(label)}</text></g>'
    )


def _legend(picture: Picture, y: float) -> str:
    words = ["Round: an administrator."]
    if not all(edge.certain for edge in picture.edges):
        words.append("Dashed and ?: not certain.")
    if picture.notice:
        words.append(f"{picture.notice}.")
    return f'<text x="{MARGIN}" y="{y:g}" font-size="11" fill="currentColor">{_clean(" ".join(words))}</text>'
