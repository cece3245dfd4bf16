"""What one identity may do: each answer a decided request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from auditor.graph.budget import UNSURE
from auditor.graph.choices import REGION, settled
from auditor.graph.edges import Proof, State
from auditor.graph.identities import Sort
from auditor.graph.keys import MFA, said_of
from auditor.policy import Context, Policies, Request, decide, principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.graph.identities import Identity
    from auditor.graph.keys import Values
    from auditor.graph.world import World
    from auditor.policy import Policy

FEW: Final = 4
"""So many identities are decided on one by one."""
ASSUME: Final = "sts:AssumeRole"
ON_BOUNDED: Final = {
    *("iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:PutRolePolicy", "iam:PutUserPolicy"),
    *("iam:DeleteRolePermissionsBoundary", "iam:DeleteUserPermissionsBoundary"),
}
"""The actions whose requests say which boundary the identity has that they are about."""

REPLACING: Final = {"iam:PutRolePermissionsBoundary", "iam:PutUserPermissionsBoundary"}
"""The actions whose requests say which boundary the identity is to have."""


ENROLLING: Final = "iam:EnableMFADevice"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a request is made of beside who makes it."""

    action: str
    resource: str
    """An ARN; ``*`` for an action that knows no resources."""
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tags: Mapping[str, str] | None = None
    """The tags of the resource; None where they are not known."""
    creates: bool = False
    """Whether the request makes something new, so that the caller chooses what the service's own keys hold."""


class Powers:
    """An identity, as it is or after changes, and the decisions on what it asks."""

    def __init__(self, world: World, identity: Identity, state: State | None = None) -> None:
        world.budget.spend(len(identity.grants))
        self.world = world
        self.identity = identity
        self.state = state or State(identity.arn)
        self.own = tuple(grant.policy for grant in identity.grants)
        self.bounds = tuple(each.policy for each in (identity.boundary,) if each)
        self.held = self._union(self.own)
        """The actions that its policies and its boundary allow on something."""
        if self.bounds:
            self.held &= self._union(self.bounds)
        self.allowed = self.held
        """The actions that service control policies allow on something, too."""
        for level in world.account.scps:
            self.allowed &= self._union(level)
        self._principal = principal(identity.arn)
        self._known = self._said()
        self._policies: dict[str, Policies] = {}
        self._sizes: dict[str, int] = {}
        self._meant: dict[str, int] = {}
        self._reached: dict[str, int] = {}

    def _union(self, policies: Iterable[Policy]) -> int:
        mask = 0
        for policy in policies:
            mask |= self.world.mentions(policy).allowed
        return mask

    def _said(self) -> Values:
        """Return what AWS says of the identity in each of its requests."""
        identity = self.identity
        user = identity.sort is Sort.USER
        known: Values = {**self.world.now, **self.world.home, "aws:resourceaccount": (identity.account,)}
        if user:  # a session of a role may have tags beside the role's
            known |= dict.fromkeys(self.world.principal_tags, ())
            known |= self._second_factor()
        else:
            known |= self.world.new_session
        return known | said_of(identity)

    def _second_factor(self) -> Values:
        """Return what AWS says of a user's second factor: without a device, and where the user cannot enrol one, no."""
        identity = self.identity
        if identity.has_mfa:
            return {MFA: ("true",)}
        may_enrol = self.may(self.world.vocabulary.mask([ENROLLING]))
        if identity.has_mfa is None or may_enrol or identity.access_keys is None:
            return {}
        return {MFA: () if identity.access_keys else ("false",)}

    def may(self, mask: int) -> bool:
        """Return whether some statement allows each of the actions, whatever it says of resources and conditions."""
        return self.allowed & mask == mask

    def reached(self, action: str) -> int:
        """Return the bits of the identities on which an action may be allowed: more than it is, and never less."""
        found = self._reached.get(action)
        if found is None:
            found = self.meant(action)
            if found.bit_count() > FEW:
                found &= ~self._denied(action, found)
            self._reached[action] = found
        return found

    def meant(self, action: str) -> int:
        """Return the bits of the identities that its policies mean where they allow an action, Denies unseen."""
        if action not in self._meant:
            self._meant[action] = self.world.index.allowed(self.policies(action))
        return self._meant[action]

    def _denied(self, action: str, bits: int) -> int:
        """Return the bits of identities on which an action is surely denied.

        What no pattern, tag or boundary tells apart is decided on once for all.
        """
        denied = 0
        for part in self.world.alike(self.policies(action), bits):
            identity = next(self.world.within(part))
            known = self._boundary_known(action, identity)
            trust = self.world.delegating if action == ASSUME else None
            if self.asked(Aim(action, identity.arn, known, identity.tags), trust=trust) is None:
                denied |= part
        return denied

    def _boundary_known(self, action: str, identity: Identity) -> Values:
        """Return what is known of a boundary in a request that is to give an identity more rights."""
        if action in ON_BOUNDED:
            return boundary_known(identity)
        return {"iam:permissionsboundary": (self.world.full_access,)} if action in REPLACING else {}

    def policies(self, action: str) -> Policies:
        """Return the policies that have a say in the identity's requests for an action, cut down to it."""
        found = self._policies.get(action)
        if found is None:
            cut = self.world.about
            found = self._policies[action] = Policies(
                identity=cut(self.own, action),
                boundaries=cut(self.bounds, action, keep=True),
                scps=tuple(cut(level, action, keep=True) for level in self.world.account.scps),
                rcps=tuple(cut(level, action) for level in self.world.controls(action)),
            )
        return found

    def asked(self, aim: Aim, *, trust: Policy | None = None, guarded: bool = True) -> Proof | None:
        """Return a request with its decision; None where it is denied.

        ``trust``: the resource's own policy. ``guarded``: whether service control policies have a say.
        """
        policies = self.policies(aim.action)
        resource_policy = trust or self.world.account.resource_policies.get(aim.resource)
        if resource_policy is not None or not guarded:
            policies = replace(policies, resource=resource_policy, scps=policies.scps if guarded else ())
        self.world.budget.spend(self._size(aim.action))
        request = Request(
            self._principal,
            aim.action,
            aim.resource,
            Context(self._context(aim), open=True),
            resource_account=self.identity.account,
            knows_no_resources=aim.resource == "*",
        )
        proof = Proof(request, decide(request, policies))
        if proof.decision.allowed and not proof.certain:
            self.world.budget.spend(UNSURE * self._size(aim.action))
        return settled(proof, policies, creates=aim.creates)

    def _size(self, action: str) -> int:
        """Return how many statements a request for an action is decided by."""
        if action not in self._sizes:
            policies = self.policies(action)
            groups = (policies.identity, policies.boundaries, *policies.scps, *policies.rcps)
            self._sizes[action] = sum(len(policy.of_any_service) for group in groups for policy in group)
        return self._sizes[action]

    def _context(self, aim: Aim) -> Values:
        known: Values = {**self._known, **aim.known}
        if aim.action.startswith("iam:"):
            known[REGION] = (self.world.region,)
        if aim.tags is not None:
            held = {key.lower(): value for key, value in aim.tags.items()}
            for key in self.world.resource_tags:
                tag = key.partition("/")[2]
                known[key] = (held[tag],) if tag in held else ()
        return known


def all_asked(powers: Powers, aims: Iterable[Aim]) -> tuple[Proof, ...] | None:
    """Return what an identity asks with the decisions; None as soon as one is a denial."""
    proofs: list[Proof] = []
    for aim in aims:
        proof = powers.asked(aim)
        if proof is None:
            return None
        proofs.append(proof)
    return tuple(proofs)


def boundary_known(identity: Identity) -> Values:
    """Return what a request to change an identity says of the identity's boundary."""
    return {"iam:permissionsboundary": (identity.boundary.origin,) if identity.boundary else ()}
