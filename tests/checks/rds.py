from datetime import timedelta

from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.rds.instances import (
    instance_backup_plan,
    instance_backups_kept,
    instance_certificate_valid,
    instance_in_vpc,
    instance_minor_upgrades,
    instance_monitored,
    instance_multi_az,
    instance_not_exposed,
    instance_not_public,
)
from checks.rds.resources import DBInstance
from checks.vpc.resources import PrefixList, SecurityGroup

SOON = NOW + timedelta(days=20)
LATER = NOW + timedelta(days=200)


def instance(engine="postgres", **facts):
    settled = {"cluster": None, "replica_of_instance": None, "replica_of_cluster": None}
    return fake(DBInstance, "db", engine=engine, **{**settled, **facts})


def member(engine="aurora-mysql", **facts):
    return instance(engine, cluster="c", **facts)


def reachable(*groups, port=5432, network="IPV4"):
    return instance(public=True, network=network, port=port, groups=list(groups))


def group(name, *cidrs, first=5432, last=5432, lists=(), ipv6=()):
    rule = {
        "IpProtocol": "tcp",
        "FromPort": first,
        "ToPort": last,
        "IpRanges": [{"CidrIp": each} for each in cidrs],
        "Ipv6Ranges": [{"CidrIpv6": each} for each in ipv6],
        "PrefixListIds": [{"PrefixListId": each} for each in lists],
    }
    return fake(SecurityGroup, name, ingress=[rule])


def certified(server=LATER, authority=LATER):
    return instance(certificate_end=server, authority_end=authority)


CASES: list[Case] = [
    passes(instance_not_public, instance(public=False)),
    fails(instance_not_public, instance(public=True), says="publicly accessible"),
    fails(
        instance_not_public,
        member(public=True),
        doubt="An address is the instance's own, whatever cluster it is in and whichever service it is of.",
    ),
    fails(instance_not_public, member("neptune", public=True)),
    unknown(instance_not_public, instance(public=refused("rds:DescribeDBInstances")), says="rds:DescribeDBInstances"),
    passes(
        instance_not_exposed,
        instance(public=False, groups=["sg-1"]),
        doubt="Without a public address the groups decide about the VPC and its neighbours only, and are not read.",
    ),
    passes(instance_not_exposed, reachable("sg-1"), group("sg-1", "10.0.0.0/8", "198.51.100.7/32")),
    passes(instance_not_exposed, reachable("sg-1"), group("sg-1", "0.0.0.0/0", first=443, last=443)),
    passes(
        instance_not_exposed,
        reachable("sg-1", port=15432),
        group("sg-1", "0.0.0.0/0"),
        doubt="An open default port does not matter where the database listens on another one.",
    ),
    passes(instance_not_exposed, reachable("sg-1"), group("sg-1"), group("sg-2", "0.0.0.0/0")),
    fails(instance_not_exposed, reachable("sg-1"), group("sg-1", "0.0.0.0/0"), says="reaches port 5432"),
    fails(instance_not_exposed, reachable("sg-1"), group("sg-1", "0.0.0.0/0", first=0, last=65535)),
    fails(
        instance_not_exposed,
        reachable("sg-1", "sg-2"),
        group("sg-1", "0.0.0.0/1"),
        group("sg-2", "128.0.0.0/1"),
        doubt="Security groups add up: two halves of the internet in two groups are all of it.",
    ),
    passes(
        instance_not_exposed,
        reachable("sg-1"),
        group("sg-1", ipv6=["::/0"]),
        doubt="A rule for all of IPv6 opens nothing of an instance that has an IPv4 address only.",
    ),
    fails(instance_not_exposed, reachable("sg-1", network="DUAL"), group("sg-1", ipv6=["::/0"]), says="::/0"),
    fails(instance_not_exposed, reachable("sg-1", network=None), group("sg-1", ipv6=["::/0"])),
    fails(instance_not_exposed, reachable("sg-1", "sg-other"), group("sg-1", "0.0.0.0/0")),
    unknown(
        instance_not_exposed,
        reachable("sg-other"),
        doubt="A security group of another account, in a shared VPC, cannot be read.",
    ),
    unknown(
        instance_not_exposed,
        reachable("sg-1"),
        group("sg-1", lists=["pl-1"]),
        fake(PrefixList, "pl-1", owner="1", entries=refused()),
    ),
    unknown(
        instance_not_exposed,
        instance(public=True, network="IPV4", port=refused(), groups=["sg-1"]),
        group("sg-1", "10.0.0.0/8"),
    ),
    unknown(instance_not_exposed, reachable("sg-1"), unlisted=[SecurityGroup]),
    passes(instance_backups_kept, instance(backup_days=7)),
    passes(instance_backups_kept, instance(backup_days=1), minimum_days=1),
    fails(instance_backups_kept, instance(backup_days=0), says="automated backups are off"),
    fails(instance_backups_kept, instance(backup_days=6), says="kept for 6 of 7 days"),
    fails(instance_backups_kept, instance(backup_days=7), minimum_days=30),
    inapplicable(instance_backups_kept, member(backup_days=1)),
    inapplicable(
        instance_backups_kept,
        instance(replica_of_instance="source", backup_days=0),
        doubt="A read replica may go without backups: its source has them.",
    ),
    inapplicable(instance_backups_kept, instance(replica_of_cluster="source", backup_days=0)),
    inapplicable(instance_backups_kept, member("docdb", backup_days=1)),
    unknown(instance_backups_kept, instance(backup_days=refused())),
    unknown(instance_backups_kept, instance(replica_of_instance=refused(), backup_days=7)),
    passes(instance_backup_plan, instance(last_backup=NOW)),
    fails(instance_backup_plan, instance(last_backup=None), says="no backup"),
    fails(
        instance_backup_plan,
        instance(last_backup=None, backup_days=35),
        doubt="RDS's own automated backups do not count: they go with the instance.",
    ),
    inapplicable(instance_backup_plan, member(last_backup=None)),
    inapplicable(instance_backup_plan, member("neptune", last_backup=None)),
    unknown(instance_backup_plan, instance(last_backup=refused("backup:ListProtectedResources"))),
    passes(instance_multi_az, instance(multi_az=True)),
    fails(instance_multi_az, instance(multi_az=False), says="no standby"),
    fails(
        instance_multi_az,
        instance(replica_of_instance="source", multi_az=False),
        doubt="A read replica without a standby fails: it can have one of its own.",
    ),
    inapplicable(
        instance_multi_az,
        member(multi_az=False),
        doubt="A member of a cluster has no standby: the other members are, and the cluster is judged.",
    ),
    inapplicable(
        instance_multi_az,
        instance("sqlserver-ex", multi_az=False),
        doubt="SQL Server Express cannot have a standby; the Web, Standard and Enterprise editions can.",
    ),
    inapplicable(instance_multi_az, member("mysql", multi_az=False)),
    inapplicable(instance_multi_az, instance("custom-oracle-ee", multi_az=False)),
    inapplicable(instance_multi_az, instance("neptune", multi_az=False)),
    unknown(instance_multi_az, instance(multi_az=refused())),
    passes(instance_minor_upgrades, instance(minor_upgrades=True)),
    fails(instance_minor_upgrades, instance(minor_upgrades=False), says="not automatic"),
    fails(instance_minor_upgrades, member(minor_upgrades=False)),
    inapplicable(instance_minor_upgrades, instance("custom-sqlserver-ee", minor_upgrades=False)),
    inapplicable(instance_minor_upgrades, instance("docdb", minor_upgrades=False)),
    unknown(instance_minor_upgrades, instance(minor_upgrades=refused())),
    passes(instance_monitored, instance(monitoring_seconds=60)),
    passes(instance_monitored, instance(monitoring_seconds=1)),
    fails(instance_monitored, instance(monitoring_seconds=0), says="is off"),
    fails(instance_monitored, instance(monitoring_seconds=60), says="only every 60", longest_interval=15),
    fails(
        instance_monitored,
        member(monitoring_seconds=0),
        doubt="A member of a cluster is a machine of its own, and is judged like any other.",
    ),
    inapplicable(instance_monitored, instance("custom-oracle-ee", monitoring_seconds=0)),
    unknown(instance_monitored, instance(monitoring_seconds=refused())),
    passes(instance_in_vpc, instance(vpc="vpc-1")),
    fails(instance_in_vpc, instance(vpc=None), says="no VPC"),
    fails(
        instance_in_vpc,
        member("aurora-postgresql", vpc=None),
        doubt="A member of a cluster made by express configuration is in no VPC, and fails.",
    ),
    inapplicable(instance_in_vpc, instance("neptune", vpc=None)),
    unknown(instance_in_vpc, instance(vpc=refused())),
    passes(instance_certificate_valid, certified()),
    fails(instance_certificate_valid, certified(server=SOON), says="the server certificate expires on 2026-02-04"),
    fails(instance_certificate_valid, certified(authority=NOW), says="the authority's certificate"),
    passes(instance_certificate_valid, certified(server=SOON), days_left=10),
    fails(
        instance_certificate_valid,
        certified(server=NOW, authority=refused()),
        doubt="An expired certificate fails, whatever is not known of its authority.",
    ),
    inapplicable(instance_certificate_valid, instance("custom-oracle-ee")),
    unknown(instance_certificate_valid, certified(server=refused())),
    unknown(instance_certificate_valid, certified(authority=refused("rds:DescribeCertificates"))),
]
