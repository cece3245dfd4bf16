"""Whether databases keep logs, and export them to CloudWatch Logs: what each engine has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.rds.kinds import AURORA_GUIDE, CLUSTER, CONTROLS, USER_GUIDE, Database, Kind, current, of_engines
from checks.rds.resources import DBCluster
from checks.rds.tls import ON, OWN_GROUP, parameter_fix

if TYPE_CHECKING:
    from checks.rds.engines import Engine

AUDIT: Final = {"server_audit_logging": "1", "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL"}
"""Aurora MySQL's audit log as the fix sets it up."""


def _export_fix(kind: Kind, engine: Engine) -> Fix:
    quoted = ", ".join(f'"{each}"' for each in engine.logs)
    return kind.fix(
        f"--cloudwatch-logs-export-configuration EnableLogTypes={','.join(engine.logs)}",
        f"enabled_cloudwatch_logs_exports = [{quoted}]",
        f"EnableCloudwatchLogsExports: [{quoted}]",
        text="Some logs are empty until a parameter or an option of the engine turns them on.",
        cost=True,
    )


@of_engines(
    "logs-exported",
    Severity.MEDIUM,
    reads=("exported_logs",),
    references=[
        f"{USER_GUIDE}/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
        f"{AURORA_GUIDE}/USER_LogAccess.Procedural.UploadtoCloudWatch.html",
        CONTROLS,
    ],
    fix=_export_fix,
    settings=lambda engine: {"logs": engine.logs},
)
def logs_exported(database: Database, *, logs: tuple[str, ...] = ()) -> Problems:
    """{engine} {noun}s export their logs to CloudWatch Logs.

    On the database itself logs are gone after days, or when somebody deletes it; and nothing watches them there. The
    logs asked for are those that AWS Security Hub names for the engine.
    """
    missing = [each for each in logs if each not in database.exported_logs]
    if missing:
        yield Problem(f"not exported: {', '.join(missing)}", found=database.exported_logs, expected=", ".join(logs))


@check(
    "rds-cluster-aurora-mysql-audited",
    Severity.MEDIUM,
    reads=[DBCluster.engine, DBCluster.mode, DBCluster.parameters],
    references=[f"{AURORA_GUIDE}/AuroraMySQL.Auditing.html", CONTROLS],
    fix=parameter_fix(CLUSTER, AUDIT, reboots=False, text=OWN_GROUP),
    applies=lambda cluster: cluster.engine == "aurora-mysql" and current(cluster),
)
def cluster_audited(cluster: DBCluster) -> Problems:
    """Aurora MySQL clusters keep an audit log.

    Who connected and what they did can otherwise not be told afterwards. The log is on with server_audit_logging, and
    holds what server_audit_events names: nothing while that is empty.
    """
    switch, events = (cluster.parameters.get(name) for name in AUDIT)
    if (switch or "").casefold() not in ON:
        yield Problem(f"server_audit_logging is {switch or 'off'}", found=switch, expected="server_audit_logging: 1")
    elif not events:
        yield Problem("server_audit_events names no event", found=events, expected=AUDIT["server_audit_events"])
