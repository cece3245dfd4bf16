"""Proofs of the fixes of Amazon RDS's checks of clusters, and of what stands around databases."""

from functools import partial

from fixes.proof import Proof
from fixes.states import database

NEIGHBOUR = "210987654321"


def cluster(aws, **settings):
    """Make an Aurora MySQL cluster without members, with ``settings``."""
    given = {
        "DBClusterIdentifier": "shop",
        "Engine": "aurora-mysql",
        "EngineVersion": "8.0.mysql_aurora.3.04.0",
        "MasterUsername": "keeper",
        "MasterUserPassword": "Correct-horse-battery-9",
    }
    return aws("rds").create_db_cluster(**given | settings)["DBCluster"]["DBClusterIdentifier"]


def multi_az(aws, engine, version, **settings):
    """Make a Multi-AZ cluster."""
    return cluster(
        aws,
        Engine=engine,
        EngineVersion=version,
        DBClusterInstanceClass="db.m5d.large",
        AllocatedStorage=100,
        StorageType="io1",
        Iops=1000,
        **settings,
    )


MYSQL = partial(multi_az, engine="mysql", version="8.0.35")
POSTGRESQL = partial(multi_az, engine="postgres", version="14.9")
AURORA_POSTGRESQL = partial(cluster, Engine="aurora-postgresql", EngineVersion="15.4")


def with_parameters(make, family):
    """Return how a cluster is made that has a parameter group of its own, with nothing set, and a member."""

    def build(aws):
        rds = aws("rds")
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName="own", DBParameterGroupFamily=family, Description="Nothing set"
        )
        return {"id": make(aws, DBClusterParameterGroupName="own"), "GROUP": "own"}

    return build


def with_member(build):
    """Return how that is made with an instance in the cluster, which a change has to reboot."""

    def built(aws):
        words = build(aws)
        row = aws("rds").describe_db_clusters()["DBClusters"][0]
        aws("rds").create_db_instance(
            DBInstanceIdentifier="member",
            DBClusterIdentifier=words["id"],
            Engine=row["Engine"],
            DBInstanceClass="db.r6g.large",
        )
        return {**words, "MEMBER": "member"}

    return built


def without_topic(aws):
    cluster(aws)
    return {"NAME": "critical", "TOPIC_ARN": aws("sns").create_topic(Name="databases")["TopicArn"]}


def shared_snapshot(aws, *accounts):
    aws("rds").create_db_snapshot(DBInstanceIdentifier=database(aws), DBSnapshotIdentifier="copy")
    aws("rds").modify_db_snapshot_attribute(
        DBSnapshotIdentifier="copy", AttributeName="restore", ValuesToAdd=list(accounts)
    )
    return {"id": "copy"}


def shared_cluster_snapshot(aws, *accounts):
    aws("rds").create_db_cluster_snapshot(DBClusterIdentifier=cluster(aws), DBClusterSnapshotIdentifier="copy")
    aws("rds").modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="copy", AttributeName="restore", ValuesToAdd=list(accounts)
    )
    return {"id": "copy"}


AURORA_MYSQL_GROUP = with_parameters(cluster, "aurora-mysql8.0")

PROOFS = [
    Proof("rds-cluster-aurora-mysql-audited", AURORA_MYSQL_GROUP),
    Proof("rds-cluster-aurora-mysql-tls-required", AURORA_MYSQL_GROUP),
    Proof(
        "rds-cluster-aurora-postgresql-tls-required",
        with_member(with_parameters(AURORA_POSTGRESQL, "aurora-postgresql15")),
    ),
    Proof("rds-cluster-backups-kept", cluster),
    Proof("rds-cluster-deletion-protected", cluster),
    Proof("rds-cluster-events-notified", without_topic),
    Proof("rds-cluster-minor-upgrades", partial(MYSQL, AutoMinorVersionUpgrade=False)),
    Proof("rds-cluster-mysql-tls-required", with_parameters(MYSQL, "mysql8.0")),
    Proof("rds-cluster-port-not-default", lambda aws: {"id": cluster(aws), "PORT": "13306"}),
    Proof("rds-cluster-postgresql-tls-required", with_member(with_parameters(POSTGRESQL, "postgres14"))),
    Proof("rds-cluster-snapshot-not-public", lambda aws: shared_cluster_snapshot(aws, "all")),
    Proof(
        "rds-cluster-snapshot-sharing-limited",
        lambda aws: {**shared_cluster_snapshot(aws, NEIGHBOUR), "ACCOUNTS": NEIGHBOUR},
    ),
    Proof("rds-cluster-tags-copied", cluster),
    Proof("rds-snapshot-not-public", lambda aws: shared_snapshot(aws, "all")),
    Proof("rds-snapshot-sharing-limited", lambda aws: {**shared_snapshot(aws, NEIGHBOUR), "ACCOUNTS": NEIGHBOUR}),
]
NO_LOG_EXPORTS = "the emulator does not change which logs a cluster exports"
UNPROVEN = {
    "rds-cluster-aurora-mysql-logs-exported": NO_LOG_EXPORTS,
    "rds-cluster-aurora-postgresql-logs-exported": NO_LOG_EXPORTS,
    "rds-cluster-iam-authentication": "the emulator keeps a cluster's IAM authentication as it was created",
    "rds-cluster-maintenance-applied": "the emulator does not keep pending maintenance actions",
    "rds-cluster-mysql-logs-exported": NO_LOG_EXPORTS,
    "rds-cluster-postgresql-logs-exported": NO_LOG_EXPORTS,
    "rds-cluster-multi-az": "the emulator does not work out in how many zones the members of a cluster are",
    "rds-global-cluster-deletion-protected": "the emulator cannot change a global database",
    "rds-global-cluster-secondary": "the emulator does not add a cluster of another region to a global database",
    "rds-proxy-debug-logging-off": "the emulator cannot change a proxy",
    "rds-proxy-iam-required": "the emulator cannot change a proxy",
    "rds-proxy-tls-required": "the emulator cannot change a proxy",
}
WORDS = {
    "OTHER_REGION": "eu-central-1",
    "PORT": "13306",
    "SECRET_ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop",
}
