"""What holds of database clusters alone, and of global databases."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.rds.kinds import AURORA_GUIDE, CLUSTER, CONTROLS, USER_GUIDE, current, relational
from checks.rds.related import GlobalCluster
from checks.rds.resources import DBCluster

AURORA_MYSQL: Final = frozenset({"aurora", "aurora-mysql"})
HOUR: Final = 3600
WITHOUT_BACKTRACKING: Final = frozenset(
    {
        "af-south-1",
        "ap-east-1",
        "ap-south-2",
        "ap-southeast-3",
        "ap-southeast-4",
        "ap-southeast-6",
        "ca-west-1",
        "cn-north-1",
        "cn-northwest-1",
        "eu-north-1",
        "eu-south-1",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "me-south-1",
        "sa-east-1",
        "us-gov-east-1",
        "us-gov-west-1",
    }
)
"""The regions without it (AWS Config Developer Guide, "aurora-mysql-backtracking-enabled"; AWS re:Post)."""


def can_backtrack(cluster: DBCluster) -> bool:
    """Return whether the cluster could have backtracking: Aurora MySQL's have, unless they replicate."""
    if cluster.region in WITHOUT_BACKTRACKING or cluster.engine not in AURORA_MYSQL or not current(cluster):
        return False
    return not (cluster.global_cluster or cluster.replica_of or cluster.replicas)


@check(
    "rds-cluster-not-public",
    Severity.CRITICAL,
    reads=[DBCluster.engine, DBCluster.public, DBCluster.internet_gateway],
    references=[
        f"{USER_GUIDE}/multi-az-db-clusters-concepts.html",
        f"{AURORA_GUIDE}/USER_VPC.WorkingWithRDSInstanceinaVPC.html",
    ],
    fix=Fix(
        text="Choose the access anew: restore a snapshot of the cluster without public access, into private subnets of "
        "a VPC, and move the clients over.",
        downtime=True,
        replacement=True,
    ),
    applies=relational,
)
def cluster_not_public(cluster: DBCluster) -> Problems:
    """Database clusters have no public address.

    A Multi-AZ cluster has one setting for all its members, and an Aurora PostgreSQL cluster made by express
    configuration may have an internet access gateway. Members of other Aurora clusters are judged one by one.
    """
    if cluster.public:
        yield Problem("the cluster is publicly accessible", found=True, expected="PubliclyAccessible: false")
    if cluster.internet_gateway:
        yield Problem(
            "the cluster has an internet access gateway", found=True, expected="InternetAccessGatewayEnabled: false"
        )


@check(
    "rds-cluster-backups-kept",
    Severity.MEDIUM,
    reads=[DBCluster.engine, DBCluster.mode, DBCluster.backup_days],
    references=[f"{AURORA_GUIDE}/Aurora.Managing.Backups.html"],
    fix=CLUSTER.fix(
        "--backup-retention-period 7 --apply-immediately",
        "backup_retention_period = 7",
        "BackupRetentionPeriod: 7",
        cost=True,
    ),
    applies=current,
)
def cluster_backups_kept(cluster: DBCluster, *, minimum_days: int = 7) -> Problems:
    """Automated backups of database clusters are kept for at least minimum_days.

    A cluster can be restored to any second of that time, and to none before. Aurora keeps one day unless told to keep
    more; a mistake or an intrusion is often noticed later than that.
    """
    if cluster.backup_days < minimum_days:
        told = f"backups are kept for {cluster.backup_days} of {minimum_days} days"
        yield Problem(told, found=cluster.backup_days, expected=f"at least {minimum_days} days")


@check(
    "rds-cluster-multi-az",
    Severity.MEDIUM,
    reads=[DBCluster.engine, DBCluster.mode, DBCluster.multi_az],
    references=[f"{AURORA_GUIDE}/Concepts.AuroraHighAvailability.html", CONTROLS],
    fix=Fix(
        cli="aws rds create-db-instance --region {resource.region} --db-cluster-identifier {resource.id} "
        "--db-instance-identifier READER --engine ENGINE --db-instance-class INSTANCE_CLASS --availability-zone ZONE",
        text="Take the engine and the class of the writer, and a zone that no member is in.",
        cost=True,
    ),
    applies=current,
)
def cluster_multi_az(cluster: DBCluster) -> Problems:
    """Database clusters have members in several Availability Zones.

    When the writer or its zone fails, a reader elsewhere takes over in about a minute. Without a reader Aurora has to
    make a new instance first, which takes many times as long.
    """
    if not cluster.multi_az:
        yield Problem(
            "all members are in one Availability Zone", found=False, expected="a reader in another Availability Zone"
        )


@check(
    "rds-cluster-minor-upgrades",
    Severity.MEDIUM,
    reads=[DBCluster.engine, DBCluster.mode, DBCluster.minor_upgrades],
    references=[
        f"{USER_GUIDE}/multi-az-db-clusters-concepts.html",
        f"{AURORA_GUIDE}/USER_UpgradeDBInstance.Upgrading.html",
        CONTROLS,
    ],
    fix=CLUSTER.fix(
        "--auto-minor-version-upgrade",
        "auto_minor_version_upgrade = true",
        "AutoMinorVersionUpgrade: true",
        text="Upgrades restart the database in its maintenance window.",
        downtime=True,
    ),
    applies=current,
)
def cluster_minor_upgrades(cluster: DBCluster) -> Problems:
    """Minor versions of database clusters are upgraded automatically.

    They carry the security fixes. A Multi-AZ cluster has the setting for all its members; an Aurora cluster is upgraded
    when it has the setting and each of its members does, which are judged one by one.
    """
    if not cluster.minor_upgrades:
        yield Problem("minor upgrades are not automatic", found=False, expected="AutoMinorVersionUpgrade: true")


@check(
    "rds-cluster-backtrack",
    Severity.MEDIUM,
    reads=[
        DBCluster.engine,
        DBCluster.mode,
        DBCluster.global_cluster,
        DBCluster.replica_of,
        DBCluster.replicas,
        DBCluster.backtrack_seconds,
    ],
    references=[f"{AURORA_GUIDE}/AuroraMySQL.Managing.Backtrack.html", CONTROLS],
    fix=Fix(
        text="Backtracking is chosen when a cluster is created: restore a snapshot of the cluster with a backtrack "
        "window, and move the clients over. A window that is only too short can be changed.",
        downtime=True,
        replacement=True,
        cost=True,
    ),
    applies=can_backtrack,
)
def cluster_backtrack(cluster: DBCluster, *, minimum_hours: int = 1) -> Problems:
    """Aurora MySQL clusters can be set back by at least minimum_hours.

    Backtracking undoes a mistake within minutes, in place, where a restored backup is a new cluster after hours. Only
    Aurora MySQL has it, not in every region, and neither in a global database nor where clusters replicate by binary
    logs; other clusters are not judged.
    """
    if cluster.backtrack_seconds < minimum_hours * HOUR:
        window = f"goes back {cluster.backtrack_seconds} seconds only" if cluster.backtrack_seconds else "is off"
        yield Problem(
            f"backtracking {window}", found=cluster.backtrack_seconds, expected=f"{minimum_hours * HOUR} or more"
        )


@check(
    "rds-cluster-not-serverless-v1",
    Severity.MEDIUM,
    reads=[DBCluster.engine, DBCluster.mode],
    references=[f"{AURORA_GUIDE}/aurora-serverless.html", f"{AURORA_GUIDE}/aurora-serverless-v2.upgrade.html"],
    fix=Fix(
        text="Convert the cluster to a provisioned one, then to Serverless v2, after a rehearsal on a restored copy.",
        downtime=True,
    ),
    applies=lambda cluster: cluster.engine.startswith("aurora"),
)
def cluster_not_serverless_v1(cluster: DBCluster) -> Problems:
    """Aurora clusters do not run on Serverless v1.

    AWS ended it in 2025. It has no IAM authentication, readers in other zones or backtracking, and its engine versions
    get no fixes; rules about those settings are not applied to it.
    """
    if cluster.mode == "serverless":
        yield Problem(
            "the cluster runs on Aurora Serverless v1", found="serverless", expected="EngineMode: provisioned"
        )


@check(
    "rds-global-cluster-deletion-protected",
    Severity.LOW,
    reads=[GlobalCluster.engine, GlobalCluster.deletion_protected],
    references=[f"{AURORA_GUIDE}/aurora-global-database-managing.html"],
    fix=Fix(
        cli="aws rds modify-global-cluster --region {resource.region} --global-cluster-identifier {resource.id} "
        "--deletion-protection",
        terraform='resource "aws_rds_global_cluster" "this" {\n  deletion_protection = true\n}',
        cloudformation="Type: AWS::RDS::GlobalCluster\nProperties:\n  DeletionProtection: true",
    ),
    applies=relational,
)
def global_cluster_deletion_protected(cluster: GlobalCluster) -> Problems:
    """Aurora global databases cannot be deleted by a single command.

    Without a global database its regions are cut loose from each other, and a failure of the primary region takes the
    database down.
    """
    if not cluster.deletion_protected:
        yield Problem("deletion protection is off", found=False, expected="DeletionProtection: true")


@check(
    "rds-global-cluster-secondary",
    Severity.LOW,
    reads=[GlobalCluster.engine, GlobalCluster.members],
    references=[f"{AURORA_GUIDE}/aurora-global-database.html"],
    fix=Fix(
        cli="aws rds create-db-cluster --region OTHER_REGION --db-cluster-identifier SECONDARY --engine ENGINE "
        "--global-cluster-identifier {resource.id}",
        text="Then create an instance in the new cluster. Without another region, the global database can go.",
        cost=True,
    ),
    applies=relational,
)
def global_cluster_secondary(cluster: GlobalCluster) -> Problems:
    """Aurora global databases have a cluster in a second region.

    It is what a global database is for: when a region fails, the other one takes over with at most seconds of loss.
    """
    regions = {arn.split(":")[3] for arn in cluster.members}
    if len(regions) < 2:  # noqa: PLR2004 - the second region is the point
        told = "all clusters are in one region" if regions else "there is no cluster in it"
        yield Problem(told, found=cluster.members, expected="clusters in two regions or more")
