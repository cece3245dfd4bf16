from datetime import timedelta

from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.rds import databases
from checks.rds.resources import DBCluster, DBInstance

INSTANCE_ENCRYPTED, CLUSTER_ENCRYPTED = databases.encrypted
INSTANCE_DELETION, CLUSTER_DELETION = databases.deletion_protected
INSTANCE_IAM, CLUSTER_IAM = databases.iam_authentication
INSTANCE_TAGS, CLUSTER_TAGS = databases.tags_copied
INSTANCE_PORT, CLUSTER_PORT = databases.port_not_default
INSTANCE_ADMIN, CLUSTER_ADMIN = databases.admin_renamed
INSTANCE_ENGINE, CLUSTER_ENGINE = databases.engine_available
INSTANCE_SUPPORT, CLUSTER_SUPPORT = databases.standard_support
INSTANCE_MAINTENANCE, CLUSTER_MAINTENANCE = databases.maintenance_applied


def instance(engine="postgres", **facts):
    return fake(DBInstance, "db", engine=engine, **{"cluster": None, "encryption_type": None, **facts})


def member(engine="aurora-mysql", **facts):
    return instance(engine, cluster="c", **facts)


def cluster(engine="aurora-mysql", **facts):
    return fake(DBCluster, "c", engine=engine, **{"mode": "provisioned", "encryption_type": None, **facts})


def serverless_v1(**facts):
    return cluster("aurora-mysql", mode="serverless", **facts)


def switches(rule, fact):
    """Return the cases of a rule that wants a setting to be on."""
    for check, database in zip(rule, (instance, cluster), strict=True):
        yield passes(check, database(engine_version="8.0.35", **{fact: True}))
        yield fails(check, database(engine_version="8.0.35", **{fact: False}))
        yield inapplicable(check, database("neptune", **{fact: False}))
        yield unknown(check, database(engine_version="8.0.35", **{fact: refused()}))


def iam(database, engine, version, *, on=False):
    return database(engine, engine_version=version, iam=on)


def supported(database, engine, version, *, days):
    return database(engine, engine_version=version, standard_support_end=NOW + timedelta(days=days))


def pending(database, **dates):
    return database(maintenance=[{"Action": "system-update", "Description": "New OS patch"} | dates])


def days_ago(days):
    return NOW - timedelta(days=days)


CASES: list[Case] = [
    *switches(databases.deletion_protected, "deletion_protected"),
    *switches(databases.tags_copied, "tags_copied"),
    *switches(databases.iam_authentication, "iam"),
    inapplicable(
        INSTANCE_DELETION,
        member(deletion_protected=False),
        doubt="A member of a cluster has no protection of its own: the cluster does.",
    ),
    inapplicable(
        INSTANCE_TAGS,
        member(tags_copied=False),
        doubt="What a member of a cluster has set has no effect on its cluster's snapshots.",
    ),
    inapplicable(CLUSTER_DELETION, serverless_v1(deletion_protected=False)),
    passes(INSTANCE_ENCRYPTED, instance(encrypted=True)),
    passes(INSTANCE_ENCRYPTED, instance(encrypted=True, encryption_type="sse-kms")),
    passes(
        INSTANCE_ENCRYPTED,
        member("aurora-postgresql", encrypted=False, encryption_type="sse-rds"),
        doubt="With a key that AWS owns, StorageEncrypted is false and the data is encrypted all the same.",
    ),
    fails(INSTANCE_ENCRYPTED, instance(encrypted=False), says="not encrypted"),
    fails(INSTANCE_ENCRYPTED, instance(encrypted=False, encryption_type="none")),
    fails(INSTANCE_ENCRYPTED, member(encrypted=False)),
    inapplicable(INSTANCE_ENCRYPTED, instance("neptune", encrypted=False)),
    inapplicable(INSTANCE_ENCRYPTED, instance("docdb", encrypted=False)),
    unknown(INSTANCE_ENCRYPTED, instance(encrypted=refused())),
    unknown(INSTANCE_ENCRYPTED, instance(refused(), encrypted=True)),
    passes(CLUSTER_ENCRYPTED, cluster(encrypted=True)),
    passes(CLUSTER_ENCRYPTED, cluster(encrypted=False, encryption_type="sse-rds")),
    fails(CLUSTER_ENCRYPTED, cluster(encrypted=False, encryption_type="none"), says="not encrypted"),
    inapplicable(CLUSTER_ENCRYPTED, cluster("docdb", encrypted=False)),
    unknown(CLUSTER_ENCRYPTED, cluster(encrypted=refused())),
    fails(INSTANCE_IAM, iam(instance, "mysql", "8.0.35"), says="IAM authentication is off"),
    fails(INSTANCE_IAM, iam(instance, "mariadb", "10.11.6")),
    fails(INSTANCE_IAM, iam(instance, "mariadb", "11.4.3")),
    inapplicable(
        INSTANCE_IAM,
        iam(instance, "mariadb", "10.6.19"),
        doubt="MariaDB has IAM authentication from 10.11: older versions are not judged.",
    ),
    inapplicable(INSTANCE_IAM, iam(instance, "oracle-ee", "19.0.0.0.ru-2024-01.rur-2024-01.r1")),
    inapplicable(INSTANCE_IAM, iam(instance, "sqlserver-ex", "15.00.4345.5.v1")),
    inapplicable(INSTANCE_IAM, iam(instance, "db2-se", "11.5.9.0.sb00013292.r1")),
    inapplicable(INSTANCE_IAM, iam(member, "aurora-mysql", "8.0.mysql_aurora.3.04.0")),
    fails(CLUSTER_IAM, iam(cluster, "postgres", "15.4")),
    inapplicable(CLUSTER_IAM, serverless_v1(engine_version="5.7.mysql_aurora.2.11.4", iam=False)),
    passes(INSTANCE_PORT, instance(port=15432)),
    passes(INSTANCE_PORT, instance("mysql", port=5432)),
    fails(INSTANCE_PORT, instance(port=5432), says="the default of postgres"),
    fails(INSTANCE_PORT, instance("oracle-se2", port=1521)),
    fails(INSTANCE_PORT, instance("sqlserver-web", port=1433)),
    fails(INSTANCE_PORT, instance("db2-ae", port=50000)),
    inapplicable(INSTANCE_PORT, member(port=3306), doubt="A member listens where its cluster does, which is judged."),
    inapplicable(INSTANCE_PORT, instance("custom-oracle-ee", port=1521)),
    unknown(
        INSTANCE_PORT,
        instance(port=refused()),
        doubt="While an instance is created, AWS does not tell its port.",
    ),
    passes(CLUSTER_PORT, cluster(port=13306)),
    fails(CLUSTER_PORT, cluster(port=3306), says="3306"),
    fails(CLUSTER_PORT, cluster("aurora-postgresql", port=5432)),
    unknown(CLUSTER_PORT, cluster(port=refused())),
    passes(INSTANCE_ADMIN, instance(admin="keeper")),
    fails(INSTANCE_ADMIN, instance(admin="postgres"), says="is called postgres"),
    fails(INSTANCE_ADMIN, instance("oracle-ee", admin="ADMIN"), doubt="Names are compared without regard to case."),
    passes(INSTANCE_ADMIN, instance(admin="admin"), defaults=("postgres",)),
    inapplicable(INSTANCE_ADMIN, member(admin="admin")),
    unknown(INSTANCE_ADMIN, instance(admin=refused())),
    passes(CLUSTER_ADMIN, cluster(admin="keeper")),
    fails(CLUSTER_ADMIN, cluster(admin="admin")),
    inapplicable(CLUSTER_ADMIN, cluster("docdb", admin="admin")),
    unknown(CLUSTER_ADMIN, cluster(admin=refused())),
    passes(INSTANCE_ENGINE, instance(engine_version="16.4", engine_status="available")),
    fails(
        INSTANCE_ENGINE, instance(engine_version="11.1", engine_status="deprecated"), says="postgres 11.1 is deprecated"
    ),
    inapplicable(INSTANCE_ENGINE, instance("custom-oracle-ee", engine_status="deprecated")),
    inapplicable(INSTANCE_ENGINE, member(engine_status="deprecated")),
    unknown(INSTANCE_ENGINE, instance(engine_status=refused("rds:DescribeDBEngineVersions"))),
    passes(CLUSTER_ENGINE, cluster(engine_version="8.0.mysql_aurora.3.08.0", engine_status="available")),
    fails(CLUSTER_ENGINE, cluster(engine_version="5.7.mysql_aurora.2.07.0", engine_status="deprecated")),
    unknown(CLUSTER_ENGINE, cluster(engine_status=refused())),
    passes(INSTANCE_SUPPORT, supported(instance, "postgres", "16.4", days=900)),
    passes(INSTANCE_SUPPORT, supported(instance, "mysql", "8.4.3", days=10)),
    fails(INSTANCE_SUPPORT, supported(instance, "mysql", "8.4.3", days=10), days_left=30),
    fails(
        INSTANCE_SUPPORT,
        supported(instance, "postgres", "12.19", days=-300),
        says="standard support for postgres 12 ends on 2025-03-21",
        doubt="A version in Extended Support fails: AWS fixes only the gravest flaws of it.",
    ),
    fails(INSTANCE_SUPPORT, supported(instance, "postgres", "9.6.24", days=-300), says="postgres 9.6"),
    inapplicable(
        INSTANCE_SUPPORT,
        instance("mariadb", engine_version="10.6.19"),
        doubt="AWS tells no dates for MariaDB, Oracle, SQL Server and Db2; rds-instance-engine-available judges them.",
    ),
    inapplicable(INSTANCE_SUPPORT, instance("oracle-ee", engine_version="19.0.0.0")),
    inapplicable(INSTANCE_SUPPORT, instance(engine_version="unheard-of")),
    unknown(INSTANCE_SUPPORT, instance(engine_version="16.4", standard_support_end=refused())),
    passes(CLUSTER_SUPPORT, supported(cluster, "aurora-postgresql", "16.4", days=900)),
    fails(CLUSTER_SUPPORT, supported(cluster, "aurora-mysql", "5.7.mysql_aurora.2.11.4", days=-1), says="mysql 5.7"),
    unknown(CLUSTER_SUPPORT, cluster(engine_version="8.0.mysql_aurora.3.04.0", standard_support_end=refused())),
    passes(INSTANCE_MAINTENANCE, instance(maintenance=[])),
    passes(
        INSTANCE_MAINTENANCE, pending(instance), doubt="Maintenance without a date is an offer, which one may decline."
    ),
    passes(INSTANCE_MAINTENANCE, pending(instance, AutoAppliedAfterDate=NOW + timedelta(days=3))),
    passes(
        INSTANCE_MAINTENANCE,
        pending(instance, AutoAppliedAfterDate=days_ago(5)),
        doubt="After the date it may take a week until the maintenance window opens.",
    ),
    fails(INSTANCE_MAINTENANCE, pending(instance, AutoAppliedAfterDate=days_ago(8)), says="was due on 2026-01-07"),
    fails(INSTANCE_MAINTENANCE, pending(instance, ForcedApplyDate=days_ago(5)), grace_days=1),
    fails(INSTANCE_MAINTENANCE, pending(member, AutoAppliedAfterDate=days_ago(8))),
    inapplicable(INSTANCE_MAINTENANCE, instance("docdb", maintenance=[])),
    unknown(INSTANCE_MAINTENANCE, instance(maintenance=refused())),
    passes(CLUSTER_MAINTENANCE, cluster(maintenance=[])),
    fails(CLUSTER_MAINTENANCE, pending(cluster, ForcedApplyDate=days_ago(10))),
    unknown(CLUSTER_MAINTENANCE, cluster(maintenance=refused())),
]
