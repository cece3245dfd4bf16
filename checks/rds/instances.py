"""How database instances are set up: reach, encryption, backups, standby and upgrades."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.rds.resources import DBInstance

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html"

OTHER_SERVICES: Final = frozenset({"docdb", "neptune"})
"""The engines of DocumentDB and Neptune: RDS lists their instances, but they are services with rules of their own."""
ENCRYPTED: Final = frozenset({"sse-kms", "sse-rds"})
"""The storage encryption types that encrypt."""


def relational(instance: DBInstance) -> bool:
    """Return whether RDS runs the instance."""
    return instance.engine not in OTHER_SERVICES


def managed(instance: DBInstance) -> bool:
    """Return whether RDS alone runs the instance: of RDS Custom the customer runs the operating system and more."""
    return relational(instance) and not instance.engine.startswith("custom-")


def backed_up_itself(instance: DBInstance) -> bool:
    """Return whether backups are a matter of the instance: not of its cluster, and not of what it replicates."""
    replica = instance.replica_of_instance or instance.replica_of_cluster
    return relational(instance) and not instance.cluster and not replica


@check(
    "rds-instance-not-public",
    Severity.CRITICAL,
    reads=[DBInstance.public],
    references=[f"{USER_GUIDE}/USER_VPC.WorkingWithRDSInstanceinaVPC.html", CONTROLS],
    fix=Fix(
        cli="aws rds modify-db-instance --region {resource.region} --db-instance-identifier {resource.id} "
        "--no-publicly-accessible --apply-immediately",
        text="Clients outside the VPC are cut off: give them a VPN or peering first.",
    ),
)
def instance_not_public(instance: DBInstance) -> Problems:
    """Database instances have no public address.

    With one, a single rule of a security group is all that stands between the database and the internet. Instances of
    Neptune and DocumentDB, which RDS lists too, are judged with the rest.
    """
    if instance.public:
        yield Problem("the instance is publicly accessible", found=True, expected="PubliclyAccessible: false")


@check(
    "rds-instance-encrypted",
    Severity.MEDIUM,
    reads=[DBInstance.engine, DBInstance.encrypted, DBInstance.encryption_type],
    references=[f"{USER_GUIDE}/Overview.Encryption.html", CONTROLS],
    fix=Fix(
        text="Encryption is chosen when an instance is created: copy a snapshot of it with a KMS key, restore the copy "
        "under a new name, and move the clients over. A cluster is restored whole.",
        downtime=True,
        replacement=True,
    ),
    applies=relational,
)
def instance_encrypted(instance: DBInstance) -> Problems:
    """The storage of database instances is encrypted.

    Its backups, snapshots and replicas are then encrypted too. An instance of a cluster is as encrypted as the
    cluster; encryption with a key that AWS owns counts, although StorageEncrypted is false with it.
    """
    if not instance.encrypted and instance.encryption_type not in ENCRYPTED:
        yield Problem("the storage is not encrypted", found=False, expected="StorageEncrypted: true")


@check(
    "rds-instance-backups-kept",
    Severity.MEDIUM,
    reads=[
        DBInstance.engine,
        DBInstance.cluster,
        DBInstance.replica_of_instance,
        DBInstance.replica_of_cluster,
        DBInstance.backup_days,
    ],
    references=[f"{USER_GUIDE}/USER_WorkingWithAutomatedBackups.html", CONTROLS],
    fix=Fix(
        cli="aws rds modify-db-instance --region {resource.region} --db-instance-identifier {resource.id} "
        "--backup-retention-period 7 --apply-immediately",
        text="Turning backups on suspends I/O for seconds to minutes.",
        cost=True,
    ),
    applies=backed_up_itself,
)
def instance_backups_kept(instance: DBInstance, *, minimum_days: int = 7) -> Problems:
    """Automated backups of database instances are kept for at least minimum_days.

    A mistake or an intrusion is often noticed only after days; the data of before it must still be there. Members of
    a cluster are backed up with the cluster, and read replicas through what they replicate: neither is judged here.
    """
    if instance.backup_days < minimum_days:
        kept = f"kept for {instance.backup_days} of {minimum_days} days" if instance.backup_days else "off"
        yield Problem(
            f"automated backups are {kept}", found=instance.backup_days, expected=f"at least {minimum_days} days"
        )


@check(
    "rds-instance-multi-az",
    Severity.MEDIUM,
    reads=[DBInstance.engine, DBInstance.cluster, DBInstance.multi_az],
    references=[f"{USER_GUIDE}/Concepts.MultiAZ.html", CONTROLS],
    fix=Fix(
        cli="aws rds modify-db-instance --region {resource.region} --db-instance-identifier {resource.id} "
        "--multi-az --apply-immediately",
        cost=True,
    ),
    applies=lambda instance: managed(instance) and not instance.cluster,
)
def instance_multi_az(instance: DBInstance) -> Problems:
    """Database instances have a standby in another Availability Zone.

    When a zone or an instance fails, the standby takes over within a minute or two without loss of data. Members of
    a cluster stand by for each other and are not judged here; RDS Custom does not have the setting.
    """
    if not instance.multi_az:
        yield Problem("there is no standby in another Availability Zone", found=False, expected="MultiAZ: true")


@check(
    "rds-instance-minor-upgrades",
    Severity.HIGH,
    reads=[DBInstance.engine, DBInstance.minor_upgrades],
    references=[f"{USER_GUIDE}/USER_UpgradeDBInstance.Upgrading.html", CONTROLS],
    fix=Fix(
        cli="aws rds modify-db-instance --region {resource.region} --db-instance-identifier {resource.id} "
        "--auto-minor-version-upgrade",
        text="Upgrades restart the database in its maintenance window.",
        downtime=True,
    ),
    applies=managed,
)
def instance_minor_upgrades(instance: DBInstance) -> Problems:
    """Minor versions of database engines are upgraded automatically.

    They carry the security fixes. Every member of an Aurora cluster needs the setting for the cluster to be upgraded;
    RDS Custom does not allow it.
    """
    if not instance.minor_upgrades:
        yield Problem("minor upgrades are not automatic", found=False, expected="AutoMinorVersionUpgrade: true")
