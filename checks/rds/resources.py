"""RDS's resources and where each fact comes from."""

from __future__ import annotations

from auditor import REGIONAL, Listed, Listing, Resource


class DBInstance(Resource, type="AWS::RDS::DBInstance", service="rds", scope=REGIONAL):
    """A database instance: one of its own, or a member of an Aurora or Multi-AZ cluster.

    RDS also lists the instances of Neptune and DocumentDB, which are services of their own.
    """

    listing = Listing(
        "DescribeDBInstances",
        "DBInstances",
        id="DBInstanceIdentifier",
        arn="{DBInstanceArn}",
        tags="TagList",
        MaxRecords=100,
    )

    engine = Listed[str]("Engine")
    public = Listed[bool]("PubliclyAccessible")
    encrypted = Listed[bool]("StorageEncrypted")
    # Younger than the other members: without it, `encrypted` tells all there is to tell.
    encryption_type = Listed["str | None"]("StorageEncryptionType", default=None)
    backup_days = Listed[int]("BackupRetentionPeriod")
    multi_az = Listed[bool]("MultiAZ")
    minor_upgrades = Listed[bool]("AutoMinorVersionUpgrade")
    # Members that only cluster members and replicas have.
    cluster = Listed["str | None"]("DBClusterIdentifier", default=None)
    replica_of_instance = Listed["str | None"]("ReadReplicaSourceDBInstanceIdentifier", default=None)
    replica_of_cluster = Listed["str | None"]("ReadReplicaSourceDBClusterIdentifier", default=None)
