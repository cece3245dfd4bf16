"""Who can restore the snapshots of databases, and whether they are encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.rds.databases import ENCRYPTED
from checks.rds.kinds import AURORA_GUIDE, CONTROLS, USER_GUIDE, retyped
from checks.rds.related import DBClusterSnapshot, DBSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.checking import Function

Snapshot = DBSnapshot | DBClusterSnapshot

EVERYONE: Final = "all"
"""How the restore attribute names every AWS account."""
GUIDES: Final = [f"{USER_GUIDE}/USER_ShareSnapshot.html", f"{AURORA_GUIDE}/aurora-share-snapshot.html", CONTROLS]


class Kind(NamedTuple):
    """A kind of snapshot: how ids, texts and commands call it."""

    noun: str
    source: str
    resource: type[Snapshot]
    command: str


KINDS: Final = (
    Kind("snapshot", "instance", DBSnapshot, "db-snapshot"),
    Kind("cluster-snapshot", "cluster", DBClusterSnapshot, "db-cluster-snapshot"),
)


def of_snapshots(
    rule: str, severity: Severity, *, reads: tuple[str, ...], fix: Callable[[Kind], Fix]
) -> Callable[[Function], list[Check]]:
    """Make a function over a snapshot a check of each kind. ``{source}`` in the docstring is what was snapshot."""

    def declare(function: Function) -> list[Check]:
        return [
            check(
                f"rds-{kind.noun}-{rule}",
                severity,
                reads=[getattr(kind.resource, name) for name in reads],
                references=GUIDES,
                fix=fix(kind),
            )(retyped(function, kind.resource, {"source": kind.source}))
            for kind in KINDS
        ]

    return declare


def _unshare(kind: Kind, account: str) -> Fix:
    return Fix(
        cli=f"aws rds modify-{kind.command}-attribute --region {{resource.region}} "
        f"--{kind.command}-identifier {{resource.id}} --attribute-name restore --values-to-remove {account}",
        text="Copies that others have made stay theirs.",
    )


@of_snapshots(
    "not-public", Severity.CRITICAL, reads=("snapshot_type", "shared_with"), fix=lambda kind: _unshare(kind, EVERYONE)
)
def snapshot_not_public(snapshot: Snapshot) -> Problems:
    """Snapshots of database {source}s cannot be restored by everyone.

    Whoever has any AWS account could otherwise make a database of their own of it and read everything. Only manual
    snapshots can be shared. Those of Neptune and DocumentDB, which RDS lists too, are judged with the rest.
    """
    if EVERYONE in snapshot.shared_with:
        yield Problem("the snapshot is public", found=snapshot.shared_with, expected="no restore attribute all")


@of_snapshots(
    "sharing-limited",
    Severity.LOW,
    reads=("snapshot_type", "shared_with"),
    fix=lambda kind: _unshare(kind, "ACCOUNTS"),
)
def snapshot_sharing_limited(snapshot: Snapshot, *, trusted: tuple[str, ...] = ()) -> Problems:
    """Snapshots of database {source}s are shared with trusted accounts only.

    An account with which a snapshot is shared can copy all its data, and keep the copy. Which accounts are trusted
    only the owner knows: until they are named in trusted, every account is questioned.
    """
    others = sorted(set(snapshot.shared_with) - {EVERYONE, *trusted})
    if others:
        yield Problem(f"shared with {', '.join(others)}", found=others, expected="only accounts named in trusted")


@of_snapshots(
    "encrypted",
    Severity.MEDIUM,
    reads=("encrypted", "encryption_type"),
    fix=lambda kind: Fix(
        text=f"Copy a snapshot of an instance with a KMS key (aws rds copy-{kind.command} --kms-key-id), await the "
        "copy, and delete the original. Of an Aurora cluster, restore the snapshot with a key and take another one. An "
        "automated snapshot goes by itself: encrypt the database.",
        replacement=True,
    ),
)
def snapshot_encrypted(snapshot: Snapshot) -> Problems:
    """Snapshots of database {source}s are encrypted.

    A snapshot is as encrypted as the database was. Encryption with a key that AWS owns counts. Snapshots of Neptune
    and DocumentDB, which RDS lists too, are judged with the rest.
    """
    if not snapshot.encrypted and snapshot.encryption_type not in ENCRYPTED:
        yield Problem("the snapshot is not encrypted", found=False, expected="an encrypted snapshot")
