"""Whether the account's KMS keys rotate and last."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.kms.resources import ENABLED, YEAR, Key

GUIDE: Final = "https://docs.aws.amazon.com/kms/latest/developerguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html"
LEAVING: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
PRIMARY: Final = "Of a multi-Region key, set it at the primary key: its replicas follow."


@check(
    "kms-key-rotation-enabled",
    Severity.MEDIUM,
    reads=[Key.can_rotate, Key.rotates],
    references=[f"{GUIDE}/rotate-keys.html", CONTROLS],
    fix=Fix(
        cli="aws kms enable-key-rotation --key-id {resource.id} --region {resource.region}",
        terraform='resource "aws_kms_key" "this" {\n  enable_key_rotation = true\n}',
        cloudformation="Type: AWS::KMS::Key\nProperties:\n  EnableKeyRotation: true",
        text=f"Nothing is encrypted anew and no ARN changes. {PRIMARY}",
        cost=True,
    ),
    applies=lambda key: key.can_rotate,
)
def key_rotation_enabled(key: Key) -> Problems:
    """The account's symmetric KMS keys rotate.

    A key whose material never changes protects ever more data, and whoever once learned the material reads all of it.
    KMS rotates enabled keys whose material it made. AWS rotates the keys that it manages by itself.
    """
    if not key.rotates:
        yield Problem("automatic rotation is off", found=False, expected="KeyRotationEnabled: true")


@check(
    "kms-key-rotation-period",
    Severity.LOW,
    reads=[Key.can_rotate, Key.rotates, Key.rotation_days],
    references=[f"{GUIDE}/rotate-keys.html"],
    fix=Fix(
        cli="aws kms enable-key-rotation --key-id {resource.id} --region {resource.region} "
        "--rotation-period-in-days 365",
        terraform='resource "aws_kms_key" "this" {\n  enable_key_rotation     = true\n'
        "  rotation_period_in_days = 365\n}",
        text=PRIMARY,
        cost=True,
    ),
    applies=lambda key: key.can_rotate and key.rotates,
)
def key_rotation_period(key: Key, *, max_days: int = YEAR) -> Problems:
    """KMS keys that rotate do so at least once a year.

    A period can be set of up to seven years, which is hardly a rotation.
    """
    if key.rotation_days > max_days:
        summary = f"the key rotates every {key.rotation_days} days"
        yield Problem(summary, found=key.rotation_days, expected=f"at most {max_days} days")


@check(
    "kms-key-not-pending-deletion",
    Severity.CRITICAL,
    reads=[Key.is_own, Key.state, Key.deletion],
    references=[f"{GUIDE}/deleting-keys.html", CONTROLS],
    fix=Fix(
        cli="aws kms cancel-key-deletion --key-id {resource.id} --region {resource.region}",
        text="The key is then disabled: `aws kms enable-key` lets it be used again. Where it is to go, see in "
        "CloudTrail first that nothing uses it, and accept the finding.",
    ),
    applies=lambda key: key.is_own,
)
def key_not_pending_deletion(key: Key) -> Problems:
    """KMS keys are not scheduled for deletion.

    What is encrypted with a key is lost with it, backups included, and nobody can bring it back. An intruder needs one
    call to schedule it.
    """
    if key.state in LEAVING:
        when = f"on {key.deletion:%Y-%m-%d}" if key.deletion else "when its replicas are gone"
        yield Problem(f"KMS deletes the key {when}", found=key.state, expected=ENABLED)


@check(
    "kms-key-material-lasts",
    Severity.MEDIUM,
    reads=[Key.is_own, Key.state, Key.valid_to],
    references=[f"{GUIDE}/importing-keys.html"],
    fix=Fix(
        text="Import the same key material again with `aws kms import-key-material`, with a later date or with the "
        "expiration model KEY_MATERIAL_DOES_NOT_EXPIRE."
    ),
    applies=lambda key: key.is_own and key.state == ENABLED and key.valid_to is not None,
)
def key_material_lasts(key: Key, *, min_days: int = 30) -> Problems:
    """Imported key material does not expire soon.

    KMS deletes the material on the date that was given with it. All that it protects is unreadable from then on, and
    stays so if nobody kept a copy of the material.
    """
    left = key.valid_to - key.at if key.valid_to else None
    if left is not None and left < timedelta(days=min_days):
        summary = f"the key material expires in {left.days} days"
        yield Problem(summary, found=key.valid_to, expected=f"not within {min_days} days")
