"""What connects and watches VPCs, and where each fact comes from: logs, endpoints, routes, gateways and VPNs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import REGIONAL, Listed, Listing, Resource, derived
from auditor.policy import parse
from checks.vpc.resources import NAME_TAG

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import (
        RouteTypeDef,
        TunnelOptionTypeDef,
        VgwTelemetryTypeDef,
        VpcPeeringConnectionVpcInfoTypeDef,
    )

    from auditor.policy import Document

Served = tuple[str, str, str]
"""A VPC's id, a kind of endpoint, and the AWS service that the VPC reaches through it."""

GATEWAY: Final = "Gateway"
INTERFACE: Final = "Interface"
GONE: Final = frozenset({"deleting", "deleted"})
"""The states of which there is no way back."""


class FlowLog(Resource, type="AWS::EC2::FlowLog", service="ec2", scope=REGIONAL):
    """A flow log of a VPC, a subnet, a network interface or a transit gateway."""

    listing = Listing(
        "DescribeFlowLogs",
        "FlowLogs",
        id="FlowLogId",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    watched = Listed[str]("ResourceId")
    status = Listed[str]("FlowLogStatus")
    # A flow log of a transit gateway has no type of traffic, and one that has delivered nothing yet no status of it.
    traffic = Listed["str | None"]("TrafficType", default=None)
    delivery = Listed["str | None"]("DeliverLogsStatus", default=None)
    delivery_error = Listed["str | None"]("DeliverLogsErrorMessage", default=None)


class Endpoint(Resource, type="AWS::EC2::VPCEndpoint", service="ec2", scope=REGIONAL):
    """A VPC endpoint: a private way from a VPC to a service."""

    listing = Listing(
        "DescribeVpcEndpoints",
        "VpcEndpoints",
        id="VpcEndpointId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:vpc-endpoint/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    vpc = Listed[str]("VpcId")
    kind = Listed[str]("VpcEndpointType")
    state = Listed[str]("State")
    # An endpoint for a resource or a service network of VPC Lattice is for no service.
    service_name = Listed[str]("ServiceName", default="")
    route_tables = Listed["list[str]"]("RouteTableIds", default=[])
    # Endpoints of services that support no policies have none.
    policy = Listed["Document | None"]("PolicyDocument", default=None, parse=parse)

    @derived(vpc, kind, state, service_name, route_tables)
    def serves(self) -> tuple[Served, ...]:
        """The one service of AWS in the endpoint's own region that the VPC reaches through it; none while it cannot.

        A gateway endpoint works through the route tables that name it. The API's documentation writes states in
        upper camel case, its replies in lower case.
        """
        if self.state.lower() != "available" or (self.kind == GATEWAY and not self.route_tables):
            return ()
        _, of_region, service = self.service_name.partition(f".{self.region}.")
        return ((self.vpc, self.kind, service),) if of_region else ()


class EndpointService(Resource, type="AWS::EC2::VPCEndpointService", service="ec2", scope=REGIONAL):
    """A service of the account's own that other VPCs reach through endpoints."""

    listing = Listing(
        "DescribeVpcEndpointServiceConfigurations",
        "ServiceConfigurations",
        id="ServiceId",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-endpoint-service/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    state = Listed[str]("ServiceState")
    asks_for_acceptance = Listed[bool]("AcceptanceRequired")


class RouteTable(Resource, type="AWS::EC2::RouteTable", service="ec2", scope=REGIONAL):
    """A route table of a VPC."""

    listing = Listing(
        "DescribeRouteTables",
        "RouteTables",
        id="RouteTableId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:route-table/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=100,
    )

    owner = Listed[str]("OwnerId")
    vpc = Listed[str]("VpcId")
    routes = Listed["list[RouteTypeDef]"]("Routes")


class PeeringConnection(Resource, type="AWS::EC2::VPCPeeringConnection", service="ec2", scope=REGIONAL):
    """A peering connection between two VPCs, of which the account owns one or both."""

    listing = Listing(
        "DescribeVpcPeeringConnections",
        "VpcPeeringConnections",
        id="VpcPeeringConnectionId",
        arn="arn:{partition}:ec2:{region}:{account}:vpc-peering-connection/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    requester = Listed["VpcPeeringConnectionVpcInfoTypeDef"]("RequesterVpcInfo")
    accepter = Listed["VpcPeeringConnectionVpcInfoTypeDef"]("AccepterVpcInfo")


class TransitGateway(Resource, type="AWS::EC2::TransitGateway", service="ec2", scope=REGIONAL):
    """A transit gateway: the account's own, or one that its owner shares."""

    listing = Listing(
        "DescribeTransitGateways",
        "TransitGateways",
        id="TransitGatewayId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:transit-gateway/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    owner = Listed[str]("OwnerId")
    state = Listed[str]("State")
    auto_accept = Listed[str]("Options.AutoAcceptSharedAttachments")


class VpnConnection(Resource, type="AWS::EC2::VPNConnection", service="ec2", scope=REGIONAL):
    """A Site-to-Site VPN connection of two tunnels."""

    listing = Listing(
        "DescribeVpnConnections",
        "VpnConnections",
        id="VpnConnectionId",
        arn="arn:{partition}:ec2:{region}:{account}:vpn-connection/{id}",
        name=NAME_TAG,
        tags="Tags",
    )

    state = Listed[str]("State")
    telemetry = Listed["list[VgwTelemetryTypeDef]"]("VgwTelemetry")
    tunnels = Listed["list[TunnelOptionTypeDef]"]("Options.TunnelOptions")


class ClientVpn(Resource, type="AWS::EC2::ClientVpnEndpoint", service="ec2", scope=REGIONAL):
    """A Client VPN endpoint."""

    listing = Listing(
        "DescribeClientVpnEndpoints",
        "ClientVpnEndpoints",
        id="ClientVpnEndpointId",
        arn="arn:{partition}:ec2:{region}:{account}:client-vpn-endpoint/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    state = Listed[str]("Status.Code")
    logs_connections = Listed[bool]("ConnectionLogOptions.Enabled")
