"""The network's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from auditor import REGIONAL, Asked, Listed, Listing, Moot, Resource, Unseen, derived
from auditor.request import UNREADABLE
from checks.vpc.exposure import ALL_PORTS, PROTOCOL_NUMBERS, Rule, Source, rule, source

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_ec2.type_defs import (
        IpPermissionOutputTypeDef,
        NetworkAclAssociationTypeDef,
        NetworkAclEntryTypeDef,
        PrefixListEntryTypeDef,
        UserIdGroupPairTypeDef,
    )

    from auditor.request import Request

T = TypeVar("T")

NAME_TAG: Final = "Tags[?Key=='Name'].Value | [0]"


def documented(read: Callable[[], T], request: Request, what: str) -> T:
    """Return what ``read`` makes of a reply; Unseen where that is not what AWS documents."""
    try:
        return read()
    except UNREADABLE as error:
        raise request.unseen("MalformedReply", f"{what} is not what AWS documents") from error


def is_own(resource: Any) -> bool:
    """Return whether the audited account owns a resource; what others share with it is theirs to set."""
    return bool(resource.owner == resource.account)


class RegionNetwork(Resource, type="AWS::::Account", service="ec2", scope=REGIONAL):
    """The settings for all the account's VPCs in one region."""

    gateway_block = Asked[str](
        "DescribeVpcBlockPublicAccessOptions", "VpcBlockPublicAccessOptions.InternetGatewayBlockMode"
    )


class PrefixList(Resource, type="AWS::EC2::PrefixList", service="ec2", scope=REGIONAL):
    """A managed prefix list: the account's own, one shared with it, or one of AWS's."""

    listing = Listing(
        "DescribeManagedPrefixLists",
        "PrefixLists",
        id="PrefixListId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:prefix-list/{id}",
        name="PrefixListName",
        tags="Tags",
        MaxResults=100,
    )

    owner = Listed[str]("OwnerId")
    # AWS's own lists hold the addresses of its services, which are not the internet: they need not be read.
    entries = Asked["list[PrefixListEntryTypeDef]"](
        "GetManagedPrefixListEntries",
        "Entries",
        PrefixListId="{id}",
        MaxResults=100,
        moot=Moot(owner, lambda owner: owner == "AWS", then=[]),
    )

    @derived(entries)
    def sources(self) -> tuple[Source, ...]:
        """The addresses in the list, each said to be in it."""
        request = PrefixList.entries.request
        blocks = documented(lambda: [source(each["Cidr"]) for each in self.entries], request, "an entry")
        return tuple(each._replace(text=f"{each.text} in {self.id}") for each in blocks)


class SecurityGroup(Resource, type="AWS::EC2::SecurityGroup", service="ec2", scope=REGIONAL):
    """A security group of a VPC."""

    listing = Listing(
        "DescribeSecurityGroups",
        "SecurityGroups",
        id="GroupId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:security-group/{id}",
        name="GroupName",
        tags="Tags",
        MaxResults=1000,
    )

    group_name = Listed[str]("GroupName")
    owner = Listed[str]("OwnerId")
    vpc = Listed[str]("VpcId")
    ingress = Listed["list[IpPermissionOutputTypeDef]"]("IpPermissions")
    egress = Listed["list[IpPermissionOutputTypeDef]"]("IpPermissionsEgress")

    @derived(ingress)
    def rules(self) -> tuple[Rule, ...]:
        """The inbound rules as sets of ports and addresses."""
        return documented(lambda: tuple(rule(each) for each in self.ingress), self.listing_request(), "a rule")

    @derived(egress)
    def egress_rules(self) -> tuple[Rule, ...]:
        """The outbound rules as sets of ports and addresses."""
        return documented(lambda: tuple(rule(each) for each in self.egress), self.listing_request(), "a rule")

    @derived(ingress, egress)
    def pairs(self) -> tuple[UserIdGroupPairTypeDef, ...]:
        """The groups that inbound and outbound rules name, with their accounts and peering connections."""
        return tuple(pair for each in (*self.ingress, *self.egress) for pair in each.get("UserIdGroupPairs", ()))

    @derived(pairs)
    def other_groups(self) -> tuple[str, ...]:
        """The ids of the groups other than itself that rules name."""
        return tuple(pair["GroupId"] for pair in self.pairs if pair.get("GroupId", self.id) != self.id)

    def known_rules(self, concerned: Callable[[Rule], bool]) -> tuple[list[Rule], Unseen | None]:
        """Return the concerned inbound rules with the addresses of their prefix lists, and why a list is unseen.

        A list only ever admits more: what the known addresses open is open, whatever an unseen list holds.
        """
        return self._known(self.rules, concerned)

    def known_egress_rules(self, concerned: Callable[[Rule], bool]) -> tuple[list[Rule], Unseen | None]:
        """Return the same of the outbound rules."""
        return self._known(self.egress_rules, concerned)

    def _known(self, rules: tuple[Rule, ...], concerned: Callable[[Rule], bool]) -> tuple[list[Rule], Unseen | None]:
        known: list[Rule] = []
        unseen: Unseen | None = None
        for each in filter(concerned, rules):
            sources = each.sources
            for list_id in each.prefix_lists:
                try:
                    sources += self._prefix_list(list_id).sources
                except Unseen as refusal:
                    unseen = unseen or refusal
            known.append(each._replace(sources=sources))
        return known, unseen

    def _prefix_list(self, list_id: str) -> PrefixList:
        found = self.inventory.find(PrefixList, list_id)
        if found is None:
            # Its owner no longer shares it; rules that name it stay in force.
            raise PrefixList.listing_request().unseen("NotReturned", f"the reply does not name {list_id}")
        return found


class NetworkInterface(Resource, type="AWS::EC2::NetworkInterface", service="ec2", scope=REGIONAL):
    """A network interface: of an instance, or of an AWS service that works in a VPC."""

    listing = Listing(
        "DescribeNetworkInterfaces",
        "NetworkInterfaces",
        id="NetworkInterfaceId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:network-interface/{id}",
        name="TagSet[?Key=='Name'].Value | [0]",
        tags="TagSet",
        MaxResults=1000,
    )

    owner = Listed[str]("OwnerId")
    vpc = Listed[str]("VpcId")
    status = Listed[str]("Status")
    interface_type = Listed[str]("InterfaceType")
    managed = Listed[bool]("RequesterManaged")
    source_dest_check = Listed[bool]("SourceDestCheck")
    groups = Listed["list[str]"]("Groups[].GroupId", default=[])


class Vpc(Resource, type="AWS::EC2::VPC", service="ec2", scope=REGIONAL):
    """A VPC: the account's own, or one with subnets that its owner shares."""

    listing = Listing(
        "DescribeVpcs",
        "Vpcs",
        id="VpcId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:vpc/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    owner = Listed[str]("OwnerId")
    is_default = Listed[bool]("IsDefault")


class Subnet(Resource, type="AWS::EC2::Subnet", service="ec2", scope=REGIONAL):
    """A subnet: the account's own, or one that its owner shares."""

    listing = Listing(
        "DescribeSubnets",
        "Subnets",
        id="SubnetId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:subnet/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    owner = Listed[str]("OwnerId")
    zone = Listed[str]("AvailabilityZone")
    gives_public_ipv4 = Listed[bool]("MapPublicIpOnLaunch")
    gives_ipv6 = Listed[bool]("AssignIpv6AddressOnCreation")
    # Where nothing says that IPv4 is missing, it is there.
    has_only_ipv6 = Listed[bool]("Ipv6Native", default=False)
    # Private blocks of IPAM, which nothing announces, may look like public ones.
    ipv6_blocks = Listed["list[str]"](
        "Ipv6CidrBlockAssociationSet"
        "[?Ipv6CidrBlockState.State!='disassociated' && Ipv6AddressAttribute!='private'].Ipv6CidrBlock",
        default=[],
    )


class AclEntry(NamedTuple):
    """An inbound entry of a network ACL: whether it allows or denies, and what it is about."""

    allows: bool
    rule: Rule


class NetworkAcl(Resource, type="AWS::EC2::NetworkAcl", service="ec2", scope=REGIONAL):
    """A network ACL of a VPC."""

    listing = Listing(
        "DescribeNetworkAcls",
        "NetworkAcls",
        id="NetworkAclId",
        arn="arn:{partition}:ec2:{region}:{OwnerId}:network-acl/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    owner = Listed[str]("OwnerId")
    is_default = Listed[bool]("IsDefault")
    associations = Listed["list[NetworkAclAssociationTypeDef]"]("Associations", default=[])
    entries = Listed["list[NetworkAclEntryTypeDef]"]("Entries")

    @derived(entries)
    def inbound(self) -> tuple[AclEntry, ...]:
        """The inbound entries in the order in which they decide."""
        return documented(self._inbound, self.listing_request(), "an entry")

    def _inbound(self) -> tuple[AclEntry, ...]:
        inbound = (each for each in self.entries if not each["Egress"])
        return tuple(_acl_entry(each) for each in sorted(inbound, key=lambda each: each["RuleNumber"]))


def _acl_entry(row: NetworkAclEntryTypeDef) -> AclEntry:
    protocol = PROTOCOL_NUMBERS.get(row["Protocol"], row["Protocol"])
    ports = row.get("PortRange") if protocol in PROTOCOL_NUMBERS.values() else None
    block = row.get("CidrBlock") or row["Ipv6CidrBlock"]
    bounds = (ports["From"], ports["To"]) if ports else ALL_PORTS
    return AclEntry(row["RuleAction"] == "allow", Rule(protocol, bounds, (source(block),), ()))


class ElasticIp(Resource, type="AWS::EC2::EIP", service="ec2", scope=REGIONAL):
    """An Elastic IP address that the account holds."""

    listing = Listing(
        "DescribeAddresses",
        "Addresses",
        id="AllocationId",
        arn="arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}",
        name=NAME_TAG,
        tags="Tags",
    )

    # An address of a Wavelength Zone or of an Outpost is none of the public ones.
    address = Listed[str]("PublicIp || CarrierIp || CustomerOwnedIp")
    # An address that nothing uses has neither.
    association = Listed["str | None"]("AssociationId", default=None)
    network_interface = Listed["str | None"]("NetworkInterfaceId", default=None)
