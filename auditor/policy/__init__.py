"""The IAM policy language: parsing documents, matching patterns, deciding requests. No AWS code, no input or output."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.policy.audience import Extent, Reach, Witness, reach
    from auditor.policy.conditions import Context
    from auditor.policy.decision import Decision, Layer, Step, Verdict, decide
    from auditor.policy.document import Condition, Document, PolicyError, Statement, parse
    from auditor.policy.kinds import Kind
    from auditor.policy.patterns import matches
    from auditor.policy.policies import Policies, Policy, Request, compiled
    from auditor.policy.principals import ANONYMOUS, Principal, principal

__all__ = [
    "ANONYMOUS",
    "Condition",
    "Context",
    "Decision",
    "Document",
    "Extent",
    "Kind",
    "Layer",
    "Policies",
    "Policy",
    "PolicyError",
    "Principal",
    "Reach",
    "Request",
    "Statement",
    "Step",
    "Verdict",
    "Witness",
    "compiled",
    "decide",
    "matches",
    "parse",
    "principal",
    "reach",
]

_HOMES: Final = {
    "audience": ("Extent", "Reach", "Witness", "reach"),
    "conditions": ("Context",),
    "decision": ("Decision", "Layer", "Step", "Verdict", "decide"),
    "document": ("Condition", "Document", "PolicyError", "Statement", "parse"),
    "kinds": ("Kind",),
    "patterns": ("matches",),
    "policies": ("Policies", "Policy", "Request", "compiled"),
    "principals": ("ANONYMOUS", "Principal", "principal"),
}
_HOME: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import an exported name when it is first used: most checks only parse."""
    if name not in _HOME:
        message = f"module 'auditor.policy' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"auditor.policy.{_HOME[name]}"), name)
