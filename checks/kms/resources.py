"""KMS's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import REGIONAL, Asked, Listing, Moot, Resource, derived
from auditor.policy import parse
from checks.kms import callers

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.policy import Document

ENABLED: Final = "Enabled"
YEAR: Final = 365


def _metadata(member: str) -> Asked[str]:
    """Return the fact that a member of the key's metadata tells: one call for all of them."""
    return Asked("DescribeKey", f"KeyMetadata.{member}", KeyId="{arn}")


def _date(member: str) -> Asked[datetime | None]:
    """Return the fact of a date that is left out where it does not apply."""
    return Asked("DescribeKey", f"KeyMetadata.{member}", KeyId="{arn}", default=None)


class Key(Resource, type="AWS::KMS::Key", service="kms", scope=REGIONAL):
    """A KMS key of the account: its own, or one that AWS made in it for a service."""

    # Aliases would tell AWS's keys too, but cost a call in every region, where most regions have no such key.
    listing = Listing("ListKeys", "Keys", id="KeyId", arn="{KeyArn}", Limit=1000)

    manager = _metadata("KeyManager")
    state = _metadata("KeyState")
    spec = _metadata("KeySpec")
    origin = _metadata("Origin")
    deletion = _date("DeletionDate")
    valid_to = _date("ValidTo")

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
        return self.is_own and kind == ("SYMMETRIC_DEFAULT", "AWS_KMS", ENABLED)

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

    @derived(policy)
    def is_public(self) -> bool | None:
        """Whether anyone with any AWS account may use the key; None where conditions or a Deny may limit it."""
        return callers.admits_anyone(self.policy) if self.policy else False
