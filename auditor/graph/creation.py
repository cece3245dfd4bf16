"""Creating an identity with an administrator's rights, and acting as it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.graph.access import ASSUME, trusting
from auditor.graph.administrators import administrator, full_access, unnamed
from auditor.graph.changes import ALL_ALLOWED
from auditor.graph.edges import DONE, Edge, all_certain
from auditor.graph.identities import Grant, Identity
from auditor.graph.known_paths import Kind, of_kind
from auditor.graph.powers import Aim, Powers
from auditor.graph.witnesses import carried_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph.edges import Proof
    from auditor.graph.known_paths import Path
    from auditor.graph.world import World


class Creation:
    """The ways to create identities that are administrators at once."""

    def __init__(self, world: World) -> None:
        self._paths = [(path, world.vocabulary.mask(path.required)) for path in of_kind(Kind.CREATE_IDENTITY)]
        self._known = {"iam:permissionsboundary": (), "iam:policyarn": (full_access(world),)}
        arn = unnamed(world, "role")
        new = Identity(arn, (Grant(ALL_ALLOWED, arn, inline=True),))
        self._admin = administrator(Powers(world, new))
        """What service control policies make of an identity that is allowed everything."""

    def edges(self, powers: Powers) -> Iterator[Edge]:
        """Yield the steps by which an identity creates an administrator."""
        for path, mask in self._paths:
            if self._admin and powers.may(mask):
                proof = self._created(powers, path)
                if proof is not None:
                    certain = self._admin.certain and all_certain(proof)
                    yield Edge(powers.state, DONE, path, proof, certain, proof[0].request.resource)

    def _created(self, powers: Powers, path: Path) -> tuple[Proof, ...] | None:
        """Return the proof that an identity may create another and act as it; None where it may not."""
        proof = carried_out(powers, path.required, known=self._known)
        if proof is None or path.on == "user":
            return proof
        aim = Aim(ASSUME, proof[0].request.resource, creates=True)
        assumed = powers.asked(aim, trust=trusting(powers.identity.arn))
        return (*proof, assumed) if assumed else None
