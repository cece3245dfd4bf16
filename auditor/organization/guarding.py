"""Which service and resource control policies stand above each account, read once for all of them."""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from auditor.guardrails import UNKNOWN, Guardrail, Guardrails
from auditor.organization.directory import AT_ONCE, DirectoryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.organization.directory import Directory

KINDS: Final = {"scps": "SERVICE_CONTROL_POLICY", "rcps": "RESOURCE_CONTROL_POLICY"}
Levels = tuple[tuple[Guardrail, ...], ...]
Attached = dict[str, list[Guardrail]]
"""The policies on a root, a unit or an account, by its id."""


@dataclass(frozen=True, slots=True)
class Guarding:
    """What guards each account, by its id, and what must be told of what could not be read."""

    of: Mapping[str, Guardrails] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def above(self, account: str) -> Guardrails:
        """Return what guards an account."""
        return self.of.get(account, UNKNOWN)

    def missing(self, accounts: Iterable[str]) -> tuple[str, ...]:
        """Return what must be told of accounts that came to the organization while it was read."""
        told = "stands in no unit that was read: no verdict heeds the organization's policies there"
        return tuple(f"account {each} {told}" for each in accounts if self.of and each not in self.of)


def read(directory: Directory) -> Guarding:
    """Return what guards the accounts of an organization, as far as AWS tells."""
    try:
        organization = directory.ask("DescribeOrganization")["Organization"]
        lines = {
            account: (*unit.line, account) for unit in directory.units for account in directory.accounts_in[unit.id]
        }
    except DirectoryError as error:
        return Guarding(warnings=(_told("service and resource control policies", error),))
    attached, warnings = _all_attached(directory)
    return Guarding({account: _guardrails(attached, organization, line) for account, line in lines.items()}, warnings)


def _all_attached(directory: Directory) -> tuple[dict[str, Attached], tuple[str, ...]]:
    """Return the policies of each kind that could be read, by what they hang on, and why others could not."""
    attached: dict[str, Attached] = {}
    warnings = []
    for name, kind in KINDS.items():
        try:
            attached[name] = _attached(directory, kind)
        except DirectoryError as error:
            warnings.append(_told(kind.lower().replace("_", " ").replace("policy", "policies"), error))
    return attached, tuple(warnings)


def _told(what: str, error: DirectoryError) -> str:
    return f"the organization's {what} were not read, so no verdict heeds them: {error}"


def _attached(directory: Directory, kind: str) -> Attached:
    """Return the policies of a kind by what they hang on; none where the organization has not enabled the kind."""
    enabled = any(each["Type"] == kind for root in directory.roots for each in root.get("PolicyTypes") or ())
    rows = directory.rows("ListPolicies", "Policies", Filter=kind) if enabled else []
    with ThreadPoolExecutor(AT_ONCE) as beside:
        contents = beside.map(lambda row: directory.ask("DescribePolicy", PolicyId=row["Id"]), rows)
        targets = beside.map(lambda row: directory.rows("ListTargetsForPolicy", "Targets", PolicyId=row["Id"]), rows)
        attached: Attached = defaultdict(list)
        for row, told, places in zip(rows, contents, targets, strict=True):
            guardrail = Guardrail(row["Id"], row["Name"], told["Policy"]["Content"])
            for place in places:
                attached[place["TargetId"]].append(guardrail)
    return attached


def _guardrails(attached: Mapping[str, Attached], organization: Any, line: tuple[str, ...]) -> Guardrails:
    """Return what guards the account that a line from the root ends in: nothing does the management account."""
    *above, account = line
    guarded = line if account != organization["MasterAccountId"] else ()
    place = "/".join((organization["Id"], *above, ""))
    return Guardrails(**{name: _levels(of_kind, guarded) for name, of_kind in attached.items()}, place=place)


def _levels(attached: Attached, line: tuple[str, ...]) -> Levels:
    """Return the policies of each level; none where the kind is not enabled: then nothing hangs anywhere."""
    if not attached:
        return ()
    return tuple(tuple(sorted(attached.get(each, ()), key=lambda policy: policy.id)) for each in line)
