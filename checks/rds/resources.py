"""The databases that RDS runs, and where each fact comes from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from auditor import REGIONAL, Asked, Joined, Listed, Listing, Moot, Resource, derived
from checks.backup.facts import last_backup
from checks.rds.engines import BY_NAME, major_version

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_rds.type_defs import (
        FilterTypeDef,
        ParameterOutputTypeDef,
        PendingMaintenanceActionTypeDef,
    )

AUDIT_PARAMETERS: Final = ("server_audit_logging", "server_audit_events")
"""The parameters of Aurora MySQL's audit log."""
STANDARD_SUPPORT_END: Final = (
    "DBMajorEngineVersions[0].SupportedEngineLifecycles"
    "[?LifecycleSupportName=='open-source-rds-standard-support'].LifecycleSupportEndDate | [0]"
)


def engine_status(engine: Listed[str]) -> Asked[str]:
    """Return the fact whether RDS still offers a database's engine version: available or deprecated.

    Databases of one version share the call; those that are not RDS's own are not asked about.
    """
    return Asked[str](
        "DescribeDBEngineVersions",
        "DBEngineVersions[0].Status",
        Engine="{Engine}",
        EngineVersion="{EngineVersion}",
        IncludeAll=True,
        moot=Moot(engine, lambda name: name not in BY_NAME, then=""),
    )


def standard_support_end(major: Any) -> Asked[datetime]:
    """Return the fact when AWS's standard support for a database's ``major`` version ends. Versions share the call."""
    return Asked[datetime](
        "DescribeDBMajorEngineVersions", STANDARD_SUPPORT_END, Engine="{Engine}", MajorEngineVersion=major
    )


def maintenance() -> Joined[list[PendingMaintenanceActionTypeDef]]:
    """Return the fact which maintenance is pending for a database: one call for all of a region."""
    return Joined["list[PendingMaintenanceActionTypeDef]"](
        "DescribePendingMaintenanceActions",
        "PendingMaintenanceActions",
        key="ResourceIdentifier",
        match="{arn}",
        value=lambda row: list(row["PendingMaintenanceActionDetails"]),
        default=[],
        MaxRecords=100,
    )


def _named(parameters: Iterable[str]) -> list[FilterTypeDef] | None:
    """Return the filter for the parameters wanted; None when there are none, so that nothing is asked."""
    names = sorted(parameters)
    return [{"Name": "parameter-name", "Values": names}] if names else None


def _values(rows: list[ParameterOutputTypeDef]) -> dict[str, str | None]:
    """Return the parameters' values by name: None where the engine's default holds."""
    return {row["ParameterName"]: row.get("ParameterValue") for row in rows}


def _tls_parameters(engine_name: str) -> set[str]:
    engine = BY_NAME.get(engine_name)
    return {engine.tls.parameter} if engine and engine.tls else set()


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
    engine_version = Listed[str]("EngineVersion")
    public = Listed[bool]("PubliclyAccessible")
    # Younger than the other members: IPV4, or DUAL for IPv6 as well.
    network = Listed["str | None"]("NetworkType", default=None)
    # An instance outside a VPC has no DB subnet group.
    vpc = Listed["str | None"]("DBSubnetGroup.VpcId", default=None)
    groups = Listed["list[str]"]("VpcSecurityGroups[].VpcSecurityGroupId")
    # Not told while the instance is created.
    port = Listed[int]("Endpoint.Port")
    admin = Listed[str]("MasterUsername")
    encrypted = Listed[bool]("StorageEncrypted")
    # Younger than the other members: without it, `encrypted` tells all there is to tell.
    encryption_type = Listed["str | None"]("StorageEncryptionType", default=None)
    backup_days = Listed[int]("BackupRetentionPeriod")
    multi_az = Listed[bool]("MultiAZ")
    minor_upgrades = Listed[bool]("AutoMinorVersionUpgrade")
    deletion_protected = Listed[bool]("DeletionProtection")
    tags_copied = Listed[bool]("CopyTagsToSnapshot")
    iam = Listed[bool]("IAMDatabaseAuthenticationEnabled")
    monitoring_seconds = Listed[int]("MonitoringInterval")
    # Left out where no log is exported.
    exported_logs = Listed["list[str]"]("EnabledCloudwatchLogsExports", default=[])
    # Members that only cluster members and replicas have.
    cluster = Listed["str | None"]("DBClusterIdentifier", default=None)
    replica_of_instance = Listed["str | None"]("ReadReplicaSourceDBInstanceIdentifier", default=None)
    replica_of_cluster = Listed["str | None"]("ReadReplicaSourceDBClusterIdentifier", default=None)

    certificate_end = Listed[datetime]("CertificateDetails.ValidTill")
    authority_end = Asked[datetime](
        "DescribeCertificates", "Certificates[0].ValidTill", CertificateIdentifier="{CACertificateIdentifier}"
    )
    last_backup = last_backup()
    maintenance = maintenance()
    engine_status = engine_status(engine)

    @derived(engine, engine_version)
    def major_version(self) -> str | None:
        """The major version under which AWS tells how long it supports the engine; None where it does not."""
        return major_version(self.engine, self.engine_version)

    standard_support_end = standard_support_end(major_version)

    @derived(engine)
    def wanted_parameters(self) -> list[FilterTypeDef] | None:
        """The filter for the engine's parameters that tell something; None when there are none."""
        return _named(_tls_parameters(self.engine))

    parameter_group = Listed[str]("DBParameterGroups[0].DBParameterGroupName")
    parameter_states = Listed["list[str]"]("DBParameterGroups[].ParameterApplyStatus")
    # Members of a cluster take these parameters from it.
    parameters = Asked["dict[str, str | None]"](
        "DescribeDBParameters",
        "Parameters",
        DBParameterGroupName=parameter_group,
        Filters=wanted_parameters,
        parse=_values,
        moot=Moot(cluster, lambda cluster: cluster is not None, then={}),
    )


class DBCluster(Resource, type="AWS::RDS::DBCluster", service="rds", scope=REGIONAL):
    """A database cluster: of Aurora, or a Multi-AZ cluster of another engine.

    RDS also lists the clusters of Neptune and DocumentDB, which are services of their own.
    """

    listing = Listing(
        "DescribeDBClusters",
        "DBClusters",
        id="DBClusterIdentifier",
        arn="{DBClusterArn}",
        tags="TagList",
        MaxRecords=100,
    )

    engine = Listed[str]("Engine")
    engine_version = Listed[str]("EngineVersion")
    # Only Aurora has modes; serverless is Aurora Serverless v1.
    mode = Listed[str]("EngineMode", default="provisioned")
    # Only Multi-AZ clusters have a setting of their own; of Aurora, each instance has.
    public = Listed[bool]("PubliclyAccessible", default=False)
    # Only Aurora PostgreSQL clusters made by express configuration have one.
    internet_gateway = Listed[bool]("InternetAccessGatewayEnabled", default=False)
    port = Listed[int]("Port")
    admin = Listed[str]("MasterUsername")
    encrypted = Listed[bool]("StorageEncrypted")
    encryption_type = Listed["str | None"]("StorageEncryptionType", default=None)
    backup_days = Listed[int]("BackupRetentionPeriod")
    multi_az = Listed[bool]("MultiAZ")
    minor_upgrades = Listed[bool]("AutoMinorVersionUpgrade")
    deletion_protected = Listed[bool]("DeletionProtection")
    tags_copied = Listed[bool]("CopyTagsToSnapshot")
    iam = Listed[bool]("IAMDatabaseAuthenticationEnabled")
    exported_logs = Listed["list[str]"]("EnabledCloudwatchLogsExports", default=[])
    # Left out of clusters that were created without backtracking.
    backtrack_seconds = Listed[int]("BacktrackWindow", default=0)
    global_cluster = Listed["str | None"]("GlobalClusterIdentifier", default=None)
    # Clusters that replicate by binary logs, mostly into another region.
    replica_of = Listed["str | None"]("ReplicationSourceIdentifier", default=None)
    replicas = Listed["list[str]"]("ReadReplicaIdentifiers", default=[])

    maintenance = maintenance()
    engine_status = engine_status(engine)

    @derived(engine, engine_version)
    def major_version(self) -> str | None:
        """The major version under which AWS tells how long it supports the engine; None where it does not."""
        return major_version(self.engine, self.engine_version)

    standard_support_end = standard_support_end(major_version)

    @derived(engine)
    def wanted_parameters(self) -> list[FilterTypeDef] | None:
        """The filter for the engine's parameters that tell something; None when there are none."""
        audited = AUDIT_PARAMETERS if self.engine == "aurora-mysql" else ()
        return _named({*audited, *_tls_parameters(self.engine)})

    parameter_group = Listed[str]("DBClusterParameterGroup")
    parameter_states = Listed["list[str]"]("DBClusterMembers[].DBClusterParameterGroupStatus", default=[])
    parameters = Asked["dict[str, str | None]"](
        "DescribeDBClusterParameters",
        "Parameters",
        DBClusterParameterGroupName=parameter_group,
        Filters=wanted_parameters,
        parse=_values,
    )
