"""VPCs, their addresses and what connects them."""

import json

from auditor.policy import parse
from auditor.testing import ACCOUNT, REGION, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.vpc.addresses import (
    eip_used,
    network_interface_source_checked,
    network_interface_used,
    public_ipv4_not_assigned,
    public_ipv6_not_assigned,
    region_vpc_public_access_blocked,
)
from checks.vpc.gateways import (
    attachments_reviewed,
    client_vpn_logged,
    connections_reviewed,
    route_table_peering_narrow,
    tunnels_up,
    vpn_logged,
)
from checks.vpc.links import (
    ClientVpn,
    Endpoint,
    EndpointService,
    FlowLog,
    PeeringConnection,
    RouteTable,
    TransitGateway,
    VpnConnection,
)
from checks.vpc.networks import (
    ENDPOINT_CHECKS,
    WAYS,
    default_vpc_unused,
    endpoint_policy_restricted,
    flow_log_delivered,
    region_default_vpc_absent,
    vpc_flow_logged,
)
from checks.vpc.resources import ElasticIp, NetworkInterface, PrefixList, RegionNetwork, Subnet, Vpc

OTHER = "210987654321"
ENDPOINT = {way.id: check for way, check in zip(WAYS, ENDPOINT_CHECKS, strict=True)}
EC2_API, S3 = ENDPOINT["ec2"], ENDPOINT["s3"]


def vpc(*, default=False, owner=ACCOUNT, region=""):
    return fake(Vpc, "vpc-1", owner=owner, is_default=default, region=region)


def flow_log(watched="vpc-1", *, status="ACTIVE", traffic="ALL", delivery="SUCCESS", error=None):
    told = {"status": status, "traffic": traffic, "delivery": delivery, "delivery_error": error}
    return fake(FlowLog, f"fl-{watched}", watched=watched, **told)


def region(**facts):
    return fake(RegionNetwork, region=REGION, **facts)


def endpoint(service, kind="Interface", *, vpc="vpc-1", state="available", tables=("rtb-1",), place=REGION):
    name = f"com.amazonaws.{place}.{service}"
    return fake(Endpoint, vpc=vpc, kind=kind, state=state, service_name=name, route_tables=list(tables))


def with_policy(kind="Interface", service=f"com.amazonaws.{REGION}.ec2", *, state="available", **statement):
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    policy = parse(json.dumps({"Statement": [full | statement]}))
    return fake(Endpoint, vpc="vpc-1", kind=kind, state=state, service_name=service, policy=policy)


def subnet(*, ipv4=False, ipv6=False, owner=ACCOUNT, blocks=("2a05:d018:1:2::/64",), only=False):
    told = {"gives_public_ipv4": ipv4, "gives_ipv6": ipv6, "ipv6_blocks": list(blocks), "has_only_ipv6": only}
    return fake(Subnet, owner=owner, **told)


def eip(association="eipassoc-1", interface="eni-1"):
    return fake(ElasticIp, address="52.1.2.3", association=association, network_interface=interface)


def interface(status="in-use", *, owner=ACCOUNT, **facts):
    return fake(NetworkInterface, "eni-1", owner=owner, status=status, **facts)


def checking(on, kind="interface", *, managed=False):
    return interface(source_dest_check=on, interface_type=kind, managed=managed)


def table(*routes, owner=ACCOUNT):
    return fake(RouteTable, owner=owner, vpc="vpc-1", routes=list(routes))


def route(destination, *, peering="pcx-1", state="active"):
    name = "DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock"
    return {name: destination, "State": state, "VpcPeeringConnectionId": peering}


def peering(requester="vpc-1", accepter="vpc-2", *, blocks=("10.2.0.0/16",), ipv6=()):
    """An active peering connection in which the far VPC has these blocks."""
    far = {
        "CidrBlockSet": [{"CidrBlock": each} for each in blocks],
        "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": each} for each in ipv6],
    }
    near = {"CidrBlockSet": [{"CidrBlock": "10.1.0.0/16"}]}
    ends = [{"VpcId": each, **(near if each == "vpc-1" else far)} for each in (requester, accepter)]
    return fake(PeeringConnection, "pcx-1", requester=ends[0], accepter=ends[1])


def prefix_list(*cidrs):
    return fake(PrefixList, "pl-1", owner=ACCOUNT, entries=[{"Cidr": cidr} for cidr in cidrs])


LOCAL = {"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local", "State": "active"}
BY_LIST = {"DestinationPrefixListId": "pl-1", "VpcPeeringConnectionId": "pcx-1", "State": "active"}


def gateway(auto_accept, *, owner=ACCOUNT, state="available"):
    return fake(TransitGateway, owner=owner, state=state, auto_accept=auto_accept)


def service(*, reviewed, state="Available"):
    return fake(EndpointService, state=state, asks_for_acceptance=reviewed)


def vpn(*statuses, state="available"):
    tunnels = [{"OutsideIpAddress": f"192.0.2.{n}", "Status": status} for n, status in enumerate(statuses)]
    return fake(VpnConnection, state=state, telemetry=tunnels)


def logging(*words, state="available"):
    """A VPN connection whose tunnels' logs are on or off, or not told."""
    options = [{"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": word == "on"}}} if word else {} for word in words]
    tunnels = [{"OutsideIpAddress": f"192.0.2.{n}", **each} for n, each in enumerate(options)]
    return fake(VpnConnection, state=state, tunnels=tunnels)


CASES: list[Case] = [
    # Flow logs.
    passes(vpc_flow_logged, vpc(), flow_log()),
    passes(vpc_flow_logged, vpc(), flow_log(traffic="REJECT"), doubt="A log of rejected traffic alone is enough."),
    passes(vpc_flow_logged, vpc(), flow_log(delivery=None), doubt="A log that has delivered nothing yet is a log."),
    fails(vpc_flow_logged, vpc(), says="has no flow log"),
    fails(vpc_flow_logged, vpc(), flow_log(traffic="ACCEPT"), doubt="A log of accepted traffic tells of no attempt."),
    fails(
        vpc_flow_logged,
        vpc(),
        flow_log("subnet-1"),
        flow_log("eni-1"),
        doubt="Logs of subnets and network interfaces leave the rest of the VPC unseen.",
    ),
    fails(vpc_flow_logged, vpc(), flow_log("tgw-1", traffic=None), doubt="A transit gateway's log is not the VPC's."),
    fails(
        vpc_flow_logged,
        vpc(),
        flow_log(delivery="FAILED"),
        says="no flow log of the VPC",
        doubt="A log that AWS cannot deliver keeps nothing.",
    ),
    fails(vpc_flow_logged, vpc(), flow_log(status="INACTIVE")),
    inapplicable(
        vpc_flow_logged,
        vpc(owner=OTHER),
        doubt="Only its owner can log a VPC whose subnets are shared with this account.",
    ),
    unknown(vpc_flow_logged, fake(Vpc, owner=refused())),
    unknown(vpc_flow_logged, vpc(), unlisted=[FlowLog], says="ec2:DescribeFlowLogs"),
    unknown(vpc_flow_logged, vpc(), flow_log(traffic=refused())),
    passes(flow_log_delivered, flow_log()),
    passes(flow_log_delivered, flow_log(delivery=None)),
    fails(flow_log_delivered, flow_log(delivery="FAILED", error="Access error"), says="vpc-1 is not delivered: Access"),
    unknown(flow_log_delivered, flow_log(delivery=refused())),
    # Default VPCs.
    passes(region_default_vpc_absent, region(), vpc()),
    passes(region_default_vpc_absent, region(), vpc(default=True, region="us-east-1")),
    fails(
        region_default_vpc_absent,
        region(),
        vpc(default=True),
        says="vpc-1 is the default VPC of eu-west-1",
        doubt="A default VPC in which nothing works is there all the same, for the next thing that is started.",
    ),
    unknown(region_default_vpc_absent, region(), unlisted=[Vpc]),
    passes(default_vpc_unused, vpc(default=True), interface(vpc="vpc-2")),
    fails(default_vpc_unused, vpc(default=True), interface(vpc="vpc-1"), says="has 1 network interfaces"),
    inapplicable(default_vpc_unused, vpc()),
    unknown(default_vpc_unused, vpc(default=True), unlisted=[NetworkInterface]),
    unknown(default_vpc_unused, fake(Vpc, is_default=refused())),
    # Endpoints.
    *(
        passes(check, vpc(), endpoint(way.service, kind))
        for way, check in zip(WAYS, ENDPOINT_CHECKS, strict=True)
        for kind in way.kinds
    ),
    *(fails(check, vpc(), says="has no available") for check in ENDPOINT_CHECKS),
    *(unknown(check, vpc(), unlisted=[Endpoint], says="ec2:DescribeVpcEndpoints") for check in ENDPOINT_CHECKS),
    passes(EC2_API, vpc(), endpoint("ec2", state="Available")),
    fails(
        EC2_API,
        vpc(),
        endpoint("ec2", state="pendingAcceptance"),
        doubt="An endpoint that is not available serves nobody.",
    ),
    fails(EC2_API, vpc(), endpoint("ec2", vpc="vpc-2"), doubt="Another VPC's endpoint does not count, peered or not."),
    fails(EC2_API, vpc(), endpoint("ec2messages"), doubt="An endpoint for ec2messages is not one for the EC2 API."),
    fails(EC2_API, vpc(), endpoint("ec2", place="us-east-1")),
    fails(EC2_API, vpc(), endpoint("ec2", kind="GatewayLoadBalancer")),
    fails(
        S3,
        vpc(),
        endpoint("s3", "Gateway", tables=()),
        doubt="A gateway endpoint that no route table names carries nothing.",
    ),
    passes(S3, vpc(), endpoint("s3", "Interface", tables=()), doubt="An interface endpoint for S3 will do."),
    inapplicable(EC2_API, vpc(owner=OTHER), doubt="The endpoints of a shared VPC are its owner's to make."),
    passes(endpoint_policy_restricted, with_policy(Principal={"AWS": ACCOUNT})),
    passes(endpoint_policy_restricted, with_policy(Action="ec2:Describe*")),
    passes(endpoint_policy_restricted, with_policy(Resource="arn:aws:s3:::logs/*")),
    passes(endpoint_policy_restricted, with_policy(Effect="Deny")),
    passes(
        endpoint_policy_restricted,
        with_policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
        doubt="The policy of an endpoint may limit whose principals go through it, or to whose resources.",
    ),
    passes(endpoint_policy_restricted, with_policy(Condition={"StringEquals": {"aws:ResourceAccount": ACCOUNT}})),
    fails(
        endpoint_policy_restricted,
        with_policy(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}),
        doubt="Whoever comes through the endpoint comes from its VPC: that limits nobody.",
    ),
    fails(endpoint_policy_restricted, with_policy(Condition={"StringLike": {"aws:PrincipalArn": "*"}})),
    fails(
        endpoint_policy_restricted,
        with_policy(Action="ec2:*"),
        doubt="All actions of the one service that an endpoint leads to are everything.",
    ),
    passes(
        endpoint_policy_restricted,
        fake(Endpoint, kind="Interface", state="available", service_name="com.amazonaws.eu-west-1.ec2", policy=None),
        doubt="Where the service supports no endpoint policies there is none to restrict.",
    ),
    inapplicable(endpoint_policy_restricted, with_policy(state="deleted")),
    fails(endpoint_policy_restricted, with_policy(), says="allows everybody everything"),
    fails(endpoint_policy_restricted, with_policy("Gateway", Principal={"AWS": "*"})),
    inapplicable(endpoint_policy_restricted, with_policy("GatewayLoadBalancer")),
    inapplicable(endpoint_policy_restricted, with_policy(service="com.amazonaws.vpce.eu-west-1.vpce-svc-1")),
    unknown(
        endpoint_policy_restricted,
        fake(
            Endpoint, kind="Interface", state="available", service_name="com.amazonaws.eu-west-1.ec2", policy=refused()
        ),
    ),
    # Subnets.
    passes(public_ipv4_not_assigned, subnet(ipv6=True)),
    fails(public_ipv4_not_assigned, subnet(ipv4=True), says="public IPv4"),
    inapplicable(public_ipv4_not_assigned, subnet(ipv4=True, owner=OTHER)),
    unknown(public_ipv4_not_assigned, fake(Subnet, owner=ACCOUNT, gives_public_ipv4=refused())),
    passes(public_ipv6_not_assigned, subnet(ipv4=True)),
    passes(
        public_ipv6_not_assigned,
        subnet(ipv6=True, blocks=["fd12:3456:789a::/64"]),
        doubt="Unique local IPv6 addresses are private: nothing outside can reach them.",
    ),
    fails(public_ipv6_not_assigned, subnet(ipv6=True), says="2a05:d018:1:2::/64"),
    inapplicable(
        public_ipv6_not_assigned,
        subnet(ipv6=True, only=True),
        doubt="A subnet of IPv6 alone has no other addresses to give.",
    ),
    unknown(public_ipv6_not_assigned, subnet(ipv6=True, blocks=["anything"]), says="MalformedReply"),
    unknown(
        public_ipv6_not_assigned, fake(Subnet, owner=ACCOUNT, has_only_ipv6=False, gives_ipv6=refused(), ipv6_blocks=[])
    ),
    # Elastic IPs and network interfaces.
    passes(eip_used, eip(), interface()),
    passes(eip_used, eip(interface=None)),
    passes(eip_used, eip(interface="eni-of-another-account")),
    fails(eip_used, eip(association=None, interface=None), says="52.1.2.3 is not associated"),
    fails(
        eip_used,
        eip(),
        interface("available"),
        says="eni-1, which is attached to nothing",
        doubt="An address of a network interface that is attached to nothing is idle.",
    ),
    unknown(eip_used, eip(), unlisted=[NetworkInterface]),
    unknown(eip_used, fake(ElasticIp, address="52.1.2.3", association=refused())),
    passes(network_interface_used, interface(managed=False)),
    fails(network_interface_used, interface("available", managed=False), says="attached to nothing"),
    inapplicable(network_interface_used, interface("available", managed=True)),
    unknown(network_interface_used, interface(refused(), managed=False)),
    passes(network_interface_source_checked, checking(on=True)),
    fails(network_interface_source_checked, checking(on=False), says="is off"),
    fails(network_interface_source_checked, checking(on=False, kind="branch")),
    inapplicable(
        network_interface_source_checked,
        checking(on=False, kind="nat_gateway"),
        doubt="Interfaces that AWS's services forward traffic with, as NAT gateways do, are not users' to set.",
    ),
    inapplicable(network_interface_source_checked, interface(owner=OTHER, source_dest_check=False)),
    inapplicable(
        network_interface_used,
        interface("available", owner=OTHER),
        doubt="The owner of a shared VPC sees the network interfaces of others, which are theirs to delete.",
    ),
    inapplicable(network_interface_source_checked, checking(on=False, managed=True)),
    unknown(network_interface_source_checked, checking(on=refused())),
    # The block on the internet.
    *(
        passes(region_vpc_public_access_blocked, region(gateway_block=mode))
        for mode in ("block-ingress", "block-bidirectional")
    ),
    fails(region_vpc_public_access_blocked, region(gateway_block="off"), says="block mode is off in eu-west-1"),
    fails(region_vpc_public_access_blocked, region(gateway_block="block-ingress"), modes=("block-bidirectional",)),
    unknown(region_vpc_public_access_blocked, region(gateway_block=refused())),
    # Peering routes.
    passes(route_table_peering_narrow, table(LOCAL)),
    passes(route_table_peering_narrow, table(LOCAL, route("10.2.1.0/24")), peering()),
    passes(route_table_peering_narrow, table(route("10.9.0.0/16", peering="pcx-9", state="blackhole"))),
    passes(
        route_table_peering_narrow,
        table(route("10.2.0.0/17"), route("10.2.128.0/18")),
        peering(),
        doubt="Routes to three quarters of the other VPC pass; whether all of them are needed is not judged.",
    ),
    inapplicable(
        route_table_peering_narrow,
        table(route("10.2.0.0/16"), owner=OTHER),
        doubt="The route tables of a shared VPC are its owner's to set.",
    ),
    fails(route_table_peering_narrow, table(route("10.2.0.0/16")), peering(), says="pcx-1 lead to all of 10.2.0.0/16"),
    fails(route_table_peering_narrow, table(route("10.0.0.0/8")), peering("vpc-2", "vpc-1")),
    fails(
        route_table_peering_narrow,
        table(route("10.2.0.0/17"), route("10.2.128.0/17")),
        peering(),
        doubt="Two routes that each lead to one half of the other VPC lead to all of it.",
    ),
    fails(route_table_peering_narrow, table(route("10.3.0.0/16")), peering(blocks=["10.2.0.0/16", "10.3.0.0/16"])),
    fails(route_table_peering_narrow, table(route("2a05::/48")), peering(ipv6=["2a05::/56"]), says="2a05::/56"),
    fails(route_table_peering_narrow, table(BY_LIST), peering(), prefix_list("10.2.0.0/16")),
    passes(route_table_peering_narrow, table(BY_LIST), peering(), prefix_list("10.2.9.0/24")),
    unknown(route_table_peering_narrow, table(BY_LIST), peering(), says="ec2:DescribeManagedPrefixLists"),
    unknown(route_table_peering_narrow, table(route("10.2.0.0/16")), unlisted=[PeeringConnection]),
    unknown(route_table_peering_narrow, table(route("anywhere")), peering(), says="MalformedReply"),
    unknown(
        route_table_peering_narrow,
        table(route("10.2.0.0/24")),
        peering(blocks=()),
        says="address blocks beyond pcx-1",
        doubt="AWS tells the address blocks of active peering connections only; what it does not tell is not judged.",
    ),
    unknown(route_table_peering_narrow, fake(RouteTable, vpc="vpc-1", routes=refused())),
    # Transit gateways.
    passes(attachments_reviewed, gateway("disable")),
    fails(attachments_reviewed, gateway("enable"), says="AutoAcceptSharedAttachments is enable"),
    inapplicable(attachments_reviewed, gateway("enable", owner=OTHER)),
    inapplicable(attachments_reviewed, gateway("enable", state="deleted")),
    unknown(attachments_reviewed, gateway(refused())),
    # Endpoint services.
    passes(connections_reviewed, service(reviewed=True)),
    fails(connections_reviewed, service(reviewed=False), says="unasked"),
    inapplicable(connections_reviewed, service(reviewed=False, state="Deleting")),
    unknown(connections_reviewed, service(reviewed=refused())),
    # VPNs.
    passes(tunnels_up, vpn("UP", "UP")),
    fails(tunnels_up, vpn("UP", "DOWN"), says="192.0.2.1 is DOWN", doubt="One tunnel that is up is not enough."),
    inapplicable(tunnels_up, vpn("DOWN", "DOWN", state="pending")),
    unknown(tunnels_up, fake(VpnConnection, state="available", telemetry=refused())),
    passes(vpn_logged, logging("on", "on")),
    fails(vpn_logged, logging("on", "off"), says="192.0.2.1 keeps no log"),
    fails(vpn_logged, logging("", ""), doubt="Where AWS tells nothing of a tunnel's log, it keeps none."),
    inapplicable(vpn_logged, logging("off", state="deleted")),
    unknown(vpn_logged, fake(VpnConnection, state="available", tunnels=refused())),
    passes(client_vpn_logged, fake(ClientVpn, state="available", logs_connections=True)),
    fails(client_vpn_logged, fake(ClientVpn, state="pending-associate", logs_connections=False), says="not logged"),
    inapplicable(client_vpn_logged, fake(ClientVpn, state="deleted", logs_connections=False)),
    unknown(client_vpn_logged, fake(ClientVpn, state="available", logs_connections=refused())),
]
