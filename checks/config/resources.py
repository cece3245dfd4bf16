"""AWS Config's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import GLOBAL, REGIONAL, Asked, Listed, Listing, Moot, Resource, derived
from auditor.facts import both

if TYPE_CHECKING:
    from types_boto3_config.type_defs import (
        ConfigurationRecorderStatusTypeDef,
        DeliveryChannelStatusTypeDef,
        RecordingGroupOutputTypeDef,
        RecordingModeOutputTypeDef,
    )

ALL: Final = "ALL_SUPPORTED_RESOURCE_TYPES"
EXCLUSION: Final = "EXCLUSION_BY_RESOURCE_TYPES"
INCLUSION: Final = "INCLUSION_BY_RESOURCE_TYPES"
IAM_TYPES: Final = frozenset({"AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"})
"""The types that are the same in every region, and that need recording in one of them only."""
REGIONS_WITHOUT_IAM: Final = frozenset(
    {
        "ap-east-2",
        "ap-south-2",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ca-west-1",
        "eu-central-2",
        "eu-south-2",
        "il-central-1",
        "me-central-1",
        "mx-central-1",
    }
)
"""Where Config cannot record IAM's types, whatever is set: where it came after February 2022.

(AWS Config API Reference, "RecordingStrategy"; the regions that are younger than its list follow from the date.)
"""


class ConfigAccount(Resource, type="AWS::::Account", service="config", scope=GLOBAL):
    """The account as a whole: what its recorders record together."""


class Recorder(Resource, type="AWS::Config::ConfigurationRecorder", service="config", scope=REGIONAL):
    """A configuration recorder of the account's own: there is at most one in a region."""

    # Recorders that belong to an AWS service record what that service needs and nothing for the account. The ARN that
    # AWS gives has a random part behind the name, which older recorders' rows leave out.
    listing = Listing(
        "DescribeConfigurationRecorders",
        "ConfigurationRecorders[?!servicePrincipal]",
        id="name",
        arn="arn:{partition}:config:{region}:{account}:configuration-recorder/{id}",
    )

    group = Listed["RecordingGroupOutputTypeDef"]("recordingGroup")
    # What a recorder records with that was never told otherwise.
    mode = Listed["RecordingModeOutputTypeDef"]("recordingMode", default={"recordingFrequency": "CONTINUOUS"})
    role = Listed[str]("roleARN")
    # Asked of each recorder, these cost nothing in the regions that have none.
    status = Asked["ConfigurationRecorderStatusTypeDef"](
        "DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus[0]", ConfigurationRecorderNames=["{id}"]
    )
    deliveries = Asked["list[DeliveryChannelStatusTypeDef]"](
        "DescribeDeliveryChannelStatus",
        "DeliveryChannelsStatus",
        moot=Moot(status, lambda status: not status["recording"], then=[]),
    )

    @derived(group)
    def strategy(self) -> str:
        """How the recorder chooses what it records; a recorder made before there were strategies names none."""
        implied = ALL if self.group.get("allSupported", False) else INCLUSION
        return self.group.get("recordingStrategy", {}).get("useOnly", implied)

    @derived(group, strategy)
    def excluded(self) -> frozenset[str]:
        """The resource types that a recorder of all others leaves out."""
        if self.strategy != EXCLUSION:
            return frozenset()
        return frozenset(self.group.get("exclusionByResourceTypes", {}).get("resourceTypes", []))

    @derived(group, strategy, excluded)
    def covers_iam(self) -> bool:
        """Whether the recorder, when on, records IAM's users, groups, roles and customer managed policies."""
        if self.region in REGIONS_WITHOUT_IAM:
            return False
        if self.strategy == EXCLUSION:
            return not IAM_TYPES & self.excluded
        if self.strategy == ALL:
            return self.group.get("includeGlobalResourceTypes", False)
        return set(self.group.get("resourceTypes", [])) >= IAM_TYPES

    @derived(covers_iam, status)
    def records_iam(self) -> bool:
        """Whether the recorder is on and records IAM's types."""
        return both(lambda: self.covers_iam, lambda: self.status["recording"])


class ConfigRegion(Resource, type="AWS::::Account", service="config", scope=REGIONAL):
    """AWS Config's place in a region, whether there is a recorder or not."""
