"""An organization as AWS tells it: its tree of units and accounts, and the policies that hang on it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from auditor.call import Call, Failure
from auditor.organization.accounts import AccountsError, Member
from auditor.remedies import REFUSED
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.crew import Source
    from auditor.targets import Target

SERVICE: Final = "organizations"
LISTING: Final = frozenset(
    {"ListAccounts", "ListAccountsForParent", "ListOrganizationalUnitsForParent", "ListRoots", "ListTagsForResource"}
)
"""The operations that tell which accounts there are; any account may ask who its organization is."""
GUARDING: Final = frozenset({"DescribeOrganization", "DescribePolicy", "ListPolicies", "ListTargetsForPolicy"})
"""Those that tell, beside the tree, which policies guard them."""
AT_ONCE: Final = 8
"""Calls to AWS Organizations at once: it throttles early, and retries take longer than waiting for one's turn."""


class DirectoryError(AccountsError):
    """AWS does not tell what is asked of the organization; the message says why and what to do."""

    def __init__(self, operation: str, failure: Failure, caller: str) -> None:
        self.refused = failure.code in REFUSED
        if self.refused:
            said = (
                f"AWS refused organizations:{operation} to {caller}: use credentials of the management account, or of "
                f"one that it made a delegated administrator, with {operation} allowed; or give --accounts-file"
            )
        elif failure.code == "AWSOrganizationsNotInUseException":
            said = f"the account of {caller} is in no organization: audit it alone, or give --accounts-file"
        else:
            said = f"organizations:{operation} was not answered: {failure.code}: {failure.message}"
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of an organization's accounts: those in units (by id, name or path), with all tags, less the excluded.

    A tag's value may be a pattern. Nothing given chooses all.
    """

    units: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """The accounts to audit, by id, and what must be told of those that are not."""

    members: tuple[Member, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """A root or an organizational unit: its id, its path by names below the root, and the ids from the root to it."""

    id: str
    path: str
    line: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its own name."""
        return self.path.rpartition("/")[2]


class Directory:
    """An organization, asked with credentials of its management account or of a delegated administrator."""

    def __init__(self, source: Source, caller: Target) -> None:
        self._source = source
        self._caller = caller

    def ask(self, operation: str, **parameters: str) -> Any:
        """Return AWS's reply; DirectoryError where there is none."""
        outcome = self._source.fetch(Call.of(SERVICE, operation, self._caller.home_region, parameters))
        if isinstance(outcome, Failure):
            raise DirectoryError(operation, outcome, self._caller.caller)
        return outcome.value

    def rows(self, operation: str, member: str, **parameters: str) -> list[dict[str, Any]]:
        """Return the rows of a listing."""
        return list(self.ask(operation, **parameters).get(member) or ())

    def choose(self, choice: Choice) -> Chosen:
        """Return the active accounts chosen; AccountsError where the choice names what is not there, or leaves none."""
        rows = {each["Id"]: each for each in self.rows("ListAccounts", "Accounts")}
        missing = next((each for each in choice.excluded if each not in rows), None)
        if missing:
            raise AccountsError(
                f"--exclude-account {missing} is no account of the organization{nearest(missing, rows)}"
            )
        inside = set(rows) if not choice.units else self._inside(choice.units)
        wanted = [rows[each] for each in sorted(inside & set(rows) - set(choice.excluded))]
        active = [each for each in wanted if state(each) == "ACTIVE"]
        # AWS calls accounts' names sensitive, and a source masks what is: the id has to do.
        members = tuple(Member(each["Id"]) for each in self._tagged(active, choice.tags))
        if not members:
            raise AccountsError("none of the organization's active accounts is chosen: look at --ou and --account-tag")
        gone = (each for each in wanted if state(each) != "ACTIVE")
        return Chosen(members, tuple(f"account {each['Id']} is {state(each)}: not audited" for each in gone))

    def _inside(self, names: Sequence[str]) -> set[str]:
        """Return the ids of the accounts in units, and in the units below those."""
        chosen = {self._unit(name).id for name in names}
        within = [unit for unit in self.units if chosen & set(unit.line)]
        return {account for unit in within for account in self.accounts_in[unit.id]}

    def _unit(self, name: str) -> Unit:
        found = [each for each in self.units if name in {each.id, each.path, each.name}]
        exact = [each for each in found if name in {each.id, each.path}] or found
        if len(exact) == 1:
            return exact[0]
        if exact:
            raise AccountsError(f"--ou {name} may be any of {', '.join(f'{each.path} ({each.id})' for each in exact)}")
        known = [known for each in self.units for known in (each.id, each.path)]
        raise AccountsError(f"the organization has no unit {name}{nearest(name, known)}")

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """The roots and all units below them, each after the one that it is in."""
        return tuple(unit for root in self.roots for unit in self._below(Unit(root["Id"], root["Name"], (root["Id"],))))

    def _below(self, unit: Unit) -> Iterator[Unit]:
        yield unit
        for row in self.rows("ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=unit.id):
            path = row["Name"] if len(unit.line) == 1 else f"{unit.path}/{row['Name']}"
            yield from self._below(Unit(row["Id"], path, (*unit.line, row["Id"])))

    @cached_property
    def roots(self) -> list[dict[str, Any]]:
        """The organization's roots: there is one."""
        return self.rows("ListRoots", "Roots")

    @cached_property
    def accounts_in(self) -> dict[str, tuple[str, ...]]:
        """The ids of the accounts that stand in each unit itself."""

        def standing(unit: Unit) -> tuple[str, ...]:
            return tuple(each["Id"] for each in self.rows("ListAccountsForParent", "Accounts", ParentId=unit.id))

        with ThreadPoolExecutor(AT_ONCE) as beside:
            return dict(zip((each.id for each in self.units), beside.map(standing, self.units), strict=True))

    def _tagged(self, rows: list[dict[str, Any]], tags: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """Return the rows of those accounts that have all tags."""
        if not tags:
            return rows
        with ThreadPoolExecutor(AT_ONCE) as beside:
            held = beside.map(self._tags, (each["Id"] for each in rows))
            return [row for row, own in zip(rows, held, strict=True) if _matches(own, tags)]

    def _tags(self, account: str) -> dict[str, str]:
        return {each["Key"]: each["Value"] for each in self.rows("ListTagsForResource", "Tags", ResourceId=account)}


def _matches(own: dict[str, str], tags: Sequence[tuple[str, str]]) -> bool:
    return all(key in own and fnmatchcase(own[key], value) for key, value in tags)


def state(row: dict[str, Any]) -> str:
    """Return an account's state. AWS names it ``State``, and of old ``Status``."""
    return str(row.get("State") or row.get("Status") or "ACTIVE")
