"""GuardDuty's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import REGIONAL, Asked, Listing, Resource, derived

if TYPE_CHECKING:
    from types_boto3_guardduty.type_defs import DetectorFeatureConfigurationResultTypeDef

ENABLED: Final = "ENABLED"


class Detector(Resource, type="AWS::GuardDuty::Detector", service="guardduty", scope=REGIONAL):
    """A detector: GuardDuty in a region. There is at most one."""

    # The rows are the ids themselves.
    listing = Listing(
        "ListDetectors",
        "DetectorIds",
        id="@",
        arn="arn:{partition}:guardduty:{region}:{account}:detector/{id}",
        MaxResults=50,
    )

    status = Asked[str]("GetDetector", "Status", DetectorId="{id}")
    features = Asked["list[DetectorFeatureConfigurationResultTypeDef]"]("GetDetector", "Features", DetectorId="{id}")
    publishing_frequency = Asked[str]("GetDetector", "FindingPublishingFrequency", DetectorId="{id}")

    @derived(features)
    def plans(self) -> frozenset[str]:
        """The features that are on, and with them the additional configurations of theirs that are (``A/B``)."""
        enabled = [each for each in self.features if each["Status"] == ENABLED]
        added = {
            f"{each['Name']}/{more['Name']}"
            for each in enabled
            for more in each.get("AdditionalConfiguration", [])
            if more["Status"] == ENABLED
        }
        return frozenset({str(each["Name"]) for each in enabled} | added)


class GuardDutyRegion(Resource, type="AWS::::Account", service="guardduty", scope=REGIONAL):
    """GuardDuty's place in a region, whether it is on or not."""
