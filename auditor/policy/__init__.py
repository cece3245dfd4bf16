"""The IAM policy language: parsing documents, matching patterns, deciding requests. No AWS code, no input or output."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.policy.actions import (
        Action,
        action_named,
        actions_like,
        has_service,
        nearest_action,
        takes_no_resources,
    )
    from auditor.policy.audience import Extent, Reach, Witness, reach
    from auditor.policy.conditions import Context
    from auditor.policy.decision import Decision, Layer, Step, Verdict, decide
    from auditor.policy.difference import TooManyStatesError, excess
    from auditor.policy.document import Condition, Document, PolicyError, Statement, parse
    from auditor.policy.kinds import Kind
    from auditor.policy.linter import Grade, Group, Lapse, lint
    from auditor.policy.patterns import matches
    from auditor.policy.policies import Policies, Policy, Request, compiled
    from auditor.policy.principals import ANONYMOUS, Principal, principal
    from auditor.policy.rcps import heeds_rcps

__all__ = [
    "ANONYMOUS",
    "Action",
    "Condition",
    "Context",
    "Decision",
    "Document",
    "Extent",
    "Grade",
    "Group",
    "Kind",
    "Lapse",
    "Layer",
    "Policies",
    "Policy",
    "PolicyError",
    "Principal",
    "Reach",
    "Request",
    "Statement",
    "Step",
    "TooManyStatesError",
    "Verdict",
    "Witness",
    "action_named",
    "actions_like",
    "compiled",
    "decide",
    "excess",
    "has_service",
    "heeds_rcps",
    "lint",
    "matches",
    "nearest_action",
    "parse",
    "principal",
    "reach",
    "takes_no_resources",
]

_HOMES: Final = {
    "actions": ("Action", "action_named", "actions_like", "has_service", "nearest_action", "takes_no_resources"),
    "audience": ("Extent", "Reach", "Witness", "reach"),
    "conditions": ("Context",),
    "decision": ("Decision", "Layer", "Step", "Verdict", "decide"),
    "difference": ("TooManyStatesError", "excess"),
    "document": ("Condition", "Document", "PolicyError", "Statement", "parse"),
    "kinds": ("Kind",),
    "linter": ("Grade", "Group", "Lapse", "lint"),
    "patterns": ("matches",),
    "policies": ("Policies", "Policy", "Request", "compiled"),
    "principals": ("ANONYMOUS", "Principal", "principal"),
    "rcps": ("heeds_rcps",),
}
_HOME: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    """Import an exported name when it is first used: most checks only parse."""
    if name not in _HOME:
        message = f"module 'auditor.policy' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"auditor.policy.{_HOME[name]}"), name)
