"""KMS's resources and where each fact comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor import REGIONAL, Asked, Joined, Listing, Moot, Resource, derived
from auditor.policy import parse
from checks.access.audience import Reading, audience_of

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.facts import Fact
    from auditor.policy import Document

ENABLED: Final = "Enabled"
SYMMETRIC: Final = "SYMMETRIC_DEFAULT"
BY_KMS: Final = "AWS_KMS"
YEAR: Final = 365
CERTIFIED: Final = (
    (re.compile("kms:grantee(service)?principal"), re.compile(r"arn:.*:\d{12}:.*|[a-z.-]+", re.DOTALL)),
    (re.compile("kms:recipientattestation:.*"), re.compile("[^*?]+")),
)
"""The conditions that limit a key to grants for known principals, or to known enclaves."""


def _metadata(member: str, aws_managed: Fact[bool], then: str) -> Asked[str]:
    """Return the fact that a member of the key's metadata tells: one call for all of them, and none for AWS's keys."""
    return Asked("DescribeKey", f"KeyMetadata.{member}", KeyId="{arn}", moot=Moot(aws_managed, bool, then))


def _date(member: str, aws_managed: Fact[bool]) -> Asked[datetime | None]:
    """Return the fact of a date that is left out where it does not apply; to AWS's keys none does."""
    return Asked(
        "DescribeKey", f"KeyMetadata.{member}", KeyId="{arn}", default=None, moot=Moot(aws_managed, bool, then=None)
    )


class Key(Resource, type="AWS::KMS::Key", service="kms", scope=REGIONAL):
    """A KMS key of the account: its own, or one that AWS made in it for a service."""

    listing = Listing("ListKeys", "Keys", id="KeyId", arn="{KeyArn}", Limit=1000)

    # AWS gives each key that it makes in the account for a service an alias that nobody else can give.
    is_managed_by_aws = Joined[bool](
        "ListAliases",
        "Aliases[?starts_with(AliasName, 'alias/aws/') && TargetKeyId]",
        key="TargetKeyId",
        value=lambda _row: True,
        default=False,
        Limit=100,
    )
    manager = _metadata("KeyManager", is_managed_by_aws, "AWS")
    state = _metadata("KeyState", is_managed_by_aws, ENABLED)
    spec = _metadata("KeySpec", is_managed_by_aws, SYMMETRIC)
    origin = _metadata("Origin", is_managed_by_aws, BY_KMS)
    deletion = _date("DeletionDate", is_managed_by_aws)
    valid_to = _date("ValidTo", is_managed_by_aws)

    @derived(manager)
    def is_own(self) -> bool:
        """Whether the account manages the key. AWS alone rotates its own and writes their policies."""
        return self.manager == "CUSTOMER"

    @derived(is_own, state, spec, origin)
    def can_rotate(self) -> bool:
        """Whether KMS can be told to rotate the key, and would do so now.

        It can for the account's own symmetric keys whose material KMS made, and does while they are enabled (KMS API
        Reference, "GetKeyRotationStatus").
        """
        kind = self.spec, self.origin, self.state
        return self.is_own and kind == (SYMMETRIC, BY_KMS, ENABLED)

    rotates = Asked[bool](
        "GetKeyRotationStatus",
        "KeyRotationEnabled",
        KeyId="{arn}",
        moot=Moot(can_rotate, lambda can: not can, then=False),
    )
    rotation_days = Asked[int](
        "GetKeyRotationStatus",
        "RotationPeriodInDays",
        default=YEAR,
        KeyId="{arn}",
        moot=Moot(can_rotate, lambda can: not can, then=0),
    )
    policy = Asked["Document | None"](
        "GetKeyPolicy",
        "Policy",
        KeyId="{arn}",
        PolicyName="default",
        parse=parse,
        moot=Moot(is_own, lambda own: not own, then=None),
    )

    audience = audience_of(policy, Reading(("kms:Decrypt",), places=CERTIFIED))
    """Whom the key policy lets in from outside the account. Grants, which only KMS tells, are not looked at."""
