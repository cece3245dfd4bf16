"""An account's principals with all their policies, as one graph: from the inventory to `auditor.graph`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from auditor import GLOBAL, Inventory, Resource, Unseen
from auditor.facts import summary
from auditor.remedies import NOT_LISTED
from checks.access.direct import DirectGrants, direct_grants
from checks.access.policies import KINDS
from checks.ec2.resources import GONE, Instance
from checks.iam.resources import AwsPolicy, Group, Policy, Role, User, is_of_aws
from checks.lambda_.resources import Function

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from auditor import graph
    from auditor.facts import Fact
    from auditor.policy import Document
    from auditor.policy import Policy as Compiled

    Principal = User | Group | Role

T = TypeVar("T")
U = TypeVar("U")
RUNNING: Final[dict[str, type[Instance | Function]]] = {"ec2.amazonaws.com": Instance, "lambda.amazonaws.com": Function}
"""What runs as a role, by the service that assumes the role for it."""
INPUTS: Final[tuple[Fact[Any], ...]] = (
    User.groups,
    *(fact for each in (User, Group, Role) for fact in (each.attached_policies, each.inline_policies)),
    *(fact for each in (User, Role) for fact in (each.boundary, each.boundary_document)),
    User.credentials,
    User.access_keys,
    Role.trust_policy,
    Role.instance_profiles,
    Policy.document,
    Policy.other_versions,
    AwsPolicy.document,
    Instance.profile,
    Instance.state,
    Function.role,
)


class AccountAccess(Resource, type="AWS::::Account", service="iam", scope=GLOBAL):
    """Who can do what in the account, worked out of all its policies together."""

    @summary(*INPUTS)
    def principals(self) -> graph.Account:
        """The users, groups and roles with their policies, and what runs as the roles.

        Unseen where they could not be listed. A principal of which a policy could not be read says so itself.
        """
        return _Reader(self.inventory).account()

    @summary(principals)
    def identities(self) -> dict[str, graph.Identity]:
        """The users and roles by their ARNs."""
        return {each.arn: each for each in self.principals.identities}

    def identity(self, principal: User | Role) -> graph.Identity:
        """Return a user or role with all its policies; Unseen where one could not be read."""
        found = self.identities[principal.arn]
        if isinstance(found.unread, Unseen):
            raise found.unread
        return found

    @summary(*(kind.policy for kind in KINDS))
    def direct_grants(self) -> DirectGrants:
        """What resource policies grant to users, and to sessions of roles, by their ARNs."""
        return direct_grants(self.inventory)

    @summary(principals)
    def escalation(self) -> graph.Escalation:
        """Who is an administrator, and by which steps others become one."""
        from auditor.graph import escalation

        return escalation(self.principals)


class _Unread:
    """Remembers the first thing that was not seen, so that all the rest can be read."""

    def __init__(self) -> None:
        self.first: Hashable | None = None

    def unless(self, read: Callable[[], T], otherwise: U) -> T | U:
        """Return what ``read`` gives, or ``otherwise`` where it was not seen."""
        try:
            return read()
        except Unseen as unseen:
            self.first = self.first or unseen
            return otherwise


class _Reader:
    """Reads an inventory into a graph, each managed policy once."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._managed: dict[str, Compiled] = {}
        self._groups: dict[str, graph.Group] = {}

    def account(self) -> graph.Account:
        from auditor.graph import Account

        inventory = self._inventory
        self._groups = {each.name: self._group(each) for each in inventory.all(Group)}
        compute, read = self._compute()
        return Account(
            inventory.target.account,
            inventory.target.partition,
            identities=(
                *(self._user(each) for each in inventory.all(User)),
                *(self._role(each) for each in inventory.all(Role)),
            ),
            groups=tuple(self._groups.values()),
            managed={each.arn: each for each in map(self._own_policy, inventory.all(Policy)) if each},
            compute=compute,
            compute_read=read,
            scps=inventory.target.guardrails.limits,
            guardrails=inventory.target.guardrails,
            at=inventory.at,
        )

    def _group(self, group: Group) -> graph.Group:
        from auditor.graph import Group as Node

        unread = _Unread()
        return Node(group.arn, tuple(self._grants(group, unread, via=group.arn)), unread.first)

    def _user(self, user: User) -> graph.Identity:
        from auditor.graph import Identity

        unread, unreported = _Unread(), _Unread()
        groups = unread.unless(lambda: self._groups_of(user), [])
        unread.first = unread.first or next((each.unread for each in groups if each.unread), None)
        credentials = unreported.unless(lambda: user.credentials, None)
        return Identity(
            user.arn,
            (*self._grants(user, unread), *(grant for group in groups for grant in group.grants)),
            boundary=self._boundary(user, unread),
            groups=tuple(each.arn for each in groups),
            tags=user.tags,
            unread=unread.first,
            has_password=None if credentials is None else credentials.password is not None,
            access_keys=unreported.unless(lambda: user.access_keys, None),
            has_mfa=None if credentials is None else credentials.mfa,
        )

    def _groups_of(self, user: User) -> list[graph.Group]:
        """Return a user's groups; Unseen for one that was not listed."""
        missing = [name for name in user.groups if name not in self._groups]
        if missing:
            raise Group.listing_request().unseen(NOT_LISTED, f"the listing does not name the group {missing[0]}")
        return [self._groups[name] for name in user.groups]

    def _role(self, role: Role) -> graph.Identity:
        from auditor.graph import Identity
        from auditor.policy import compiled

        unread = _Unread()
        trust = unread.unless(lambda: compiled(role.trust_policy, f"trust policy of {role.name}"), None)
        return Identity(
            role.arn,
            tuple(self._grants(role, unread)),
            boundary=self._boundary(role, unread),
            trust=trust,
            tags=role.tags,
            has_instance_profile=_Unread().unless(lambda: bool(role.instance_profiles), None),
            unread=unread.first,
        )

    def _grants(self, principal: Principal, unread: _Unread, via: str = "") -> Iterator[graph.Grant]:
        """Yield the policies of a principal's own that were read."""
        from auditor.graph import Grant
        from auditor.policy import compiled

        for name, document in unread.unless(lambda: principal.inline_policies, {}).items():
            yield Grant(compiled(document, name), principal.arn, inline=True, via=via)
        for attached in unread.unless(lambda: principal.attached_policies, []):
            arn = attached["PolicyArn"]
            policy = unread.unless(partial(self._attached, arn), None)
            if policy is not None:
                yield Grant(policy, arn, inline=False, via=via)

    def _boundary(self, principal: User | Role, unread: _Unread) -> graph.Grant | None:
        from auditor.graph import Grant

        arn = unread.unless(lambda: principal.boundary, None)
        if arn is None:
            return None
        policy = unread.unless(partial(self._limiting, principal, arn), None)
        return None if policy is None else Grant(policy, arn, inline=False)

    def _limiting(self, principal: User | Role, arn: str) -> Compiled:
        document = principal.boundary_document if is_of_aws(arn) else None
        return self._attached(arn) if document is None else self._compiled(arn, document)

    def _attached(self, arn: str) -> Compiled:
        """Return a managed policy; Unseen where it could not be read."""
        kind: type[AwsPolicy | Policy] = AwsPolicy if is_of_aws(arn) else Policy
        found = self._inventory.find(kind, arn)
        if found is None:
            raise kind.listing_request().unseen(NOT_LISTED, f"the listing does not name {arn}")
        return self._compiled(arn, found.document)

    def _compiled(self, arn: str, document: Document) -> Compiled:
        from auditor.policy import compiled

        if arn not in self._managed:
            self._managed[arn] = compiled(document, arn)
        return self._managed[arn]

    def _own_policy(self, policy: Policy) -> graph.Managed | None:
        """Return one of the account's own managed policies; None where it could not be read."""
        from auditor.graph import Managed
        from auditor.policy import compiled

        unread = _Unread()
        current = unread.unless(lambda: self._compiled(policy.arn, policy.document), None)
        others: dict[str, Document] = unread.unless(lambda: policy.other_versions, {})
        if current is None:
            return None
        versions = {name: compiled(document, f"{policy.arn} {name}") for name, document in others.items()}
        return Managed(policy.arn, current, versions)

    def _compute(self) -> tuple[tuple[graph.Compute, ...], frozenset[str]]:
        """Return what runs as a role, and the services of which that is everything."""
        unread = {service: _Unread() for service in RUNNING}
        roles: dict[str, str] = unread["ec2.amazonaws.com"].unless(self._roles_by_profile, {})
        compute = [each for service in RUNNING for each in self._running(service, roles, unread[service])]
        return tuple(compute), frozenset(service for service in RUNNING if unread[service].first is None)

    def _running(self, service: str, roles: dict[str, str], unread: _Unread) -> Iterator[graph.Compute]:
        """Yield what runs as a role that a service assumes for it, as far as it could be read."""
        from auditor.graph import Compute

        kind = RUNNING[service]
        unread.unless(partial(self._inventory.all, kind), None)
        for each in self._inventory.listed(kind):
            role = unread.unless(partial(_role_of, each, roles), None)
            if role is not None:
                yield Compute(each.arn, role, service, each.tags)

    def _roles_by_profile(self) -> dict[str, str]:
        """Return the ARN of the role in each instance profile, by the profile's."""
        return {profile: role.arn for role in self._inventory.all(Role) for profile in role.instance_profiles}


def _role_of(each: Instance | Function, roles: dict[str, str]) -> str | None:
    """Return the ARN of the role that something runs as; None for what has none, or is no more."""
    if isinstance(each, Function):
        return each.role
    return None if each.state in GONE or each.profile is None else roles.get(each.profile)
