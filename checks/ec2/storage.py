"""How EBS keeps data: encryption, and who can copy it."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.ec2.resources import Region, Snapshot

USER_GUIDE: Final = "https://docs.aws.amazon.com/ebs/latest/userguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"


@check(
    "ec2-region-ebs-encrypted-by-default",
    Severity.MEDIUM,
    reads=[Region.ebs_encrypted],
    references=[f"{USER_GUIDE}/encryption-by-default.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 enable-ebs-encryption-by-default --region {resource.region}",
        text="Volumes and snapshots there are stay as they are: copy them to encrypt them.",
    ),
)
def region_ebs_encrypted_by_default(region: Region) -> Problems:
    """New EBS volumes and snapshots are encrypted by default in the region.

    What is created without a choice of its own is then never stored in the clear.
    """
    if not region.ebs_encrypted:
        yield Problem(f"EBS encryption by default is off in {region.id}", found=False, expected="on")


@check(
    "ec2-snapshot-not-public",
    Severity.CRITICAL,
    reads=[Snapshot.shared_with_all],
    references=[f"{USER_GUIDE}/ebs-modifying-snapshot-permissions.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-snapshot-attribute --region {resource.region} --snapshot-id {resource.id} "
        "--attribute createVolumePermission --operation-type remove --group-names all",
        text="Take its data for stolen: whoever copied it keeps the copy.",
    ),
)
def snapshot_not_public(snapshot: Snapshot) -> Problems:
    """EBS snapshots are not shared with everyone.

    Every AWS account can find a public snapshot, copy it and read the whole disk. A region's block on public access
    to snapshots hides a shared snapshot but leaves it shared: it is public again once the block is lifted.
    """
    if snapshot.shared_with_all:
        yield Problem(
            "every AWS account may create volumes from the snapshot", found="all", expected="named accounts, or none"
        )
