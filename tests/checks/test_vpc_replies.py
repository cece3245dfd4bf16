"""Verdicts on replies that the emulator does not give, in the shapes that botocore makes of AWS's."""

from dataclasses import replace
from datetime import UTC, datetime

import botocore.session
import pytest

from auditor.call import Reply
from auditor.facts import Asked, Joined
from auditor.inventory import Inventory
from auditor.judge import judge
from auditor.severity import Status
from auditor.testing import NOW, REGION, TARGET
from checks.vpc.addresses import region_vpc_public_access_blocked
from checks.vpc.gateways import client_vpn_logged, route_table_peering_narrow, tunnels_up, vpn_logged
from checks.vpc.networks import vpc_flow_logged
from checks.vpc.upkeep import group_used, references_live

MODEL = botocore.session.get_session().get_service_model("ec2")
ACCOUNT = TARGET.account

TUNNELS = {
    "DescribeVpnConnections": {
        "VpnConnections": [
            {
                "VpnConnectionId": "vpn-1",
                "State": "available",
                "Options": {
                    "TunnelOptions": [
                        {
                            "OutsideIpAddress": "192.0.2.1",
                            "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True, "LogOutputFormat": "json"}},
                        },
                        {"OutsideIpAddress": "192.0.2.2"},
                    ]
                },
                "VgwTelemetry": [
                    {"OutsideIpAddress": "192.0.2.1", "Status": "UP", "AcceptedRouteCount": 1},
                    {"OutsideIpAddress": "192.0.2.2", "Status": "DOWN", "StatusMessage": "IPSEC IS DOWN"},
                ],
            }
        ]
    }
}
CLIENT_VPN = {
    "DescribeClientVpnEndpoints": {
        "ClientVpnEndpoints": [
            {
                "ClientVpnEndpointId": "cvpn-endpoint-1",
                "Status": {"Code": "available"},
                "ConnectionLogOptions": {"Enabled": False},
            }
        ]
    }
}
BLOCK_OFF = {
    "DescribeVpcBlockPublicAccessOptions": {
        "VpcBlockPublicAccessOptions": {
            "AwsAccountId": ACCOUNT,
            "AwsRegion": REGION,
            "State": "default-state",
            "InternetGatewayBlockMode": "off",
        }
    }
}
PEERING = {
    "DescribeRouteTables": {
        "RouteTables": [
            {
                "RouteTableId": "rtb-1",
                "OwnerId": ACCOUNT,
                "VpcId": "vpc-1",
                "Routes": [
                    {"DestinationIpv6CidrBlock": "2a05::/48", "VpcPeeringConnectionId": "pcx-1", "State": "active"}
                ],
            }
        ]
    },
    "DescribeVpcPeeringConnections": {
        "VpcPeeringConnections": [
            {
                "VpcPeeringConnectionId": "pcx-1",
                "RequesterVpcInfo": {"VpcId": "vpc-1", "CidrBlock": "10.1.0.0/16"},
                "AccepterVpcInfo": {
                    "VpcId": "vpc-2",
                    "CidrBlock": "10.2.0.0/16",
                    "CidrBlockSet": [{"CidrBlock": "10.2.0.0/16"}],
                    "Ipv6CidrBlockSet": [{"Ipv6CidrBlock": "2a05::/56"}],
                },
            }
        ]
    },
    "DescribeManagedPrefixLists": {"PrefixLists": []},
}
GATEWAYS_LOG = {
    "DescribeVpcs": {"Vpcs": [{"VpcId": "vpc-1", "OwnerId": ACCOUNT, "IsDefault": False}]},
    "DescribeFlowLogs": {
        "FlowLogs": [
            {"FlowLogId": "fl-1", "ResourceId": "tgw-1", "FlowLogStatus": "ACTIVE", "DeliverLogsStatus": "SUCCESS"},
            {"FlowLogId": "fl-2", "ResourceId": "vpc-1", "FlowLogStatus": "ACTIVE", "TrafficType": "ACCEPT"},
        ]
    },
}


def groups(*permissions):
    row = {
        "GroupId": "sg-1",
        "GroupName": "web",
        "OwnerId": ACCOUNT,
        "VpcId": "vpc-1",
        "IpPermissions": list(permissions),
        "IpPermissionsEgress": [],
    }
    return {"DescribeSecurityGroups": {"SecurityGroups": [row]}}


STALE_PAIR = {"GroupId": "sg-9", "VpcId": "vpc-2", "VpcPeeringConnectionId": "pcx-1", "PeeringStatus": "active"}
STALE = groups({"IpProtocol": "-1", "UserIdGroupPairs": [STALE_PAIR]})


def launched(**data):
    template = {"LaunchTemplateId": "lt-1", "VersionNumber": 1, "DefaultVersion": True, "LaunchTemplateData": data}
    return groups() | {
        "DescribeLaunchTemplateVersions": {"LaunchTemplateVersions": [template]},
        "DescribeNetworkInterfaces": {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", "OwnerId": ACCOUNT}]},
    }


def fits(value, shape):
    """Assert that botocore can make a value of a shape."""
    if isinstance(value, dict):
        for name, member in value.items():
            fits(member, shape.members[name])
    elif isinstance(value, list):
        for each in value:
            fits(each, shape.member)
    else:
        assert shape.type_name in {str: ["string"], bool: ["boolean"], int: ["integer", "long"]}[type(value)]
        assert not getattr(shape, "enum", None) or value in shape.enum


def status(check, replies):
    """Return the one verdict of a check in an account that gives these replies."""
    inventory = Inventory(replace(TARGET, regions=(REGION,)), NOW)
    requests = [each.listing.request for each in check.types if each.listing]
    requests += [fact.request for fact in check.facts if isinstance(fact, (Asked, Joined))]
    for request in requests:
        if request.operation in replies:
            call = inventory.shared_call(request, REGION)
            inventory.outcomes[call] = Reply(replies[request.operation], datetime(2026, 1, 15, tzinfo=UTC))
    for resource_type in check.types:
        inventory.enlist(resource_type, REGION)
    (finding,) = judge(check, inventory, {})
    return finding.status


@pytest.mark.parametrize(
    ("check", "replies", "expected"),
    [
        (tunnels_up, TUNNELS, Status.FAIL),
        (vpn_logged, TUNNELS, Status.FAIL),
        (client_vpn_logged, CLIENT_VPN, Status.FAIL),
        (region_vpc_public_access_blocked, BLOCK_OFF, Status.FAIL),
        (route_table_peering_narrow, PEERING, Status.FAIL),
        (vpc_flow_logged, GATEWAYS_LOG, Status.FAIL),
        (references_live, STALE, Status.FAIL),
        (group_used, launched(), Status.FAIL),
        (group_used, launched(SecurityGroupIds=["sg-1"]), Status.PASS),
        (group_used, launched(SecurityGroups=["web"]), Status.PASS),
        (group_used, launched(NetworkInterfaces=[{"Groups": ["sg-1"]}]), Status.PASS),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_verdict_on_replies(check, replies, expected):
    for operation, reply in replies.items():
        fits(reply, MODEL.operation_model(operation).output_shape)
    assert status(check, replies) is expected
