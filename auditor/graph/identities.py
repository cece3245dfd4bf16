"""What the graph is made of: an account's identities, their policies, and what runs as its roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from auditor.guardrails import UNKNOWN, Guardrails

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping
    from datetime import datetime

    from auditor.policy import Policy

SERVICE_LINKED: Final = "aws-service-role/"
RESERVED: Final = "aws-reserved/"


class Sort(Enum):
    """What an identity is, as its ARN says."""

    USER = "user"
    ROLE = "role"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Grant:
    """One policy of a principal, and where it is written."""

    policy: Policy
    """The compiled document. Its name is what people call it: the ARN of a managed policy, or the inline one's name."""
    origin: str
    """The ARN of the managed policy, or of the user, role or group in which the inline policy stands."""
    inline: bool
    via: str = ""
    """The ARN of the group through which a user has the policy; empty where the user has it itself."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A user or a role, with everything that decides what it may do."""

    arn: str
    grants: tuple[Grant, ...] = ()
    """Its identity policies, those of its groups included."""
    boundary: Grant | None = None
    trust: Policy | None = None
    """Who may assume a role; None for a user."""
    groups: tuple[str, ...] = ()
    """The ARNs of a user's groups."""
    tags: Mapping[str, str] = field(default_factory=dict)
    unread: Hashable | None = None
    """Why its policies are not all known, in an object of the caller's own; None where they are."""
    has_password: bool | None = None
    """Whether a user can sign in to the console; None where that is not known."""
    access_keys: int | None = None
    """How many access keys a user has, active or not; None where that is not known."""
    has_mfa: bool | None = None
    """Whether a user has an MFA device; None where that is not known."""
    has_instance_profile: bool | None = None
    """Whether an instance profile holds a role, so that instances can run as it; None where that is not known."""

    @property
    def sort(self) -> Sort:
        """Whether this is a user or a role."""
        return Sort(self._resource.partition("/")[0])

    @property
    def name(self) -> str:
        """The name without its path."""
        return self._resource.rpartition("/")[2]

    @property
    def account(self) -> str:
        """The id of the account that the identity is of."""
        return self.arn.split(":", 5)[4]

    @property
    def is_service_linked(self) -> bool:
        """Whether a service alone makes, changes, and acts as this role."""
        return self._resource.partition("/")[2].startswith(SERVICE_LINKED)

    @property
    def is_reserved(self) -> bool:
        """Whether AWS alone changes this role: a service's own, or that of a permission set of Identity Center."""
        return self.is_service_linked or self._resource.partition("/")[2].startswith(RESERVED)

    @property
    def _resource(self) -> str:
        return self.arn.split(":", 5)[5]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of users: what whoever joins it gains."""

    arn: str
    grants: tuple[Grant, ...] = ()
    """Its policies, each with this group in ``via``."""
    unread: Hashable | None = None
    """Why its policies are not all known; None where they are."""


@dataclass(frozen=True, slots=True)
class Managed:
    """A customer managed policy."""

    arn: str
    policy: Policy
    """The version in force."""
    others: Mapping[str, Policy] = field(default_factory=dict)
    """The versions that are not in force, by their id, such as ``v2``."""


@dataclass(frozen=True, slots=True)
class Compute:
    """Something that runs as a role: a function, an instance, a project of builds, a stack."""

    arn: str
    role: str
    """The role's ARN."""
    service: str
    """The service that assumes the role, such as ``lambda.amazonaws.com``."""
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as far as it was read."""

    id: str
    partition: str = "aws"
    identities: tuple[Identity, ...] = ()
    """Its users and roles."""
    groups: tuple[Group, ...] = ()
    managed: Mapping[str, Managed] = field(default_factory=dict)
    """Its customer managed policies by ARN, attached or not."""
    compute: tuple[Compute, ...] = ()
    compute_read: frozenset[str] = frozenset()
    """The services of which ``compute`` has everything that runs as a role; of any other it is not known.

    Named after the service that assumes the role, and where that says too little after what is listed:
    ``batch.amazonaws.com`` for job definitions, ``codedeploy.amazonaws.com`` for deployment groups (each with the role
    of its instances), ``ec2.amazonaws.com/launch-template`` for launch templates.
    """
    scps: tuple[tuple[Policy, ...], ...] = ()
    """The service control policies of each level from the root to the account; none where none apply."""
    guardrails: Guardrails = UNKNOWN
    """What else its organization tells: resource control policies, where it stands, and what of all that was read."""
    resource_policies: Mapping[str, Policy] = field(default_factory=dict)
    """The policies of resources by the resources' ARNs, as far as they are known."""
    at: datetime | None = None
    """When it was read: what policies allow or deny by time is decided for then; None where it is not known."""

    @property
    def knows_scps(self) -> bool:
        """Whether it is known which service control policies there are."""
        return bool(self.scps) or self.guardrails.scps is not None
