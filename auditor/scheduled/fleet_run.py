"""One audit of an organization: what its functions leave for one another in S3.

::

    PREFIX/organization/2026-01-31/RUN/accounts.json      the accounts to audit, as the state machine hands them on
    PREFIX/organization/2026-01-31/RUN/guardrails-….json  what service and resource control policies guard accounts
    PREFIX/organization/2026-01-31/RUN/warnings.json      what must be told of accounts that were left out
    PREFIX/organization/2026-01-31/RUN/failed-ACCOUNT.json  why the audit of an account failed
    PREFIX/organization/2026-01-31/RUN/groups.json        the groups of accounts that are merged together
    PREFIX/organization/2026-01-31/RUN/failed-GROUP.json  why the merge of a group failed
    PREFIX/organization/2026-01-31/RUN/outcomes.json      what became of each account
    PREFIX/organization/2026-01-31/RUN/report.html        the organization's report, or an overview
    PREFIX/organization/2026-01-31/RUN/report.json.gz
    PREFIX/organization/2026-01-31/RUN/findings.csv.gz
    PREFIX/organization/parts/2026-01-31/RUN/GROUP/findings.json.gz  a group's findings, in blocks
    PREFIX/organization/parts/2026-01-31/RUN/GROUP/findings.csv.gz
    PREFIX/organization/parts/2026-01-31/RUN/GROUP/fingerprints.bin  of all, listed or not
    PREFIX/organization/parts/2026-01-31/RUN/GROUP/group.json.gz     the rest; written last
    PREFIX/organization/runs/RUN.json                     that the run is complete, and what it came to
    PREFIX/organization/latest.json                       the same of the latest complete run: written last

The accounts' own results are where a scheduled audit of one account keeps them; the run has the same name in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - msgspec evaluates the annotations of what it decodes
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from auditor.scheduled.settings import SettingsError
from auditor.scheduled.store import Run, Store, StoreError

if TYPE_CHECKING:
    from auditor.scheduled.delivery import Destination

Value = TypeVar("Value")
ORGANIZATION: Final = "organization"
"""Stands where the objects of an account have its id."""
PARTS: Final = "parts"
"""Below it is what groups leave for the merge, and nobody needs after it."""
ACCOUNTS: Final = "accounts.json"
WARNINGS: Final = "warnings.json"
OUTCOMES: Final = "outcomes.json"
GROUPS: Final = "groups.json"


class Item(msgspec.Struct, frozen=True):
    """An account to audit: its id and name, and what the event asks of the function that audits it."""

    account: str
    name: str
    audit: dict[str, Any]


class GroupItem(msgspec.Struct, frozen=True):
    """A group of accounts to merge; ``whole`` says whether what passes is listed."""

    group: str
    accounts: tuple[str, ...]
    whole: bool


class _Raised(msgspec.Struct):
    """What Lambda returns of an exception."""

    message: str = msgspec.field(name="errorMessage")


class Cause(msgspec.Struct, frozen=True):
    """Why a state failed, in Step Functions' words."""

    error: str = msgspec.field(name="Error")
    cause: str = msgspec.field(name="Cause", default="")

    @property
    def message(self) -> str:
        """What the function said, of whose error the cause is the JSON; the cause itself where it is no function's."""
        try:
            return msgspec.json.decode(self.cause, type=_Raised).message
        except msgspec.DecodeError:
            return self.cause


class Started(msgspec.Struct, frozen=True):
    """What the state machine tells every function: the execution's name, and when it began."""

    run: str
    at: datetime


class GroupStarted(Started, frozen=True):
    """What it tells the function that merges a group."""

    group: str


class Failed(Started, frozen=True):
    """What it tells of an account whose audit failed, or of a group whose merge did, which then is the ``account``."""

    account: str
    failure: Cause


class Outcome(msgspec.Struct, frozen=True):
    """What became of an account: AUDITED, PARTIAL (time was over) or UNKNOWN, and of the last two why.

    ``report`` is the key of its own report for people, empty where it has none.
    """

    account: str
    name: str
    state: str
    reason: str = ""
    report: str = ""


@dataclass(frozen=True, slots=True)
class FleetRun:
    """The objects of one run."""

    destination: Destination
    prefix: str
    name: str
    at: datetime

    @classmethod
    def of(cls, destination: Destination, prefix: str, started: Started) -> FleetRun:
        """Return the run that the state machine started."""
        return cls(destination, prefix, started.run, started.at.replace(microsecond=0))

    def store(self, account: str = ORGANIZATION) -> Store:
        """Return what is kept of an account, or of the organization."""
        return Store(self.destination, self.prefix, account)

    @property
    def base(self) -> str:
        """What the keys of all that is kept begin with: empty, or the prefix with a slash."""
        prefix = self.prefix.strip("/")
        return f"{prefix}/" if prefix else ""

    @property
    def place(self) -> Run:
        """Where the run's objects are."""
        return self.store().run(self.name, self.at)

    def part(self, group: str) -> Run:
        """Return where a group of accounts leaves what the organization's report needs of it."""
        place = self.store(f"{ORGANIZATION}/{PARTS}").run(self.name, self.at)
        return Run(self.destination, f"{place.base}{group}/")

    def items(self) -> tuple[Item, ...]:
        """Return the accounts of the run, by id; StoreError where the list of accounts is gone."""
        items = self.read(ACCOUNTS, tuple[Item, ...])
        if not items:
            raise StoreError(f"{self.place.base}{ACCOUNTS} names no accounts: run the audit again")
        return tuple(sorted(items, key=lambda each: each.account))

    def write(self, name: str, value: object) -> str:
        """Write a value as JSON, and return its key."""
        return self.place.write(name, msgspec.json.encode(value))

    def read(self, name: str, kind: type[Value]) -> Value | None:
        """Return a value that :meth:`write` wrote; None where there is none; StoreError where it is damaged."""
        return self.read_key(f"{self.place.base}{name}", kind)

    def read_key(self, key: str, kind: type[Value]) -> Value | None:
        """Return a value of any run by its key, as :meth:`read` does."""
        text = self.destination.get(key)
        if text is None:
            return None
        try:
            return msgspec.json.decode(text, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise StoreError(f"{key} is not what a run leaves ({error}): run the audit again") from error

    def fail(self, failed: Failed) -> str:
        """Keep why the audit of an account, or the merge of a group, failed, and return the key."""
        return self.write(f"failed-{failed.account}.json", failed.failure)

    def failure(self, account: str) -> Cause | None:
        """Return why the audit of an account, or the merge of a group, failed; None where nobody kept it."""
        return self.read(f"failed-{account}.json", Cause)


def told(event: Any, kind: type[Value]) -> Value:
    """Return what an event tells; SettingsError where it is not of the state machine."""
    try:
        return msgspec.convert(event, kind)
    except msgspec.ValidationError as error:
        raise SettingsError(f"the event is not one of the state machine's: {error}") from error
