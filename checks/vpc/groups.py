"""What security groups let in: the ports the internet reaches, and default groups."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.vpc.exposure import ALL_PORTS, Range, Rule, Source, Widest, open_outside, open_ranges, open_to, port_count
from checks.vpc.pages import CONTROLS, USER_GUIDE
from checks.vpc.resources import PrefixList, SecurityGroup, is_own

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WIDEST_IPV4: Final = 8
"""The widest IPv4 networks that one organization holds: the /8 blocks of IANA's early allocations."""
WIDEST_IPV6: Final = 19
"""The widest IPv6 networks that the regional registries commonly allocate to one operator."""
USABLE_PORTS: Final = ALL_PORTS[1]
"""How many ports can be served: all but port 0."""
NAMED: Final = 3
"""How many sources a problem names before it counts the rest."""

MEANING: Final = (
    "Sources are the internet when together they hold more public addresses than one block of the prefix length "
    "widest_ipv4 or widest_ipv6: 0.0.0.0/0 does, alone, in parts or in a prefix list, and private networks never do. A "
    "group fails whether or not anything uses it: the next thing put into it is exposed at once."
)
FIX: Final = Fix(
    cli="aws ec2 revoke-security-group-ingress --region {resource.region} --group-id {resource.id} "
    "--security-group-rule-ids RULE_IDS",
    text="Admit the addresses or security groups that need the port first; whoever else uses it is cut off at once.",
)


class Service(NamedTuple):
    """A kind of service: what it is called in an id and in words, its usual ports, and what an open one risks."""

    kind: str
    name: str
    severity: Severity
    risk: str
    tcp: tuple[int, ...]
    udp: tuple[int, ...] = ()

    @property
    def description(self) -> str:
        """The title and rationale of the service's check."""
        return f"The internet cannot reach {self.name}.\n\n{self.risk} {MEANING}"


SERVICES: Final = (
    Service(
        "ssh", "SSH", Severity.HIGH, "Open SSH is tried with stolen and guessed credentials within minutes.", tcp=(22,)
    ),
    Service(
        "rdp",
        "Remote Desktop",
        Severity.HIGH,
        "Open Remote Desktop is tried with stolen and guessed passwords, and is a common way in for ransomware.",
        tcp=(3389,),
        udp=(3389,),
    ),
    Service(
        "smb",
        "Windows file sharing and RPC",
        Severity.HIGH,
        "SMB, NetBIOS and RPC are made for a local network; worms spread through their flaws.",
        tcp=(135, 137, 138, 139, 445),
        udp=(135, 137, 138, 139, 445),
    ),
    Service(
        "ftp-telnet",
        "FTP and Telnet",
        Severity.HIGH,
        "FTP and Telnet send passwords and data in the clear.",
        tcp=(20, 21, 23),
    ),
    Service(
        "mail",
        "mail services",
        Severity.MEDIUM,
        "Open mail servers are used as relays, and POP3 and IMAP on these ports take passwords in the clear.",
        tcp=(25, 110, 143),
    ),
    Service(
        "database",
        "databases",
        Severity.HIGH,
        "A database that anyone can reach is one weak password or flaw away from losing its data.",
        tcp=(1433, 1434, 1521, 3306, 5432, 5439, 8182, 9042, 9142, 27017, 27018, 27019, 50000),
        udp=(1434,),
    ),
    Service(
        "cache",
        "caches",
        Severity.HIGH,
        "Redis and Memcached commonly ask for no password; open Memcached also amplifies attacks on others.",
        tcp=(6379, 6380, 11211),
        udp=(11211,),
    ),
    Service(
        "search",
        "search engines and their dashboards",
        Severity.HIGH,
        "Elasticsearch, OpenSearch and their dashboards commonly ask for no password and hold copies of much data.",
        tcp=(5601, 9200, 9300),
    ),
    Service(
        "container",
        "container engines and orchestrators",
        Severity.HIGH,
        "Whoever reaches the ports of Docker, Kubernetes or etcd unhindered can run anything on the hosts.",
        tcp=(2375, 2376, 2379, 2380, 6443, 10250, 10255),
    ),
    Service(
        "remote-admin",
        "remote administration",
        Severity.HIGH,
        "WinRM and VNC hand over a machine to whoever has or guesses a password.",
        tcp=(5800, 5900, 5901, 5985, 5986),
    ),
    Service(
        "development",
        "development servers",
        Severity.MEDIUM,
        "Development servers, notebooks and proxies on these ports are seldom made to face the internet.",
        tcp=(3000, 4333, 5000, 5500, 8080, 8088, 8888),
    ),
)


def _not_exposed(service: Service) -> Check:
    """Return the check that the internet cannot reach a kind of service."""

    def not_exposed(
        group: SecurityGroup,
        *,
        tcp: tuple[int, ...] = service.tcp,
        udp: tuple[int, ...] = service.udp,
        widest_ipv4: int = WIDEST_IPV4,
        widest_ipv6: int = WIDEST_IPV6,
    ) -> Problems:
        widest = Widest(widest_ipv4, widest_ipv6)
        ports = [*(("tcp", port) for port in tcp), *(("udp", port) for port in udp)]
        rules, unseen = group.known_rules(lambda rule: any(rule.opens(*each) for each in ports))
        found = ((f"{port}/{protocol}", open_to(rules, protocol, port, widest)) for protocol, port in ports)
        yield from openings(found, f"no rule that admits the internet to {service.name}")
        if unseen:
            raise unseen

    not_exposed.__doc__ = service.description
    return check(
        f"ec2-group-{service.kind}-not-exposed",
        service.severity,
        reads=[SecurityGroup.owner, SecurityGroup.rules, PrefixList.sources],
        references=[f"{USER_GUIDE}/security-group-rules.html", CONTROLS],
        fix=FIX,
        applies=is_own,
    )(not_exposed)


EXPOSURE_CHECKS: Final = [_not_exposed(service) for service in SERVICES]


def openings(
    found: Iterable[tuple[str, tuple[Source, ...]]], expected: str, verb: str = "reaches"
) -> Iterator[Problem]:
    """Yield a problem for each set of sources that reaches ports, with all the ports it reaches.

    ``verb`` says what the sources do, where they do not quite reach the ports.
    """
    ports: dict[tuple[Source, ...], list[str]] = defaultdict(list)
    for port, sources in found:
        if sources:
            ports[sources].append(port)
    for sources, reached in ports.items():
        texts = [each.text for each in sources]
        more = f" and {len(texts) - NAMED} more" if len(texts) > NAMED else ""
        summary = f"the internet ({', '.join(texts[:NAMED])}{more}) {verb} {', '.join(reached)}"
        yield Problem(summary, found=texts, expected=expected)


@check(
    "ec2-group-all-ports-not-exposed",
    Severity.HIGH,
    reads=[SecurityGroup.owner, SecurityGroup.rules, PrefixList.sources],
    references=[f"{USER_GUIDE}/security-group-rules.html", CONTROLS],
    fix=FIX,
    applies=is_own,
)
def all_ports_not_exposed(
    group: SecurityGroup,
    *,
    at_least: int = USABLE_PORTS,
    widest_ipv4: int = WIDEST_IPV4,
    widest_ipv6: int = WIDEST_IPV6,
) -> Problems:
    """The internet cannot reach every port.

    A group that opens all ports protects nothing: every service that is ever started behind it is exposed. It fails
    when the internet reaches at_least so many ports of TCP or of UDP, through one rule or several. Sources are the
    internet when together they hold more public addresses than one block of the prefix length widest_ipv4 or
    widest_ipv6.
    """
    widest = Widest(widest_ipv4, widest_ipv6)
    rules, unseen = group.known_rules(lambda rule: rule.carries("tcp") or rule.carries("udp"))
    for protocol in ("tcp", "udp"):
        count, sources = _open(rules, protocol, at_least, widest)
        if count >= at_least:
            expected = f"fewer than {at_least} ports open to the internet"
            yield Problem(f"the internet reaches {count} ports of {protocol}", found=sources, expected=expected)
    if unseen:
        raise unseen


def _open(rules: list[Rule], protocol: str, at_least: int, widest: Widest) -> tuple[int, list[str]]:
    """Return how many ports of a protocol are open to the internet, and through which addresses.

    None are counted where the rules are about fewer than ``at_least`` ports.
    """
    if port_count(rules, protocol) < at_least:
        return 0, []
    reached = list(open_ranges(rules, protocol, widest))
    count = sum(last - max(first, 1) + 1 for (first, last), _ in reached)
    return count, sorted({each.text for _, sources in reached for each in sources})


@check(
    "ec2-group-only-web-exposed",
    Severity.HIGH,
    reads=[SecurityGroup.owner, SecurityGroup.rules, PrefixList.sources],
    references=[f"{USER_GUIDE}/security-group-rules.html", CONTROLS],
    fix=FIX,
    applies=is_own,
)
def only_web_exposed(
    group: SecurityGroup,
    *,
    tcp: tuple[int, ...] = (80, 443),
    udp: tuple[int, ...] = (),
    widest_ipv4: int = WIDEST_IPV4,
    widest_ipv6: int = WIDEST_IPV6,
) -> Problems:
    """The internet reaches only the ports that are meant for it.

    What is open to everybody should be a short list that somebody decided on. A group fails when the internet reaches
    a port of TCP that is not in tcp, or one of UDP that is not in udp. Sources are the internet when together they
    hold more public addresses than one block of the prefix length widest_ipv4 or widest_ipv6.
    """
    widest = Widest(widest_ipv4, widest_ipv6)
    rules, unseen = group.known_rules(lambda rule: rule.carries("tcp") or rule.carries("udp"))
    found = (
        (_text(ports, protocol), sources)
        for protocol, allowed in (("tcp", tcp), ("udp", udp))
        for ports, sources in open_outside(rules, protocol, allowed, widest)
    )
    yield from openings(found, "only the ports meant for it open to the internet")
    if unseen:
        raise unseen


def _text(ports: Range, protocol: str) -> str:
    first, last = ports
    return f"{first}/{protocol}" if first == last else f"{first}-{last}/{protocol}"


@check(
    "ec2-group-egress-restricted",
    Severity.LOW,
    reads=[SecurityGroup.owner, SecurityGroup.egress_rules, PrefixList.sources],
    references=[f"{USER_GUIDE}/security-group-rules.html", f"{USER_GUIDE}/infrastructure-security.html"],
    fix=Fix(
        cli="aws ec2 revoke-security-group-egress --region {resource.region} --group-id {resource.id} "
        "--security-group-rule-ids RULE_IDS",
        text="Admit the destinations that are needed first, 443 to the internet for instance: all else is cut off.",
    ),
    applies=is_own,
)
def egress_restricted(
    group: SecurityGroup,
    *,
    at_least: int = USABLE_PORTS,
    widest_ipv4: int = WIDEST_IPV4,
    widest_ipv6: int = WIDEST_IPV6,
) -> Problems:
    """Members of the group cannot reach every port of the internet.

    AWS gives a new group a rule that lets everything out: malware can then fetch its tools and send data anywhere,
    over any port. A group fails when at_least so many ports of TCP or of UDP of the internet can be reached.
    Destinations are the internet when together they hold more public addresses than one block of the prefix length
    widest_ipv4 or widest_ipv6.
    """
    widest = Widest(widest_ipv4, widest_ipv6)
    rules, unseen = group.known_egress_rules(lambda rule: rule.carries("tcp") or rule.carries("udp"))
    for protocol in ("tcp", "udp"):
        count, destinations = _open(rules, protocol, at_least, widest)
        if count >= at_least:
            summary = f"members reach {count} ports of {protocol} on the internet"
            yield Problem(summary, found=destinations, expected=f"fewer than {at_least} ports reached")
    if unseen:
        raise unseen


@check(
    "ec2-default-group-closed",
    Severity.HIGH,
    reads=[
        SecurityGroup.owner,
        SecurityGroup.group_name,
        SecurityGroup.vpc,
        SecurityGroup.ingress,
        SecurityGroup.egress,
    ],
    references=[f"{USER_GUIDE}/default-security-group.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 revoke-security-group-ingress --region {resource.region} --group-id {resource.id} "
        "--security-group-rule-ids INBOUND_RULE_IDS && aws ec2 revoke-security-group-egress "
        "--region {resource.region} --group-id {resource.id} --security-group-rule-ids OUTBOUND_RULE_IDS",
        terraform='resource "aws_default_security_group" "default" {\n  vpc_id = aws_vpc.main.id\n}',
        text="Give what uses the default group a group of its own first.",
    ),
    applies=lambda group: is_own(group) and group.group_name == "default",
)
def default_group_closed(group: SecurityGroup) -> Problems:
    """The default security group of a VPC allows nothing.

    Whatever is started without a choice of group falls into it. Every VPC has one and it cannot be deleted, but its
    rules can.
    """
    for rules, direction in ((group.ingress, "inbound"), (group.egress, "outbound")):
        if rules:
            yield Problem(f"the default group of {group.vpc} has {direction} rules", found=rules, expected="no rules")
