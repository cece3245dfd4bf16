"""Steps from one identity to another, before it is said which is where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.graph.edges import Proof
    from auditor.graph.identities import Identity
    from auditor.graph.known_paths import Path


@dataclass(frozen=True, slots=True)
class Step:
    """A way to act as another identity."""

    end: Identity
    path: Path
    proof: tuple[Proof, ...]
    certain: bool
    through: str = ""
    notes: tuple[str, ...] = ()


def step(end: Identity, path: Path, proof: tuple[Proof, ...], *doubts: str, through: str = "") -> Step:
    """Return a step that is certain where every proof is and there is no doubt."""
    certain = not doubts and all(each.certain for each in proof)
    return Step(end, path, proof, certain, through, doubts)
