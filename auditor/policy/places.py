"""Where requests come from: whose networks, endpoints and access points those are that a policy names."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.policy.s3 import KEYS, in_account

if TYPE_CHECKING:
    from collections.abc import Iterable

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ACCOUNTS: Final = {"aws:vpceaccount", "s3:dataaccesspointaccount"}
ARNS: Final = {"aws:sourcevpcarn", "s3:dataaccesspointarn"}
ORGANIZATIONS: Final = {"aws:vpceorgid", "aws:vpceorgpaths"}
NETWORKS: Final = {"aws:sourcevpc", "aws:sourcevpce"}
PLACES: Final = {
    key: KEYS[key] for key in sorted({*ACCOUNTS, *ARNS, *ORGANIZATIONS, *NETWORKS, "aws:sourceip", "aws:userid"})
}
"""The keys whose fixed values let in who is somewhere, or someone, each with what makes a value fixed."""


@dataclass(frozen=True, slots=True)
class Inside:
    """What counts as one's own: accounts, organizations, and networks by id or by address range."""

    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    networks: frozenset[str] = frozenset()
    ranges: tuple[Network, ...] = ()

    def has(self, key: str, value: str) -> bool:
        """Return whether only insiders are where a key has a value, as a policy writes it."""
        account, organization = owner(key, value)
        if account in self.accounts or organization in self.organizations:
            return True
        if key == "aws:sourcevpcarn":
            return value.rpartition("/")[2] in self.networks
        if key == "aws:sourceip":
            return any(_within(value, each) for each in self.ranges)
        return key in NETWORKS and value in self.networks


def inside(accounts: Iterable[str], organizations: Iterable[str], networks: Iterable[str]) -> Inside:
    """Return what counts as one's own; ``networks`` are ids of VPCs and VPC endpoints, and address ranges.

    ValueError where one is meant as a range of addresses and is none.
    """
    given = set(networks)
    ids = {each for each in given if each.startswith(("vpc-", "vpce-"))}
    ranges = tuple(ipaddress.ip_network(each, strict=False) for each in sorted(given - ids))
    return Inside(frozenset(accounts), frozenset(organizations), frozenset(ids), ranges)


def owner(key: str, value: str) -> tuple[str, str]:
    """Return the account and the organization, empty where not told, whose the place is that a value names."""
    if key in ACCOUNTS:
        return value, ""
    if key in ARNS and in_account(value):
        return value.split(":")[4], ""
    return "", value.partition("/")[0] if key in ORGANIZATIONS else ""


def _within(value: str, own: Network) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.version == own.version and network.subnet_of(own)  # type: ignore[arg-type]
