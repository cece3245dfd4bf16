"""What can be changed of an identity: its policies, groups and boundary, and what it may do afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

from auditor.graph.administrators import administrator, unnamed
from auditor.graph.identities import Grant, Identity, Sort
from auditor.graph.powers import Aim, Powers, boundary_known
from auditor.graph.witnesses import like
from auditor.graph.world import POLICY
from auditor.policy import compiled, parse

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from auditor.graph.identities import Group, Managed
    from auditor.graph.world import World
    from auditor.policy import Policy

MOST_VERSIONS: Final = 5
"""How many versions a managed policy can have (IAM User Guide, "IAM and AWS STS quotas")."""
MOST_GROUPS: Final = 10
"""How many groups a user can be in (the same page)."""
MOST_ATTACHED: Final = 20
"""How many managed policies with an administrator's rights are tried, where conditions tell them apart."""
MOST_NEW: Final = 6
"""How many names of new policies are tried, where policies tell by them what may be attached."""
MOST_TAGS: Final = 12
"""How many tags are tried that policies ask for."""
ALL_ALLOWED: Final = compiled(
    parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    "a policy that allows everything",
)
IAM_ALLOWED: Final = compiled(
    parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}}),
    "a policy that allows all of IAM",
)
POWERFUL: Final = "with a policy that allows everything"
ACTIONS: Final = {
    ("add-inline", "user"): "iam:PutUserPolicy",
    ("add-inline", "role"): "iam:PutRolePolicy",
    ("add-inline", "group"): "iam:PutGroupPolicy",
    ("attach", "user"): "iam:AttachUserPolicy",
    ("attach", "role"): "iam:AttachRolePolicy",
    ("attach", "group"): "iam:AttachGroupPolicy",
    ("attach-new", "user"): "iam:AttachUserPolicy",
    ("attach-new", "role"): "iam:AttachRolePolicy",
    ("attach-new", "group"): "iam:AttachGroupPolicy",
    ("replace-version", "policy"): "iam:CreatePolicyVersion",
    ("choose-version", "policy"): "iam:SetDefaultPolicyVersion",
    ("join", "group"): "iam:AddUserToGroup",
    ("tag", "user"): "iam:TagUser",
    ("tag", "role"): "iam:TagRole",
    ("lift-boundary", "user"): "iam:DeleteUserPermissionsBoundary",
    ("lift-boundary", "role"): "iam:DeleteRolePermissionsBoundary",
    ("replace-boundary", "user"): "iam:PutUserPermissionsBoundary",
    ("replace-boundary", "role"): "iam:PutRolePermissionsBoundary",
}
"""The action that makes each change, by what is done and to what."""
OF_POLICIES: Final = {("replace-version", "policy"), ("choose-version", "policy")}
"""The changes of customer managed policies."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an identity: the requests that make it, and the identity afterwards."""

    what: str
    on: str
    aims: tuple[Aim, ...]
    after: str
    """How the identity is afterwards, in words."""
    result: Identity
    through: str = ""
    """What is changed, if it is not the identity itself: the ARN of a policy or a group."""


class Changes:
    """The changes that can be made of an account's identities."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._account = world.account
        self._attachable = tuple(islice(attachable(world), MOST_ATTACHED))
        self._tags = tuple(islice(world.tags_asked_for(), MOST_TAGS))
        self._new = tuple(_new_policies(world))
        self._strong = tuple(each for each in world.account.groups if self._makes_administrators(each))

    def _makes_administrators(self, group: Group) -> bool:
        arn = unnamed(self._world, "user")
        return administrator(Powers(self._world, Identity(arn, group.grants))) is not None

    def of(
        self, identity: Identity, able: Container[tuple[str, str]] | None = None, *, rewriting: bool = True
    ) -> Iterator[Change]:
        """Yield the changes by which an identity could gain rights. AWS alone changes reserved roles.

        ``able``: which changes count, as keys of `ACTIONS`; without it, all but tags, and joining groups that make no
        administrator by themselves. ``rewriting``: whether new versions of its managed policies are among them.
        """
        if identity.is_service_linked:
            return
        if identity.is_reserved:  # AWS alone changes it, but not the customer managed policies that it has
            able = OF_POLICIES if able is None else {each for each in OF_POLICIES if each in able}
        groups = self._strong if able is None else self._account.groups if ("join", "group") in able else ()
        for change in chain(
            self._additions(identity),
            self._versions(identity) if rewriting else (),
            self._memberships(identity, groups),
            self._unbounded(identity),
            self._tagged(identity) if able is not None else (),
        ):
            if able is None or (change.what, change.on) in able:
                yield change

    def _additions(self, identity: Identity) -> Iterator[Change]:
        """Yield the new policies an identity could be given, itself or by a group that it is in."""
        own = identity.sort.value
        for on, arn in ((own, identity.arn), *(("group", group) for group in identity.groups)):
            known, tags = (boundary_known(identity), identity.tags) if on == own else ({}, None)
            via = arn if on == "group" else ""
            result = _given(identity, Grant(ALL_ALLOWED, arn, inline=True, via=via))
            yield Change("add-inline", on, (Aim(ACTIONS["add-inline", on], arn, known, tags),), POWERFUL, result, via)
            for origin, policy in self._attachable:
                aim = Aim(ACTIONS["attach", on], arn, known | {POLICY: (origin,)}, tags)
                result = _given(identity, Grant(policy, origin, inline=False, via=via))
                yield Change("attach", on, (aim,), POWERFUL if policy is ALL_ALLOWED else f"with {origin}", result, via)
            for new in self._new:
                aims = (Aim("iam:CreatePolicy", new), Aim(ACTIONS["attach", on], arn, known | {POLICY: (new,)}, tags))
                result = _given(identity, Grant(ALL_ALLOWED, new, inline=False, via=via))
                yield Change("attach-new", on, aims, POWERFUL, result, via)

    def _versions(self, identity: Identity) -> Iterator[Change]:
        """Yield the other documents that customer managed policies of an identity could have."""
        origins = [grant.origin for grant in (*identity.grants, identity.boundary) if grant and not grant.inline]
        for arn in dict.fromkeys(origins):
            managed = self._account.managed.get(arn)
            if managed is not None:
                self._world.budget.spend(len(identity.grants) // 2)  # for the copies of them
                after, result = f"with {arn} rewritten to allow everything", _with_document(identity, arn, ALL_ALLOWED)
                yield Change("replace-version", "policy", tuple(_replacing(managed)), after, result, arn)
                for version, policy in managed.others.items():
                    aim, result = Aim("iam:SetDefaultPolicyVersion", arn), _with_document(identity, arn, policy)
                    yield Change("choose-version", "policy", (aim,), f"with version {version} of {arn}", result, arn)

    def _memberships(self, user: Identity, groups: Iterable[Group]) -> Iterator[Change]:
        if user.sort is not Sort.USER or len(user.groups) >= MOST_GROUPS:
            return
        for group in groups:
            if group.arn not in user.groups:
                grants, joined = (*user.grants, *group.grants), (*user.groups, group.arn)
                result = replace(user, grants=grants, groups=joined, unread=user.unread or group.unread)
                aim = Aim("iam:AddUserToGroup", group.arn)
                yield Change("join", "group", (aim,), f"in {group.arn}", result, group.arn)

    def _unbounded(self, identity: Identity) -> Iterator[Change]:
        if identity.boundary is None:
            return
        sort, result = identity.sort.value, replace(identity, boundary=None)
        anything = {"iam:permissionsboundary": (self._world.full_access,)}
        for what, known in (("lift-boundary", boundary_known(identity)), ("replace-boundary", anything)):
            aim = Aim(ACTIONS[what, sort], identity.arn, known, identity.tags)
            yield Change(what, sort, (aim,), "without its permissions boundary", result)

    def _tagged(self, identity: Identity) -> Iterator[Change]:
        """Yield the tags by which policies would let an identity do more."""
        sort = identity.sort.value
        for key, value in self._tags:
            if identity.tags.get(key) != value:
                known = {f"aws:requesttag/{key}": (value,), "aws:tagkeys": (key,)}
                aim = Aim(ACTIONS["tag", sort], identity.arn, known, identity.tags)
                result = replace(identity, tags={**identity.tags, key: value})
                yield Change("tag", sort, (aim,), f"with the tag {key} {value}", result)


def attachable(world: World) -> Iterator[tuple[str, Policy]]:
    """Yield the managed policies with an administrator's rights, AWS's own first.

    Where no policy tells by its ARN what may be attached, one that allows everything is as good as any.
    """
    yield world.full_access, ALL_ALLOWED
    if POLICY not in world.keys:
        return
    yield world.full_access.replace("AdministratorAccess", "IAMFullAccess"), IAM_ALLOWED
    for arn, managed in world.account.managed.items():
        if _allows_all(managed.policy):
            yield arn, managed.policy


def _new_policies(world: World) -> Iterator[str]:
    """Yield the ARNs that a new customer managed policy could have, as far as policies tell by them what is allowed."""
    names = f"arn:{world.account.partition}:iam::{world.account.id}:policy/*"
    found = dict.fromkeys(
        like(pattern, names) for pattern in islice(dict.fromkeys(world.policies_told_apart()), MOST_NEW)
    )
    yield from (arn for arn in found if arn and arn not in world.account.managed)


def _allows_all(policy: Policy) -> bool:
    """Return whether a policy denies nothing and has a statement that allows everything."""
    statements = policy.document.statements
    return all(each.allows for each in statements) and any(
        "*" in (each.actions or ()) and "*" in (each.resources or ()) and not each.conditions for each in statements
    )


def _given(identity: Identity, grant: Grant) -> Identity:
    return replace(identity, grants=(*identity.grants, grant))


def _replacing(managed: Managed) -> Iterator[Aim]:
    yield Aim("iam:CreatePolicyVersion", managed.arn)
    if len(managed.others) + 1 >= MOST_VERSIONS:
        yield Aim("iam:DeletePolicyVersion", managed.arn)


def _with_document(identity: Identity, arn: str, policy: Policy) -> Identity:
    grants = tuple(replace(grant, policy=policy) if grant.origin == arn else grant for grant in identity.grants)
    boundary = identity.boundary
    if boundary is not None and boundary.origin == arn:
        boundary = replace(boundary, policy=policy)
    return replace(identity, grants=grants, boundary=boundary)
