"""EC2's resources and where each fact comes from."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from auditor import REGIONAL, Asked, Joined, Listed, Listing, Moot, Resource, derived
from auditor.secrets import Examined, Sighting, sightings
from checks.backup.facts import last_backup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_ec2.type_defs import (
        AttributeValueTypeDef,
        BlockDeviceMappingTypeDef,
        InstanceBlockDeviceMappingTypeDef,
        InstanceMetadataOptionsResponseTypeDef,
        InstanceNetworkInterfaceTypeDef,
        LaunchTemplateVersionTypeDef,
        SpotFleetLaunchSpecificationOutputTypeDef,
    )

NAME_TAG: Final = "Tags[?Key=='Name'].Value | [0]"
GONE: Final = frozenset({"shutting-down", "terminated"})
"""The states of an instance from which there is no way back."""
STOPPED_AT: Final = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)")
"""How AWS writes the time into the reason of a state transition."""
VERSIONS: Final[dict[str, Any]] = {
    "operation": "DescribeLaunchTemplateVersions",
    "rows": "LaunchTemplateVersions",
    "examined": Examined("LaunchTemplateVersions[].LaunchTemplateData.UserData", encoded=True),
    "Versions": ["$Default", "$Latest"],
    "MaxResults": 200,
}
"""The call that tells the default and the latest version of all the launch templates of a region."""


class Ec2Region(Resource, type="AWS::::Account", service="ec2", scope=REGIONAL):
    """EC2's settings for the account in one region."""

    # An account that prefers nothing has no such member.
    metadata_tokens = Asked["str | None"]("GetInstanceMetadataDefaults", "AccountLevel.HttpTokens", default=None)
    serial_console = Asked[bool]("GetSerialConsoleAccessStatus", "SerialConsoleAccessEnabled")
    image_block = Asked[str]("GetImageBlockPublicAccessState", "ImageBlockPublicAccessState")


def _stopped_at(reason: str) -> datetime:
    """Return the time in the reason of a state transition; ValueError where it tells none."""
    found = STOPPED_AT.search(reason)
    if found is None:
        raise ValueError(reason)
    return datetime.fromisoformat(f"{found[1]}+00:00")


def _sighted(user_data: AttributeValueTypeDef) -> tuple[Sighting, ...]:
    """Return what was sighted in an instance's user data; the attribute of one without any is empty."""
    return sightings(user_data["Value"]) if "Value" in user_data else ()


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
    launched = Listed[datetime]("LaunchTime")
    stopped = Listed[datetime]("StateTransitionReason", parse=_stopped_at)
    kind = Listed[str]("InstanceType")
    virtualization = Listed[str]("VirtualizationType")
    # An instance that was neither bought as Spot nor scheduled has no such member.
    lifecycle = Listed[str]("InstanceLifecycle", default="on-demand")
    monitoring = Listed[str]("Monitoring.State")
    metadata_options = Listed["InstanceMetadataOptionsResponseTypeDef"]("MetadataOptions")
    metadata_hops = Listed[int]("MetadataOptions.HttpPutResponseHopLimit")
    interfaces = Listed["list[InstanceNetworkInterfaceTypeDef]"]("NetworkInterfaces")
    profile = Listed["str | None"]("IamInstanceProfile.Arn", default=None)
    root_device = Listed[str]("RootDeviceName")
    volumes = Listed["list[InstanceBlockDeviceMappingTypeDef]"]("BlockDeviceMappings")
    generation_is_current = Joined[bool](
        "DescribeInstanceTypes",
        "InstanceTypes",
        key="InstanceType",
        match="{InstanceType}",
        value=lambda row: bool(row["CurrentGeneration"]),
        default=True,
        Filters=[{"Name": "current-generation", "Values": ["false"]}],
        MaxResults=100,
    )
    # The tag of instances that an Auto Scaling group launched.
    scaled_by = Listed["str | None"]("Tags[?Key=='aws:autoscaling:groupName'].Value | [0]", default=None)

    @derived(state, lifecycle, scaled_by)
    def never_protected(self) -> bool:
        """Whether nobody can or would protect the instance from termination."""
        return self.state in GONE or self.lifecycle == "spot" or self.scaled_by is not None

    secrets = Asked["tuple[Sighting, ...]"](
        "DescribeInstanceAttribute",
        "UserData",
        examined=Examined("UserData.Value", encoded=True),
        parse=_sighted,
        moot=Moot(state, GONE.__contains__, then=()),
        InstanceId="{id}",
        Attribute="userData",
    )
    termination_protected = Asked[bool](
        "DescribeInstanceAttribute",
        "DisableApiTermination.Value",
        moot=Moot(never_protected, bool, then=False),
        InstanceId="{id}",
        Attribute="disableApiTermination",
    )

    last_backup = last_backup()

    @derived(interfaces)
    def public_ipv4(self) -> list[str]:
        """The public and carrier IPv4 addresses of all network interfaces, their secondary addresses included."""
        associations = (
            address.get("Association", {})
            for interface in self.interfaces
            for address in ({"Association": interface.get("Association", {})}, *interface.get("PrivateIpAddresses", ()))
        )
        found = (association.get(kind) for association in associations for kind in ("PublicIp", "CarrierIp"))
        return list(dict.fromkeys(address for address in found if isinstance(address, str)))

    @derived(interfaces)
    def ipv6(self) -> list[str]:
        """The IPv6 addresses of all network interfaces."""
        return [each["Ipv6Address"] for interface in self.interfaces for each in interface.get("Ipv6Addresses", ())]


def _by_template(rows: Iterable[Any]) -> Iterable[Any]:
    """Return the versions of each launch template, each version once."""
    versions: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        versions[row["LaunchTemplateId"]][row["VersionNumber"]] = row
    return [{"id": template, "versions": list(held.values())} for template, held in versions.items()]


def _group_names(row: Any) -> list[str]:
    """Return the security groups that a launch template's versions name, by id or name."""
    names: list[str] = []
    for data in (each["LaunchTemplateData"] for each in row["versions"]):
        names += (*data.get("SecurityGroupIds", ()), *data.get("SecurityGroups", ()))
        names += (name for each in data.get("NetworkInterfaces", ()) for name in each.get("Groups", ()))
    return names


class LaunchTemplate(Resource, type="AWS::EC2::LaunchTemplate", service="ec2", scope=REGIONAL):
    """A launch template, by its default and its latest version."""

    listing = Listing(
        id="LaunchTemplateId",
        arn="arn:{partition}:ec2:{region}:{account}:launch-template/{id}",
        name="LaunchTemplateName",
        **VERSIONS,
    )

    # The listing names a template once or twice, for it lists versions: here are all of them.
    versions = Joined["list[LaunchTemplateVersionTypeDef]"](
        decode=_by_template, key="id", value=lambda row: list(row["versions"]), **VERSIONS
    )
    security_groups = Joined["list[str]"](decode=_by_template, key="id", value=_group_names, **VERSIONS)


class SpotFleet(Resource, type="AWS::EC2::SpotFleet", service="ec2", scope=REGIONAL):
    """A request for a fleet of Spot Instances, until two days after its end."""

    listing = Listing(
        "DescribeSpotFleetRequests",
        "SpotFleetRequestConfigs",
        id="SpotFleetRequestId",
        arn="arn:{partition}:ec2:{region}:{account}:spot-fleet-request/{id}",
        tags="Tags",
        examined=Examined(
            "SpotFleetRequestConfigs[].SpotFleetRequestConfig.LaunchSpecifications[].UserData", encoded=True
        ),
        MaxResults=1000,
    )

    state = Listed[str]("SpotFleetRequestState")
    # A fleet that uses launch templates has no specifications of its own.
    specifications = Listed["list[SpotFleetLaunchSpecificationOutputTypeDef]"](
        "SpotFleetRequestConfig.LaunchSpecifications", default=[]
    )


class Image(Resource, type="AWS::EC2::Image", service="ec2", scope=REGIONAL):
    """A machine image (AMI) that the account owns."""

    # AWS's own ARNs of images leave the account out.
    listing = Listing(
        "DescribeImages",
        "Images",
        id="ImageId",
        arn="arn:{partition}:ec2:{region}::image/{id}",
        name="Name",
        tags="Tags",
        Owners=["self"],
        MaxResults=1000,
    )

    public = Listed[bool]("Public")
    created = Listed[datetime]("CreationDate", parse=datetime.fromisoformat)
    # An image that nobody plans to deprecate has no such time.
    deprecated = Listed["datetime | None"]("DeprecationTime", parse=datetime.fromisoformat, default=None)
    devices = Listed["list[BlockDeviceMappingTypeDef]"]("BlockDeviceMappings")
    snapshots = Listed["list[str]"]("BlockDeviceMappings[].Ebs.SnapshotId")
