"""Who is an administrator: computed from what is allowed, whatever the policies are called.

An administrator may, for certain and after every Deny, boundary and service control policy, do one of two things:

* any action on any resource, giving itself or others permissions among them: tried with an action and a resource
  that no policy names, and with each way to give permissions (`GIVING`), of which one must be allowed;
* each of IAM's actions by which one takes the permissions of others (`GIVING` and `TAKING`), on any identity or policy.

Service control policies have no say in the action that nobody names: they limit administrators and everybody else
alike. A Deny on some actions leaves an administrator one as long as a way to give permissions is left. Whoever may do
only some of `GIVING` is no administrator, but a step away from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.graph.edges import all_certain
from auditor.graph.powers import Aim
from auditor.graph.world import ANYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.graph.edges import Proof
    from auditor.graph.powers import Powers
    from auditor.graph.world import World

UNNAMED: Final = "named=by=no=policy"
"""What resources are called that policies mean only by a wildcard."""
GIVING: Final = (
    ("iam:AttachRolePolicy", "role"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:PutRolePolicy", "role"),
    ("iam:PutUserPolicy", "user"),
    ("iam:CreatePolicyVersion", "policy"),
)
"""The actions that give permissions, each with what it is asked for."""
TAKING: Final = (("iam:CreateAccessKey", "user"), ("iam:UpdateAssumeRolePolicy", "role"))
"""The actions that let one act as another."""


@dataclass(frozen=True, slots=True)
class Admin:
    """An administrator, with the decisions that show it."""

    arn: str
    proof: tuple[Proof, ...]
    certain: bool


def administrator(powers: Powers) -> Admin | None:
    """Return the proof that an identity is an administrator, the surest there is; None where it is none."""
    if powers.identity.unread is not None:
        return None
    found = [proof for proof in (_by_everything(powers), _by_identities(powers)) if proof]
    admins = [Admin(powers.identity.arn, proof, all_certain(proof)) for proof in found]
    return max(admins, key=lambda admin: admin.certain, default=None)


def _by_everything(powers: Powers) -> tuple[Proof, ...]:
    """Return the proof that an identity may do anything, giving permissions included; none where it may not."""
    if not powers.held & powers.world.vocabulary.mask([ANYTHING]):
        return ()
    account = powers.world.account
    resource = f"arn:{account.partition}:unnamed:{powers.world.region}:{account.id}:{UNNAMED}"
    anything = powers.asked(Aim(ANYTHING, resource), guarded=False)
    gifts = [proof for proof in _asked(powers, GIVING) if proof]
    gifts.sort(key=lambda proof: not proof.certain)
    return (anything, gifts[0]) if anything and gifts else ()


def _by_identities(powers: Powers) -> tuple[Proof, ...]:
    """Return the proof that an identity may take every permission through IAM; none where it may not."""
    ways = (*GIVING, *TAKING)
    if not powers.may(powers.world.vocabulary.mask(action for action, _ in ways)):
        return ()
    proofs = list(_asked(powers, ways))
    return tuple(proof for proof in proofs if proof) if all(proofs) else ()


def _asked(powers: Powers, ways: tuple[tuple[str, str], ...]) -> Iterator[Proof | None]:
    """Yield what becomes of requests about identities and policies that no policy names."""
    for action, sort in ways:
        arn = unnamed(powers.world, sort)
        if not powers.may(powers.world.vocabulary.mask([action])):
            yield None
        else:
            known = {"iam:permissionsboundary": (), "iam:policyarn": (powers.world.full_access,)}
            yield powers.asked(Aim(action, arn, known, tags={}))


def unnamed(world: World, sort: str) -> str:
    """Return the ARN of an identity or a policy that no policy names."""
    return f"arn:{world.account.partition}:iam::{world.account.id}:{sort}/{UNNAMED}"
