from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.rds.instances import (
    instance_backups_kept,
    instance_encrypted,
    instance_minor_upgrades,
    instance_multi_az,
    instance_not_public,
)
from checks.rds.resources import DBInstance


def instance(engine="postgres", **facts):
    settled = {
        "encryption_type": None,
        "cluster": None,
        "replica_of_instance": None,
        "replica_of_cluster": None,
    }
    return fake(DBInstance, "db", engine=engine, **{**settled, **facts})


CASES: list[Case] = [
    passes(instance_not_public, instance(public=False)),
    fails(instance_not_public, instance(public=True), says="publicly accessible"),
    # An address is the instance's own, whatever cluster it is in and whichever service it is of.
    fails(instance_not_public, instance("aurora-mysql", cluster="c", public=True)),
    fails(instance_not_public, instance("neptune", cluster="c", public=True)),
    unknown(instance_not_public, instance(public=refused("rds:DescribeDBInstances")), says="rds:DescribeDBInstances"),
    passes(instance_encrypted, instance(encrypted=True)),
    passes(instance_encrypted, instance(encrypted=True, encryption_type="sse-kms")),
    # With a key that AWS owns, StorageEncrypted is false and the data is encrypted all the same.
    passes(instance_encrypted, instance("aurora-postgresql", cluster="c", encrypted=False, encryption_type="sse-rds")),
    fails(instance_encrypted, instance(encrypted=False), says="not encrypted"),
    fails(instance_encrypted, instance(encrypted=False, encryption_type="none")),
    fails(instance_encrypted, instance("aurora-mysql", cluster="c", encrypted=False)),
    inapplicable(instance_encrypted, instance("neptune", encrypted=False)),
    inapplicable(instance_encrypted, instance("docdb", encrypted=False)),
    unknown(instance_encrypted, instance(encrypted=refused())),
    unknown(instance_encrypted, instance(refused(), encrypted=True)),
    passes(instance_backups_kept, instance(backup_days=7)),
    passes(instance_backups_kept, instance(backup_days=1), minimum_days=1),
    fails(instance_backups_kept, instance(backup_days=0), says="automated backups are off"),
    fails(instance_backups_kept, instance(backup_days=6), says="kept for 6 of 7 days"),
    fails(instance_backups_kept, instance(backup_days=7), minimum_days=30),
    inapplicable(instance_backups_kept, instance("aurora-mysql", cluster="c", backup_days=1)),
    inapplicable(instance_backups_kept, instance(replica_of_instance="source", backup_days=0)),
    inapplicable(instance_backups_kept, instance(replica_of_cluster="source", backup_days=0)),
    inapplicable(instance_backups_kept, instance("docdb", cluster="c", backup_days=1)),
    unknown(instance_backups_kept, instance(backup_days=refused())),
    unknown(instance_backups_kept, instance(replica_of_instance=refused(), backup_days=7)),
    passes(instance_multi_az, instance(multi_az=True)),
    fails(instance_multi_az, instance(multi_az=False), says="no standby"),
    # A read replica can have a standby of its own.
    fails(instance_multi_az, instance(replica_of_instance="source", multi_az=False)),
    inapplicable(instance_multi_az, instance("aurora-mysql", cluster="c", multi_az=False)),
    inapplicable(instance_multi_az, instance("mysql", cluster="multi-az-cluster", multi_az=False)),
    inapplicable(instance_multi_az, instance("custom-oracle-ee", multi_az=False)),
    inapplicable(instance_multi_az, instance("neptune", multi_az=False)),
    unknown(instance_multi_az, instance(multi_az=refused())),
    passes(instance_minor_upgrades, instance(minor_upgrades=True)),
    fails(instance_minor_upgrades, instance(minor_upgrades=False), says="not automatic"),
    fails(instance_minor_upgrades, instance("aurora-mysql", cluster="c", minor_upgrades=False)),
    inapplicable(instance_minor_upgrades, instance("custom-sqlserver-ee", minor_upgrades=False)),
    inapplicable(instance_minor_upgrades, instance("docdb", minor_upgrades=False)),
    unknown(instance_minor_upgrades, instance(minor_upgrades=refused())),
]
