"""CloudTrail's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor import GLOBAL, REGIONAL, Asked, Listed, Listing, Moot, Resource, derived
from auditor.facts import both
from checks.cloudtrail import events

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_cloudtrail.type_defs import GetEventSelectorsResponseTypeDef

DEFAULT_SELECTORS: Final[dict[str, Any]] = {
    "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
}
"""What a trail records that was created without event selectors (CloudTrail API Reference, "PutEventSelectors")."""


class CloudTrailAccount(Resource, type="AWS::::Account", service="cloudtrail", scope=GLOBAL):
    """The account as a whole: what its trails record together."""


class Trail(Resource, type="AWS::CloudTrail::Trail", service="cloudtrail", scope=REGIONAL):
    """A trail: the account's own, or its organization's."""

    # Shadow trails are how a trail of another region, or of the organization's management account, shows here.
    listing = Listing(
        "DescribeTrails", "trailList", id="Name", arn="{TrailARN}", region="HomeRegion", includeShadowTrails=True
    )

    is_multi_region = Listed[bool]("IsMultiRegionTrail")
    validates_log_files = Listed[bool]("LogFileValidationEnabled")
    has_custom_selectors = Listed[bool]("HasCustomEventSelectors")
    has_insights = Listed[bool]("HasInsightSelectors")
    bucket_name = Listed[str]("S3BucketName")
    # DescribeTrails leaves out strings that are not set.
    kms_key = Listed["str | None"]("KmsKeyId", default=None)
    log_group = Listed["str | None"]("CloudWatchLogsLogGroupArn", default=None)

    is_logging = Asked[bool]("GetTrailStatus", "IsLogging", Name="{arn}")
    # Left out as long as nothing was delivered.
    delivered_to_log_group = Asked["datetime | None"](
        "GetTrailStatus", "LatestCloudWatchLogsDeliveryTime", default=None, Name="{arn}"
    )

    # Left out as long as the latest log file was delivered.
    delivery_error = Asked[str]("GetTrailStatus", "LatestDeliveryError", default="", Name="{arn}")

    @derived(has_custom_selectors)
    def has_foreign_default_selectors(self) -> bool:
        """Whether the trail is another account's and records what trails record by default.

        A member account may not read the event selectors of its organization's trail, and need not in this case.
        """
        return not self.is_own and not self.has_custom_selectors

    event_selectors = Asked["GetEventSelectorsResponseTypeDef"](
        "GetEventSelectors",
        TrailName="{arn}",
        parse=events.readable,
        moot=Moot(has_foreign_default_selectors, bool, then=DEFAULT_SELECTORS),
    )

    @derived(is_multi_region, is_logging, event_selectors)
    def records_everything(self) -> bool:
        """Whether the trail is on and records all read and write management events of every region."""
        return both(
            lambda: self.is_multi_region,
            lambda: self.is_logging,
            lambda: events.recorded(self.event_selectors) == events.ALL,
        )

    @derived(is_multi_region, is_logging, event_selectors)
    def object_events(self) -> frozenset[str]:
        """The kinds of data events, read and write, that the trail records of all objects in every region."""
        if both(lambda: self.is_multi_region, lambda: self.is_logging):
            return events.recorded_of_objects(self.event_selectors)
        return frozenset()

    @property
    def is_own(self) -> bool:
        """Whether the trail belongs to the audited account.

        The trail of an organization belongs to its management account, where it is to be judged and can be changed.
        """
        return self.arn.split(":")[4] == self.account
