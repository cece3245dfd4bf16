"""EC2's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from auditor import REGIONAL, Asked, Joined, Listed, Listing, Moot, Resource, Unseen, derived
from auditor.request import UNREADABLE
from checks.ec2.exposure import Rule, Source, rule, source

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_ec2.type_defs import (
        InstanceMetadataOptionsResponseTypeDef,
        IpPermissionOutputTypeDef,
        PrefixListEntryTypeDef,
    )

    from auditor.request import Request

T = TypeVar("T")

NAME_TAG: Final = "Tags[?Key=='Name'].Value | [0]"


def _documented(read: Callable[[], T], request: Request, what: str) -> T:
    """Return what ``read`` makes of a reply; Unseen where that is not what AWS documents."""
    try:
        return read()
    except UNREADABLE as error:
        raise request.unseen("MalformedReply", f"{what} is not what AWS documents") from error


class Region(Resource, type="AWS::::Account", service="ec2", scope=REGIONAL):
    """EC2's settings for the account in one region."""

    ebs_encrypted = Asked[bool]("GetEbsEncryptionByDefault", "EbsEncryptionByDefault")


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
        blocks = _documented(lambda: [source(each["Cidr"]) for each in self.entries], request, "an entry")
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
    vpc = Listed[str]("VpcId")
    ingress = Listed["list[IpPermissionOutputTypeDef]"]("IpPermissions")
    egress = Listed["list[IpPermissionOutputTypeDef]"]("IpPermissionsEgress")

    @derived(ingress)
    def rules(self) -> tuple[Rule, ...]:
        """The inbound rules as sets of ports and addresses."""
        return _documented(lambda: tuple(rule(each) for each in self.ingress), self.listing_request(), "a rule")

    def known_rules(self, concerned: Callable[[Rule], bool]) -> tuple[list[Rule], Unseen | None]:
        """Return the concerned inbound rules with the addresses of their prefix lists, and why a list is unseen.

        A list only ever admits more: what the known addresses open is open, whatever an unseen list holds.
        """
        known: list[Rule] = []
        unseen: Unseen | None = None
        for each in filter(concerned, self.rules):
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


class Instance(Resource, type="AWS::EC2::Instance", service="ec2", scope=REGIONAL):
    """An instance, until some time after its termination."""

    listing = Listing(
        "DescribeInstances",
        "Reservations[].Instances[]",
        id="InstanceId",
        arn="arn:{partition}:ec2:{region}:{account}:instance/{id}",
        name=NAME_TAG,
        tags="Tags",
        MaxResults=1000,
    )

    state = Listed[str]("State.Name")
    metadata_options = Listed["InstanceMetadataOptionsResponseTypeDef"]("MetadataOptions")


class Snapshot(Resource, type="AWS::EC2::Snapshot", service="ec2", scope=REGIONAL):
    """An EBS snapshot that the account owns."""

    # AWS's own ARNs of snapshots leave the account out.
    listing = Listing(
        "DescribeSnapshots",
        "Snapshots",
        id="SnapshotId",
        arn="arn:{partition}:ec2:{region}::snapshot/{id}",
        name=NAME_TAG,
        tags="Tags",
        OwnerIds=["self"],
        MaxResults=1000,
    )

    shared_with_all = Joined[bool](
        "DescribeSnapshots",
        "Snapshots",
        key="SnapshotId",
        value=lambda _row: True,
        default=False,
        OwnerIds=["self"],
        RestorableByUserIds=["all"],
        MaxResults=1000,
    )
