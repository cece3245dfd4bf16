"""CloudTrail: multi-region trails with their shadows in every region, and trails of one region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_NOT_FOUND = AwsError("TrailNotFoundException", "Unknown trail", 400)


def fill(seed: Seed, trails: int) -> None:
    """Give the account ``trails`` trails."""
    account = seed.account
    placed = [(region, _trail(seed, number, region)) for number, region in seed.spread(trails)]
    for region in seed.regions:
        at_home = [trail for home, trail in placed if home == region]
        shadows = [trail for home, trail in placed if home != region and trail["IsMultiRegionTrail"]]
        account.put("cloudtrail", "DescribeTrails", {"trailList": at_home + shadows}, region=region)
        account.put("cloudtrail", "DescribeTrails", {"trailList": at_home}, region=region, includeShadowTrails=False)
    for operation in ("GetTrailStatus", "GetEventSelectors"):
        account.put("cloudtrail", operation, _NOT_FOUND)
    for number, (region, trail) in enumerate(placed):
        _details(seed, number, region, trail)


def _trail(seed: Seed, number: int, region: str) -> dict[str, Any]:
    name = seed.text(f"trail-{number}", number, json=True)
    trail = {
        "Name": name,
        "S3BucketName": f"company-{4 * number:05d}-logs",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": number % 2 == 0,
        "HomeRegion": region,
        "TrailARN": seed.arn("cloudtrail", region, f"trail/{name}"),
        "LogFileValidationEnabled": number % 3 != 1,
        "HasCustomEventSelectors": number % 2 == 0,
        "HasInsightSelectors": False,
        "IsOrganizationTrail": False,
    }
    if number % 2 == 0:
        trail["KmsKeyId"] = seed.key_arn(region)
        trail["CloudWatchLogsLogGroupArn"] = seed.arn("logs", region, "log-group:cloudtrail:*")
        trail["CloudWatchLogsRoleArn"] = f"arn:aws:iam::{seed.account.id}:role/cloudtrail"
    return trail


def _details(seed: Seed, number: int, region: str, trail: dict[str, Any]) -> None:
    status: dict[str, Any] = {"IsLogging": number != 3, "StartLoggingTime": seed.ago(500)}  # noqa: PLR2004 -- one is off
    if "CloudWatchLogsLogGroupArn" in trail:
        status["LatestCloudWatchLogsDeliveryTime"] = seed.ago(number)
    selectors = {"TrailARN": trail["TrailARN"], "EventSelectors": [_selector(number)]}
    for operation, name_member, reply in (
        ("GetTrailStatus", "Name", status),
        ("GetEventSelectors", "TrailName", selectors),
    ):
        seed.account.put("cloudtrail", operation, reply, **{name_member: trail["TrailARN"]})
        seed.account.put("cloudtrail", operation, reply, region=region, **{name_member: trail["Name"]})


def _selector(number: int) -> dict[str, Any]:
    data = [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}] if number % 2 == 0 else []
    return {
        "ReadWriteType": "All" if number % 4 == 0 else "WriteOnly",
        "IncludeManagementEvents": True,
        "DataResources": data,
        "ExcludeManagementEventSources": [],
    }
