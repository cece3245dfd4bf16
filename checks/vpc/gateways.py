"""What connects VPCs with each other and with offices: peering routes, services, transit gateways and VPNs."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from checks.vpc.exposure import Range, covered, span
from checks.vpc.links import (
    GONE,
    ClientVpn,
    EndpointService,
    PeeringConnection,
    RouteTable,
    TransitGateway,
    VpnConnection,
)
from checks.vpc.pages import CONTROLS, PEERING, PRIVATELINK, VPN
from checks.vpc.resources import PrefixList, documented, is_own

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import RouteTypeDef, TunnelOptionTypeDef


@check(
    "ec2-route-table-peering-narrow",
    Severity.LOW,
    reads=[
        RouteTable.owner,
        RouteTable.vpc,
        RouteTable.routes,
        PeeringConnection.requester,
        PeeringConnection.accepter,
        PrefixList.entries,
    ],
    references=[f"{PEERING}/vpc-peering-routing.html", f"{PEERING}/peering-configurations-partial-access.html"],
    fix=Fix(
        cli="aws ec2 create-route --region {resource.region} --route-table-id {resource.id} "
        "--destination-cidr-block NEEDED_BLOCK --vpc-peering-connection-id PEERING_CONNECTION && "
        "aws ec2 delete-route --region {resource.region} --route-table-id {resource.id} "
        "--destination-cidr-block WHOLE_BLOCK",
        text="Add a route for each subnet or host that is needed before the wide one goes.",
    ),
    applies=is_own,
)
def route_table_peering_narrow(table: RouteTable, inventory: Inventory) -> Problems:
    """Peering routes lead to the parts of the other VPC that are needed, not to all of it.

    A route to a whole VPC lets every machine here try every machine there, so that a breach of one VPC spreads to the
    other. A table fails when its routes through a peering connection together cover a whole address block of the
    other VPC; whether narrower routes are all needed is for a person to see.
    """
    for peering, blocks in _destinations(table, inventory).items():
        for whole in _covered(inventory.require(PeeringConnection, peering), table.vpc, blocks):
            summary = f"routes through {peering} lead to all of {whole}"
            yield Problem(summary, found=blocks, expected="the subnets or hosts that are needed")


def _destinations(table: RouteTable, inventory: Inventory) -> dict[str, list[str]]:
    """Return the address blocks that routes lead to, by peering connection."""
    destinations: dict[str, list[str]] = defaultdict(list)
    for route in table.routes:
        if route.get("VpcPeeringConnectionId") and route.get("State") != "blackhole":
            destinations[route["VpcPeeringConnectionId"]] += _blocks(route, inventory)
    return destinations


def _blocks(route: RouteTypeDef, inventory: Inventory) -> list[str]:
    if "DestinationPrefixListId" in route:
        return [each["Cidr"] for each in inventory.require(PrefixList, route["DestinationPrefixListId"]).entries]
    return [route.get("DestinationCidrBlock") or route.get("DestinationIpv6CidrBlock", "")]


def _covered(peering: PeeringConnection, vpc: str, blocks: list[str]) -> list[str]:
    """Return the address blocks of the VPC beyond a peering connection that ``blocks`` cover together."""
    far = peering.accepter if peering.requester.get("VpcId") == vpc else peering.requester
    ipv4 = {each.get("CidrBlock", "") for each in (far, *far.get("CidrBlockSet", ()))}
    ipv6 = {each.get("Ipv6CidrBlock", "") for each in far.get("Ipv6CidrBlockSet", ())}
    wholes = sorted(filter(None, ipv4 | ipv6))
    if not wholes:
        request = PeeringConnection.listing_request()
        raise request.unseen("NotReturned", f"the reply does not tell the address blocks beyond {peering.id}")
    return documented(lambda: _held(wholes, blocks), RouteTable.listing_request(), "a route")


def _held(wholes: list[str], blocks: list[str]) -> list[str]:
    """Return those of ``wholes`` that ``blocks`` of the same IP version hold together; ValueError for no block."""
    spans: dict[bool, list[Range]] = defaultdict(list)
    for block in blocks:
        spans[":" in block].append(span(block))
    return [whole for whole in wholes if covered(span(whole), spans[":" in whole])]


@check(
    "ec2-transit-gateway-attachments-reviewed",
    Severity.HIGH,
    reads=[TransitGateway.owner, TransitGateway.state, TransitGateway.auto_accept],
    references=["https://docs.aws.amazon.com/vpc/latest/tgw/tgw-transit-gateways.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-transit-gateway --region {resource.region} --transit-gateway-id {resource.id} "
        "--options AutoAcceptSharedAttachments=disable",
        terraform='resource "aws_ec2_transit_gateway" "main" {\n  auto_accept_shared_attachments = "disable"\n}',
        cloudformation="TransitGateway:\n  Type: AWS::EC2::TransitGateway\n  Properties:\n"
        "    AutoAcceptSharedAttachments: disable",
        text="Attachments that are there stay; review them too.",
    ),
    applies=lambda gateway: is_own(gateway) and gateway.state not in GONE,
)
def attachments_reviewed(gateway: TransitGateway) -> Problems:
    """The transit gateway waits for somebody to accept attachments of other accounts.

    Where it accepts them of itself, any account that it is shared with can join its VPC to the network unasked.
    """
    if gateway.auto_accept != "disable":
        found = gateway.auto_accept
        yield Problem(f"AutoAcceptSharedAttachments is {found}", found=found, expected="disable")


@check(
    "ec2-endpoint-service-connections-reviewed",
    Severity.MEDIUM,
    reads=[EndpointService.state, EndpointService.asks_for_acceptance],
    references=[f"{PRIVATELINK}/configure-endpoint-service.html"],
    fix=Fix(
        cli="aws ec2 modify-vpc-endpoint-service-configuration --region {resource.region} --service-id {resource.id} "
        "--acceptance-required",
        terraform='resource "aws_vpc_endpoint_service" "main" {\n  acceptance_required = true\n}',
        cloudformation="Service:\n  Type: AWS::EC2::VPCEndpointService\n  Properties:\n    AcceptanceRequired: true",
        text="Connections that are there stay; review them too.",
    ),
    applies=lambda service: service.state.lower() not in GONE,
)
def connections_reviewed(service: EndpointService) -> Problems:
    """The endpoint service waits for somebody to accept connections to it.

    Where it accepts them of itself, every principal on its list, which may be everybody, reaches it unasked.
    """
    if not service.asks_for_acceptance:
        yield Problem("endpoints are connected unasked", found=False, expected="AcceptanceRequired: true")


@check(
    "ec2-vpn-tunnels-up",
    Severity.MEDIUM,
    reads=[VpnConnection.state, VpnConnection.telemetry],
    references=[f"{VPN}/VPNTunnels.html", CONTROLS],
    fix=Fix(text="Configure the second tunnel on the customer gateway; the status message says what fails."),
    applies=lambda vpn: vpn.state == "available",
)
def tunnels_up(vpn: VpnConnection) -> Problems:
    """Both tunnels of the VPN connection are up.

    AWS takes a tunnel down for maintenance when it has to: with one tunnel the connection then breaks.
    """
    for tunnel in vpn.telemetry:
        if tunnel.get("Status") != "UP":
            summary = f"the tunnel to {tunnel.get('OutsideIpAddress')} is {tunnel.get('Status')}"
            yield Problem(summary, found=tunnel, expected="UP")


@check(
    "ec2-vpn-logged",
    Severity.MEDIUM,
    reads=[VpnConnection.state, VpnConnection.tunnels],
    references=[f"{VPN}/monitoring-logs.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 modify-vpn-tunnel-options --region {resource.region} --vpn-connection-id {resource.id} "
        "--vpn-tunnel-outside-ip-address TUNNEL_ADDRESS --tunnel-options "
        "LogOptions={CloudWatchLogOptions={LogEnabled=true,LogGroupArn=LOG_GROUP_ARN}}",
        terraform='resource "aws_vpn_connection" "office" {\n  tunnel1_log_options {\n    cloudwatch_log_options {\n'
        "      log_enabled   = true\n      log_group_arn = aws_cloudwatch_log_group.vpn.arn\n    }\n  }\n"
        "  # tunnel2_log_options likewise\n}",
        text="One tunnel after the other: a tunnel is down for some minutes while it is changed.",
        downtime=True,
        cost=True,
    ),
    applies=lambda vpn: vpn.state not in GONE,
)
def vpn_logged(vpn: VpnConnection) -> Problems:
    """Both tunnels of the VPN connection log to CloudWatch.

    The log tells of attempts to connect, of failed negotiations and why a tunnel broke.
    """
    for tunnel in vpn.tunnels:
        if not _logs(tunnel):
            address = tunnel.get("OutsideIpAddress")
            yield Problem(
                f"the tunnel to {address} keeps no log", found=tunnel.get("LogOptions"), expected="LogEnabled"
            )


def _logs(tunnel: TunnelOptionTypeDef) -> bool:
    """Return whether a tunnel logs its activity; AWS's default is that it does not."""
    return tunnel.get("LogOptions", {}).get("CloudWatchLogOptions", {}).get("LogEnabled", False)


@check(
    "ec2-client-vpn-logged",
    Severity.LOW,
    reads=[ClientVpn.state, ClientVpn.logs_connections],
    references=[
        "https://docs.aws.amazon.com/vpn/latest/clientvpn-admin/cvpn-working-with-connection-logs.html",
        CONTROLS,
    ],
    fix=Fix(
        cli="aws ec2 modify-client-vpn-endpoint --region {resource.region} --client-vpn-endpoint-id {resource.id} "
        "--connection-log-options Enabled=true,CloudwatchLogGroup=LOG_GROUP",
        terraform='resource "aws_ec2_client_vpn_endpoint" "staff" {\n  connection_log_options {\n'
        "    enabled              = true\n    cloudwatch_log_group = aws_cloudwatch_log_group.vpn.name\n  }\n}",
        cost=True,
    ),
    applies=lambda vpn: vpn.state not in GONE,
)
def client_vpn_logged(vpn: ClientVpn) -> Problems:
    """The Client VPN endpoint logs who connects.

    The log says who was inside the network, when, and from which address.
    """
    if not vpn.logs_connections:
        yield Problem("connections are not logged", found=False, expected="ConnectionLogOptions.Enabled: true")
