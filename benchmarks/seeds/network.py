"""EC2: regions, networks, prefix lists, and settings of a whole region."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_BLOCKED = "block-new-sharing"
_NOT_OPTED_IN = ("af-south-1", "ap-east-1", "eu-south-1", "me-south-1")


def fill(seed: Seed, *, networks: bool = True) -> None:
    """Give the account its regions, and each of them settings and, unless it is to be bare, networks."""
    rows = [_region(name, "opt-in-not-required") for name in seed.regions]
    others = [_region(name, "not-opted-in") for name in _NOT_OPTED_IN if name not in seed.regions]
    seed.account.put("ec2", "DescribeRegions", {"Regions": rows})
    seed.account.put("ec2", "DescribeRegions", {"Regions": rows + others}, AllRegions=True)
    unknown = AwsError("InvalidPrefixListID.NotFound", "The prefix list does not exist")
    seed.account.put("ec2", "GetManagedPrefixListEntries", unknown)
    for number, region in enumerate(seed.regions):
        _settings(seed, number, region)
        _networks(seed, number, region) if networks else _no_networks(seed, region)


def _region(name: str, status: str) -> dict[str, str]:
    return {"RegionName": name, "Endpoint": f"ec2.{name}.amazonaws.com", "OptInStatus": status}


def _settings(seed: Seed, number: int, region: str) -> None:
    defaults = {"AccountLevel": {"HttpTokens": "required"} if number % 2 else {}}
    replies: dict[str, dict[str, Any]] = {
        "GetEbsEncryptionByDefault": {"EbsEncryptionByDefault": number % 2 == 0},
        "GetEbsDefaultKmsKeyId": {"KmsKeyId": "alias/aws/ebs" if number % 3 else seed.key_arn(region)},
        "GetSnapshotBlockPublicAccessState": {"State": "block-all-sharing" if number % 2 else "unblocked"},
        "GetImageBlockPublicAccessState": {"ImageBlockPublicAccessState": "unblocked" if number % 3 else _BLOCKED},
        "GetSerialConsoleAccessStatus": {"SerialConsoleAccessEnabled": number % 5 == 0},
        "GetInstanceMetadataDefaults": defaults,
        "DescribeVpcBlockPublicAccessOptions": {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "off"}},
    }
    for operation, reply in replies.items():
        seed.account.put("ec2", operation, reply, region=region)


def _networks(seed: Seed, number: int, region: str) -> None:
    put = seed.account.put
    vpc = {
        "VpcId": seed.vpc_id(region),
        "OwnerId": seed.account.id,
        "CidrBlock": "10.0.0.0/16",
        "State": "available",
        "IsDefault": True,
        "InstanceTenancy": "default",
        "DhcpOptionsId": "dopt-0123456789abcdef0",
        "CidrBlockAssociationSet": [],
        "Tags": seed.tags("default", number),
    }
    put("ec2", "DescribeVpcs", {"Vpcs": [vpc]}, region=region)
    _parts(seed, number, region)
    lists = [_amazon_list(region), _own_list(seed, number, region)]
    put("ec2", "DescribeManagedPrefixLists", {"PrefixLists": lists}, region=region)
    everyone = {"Cidr": "0.0.0.0/0" if number % 2 else "198.51.100.0/24", "Description": seed.text("offices", number)}
    amazon, own = ({"Entries": [entry]} for entry in ({"Cidr": "52.92.0.0/17"}, everyone))
    put("ec2", "GetManagedPrefixListEntries", amazon, region=region, PrefixListId="pl-63a5400a")
    put("ec2", "GetManagedPrefixListEntries", own, region=region, PrefixListId=seed.id("pl", number))


def _parts(seed: Seed, number: int, region: str) -> None:
    """Give a region's VPC its subnets, ways in and out, and what watches it."""
    parts = {
        "DescribeSubnets": ("Subnets", [_subnet(seed, region, public=number % 2 == 0)]),
        "DescribeNetworkAcls": ("NetworkAcls", [_acl(seed, number, region)]),
        "DescribeRouteTables": ("RouteTables", [_routes(seed, number, region)]),
        "DescribeFlowLogs": ("FlowLogs", [_flow_log(seed, number, region)] if number % 3 else []),
        "DescribeVpcEndpoints": ("VpcEndpoints", [_endpoint(seed, number, region)] if number % 2 else []),
        "DescribeAddresses": ("Addresses", [_address(seed, number + 1)]),
        "DescribeTransitGateways": ("TransitGateways", [_gateway(seed, number, region)] if number % 4 == 0 else []),
    }
    for operation, (member, rows) in parts.items():
        seed.account.put("ec2", operation, {member: rows}, region=region)


def _owned(seed: Seed, number: int, region: str, name: str) -> dict[str, Any]:
    return {"VpcId": seed.vpc_id(region), "OwnerId": seed.account.id, "Tags": seed.tags(name, number)}


def _subnet(seed: Seed, region: str, *, public: bool) -> dict[str, Any]:
    subnet = seed.subnet_id(region)
    return _owned(seed, 1, region, "first") | {
        "SubnetId": subnet,
        "SubnetArn": seed.arn("ec2", region, f"subnet/{subnet}"),
        "AvailabilityZone": f"{region}a",
        "CidrBlock": "10.0.0.0/20",
        "State": "available",
        "DefaultForAz": True,
        "MapPublicIpOnLaunch": public,
        "AssignIpv6AddressOnCreation": False,
        "Ipv6CidrBlockAssociationSet": [],
    }


def _acl(seed: Seed, number: int, region: str) -> dict[str, Any]:
    acl = seed.id("acl", number)
    last: dict[str, Any] = {"CidrBlock": "0.0.0.0/0", "Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767}
    first = last | {"RuleAction": "allow", "RuleNumber": 100}
    if number % 2:
        first |= {"Protocol": "6", "PortRange": {"From": 443, "To": 443}}
    entries = [entry | {"Egress": egress} for egress in (False, True) for entry in (first, last)]
    association = {"NetworkAclAssociationId": seed.id("aclassoc", number), "NetworkAclId": acl}
    return _owned(seed, number, region, "acl") | {
        "NetworkAclId": acl,
        "IsDefault": number % 3 != 0,
        "Entries": entries,
        "Associations": [association | {"SubnetId": seed.subnet_id(region)}] if number % 4 else [],
    }


def _routes(seed: Seed, number: int, region: str) -> dict[str, Any]:
    made = {"State": "active", "Origin": "CreateRoute"}
    out = {**made, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": seed.id("igw", number)}
    return _owned(seed, number, region, "main") | {
        "RouteTableId": seed.id("rtb", number),
        "Associations": [{"Main": True, "RouteTableId": seed.id("rtb", number)}],
        "Routes": [{**made, "DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local"}, out],
    }


def _flow_log(seed: Seed, number: int, region: str) -> dict[str, Any]:
    return {
        "FlowLogId": seed.id("fl", number),
        "ResourceId": seed.vpc_id(region),
        "FlowLogStatus": "ACTIVE",
        "TrafficType": "ALL" if number % 2 else "REJECT",
        "LogDestinationType": "cloud-watch-logs",
        "LogGroupName": "flow-logs",
        "DeliverLogsStatus": "SUCCESS" if number % 5 else "FAILED",
        "CreationTime": seed.ago(200),
        "Tags": seed.tags("flow log", number),
    }


def _endpoint(seed: Seed, number: int, region: str) -> dict[str, Any]:
    anything = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    return _owned(seed, number, region, "to S3") | {
        "VpcEndpointId": seed.id("vpce", number),
        "VpcEndpointType": "Gateway",
        "ServiceName": f"com.amazonaws.{region}.s3",
        "State": "available",
        "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [anything]}),
        "RouteTableIds": [seed.id("rtb", number)],
    }


def _address(seed: Seed, number: int) -> dict[str, Any]:
    return {
        "AllocationId": seed.id("eipalloc", number),
        "PublicIp": f"198.51.100.{number}",
        "Domain": "vpc",
        "Tags": seed.tags("spare", number),
    }


def _gateway(seed: Seed, number: int, region: str) -> dict[str, Any]:
    identity = seed.id("tgw", number)
    return {
        "TransitGatewayId": identity,
        "TransitGatewayArn": seed.arn("ec2", region, f"transit-gateway/{identity}"),
        "State": "available",
        "OwnerId": seed.account.id,
        "Options": {"AutoAcceptSharedAttachments": "enable" if number % 8 else "disable"},
        "Tags": seed.tags("hub", number),
    }


def _no_networks(seed: Seed, region: str) -> None:
    for operation, member in (
        ("DescribeVpcs", "Vpcs"),
        ("DescribeManagedPrefixLists", "PrefixLists"),
    ):
        seed.account.put("ec2", operation, {member: []}, region=region)


def _amazon_list(region: str) -> dict[str, Any]:
    return {
        "PrefixListId": "pl-63a5400a",
        "PrefixListName": f"com.amazonaws.{region}.s3",
        "PrefixListArn": f"arn:aws:ec2:{region}:aws:prefix-list/pl-63a5400a",
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "OwnerId": "AWS",
        "Tags": [],
    }


def _own_list(seed: Seed, number: int, region: str) -> dict[str, Any]:
    identity = seed.id("pl", number)
    return {
        "PrefixListId": identity,
        "PrefixListName": seed.text("offices", number),
        "PrefixListArn": seed.arn("ec2", region, f"prefix-list/{identity}"),
        "AddressFamily": "IPv4",
        "State": "create-complete",
        "MaxEntries": 10,
        "Version": 1,
        "OwnerId": seed.account.id,
        "Tags": seed.tags("offices", number),
    }
