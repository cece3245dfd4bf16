"""Proofs of the fixes of Amazon VPC's checks."""

import json
from functools import partial
from pathlib import Path

from fixes.proof import ACCOUNT, REGION, Proof
from fixes.states import log_bucket, rule_ids, security_group, vpc

PORTS = {
    "ec2-group-all-ports-not-exposed": (0, 65535),
    "ec2-group-cache-not-exposed": (6379, 6379),
    "ec2-group-container-not-exposed": (2375, 2376),
    "ec2-group-database-not-exposed": (5432, 5432),
    "ec2-group-development-not-exposed": (8080, 8080),
    "ec2-group-ftp-telnet-not-exposed": (20, 21),
    "ec2-group-mail-not-exposed": (25, 25),
    "ec2-group-only-web-exposed": (8443, 8443),
    "ec2-group-rdp-not-exposed": (3389, 3389),
    "ec2-group-remote-admin-not-exposed": (5985, 5986),
    "ec2-group-search-not-exposed": (9200, 9200),
    "ec2-group-smb-not-exposed": (445, 445),
    "ec2-group-ssh-not-exposed": (22, 22),
}
"""A range of ports that fails each of the checks that are about open ports."""


def open_group(aws, ports):
    """Open TCP ports to everybody, over IPv4 and IPv6."""
    first, last = ports
    sources = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
    id_ = security_group(aws, {"IpProtocol": "tcp", "FromPort": first, "ToPort": last, **sources})
    return {"id": id_, "RULE_IDS": rule_ids(aws, id_)}


def default_group(aws):
    """Return the default VPC's own, as AWS makes it."""
    id_ = aws("ec2").describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id_}]}
    aws("ec2").authorize_security_group_ingress(GroupId=id_, IpPermissions=[itself])
    inbound, outbound = rule_ids(aws, id_), rule_ids(aws, id_, egress=True)
    return {"id": id_, "INBOUND_RULE_IDS": inbound, "OUTBOUND_RULE_IDS": outbound}


def free_group(aws):
    """Make a group with the outbound rule that AWS gives a new one."""
    id_ = security_group(aws)
    return {"id": id_, "RULE_IDS": rule_ids(aws, id_, egress=True)}


def wizards_group(aws):
    return security_group(aws, name="launch-wizard-1")


def stale_group(aws):
    """Make a group with a rule that names one which is gone."""
    gone = security_group(aws, name="gone")
    id_ = security_group(aws, {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": gone}]})
    aws("ec2").delete_security_group(GroupId=gone)
    return {"id": id_, "RULE_IDS": rule_ids(aws, id_)}


def acl(aws):
    return aws("ec2").create_network_acl(VpcId=vpc(aws))["NetworkAcl"]["NetworkAclId"]


def open_acl(aws):
    id_ = acl(aws)
    entry = {"Protocol": "-1", "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}
    aws("ec2").create_network_acl_entry(NetworkAclId=id_, RuleNumber=100, **entry)
    return {"id": id_, "RULE_NUMBER": "100"}


def default_acl(aws):
    """Return the default ACL of a VPC, as AWS makes it."""
    filters = [{"Name": "vpc-id", "Values": [vpc(aws)]}]
    id_ = aws("ec2").describe_network_acls(Filters=filters)["NetworkAcls"][0]["NetworkAclId"]
    return {"id": id_, "RULE_NUMBER": "100"}


def unlogged_vpc(aws):
    return {"id": vpc(aws), "LOG_BUCKET_ARN": f"arn:aws:s3:::{log_bucket(aws)}"}


def subnet(aws, vpc_id="", **settings):
    given = {"CidrBlock": "10.1.1.0/24"} | settings
    return aws("ec2").create_subnet(VpcId=vpc_id or vpc(aws), **given)["Subnet"]["SubnetId"]


def route_table(aws, vpc_id):
    return aws("ec2").create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]


def vpc_without_interface(aws):
    id_ = vpc(aws)
    return {"id": id_, "SUBNET_IDS": subnet(aws, id_)}


def vpc_without_gateway(aws):
    id_ = vpc(aws)
    return {"id": id_, "ROUTE_TABLE_IDS": route_table(aws, id_)}


def open_endpoint(aws):
    policy = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "s3:GetObject", "Resource": "*"}
    Path("POLICY.json").write_text(json.dumps({"Statement": [policy]}))
    id_ = vpc(aws)
    endpoint = aws("ec2").create_vpc_endpoint(
        VpcId=id_,
        VpcEndpointType="Gateway",
        ServiceName=f"com.amazonaws.{REGION}.s3",
        RouteTableIds=[route_table(aws, id_)],
        PolicyDocument=json.dumps({"Statement": [policy | {"Principal": "*", "Action": "*"}]}),
    )
    return endpoint["VpcEndpoint"]["VpcEndpointId"]


def giving_subnet(aws, **attribute):
    id_ = subnet(aws)
    aws("ec2").modify_subnet_attribute(SubnetId=id_, **attribute)
    return id_


def ipv6_subnet(aws):
    network = aws("ec2").create_vpc(CidrBlock="10.1.0.0/16", AmazonProvidedIpv6CidrBlock=True)["Vpc"]["VpcId"]
    (row,) = aws("ec2").describe_vpcs(VpcIds=[network])["Vpcs"]
    block = row["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].replace("/56", "/64")
    id_ = subnet(aws, network, Ipv6CidrBlock=block)
    aws("ec2").modify_subnet_attribute(SubnetId=id_, AssignIpv6AddressOnCreation={"Value": True})
    return id_


def idle_address(aws):
    return aws("ec2").allocate_address(Domain="vpc")["AllocationId"]


def interface(aws):
    return aws("ec2").create_network_interface(SubnetId=subnet(aws))["NetworkInterface"]["NetworkInterfaceId"]


def forwarding_interface(aws):
    id_ = interface(aws)
    aws("ec2").modify_network_interface_attribute(NetworkInterfaceId=id_, SourceDestCheck={"Value": False})
    return id_


def peering_table(aws):
    """Make a route table with a route to all of a peered VPC."""
    ec2 = aws("ec2")
    near, far = vpc(aws), ec2.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    request = ec2.create_vpc_peering_connection(VpcId=near, PeerVpcId=far)["VpcPeeringConnection"]
    peering = request["VpcPeeringConnectionId"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)
    id_ = route_table(aws, near)
    ec2.create_route(RouteTableId=id_, DestinationCidrBlock="10.2.0.0/16", VpcPeeringConnectionId=peering)
    words = {"NEEDED_BLOCK": "10.2.1.0/24", "WHOLE_BLOCK": "10.2.0.0/16", "PEERING_CONNECTION": peering}
    return {"id": id_, **words}


def open_gateway(aws):
    options = {"AutoAcceptSharedAttachments": "enable"}
    return aws("ec2").create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"]


def open_service(aws):
    elb = aws("elbv2").create_load_balancer(Name="inner", Type="network", Subnets=[subnet(aws)])
    arn = elb["LoadBalancers"][0]["LoadBalancerArn"]
    made = aws("ec2").create_vpc_endpoint_service_configuration(AcceptanceRequired=False, NetworkLoadBalancerArns=[arn])
    return made["ServiceConfiguration"]["ServiceId"]


GATEWAYS = ("dynamodb", "s3")
INTERFACES = ("ec2", "ecr-api", "ecr-docker", "ssm", "ssm-contacts", "ssm-incidents")

PROOFS = [
    *(Proof(check, partial(open_group, ports=ports)) for check, ports in PORTS.items()),
    *(Proof(f"ec2-vpc-{service}-endpoint", vpc_without_gateway) for service in GATEWAYS),
    *(Proof(f"ec2-vpc-{service}-endpoint", vpc_without_interface) for service in INTERFACES),
    Proof("ec2-acl-admin-not-exposed", open_acl),
    Proof("ec2-acl-used", acl, gone=True),
    Proof("ec2-default-acl-admin-not-exposed", default_acl),
    Proof("ec2-default-group-closed", default_group),
    Proof("ec2-eip-used", idle_address, gone=True),
    Proof("ec2-endpoint-policy-restricted", open_endpoint),
    Proof("ec2-endpoint-service-connections-reviewed", open_service),
    Proof("ec2-group-egress-restricted", free_group),
    Proof("ec2-group-launch-wizard-absent", wizards_group, gone=True),
    Proof("ec2-group-references-live", stale_group),
    Proof("ec2-group-used", security_group, gone=True),
    Proof("ec2-network-interface-source-checked", forwarding_interface),
    Proof("ec2-network-interface-used", interface, gone=True),
    Proof("ec2-route-table-peering-narrow", peering_table),
    Proof("ec2-subnet-public-ipv4-not-assigned", partial(giving_subnet, MapPublicIpOnLaunch={"Value": True})),
    Proof("ec2-subnet-public-ipv6-not-assigned", ipv6_subnet),
    Proof("ec2-transit-gateway-attachments-reviewed", open_gateway),
    Proof("ec2-vpc-flow-logged", unlogged_vpc),
]
UNPROVEN = {
    "ec2-client-vpn-logged": "the emulator does not offer Client VPN endpoints",
    "ec2-group-references-trusted": "the emulator knows no groups of other accounts",
    "ec2-region-vpc-public-access-blocked": "the emulator does not offer the block on public access to VPCs",
    "ec2-vpn-logged": "the emulator does not offer the options of VPN tunnels",
}
WORDS = {
    "RULE_NUMBER": "100",
    "TUNNEL_ADDRESS": "192.0.2.1",
    "WHOLE_BLOCK": "10.2.0.0/16",
    "NEEDED_BLOCK": "10.2.1.0/24",
}
