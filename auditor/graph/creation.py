"""Creating an identity with an administrator's rights, and acting as it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from auditor.graph.administrators import administrator, unnamed
from auditor.graph.changes import ALL_ALLOWED, attachable
from auditor.graph.edges import DONE, Edge, all_certain, surest
from auditor.graph.identities import Grant, Identity
from auditor.graph.known_paths import Kind, of_kind
from auditor.graph.powers import ASSUME, Aim, Powers
from auditor.graph.witnesses import carried_out
from auditor.graph.world import ANYTHING, BOUNDARY, POLICY, trusting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph.administrators import Admin
    from auditor.graph.edges import Proof
    from auditor.graph.known_paths import Path
    from auditor.graph.world import World


JOINING: Final = "iam:AddUserToGroup"
MOST_DESIGNS: Final = 3
"""How many boundaries, and how many managed policies, are tried beside AWS's own."""
MOST_JOINED: Final = 8
CREATING: Final = {"iam:CreateRole", "iam:CreateUser"}
GROUP: Final = "arn:{partition}:iam::{account}:group/{name}"
"""How the catalogue's requests call the group that somebody is put into."""


@dataclass(frozen=True, slots=True)
class Design:
    """What a new identity could be like: with which boundary, and by what it has an administrator's rights."""

    admin: Admin
    boundary: tuple[str, ...] = ()
    """The ARN of its boundary; empty where it has none."""
    gift: str = ""
    """The ARN of the managed policy or group by which it has its rights; empty for an inline policy."""

    @property
    def known(self) -> dict[str, tuple[str, ...]]:
        """What requests say of it."""
        return {BOUNDARY: self.boundary, POLICY: (self.gift,) if self.gift else ()}


class Creation:
    """The ways to create identities that are administrators at once."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._paths = [(path, world.vocabulary.mask(path.required)) for path in of_kind(Kind.CREATE_IDENTITY)]
        arn = unnamed(world, "role")
        new = Identity(arn, (Grant(ALL_ALLOWED, arn, inline=True),))
        bounds = (None, *self._boundaries()) if BOUNDARY in world.keys else (None,)
        limited = [replace(new, boundary=each) for each in bounds]
        self._inline = [each for one in limited if (each := self._design(one))]
        self._attached = [
            each
            for gift, policy in islice(attachable(world), MOST_DESIGNS)
            for one in limited
            if (each := self._design(replace(one, grants=(Grant(policy, gift, inline=False),)), gift))
        ]
        self._joined = [
            each
            for group in world.account.groups
            for one in limited
            if group.unread is None and (each := self._design(replace(one, grants=group.grants), group.arn))
        ][:MOST_JOINED]

    def _boundaries(self) -> Iterator[Grant]:
        """Yield boundaries that may leave an identity an administrator."""
        world = self._world
        yield Grant(ALL_ALLOWED, world.full_access, inline=False)
        anything = world.vocabulary.mask([ANYTHING])
        managed = world.account.managed.items()
        open_to_all = ((arn, each.policy) for arn, each in managed if world.mentions(each.policy).allowed & anything)
        yield from (Grant(policy, arn, inline=False) for arn, policy in islice(open_to_all, MOST_DESIGNS))

    def _design(self, new: Identity, gift: str = "") -> Design | None:
        admin = administrator(Powers(self._world, new))
        return Design(admin, (new.boundary.origin,) if new.boundary else (), gift) if admin else None

    def edges(self, powers: Powers) -> Iterator[Edge]:
        """Yield the steps by which an identity creates an administrator."""
        for path, mask in self._paths:
            if powers.may(mask):
                found = (edge for design in self._designs(path) if (edge := self._edge(powers, path, design)))
                edge = surest(found)
                if edge:
                    yield edge

    def _designs(self, path: Path) -> list[Design]:
        if JOINING in path.required:
            return self._joined
        return self._attached if any("Attach" in action for action in path.required) else self._inline

    def _edge(self, powers: Powers, path: Path, design: Design) -> Edge | None:
        proof = self._created(powers, path, design)
        if proof is None:
            return None
        certain = design.admin.certain and all_certain(proof)
        return Edge(powers.state, DONE, path, proof, certain, _new(proof))

    def _created(self, powers: Powers, path: Path, design: Design) -> tuple[Proof, ...] | None:
        """Return the proof that an identity may create another and act as it; None where it may not."""
        fixed = {GROUP: Aim("", design.gift)} if JOINING in path.required else {}
        proof = carried_out(powers, path.required, fixed, design.known)
        if proof is None or path.on == "user":
            return proof
        assumed = powers.asked(Aim(ASSUME, _new(proof), creates=True), trust=trusting(powers.identity.arn))
        return (*proof, assumed) if assumed else None


def _new(proof: tuple[Proof, ...]) -> str:
    """Return the ARN of what is created."""
    return next(each.request.resource for each in proof if each.request.action in CREATING)
