"""EBS's resources and where each fact comes from."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from auditor import REGIONAL, Asked, Joined, Listed, Listing, Resource
from checks.backup.facts import last_backup

NAME_TAG: Final = "Tags[?Key=='Name'].Value | [0]"


class EbsRegion(Resource, type="AWS::::Account", service="ec2", scope=REGIONAL):
    """EBS's settings for the account in one region."""

    encrypted = Asked[bool]("GetEbsEncryptionByDefault", "EbsEncryptionByDefault")
    default_key = Asked[str]("GetEbsDefaultKmsKeyId", "KmsKeyId")
    snapshot_block = Asked[str]("GetSnapshotBlockPublicAccessState", "State")


class Volume(Resource, type="AWS::EC2::Volume", service="ec2", scope=REGIONAL):
    """An EBS volume."""

    listing = Listing(
        "DescribeVolumes",
        "Volumes",
        id="VolumeId",
        arn="arn:{partition}:ec2:{region}:{account}:volume/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    state = Listed[str]("State")
    encrypted = Listed[bool]("Encrypted")
    created = Listed[datetime]("CreateTime")
    instances = Listed["list[str]"]("Attachments[?State=='attached'].InstanceId", default=[])
    last_backup = last_backup()


class Snapshot(Resource, type="AWS::EC2::Snapshot", service="ec2", scope=REGIONAL):
    """An EBS snapshot that the account owns."""

    # AWS's own ARNs of snapshots leave the account out.
    listing = Listing(
        "DescribeSnapshots",
        "Snapshots",
        id="SnapshotId",
        arn="arn:{partition}:ec2:{region}::snapshot/{id}",
        name=NAME_TAG,
        tags="Tags",
        OwnerIds=["self"],
        MaxResults=1000,
    )

    state = Listed[str]("State")
    volume = Listed[str]("VolumeId")
    started = Listed[datetime]("StartTime")
    encrypted = Listed[bool]("Encrypted")
    tier = Listed[str]("StorageTier")
    shared_with_all = Joined[bool](
        "DescribeSnapshots",
        "Snapshots",
        key="SnapshotId",
        value=lambda _row: True,
        default=False,
        OwnerIds=["self"],
        RestorableByUserIds=["all"],
        MaxResults=1000,
    )
    restored_fast = Joined["list[str]"](
        "DescribeFastSnapshotRestores",
        "FastSnapshotRestores[?State!='disabled' && State!='disabling']",
        decode=lambda rows: _zones(rows).items(),
        key="[0]",
        value=lambda row: row[1],
        default=[],
        MaxResults=200,
    )


def _zones(rows: list[dict[str, str]]) -> dict[str, list[str]]:
    """Return the Availability Zones in which each snapshot is restored fast."""
    zones: dict[str, list[str]] = {}
    for row in rows:
        zones.setdefault(row["SnapshotId"], []).append(row["AvailabilityZone"])
    return zones
