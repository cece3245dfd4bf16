"""What a drawing of chains shows: identities in columns, each with its next step, as many as one can look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.graph.edges import ADMIN, State
from auditor.graph.words import described

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.graph.chains import Chain
    from auditor.graph.edges import Edge

MOST_SHOWN: Final = 60
"""How many identities a drawing shows."""


@dataclass(frozen=True, slots=True)
class Node:
    """An identity in a drawing."""

    state: State
    column: int
    """From 0 at the left; steps lead to the right."""
    row: float
    """From 0 at the top; between two rows for one that several steps lead to."""
    is_end: bool
    """Whether this is an administrator."""

    @property
    def label(self) -> str:
        """What the identity is called, fit to be shown: nothing that is not printable."""
        return plain(described(self.state))


@dataclass(frozen=True, slots=True)
class Picture:
    """The nodes and steps of a drawing."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    """How many chains are not in the drawing."""

    @property
    def rows(self) -> float:
        """The lowest row."""
        return max((node.row for node in self.nodes), default=0)

    @property
    def columns(self) -> int:
        """The rightmost column."""
        return max((node.column for node in self.nodes), default=0)

    @property
    def notice(self) -> str:
        """What the drawing leaves out, in words; empty where it leaves out nothing."""
        if not self.left_out:
            return ""
        return f"{self.left_out} more chain{'s are' if self.left_out > 1 else ' is'} not drawn"


def plain(text: str) -> str:
    """Return a text without characters that a reader does not see, each replaced by a visible one."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)


def pictured(chains: Iterable[Chain]) -> Picture:
    """Return what a drawing of chains shows: a tree, whose roots are administrators. Short chains come first."""
    steps: dict[State, Edge] = {}
    ends: dict[State, None] = {}
    left_out = 0
    for chain in sorted(chains, key=len):
        new = [edge for edge in chain.edges if edge.start not in steps]
        end = chain.edges[-1].end if chain.edges else State(chain.start)
        if len(steps) + len(ends) + len(new) + (end not in ends) > MOST_SHOWN:
            left_out += 1
            continue
        steps |= {edge.start: edge for edge in new}
        ends[end] = None
    return Picture(tuple(_placed(steps, list(ends))), tuple(steps.values()), left_out)


def _placed(steps: dict[State, Edge], ends: list[State]) -> list[Node]:
    """Return the nodes in their places: columns by the number of steps left, rows so that no steps cross."""
    before: dict[State, list[State]] = {}
    for edge in steps.values():
        before.setdefault(edge.end, []).append(edge.start)
    roots = [end for end in ends if end not in steps]
    depth = dict.fromkeys(roots, 0)
    order = list(roots)
    for state in order:
        for earlier in before.get(state, ()):
            depth[earlier] = depth[state] + 1
            order.append(earlier)
    rows = _rows(roots, before)
    deepest = max(depth.values(), default=0)
    return [Node(state, deepest - depth[state], rows[state], _is_end(state, roots)) for state in order]


def _is_end(state: State, roots: list[State]) -> bool:
    return state in roots or state.arn == ADMIN


def _rows(roots: list[State], before: dict[State, list[State]]) -> dict[State, float]:
    """Return the row of each node: the leaves one below the other, the others in the middle of what leads to them."""
    rows: dict[State, float] = {}
    lowest = 0
    pending = [(root, False) for root in reversed(roots)]
    while pending:
        state, seen = pending.pop()
        earlier = before.get(state, [])
        if not earlier:
            rows[state], lowest = lowest, lowest + 1
        elif seen:
            rows[state] = (rows[earlier[0]] + rows[earlier[-1]]) / 2
        else:
            pending += [(state, True), *((each, False) for each in reversed(earlier))]
    return rows
