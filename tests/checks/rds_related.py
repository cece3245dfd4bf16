from auditor.testing import Case, fails, fake, passes, refused, unknown
from checks.rds import snapshots
from checks.rds.events import EVENT_CHECKS, SOURCES
from checks.rds.proxies import proxy_debug_logging_off, proxy_iam_required, proxy_multi_az, proxy_tls_required
from checks.rds.related import DBClusterSnapshot, DBProxy, DBSnapshot, EventSubscription, RDSRegion
from checks.rds.resources import DBCluster, DBInstance
from checks.vpc.resources import Subnet

CLUSTER_EVENTS, INSTANCE_EVENTS, PARAMETER_GROUP_EVENTS, _ = EVENT_CHECKS
NEIGHBOUR = "210987654321"
SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop"


def shared(resource_type, *accounts):
    return fake(resource_type, "s", snapshot_type="manual", shared_with=list(accounts))


def snapshot(resource_type, *, encrypted, encryption_type=None):
    return fake(resource_type, "s", encrypted=encrypted, encryption_type=encryption_type)


def of_both_kinds():
    kinds = (DBSnapshot, DBClusterSnapshot)
    rules = (snapshots.snapshot_not_public, snapshots.snapshot_sharing_limited, snapshots.snapshot_encrypted)
    for kind, public, sharing, encrypted in zip(kinds, *rules, strict=True):
        yield passes(public, shared(kind))
        yield passes(public, shared(kind, NEIGHBOUR))
        yield fails(public, shared(kind, "all"), says="public")
        yield unknown(public, fake(kind, snapshot_type="manual", shared_with=refused()))
        yield passes(sharing, shared(kind))
        yield passes(
            sharing, shared(kind, "all"), doubt="A public snapshot is another check's, and far graver, failure."
        )
        yield passes(sharing, shared(kind, NEIGHBOUR), trusted=(NEIGHBOUR,))
        yield fails(sharing, shared(kind, "all", NEIGHBOUR), says=f"shared with {NEIGHBOUR}")
        yield unknown(sharing, fake(kind, snapshot_type="manual", shared_with=refused()))
        yield passes(encrypted, snapshot(kind, encrypted=True))
        yield passes(
            encrypted,
            snapshot(kind, encrypted=False, encryption_type="sse-rds"),
            doubt="With a key that AWS owns, the snapshot counts as not encrypted and is so all the same.",
        )
        yield fails(encrypted, snapshot(kind, encrypted=False), says="not encrypted")
        yield fails(encrypted, snapshot(kind, encrypted=False, encryption_type="none"))
        yield unknown(encrypted, snapshot(kind, encrypted=refused()))


def subscription(id_="s", **facts):
    settled = {"enabled": True, "status": "active", "source_type": None, "sources": [], "categories": []}
    return fake(EventSubscription, id_, **{**settled, **facts})


def region():
    return fake(RDSRegion)


DATABASE = fake(DBInstance, "db", engine="postgres")
CLUSTER = fake(DBCluster, "c", engine="aurora-mysql")


def of_each_source():
    for source, check in zip(SOURCES, EVENT_CHECKS, strict=True):
        whole = subscription(source_type=source.source_type, categories=list(source.categories))
        yield passes(check, region(), DATABASE, CLUSTER, whole)
        yield passes(check, region(), DATABASE, CLUSTER, subscription(source_type=source.source_type))
        yield passes(check, region(), DATABASE, CLUSTER, subscription(), doubt="A subscription of all sources counts.")
        yield passes(check, region(), doubt="A region without databases needs no subscription.")
        yield fails(check, region(), DATABASE, CLUSTER, says=source.categories[0])
        yield fails(check, region(), DATABASE, CLUSTER, subscription(source_type="db-snapshot"))
        yield fails(check, region(), DATABASE, CLUSTER, subscription(enabled=False))
        yield fails(
            check,
            region(),
            DATABASE,
            CLUSTER,
            subscription(status="topic-not-exist"),
            doubt="A subscription whose topic is gone tells nobody.",
        )
        yield fails(
            check,
            region(),
            DATABASE,
            CLUSTER,
            subscription(source_type=source.source_type, sources=["one-of-them"]),
            doubt="A subscription that is narrowed to some sources does not count: the next source is not among them.",
        )
        yield unknown(check, region(), DATABASE, CLUSTER, unlisted=[EventSubscription])
        yield unknown(check, region(), unlisted=[DBInstance, DBCluster])


def proxy(*users, scheme="NONE"):
    rows = [{"AuthScheme": "SECRETS", "SecretArn": SECRET, "IAMAuth": each} for each in users]
    return fake(DBProxy, users=rows, default_scheme=scheme)


def spread(*subnets):
    return fake(DBProxy, subnets=list(subnets))


def subnet(name, zone):
    return fake(Subnet, name, zone=zone)


CASES: list[Case] = [
    *of_both_kinds(),
    *of_each_source(),
    passes(
        INSTANCE_EVENTS,
        region(),
        DATABASE,
        subscription("one", source_type="db-instance", categories=["failure", "maintenance"]),
        subscription("two", source_type="db-instance", categories=["configuration change"]),
        doubt="Several subscriptions together may cover the categories.",
    ),
    fails(
        INSTANCE_EVENTS,
        region(),
        DATABASE,
        subscription(source_type="db-instance", categories=["failure", "maintenance"]),
        says="no subscription tells of configuration change of database instances",
    ),
    passes(INSTANCE_EVENTS, region(), fake(DBInstance, "graph", engine="neptune")),
    passes(INSTANCE_EVENTS, region(), fake(DBInstance, "db", region="us-east-1", engine="mysql")),
    passes(CLUSTER_EVENTS, region(), DATABASE),
    passes(PARAMETER_GROUP_EVENTS, region(), DATABASE, categories=()),
    passes(proxy_tls_required, fake(DBProxy, requires_tls=True)),
    fails(proxy_tls_required, fake(DBProxy, requires_tls=False), says="without TLS"),
    unknown(proxy_tls_required, fake(DBProxy, requires_tls=refused())),
    passes(proxy_iam_required, proxy("REQUIRED", "REQUIRED")),
    passes(proxy_iam_required, proxy(scheme="IAM_AUTH"), doubt="A proxy with IAM from end to end needs no secrets."),
    passes(
        proxy_iam_required,
        proxy("ENABLED"),
        doubt="ENABLED is the most that a proxy of SQL Server can have.",
    ),
    fails(proxy_iam_required, proxy("REQUIRED", "DISABLED"), says=f"not required of {SECRET}"),
    fails(proxy_iam_required, proxy(), says="any user"),
    unknown(proxy_iam_required, fake(DBProxy, users=refused(), default_scheme="NONE")),
    passes(proxy_multi_az, spread("a", "b"), subnet("a", "eu-west-1a"), subnet("b", "eu-west-1b")),
    passes(proxy_multi_az, spread("a", "b", "c"), subnet("a", "eu-west-1a"), subnet("b", "eu-west-1b")),
    fails(proxy_multi_az, spread("a", "b"), subnet("a", "eu-west-1a"), subnet("b", "eu-west-1a"), says="eu-west-1a"),
    unknown(proxy_multi_az, spread("a", "b"), subnet("a", "eu-west-1a"), says="belongs to another account"),
    unknown(proxy_multi_az, spread("a"), unlisted=[Subnet]),
    passes(proxy_debug_logging_off, fake(DBProxy, debug_logging=False)),
    fails(proxy_debug_logging_off, fake(DBProxy, debug_logging=True), says="debug logging is on"),
    unknown(proxy_debug_logging_off, fake(DBProxy, debug_logging=refused())),
]
