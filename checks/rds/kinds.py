"""How one rule becomes a check of instances and a check of clusters, or of each engine.

What an instance of its own has as a setting, a cluster has for all its members: encryption, backups, IAM
authentication, deletion protection. The rule is the same; only the resource and the command differ.
"""

from __future__ import annotations

from functools import partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from auditor import Check, Fix, Severity, check
from checks.rds.engines import BY_NAME, OF_CLUSTERS, OF_INSTANCES, Engine
from checks.rds.resources import DBCluster, DBInstance

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from auditor import Resource
    from auditor.checking import Function

Database = DBInstance | DBCluster

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
AURORA_GUIDE: Final = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html"

OTHER_SERVICES: Final = frozenset({"docdb", "neptune"})
"""The engines of DocumentDB and Neptune: RDS lists them, but they are services with rules of their own."""


def relational(resource: Any) -> bool:
    """Return whether RDS runs a database."""
    return resource.engine not in OTHER_SERVICES


def managed(instance: DBInstance) -> bool:
    """Return whether RDS alone runs the instance: of RDS Custom the customer runs the operating system and more."""
    return relational(instance) and not instance.engine.startswith("custom-")


def alone(instance: DBInstance) -> bool:
    """Return whether RDS runs the instance, and not as a member of a cluster."""
    return relational(instance) and not instance.cluster


def current(cluster: DBCluster) -> bool:
    """Return whether RDS runs the cluster, and not as Serverless v1, which lacks most of the settings."""
    return relational(cluster) and cluster.mode != "serverless"


class Kind(NamedTuple):
    """A kind of database: what it is called, which ones a rule is about, and how it is changed."""

    noun: str
    resource: type[Database]
    concerns: Callable[[Any], bool]
    reads: tuple[str, ...]
    modify: str
    terraform: str
    engines: tuple[Engine, ...]

    def facts(self, *names: str) -> list[Any]:
        """Return the facts by name, with those that say whether a rule is about the database."""
        return [getattr(self.resource, name) for name in dict.fromkeys((*self.reads, *names))]

    def fix(self, options: str, settings: str, properties: str, **effort: Any) -> Fix:
        """Return the fix that modifies the database: by the command's options, Terraform, and CloudFormation.

        The options name ``--apply-immediately`` only where the change would else wait for the maintenance window: it
        applies whatever else is pending too.
        """
        return Fix(
            cli=f"{self.modify} {options}",
            terraform=f'resource "{self.terraform}" "this" {{\n  {settings}\n}}',
            cloudformation=f"Type: {self.resource.aws_type}\nProperties:\n  {properties}",
            **effort,
        )


INSTANCE: Final = Kind(
    "instance",
    DBInstance,
    alone,
    ("engine", "cluster"),
    "aws rds modify-db-instance --region {resource.region} --db-instance-identifier {resource.id}",
    "aws_db_instance",
    OF_INSTANCES,
)
CLUSTER: Final = Kind(
    "cluster",
    DBCluster,
    current,
    ("engine", "mode"),
    "aws rds modify-db-cluster --region {resource.region} --db-cluster-identifier {resource.id}",
    "aws_rds_cluster",
    OF_CLUSTERS,
)
KINDS: Final = (INSTANCE, CLUSTER)


def known(database: Database) -> bool:
    """Return whether what the engine offers is known: it is not RDS Custom's."""
    return database.engine in BY_NAME


def on_both(
    rule: str,
    severity: Severity,
    *,
    reads: Sequence[str],
    references: Sequence[str],
    fix: Callable[[Kind], Fix],
    applies: Callable[[Any], bool] = lambda _database: True,
    members: bool = False,
) -> Callable[[Function], list[Check]]:
    """Make a function over a database a check of instances of their own, and one of clusters.

    ``reads`` are the names of facts; ``applies`` narrows the databases that the rule is about, and ``members`` says
    that instances which are members of a cluster are among them. ``{noun}`` in the docstring is the kind of database.
    """

    def declare(function: Function) -> list[Check]:
        return [
            check(
                f"rds-{kind.noun}-{rule}",
                severity,
                reads=kind.facts(*reads),
                references=references,
                fix=fix(kind),
                applies=partial(_concerned, relational if members else kind.concerns, applies),
            )(retyped(function, kind.resource, {"noun": kind.noun}))
            for kind in KINDS
        ]

    return declare


def of_engines(
    rule: str,
    severity: Severity,
    *,
    reads: Sequence[str],
    references: Sequence[str],
    fix: Callable[[Kind, Engine], Fix],
    offered: Callable[[Engine], bool] = lambda _engine: True,
    settings: Callable[[Engine], dict[str, Any]] = lambda _engine: {},
) -> Callable[[Function], list[Check]]:
    """Make a function over a database a check of each engine: of instances of their own, and of clusters.

    ``offered`` leaves out the engines that the rule is not about; ``settings`` are an engine's defaults of the
    function's parameters. ``{noun}`` in the docstring is the kind of database, ``{engine}`` the engine.
    """

    def declare(function: Function) -> list[Check]:
        return [
            check(
                f"rds-{kind.noun}-{engine.key}-{rule}",
                severity,
                reads=kind.facts(*reads),
                references=references,
                fix=fix(kind, engine),
                applies=partial(_concerned, kind.concerns, partial(_runs, engine)),
            )(retyped(function, kind.resource, {"noun": kind.noun, "engine": engine.title}, settings(engine)))
            for kind in KINDS
            for engine in filter(offered, kind.engines)
        ]

    return declare


def _runs(engine: Engine, database: Database) -> bool:
    return database.engine in engine.names


def _concerned(concerns: Callable[[Any], bool], applies: Callable[[Any], bool], database: Database) -> bool:
    return concerns(database) and applies(database)


def retyped(
    function: Function, resource: type[Resource], words: dict[str, str], settings: dict[str, Any] | None = None
) -> Function:
    """Return the function for one type of resource, with ``words`` in its docstring and ``settings`` as defaults."""
    copied = FunctionType(
        function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__
    )
    copied.__kwdefaults__ = {**(function.__kwdefaults__ or {}), **(settings or {})}
    copied.__annotations__ = {**function.__annotations__, function.__code__.co_varnames[0]: resource}
    copied.__doc__ = (function.__doc__ or "").format(**words)
    return copied
