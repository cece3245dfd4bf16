"""Which accounts an organization's scheduled audit takes: those that AWS Organizations or a file in S3 tells."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from auditor.organization import accounts
from auditor.organization.directory import GUARDING, LISTING, SERVICE, Choice, Chosen, Directory
from auditor.organization.guarding import Guarding, read
from auditor.organization.seats import Caller, Reach
from auditor.scheduled.fleet_groups import MOST_MERGED
from auditor.scheduled.fleet_run import Item
from auditor.scheduled.settings import SettingsError
from auditor.targets import Access

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.organization.accounts import Member
    from auditor.scheduled.delivery import Destination
    from auditor.scheduled.settings import Settings

PREFIX: Final = "FLEET_"


class FleetSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How the accounts are told and reached.

    ``member_role`` is the name of the role to assume in each, ``external_id`` what it asks for. ``units`` and
    ``excluded`` choose among the organization's accounts; ``accounts_file`` is the key of a file in the bucket that
    names the accounts instead. ``group_findings`` is how many findings one function merges.
    """

    member_role: Annotated[str, msgspec.Meta(min_length=1)] = accounts.MEMBER_ROLE
    external_id: str = ""
    units: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    accounts_file: str = ""
    group_findings: Annotated[int, msgspec.Meta(ge=1)] = MOST_MERGED

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> FleetSettings:
        """Return what the ``FLEET_…`` variables set; lists are separated by commas."""
        given = {name: environment.get(f"{PREFIX}{name.upper()}", "") for name in cls.__struct_fields__}
        lists = {name: [each.strip() for each in given[name].split(",") if each.strip()] for name in LISTS}
        return msgspec.convert({name: value for name, value in {**given, **lists}.items() if value}, cls, strict=False)


LISTS: Final = ("units", "excluded")


class Members:
    """The accounts to audit, by the settings."""

    def __init__(self, settings: Settings, fleet: FleetSettings, destination: Destination) -> None:
        access = Access(
            external_id=fleet.external_id, endpoint_url=settings.endpoint_url, timeout=settings.timeout, workers=8
        )
        self._fleet = fleet
        self._destination = destination
        self._caller = Caller(Reach(access, fleet.member_role), {SERVICE: LISTING | GUARDING})

    def chosen(self) -> Chosen:
        """Return the accounts, and what must be told of those left out; AccountsError where there are none."""
        if self._fleet.accounts_file:
            return Chosen(self._named(self._fleet.accounts_file))
        return self._directory.choose(Choice(units=self._fleet.units, excluded=self._fleet.excluded))

    def guarding(self) -> Guarding:
        """Return what the organization sets its accounts, as far as AWS tells; nothing where a file names them."""
        return Guarding() if self._fleet.accounts_file else read(self._directory)

    @cached_property
    def _directory(self) -> Directory:
        return Directory(self._caller.source, self._caller.target)

    def _named(self, key: str) -> tuple[Member, ...]:
        text = self._destination.get(key)
        if text is None:
            raise SettingsError(
                f"there is no {key} in the bucket: put one there, or set FLEET_ACCOUNTS_FILE to nothing"
            )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / key.rpartition("/")[2]
            path.write_bytes(text)
            return accounts.read(path)

    def item(self, member: Member, guardrails: str = "") -> Item:
        """Return an account as the state machine hands it on, with the key of what guards it.

        A role is assumed in every account, also the caller's.
        """
        access = self._caller.access(member)
        audit = {
            "role_arn": self._caller.role_arn(member),
            "external_id": access.external_id,
            "guardrails": guardrails,
            "regions": list(member.regions),
        }
        return Item(member.id, member.name, {name: value for name, value in audit.items() if value})
