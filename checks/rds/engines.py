"""The database engines of RDS and what each one offers. No AWS calls."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

Version = tuple[int, ...]


class Switch(NamedTuple):
    """The parameter that makes a database refuse connections without TLS.

    ``on_since`` is the first major version whose default is on; None where it is off in all. ``reboots`` says that a
    change may take a reboot.
    """

    parameter: str
    on_since: Version | None = None
    reboots: bool = False


class Engine(NamedTuple):
    """An engine: how ids and texts call it, and AWS's names of its editions.

    ``port`` is where it listens unless told otherwise. ``logs`` are those that AWS Security Hub wants exported to
    CloudWatch Logs. ``iam_since`` is the first version with IAM authentication, None where none has it. ``tls`` is
    None where TLS is no matter of a parameter. ``major`` is how many numbers of a version make the major version under
    which AWS tells how long it supports an open-source engine; None for engines of other vendors.
    """

    key: str
    title: str
    names: frozenset[str]
    port: int
    logs: tuple[str, ...]
    iam_since: Version | None = None
    tls: Switch | None = None
    major: int | None = None


MYSQL: Final = Engine(
    "mysql",
    "MySQL",
    frozenset({"mysql"}),
    port=3306,
    logs=("audit", "error", "general", "slowquery"),
    iam_since=(),
    tls=Switch("require_secure_transport"),
    major=2,
)
MARIADB: Final = Engine(
    "mariadb",
    "MariaDB",
    frozenset({"mariadb"}),
    port=3306,
    logs=("audit", "error", "general", "slowquery"),
    iam_since=(10, 11),
    tls=Switch("require_secure_transport", on_since=(11, 8)),
)
POSTGRESQL: Final = Engine(
    "postgresql",
    "PostgreSQL",
    frozenset({"postgres"}),
    port=5432,
    logs=("postgresql", "upgrade"),
    iam_since=(),
    tls=Switch("rds.force_ssl", on_since=(15,), reboots=True),
    major=1,
)
SQLSERVER: Final = Engine(
    "sqlserver",
    "SQL Server",
    frozenset({"sqlserver-dev-ee", "sqlserver-ee", "sqlserver-ex", "sqlserver-se", "sqlserver-web"}),
    port=1433,
    logs=("agent", "error"),
    tls=Switch("rds.force_ssl", reboots=True),
)
ORACLE: Final = Engine(
    "oracle",
    "Oracle",
    frozenset({"oracle-ee", "oracle-ee-cdb", "oracle-se", "oracle-se1", "oracle-se2", "oracle-se2-cdb"}),
    port=1521,
    logs=("alert", "audit", "listener", "trace"),
)
DB2: Final = Engine(
    "db2",
    "Db2",
    frozenset({"db2-ae", "db2-ce", "db2-se"}),
    port=50000,
    logs=("diag.log", "notify.log"),
)
AURORA_MYSQL: Final = Engine(
    "aurora-mysql",
    "Aurora MySQL",
    frozenset({"aurora", "aurora-mysql"}),
    port=3306,
    logs=("audit",),
    iam_since=(),
    tls=Switch("require_secure_transport", on_since=(8, 4)),
    major=2,
)
AURORA_POSTGRESQL: Final = Engine(
    "aurora-postgresql",
    "Aurora PostgreSQL",
    frozenset({"aurora-postgresql"}),
    port=5432,
    logs=("postgresql",),
    iam_since=(),
    tls=Switch("rds.force_ssl", on_since=(17,), reboots=True),
    major=1,
)

OF_INSTANCES: Final = (MYSQL, MARIADB, POSTGRESQL, SQLSERVER, ORACLE, DB2)
"""What instances of their own run."""
OF_CLUSTERS: Final = (
    AURORA_MYSQL,
    AURORA_POSTGRESQL,
    # A Multi-AZ DB cluster has no audit log to export (API Reference, CreateDBCluster).
    MYSQL._replace(logs=("error", "general", "slowquery")),
    POSTGRESQL,
)
"""What clusters run: Aurora, or the engine of a Multi-AZ DB cluster."""
BY_NAME: Final = {name: engine for engine in (*OF_INSTANCES, *OF_CLUSTERS[:2]) for name in engine.names}
"""The engines by AWS's names. RDS Custom, Neptune and DocumentDB have none here."""


def version(text: str) -> Version:
    """Return the numbers that an engine's version begins with: (8, 0) for 8.0.mysql_aurora.3.04.0."""
    found = re.match(r"\d+(\.\d+)*(?=\.|$)", text)
    return tuple(int(number) for number in found[0].split(".")) if found else ()


def major_version(engine_name: str, text: str) -> str | None:
    """Return the major version under which AWS tells how long it supports an engine; None where it does not."""
    engine = BY_NAME.get(engine_name)
    numbers = version(text)
    if engine is None or engine.major is None or not numbers:
        return None
    # Before PostgreSQL 10, two numbers made a major version.
    count = 2 if engine.key.endswith("postgresql") and numbers < (10,) else engine.major
    return ".".join(map(str, numbers[:count]))


def has_iam(engine_name: str, text: str) -> bool:
    """Return whether a version of an engine has IAM authentication."""
    engine = BY_NAME.get(engine_name)
    return engine is not None and engine.iam_since is not None and version(text) >= engine.iam_since
