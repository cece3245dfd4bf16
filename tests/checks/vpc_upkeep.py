"""Security groups kept in order, and network ACLs."""

from auditor.testing import ACCOUNT, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.ec2.resources import LaunchTemplate
from checks.vpc.acls import ADMIN_CHECKS, acl_used
from checks.vpc.resources import NetworkAcl, NetworkInterface, SecurityGroup
from checks.vpc.upkeep import group_used, launch_wizard_absent, references_live, references_trusted, rules_few

ADMIN, DEFAULT_ADMIN = ADMIN_CHECKS
OTHER = "210987654321"


def pair(group_id="sg-2", **members):
    return {"GroupId": group_id, "UserId": ACCOUNT, **members}


def rule(*pairs, cidrs=(), ipv6=(), lists=()):
    """A permission as DescribeSecurityGroups tells it."""
    return {
        "IpProtocol": "tcp",
        "FromPort": 443,
        "ToPort": 443,
        "IpRanges": [{"CidrIp": cidr} for cidr in cidrs],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in ipv6],
        "PrefixListIds": [{"PrefixListId": each} for each in lists],
        "UserIdGroupPairs": list(pairs),
    }


def group(*ingress, id="sg-1", name="web", owner=ACCOUNT, egress=()):
    return fake(SecurityGroup, id, group_name=name, owner=owner, ingress=list(ingress), egress=list(egress))


def interface(*groups, region=""):
    return fake(NetworkInterface, region=region, groups=list(groups))


def template(*groups):
    return fake(LaunchTemplate, "lt-1", security_groups=list(groups))


def entry(number, action, cidr="0.0.0.0/0", *, protocol="6", ports=(22, 22), egress=False):
    """An entry as DescribeNetworkAcls tells it; without ports where it is about all protocols."""
    block = {"Ipv6CidrBlock": cidr} if ":" in cidr else {"CidrBlock": cidr}
    bounds = {"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {}
    return {"RuleNumber": number, "RuleAction": action, "Protocol": protocol, "Egress": egress, **block, **bounds}


def everything(number=100, cidr="0.0.0.0/0", action="allow", *, egress=False):
    return entry(number, action, cidr, protocol="-1", ports=None, egress=egress)


REST = [everything(32767, action="deny"), everything(32768, "::/0", action="deny")]
"""The entries shown as an asterisk, which every network ACL ends with."""


def acl(*entries, default=False, owner=ACCOUNT):
    return fake(NetworkAcl, "acl-1", owner=owner, is_default=default, entries=[*entries, *REST])


def associated(*associations, default=False):
    return fake(NetworkAcl, "acl-1", owner=ACCOUNT, is_default=default, associations=list(associations))


CASES: list[Case] = [
    # Unused groups.
    passes(group_used, group(), interface("sg-2", "sg-1")),
    passes(group_used, group(), group(rule(pair("sg-1")), id="sg-2")),
    passes(
        group_used,
        group(),
        group(egress=[rule(pair("sg-1"))], id="sg-2"),
        doubt="A group that only another group's rule names is used: without it the rule would let nobody in.",
    ),
    passes(group_used, group(), template("sg-1"), doubt="A launch template's group is used."),
    passes(group_used, group(), template("web")),
    fails(group_used, group(), interface("sg-2"), template("sg-2"), says="no network interface"),
    fails(
        group_used,
        group(rule(pair("sg-1"))),
        doubt="A group that only its own rules name is not used.",
    ),
    fails(group_used, group(), interface("sg-1", region="us-east-1")),
    inapplicable(group_used, group(name="default"), doubt="A default group cannot be deleted, and need not be used."),
    inapplicable(group_used, group(owner=OTHER), doubt="A group that another account shares is not this account's."),
    unknown(group_used, group(), unlisted=[NetworkInterface], says="ec2:DescribeNetworkInterfaces"),
    unknown(group_used, group(), unlisted=[LaunchTemplate], says="ec2:DescribeLaunchTemplateVersions"),
    unknown(group_used, group(), fake(LaunchTemplate, "lt-1", security_groups=refused())),
    passes(group_used, group(), interface("sg-1"), fake(LaunchTemplate, "lt-1", security_groups=refused())),
    # The launch wizard's.
    passes(launch_wizard_absent, group()),
    passes(launch_wizard_absent, group(name="wizard")),
    fails(launch_wizard_absent, group(name="launch-wizard-12"), says="launch-wizard-12"),
    unknown(launch_wizard_absent, fake(SecurityGroup, owner=ACCOUNT, group_name=refused())),
    # Many rules.
    passes(rules_few, group()),
    passes(rules_few, group(rule(cidrs=["10.0.0.0/8"] * 50))),
    fails(rules_few, group(rule(cidrs=["10.0.0.0/8"] * 30, ipv6=["fd00::/8"] * 19, lists=["pl-1"]), rule(pair()))),
    fails(rules_few, group(egress=[rule(cidrs=["10.0.0.0/8"] * 51)]), says="51 outbound rules"),
    fails(rules_few, group(rule(pair(), pair())), at_most=1),
    unknown(rules_few, fake(SecurityGroup, owner=ACCOUNT, ingress=refused(), egress=[])),
    # Rules that name groups.
    passes(references_live, group()),
    passes(references_live, group(rule(pair()), rule(pair("sg-1"))), group(id="sg-2")),
    passes(
        references_live,
        group(rule(pair("sg-9", UserId=OTHER, VpcPeeringConnectionId="pcx-1", PeeringStatus="active"))),
    ),
    passes(
        references_live,
        group(rule(pair("sg-9", UserId=OTHER, VpcId="vpc-9"))),
        doubt="A rule that a transit gateway's end made stale does not show it where groups are listed: it passes.",
    ),
    fails(references_live, group(rule(pair("sg-9"))), says="sg-9: the group is deleted"),
    fails(
        references_live,
        group(rule({"GroupId": "sg-9", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"})),
        says="the group is deleted",
        doubt="Where the group in a peered VPC is deleted, AWS leaves out whose it was.",
    ),
    fails(
        references_live,
        group(egress=[rule(pair("sg-9", UserId=OTHER, VpcPeeringConnectionId="pcx-1", PeeringStatus="deleted"))]),
        says="the peering connection is deleted",
    ),
    unknown(references_live, group(rule(pair("sg-9"))), unlisted=[SecurityGroup]),
    unknown(references_live, fake(SecurityGroup, owner=ACCOUNT, ingress=refused(), egress=[])),
    passes(references_trusted, group(rule(pair(), {"GroupId": "sg-9"}))),
    passes(references_trusted, group(rule(pair(UserId=OTHER))), trusted=(OTHER,)),
    fails(references_trusted, group(rule(pair(UserId=OTHER))), says=f"of account {OTHER}"),
    unknown(references_trusted, fake(SecurityGroup, owner=ACCOUNT, ingress=[], egress=refused())),
    # Network ACLs: which entries let the internet in.
    *(passes(check, acl(default=default)) for check, default in ((ADMIN, False), (DEFAULT_ADMIN, True))),
    *(unknown(check, fake(NetworkAcl, owner=ACCOUNT, is_default=refused())) for check in ADMIN_CHECKS),
    unknown(ADMIN, fake(NetworkAcl, owner=ACCOUNT, is_default=False, entries=refused())),
    unknown(
        DEFAULT_ADMIN,
        fake(NetworkAcl, owner=ACCOUNT, is_default=True, entries=[{"Egress": False}]),
        says="MalformedReply",
    ),
    inapplicable(
        ADMIN, acl(default=True), doubt="AWS's control leaves default ACLs out: they have a check of their own."
    ),
    inapplicable(DEFAULT_ADMIN, acl()),
    inapplicable(
        ADMIN, acl(entry(100, "allow"), owner=OTHER), doubt="The network ACL of a shared VPC is its owner's to mend."
    ),
    fails(
        DEFAULT_ADMIN,
        acl(everything(), default=True),
        says="to 22/tcp",
        doubt="A default ACL as AWS makes it lets everything through, which CIS does not accept.",
    ),
    passes(DEFAULT_ADMIN, acl(entry(100, "allow", "10.0.0.0/8"), default=True)),
    fails(ADMIN, acl(entry(100, "allow")), says="the internet (0.0.0.0/0) is let through to 22/tcp"),
    fails(ADMIN, acl(entry(100, "allow", "::/0", ports=(3389, 3389))), says="(::/0)"),
    fails(ADMIN, acl(everything())),
    fails(ADMIN, acl(entry(100, "allow", protocol="17", ports=(3389, 3389))), says="3389/udp"),
    fails(
        ADMIN,
        acl(entry(100, "allow", ports=(1024, 65535))),
        says="3389/tcp",
        doubt="An entry for the answers to requests from inside, ports 1024 to 65535, opens 3389 too.",
    ),
    passes(
        ADMIN,
        acl(entry(90, "deny", ports=(3389, 3389)), entry(100, "allow", ports=(1024, 65535))),
        doubt="A denial with a lower number comes first: what it closes stays closed.",
    ),
    fails(
        ADMIN,
        acl(entry(100, "allow"), entry(200, "deny")),
        doubt="A denial with a higher number comes too late.",
    ),
    fails(ADMIN, acl(entry(200, "deny"), entry(100, "allow")), doubt="Numbers order the entries, not their place."),
    fails(
        ADMIN,
        acl(entry(90, "deny", "0.0.0.0/1"), entry(100, "allow")),
        doubt="Where one half of the internet is denied and all of it allowed next, the other half comes in.",
    ),
    passes(ADMIN, acl(entry(80, "deny", "0.0.0.0/1"), entry(90, "deny", "128.0.0.0/1"), entry(100, "allow"))),
    fails(ADMIN, acl(entry(80, "allow", "0.0.0.0/1"), entry(90, "allow", "128.0.0.0/1"))),
    fails(ADMIN, acl(entry(90, "deny", "::/0"), entry(100, "allow")), doubt="A denial of IPv6 says nothing of IPv4."),
    fails(
        ADMIN, acl(entry(90, "deny", protocol="17"), entry(100, "allow")), doubt="A denial of UDP says nothing of TCP."
    ),
    passes(ADMIN, acl(everything(90, action="deny"), entry(100, "allow"))),
    passes(
        ADMIN,
        acl(entry(90, "deny", ports=(0, 65535)), entry(95, "deny", protocol="17", ports=(0, 65535)), everything()),
    ),
    passes(ADMIN, acl(entry(100, "allow", "10.0.0.0/8"), entry(110, "allow", "3.0.0.0/8"))),
    passes(ADMIN, acl(entry(100, "allow", ports=(443, 443)))),
    passes(ADMIN, acl(entry(100, "allow", protocol="1", ports=None)), doubt="ICMP has no ports."),
    passes(ADMIN, acl(everything(egress=True))),
    passes(ADMIN, acl(entry(100, "allow")), tcp=(3389,)),
    fails(ADMIN, acl(entry(100, "allow", ports=(5985, 5985))), tcp=(5985,), says="5985/tcp"),
    passes(ADMIN, acl(everything()), widest_ipv4=0),
    # Unused network ACLs.
    passes(acl_used, associated({"NetworkAclAssociationId": "aclassoc-1", "SubnetId": "subnet-1"})),
    fails(acl_used, associated(), says="no subnet"),
    inapplicable(acl_used, associated(default=True), doubt="A default ACL cannot be deleted, and may be idle."),
    unknown(acl_used, fake(NetworkAcl, owner=ACCOUNT, is_default=False, associations=refused())),
]
