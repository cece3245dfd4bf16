"""Which ports security group rules open to which addresses, decided exactly on sets. No AWS calls.

Sources are the internet when together they hold more public addresses than one block of a given prefix length. So
``0.0.0.0/0`` is the internet, and so are ``0.0.0.0/1`` with ``128.0.0.0/1``, ``::/0`` and ``2000::/3``; private
addresses never are, and neither is an organization's own network, however wide.
"""

from __future__ import annotations

import functools
import itertools
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from types_boto3_ec2.type_defs import IpPermissionOutputTypeDef

Range = tuple[int, int]
"""The first and the last of consecutive numbers."""

ALL_PROTOCOLS: Final = "-1"
PROTOCOL_NUMBERS: Final = {"6": "tcp", "17": "udp"}
"""How a rule may name a protocol by its number (IANA, "Protocol Numbers")."""
ALL_PORTS: Final[Range] = (0, 65535)

NOT_PUBLIC: Final = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/3",
    "2001:db8::/32",
    "3fff::/20",
    "4000::/2",
    "8000::/1",
)
"""Addresses that no packet from the internet bears: IANA's special-purpose registries, multicast, and the IPv6 space
outside ``2000::/3``, from which alone IANA allocates global unicast addresses."""


class Source(NamedTuple):
    """Addresses that a rule admits: the text that says which, their IP version, and the public ones among them."""

    text: str
    version: int
    public: tuple[Range, ...]


class Rule(NamedTuple):
    """An inbound rule: a protocol (``tcp``, ``udp``, ``-1`` for all, or another in AWS's word), ports and sources.

    ``prefix_lists`` are the ids of the lists whose addresses it admits besides ``sources``.
    """

    protocol: str
    ports: Range
    sources: tuple[Source, ...]
    prefix_lists: tuple[str, ...]

    def carries(self, protocol: str) -> bool:
        """Return whether the rule is about ``protocol``."""
        return self.protocol in {protocol, ALL_PROTOCOLS}

    def opens(self, protocol: str, port: int) -> bool:
        """Return whether the rule lets its sources reach ``port``."""
        return self.carries(protocol) and self.ports[0] <= port <= self.ports[1]


class Widest(NamedTuple):
    """How wide sources may be without being the internet: the prefix lengths of the widest networks there are."""

    ipv4: int
    ipv6: int


def rule(permission: IpPermissionOutputTypeDef) -> Rule:
    """Return a permission as a rule; ValueError or LookupError when it is not what AWS documents."""
    protocol = permission["IpProtocol"].lower()
    protocol = PROTOCOL_NUMBERS.get(protocol, protocol)
    ipv4 = (each["CidrIp"] for each in permission.get("IpRanges", ()))
    ipv6 = (each["CidrIpv6"] for each in permission.get("Ipv6Ranges", ()))
    return Rule(
        protocol,
        _ports(permission, protocol),
        tuple(source(cidr) for cidr in (*ipv4, *ipv6)),
        tuple(each["PrefixListId"] for each in permission.get("PrefixListIds", ())),
    )


def _ports(permission: IpPermissionOutputTypeDef, protocol: str) -> Range:
    """Return the ports of a rule: all where it is about all protocols or names none."""
    first, last = permission.get("FromPort", -1), permission.get("ToPort", -1)
    return ALL_PORTS if protocol == ALL_PROTOCOLS or -1 in {first, last} else (first, last)


@functools.lru_cache(maxsize=4096)
def source(cidr: str) -> Source:
    """Return the addresses of a CIDR block; ValueError when it is none."""
    network = ip_network(cidr, strict=False)
    return Source(cidr, network.version, tuple(_outside(_range(network), _not_public(network.version))))


@functools.lru_cache(maxsize=4096)
def span(cidr: str) -> Range:
    """Return all the addresses of a CIDR block; ValueError when it is none."""
    return _range(ip_network(cidr, strict=False))


def _range(network: IPv4Network | IPv6Network) -> Range:
    return int(network.network_address), int(network.broadcast_address)


@functools.cache
def _not_public(version: int) -> tuple[Range, ...]:
    networks = (ip_network(cidr) for cidr in NOT_PUBLIC)
    return merged(_range(each) for each in networks if each.version == version)


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Return the union of ``ranges`` as disjoint ranges in order."""
    union: list[Range] = []
    for first, last in sorted(ranges):
        if union and first <= union[-1][1] + 1:
            union[-1] = union[-1][0], max(last, union[-1][1])
        else:
            union.append((first, last))
    return tuple(union)


def _outside(whole: Range, excluded: Iterable[Range]) -> Iterator[Range]:
    """Yield what is left of ``whole`` without the ``excluded`` ranges, which are disjoint and in order."""
    start, end = whole
    for first, last in excluded:
        if first > start:
            yield start, min(first - 1, end)
        start = max(start, last + 1)
        if start > end:
            return
    yield start, end


def covered(whole: Range, parts: Iterable[Range]) -> bool:
    """Return whether the parts together hold the whole range."""
    return not any(True for _ in _outside(whole, merged(parts)))


def first_matches(entries: Iterable[tuple[bool, Source]]) -> Iterator[Source]:
    """Yield what entries in order let in: whether each allows, and whom it is about.

    The first entry that is about an address decides on it, whatever later ones say. A source keeps its text and
    those of its public addresses that no earlier entry decided.
    """
    decided: dict[int, tuple[Range, ...]] = {}
    for allows, each in entries:
        earlier = decided.get(each.version, ())
        left = tuple(part for whole in each.public for part in _outside(whole, earlier))
        if allows and left:
            yield each._replace(public=left)
        decided[each.version] = merged((*earlier, *each.public))


def _size(ranges: Iterable[Range]) -> int:
    return sum(last - first + 1 for first, last in ranges)


def internet(sources: Iterable[Source], widest: Widest) -> tuple[Source, ...]:
    """Return those of ``sources`` that are the internet, each alone or all together; none when they are not."""
    public = {each for each in sources if each.public}
    if not public:
        return ()
    ipv4 = _more_than([each for each in public if each.version == 4], 1 << max(0, 32 - widest.ipv4))  # noqa: PLR2004
    ipv6 = _more_than([each for each in public if each.version == 6], 1 << max(0, 128 - widest.ipv6))  # noqa: PLR2004
    return ipv4 + ipv6


def _more_than(sources: Sequence[Source], addresses: int) -> tuple[Source, ...]:
    """Return the sources that hold more than so many public addresses: those that do alone, or else all together."""
    alone = [each for each in sources if _size(each.public) > addresses]
    together = () if alone else merged(part for each in sources for part in each.public)
    exceeding = alone or (sources if _size(together) > addresses else ())
    return tuple(sorted(exceeding, key=lambda each: (-_size(each.public), each.text)))


def port_count(rules: Iterable[Rule], protocol: str) -> int:
    """Return how many ports the rules are about, whoever may reach them."""
    return _size(merged(rule.ports for rule in rules if rule.carries(protocol)))


def open_to(rules: Iterable[Rule], protocol: str, port: int, widest: Widest) -> tuple[Source, ...]:
    """Return the sources through which the internet reaches a port; none when it does not."""
    return internet((each for rule in rules if rule.opens(protocol, port) for each in rule.sources), widest)


def open_outside(
    rules: Sequence[Rule], protocol: str, allowed: Iterable[int], widest: Widest
) -> Iterator[tuple[Range, tuple[Source, ...]]]:
    """Yield the ranges of other than the allowed ports that the internet reaches, and through which sources."""
    excluded = merged((port, port) for port in allowed)
    for ports, sources in open_ranges(rules, protocol, widest):
        for left in _outside(ports, excluded):
            yield left, sources


def open_ranges(rules: Sequence[Rule], protocol: str, widest: Widest) -> Iterator[tuple[Range, tuple[Source, ...]]]:
    """Yield the port ranges that the internet reaches, and the sources through which it does."""
    ports = [rule.ports for rule in rules if rule.carries(protocol)]
    bounds = sorted({bound for first, last in ports for bound in (first, last + 1)})
    for first, after in itertools.pairwise(bounds):
        sources = open_to(rules, protocol, first, widest)
        if sources:
            yield (first, after - 1), sources
