"""Log groups: how long they keep events, with which key, and who else may write or read them."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.logs.resources import LogGroup

GUIDE: Final = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs"
DELIVERY: Final = "DELIVERY"
"""The class of groups that only pass events on."""


@check(
    "logs-group-retention",
    Severity.MEDIUM,
    reads=[LogGroup.retention_days, LogGroup.log_class],
    references=[
        f"{GUIDE}/Working-with-log-groups-and-streams.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html",
    ],
    fix=Fix(
        cli="aws logs put-retention-policy --region {resource.region} --log-group-name {resource.id} "
        "--retention-in-days 365",
        terraform='resource "aws_cloudwatch_log_group" "this" {\n  retention_in_days = 365\n}',
        cloudformation="Type: AWS::Logs::LogGroup\nProperties:\n  RetentionInDays: 365",
        cost=True,
    ),
    applies=lambda group: group.log_class != DELIVERY,
)
def group_retention(group: LogGroup, *, min_days: int = 365) -> Problems:
    """Log groups keep their events for at least a year.

    Intrusions are found months after they began, and without the logs of that time nobody can tell what happened.
    Groups that never expire pass.
    """
    if group.retention_days is not None and group.retention_days < min_days:
        yield Problem(
            f"events are kept for {group.retention_days} days",
            found=group.retention_days,
            expected=f"at least {min_days} days",
        )


@check(
    "logs-group-retention-set",
    Severity.LOW,
    reads=[LogGroup.retention_days, LogGroup.log_class],
    references=[f"{GUIDE}/Working-with-log-groups-and-streams.html"],
    fix=Fix(
        cli="aws logs put-retention-policy --region {resource.region} --log-group-name {resource.id} "
        "--retention-in-days 365",
        text="Older events are deleted: export first what must be kept.",
    ),
    applies=lambda group: group.log_class != DELIVERY,
)
def group_retention_set(group: LogGroup) -> Problems:
    """Log groups say how long they keep events.

    What never expires is paid for for ever, and personal data in it is kept longer than anyone may.
    """
    if group.retention_days is None:
        yield Problem("events never expire", expected="a retention in days")


@check(
    "logs-group-encrypted-with-kms",
    Severity.LOW,
    reads=[LogGroup.kms_key],
    references=[f"{GUIDE}/encrypt-log-data-kms.html"],
    fix=Fix(
        cli="aws logs associate-kms-key --region {resource.region} --log-group-name {resource.id} --kms-key-id KEY_ARN",
        text="The key's policy must let CloudWatch Logs use it; events that came before stay as they are.",
        cost=True,
    ),
)
def group_encrypted_with_kms(group: LogGroup) -> Problems:
    """Log groups are encrypted with a KMS key of the account.

    Events are always encrypted, but with AWS's key nobody can withdraw or log the right to decrypt them.
    """
    if group.kms_key is None:
        yield Problem("events are encrypted with a key that CloudWatch Logs owns", expected="a KMS key")
