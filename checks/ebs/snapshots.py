"""Snapshots: who can copy them, whether they are encrypted, and what they cost."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import both
from checks.ebs.resources import EbsRegion, Snapshot
from checks.ec2.resources import Image

USER_GUIDE: Final = "https://docs.aws.amazon.com/ebs/latest/userguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"


@check(
    "ec2-snapshot-not-public",
    Severity.CRITICAL,
    reads=[Snapshot.shared_with_all, EbsRegion.snapshot_block],
    references=[f"{USER_GUIDE}/ebs-modifying-snapshot-permissions.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-snapshot-attribute --region {resource.region} --snapshot-id {resource.id} "
        "--attribute createVolumePermission --operation-type remove --group-names all",
        text="Take its data for stolen: whoever copied it keeps the copy.",
    ),
)
def snapshot_not_public(snapshot: Snapshot, inventory: Inventory) -> Problems:
    """EBS snapshots are not shared with everyone.

    Every AWS account can find a public snapshot, copy it and read the whole disk. Where the region blocks all public
    sharing, a shared snapshot is private; it is public again once the block is lifted.
    """

    def unblocked() -> bool:
        return inventory.one(EbsRegion, snapshot.region).snapshot_block != "block-all-sharing"

    if both(lambda: snapshot.shared_with_all, unblocked):
        yield Problem(
            "every AWS account may create volumes from the snapshot", found="all", expected="named accounts, or none"
        )


@check(
    "ec2-snapshot-encrypted",
    Severity.MEDIUM,
    reads=[Snapshot.encrypted],
    references=[f"{USER_GUIDE}/ebs-copy-snapshot.html"],
    fix=Fix(
        cli="aws ec2 wait snapshot-completed --region {resource.region} --snapshot-ids ENCRYPTED_COPY && "
        "aws ec2 delete-snapshot --region {resource.region} --snapshot-id {resource.id}",
        text="Make ENCRYPTED_COPY first, with copy-snapshot --encrypted, and deregister images that use the original. "
        "AWS Backup deletes its own snapshots: copy and delete those there.",
        replacement=True,
        cost=True,
    ),
)
def snapshot_encrypted(snapshot: Snapshot) -> Problems:
    """EBS snapshots are encrypted.

    Volumes created from an unencrypted snapshot are in the clear, and it can be shared with anyone: an encrypted one
    can never be made public.
    """
    if not snapshot.encrypted:
        yield Problem("the snapshot is not encrypted", found=False, expected="encrypted")


@check(
    "ec2-snapshot-archived",
    Severity.LOW,
    reads=[Snapshot.started, Snapshot.tier, Image.snapshots],
    references=[f"{USER_GUIDE}/snapshot-archive.html"],
    fix=Fix(
        cli="aws ec2 modify-snapshot-tier --region {resource.region} --snapshot-id {resource.id} "
        "--storage-tier archive",
        text="Delete it if it need not be kept; AWS Backup's are archived and deleted by the lifecycle of their "
        "plan. An archived snapshot is kept, and paid for, at least 90 days, and "
        "takes up to 72 hours to restore.",
    ),
)
def snapshot_archived(snapshot: Snapshot, inventory: Inventory, *, days: int = 365) -> Problems:
    """Old EBS snapshots are archived or deleted.

    What is kept for the record and never restored costs a quarter in the archive tier. The snapshots of registered
    images cannot be archived: whether an image is too old is asked of the image.
    """
    age = snapshot.at - snapshot.started
    old = snapshot.tier == "standard" and age > timedelta(days=days)
    if old and not inventory.related(Image.snapshots, snapshot.id, snapshot.region):
        yield Problem(
            f"the snapshot is {age.days} days old and in the standard tier",
            found=snapshot.started,
            expected=f"archived or deleted after {days} days",
        )


@check(
    "ec2-snapshot-fast-restore-off",
    Severity.LOW,
    reads=[Snapshot.restored_fast, Snapshot.started],
    references=[f"{USER_GUIDE}/ebs-fast-snapshot-restore.html"],
    fix=Fix(
        cli="aws ec2 disable-fast-snapshot-restores --region {resource.region} --source-snapshot-ids {resource.id} "
        "--availability-zones ZONES",
        text="Volumes created from it afterwards are slow until each block was read once.",
    ),
)
def snapshot_fast_restore_off(snapshot: Snapshot, *, days: int = 30) -> Problems:
    """Only recent EBS snapshots are restored fast.

    Fast restore is charged by the hour for each snapshot and Availability Zone, used or not: on a snapshot that newer
    ones have replaced it is money for nothing.
    """
    if snapshot.restored_fast and snapshot.at - snapshot.started > timedelta(days=days):
        zones = ", ".join(snapshot.restored_fast)
        yield Problem(f"fast restore is on in {zones}", found=snapshot.restored_fast, expected=f"off after {days} days")
