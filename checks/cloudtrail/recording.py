"""Whether trails record, everything and everywhere, and whether what they record can be trusted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.cloudtrail.resources import CloudTrailAccount, Trail

if TYPE_CHECKING:
    from auditor import Inventory

USER_GUIDE: Final = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"


@check(
    "cloudtrail-account-multi-region-trail",
    Severity.HIGH,
    reads=[Trail.records_everything],
    references=[
        f"{USER_GUIDE}/cloudtrail-multi-region-trails.html",
        f"{USER_GUIDE}/logging-management-events-with-cloudtrail.html",
    ],
    fix=Fix(
        cli="aws cloudtrail create-trail --name TRAIL --s3-bucket-name LOG_BUCKET --is-multi-region-trail "
        "--enable-log-file-validation --region REGION && aws cloudtrail start-logging --name TRAIL --region REGION",
        text="Where there is a trail, `aws cloudtrail update-trail --is-multi-region-trail` and `put-event-selectors` "
        "extend it. The first copy of management events costs nothing but storage.",
        cost=True,
    ),
)
def account_multi_region_trail(_account: CloudTrailAccount, inventory: Inventory) -> Problems:
    """A trail records all management events of all regions.

    Attackers work in the regions that nobody looks at. The trail must be on and record both reads and writes, without
    leaving out a source; the organization's trail counts.
    """
    if not inventory.any(Trail, lambda trail: trail.records_everything):
        names = [trail.name for trail in inventory.all(Trail)]
        yield Problem(
            f"none of the trails {', '.join(names)} records everything" if names else "the account has no trail",
            found=names,
            expected="a multi-region trail that is logging all read and write management events",
        )


@check(
    "cloudtrail-trail-logging",
    Severity.HIGH,
    reads=[Trail.is_logging],
    references=[f"{USER_GUIDE}/cloudtrail-turning-off-logging.html"],
    fix=Fix(cli="aws cloudtrail start-logging --name {resource.arn} --region {resource.region}", cost=True),
    applies=lambda trail: trail.is_own,
)
def trail_logging(trail: Trail) -> Problems:
    """Trails are logging.

    A stopped trail looks like one that works, and stopping it is the first thing an intruder does.
    """
    if not trail.is_logging:
        yield Problem("the trail is stopped", found=False, expected="IsLogging: true")


@check(
    "cloudtrail-trail-log-validation",
    Severity.LOW,
    reads=[Trail.validates_log_files],
    references=[f"{USER_GUIDE}/cloudtrail-log-file-validation-intro.html"],
    fix=Fix(
        cli="aws cloudtrail update-trail --name {resource.arn} --region {resource.region} --enable-log-file-validation"
    ),
    applies=lambda trail: trail.is_own,
)
def trail_log_validation(trail: Trail) -> Problems:
    """Trails sign their log files.

    Without the digest files nobody can prove that a log was not edited or deleted after it was delivered.
    """
    if not trail.validates_log_files:
        yield Problem("log file validation is off", found=False, expected="LogFileValidationEnabled: true")


@check(
    "cloudtrail-trail-encrypted-with-kms",
    Severity.MEDIUM,
    reads=[Trail.kms_key],
    references=[f"{USER_GUIDE}/encrypting-cloudtrail-log-files-with-aws-kms.html"],
    fix=Fix(
        cli="aws cloudtrail update-trail --name {resource.arn} --region {resource.region} --kms-key-id KEY_ARN",
        text="The key's policy must let CloudTrail encrypt, and the readers of the logs decrypt.",
        cost=True,
    ),
    applies=lambda trail: trail.is_own,
)
def trail_encrypted_with_kms(trail: Trail) -> Problems:
    """Trails encrypt their log files with a KMS key.

    Whoever can read the bucket reads the logs, unless reading them also takes permission to use a key.
    """
    if trail.kms_key is None:
        yield Problem("log files are encrypted with S3's own key", expected="a KMS key")


@check(
    "cloudtrail-trail-cloudwatch-delivery",
    Severity.LOW,
    reads=[Trail.log_group, Trail.delivered_to_log_group],
    references=[f"{USER_GUIDE}/send-cloudtrail-events-to-cloudwatch-logs.html"],
    fix=Fix(
        cli="aws cloudtrail update-trail --name {resource.arn} --region {resource.region} "
        "--cloud-watch-logs-log-group-arn LOG_GROUP_ARN --cloud-watch-logs-role-arn ROLE_ARN",
        text="Where a log group is set and nothing arrives, see LatestCloudWatchLogsDeliveryError of `aws cloudtrail "
        "get-trail-status`: mostly the role may not write to it.",
        cost=True,
    ),
    applies=lambda trail: trail.is_own,
)
def trail_cloudwatch_delivery(trail: Trail, *, max_delay_hours: int = 24) -> Problems:
    """Trails deliver to CloudWatch Logs, and did so lately.

    Alarms on what happens in the account can only watch events that arrive there.
    """
    expected = f"a delivery within {max_delay_hours} hours"
    if trail.log_group is None:
        yield Problem("the trail has no log group", expected="a CloudWatch Logs log group")
    elif trail.delivered_to_log_group is None:
        yield Problem("nothing was ever delivered to the log group", found=trail.log_group, expected=expected)
    elif trail.at - trail.delivered_to_log_group > timedelta(hours=max_delay_hours):
        hours = (trail.at - trail.delivered_to_log_group) // timedelta(hours=1)
        yield Problem(
            f"the last delivery to the log group was {hours} hours ago",
            found=trail.delivered_to_log_group,
            expected=expected,
        )
