"""Volumes: whether they are encrypted, used and backed up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import either
from checks.backup.facts import overdue
from checks.ebs.resources import Snapshot, Volume
from checks.ec2.resources import Instance

USER_GUIDE: Final = "https://docs.aws.amazon.com/ebs/latest/userguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
HOLDING: Final = frozenset({"available", "in-use"})
"""The states of a volume that holds data."""
COMPLETE: Final = frozenset({"completed", "pending"})
"""The states of a snapshot that keeps its volume's data, or soon will."""


@check(
    "ec2-volume-encrypted",
    Severity.MEDIUM,
    reads=[Volume.encrypted, Volume.state],
    references=[f"{USER_GUIDE}/ebs-encryption.html", CONTROLS],
    fix=Fix(
        text="A volume cannot be encrypted in place: create a snapshot of it, copy the snapshot with encryption, "
        "create a volume from the copy, and put it in the place of the old one.",
        terraform='resource "aws_ebs_volume" "data" {\n  encrypted  = true\n  kms_key_id = aws_kms_key.ebs.arn\n}',
        cloudformation="Type: AWS::EC2::Volume\nProperties:\n  Encrypted: true",
        downtime=True,
        replacement=True,
    ),
)
def volume_encrypted(volume: Volume) -> Problems:
    """EBS volumes are encrypted.

    Whoever gets at the storage, or is given a snapshot, then cannot read the data without a key that can be refused
    and revoked. Volumes that nothing is attached to hold data too, and are judged like those in use.
    """
    if not volume.encrypted:
        yield Problem(f"the volume, {volume.state}, is not encrypted", found=False, expected="encrypted")


@check(
    "ec2-volume-attached",
    Severity.LOW,
    reads=[Volume.state, Volume.created],
    references=[f"{USER_GUIDE}/ebs-detaching-volume.html"],
    fix=Fix(
        cli="aws ec2 delete-volume --region {resource.region} --volume-id {resource.id}",
        text="Create a snapshot of it first, where its data may be needed again.",
    ),
)
def volume_attached(volume: Volume, *, days: int = 7) -> Problems:
    """EBS volumes are attached to something.

    A forgotten volume costs money and keeps data that nobody looks after. One that was created within so many days may
    still be waiting for its instance.
    """
    if volume.state == "available" and volume.at - volume.created > timedelta(days=days):
        yield Problem("nothing is attached to the volume", found=volume.state, expected="in-use")


def _holds_data(volume: Volume) -> bool:
    return volume.state in HOLDING


@check(
    "ec2-volume-recent-snapshot",
    Severity.MEDIUM,
    reads=[Volume.state, Volume.created, Volume.last_backup, Snapshot.volume, Snapshot.state, Snapshot.started],
    references=[f"{USER_GUIDE}/ebs-snapshots.html", f"{USER_GUIDE}/snapshot-lifecycle.html"],
    fix=Fix(
        cli="aws ec2 create-snapshot --region {resource.region} --volume-id {resource.id}",
        text="Have Data Lifecycle Manager or AWS Backup create the following ones on a schedule.",
        cost=True,
    ),
    applies=_holds_data,
)
def volume_recent_snapshot(volume: Volume, inventory: Inventory, *, days: int = 7) -> Problems:
    """EBS volumes have a recent snapshot.

    A volume lives in one Availability Zone, and what is lost or encrypted by an attacker is only as recent as its last
    copy. A backup by AWS Backup counts like a snapshot, and a volume that is younger than ``days`` is not due yet.
    """
    oldest = volume.at - timedelta(days=days)

    def has_snapshot() -> bool:
        taken = inventory.related(Snapshot.volume, volume.id, volume.region)
        return any(each.started >= oldest and each.state in COMPLETE for each in taken)

    def has_backup() -> bool:
        return volume.last_backup is not None and volume.last_backup >= oldest

    if volume.created < oldest and not either(has_snapshot, has_backup):
        yield Problem(f"no snapshot in the last {days} days", expected=f"a snapshot every {days} days")


@check(
    "ec2-volume-backed-up",
    Severity.LOW,
    reads=[Volume.state, Volume.created, Volume.last_backup, Volume.instances, Instance.last_backup],
    references=["https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html", CONTROLS],
    fix=Fix(
        cli="aws backup create-backup-selection --region {resource.region} --backup-plan-id PLAN_ID --backup-selection "
        """'{"SelectionName":"volumes","IamRoleArn":"ROLE_ARN","Resources":["{resource.arn}"]}'""",
        cost=True,
    ),
    applies=_holds_data,
)
def volume_backed_up(volume: Volume, inventory: Inventory, *, days: int = 35) -> Problems:
    """AWS Backup backs EBS volumes up.

    A plan backs up on schedule, keeps copies out of reach of those who can delete the volume, and shows what is
    missing. What counts is a backup within ``days``, of the volume or of the whole instance it is attached to: a plan
    that selects a volume and fails protects nothing. A volume that is younger than that is not due yet.
    """
    oldest = volume.at - timedelta(days=days)

    def with_its_instance() -> bool:
        instances = (inventory.find(Instance, each) for each in volume.instances)
        return any(each.last_backup is not None and each.last_backup >= oldest for each in instances if each)

    def by_itself() -> bool:
        return volume.last_backup is not None and volume.last_backup >= oldest

    if volume.created < oldest and not either(by_itself, with_its_instance):
        yield from overdue(volume.last_backup, volume.at, days)
