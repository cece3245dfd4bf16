"""EFS, AWS Backup and the Recycle Bin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from benchmarks.account import AwsError
from benchmarks.seeds.seed import key_id

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_NO_POLICY: Final = AwsError("PolicyNotFound", "There is no policy.", 404)
_GONE: Final = AwsError("FileSystemNotFound", "There is no such file system.", 404)
_MANAGED_BY_AWS: Final = 102


def fill(seed: Seed, file_systems: int) -> None:
    """Give the account that many file systems, what AWS Backup protects, and rules of the Recycle Bin."""
    placed = [(region, _file_system(seed, number, region)) for number, region in seed.spread(file_systems)]
    seed.place("efs", "DescribeFileSystems", "FileSystems", placed)
    points = [(region, _access_point(seed, number, each)) for number, (region, each) in enumerate(placed)]
    seed.place("efs", "DescribeAccessPoints", "AccessPoints", points)
    for operation in ("DescribeMountTargets", "DescribeBackupPolicy", "DescribeFileSystemPolicy"):
        seed.account.put("efs", operation, _GONE)
    for number, (region, each) in enumerate(placed):
        _details(seed, number, region, each)
    protected = [(region, _protected(seed, each["FileSystemArn"], "EFS")) for region, each in placed[::2]]
    volumes = [seed.arn("ec2", region, f"volume/{seed.id('vol', number)}") for number, region in seed.spread(10)]
    protected += [(arn.split(":")[3], _protected(seed, arn, "EBS")) for arn in volumes]
    seed.place("backup", "ListProtectedResources", "Results", protected)
    _recycle_bin(seed)


def _file_system(seed: Seed, number: int, region: str) -> dict[str, Any]:
    identity = seed.id("fs", number)
    encrypted = number % 4 != 0
    key = seed.arn("kms", region, f"key/{key_id(region, _MANAGED_BY_AWS if number % 2 else 0)}")
    return {
        "OwnerId": seed.account.id,
        "CreationToken": f"token-{number}",
        "FileSystemId": identity,
        "FileSystemArn": seed.arn("elasticfilesystem", region, f"file-system/{identity}"),
        "CreationTime": seed.ago(300),
        "LifeCycleState": "available",
        "Name": seed.text(f"files-{number:03d}", number, json=True),
        "NumberOfMountTargets": number % 2,
        "SizeInBytes": {"Value": 6144},
        "PerformanceMode": "generalPurpose",
        "Encrypted": encrypted,
        "Tags": seed.tags(f"files-{number:03d}", number),
        **({"KmsKeyId": key} if encrypted else {}),
    }


def _access_point(seed: Seed, number: int, file_system: dict[str, Any]) -> dict[str, Any]:
    identity = seed.id("fsap", number)
    arn = file_system["FileSystemArn"].partition("file-system/")[0] + f"access-point/{identity}"
    point = {
        "AccessPointId": identity,
        "AccessPointArn": arn,
        "FileSystemId": file_system["FileSystemId"],
        "RootDirectory": {"Path": "/shared" if number % 3 else "/"},
        "OwnerId": seed.account.id,
        "LifeCycleState": "available",
        "Tags": [],
    }
    return point | ({"PosixUser": {"Uid": 1000, "Gid": 1000}} if number % 2 else {})


def _details(seed: Seed, number: int, region: str, file_system: dict[str, Any]) -> None:
    identity = file_system["FileSystemId"]
    target = {
        "OwnerId": seed.account.id,
        "MountTargetId": seed.id("fsmt", number),
        "FileSystemId": identity,
        "SubnetId": seed.subnet_id(region),
        "LifeCycleState": "available",
        "VpcId": seed.vpc_id(region),
        "AvailabilityZoneName": f"{region}a",
    }
    statement = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "elasticfilesystem:ClientMount"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    replies: dict[str, dict[str, Any] | AwsError] = {
        "DescribeMountTargets": {"MountTargets": [target] * file_system["NumberOfMountTargets"]},
        "DescribeBackupPolicy": {"BackupPolicy": {"Status": "ENABLED"}} if number % 3 == 0 else _NO_POLICY,
        "DescribeFileSystemPolicy": {"FileSystemId": identity, "Policy": policy} if number % 5 == 0 else _NO_POLICY,
    }
    for operation, reply in replies.items():
        seed.account.put("efs", operation, reply, region=region, FileSystemId=identity)


def _protected(seed: Seed, arn: str, kind: str) -> dict[str, Any]:
    return {"ResourceArn": arn, "ResourceType": kind, "LastBackupTime": seed.ago(2)}


def _recycle_bin(seed: Seed) -> None:
    """Keep what is deleted of a type in every other region."""
    seed.account.put("rbin", "GetRule", AwsError("ResourceNotFoundException", "There is no such rule.", 404))
    for kind, first in (("EBS_SNAPSHOT", 0), ("EC2_IMAGE", 1)):
        rules = [(region, _rule(seed, kind, region)) for region in seed.regions[first::2]]
        seed.place("rbin", "ListRules", "Rules", rules, ResourceType=kind)
        for region, rule in rules:
            details = rule | {"ResourceType": kind, "ResourceTags": [], "Status": "available"}
            seed.account.put("rbin", "GetRule", details, region=region, Identifier=rule["Identifier"])


def _rule(seed: Seed, kind: str, region: str) -> dict[str, Any]:
    identity = f"{kind[-5:].lower()}{seed.regions.index(region):06d}"
    keeps = {"RetentionPeriodValue": 14, "RetentionPeriodUnit": "DAYS"}
    return {"Identifier": identity, "RetentionPeriod": keeps, "RuleArn": seed.arn("rbin", region, f"rule/{identity}")}
