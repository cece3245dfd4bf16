"""Which operations an audit may call: reads of configuration, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from auditor.call import Call

READ_ONLY: Final = re.compile(r"(Get|List|Describe|Head|BatchGet)[A-Z]\w*")
"""The operations that may be called."""

SECRET_READS: Final = frozenset(
    {
        ("ecr", "GetAuthorizationToken"),
        ("ec2", "GetPasswordData"),
        ("lambda", "GetFunction"),
        ("s3", "GetObject"),
        ("secretsmanager", "BatchGetSecretValue"),
        ("secretsmanager", "GetSecretValue"),
        ("sso", "GetRoleCredentials"),
        ("sts", "GetFederationToken"),
        ("sts", "GetSessionToken"),
    }
)
"""Reads that return secrets, code or data: an auditor never needs them."""

STARTS: Final = {("iam", "GetCredentialReport"): "GenerateCredentialReport"}
"""Reports that AWS must be told to make before they can be read: the named exceptions. They change nothing."""

JOBS: Final = frozenset({("iam", "GenerateServiceLastAccessedDetails")})
"""Reports that AWS makes one for each call and names in its reply: they too are exceptions, and change nothing."""

AWAITED: Final = {("iam", "GetServiceLastAccessedDetails"): "JobStatus"}
"""The member by which a reply says how far the report has come that it is to hold."""


class NotReadOnlyError(Exception):
    """A declared operation may change something or return a secret; it is never called."""


def reads_configuration(service: str, operation: str) -> bool:
    """Return whether an operation reads configuration, and nothing secret, or has AWS make a report of it."""
    reads = READ_ONLY.fullmatch(operation) is not None and (service, operation) not in SECRET_READS
    return reads or (service, operation) in JOBS


def ensure_read_only(call: Call) -> None:
    """Raise NotReadOnlyError unless the call only reads configuration."""
    if not reads_configuration(call.service, call.operation):
        message = f"{call.service}:{call.operation} is not a read of configuration"
        raise NotReadOnlyError(message)
