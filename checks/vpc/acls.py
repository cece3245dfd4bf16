"""What network ACLs let into subnets, decided in the order of their rules, and whether they are used."""

from __future__ import annotations

from typing import Final, NamedTuple

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.vpc.exposure import Source, Widest, first_matches, internet
from checks.vpc.groups import WIDEST_IPV4, WIDEST_IPV6, openings
from checks.vpc.pages import CONTROLS, USER_GUIDE
from checks.vpc.resources import NetworkAcl, is_own


class Kind(NamedTuple):
    """Default network ACLs or the others: what they are called in an id and in words, and what is to know of them."""

    id: str
    words: str
    default: bool
    why: str


KINDS: Final = (
    Kind(
        "acl",
        "network ACL",
        default=False,
        why="An ACL of one's own that lets the internet through adds nothing to the groups.",
    ),
    Kind(
        "default-acl",
        "default network ACL",
        default=True,
        why="AWS makes a VPC's default ACL let everything through, and every new subnet falls under it.",
    ),
)


def _admin_not_exposed(kind: Kind) -> Check:
    """Return the check that a kind of network ACL keeps administration from the internet."""

    def admin_not_exposed(
        acl: NetworkAcl,
        *,
        tcp: tuple[int, ...] = (22, 3389),
        udp: tuple[int, ...] = (3389,),
        widest_ipv4: int = WIDEST_IPV4,
        widest_ipv6: int = WIDEST_IPV6,
    ) -> Problems:
        widest = Widest(widest_ipv4, widest_ipv6)
        ports = [*(("tcp", port) for port in tcp), *(("udp", port) for port in udp)]
        found = ((f"{port}/{protocol}", _let_in(acl, protocol, port, widest)) for protocol, port in ports)
        yield from openings(found, "no way for the internet to administration", "is let through to")

    admin_not_exposed.__doc__ = (
        f"The {kind.words} keeps the internet from SSH and Remote Desktop.\n\nA network ACL is the second wall, for "
        f"when a security group is opened by mistake. {kind.why} Rules are decided in their order: the first that "
        "matches counts, and what none matches is denied. Sources are the internet when together they hold more public "
        "addresses than one block of the prefix length widest_ipv4 or widest_ipv6."
    )
    return check(
        f"ec2-{kind.id}-admin-not-exposed",
        Severity.MEDIUM,
        reads=[NetworkAcl.owner, NetworkAcl.is_default, NetworkAcl.inbound],
        references=[f"{USER_GUIDE}/nacl-rules.html", CONTROLS],
        fix=Fix(
            cli="aws ec2 delete-network-acl-entry --region {resource.region} --network-acl-id {resource.id} "
            "--ingress --rule-number RULE_NUMBER",
            text="Let in by entries of lower numbers what has to come through, answers to requests from inside (ports "
            "1024 to 65535 without 3389) included: ACLs keep no state.",
        ),
        applies=lambda acl: is_own(acl) and acl.is_default == kind.default,
    )(admin_not_exposed)


ADMIN_CHECKS: Final = [_admin_not_exposed(kind) for kind in KINDS]


def _let_in(acl: NetworkAcl, protocol: str, port: int, widest: Widest) -> tuple[Source, ...]:
    """Return the sources through which the internet passes the ACL to a port; none when it does not."""
    entries = [entry for entry in acl.inbound if entry.rule.opens(protocol, port)]
    return internet(first_matches((entry.allows, entry.rule.sources[0]) for entry in entries), widest)


@check(
    "ec2-acl-used",
    Severity.LOW,
    reads=[NetworkAcl.owner, NetworkAcl.is_default, NetworkAcl.associations],
    references=[f"{USER_GUIDE}/vpc-network-acls.html", CONTROLS],
    fix=Fix(cli="aws ec2 delete-network-acl --region {resource.region} --network-acl-id {resource.id}"),
    applies=lambda acl: is_own(acl) and not acl.is_default,
)
def acl_used(acl: NetworkAcl) -> Problems:
    """The network ACL is associated with a subnet.

    One that protects nothing misleads whoever reads it, and is put into use again unreviewed. A default ACL cannot be
    deleted and may be idle.
    """
    if not acl.associations:
        yield Problem("no subnet is associated with the network ACL", found=[], expected="a subnet, or deleted")
