"""Chains as a flowchart of Mermaid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.graph.picture import pictured

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.graph.chains import Chain

HARMLESS: Final = re.compile(r"[^A-Za-z0-9 _.,:/@+=-]")
"""Finds the characters that could mean something in Mermaid, in HTML or in Markdown."""


def mermaid(chains: Iterable[Chain]) -> str:
    """Return a flowchart of chains: identities, and the ids of the paths between them; dotted where not certain."""
    picture = pictured(chains)
    names = {node.state: f"n{number}" for number, node in enumerate(picture.nodes)}
    lines = ["flowchart LR"]
    for node in picture.nodes:
        text = f'["{escaped(node.label)}"]'
        lines.append(f"    {names[node.state]}{f'({text}):::admin' if node.is_end else text}")
    for edge in picture.edges:
        label = escaped(edge.path.id)
        arrow = f'-->|"{label}"|' if edge.certain else f'-.->|"{label}, not certain"|'
        lines.append(f"    {names[edge.start]} {arrow} {names[edge.end]}")
    if picture.notice:
        lines.append(f'    more["{escaped(picture.notice)}"]')
    lines.append("    classDef admin stroke-width:3px")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Return a text in which nothing means anything to Mermaid: its entities are decimal, without ``&``."""
    return HARMLESS.sub(lambda found: f"#{ord(found[0])};", text)
