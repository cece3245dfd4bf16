"""What an organization forbids an account: its service and resource control policies, as an audit carries them."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.policy import Policy

Levels = tuple[tuple["Policy", ...], ...]
"""The policies of each level above an account, ready for decisions, the root's first."""
MOST_READY: Final = 4_096
"""How many policies are kept ready for decisions: those of a few hundred units."""


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
    where the organization has not enabled the type. ``place`` is where the account stands in its organization, as
    `aws:PrincipalOrgPaths` says it; empty where that is not known.
    """

    scps: tuple[tuple[Guardrail, ...], ...] | None = None
    rcps: tuple[tuple[Guardrail, ...], ...] | None = None
    place: str = ""

    @property
    def limits(self) -> Levels:
        """The service control policies of each level; none where they are not known."""
        return tuple(tuple(map(_ready, level)) for level in self.scps or ())

    def controls(self, resource: str) -> Levels:
        """Return what resource control policies deny of a resource, given its ARN; none where that is not known."""
        from auditor.policy.rcps import service_of

        return self.denials(service_of(resource))

    def denials(self, service: str) -> Levels:
        """Return what resource control policies deny of the actions of a service; none where that is not known."""
        cut = (tuple(filter(None, (_denying(each, service) for each in level))) for level in self.rcps or ())
        return tuple(level for level in cut if level)


UNKNOWN: Final = Guardrails()
"""What is known of the guardrails of an account whose organization was not read."""


@functools.lru_cache(maxsize=MOST_READY)
def _ready(guardrail: Guardrail) -> Policy:
    from auditor.policy import compiled, parse

    return compiled(parse(guardrail.content), guardrail.name)


@functools.lru_cache(maxsize=MOST_READY)
def _denying(guardrail: Guardrail, service: str) -> Policy | None:
    from auditor.policy.rcps import denying

    return denying(_ready(guardrail), service)


def said_of(place: str, whose: str) -> dict[str, tuple[str, ...]]:
    """Return the condition keys, with their values, of a place in an organization: ``principal``'s or ``resource``'s.

    None where the place is not known.
    """
    if not place:
        return {}
    return {f"aws:{whose}orgid": (place.partition("/")[0],), f"aws:{whose}orgpaths": (place,)}
