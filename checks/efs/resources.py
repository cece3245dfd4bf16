"""EFS's resources and where each fact comes from."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auditor import REGIONAL, Asked, Joined, Listed, Listing, Moot, Resource
from auditor.policy import parse
from checks.access.audience import Reading, audience_of
from checks.backup.facts import last_backup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from types_boto3_efs.type_defs import MountTargetDescriptionTypeDef, PosixUserOutputTypeDef

    from auditor.policy import Document

MOUNTED = (
    (re.compile("elasticfilesystem:accessedviamounttarget"), re.compile("true", re.IGNORECASE)),
    (re.compile("elasticfilesystem:accesspointarn"), re.compile(r"arn:[^:]*:elasticfilesystem:[^:]*:\d{12}:.*")),
)
"""The conditions that keep a statement to those who reach a mount target or know an access point.

EFS User Guide, "Blocking public access".
"""
AWS_KEY = "alias/aws/elasticfilesystem"
"""The key that AWS manages for EFS in every account."""


def _aws_key(aliases: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Yield the ARN of the key that AWS manages, which KMS tells only by the alias's own ARN."""
    for alias in aliases:
        yield f"{alias['AliasArn'].removesuffix(AWS_KEY)}key/{alias['TargetKeyId']}"


class FileSystem(Resource, type="AWS::EFS::FileSystem", service="efs", scope=REGIONAL):
    """An EFS file system."""

    listing = Listing(
        "DescribeFileSystems",
        "FileSystems",
        permission="elasticfilesystem:DescribeFileSystems",
        id="FileSystemId",
        arn="{FileSystemArn}",
        name="Name",
        tags="Tags",
    )

    created = Listed[datetime]("CreationTime")
    encrypted = Listed[bool]("Encrypted")
    # An unencrypted file system has no key.
    key = Listed["str | None"]("KmsKeyId", default=None)
    key_is_managed_by_aws = Joined[bool](
        "ListAliases",
        f"Aliases[?AliasName=='{AWS_KEY}' && TargetKeyId]",
        service="kms",
        decode=_aws_key,
        match="{KmsKeyId}",
        value=lambda _row: True,
        default=False,
        Limit=100,
    )
    # A file system in several Availability Zones has no such member.
    zone = Listed["str | None"]("AvailabilityZoneName", default=None)
    mount_target_count = Listed[int]("NumberOfMountTargets")
    mount_targets = Asked["list[MountTargetDescriptionTypeDef]"](
        "DescribeMountTargets",
        "MountTargets",
        permission="elasticfilesystem:DescribeMountTargets",
        moot=Moot(mount_target_count, lambda count: count == 0, then=[]),
        FileSystemId="{id}",
    )
    mounted_zones = Asked["list[str]"](
        "DescribeMountTargets",
        "MountTargets",
        permission="elasticfilesystem:DescribeMountTargets",
        moot=Moot(mount_target_count, lambda count: count == 0, then=[]),
        parse=lambda targets: sorted({each["AvailabilityZoneName"] for each in targets}),
        FileSystemId="{id}",
    )
    backup_policy = Asked[str](
        "DescribeBackupPolicy",
        "BackupPolicy.Status",
        permission="elasticfilesystem:DescribeBackupPolicy",
        absent={"PolicyNotFound": "DISABLED"},
        FileSystemId="{id}",
    )
    policy = Asked["Document | None"](
        "DescribeFileSystemPolicy",
        "Policy",
        permission="elasticfilesystem:DescribeFileSystemPolicy",
        absent={"PolicyNotFound": None},
        parse=parse,
        FileSystemId="{id}",
    )
    audience = audience_of(policy, Reading(("elasticfilesystem:ClientMount",), places=MOUNTED))
    """Whom the policy lets in from outside the account."""
    last_backup = last_backup()


class AccessPoint(Resource, type="AWS::EFS::AccessPoint", service="efs", scope=REGIONAL):
    """An access point of a file system."""

    listing = Listing(
        "DescribeAccessPoints",
        "AccessPoints",
        permission="elasticfilesystem:DescribeAccessPoints",
        id="AccessPointId",
        arn="{AccessPointArn}",
        name="Name",
        tags="Tags",
        MaxResults=1000,
    )

    root = Listed[str]("RootDirectory.Path")
    # An access point that enforces no user has no such member.
    user = Listed["PosixUserOutputTypeDef | None"]("PosixUser", default=None)
