"""What holds of instances of their own and of clusters alike: encryption, protection, names, ports and versions."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Problem, Problems, Severity
from checks.rds.engines import BY_NAME, has_iam
from checks.rds.kinds import AURORA_GUIDE, CONTROLS, INSTANCE, USER_GUIDE, Database, known, on_both

ENCRYPTED: Final = frozenset({"sse-kms", "sse-rds"})
"""The storage encryption types that encrypt."""
REENCRYPT: Final = {
    "instance": "copy a snapshot of the instance and restore the copy",
    "cluster": "restore a snapshot of the cluster",
}
"""How an unencrypted database becomes an encrypted one: a cluster's snapshot takes a key only when it is restored."""
UPGRADE: Final = Fix(
    text="Upgrade to a version that RDS offers, after a rehearsal on a restored copy: the database restarts, and a "
    "major upgrade can take long and break clients. A blue/green deployment keeps the interruption short.",
    downtime=True,
)


@on_both(
    "encrypted",
    Severity.MEDIUM,
    reads=("encrypted", "encryption_type"),
    references=[f"{USER_GUIDE}/Overview.Encryption.html", CONTROLS],
    fix=lambda kind: Fix(
        text=f"Encryption is chosen when a database is created: {REENCRYPT[kind.noun]}, with a KMS key and under a new "
        "name, and move the clients over. A member is encrypted with its cluster.",
        downtime=True,
        replacement=True,
    ),
    members=True,
)
def encrypted(database: Database) -> Problems:
    """The storage of database {noun}s is encrypted.

    Its backups, snapshots and replicas are then encrypted too. An instance of a cluster is as encrypted as the
    cluster; encryption with a key that AWS owns counts, although StorageEncrypted is false with it.
    """
    if not database.encrypted and database.encryption_type not in ENCRYPTED:
        yield Problem("the storage is not encrypted", found=False, expected="StorageEncrypted: true")


@on_both(
    "deletion-protected",
    Severity.LOW,
    reads=("deletion_protected",),
    references=[f"{USER_GUIDE}/USER_DeleteInstance.html", CONTROLS],
    fix=lambda kind: kind.fix("--deletion-protection", "deletion_protection = true", "DeletionProtection: true"),
)
def deletion_protected(database: Database) -> Problems:
    """Database {noun}s cannot be deleted by a single command.

    With deletion protection somebody has to turn it off first, so that a slip, or a script that cleans up, does not
    take the data along. Members of a cluster do not have the setting: their cluster does.
    """
    if not database.deletion_protected:
        yield Problem("deletion protection is off", found=False, expected="DeletionProtection: true")


@on_both(
    "iam-authentication",
    Severity.MEDIUM,
    reads=("engine_version", "iam"),
    references=[f"{USER_GUIDE}/UsingWithRDS.IAMDBAuth.html", CONTROLS],
    fix=lambda kind: kind.fix(
        "--enable-iam-database-authentication --apply-immediately",
        "iam_database_authentication_enabled = true",
        "EnableIAMDatabaseAuthentication: true",
        text="Passwords go on working. Grant rds-db:connect, and give the database's users the plugin or role for it.",
    ),
    applies=lambda database: has_iam(database.engine, database.engine_version),
)
def iam_authentication(database: Database) -> Problems:
    """Database {noun}s accept IAM authentication.

    Clients then sign in with tokens that last fifteen minutes instead of passwords that are shared and kept. MySQL,
    PostgreSQL, Aurora, and MariaDB from 10.11 have it; others are not judged. In a few regions MariaDB lacks it.
    """
    if not database.iam:
        yield Problem("IAM authentication is off", found=False, expected="IAMDatabaseAuthenticationEnabled: true")


@on_both(
    "tags-copied",
    Severity.LOW,
    reads=("tags_copied",),
    references=[f"{USER_GUIDE}/USER_Tagging.html", CONTROLS],
    fix=lambda kind: kind.fix("--copy-tags-to-snapshot", "copy_tags_to_snapshot = true", "CopyTagsToSnapshot: true"),
)
def tags_copied(database: Database) -> Problems:
    """Database {noun}s hand their tags on to their snapshots.

    Permissions and costs that go by tags then hold for the copies of the data as for the data. What members of a
    cluster have set has no effect, and is not judged.
    """
    if not database.tags_copied:
        yield Problem("tags are not copied to snapshots", found=False, expected="CopyTagsToSnapshot: true")


@on_both(
    "port-not-default",
    Severity.LOW,
    reads=("port",),
    references=[f"{USER_GUIDE}/CHAP_CommonTasks.Connect.html", CONTROLS],
    fix=lambda kind: kind.fix(
        f"--{'db-port-number' if kind is INSTANCE else 'port'} PORT --apply-immediately",
        "port = 15432",
        "Port: 15432",
        text="The database restarts. Open the new port in the security groups and tell it to the clients first."
        + (
            ""
            if kind is INSTANCE
            else " A Multi-AZ cluster keeps its port: restore it to a point in time with another."
        ),
        downtime=True,
    ),
    applies=known,
)
def port_not_default(database: Database) -> Problems:
    """Database {noun}s do not listen on the default port of their engine.

    Who searches a network for databases tries the usual ports first. This is a small hindrance, no protection: what
    counts is who can reach the port at all.
    """
    default = BY_NAME[database.engine].port
    if database.port == default:
        yield Problem(
            f"the port is {default}, the default of {database.engine}", found=default, expected="another port"
        )


@on_both(
    "admin-renamed",
    Severity.MEDIUM,
    reads=("admin",),
    references=[f"{USER_GUIDE}/UsingWithRDS.MasterAccounts.html", CONTROLS],
    fix=lambda _kind: Fix(
        text="The name is chosen when a database is created. Create one with another name, for instance by restoring "
        "an export, and move the clients over.",
        downtime=True,
        replacement=True,
    ),
)
def admin_renamed(database: Database, *, defaults: tuple[str, ...] = ("admin", "postgres")) -> Problems:
    """The administrators of database {noun}s do not bear the names that AWS proposes.

    Whoever guesses passwords knows those names, and needs only the other half. The proposals are admin and postgres.
    """
    if database.admin.casefold() in {each.casefold() for each in defaults}:
        yield Problem(
            f"the administrator is called {database.admin}", found=database.admin, expected=f"none of {list(defaults)}"
        )


@on_both(
    "engine-available",
    Severity.MEDIUM,
    reads=("engine_version", "engine_status"),
    references=[f"{USER_GUIDE}/USER_UpgradeDBInstance.Upgrading.html", f"{AURORA_GUIDE}/Aurora.VersionPolicy.html"],
    fix=lambda _kind: UPGRADE,
    applies=known,
)
def engine_available(database: Database) -> Problems:
    """The engine versions of database {noun}s are ones that RDS still offers.

    A version that RDS calls deprecated gets no more fixes, and is upgraded by AWS at a time that AWS chooses.
    """
    if database.engine_status == "deprecated":
        told = f"{database.engine} {database.engine_version}"
        yield Problem(f"{told} is deprecated", found=database.engine_version, expected="a version that is available")


@on_both(
    "standard-support",
    Severity.MEDIUM,
    reads=("engine_version", "major_version", "standard_support_end"),
    references=[f"{USER_GUIDE}/extended-support.html", f"{AURORA_GUIDE}/extended-support.html"],
    fix=lambda _kind: UPGRADE,
    applies=lambda database: database.major_version is not None,
)
def standard_support(database: Database, *, days_left: int = 0) -> Problems:
    """The major versions of database {noun}s are in AWS's standard support.

    Afterwards AWS fixes only the gravest flaws, as Extended Support, and bills every virtual CPU for it. AWS tells the
    dates for MySQL, PostgreSQL and Aurora; other engines are not judged. days_left asks for some notice.
    """
    end = database.standard_support_end
    if end <= database.at + timedelta(days=days_left):
        told = f"{database.engine} {database.major_version}"
        yield Problem(
            f"standard support for {told} ends on {end:%Y-%m-%d}", found=end, expected="a later major version"
        )


@on_both(
    "maintenance-applied",
    Severity.MEDIUM,
    reads=("maintenance",),
    references=[f"{USER_GUIDE}/USER_UpgradeDBInstance.Maintenance.html"],
    fix=lambda _kind: Fix(
        cli="aws rds apply-pending-maintenance-action --region {resource.region} --resource-identifier {resource.arn} "
        "--apply-action ACTION --opt-in-type immediate",
        text="Most actions interrupt the database: --opt-in-type next-maintenance waits for its window.",
        downtime=True,
    ),
    members=True,
)
def maintenance_applied(database: Database, *, grace_days: int = 7) -> Problems:
    """No maintenance that AWS has set a date for is overdue on database {noun}s.

    Such maintenance mends the operating system or the engine, and AWS applies it in the first weekly window after the
    date: after grace_days it should be done. Maintenance that is only offered has no date and is not judged.
    """
    for action in database.maintenance:
        due = action.get("AutoAppliedAfterDate") or action.get("ForcedApplyDate")
        if due and due + timedelta(days=grace_days) <= database.at:
            yield Problem(f"{action['Action']} was due on {due:%Y-%m-%d}", found=action, expected="nothing overdue")
