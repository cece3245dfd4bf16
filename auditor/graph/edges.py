"""Edges of the graph: what one identity can do to gain the rights of another, or an administrator's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.graph.known_paths import Path
    from auditor.policy import Decision, Request

ADMIN: Final = "*admin*"
"""The target of a step after which there is nothing more to gain."""


@dataclass(frozen=True, slots=True, order=True)
class State:
    """An identity as it is, or as it is after changes that ``after`` tells of, in words."""

    arn: str
    after: str = ""


DONE: Final = State(ADMIN)


@dataclass(frozen=True, slots=True)
class Proof:
    """A request that a step needs, and the decision on it."""

    request: Request
    decision: Decision

    @property
    def certain(self) -> bool:
        """Whether the request is allowed whatever is not known of it."""
        return self.decision.allowed and self.decision.certain


@dataclass(frozen=True, slots=True)
class Edge:
    """One step: who does what, what it gains, and the decisions that prove it."""

    start: State
    end: State
    path: Path
    proof: tuple[Proof, ...]
    certain: bool
    through: str = ""
    """What the step is done to: the ARN of a policy, of a group, of what runs as the role, or of the identity that is
    made an administrator; empty for the end itself."""
    notes: tuple[str, ...] = ()
    """What is not known that the step hangs on, beside the conditions of its requests."""

    @property
    def source(self) -> str:
        """The ARN of who takes the step."""
        return self.start.arn

    @property
    def target(self) -> str:
        """The ARN of whose rights are gained; `ADMIN` for all."""
        return self.end.arn


def all_certain(proofs: Iterable[Proof]) -> bool:
    """Return whether no proof hangs on what is not known."""
    return all(proof.certain for proof in proofs)


def surest(edges: Iterable[Edge]) -> Edge | None:
    """Return the first certain edge, or else the first; None where there is none."""
    first = None
    for edge in edges:
        if edge.certain:
            return edge
        first = first or edge
    return first
