"""The buckets that trails deliver to: who can read them, and who is seen reading them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from auditor.facts import either
from checks.cloudtrail.resources import Trail
from checks.s3.resources import Bucket

if TYPE_CHECKING:
    from auditor import Inventory

USER_GUIDE: Final = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"


@check(
    "cloudtrail-bucket-not-public",
    Severity.CRITICAL,
    reads=[Trail.bucket_name, Bucket.public_by_policy, Bucket.public_grants],
    references=[
        f"{USER_GUIDE}/best-practices-security.html",
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html",
    ],
    fix=Fix(
        cli="aws s3api put-public-access-block --bucket LOG_BUCKET --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
    ),
    applies=lambda trail: trail.is_own,
)
def bucket_not_public(trail: Trail, inventory: Inventory) -> Problems:
    """The bucket that a trail delivers to is not public.

    The log tells a reader which users, roles and weaknesses there are to try, and a writer can hide what was done.
    """
    bucket = inventory.require(Bucket, trail.bucket_name)
    if either(lambda: bucket.public_by_policy, lambda: bool(bucket.public_grants)):
        yield Problem(
            f"the bucket {bucket.id} is public by its policy or its ACL",
            found=bucket.arn,
            expected="a policy that names its principals, and no ACL grant to a public group",
        )


@check(
    "cloudtrail-bucket-access-logged",
    Severity.LOW,
    reads=[Trail.bucket_name, Bucket.logging],
    references=["https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html"],
    fix=Fix(
        cli="aws s3api put-bucket-logging --bucket LOG_BUCKET --bucket-logging-status "
        """'{"LoggingEnabled":{"TargetBucket":"ACCESS_LOG_BUCKET","TargetPrefix":"LOG_BUCKET/"}}'""",
        text="The target is another bucket: one that logs into itself never stops.",
        cost=True,
    ),
    applies=lambda trail: trail.is_own,
)
def bucket_access_logged(trail: Trail, inventory: Inventory) -> Problems:
    """Access to the bucket that a trail delivers to is logged.

    Whoever reads or deletes the account's log should leave a trace of their own.
    """
    bucket = inventory.require(Bucket, trail.bucket_name)
    if bucket.logging is None:
        yield Problem(
            f"server access logging of the bucket {bucket.id} is off", found=bucket.arn, expected="a target bucket"
        )
