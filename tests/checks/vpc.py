from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.vpc.groups import (
    EXPOSURE_CHECKS,
    SERVICES,
    all_ports_not_exposed,
    default_group_closed,
    egress_restricted,
    only_web_exposed,
)
from checks.vpc.resources import PrefixList, SecurityGroup

EXPOSURE = {service.kind: check for service, check in zip(SERVICES, EXPOSURE_CHECKS, strict=True)}
SSH, DATABASE, CACHE = EXPOSURE["ssh"], EXPOSURE["database"], EXPOSURE["cache"]
PUBLIC_BUT_TEN = [f"{first}.0.0.0/8" for first in range(256) if first != 10]


def rule(*cidrs, protocol="tcp", ports=(22, 22), lists=()):
    """An inbound rule as DescribeSecurityGroups tells it; without ports where it is about all of them."""
    bounds = {"FromPort": ports[0], "ToPort": ports[1]} if ports else {}
    return {
        "IpProtocol": protocol,
        **bounds,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs if ":" not in cidr],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in cidrs if ":" in cidr],
        "PrefixListIds": [{"PrefixListId": each} for each in lists],
        "UserIdGroupPairs": [],
    }


def group(*rules):
    return fake(SecurityGroup, "sg-1", owner=ACCOUNT, ingress=list(rules))


def outbound(*rules):
    return fake(SecurityGroup, "sg-1", owner=ACCOUNT, egress=list(rules))


def prefix_list(list_id, *cidrs, owner="123456789012"):
    return fake(PrefixList, list_id, owner=owner, entries=[{"Cidr": cidr} for cidr in cidrs])


def default(*, name="default", ingress=(), egress=()):
    rules = {"ingress": list(ingress), "egress": list(egress)}
    return fake(SecurityGroup, "sg-1", owner=ACCOUNT, group_name=name, vpc="vpc-1", **rules)


UNSEEN_LIST = fake(PrefixList, "pl-1", owner="123456789012", entries=refused("ec2:GetManagedPrefixListEntries"))

CASES: list[Case] = [
    # Every kind of service, on each of its ports.
    *(passes(check, group(rule("10.0.0.0/8", protocol="-1", ports=None))) for check in EXPOSURE_CHECKS),
    *(unknown(check, fake(SecurityGroup, "sg-1", owner=ACCOUNT, ingress=refused())) for check in EXPOSURE_CHECKS),
    *(
        fails(EXPOSURE[service.kind], group(rule("0.0.0.0/0", protocol=protocol, ports=(port, port))), says=f"{port}/")
        for service in SERVICES
        for protocol, ports in (("tcp", service.tcp), ("udp", service.udp))
        for port in ports
    ),
    inapplicable(
        SSH,
        fake(SecurityGroup, "sg-1", owner="210987654321", ingress=[rule("0.0.0.0/0")]),
        doubt="A group of another account, shared or in a shared VPC, is its owner's to mend and is judged there.",
    ),
    # What the internet is.
    passes(SSH, group()),
    fails(SSH, group(rule("0.0.0.0/0")), says="the internet (0.0.0.0/0) reaches 22/tcp"),
    fails(SSH, group(rule("::/0")), says="::/0"),
    fails(SSH, group(rule("0.0.0.0/0", "::/0")), says="(0.0.0.0/0, ::/0)"),
    fails(SSH, group(rule("2000::/3"))),
    fails(SSH, group(rule("2a00::/12"))),
    fails(SSH, group(rule("0.0.0.0/1", "128.0.0.0/1")), doubt="Two halves of the internet are the internet."),
    fails(SSH, group(rule("0.0.0.0/1"), rule("128.0.0.0/1", ports=(20, 30)))),
    fails(SSH, group(rule("128.0.0.0/1"))),
    fails(SSH, group(rule("2.0.0.0/7"))),
    fails(SSH, group(rule(*PUBLIC_BUT_TEN)), says="and 218 more"),
    # Every other /9: half the internet, although nothing joins up.
    fails(SSH, group(rule(*(f"{first}.0.0.0/9" for first in range(1, 224))))),
    passes(SSH, group(rule("3.0.0.0/8"))),
    passes(SSH, group(rule("3.0.0.0/9", "3.128.0.0/9", "3.0.0.0/8"))),
    fails(SSH, group(rule("3.0.0.0/8", "8.8.8.8/32"))),
    passes(SSH, group(rule("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"))),
    passes(SSH, group(rule("224.0.0.0/3"))),
    passes(SSH, group(rule("fc00::/7", "fe80::/10", "2003::/19"))),
    passes(SSH, group(rule("203.0.113.7/32", "2001:db8::/32"))),
    passes(SSH, group(rule("128.0.0.0/1", "::/0")), widest_ipv4=1, widest_ipv6=0),
    fails(SSH, group(rule("198.51.0.0/16")), widest_ipv4=24),
    passes(SSH, group(rule("198.51.100.0/24")), widest_ipv4=32),
    # Which rules reach a port.
    fails(SSH, group(rule("0.0.0.0/0", protocol="-1", ports=None))),
    fails(
        SSH,
        group(rule("0.0.0.0/0", protocol="-1", ports=(80, 80))),
        doubt="A rule of all protocols opens all ports, whatever ports it names.",
    ),
    fails(SSH, group(rule("0.0.0.0/0", protocol="6"))),
    fails(SSH, group(rule("0.0.0.0/0", ports=None))),
    fails(SSH, group(rule("0.0.0.0/0", ports=(-1, -1)))),
    fails(SSH, group(rule("0.0.0.0/0", ports=(0, 65535)))),
    fails(SSH, group(rule("0.0.0.0/0", ports=(22, 80))), doubt="A range of ports that covers 22 opens 22."),
    passes(SSH, group(rule("0.0.0.0/0", ports=(23, 80)), rule("0.0.0.0/0", ports=(0, 21)))),
    passes(SSH, group(rule("0.0.0.0/0", protocol="udp"))),
    passes(SSH, group(rule("0.0.0.0/0", protocol="17"))),
    passes(SSH, group(rule("0.0.0.0/0", protocol="icmp", ports=(-1, -1)))),
    passes(SSH, group(rule("::/0", protocol="icmpv6", ports=None), rule("0.0.0.0/0", protocol="50", ports=None))),
    passes(
        SSH,
        group({**rule(), "UserIdGroupPairs": [{"GroupId": "sg-2"}]}),
        doubt="A rule for another security group lets in its members, not the internet.",
    ),
    # The half of the internet that may use another port does not count.
    passes(SSH, group(rule("3.0.0.0/8"), rule("0.0.0.0/0", ports=(443, 443)))),
    fails(SSH, group(rule("0.0.0.0/0", ports=(2222, 2222))), tcp=(22, 2222), says="reaches 2222/tcp"),
    passes(SSH, group(rule("0.0.0.0/0")), tcp=(2222,)),
    fails(CACHE, group(rule("0.0.0.0/0", protocol="udp", ports=(11211, 11211))), says="11211/udp"),
    fails(DATABASE, group(rule("0.0.0.0/0", ports=(3306, 5432))), says="reaches 3306/tcp, 5432/tcp"),
    unknown(SSH, group(rule("0.0.0.0/33")), says="MalformedReply"),
    unknown(SSH, group({"FromPort": 22, "ToPort": 22}), says="MalformedReply"),
    # Prefix lists.
    fails(SSH, group(rule(lists=["pl-1"])), prefix_list("pl-1", "0.0.0.0/0"), says="0.0.0.0/0 in pl-1"),
    fails(SSH, group(rule("0.0.0.0/1", lists=["pl-1"])), prefix_list("pl-1", "128.0.0.0/1")),
    fails(SSH, group(rule(lists=["pl-1", "pl-2"])), prefix_list("pl-1", "10.0.0.0/8"), prefix_list("pl-2", "::/0")),
    passes(SSH, group(rule(lists=["pl-1"])), prefix_list("pl-1", "10.0.0.0/8", "203.0.113.0/24")),
    passes(SSH, group(rule(lists=["pl-1"])), fake(PrefixList, "pl-1", owner="AWS")),
    unknown(SSH, group(rule(lists=["pl-1"])), prefix_list("pl-1", "anywhere"), says="MalformedReply"),
    unknown(SSH, group(rule(lists=["pl-1"])), fake(PrefixList, "pl-1", owner="1", entries=[{}]), says="MalformedReply"),
    unknown(SSH, group(rule(lists=["pl-1"])), UNSEEN_LIST, says="ec2:GetManagedPrefixListEntries"),
    unknown(SSH, group(rule(lists=["pl-1"])), says="NotReturned"),
    unknown(SSH, group(rule(lists=["pl-1"])), unlisted=[PrefixList], says="ec2:DescribeManagedPrefixLists"),
    # What an unseen list holds cannot close what is open, and does not matter to other ports.
    fails(SSH, group(rule("0.0.0.0/0", lists=["pl-1"])), UNSEEN_LIST),
    fails(SSH, group(rule(lists=["pl-1"]), rule(lists=["pl-2"])), UNSEEN_LIST, prefix_list("pl-2", "0.0.0.0/0")),
    passes(SSH, group(rule(lists=["pl-1"], ports=(443, 443))), UNSEEN_LIST),
    # Every port.
    passes(all_ports_not_exposed, group()),
    passes(all_ports_not_exposed, group(rule("0.0.0.0/0", ports=(443, 443)))),
    passes(all_ports_not_exposed, group(rule("10.0.0.0/8", protocol="-1", ports=None))),
    passes(all_ports_not_exposed, group(rule("0.0.0.0/0", ports=(1, 65534)))),
    passes(all_ports_not_exposed, group(rule("0.0.0.0/0", protocol="icmp", ports=(-1, -1)))),
    fails(all_ports_not_exposed, group(rule("0.0.0.0/0", protocol="-1", ports=None)), says="65535 ports of tcp"),
    fails(all_ports_not_exposed, group(rule("::/0", protocol="udp", ports=(0, 65535))), says="65535 ports of udp"),
    fails(all_ports_not_exposed, group(rule("0.0.0.0/0", ports=(1, 65535)))),
    fails(all_ports_not_exposed, group(rule("0.0.0.0/0", ports=(0, 40000)), rule("0.0.0.0/0", ports=(30000, 65535)))),
    # Each half of the internet reaches every port, through other rules.
    fails(
        all_ports_not_exposed,
        group(rule("0.0.0.0/1", ports=(0, 65535)), rule("::/0", ports=(0, 99)), rule("::/0", ports=(100, 65535))),
    ),
    fails(all_ports_not_exposed, group(rule("0.0.0.0/0", ports=(1024, 65535))), at_least=60000),
    fails(all_ports_not_exposed, group(rule(lists=["pl-1"], ports=None)), prefix_list("pl-1", "0.0.0.0/0")),
    unknown(all_ports_not_exposed, group(rule(lists=["pl-1"], ports=None)), UNSEEN_LIST),
    unknown(all_ports_not_exposed, fake(SecurityGroup, "sg-1", owner=ACCOUNT, ingress=refused())),
    # Ports that are not meant for the internet.
    passes(only_web_exposed, group()),
    passes(only_web_exposed, group(rule("0.0.0.0/0", "::/0", ports=(443, 443)), rule("0.0.0.0/0", ports=(80, 80)))),
    passes(only_web_exposed, group(rule("10.0.0.0/8", protocol="-1", ports=None))),
    passes(
        only_web_exposed,
        group(rule("0.0.0.0/0", protocol="icmp", ports=(-1, -1)), rule("0.0.0.0/0", protocol="50", ports=None)),
        doubt="Only TCP and UDP have ports: ICMP or IPsec from everywhere is not what this check is about.",
    ),
    fails(only_web_exposed, group(rule("0.0.0.0/0", ports=(8080, 8080))), says="reaches 8080/tcp"),
    fails(
        only_web_exposed,
        group(rule("0.0.0.0/0", ports=(80, 443))),
        says="reaches 81-442/tcp",
        doubt="A range from 80 to 443 opens all the ports in between.",
    ),
    fails(
        only_web_exposed,
        group(rule("::/0", protocol="-1", ports=None)),
        says="0-79/tcp, 81-442/tcp, 444-65535/tcp, 0-6",
    ),
    fails(
        only_web_exposed,
        group(rule("0.0.0.0/0", protocol="udp", ports=(443, 443))),
        says="reaches 443/udp",
        doubt="HTTP/3 takes 443 of UDP, which AWS's control does not allow unless it is told to.",
    ),
    passes(only_web_exposed, group(rule("0.0.0.0/0", protocol="udp", ports=(443, 443))), udp=(443,)),
    fails(only_web_exposed, group(rule("0.0.0.0/0", ports=(443, 443))), tcp=(8443,)),
    fails(only_web_exposed, group(rule("0.0.0.0/1"), rule("128.0.0.0/1", ports=(20, 30)))),
    fails(only_web_exposed, group(rule(lists=["pl-1"])), prefix_list("pl-1", "0.0.0.0/0"), says="in pl-1"),
    unknown(only_web_exposed, group(rule(lists=["pl-1"])), UNSEEN_LIST),
    unknown(only_web_exposed, fake(SecurityGroup, "sg-1", owner=ACCOUNT, ingress=refused())),
    # What goes out.
    passes(egress_restricted, outbound()),
    passes(
        egress_restricted, outbound(rule("0.0.0.0/0", ports=(443, 443)), rule("10.0.0.0/8", protocol="-1", ports=None))
    ),
    passes(egress_restricted, outbound(rule("0.0.0.0/0", protocol="icmp", ports=(-1, -1)))),
    fails(
        egress_restricted,
        outbound(rule("0.0.0.0/0", protocol="-1", ports=None)),
        says="65535 ports of tcp",
        doubt="AWS's own default rule, which lets everything out, fails.",
    ),
    fails(egress_restricted, outbound(rule("::/0", protocol="udp", ports=(0, 65535))), says="65535 ports of udp"),
    fails(egress_restricted, outbound(rule(lists=["pl-1"], ports=None)), prefix_list("pl-1", "0.0.0.0/0")),
    fails(egress_restricted, outbound(rule("0.0.0.0/0", ports=(1024, 65535))), at_least=60000),
    unknown(egress_restricted, outbound(rule(lists=["pl-1"], ports=None)), UNSEEN_LIST),
    unknown(egress_restricted, outbound(rule("0.0.0.0/33")), says="MalformedReply"),
    unknown(egress_restricted, fake(SecurityGroup, "sg-1", owner=ACCOUNT, egress=refused())),
    # Default groups.
    passes(default_group_closed, default()),
    fails(default_group_closed, default(ingress=[rule("10.0.0.0/8")]), says="vpc-1 has inbound rules"),
    fails(default_group_closed, default(egress=[rule("0.0.0.0/0", protocol="-1", ports=None)]), says="outbound"),
    inapplicable(default_group_closed, default(name="web", ingress=[rule("0.0.0.0/0")])),
    unknown(default_group_closed, fake(SecurityGroup, "sg-1", owner=ACCOUNT, group_name=refused())),
    unknown(default_group_closed, fake(SecurityGroup, "sg-1", owner=ACCOUNT, group_name="default", ingress=refused())),
]
