"""RDS: instances, Aurora clusters and snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError
from benchmarks.seeds import offers

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

    _Placed = list[tuple[str, dict[str, Any]]]

_ENGINES = (("postgres", "16.3"), ("mysql", "8.0.39"), ("mariadb", "10.11.8"), ("aurora-postgresql", "15.4"))


def fill(seed: Seed, databases: int) -> None:
    """Give the account ``databases`` instances, one cluster for each of Aurora, and a snapshot of every other."""
    instances = [(region, _instance(seed, number, region)) for number, region in seed.spread(databases)]
    clusters = [(region, _cluster(seed, each)) for region, each in instances if "DBClusterIdentifier" in each]
    snapshots = [(region, _snapshot(seed, each)) for region, each in instances[::2]]
    seed.place("rds", "DescribeDBInstances", "DBInstances", instances)
    seed.place("rds", "DescribeDBClusters", "DBClusters", clusters)
    seed.place("rds", "DescribeDBSnapshots", "DBSnapshots", snapshots)
    backups = [(region, _cluster_snapshot(seed, each)) for region, each in clusters]
    seed.place("rds", "DescribeDBClusterSnapshots", "DBClusterSnapshots", backups)
    offers.fill(seed, instances)
    _around(seed, instances, clusters)
    gone = AwsError("DBSnapshotNotFound", "DBSnapshot not found", 404)
    seed.account.put("rds", "DescribeDBSnapshotAttributes", gone)
    for number, (region, snapshot) in enumerate(snapshots):
        _share(seed, number, region, snapshot)
    for number, (region, snapshot) in enumerate(backups):
        _share_cluster(seed, number, region, snapshot)


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
        "MonitoringInterval": 60 if number % 4 == 0 else 0,
        "CertificateDetails": {"CAIdentifier": "rds-ca-rsa2048-g1", "ValidTill": seed.ago(-300 + 40 * (number % 9))},
        "DBSubnetGroup": {"DBSubnetGroupName": "default", "VpcId": seed.vpc_id(region)},
        "DBParameterGroups": [
            {"DBParameterGroupName": f"default.{engine}{number % 3}", "ParameterApplyStatus": "in-sync"}
        ],
        "DBInstanceArn": seed.arn("rds", region, f"db:{name}"),
        "IAMDatabaseAuthenticationEnabled": number % 4 == 1,
        "PerformanceInsightsEnabled": False,
        "EnabledCloudwatchLogsExports": ["postgresql"] if number % 2 else [],
        "DeletionProtection": number % 3 == 0,
        "TagList": seed.tags(name, number),
    }
    if encrypted:
        instance["KmsKeyId"] = seed.key_arn(region)
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
        "DBClusterParameterGroup": f"default.{instance['Engine']}",
        "CopyTagsToSnapshot": instance["CopyTagsToSnapshot"],
        "IAMDatabaseAuthenticationEnabled": instance["IAMDatabaseAuthenticationEnabled"],
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


def _cluster_snapshot(seed: Seed, cluster: dict[str, Any]) -> dict[str, Any]:
    region = cluster["AvailabilityZones"][0][:-1]
    name = f"{cluster['DBClusterIdentifier']}-before-upgrade"
    same = ("DBClusterIdentifier", "Engine", "EngineVersion", "StorageEncrypted", "TagList")
    return {
        **{key: cluster[key] for key in same},
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": seed.arn("rds", region, f"cluster-snapshot:{name}"),
        "SnapshotType": "manual",
        "Status": "available",
        "SnapshotCreateTime": seed.ago(20),
    }


def _share_cluster(seed: Seed, number: int, region: str, snapshot: dict[str, Any]) -> None:
    name = snapshot["DBClusterSnapshotIdentifier"]
    attributes = [{"AttributeName": "restore", "AttributeValues": ["all"] if number % 3 == 0 else []}]
    result = {"DBClusterSnapshotIdentifier": name, "DBClusterSnapshotAttributes": attributes}
    reply = {"DBClusterSnapshotAttributesResult": result}
    seed.account.put(
        "rds", "DescribeDBClusterSnapshotAttributes", reply, region=region, DBClusterSnapshotIdentifier=name
    )


def _around(seed: Seed, instances: _Placed, clusters: _Placed) -> None:
    """Give the databases what stands around them: proxies, subscriptions to events, maintenance, a global cluster."""
    proxies = [(region, _proxy(seed, number, region)) for number, (region, _) in enumerate(instances[::5])]
    seed.place("rds", "DescribeDBProxies", "DBProxies", proxies)
    subscribed = [(region, _subscription(seed, number, region)) for number, (region, _) in enumerate(instances[::4])]
    seed.place("rds", "DescribeEventSubscriptions", "EventSubscriptionsList", subscribed)
    pending = [
        (region, {"ResourceIdentifier": each["DBInstanceArn"], "PendingMaintenanceActionDetails": [_MAINTENANCE]})
        for region, each in instances[::6]
    ]
    seed.place("rds", "DescribePendingMaintenanceActions", "PendingMaintenanceActions", pending)
    copied = [(region, _global_cluster(seed, each)) for region, each in clusters[:1]]
    seed.place("rds", "DescribeGlobalClusters", "GlobalClusters", copied)


_MAINTENANCE = {"Action": "system-update", "Description": "New Operating System update is available"}


def _proxy(seed: Seed, number: int, region: str) -> dict[str, Any]:
    secret = seed.arn("secretsmanager", region, "secret:database")
    return {
        "DBProxyName": f"proxy-{number}",
        "DBProxyArn": seed.arn("rds", region, f"db-proxy:prx-{number:017d}"),
        "Status": "available",
        "EngineFamily": "POSTGRESQL",
        "VpcId": seed.vpc_id(region),
        "VpcSubnetIds": [seed.subnet_id(region)],
        "Auth": [{"AuthScheme": "SECRETS", "SecretArn": secret, "IAMAuth": "REQUIRED" if number % 2 else "DISABLED"}],
        "RequireTLS": number % 2 == 0,
        "DebugLogging": number % 3 == 0,
    }


def _subscription(seed: Seed, number: int, region: str) -> dict[str, Any]:
    return {
        "CustSubscriptionId": f"events-{number}",
        "SnsTopicArn": seed.topic_arn(region),
        "Status": "active",
        "SourceType": ("db-instance", "db-cluster", "db-parameter-group")[number % 3],
        "EventCategoriesList": ["maintenance", "failure"] if number % 2 else [],
        "Enabled": number % 4 != 3,  # noqa: PLR2004 -- one in four is switched off
        "EventSubscriptionArn": seed.arn("rds", region, f"es:events-{number}"),
    }


def _global_cluster(seed: Seed, cluster: dict[str, Any]) -> dict[str, Any]:
    return {
        "GlobalClusterIdentifier": "world",
        "GlobalClusterArn": f"arn:aws:rds::{seed.account.id}:global-cluster:world",
        "Status": "available",
        "Engine": cluster["Engine"],
        "DeletionProtection": False,
        "GlobalClusterMembers": [{"DBClusterArn": cluster["DBClusterArn"], "IsWriter": True}],
    }
