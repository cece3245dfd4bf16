"""What stands around databases (snapshots, subscriptions, proxies, global clusters), and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import REGIONAL, Asked, Listed, Listing, Moot, Resource

if TYPE_CHECKING:
    from types_boto3_rds.type_defs import UserAuthConfigInfoTypeDef

MANUAL: Final = "manual"
"""The only type of snapshot that can be shared (RDS User Guide, "Sharing a DB snapshot")."""


class RDSRegion(Resource, type="AWS::::Account", service="rds", scope=REGIONAL):
    """What an account has set up of RDS in one region."""


class DBSnapshot(Resource, type="AWS::RDS::DBSnapshot", service="rds", scope=REGIONAL):
    """A snapshot of a database instance: manual, automated, or AWS Backup's."""

    listing = Listing(
        "DescribeDBSnapshots",
        "DBSnapshots",
        id="DBSnapshotIdentifier",
        arn="{DBSnapshotArn}",
        tags="TagList",
        MaxRecords=100,
    )

    snapshot_type = Listed[str]("SnapshotType")
    encrypted = Listed[bool]("Encrypted")
    # Younger than the other members: without it, `encrypted` tells all there is to tell.
    encryption_type = Listed["str | None"]("StorageEncryptionType", default=None)
    shared_with = Asked["list[str]"](
        "DescribeDBSnapshotAttributes",
        "DBSnapshotAttributesResult.DBSnapshotAttributes[?AttributeName=='restore'].AttributeValues[]",
        DBSnapshotIdentifier="{id}",
        moot=Moot(snapshot_type, lambda made: made != MANUAL, then=[]),
    )


class DBClusterSnapshot(Resource, type="AWS::RDS::DBClusterSnapshot", service="rds", scope=REGIONAL):
    """A snapshot of a database cluster: manual, automated, or AWS Backup's."""

    listing = Listing(
        "DescribeDBClusterSnapshots",
        "DBClusterSnapshots",
        id="DBClusterSnapshotIdentifier",
        arn="{DBClusterSnapshotArn}",
        tags="TagList",
        MaxRecords=100,
    )

    snapshot_type = Listed[str]("SnapshotType")
    encrypted = Listed[bool]("StorageEncrypted")
    encryption_type = Listed["str | None"]("StorageEncryptionType", default=None)
    shared_with = Asked["list[str]"](
        "DescribeDBClusterSnapshotAttributes",
        "DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes[?AttributeName=='restore'].AttributeValues[]",
        DBClusterSnapshotIdentifier="{id}",
        moot=Moot(snapshot_type, lambda made: made != MANUAL, then=[]),
    )


class EventSubscription(Resource, type="AWS::RDS::EventSubscription", service="rds", scope=REGIONAL):
    """An order to tell an SNS topic of RDS's events."""

    listing = Listing(
        "DescribeEventSubscriptions",
        "EventSubscriptionsList",
        id="CustSubscriptionId",
        arn="{EventSubscriptionArn}",
        MaxRecords=100,
    )

    enabled = Listed[bool]("Enabled")
    status = Listed[str]("Status")
    # What a subscription does not narrow, it leaves out: it is then of all sources, or all categories.
    source_type = Listed["str | None"]("SourceType", default=None)
    sources = Listed["list[str]"]("SourceIdsList", default=[])
    categories = Listed["list[str]"]("EventCategoriesList", default=[])


class DBProxy(Resource, type="AWS::RDS::DBProxy", service="rds", scope=REGIONAL):
    """A proxy that pools the connections to databases."""

    listing = Listing("DescribeDBProxies", "DBProxies", id="DBProxyName", arn="{DBProxyArn}", MaxRecords=100)

    requires_tls = Listed[bool]("RequireTLS")
    debug_logging = Listed[bool]("DebugLogging")
    subnets = Listed["list[str]"]("VpcSubnetIds")
    # Left out where the proxy authenticates by IAM from end to end.
    users = Listed["list[UserAuthConfigInfoTypeDef]"]("Auth", default=[])
    # Younger than the other members: without it, `users` tells all there is to tell.
    default_scheme = Listed[str]("DefaultAuthScheme", default="NONE")


class GlobalCluster(Resource, type="AWS::RDS::GlobalCluster", service="rds", scope=REGIONAL):
    """An Aurora global database: a primary cluster, and copies of it in other regions.

    RDS lists those of Neptune and DocumentDB too, which are services of their own.
    """

    listing = Listing(
        "DescribeGlobalClusters",
        "GlobalClusters",
        id="GlobalClusterIdentifier",
        arn="{GlobalClusterArn}",
        tags="TagList",
        MaxRecords=100,
    )

    engine = Listed[str]("Engine")
    deletion_protected = Listed[bool]("DeletionProtection")
    members = Listed["list[str]"]("GlobalClusterMembers[].DBClusterArn", default=[])
