"""The catalogue of ways by which principals gain rights: data, of which each entry says how it is modelled."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from enum import Enum
from importlib.resources import files
from typing import Any, Final


class Kind(Enum):
    """How a path is modelled."""

    SELF_EDIT = "self-edit"
    """The principal changes its own policies, groups or boundary."""
    CREDENTIAL = "credential"
    """It makes itself credentials of another user."""
    ASSUME = "assume"
    PROVIDER_EDIT = "provider-edit"
    """It makes itself the identity provider that a role trusts."""
    TRUST_EDIT = "trust-edit"
    """It changes a role's trust policy to let itself in."""
    CREATE_IDENTITY = "create-identity"
    """It creates an identity with an administrator's rights."""
    EDIT_AND_USE = "edit-and-use"
    """It changes another identity's policies, and acts as it."""
    PASS_ROLE = "pass-role"  # noqa: S105 - no password
    """It has a service run something of its own as a role."""
    EXISTING_COMPUTE = "existing-compute"
    """It takes over what runs as a role already."""
    COVERED = "covered"
    """Other paths are what the permissions amount to."""
    NOT_MODELLED = "not-modelled"


@dataclass(frozen=True, slots=True)
class Path:
    """One way to gain rights."""

    id: str
    """As pathfinding.cloud publishes it, or ``aaa-`` and one of this catalogue's own; it stays the same for ever."""
    category: str
    title: str
    kind: Kind
    required: tuple[str, ...]
    """The actions, as AWS writes them."""
    source: str
    """Where AWS documents the action that decides."""
    how: str = ""
    """What the principal does, as a predicate."""
    services: tuple[str, ...] = ()
    """The services that run something as the role; the role must trust one that it is passed to."""
    target: str = ""
    """The ARN, with places to fill, of what runs as the role already."""
    listed: str = ""
    """How `Account.compute_read` calls what the target is one of, if not by the service that runs it."""
    existing: str = ""
    """What must exist; where the account's description does not tell of it, the path is not certain."""
    caveat: str = ""
    """What must hold beside permissions."""
    change: str = ""
    """For edits: what is done to the policies."""
    on: str = ""
    """For edits: to what."""
    access: str = ""
    """For edits of others: how the principal then acts as them."""
    method: str = ""
    """For credentials: of which sort."""
    covered_by: tuple[str, ...] = ()
    why_not: str = ""
    """Why the path is not modelled."""

    @property
    def is_published(self) -> bool:
        """Whether the id is a published one."""
        return not self.id.startswith("aaa-")


FILES: Final = ("identities.toml", "services.toml")
LISTS: Final = {"required", "services", "covered_by"}


@functools.cache
def catalogue() -> dict[str, Path]:
    """Return every path by its id, in the order of the data."""
    rows = (row for name in FILES for row in _data(name)["path"])
    return {row["id"]: _path(row) for row in rows}


@functools.cache
def requests() -> dict[str, tuple[str, ...]]:
    """Return the ARNs, with places to fill, of the resources each action is asked for; none where it knows none."""
    return {action: tuple(arns) for action, arns in _data("requests.toml")["requests"].items()}


@functools.cache
def checked() -> dict[str, tuple[str, str]]:
    """Return the condition key by which an action asks for the use of something else, and the ARN of that, to fill."""
    return {action: (row["key"], row["resource"]) for action, row in _data("requests.toml")["checked"].items()}


def of_kind(kind: Kind) -> tuple[Path, ...]:
    """Return the paths that are modelled in one way, in order."""
    return tuple(path for path in catalogue().values() if path.kind is kind)


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("auditor.graph").joinpath("paths", name).read_text(encoding="utf-8"))


def _path(row: dict[str, Any]) -> Path:
    values: dict[str, Any] = {key: tuple(value) if key in LISTS else value for key, value in row.items()}
    values["kind"] = Kind(row["kind"])
    return Path(**values)
