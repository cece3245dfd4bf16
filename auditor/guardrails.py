"""What an organization forbids an account: its service and resource control policies, as an audit carries them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A service or resource control policy: its id, its name, and its document as AWS tells it."""

    id: str
    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Guardrails:
    """The policies of each level above an account, the root first, the account itself last.

    None where they were not read, or could not be; none at all where AWS applies none: in the management account, and
    where the organization has not enabled the type.
    """

    scps: tuple[tuple[Guardrail, ...], ...] | None = None
    rcps: tuple[tuple[Guardrail, ...], ...] | None = None
