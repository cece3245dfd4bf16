"""What holds of database instances alone: reach, backups, standby, upgrades, monitoring and certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor import Fix, Inventory, Problem, Problems, Severity, Unseen, check
from checks.rds.kinds import CONTROLS, INSTANCE, USER_GUIDE, alone, managed, relational
from checks.rds.resources import DBInstance
from checks.vpc.exposure import Rule, Widest, open_to
from checks.vpc.groups import WIDEST_IPV4, WIDEST_IPV6
from checks.vpc.resources import PrefixList, SecurityGroup

if TYPE_CHECKING:
    from datetime import datetime

IN_VPC: Final = f"{USER_GUIDE}/USER_VPC.WorkingWithRDSInstanceinaVPC.html"
NOT_PUBLIC: Final = INSTANCE.fix(
    "--no-publicly-accessible",
    "publicly_accessible = false",
    "PubliclyAccessible: false",
    text="Clients outside the VPC are cut off: give them a VPN or peering first.",
)


EXPRESS: Final = "sqlserver-ex"
"""SQL Server's only edition without standbys (RDS User Guide, "Multi-AZ deployments for RDS for SQL Server")."""


def backed_up_itself(instance: DBInstance) -> bool:
    """Return whether backups are a matter of the instance: not of its cluster, and not of what it replicates."""
    return alone(instance) and not (instance.replica_of_instance or instance.replica_of_cluster)


@check(
    "rds-instance-not-public",
    Severity.CRITICAL,
    reads=[DBInstance.public],
    references=[IN_VPC, CONTROLS],
    fix=NOT_PUBLIC,
)
def instance_not_public(instance: DBInstance) -> Problems:
    """Database instances have no public address.

    With one, a single rule of a security group is all that stands between the database and the internet. Instances of
    Neptune and DocumentDB, which RDS lists too, are judged with the rest.
    """
    if instance.public:
        yield Problem("the instance is publicly accessible", found=True, expected="PubliclyAccessible: false")


@check(
    "rds-instance-not-exposed",
    Severity.CRITICAL,
    reads=[
        DBInstance.public,
        DBInstance.network,
        DBInstance.port,
        DBInstance.groups,
        SecurityGroup.rules,
        PrefixList.sources,
    ],
    references=[f"{USER_GUIDE}/Overview.RDSSecurityGroups.html", IN_VPC],
    fix=NOT_PUBLIC,
)
def instance_not_exposed(
    instance: DBInstance, inventory: Inventory, *, widest_ipv4: int = WIDEST_IPV4, widest_ipv6: int = WIDEST_IPV6
) -> Problems:
    """The internet cannot reach the port of a database instance.

    It can where the instance has a public address and its security groups, taken together, admit more public addresses
    to its port than one block of the prefix length widest_ipv4 or widest_ipv6. Routes and network ACLs may still be in
    the way, and are not read: neither is meant to be a database's only protection. Rules for IPv6 count where the
    instance may have such an address.
    """
    if not instance.public:
        return
    rules, unseen = _rules(instance, inventory)
    # No block is wider than the whole of IPv6.
    widest = Widest(widest_ipv4, 0 if instance.network == "IPV4" else widest_ipv6)
    sources = open_to(rules, "tcp", instance.port, widest)
    if sources:
        texts = [each.text for each in sources]
        yield Problem(
            f"the internet ({', '.join(texts)}) reaches port {instance.port}",
            found=texts,
            expected=f"no rule that admits the internet to port {instance.port}",
        )
    elif unseen:
        raise unseen


def _rules(instance: DBInstance, inventory: Inventory) -> tuple[list[Rule], Unseen | None]:
    """Return the known rules of all groups of an instance that open its port, and why any are unseen."""
    known: list[Rule] = []
    unseen: Unseen | None = None
    for each in instance.groups:
        try:
            rules, refusal = inventory.require(SecurityGroup, each).known_rules(
                lambda rule: rule.opens("tcp", instance.port)
            )
            known += rules
            unseen = unseen or refusal
        except Unseen as refusal:
            unseen = unseen or refusal
    return known, unseen


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
    fix=INSTANCE.fix(
        "--backup-retention-period 7 --apply-immediately",
        "backup_retention_period = 7",
        "BackupRetentionPeriod: 7",
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
    "rds-instance-backup-plan",
    Severity.MEDIUM,
    reads=[DBInstance.engine, DBInstance.cluster, DBInstance.last_backup],
    references=["https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html", CONTROLS],
    fix=Fix(
        cli="aws backup create-backup-selection --region {resource.region} --backup-plan-id PLAN_ID "
        "--backup-selection SelectionName=databases,IamRoleArn=ROLE_ARN,Resources={resource.arn}",
        text="Afterwards it takes until the plan's first backup for the instance to pass.",
        cost=True,
    ),
    applies=alone,
)
def instance_backup_plan(instance: DBInstance) -> Problems:
    """AWS Backup backs up database instances.

    RDS's own backups go when the instance is deleted, and whoever may delete it may delete them. Those of AWS Backup
    lie in a vault with permissions, retention and copies of their own. An instance passes once there is a backup.
    """
    if instance.last_backup is None:
        yield Problem("AWS Backup holds no backup of the instance", expected="a recovery point")


@check(
    "rds-instance-multi-az",
    Severity.MEDIUM,
    reads=[DBInstance.engine, DBInstance.cluster, DBInstance.multi_az],
    references=[f"{USER_GUIDE}/Concepts.MultiAZ.html", CONTROLS],
    fix=INSTANCE.fix("--multi-az --apply-immediately", "multi_az = true", "MultiAZ: true", cost=True),
    applies=lambda instance: managed(instance) and not instance.cluster and instance.engine != EXPRESS,
)
def instance_multi_az(instance: DBInstance) -> Problems:
    """Database instances have a standby in another Availability Zone.

    When a zone or an instance fails, the standby takes over within a minute or two without loss of data. Members of
    a cluster stand by for each other and are not judged here; RDS Custom and SQL Server Express do not have standbys.
    """
    if not instance.multi_az:
        yield Problem("there is no standby in another Availability Zone", found=False, expected="MultiAZ: true")


@check(
    "rds-instance-minor-upgrades",
    Severity.HIGH,
    reads=[DBInstance.engine, DBInstance.minor_upgrades],
    references=[f"{USER_GUIDE}/USER_UpgradeDBInstance.Upgrading.html", CONTROLS],
    fix=INSTANCE.fix(
        "--auto-minor-version-upgrade",
        "auto_minor_version_upgrade = true",
        "AutoMinorVersionUpgrade: true",
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


@check(
    "rds-instance-monitored",
    Severity.LOW,
    reads=[DBInstance.engine, DBInstance.monitoring_seconds],
    references=[f"{USER_GUIDE}/USER_Monitoring.OS.html", CONTROLS],
    fix=INSTANCE.fix(
        "--monitoring-interval 60 --monitoring-role-arn ROLE_ARN",
        "monitoring_interval = 60\n  monitoring_role_arn = aws_iam_role.monitoring.arn",
        "MonitoringInterval: 60\n  MonitoringRoleArn: !GetAtt MonitoringRole.Arn",
        cost=True,
    ),
    applies=managed,
)
def instance_monitored(instance: DBInstance, *, longest_interval: int = 60) -> Problems:
    """The operating system under database instances is monitored.

    Enhanced Monitoring shows processes, memory and disks as the machine itself sees them, every longest_interval
    seconds or more often; CloudWatch alone sees only the machine's outside. RDS Custom does not have it.
    """
    seconds = instance.monitoring_seconds
    if not 0 < seconds <= longest_interval:
        told = f"takes only every {seconds} seconds" if seconds else "is off"
        yield Problem(f"Enhanced Monitoring {told}", found=seconds, expected=f"1 to {longest_interval} seconds")


@check(
    "rds-instance-in-vpc",
    Severity.HIGH,
    reads=[DBInstance.engine, DBInstance.vpc],
    references=[IN_VPC, CONTROLS],
    fix=INSTANCE.fix(
        "--db-subnet-group-name SUBNET_GROUP --apply-immediately",
        "db_subnet_group_name = aws_db_subnet_group.this.name",
        "DBSubnetGroupName: !Ref SubnetGroup",
        text="The instance restarts and gets another address.",
        downtime=True,
    ),
    applies=relational,
)
def instance_in_vpc(instance: DBInstance) -> Problems:
    """Database instances are in a VPC.

    Only there do security groups, network ACLs and routes decide who can reach them.
    """
    if instance.vpc is None:
        yield Problem("the instance is in no VPC", expected="a DB subnet group of a VPC")


@check(
    "rds-instance-certificate-valid",
    Severity.MEDIUM,
    reads=[DBInstance.engine, DBInstance.certificate_end, DBInstance.authority_end],
    references=[f"{USER_GUIDE}/UsingWithRDS.SSL-certificate-rotation.html", f"{USER_GUIDE}/UsingWithRDS.SSL.html"],
    fix=Fix(
        cli=f"{INSTANCE.modify} --ca-certificate-identifier CA --apply-immediately",
        text="Give the clients the new authority's certificate first. Some engines restart.",
        downtime=True,
    ),
    applies=managed,
)
def instance_certificate_valid(instance: DBInstance, *, days_left: int = 30, authority_days_left: int = 90) -> Problems:
    """The certificates of database instances, and of their authority, do not expire soon.

    Clients that verify whom they talk to cannot connect with an expired one. RDS renews an instance's certificate by
    itself long before days_left are all it has, but never its authority: that takes authority_days_left to plan.
    """
    yield from _expiring("the server certificate", instance.certificate_end, instance.at + timedelta(days=days_left))
    limit = instance.at + timedelta(days=authority_days_left)
    yield from _expiring("the authority's certificate", instance.authority_end, limit)


def _expiring(what: str, end: datetime, limit: datetime) -> Problems:
    if end < limit:
        yield Problem(f"{what} expires on {end:%Y-%m-%d}", found=end, expected=f"not before {limit:%Y-%m-%d}")
