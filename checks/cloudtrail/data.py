"""What trails record beside management events: the reads and writes of objects, and unusual activity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from auditor.facts import both
from checks.cloudtrail.events import READ, WRITE
from checks.cloudtrail.resources import CloudTrailAccount, Trail

if TYPE_CHECKING:
    from auditor import Inventory

USER_GUIDE: Final = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"
WHY: Final = {
    READ: "After a leak, only the reads tell who took which objects, and how many.",
    WRITE: "Only the writes tell who replaced, encrypted or deleted objects.",
}
NAME: Final = {READ: "ReadOnly", WRITE: "WriteOnly"}


def _objects_logged(kind: str) -> Check:
    """Return the check that a kind of data events is recorded of all objects."""

    def objects_logged(_account: CloudTrailAccount, inventory: Inventory) -> Problems:
        if not inventory.any(Trail, lambda trail: kind in trail.object_events):
            yield Problem(
                f"no trail records every {kind} of objects",
                found=[trail.name for trail in inventory.all(Trail)],
                expected=f"a multi-region trail with a selector for the {NAME[kind]} events of all S3 objects",
            )

    objects_logged.__doc__ = (
        f"A trail records every {kind} of objects, in all buckets of all regions.\n\n{WHY[kind]} The trail must be on, "
        "and its selector must leave out no bucket; one that names buckets leaves out those that are made tomorrow."
    )
    return check(
        f"cloudtrail-account-object-{kind}s-logged",
        Severity.MEDIUM,
        reads=[Trail.object_events],
        references=[
            f"{USER_GUIDE}/logging-data-events-with-cloudtrail.html",
            "https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html",
        ],
        fix=Fix(
            cli="aws cloudtrail put-event-selectors --region REGION --trail-name TRAIL --advanced-event-selectors "
            """'[{"Name":"management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]},"""
            """{"Name":"objects","FieldSelectors":[{"Field":"eventCategory","Equals":["Data"]},"""
            """{"Field":"resources.type","Equals":["AWS::S3::Object"]}]}]'""",
            text="The selectors replace those the trail has: repeat what else it should record.",
            cost=True,
        ),
    )(objects_logged)


OBJECT_CHECKS: Final = [_objects_logged(kind) for kind in (WRITE, READ)]


@check(
    "cloudtrail-account-insights-enabled",
    Severity.LOW,
    reads=[Trail.is_logging, Trail.has_insights],
    references=[f"{USER_GUIDE}/logging-insights-events-with-cloudtrail.html"],
    fix=Fix(
        cli="aws cloudtrail put-insight-selectors --region REGION --trail-name TRAIL --insight-selectors "
        "InsightType=ApiCallRateInsight InsightType=ApiErrorRateInsight",
        cost=True,
    ),
)
def account_insights_enabled(_account: CloudTrailAccount, inventory: Inventory) -> Problems:
    """CloudTrail looks for unusual activity.

    Insights events tell of bursts of calls and of errors that nobody set an alarm on.
    """
    if not inventory.any(Trail, lambda trail: both(lambda: trail.has_insights, lambda: trail.is_logging)):
        yield Problem("no trail that is logging has Insights on", expected="a trail with insight selectors")


@check(
    "cloudtrail-trail-delivers",
    Severity.MEDIUM,
    reads=[Trail.delivery_error],
    references=[f"{USER_GUIDE}/create-s3-bucket-policy-for-cloudtrail.html"],
    fix=Fix(
        text="Let CloudTrail write to the bucket: its policy must allow s3:PutObject to cloudtrail.amazonaws.com for "
        "the trail, and the key's policy must let it encrypt.",
    ),
    applies=lambda trail: trail.is_own,
)
def trail_delivers(trail: Trail) -> Problems:
    """Trails deliver their log files.

    A trail that cannot write to its bucket is on, looks fine, and keeps nothing.
    """
    if trail.delivery_error:
        yield Problem(
            f"S3 refused the latest log file: {trail.delivery_error}", found=trail.delivery_error, expected="no error"
        )
