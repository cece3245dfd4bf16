"""Public addresses and the way to them: subnets, Elastic IPs, network interfaces, and the block on the internet."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from checks.vpc.pages import CONTROLS, USER_GUIDE
from checks.vpc.resources import ElasticIp, NetworkInterface, RegionNetwork, Subnet, documented, is_own

EC2_GUIDE: Final = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"
USERS_OWN: Final = frozenset({"aws_codestar_connections_managed", "branch", "efa", "interface", "lambda", "quicksight"})
"""The types of network interfaces whose source and destination checks users answer for (Security Hub, EC2.180)."""


@check(
    "ec2-subnet-public-ipv4-not-assigned",
    Severity.MEDIUM,
    reads=[Subnet.owner, Subnet.gives_public_ipv4],
    references=[f"{USER_GUIDE}/subnet-public-ip.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-subnet-attribute --region {resource.region} --subnet-id {resource.id} "
        "--no-map-public-ip-on-launch",
        terraform='resource "aws_subnet" "main" {\n  map_public_ip_on_launch = false\n}',
        cloudformation="Subnet:\n  Type: AWS::EC2::Subnet\n  Properties:\n    MapPublicIpOnLaunch: false",
        text="Instances that run keep their addresses; new ones that need one have to ask for it.",
    ),
    applies=is_own,
)
def public_ipv4_not_assigned(subnet: Subnet) -> Problems:
    """The subnet does not give instances public IPv4 addresses of itself.

    A public address should be a decision: an instance that gets one without asking is reachable as soon as a security
    group is too wide.
    """
    if subnet.gives_public_ipv4:
        yield Problem(
            "instances get a public IPv4 address at launch", found=True, expected="MapPublicIpOnLaunch: false"
        )


@check(
    "ec2-subnet-public-ipv6-not-assigned",
    Severity.MEDIUM,
    reads=[Subnet.owner, Subnet.has_only_ipv6, Subnet.gives_ipv6, Subnet.ipv6_blocks],
    references=[f"{USER_GUIDE}/subnet-public-ip.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-subnet-attribute --region {resource.region} --subnet-id {resource.id} "
        "--no-assign-ipv6-address-on-creation",
        terraform='resource "aws_subnet" "main" {\n  assign_ipv6_address_on_creation = false\n}',
        cloudformation="Subnet:\n  Type: AWS::EC2::Subnet\n  Properties:\n    AssignIpv6AddressOnCreation: false",
        text="Instances that run keep their addresses; new ones that need one have to ask for it.",
    ),
    applies=lambda subnet: is_own(subnet) and not subnet.has_only_ipv6,
)
def public_ipv6_not_assigned(subnet: Subnet) -> Problems:
    """The subnet does not give network interfaces public IPv6 addresses of itself.

    IPv6 addresses of AWS are public, without translation in between: what gets one without asking is reachable as
    soon as a route and a security group are too wide. Unique local addresses (fd00::/8) are private. A subnet of IPv6
    alone has no other addresses to give, and is not judged.
    """
    request = Subnet.listing_request()
    public = documented(
        lambda: [each for each in subnet.ipv6_blocks if not ip_network(each).is_private], request, "a block"
    )
    if subnet.gives_ipv6 and public:
        summary = f"network interfaces get an address in {', '.join(public)} at creation"
        yield Problem(summary, found=public, expected="AssignIpv6AddressOnCreation: false")


@check(
    "ec2-eip-used",
    Severity.LOW,
    reads=[ElasticIp.address, ElasticIp.association, ElasticIp.network_interface, NetworkInterface.status],
    references=[f"{EC2_GUIDE}/elastic-ip-addresses-eip.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 release-address --region {resource.region} --allocation-id {resource.id}",
        text="See first that no DNS record or allow list names it: AWS gives the address to somebody else. Take it off "
        "an idle network interface with disassociate-address.",
    ),
)
def eip_used(eip: ElasticIp, inventory: Inventory) -> Problems:
    """The Elastic IP address is used.

    An idle address costs money, and a DNS record or allow list that still names it opens the door to whoever gets it
    next. It is used when it belongs to an instance or to a network interface in use.
    """
    if not eip.association:
        yield Problem(f"{eip.address} is not associated with anything", found=eip.address, expected="used, or released")
    elif eip.network_interface:
        interface = inventory.find(NetworkInterface, eip.network_interface)
        if interface and interface.status == "available":
            summary = f"{eip.address} belongs to {interface.id}, which is attached to nothing"
            yield Problem(summary, found=interface.status, expected="in-use")


@check(
    "ec2-network-interface-used",
    Severity.LOW,
    reads=[NetworkInterface.owner, NetworkInterface.status, NetworkInterface.managed],
    references=[f"{EC2_GUIDE}/using-eni.html"],
    fix=Fix(
        cli="aws ec2 delete-network-interface --region {resource.region} --network-interface-id {resource.id}",
        text="See first that it is not kept for its address, for a standby to take over.",
    ),
    applies=lambda interface: is_own(interface) and not interface.managed,
)
def network_interface_used(interface: NetworkInterface) -> Problems:
    """The network interface is attached to something.

    One that is left over keeps its addresses, its security groups and perhaps a public address: whatever it is
    attached to next inherits them.
    """
    if interface.status == "available":
        yield Problem("the network interface is attached to nothing", found=interface.status, expected="in-use")


@check(
    "ec2-network-interface-source-checked",
    Severity.MEDIUM,
    reads=[
        NetworkInterface.owner,
        NetworkInterface.source_dest_check,
        NetworkInterface.interface_type,
        NetworkInterface.managed,
    ],
    references=[f"{EC2_GUIDE}/using-eni.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-network-interface-attribute --region {resource.region} "
        "--network-interface-id {resource.id} --source-dest-check",
        text="NAT instances, firewalls and routers need it off: accept the finding for those.",
    ),
    applies=lambda interface: is_own(interface) and interface.interface_type in USERS_OWN and not interface.managed,
)
def network_interface_source_checked(interface: NetworkInterface) -> Problems:
    """The network interface sends and receives only its own traffic.

    With source and destination checking off, a machine that is taken over can pose as another and forward traffic
    between networks.
    """
    if not interface.source_dest_check:
        yield Problem("source and destination checking is off", found=False, expected="SourceDestCheck: true")


@check(
    "ec2-region-vpc-public-access-blocked",
    Severity.MEDIUM,
    reads=[RegionNetwork.gateway_block],
    references=[f"{USER_GUIDE}/security-vpc-bpa.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-vpc-block-public-access-options --region {resource.region} "
        "--internet-gateway-block-mode block-ingress",
        terraform='resource "aws_vpc_block_public_access_options" "this" {\n'
        '  internet_gateway_block_mode = "block-ingress"\n}',
        cloudformation="BlockPublicAccess:\n  Type: AWS::EC2::VPCBlockPublicAccessOptions\n  Properties:\n"
        "    InternetGatewayBlockMode: block-ingress",
        text="Exclude the VPCs and subnets that serve the internet first (create-vpc-block-public-access-exclusion): "
        "all others stop being reached at once.",
        downtime=True,
    ),
)
def region_vpc_public_access_blocked(
    region: RegionNetwork, *, modes: tuple[str, ...] = ("block-ingress", "block-bidirectional")
) -> Problems:
    """Traffic from the internet to VPCs is blocked in the region, but for chosen exceptions.

    The block holds whatever routes, addresses and security groups say: a mistake in one of them exposes nothing. VPCs
    that serve the internet are excluded by name.
    """
    if region.gateway_block not in modes:
        summary = f"the internet gateways' block mode is {region.gateway_block} in {region.id}"
        yield Problem(summary, found=region.gateway_block, expected=" or ".join(modes))
