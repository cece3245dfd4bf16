from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.rds.clusters import (
    cluster_backtrack,
    cluster_backups_kept,
    cluster_minor_upgrades,
    cluster_multi_az,
    cluster_not_public,
    cluster_not_serverless_v1,
    global_cluster_deletion_protected,
    global_cluster_secondary,
)
from checks.rds.related import GlobalCluster
from checks.rds.resources import DBCluster

FRANKFURT = "arn:aws:rds:eu-central-1:123456789012:cluster:orders"
IRELAND = "arn:aws:rds:eu-west-1:123456789012:cluster:orders"
IRELAND_TOO = "arn:aws:rds:eu-west-1:123456789012:cluster:more-orders"


def cluster(engine="aurora-mysql", **facts):
    return fake(DBCluster, "c", engine=engine, **{"mode": "provisioned", **facts})


def reach(engine="aurora-postgresql", *, public=False, gateway=False):
    return cluster(engine, public=public, internet_gateway=gateway)


def backtracked(seconds, engine="aurora-mysql", global_cluster=None, **facts):
    settled = {"global_cluster": global_cluster, "replica_of": None, "replicas": []}
    return cluster(engine, backtrack_seconds=seconds, **{**settled, **facts})


def global_cluster(engine="aurora-mysql", **facts):
    return fake(GlobalCluster, "g", engine=engine, **facts)


CASES: list[Case] = [
    passes(cluster_not_public, reach()),
    fails(cluster_not_public, reach("mysql", public=True), says="publicly accessible"),
    fails(
        cluster_not_public,
        reach(gateway=True),
        says="internet access gateway",
        doubt="An Aurora cluster made by express configuration is reached through AWS's gateway, and through no VPC.",
    ),
    inapplicable(cluster_not_public, reach("neptune", public=True)),
    unknown(cluster_not_public, cluster(public=False, internet_gateway=refused())),
    passes(cluster_backups_kept, cluster(backup_days=7)),
    fails(cluster_backups_kept, cluster(backup_days=1), says="kept for 1 of 7 days"),
    fails(cluster_backups_kept, cluster(backup_days=7), minimum_days=14),
    inapplicable(cluster_backups_kept, cluster("docdb", backup_days=1)),
    unknown(cluster_backups_kept, cluster(backup_days=refused())),
    passes(cluster_multi_az, cluster(multi_az=True)),
    fails(cluster_multi_az, cluster(multi_az=False), says="one Availability Zone"),
    fails(
        cluster_multi_az,
        cluster("aurora-postgresql", multi_az=False, global_cluster="g"),
        doubt="A copy in another region does not replace a reader in another zone: failing over to it is a decision.",
    ),
    inapplicable(
        cluster_multi_az,
        cluster(mode="serverless", multi_az=False),
        doubt="Serverless v1 has no readers; that it is still in use is a failure of its own.",
    ),
    unknown(cluster_multi_az, cluster(multi_az=refused())),
    passes(cluster_minor_upgrades, cluster("postgres", minor_upgrades=True)),
    fails(cluster_minor_upgrades, cluster("mysql", minor_upgrades=False), says="not automatic"),
    fails(
        cluster_minor_upgrades,
        cluster(minor_upgrades=False),
        doubt="An Aurora cluster needs the setting itself, whatever its members have.",
    ),
    inapplicable(cluster_minor_upgrades, cluster("docdb", minor_upgrades=False)),
    unknown(cluster_minor_upgrades, cluster("mysql", minor_upgrades=refused())),
    passes(cluster_backtrack, backtracked(86400)),
    fails(cluster_backtrack, backtracked(0), says="is off"),
    fails(cluster_backtrack, backtracked(60), says="60 seconds only"),
    fails(cluster_backtrack, backtracked(86400), minimum_hours=72),
    inapplicable(cluster_backtrack, backtracked(0, "aurora-postgresql"), doubt="Only Aurora MySQL has backtracking."),
    inapplicable(
        cluster_backtrack,
        backtracked(0, global_cluster="g"),
        doubt="A cluster of a global database cannot have backtracking.",
    ),
    inapplicable(
        cluster_backtrack,
        backtracked(0, replica_of=FRANKFURT),
        doubt="Replication by binary logs, into another region for instance, excludes backtracking at both ends.",
    ),
    inapplicable(cluster_backtrack, backtracked(0, replicas=[FRANKFURT])),
    inapplicable(cluster_backtrack, backtracked(0, mode="serverless")),
    inapplicable(
        cluster_backtrack,
        backtracked(0, region="eu-north-1"),
        doubt="Some regions have no backtracking.",
    ),
    unknown(cluster_backtrack, backtracked(refused())),
    passes(cluster_not_serverless_v1, cluster()),
    fails(cluster_not_serverless_v1, cluster(mode="serverless"), says="Serverless v1"),
    passes(
        cluster_not_serverless_v1,
        cluster("aurora-postgresql", mode="provisioned"),
        doubt="Serverless v2 is a class of instance, in the mode provisioned.",
    ),
    inapplicable(cluster_not_serverless_v1, cluster("mysql")),
    unknown(cluster_not_serverless_v1, cluster(mode=refused())),
    passes(global_cluster_deletion_protected, global_cluster(deletion_protected=True)),
    fails(global_cluster_deletion_protected, global_cluster(deletion_protected=False)),
    inapplicable(global_cluster_deletion_protected, global_cluster("docdb", deletion_protected=False)),
    unknown(global_cluster_deletion_protected, global_cluster(deletion_protected=refused())),
    passes(global_cluster_secondary, global_cluster(members=[IRELAND, FRANKFURT])),
    fails(global_cluster_secondary, global_cluster(members=[IRELAND]), says="in one region"),
    fails(global_cluster_secondary, global_cluster(members=[IRELAND, IRELAND_TOO])),
    fails(global_cluster_secondary, global_cluster(members=[]), says="there is no cluster"),
    inapplicable(global_cluster_secondary, global_cluster("neptune", members=[])),
    unknown(global_cluster_secondary, global_cluster(members=refused())),
]
