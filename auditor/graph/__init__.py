"""Who can become an administrator of an account, and by which steps. No AWS code, no input or output."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.graph.administrators import Admin
    from auditor.graph.chains import Chain, Escalation, escalation
    from auditor.graph.drawing import svg
    from auditor.graph.edges import ADMIN, Edge, Proof, State
    from auditor.graph.flowchart import mermaid
    from auditor.graph.identities import Account, Compute, Grant, Group, Identity, Managed, Sort
    from auditor.graph.known_paths import Kind, Path, catalogue
    from auditor.graph.words import as_json, grounds, sentence, sentences

__all__ = [
    "ADMIN",
    "Account",
    "Admin",
    "Chain",
    "Compute",
    "Edge",
    "Escalation",
    "Grant",
    "Group",
    "Identity",
    "Kind",
    "Managed",
    "Path",
    "Proof",
    "Sort",
    "State",
    "as_json",
    "catalogue",
    "escalation",
    "grounds",
    "mermaid",
    "sentence",
    "sentences",
    "svg",
]

_HOMES: Final = {
    "administrators": ("Admin",),
    "known_paths": ("Kind", "Path", "catalogue"),
    "drawing": ("svg",),
    "edges": ("ADMIN", "Edge", "Proof", "State"),
    "chains": ("Chain", "Escalation", "escalation"),
    "identities": ("Account", "Compute", "Grant", "Group", "Identity", "Managed", "Sort"),
    "flowchart": ("mermaid",),
    "words": ("as_json", "grounds", "sentence", "sentences"),
}
_HOME: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import an exported name when it is first used: most of the auditor needs no graph."""
    if name not in _HOME:
        message = f"module 'auditor.graph' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"auditor.graph.{_HOME[name]}"), name)
