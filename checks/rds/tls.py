"""Whether databases refuse connections without TLS: by the parameter that each engine has for it."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity
from checks.rds.engines import BY_NAME, Engine, Switch, version
from checks.rds.kinds import AURORA_GUIDE, CONTROLS, INSTANCE, USER_GUIDE, Database, Kind, of_engines

ON: Final = frozenset({"1", "on"})
"""How a parameter says that it is on: numbers and words are the same to the engines."""
IN_FORCE: Final = "in-sync"
"""The state of a parameter group all of whose values hold."""
OWN_GROUP: Final = (
    "GROUP is the parameter group of the database: a default group cannot be changed, so give the database one of its "
    "own first."
)
TLS_ONLY: Final = f"{OWN_GROUP} Clients that do not use TLS are cut off."


def parameter_fix(kind: Kind, parameters: dict[str, str], *, reboots: bool, text: str) -> Fix:
    """Return the fix that sets ``parameters`` in the group of a database, and reboots it where that may be needed."""
    group = "db" if kind is INSTANCE else "db-cluster"
    method = "pending-reboot" if reboots else "immediate"
    changes = " ".join(
        f"'ParameterName={name},ParameterValue=\"{value}\",ApplyMethod={method}'" for name, value in parameters.items()
    )
    command = (
        f"aws rds modify-{group}-parameter-group --region {{resource.region}} --{group}-parameter-group-name GROUP "
        f"--parameters {changes}"
    )
    rebooted = "{resource.id}" if kind is INSTANCE else "MEMBER"
    reboot = f" && aws rds reboot-db-instance --region {{resource.region}} --db-instance-identifier {rebooted}"
    resource = "aws_db_parameter_group" if kind is INSTANCE else "aws_rds_cluster_parameter_group"
    blocks = "".join(
        f'  parameter {{\n    name  = "{name}"\n    value = "{value}"\n  }}\n' for name, value in parameters.items()
    )
    template = "AWS::RDS::DBParameterGroup" if kind is INSTANCE else "AWS::RDS::DBClusterParameterGroup"
    lines = "\n".join(f'    {name}: "{value}"' for name, value in parameters.items())
    return Fix(
        cli=command + (reboot if reboots else ""),
        terraform=f'resource "{resource}" "this" {{\n{blocks}}}',
        cloudformation=f"Type: {template}\nProperties:\n  Parameters:\n{lines}",
        text=text,
        downtime=reboots,
    )


def _tls_fix(kind: Kind, engine: Engine) -> Fix:
    switch = _switch(engine)
    text = f"{TLS_ONLY} Reboot each MEMBER of the cluster." if switch.reboots and kind is not INSTANCE else TLS_ONLY
    return parameter_fix(kind, {switch.parameter: "1"}, reboots=switch.reboots, text=text)


def _switch(engine: Engine) -> Switch:
    if engine.tls is None:
        message = f"{engine.title} has no parameter for TLS"
        raise ValueError(message)
    return engine.tls


@of_engines(
    "tls-required",
    Severity.MEDIUM,
    reads=("engine_version", "parameters", "parameter_states"),
    references=[f"{USER_GUIDE}/UsingWithRDS.SSL.html", f"{AURORA_GUIDE}/UsingWithRDS.SSL.html", CONTROLS],
    fix=_tls_fix,
    offered=lambda engine: engine.tls is not None,
)
def tls_required(database: Database) -> Problems:
    """{engine} {noun}s refuse connections without TLS.

    Otherwise passwords and data cross the network in the clear as soon as one client is set up carelessly. The value
    in the parameter group counts, or else the default of the engine's version; and it has to hold already, which
    it does not while the group waits for a reboot.
    """
    switch = _switch(BY_NAME[database.engine])
    value = database.parameters.get(switch.parameter)
    if not _on(switch, value, database.engine_version):
        yield Problem(
            f"{switch.parameter} is {value or 'off by default'}", found=value, expected=f"{switch.parameter}: 1"
        )
        return
    states = sorted(set(database.parameter_states) - {IN_FORCE})
    if states:
        yield Problem(f"the parameter group is {', '.join(states)}", found=states, expected=IN_FORCE)


def _on(switch: Switch, value: str | None, engine_version: str) -> bool:
    """Return whether TLS is required by a parameter's value, or by the engine's default where there is none."""
    if value is None:
        return switch.on_since is not None and version(engine_version) >= switch.on_since
    return value.casefold() in ON
