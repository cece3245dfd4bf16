"""Who can do what in an account: what the commands that answer it take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor import Inventory, Unseen
from auditor.facts import closure
from auditor.remedies import UNDECIDED
from checks.access.identities import INPUTS, AccountAccess
from checks.access.policies import BUCKET, FILE_SYSTEM, KEY, ROLE, TOPIC
from checks.ec2.resources import Instance
from checks.iam.resources import Role, User
from checks.lambda_.resources import Function
from checks.s3.resources import Bucket

if TYPE_CHECKING:
    from auditor import Resource, graph
    from auditor.facts import Fact
    from auditor.policy import Document
    from checks.access.policies import PolicyKind

POLICIES: Final = {"s3": BUCKET, "kms": KEY, "iam": ROLE, "elasticfilesystem": FILE_SYSTEM, "sns": TOPIC}
"""The resource policies that are read, by the service in the resources' ARNs."""
BESIDE_RIGHTS: Final[tuple[Fact[Any], ...]] = (
    User.credentials,
    User.access_keys,
    Role.instance_profiles,
    Instance.profile,
    Instance.state,
    Function.role,
)
"""What is read of principals beside what decides what they may do."""
PRINCIPALS: Final[frozenset[Fact[Any]]] = closure([AccountAccess.principals])
"""The facts of the principals, and of what runs as the roles."""
RIGHTS: Final[frozenset[Fact[Any]]] = closure(set(INPUTS) - set(BESIDE_RIGHTS)) | {AccountAccess.principals}
"""Those of the principals' policies alone: without them :func:`account` tells nothing of what runs as the roles."""
FACTS: Final[frozenset[Fact[Any]]] = PRINCIPALS | closure(
    (Bucket.ownership, *(fact for kind in POLICIES.values() for fact in (kind.policy, *kind.stopped_by)))
)
"""All facts that the answers take, with those they are computed from."""


def facts_of(arn: str) -> frozenset[Fact[Any]]:
    """Return the facts that tell of a resource's own policy, and of what keeps others out or lets them in beside it."""
    kind = POLICIES.get(service_of(arn))
    lists = (Bucket.ownership,) if kind is BUCKET else ()
    return closure((kind.policy, *kind.stopped_by, *lists)) if kind else frozenset()


def service_of(arn: str) -> str:
    """Return the service in an ARN; empty where the text is none."""
    return arn.split(":", 3)[2] if arn.startswith("arn:") else ""


def account(inventory: Inventory) -> graph.Account:
    """Return the account's principals with their policies; Unseen where they could not be listed."""
    return inventory.one(AccountAccess).principals


def resource_policy(inventory: Inventory, arn: str) -> Document | None:
    """Return the policy of a resource; None where it has none. That of an object in S3 is its bucket's.

    Unseen where it could not be read, or belongs to a service of which no policies are read.
    """
    kind, resource = _found(inventory, arn)
    return kind.documents(resource).get("")


def is_kept_from_public(inventory: Inventory, arn: str) -> bool:
    """Return whether something beside its policy keeps the public out of a resource; Unseen where nobody can tell."""
    kind, resource = _found(inventory, arn)
    return kind.stopped(resource)


def has_access_lists(inventory: Inventory, arn: str) -> bool:
    """Return whether access control lists may let others in beside a resource's policy; Unseen if not known."""
    kind, resource = _found(inventory, arn)
    return kind is BUCKET and Bucket.ownership.__get__(resource, Bucket) != "BucketOwnerEnforced"


def _found(inventory: Inventory, arn: str) -> tuple[PolicyKind, Resource]:
    service = service_of(arn)
    kind = POLICIES.get(service)
    if kind is None:
        raise Unseen(f"policies of {service}", "", UNDECIDED, f"the auditor does not read policies of {service}")
    return kind, inventory.require(kind.resource, arn.partition("/")[0] if kind is BUCKET else arn)
