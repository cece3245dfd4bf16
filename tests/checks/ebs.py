from datetime import timedelta

from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.ebs.regions import (
    region_ebs_customer_key,
    region_ebs_encrypted_by_default,
    region_snapshot_public_access_blocked,
)
from checks.ebs.resources import EbsRegion, Snapshot, Volume
from checks.ebs.snapshots import (
    snapshot_archived,
    snapshot_encrypted,
    snapshot_fast_restore_off,
    snapshot_not_public,
)
from checks.ebs.volumes import volume_attached, volume_backed_up, volume_encrypted, volume_recent_snapshot
from checks.ec2.resources import Image, Instance

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
AWS_KEY = "arn:aws:kms:eu-west-1:123456789012:alias/aws/ebs"
BACKUP_REFUSED = refused("backup:ListProtectedResources")


def ago(days):
    return NOW - timedelta(days=days)


def region(**facts):
    return fake(EbsRegion, region="eu-west-1", **facts)


def volume(*, state="in-use", created=100, encrypted=True, backup=None, instances=()):
    last = ago(backup) if isinstance(backup, int) else backup
    told = {"encrypted": encrypted, "last_backup": last, "instances": list(instances)}
    return fake(Volume, "vol-1", state=state, created=ago(created), **told)


def snapshot(taken=1, *, of="vol-1", state="completed", **facts):
    return fake(Snapshot, f"snap-{of}-{taken}", volume=of, started=ago(taken), state=state, **facts)


CASES: list[Case] = [
    # Regions.
    passes(region_ebs_encrypted_by_default, region(encrypted=True)),
    fails(region_ebs_encrypted_by_default, region(encrypted=False), says="off in eu-west-1"),
    unknown(region_ebs_encrypted_by_default, region(encrypted=refused("ec2:GetEbsEncryptionByDefault"))),
    passes(region_ebs_customer_key, region(default_key=KEY)),
    passes(region_ebs_customer_key, region(default_key="arn:aws:kms:eu-west-1:123456789012:alias/storage")),
    fails(region_ebs_customer_key, region(default_key="alias/aws/ebs"), says="AWS manages"),
    fails(region_ebs_customer_key, region(default_key=AWS_KEY)),
    unknown(region_ebs_customer_key, region(default_key=refused("ec2:GetEbsDefaultKmsKeyId"))),
    passes(region_snapshot_public_access_blocked, region(snapshot_block="block-all-sharing")),
    fails(region_snapshot_public_access_blocked, region(snapshot_block="unblocked"), says="not blocked"),
    fails(
        region_snapshot_public_access_blocked,
        region(snapshot_block="block-new-sharing"),
        says="new snapshots only",
        doubt="Where only new sharing is blocked, what was shared before is still public.",
    ),
    unknown(region_snapshot_public_access_blocked, region(snapshot_block=refused())),
    # Volumes.
    passes(volume_encrypted, volume()),
    fails(volume_encrypted, volume(encrypted=False), says="the volume, in-use, is not encrypted"),
    fails(
        volume_encrypted,
        volume(state="available", encrypted=False),
        doubt="A volume that nothing is attached to holds data all the same.",
    ),
    unknown(volume_encrypted, fake(Volume, "vol-1", encrypted=refused("ec2:DescribeVolumes"))),
    passes(volume_attached, volume()),
    fails(volume_attached, volume(state="available"), says="nothing is attached"),
    passes(volume_attached, volume(state="available", created=6), doubt="A new volume may wait for its instance."),
    passes(volume_attached, volume(state="available", created=20), days=30),
    unknown(volume_attached, fake(Volume, "vol-1", state="available", created=refused())),
    # Recent snapshots.
    passes(volume_recent_snapshot, volume(), snapshot(6)),
    passes(volume_recent_snapshot, volume(), snapshot(50), snapshot(2)),
    passes(volume_recent_snapshot, volume(), snapshot(1, state="pending")),
    passes(volume_recent_snapshot, volume(backup=3), doubt="A backup by AWS Backup counts like a snapshot."),
    passes(volume_recent_snapshot, volume(backup=BACKUP_REFUSED), snapshot(3)),
    passes(
        volume_recent_snapshot, volume(created=3), doubt="A volume of three days is not due for its first snapshot."
    ),
    passes(volume_recent_snapshot, volume(), snapshot(20), days=30),
    fails(
        volume_recent_snapshot,
        volume(),
        snapshot(1, of="vol-ffffffff"),
        doubt="The copy of a snapshot bears no volume's id: the snapshot it was copied from counts.",
    ),
    fails(volume_recent_snapshot, volume(), says="no snapshot in the last 7 days"),
    fails(volume_recent_snapshot, volume(), snapshot(8)),
    fails(volume_recent_snapshot, volume(), snapshot(1, of="vol-2")),
    fails(volume_recent_snapshot, volume(), snapshot(1, state="error")),
    fails(
        volume_recent_snapshot,
        volume(),
        snapshot(1, state="recoverable"),
        doubt="A snapshot in the Recycle Bin was deleted: it is gone unless somebody fetches it back.",
    ),
    inapplicable(volume_recent_snapshot, volume(state="deleting")),
    unknown(volume_recent_snapshot, volume(backup=BACKUP_REFUSED), says="backup:ListProtectedResources"),
    unknown(volume_recent_snapshot, volume(), unlisted=[Snapshot], says="ec2:DescribeSnapshots"),
    # AWS Backup.
    passes(volume_backed_up, volume(backup=30)),
    passes(volume_backed_up, volume(created=30)),
    fails(volume_backed_up, volume(), says="never"),
    passes(
        volume_backed_up,
        volume(instances=["i-1"]),
        fake(Instance, "i-1", last_backup=ago(3)),
        doubt="A backup of a whole instance keeps its volumes, which AWS Backup does not list besides.",
    ),
    fails(volume_backed_up, volume(instances=["i-1"]), fake(Instance, "i-1", last_backup=None)),
    unknown(volume_backed_up, volume(instances=["i-1"]), unlisted=[Instance], says="ec2:DescribeInstances"),
    fails(volume_backed_up, volume(backup=36), says="days ago"),
    fails(volume_backed_up, volume(backup=30), days=7),
    fails(volume_backed_up, volume(), snapshot(1), doubt="A snapshot made by hand is no backup by AWS Backup."),
    inapplicable(volume_backed_up, volume(state="deleted")),
    unknown(volume_backed_up, volume(backup=BACKUP_REFUSED), says="backup:ListProtectedResources"),
    # Snapshots.
    passes(snapshot_not_public, fake(Snapshot, shared_with_all=False)),
    fails(
        snapshot_not_public,
        fake(Snapshot, shared_with_all=True),
        region(snapshot_block="block-new-sharing"),
        says="every AWS account",
    ),
    passes(
        snapshot_not_public,
        fake(Snapshot, shared_with_all=True),
        region(snapshot_block="block-all-sharing"),
        doubt="Where the region blocks all public sharing, AWS treats a snapshot shared with everyone as private.",
    ),
    unknown(snapshot_not_public, fake(Snapshot, shared_with_all=True), region(snapshot_block=refused())),
    unknown(snapshot_not_public, fake(Snapshot, shared_with_all=refused("ec2:DescribeSnapshots"))),
    passes(snapshot_encrypted, fake(Snapshot, encrypted=True)),
    fails(snapshot_encrypted, fake(Snapshot, encrypted=False), says="not encrypted"),
    unknown(snapshot_encrypted, fake(Snapshot, encrypted=refused())),
    passes(snapshot_archived, snapshot(360, tier="standard")),
    passes(snapshot_archived, snapshot(400, tier="archive")),
    passes(snapshot_archived, snapshot(400, tier="standard"), days=3650),
    fails(snapshot_archived, snapshot(400, tier="standard"), says="400 days old"),
    passes(
        snapshot_archived,
        snapshot(400, tier="standard"),
        fake(Image, snapshots=["snap-vol-1-400"]),
        doubt="The snapshot of a registered image cannot be archived.",
    ),
    fails(snapshot_archived, snapshot(400, tier="standard"), fake(Image, snapshots=["snap-other"])),
    unknown(snapshot_archived, snapshot(400, tier=refused())),
    unknown(snapshot_archived, snapshot(400, tier="standard"), unlisted=[Image], says="ec2:DescribeImages"),
    passes(snapshot_fast_restore_off, snapshot(400, restored_fast=[])),
    passes(snapshot_fast_restore_off, snapshot(10, restored_fast=["eu-west-1a"])),
    fails(snapshot_fast_restore_off, snapshot(40, restored_fast=["eu-west-1a", "eu-west-1b"]), says="eu-west-1a, eu-"),
    unknown(snapshot_fast_restore_off, snapshot(40, restored_fast=refused("ec2:DescribeFastSnapshotRestores"))),
]
