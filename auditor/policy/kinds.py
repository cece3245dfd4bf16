"""The kinds of policies that have a say in a request."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """A kind of policy, as people name it."""

    IDENTITY = "identity policy"
    RESOURCE = "resource policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"
