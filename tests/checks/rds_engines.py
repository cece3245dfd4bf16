from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.rds import logs
from checks.rds import tls as tls_checks
from checks.rds.engines import BY_NAME
from checks.rds.resources import DBCluster, DBInstance

TLS = {check.id: check for check in tls_checks.tls_required}
LOGS = {check.id: check for check in logs.logs_exported}


def instance(engine, version="", **facts):
    return fake(DBInstance, "db", engine=engine, engine_version=version, **{"cluster": None, **facts})


def cluster(engine, version="", **facts):
    return fake(DBCluster, "c", engine=engine, engine_version=version, **{"mode": "provisioned", **facts})


def parameterized(database, engine, version, value, states=("in-sync",)):
    name = BY_NAME[engine].tls.parameter
    return database(engine, version, parameters={name: value}, parameter_states=list(states))


def database_of(check):
    """Return how a database is made that a check of an engine is about."""
    return {DBInstance: instance, DBCluster: cluster}[check.resource]


def tls(noun, key):
    return TLS[f"rds-{noun}-{key}-tls-required"]


def required(check, engine):
    """Return the cases that hold whatever the engine."""
    make = database_of(check)
    yield passes(check, parameterized(make, engine, "1.0", "1"))
    yield passes(check, parameterized(make, engine, "1.0", "ON"))
    yield fails(check, parameterized(make, engine, "99.0", "0"), says="is 0")
    yield fails(check, parameterized(make, engine, "99.0", "OFF"))
    yield fails(
        check,
        parameterized(make, engine, "1.0", "1", ["in-sync", "pending-reboot"]),
        says="pending-reboot",
        doubt="A value that waits for a reboot does not hold yet: AWS's rules ask for a group that is in sync.",
    )
    yield fails(check, make(engine, "1.0", parameters={}, parameter_states=["in-sync"]), says="off by default")
    yield unknown(check, make(engine, "16.4", parameters=refused(), parameter_states=["in-sync"]))
    yield inapplicable(check, make("neptune"))


def exported(check, engine, wanted):
    make = database_of(check)
    yield passes(check, make(engine, exported_logs=[*wanted, "iam-db-auth-error"]))
    yield fails(check, make(engine, exported_logs=[]), says=", ".join(wanted))
    yield fails(check, make(engine, exported_logs=list(wanted[1:])), says=f"not exported: {wanted[0]}")
    yield unknown(check, make(engine, exported_logs=refused()))
    yield inapplicable(check, make("docdb", exported_logs=[]))


def audited(switch, events="CONNECT", engine="aurora-mysql"):
    return cluster(engine, parameters={"server_audit_logging": switch, "server_audit_events": events})


EDITIONS = {
    "rds-instance-mysql": "mysql",
    "rds-instance-mariadb": "mariadb",
    "rds-instance-postgresql": "postgres",
    "rds-instance-sqlserver": "sqlserver-se",
    "rds-instance-oracle": "oracle-ee-cdb",
    "rds-instance-db2": "db2-se",
    "rds-cluster-aurora-mysql": "aurora-mysql",
    "rds-cluster-aurora-postgresql": "aurora-postgresql",
    "rds-cluster-mysql": "mysql",
    "rds-cluster-postgresql": "postgres",
}

CASES: list[Case] = [
    *(case for id_, check in TLS.items() for case in required(check, EDITIONS[id_.removesuffix("-tls-required")])),
    *(
        case
        for id_, check in LOGS.items()
        for case in exported(check, EDITIONS[id_.removesuffix("-logs-exported")], check.parameters["logs"])
    ),
    passes(
        tls("instance", "postgresql"),
        parameterized(instance, "postgres", "15.4", None),
        doubt="Where the group sets nothing, the engine's default holds: RDS for PostgreSQL requires TLS from 15.",
    ),
    fails(tls("instance", "postgresql"), parameterized(instance, "postgres", "14.9", None), says="off by default"),
    passes(
        tls("instance", "mariadb"),
        parameterized(instance, "mariadb", "11.8.3", None),
        doubt="Where the group sets nothing, the engine's default holds: MariaDB requires TLS from 11.8.",
    ),
    fails(tls("instance", "mariadb"), parameterized(instance, "mariadb", "11.4.8", None)),
    fails(tls("instance", "mysql"), parameterized(instance, "mysql", "8.4.3", None)),
    fails(tls("instance", "sqlserver"), parameterized(instance, "sqlserver-ee", "16.00.4195.2.v1", None)),
    passes(
        tls("cluster", "aurora-postgresql"),
        parameterized(cluster, "aurora-postgresql", "17.4", None),
        doubt="Where the group sets nothing, the engine's default holds: Aurora PostgreSQL requires TLS from 17.",
    ),
    fails(tls("cluster", "aurora-postgresql"), parameterized(cluster, "aurora-postgresql", "16.6", None)),
    passes(
        tls("cluster", "aurora-mysql"),
        cluster("aurora-mysql", parameters={"require_secure_transport": "ON"}, parameter_states=[]),
        doubt="A cluster without members has nothing on which a value could be pending.",
    ),
    passes(
        tls("cluster", "aurora-mysql"),
        parameterized(cluster, "aurora-mysql", "8.4.mysql_aurora.8.4.7", None),
        doubt="Where the group sets nothing, the engine's default holds: Aurora MySQL requires TLS from 8.4.",
    ),
    fails(tls("cluster", "aurora-mysql"), parameterized(cluster, "aurora-mysql", "8.0.mysql_aurora.3.10.1", None)),
    inapplicable(
        tls("instance", "mysql"),
        instance("mysql", cluster="multi-az", parameters={}),
        doubt="A member of a cluster takes the parameter from the cluster's group, which is judged.",
    ),
    inapplicable(tls("instance", "mysql"), instance("mariadb")),
    inapplicable(tls("instance", "postgresql"), instance("custom-oracle-ee")),
    inapplicable(tls("cluster", "aurora-mysql"), cluster("aurora-mysql", mode="serverless")),
    passes(LOGS["rds-instance-mysql-logs-exported"], instance("mysql", exported_logs=["error"]), logs=("error",)),
    inapplicable(LOGS["rds-instance-oracle-logs-exported"], instance("custom-oracle-ee", exported_logs=[])),
    inapplicable(
        LOGS["rds-instance-postgresql-logs-exported"],
        instance("postgres", cluster="multi-az", exported_logs=[]),
        doubt="A member's logs are exported with its cluster's, which is judged.",
    ),
    passes(logs.cluster_audited, audited("1")),
    passes(logs.cluster_audited, audited("ON", "CONNECT,QUERY_DDL")),
    fails(logs.cluster_audited, audited("0"), says="server_audit_logging is 0"),
    fails(logs.cluster_audited, audited(None), says="is off"),
    fails(
        logs.cluster_audited,
        audited("1", None),
        says="names no event",
        doubt="The audit log is on and empty while server_audit_events names nothing.",
    ),
    inapplicable(logs.cluster_audited, cluster("mysql", parameters={})),
    inapplicable(logs.cluster_audited, cluster("aurora-postgresql", parameters={})),
    unknown(logs.cluster_audited, cluster("aurora-mysql", parameters=refused("rds:DescribeDBClusterParameters"))),
]
