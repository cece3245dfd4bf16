"""RDS: instances, Aurora clusters and snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError
from benchmarks.seeds.seed import by_region

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_ENGINES = (("postgres", "16.3"), ("mysql", "8.0.39"), ("mariadb", "10.11.8"), ("aurora-postgresql", "15.4"))


def fill(seed: Seed, databases: int) -> None:
    """Give the account ``databases`` instances, one cluster for each of Aurora, and a snapshot of every other."""
    instances = [(region, _instance(seed, number, region)) for number, region in seed.spread(databases)]
    clusters = [(region, _cluster(seed, each)) for region, each in instances if "DBClusterIdentifier" in each]
    snapshots = [(region, _snapshot(seed, each)) for region, each in instances[::2]]
    _put(seed, "DescribeDBInstances", "DBInstances", instances)
    _put(seed, "DescribeDBClusters", "DBClusters", clusters)
    _put(seed, "DescribeDBSnapshots", "DBSnapshots", snapshots)
    _put(seed, "DescribeDBClusterSnapshots", "DBClusterSnapshots", [])
    gone = AwsError("DBSnapshotNotFound", "DBSnapshot not found", 404)
    seed.account.put("rds", "DescribeDBSnapshotAttributes", gone)
    for number, (region, snapshot) in enumerate(snapshots):
        _share(seed, number, region, snapshot)


def _put(seed: Seed, operation: str, member: str, placed: list[tuple[str, dict[str, Any]]]) -> None:
    for region, resources in by_region(seed, placed).items():
        seed.account.put("rds", operation, {member: resources}, region=region)


def _instance(seed: Seed, number: int, region: str) -> dict[str, Any]:
    name = f"database-{number:04d}"
    engine, version = _ENGINES[number % len(_ENGINES)]
    encrypted = number % 3 != 0
    instance = {
        "DBInstanceIdentifier": name,
        "DBInstanceClass": "db.t4g.medium",
        "Engine": engine,
        "EngineVersion": version,
        "DBInstanceStatus": "available",
        "MasterUsername": "postgres" if number % 2 else seed.text("application", number),
        "Endpoint": {
            "Address": f"{name}.abcdefghijkl.{region}.rds.amazonaws.com",
            "Port": 5432,
            "HostedZoneId": "Z2R2ITUGPM61AM",
        },
        "AllocatedStorage": 100,
        "InstanceCreateTime": seed.ago(100 + number),
        "PreferredBackupWindow": "03:00-04:00",
        "BackupRetentionPeriod": (0, 1, 7, 30)[number % 4],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": seed.id("sg", number), "Status": "active"}],
        "AvailabilityZone": f"{region}a",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00",
        "MultiAZ": number % 2 == 0,
        "AutoMinorVersionUpgrade": number % 5 != 0,
        "ReadReplicaDBInstanceIdentifiers": [],
        "LicenseModel": "postgresql-license",
        "PubliclyAccessible": number % 6 == 0,
        "StorageType": "gp3",
        "StorageEncrypted": encrypted,
        "DbiResourceId": f"db-{number:026d}",
        "CACertificateIdentifier": "rds-ca-rsa2048-g1",
        "CopyTagsToSnapshot": number % 2 == 0,
        "MonitoringInterval": 0,
        "DBInstanceArn": seed.arn("rds", region, f"db:{name}"),
        "IAMDatabaseAuthenticationEnabled": number % 4 == 1,
        "PerformanceInsightsEnabled": False,
        "EnabledCloudwatchLogsExports": ["postgresql"] if number % 2 else [],
        "DeletionProtection": number % 3 == 0,
        "TagList": seed.tags(name, number),
    }
    if encrypted:
        instance["KmsKeyId"] = seed.arn("kms", region, "key/00000000-0000-4000-8000-000000000002")
    if engine.startswith("aurora"):
        instance["DBClusterIdentifier"] = f"cluster-{number:04d}"
    return instance


def _cluster(seed: Seed, instance: dict[str, Any]) -> dict[str, Any]:
    name = instance["DBClusterIdentifier"]
    region = instance["AvailabilityZone"][:-1]
    same = ("Engine", "EngineVersion", "MasterUsername", "StorageEncrypted", "DeletionProtection", "TagList")
    return {
        **{key: instance[key] for key in same},
        "DBClusterIdentifier": name,
        "DBClusterArn": seed.arn("rds", region, f"cluster:{name}"),
        "Status": "available",
        "MultiAZ": instance["MultiAZ"],
        "BackupRetentionPeriod": instance["BackupRetentionPeriod"] or 1,
        "AvailabilityZones": [f"{region}{zone}" for zone in "abc"],
        "DBClusterMembers": [
            {"DBInstanceIdentifier": instance["DBInstanceIdentifier"], "IsClusterWriter": True, "PromotionTier": 1}
        ],
        "Port": 5432,
        "ClusterCreateTime": instance["InstanceCreateTime"],
        "EngineMode": "provisioned",
        "AutoMinorVersionUpgrade": True,
    }


def _snapshot(seed: Seed, instance: dict[str, Any]) -> dict[str, Any]:
    region = instance["AvailabilityZone"][:-1]
    name = f"{instance['DBInstanceIdentifier']}-before-upgrade"
    same = ("DBInstanceIdentifier", "Engine", "EngineVersion", "AllocatedStorage", "AvailabilityZone", "TagList")
    return {
        **{key: instance[key] for key in same},
        "DBSnapshotIdentifier": name,
        "DBSnapshotArn": seed.arn("rds", region, f"snapshot:{name}"),
        "SnapshotType": "manual",
        "Status": "available",
        "SnapshotCreateTime": seed.ago(20),
        "Encrypted": instance["StorageEncrypted"],
        "PercentProgress": 100,
    }


def _share(seed: Seed, number: int, region: str, snapshot: dict[str, Any]) -> None:
    with_whom = {0: ["210987654321"] if snapshot["Encrypted"] else ["all"], 1: ["210987654321"]}.get(number % 5, [])
    name = snapshot["DBSnapshotIdentifier"]
    attributes = [{"AttributeName": "restore", "AttributeValues": with_whom}]
    reply = {"DBSnapshotAttributesResult": {"DBSnapshotIdentifier": name, "DBSnapshotAttributes": attributes}}
    seed.account.put("rds", "DescribeDBSnapshotAttributes", reply, region=region, DBSnapshotIdentifier=name)
