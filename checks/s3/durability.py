"""How buckets keep their data from being lost: versions, locks, copies, life cycles, and news of changes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from auditor.facts import either
from checks.s3.resources import Bucket, DirectoryBucket, S3Account, may_have_lifecycle

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import ReplicationRuleOutputTypeDef

    from auditor.inventory import Inventory

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
ENABLED: Final = "Enabled"
LIFECYCLE: Final = "aws s3api put-bucket-lifecycle-configuration --bucket {resource.id} --lifecycle-configuration "
OLD_VERSIONS: Final = """'{"Rules":[{"ID":"old-versions","Status":"Enabled","Filter":{"Prefix":""},"""
ALL_RULES: Final = "The command replaces all rules of the bucket: give those it has, too."


@check(
    "s3-bucket-versioned",
    Severity.LOW,
    reads=[Bucket.versioning],
    references=[f"{USER_GUIDE}/Versioning.html"],
    fix=Fix(
        cli="aws s3api put-bucket-versioning --bucket {resource.id} --versioning-configuration Status=Enabled",
        text="Add a lifecycle rule that expires old versions: each is stored and paid for.",
        terraform='resource "aws_s3_bucket_versioning" "this" {\n'
        "  bucket = aws_s3_bucket.this.id\n"
        '  versioning_configuration {\n    status = "Enabled"\n  }\n}',
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  VersioningConfiguration:\n    Status: Enabled",
        cost=True,
    ),
)
def bucket_versioned(bucket: Bucket) -> Problems:
    """Buckets keep the versions of their objects.

    An overwritten or deleted object can then be brought back, whether a mistake or an attacker took it.
    """
    if bucket.versioning != "Enabled":
        yield Problem(f"versioning is {bucket.versioning or 'off'}", found=bucket.versioning, expected="Enabled")


@check(
    "s3-bucket-mfa-delete",
    Severity.LOW,
    reads=[Bucket.mfa_delete, Bucket.lifecycle],
    references=[f"{USER_GUIDE}/MultiFactorAuthenticationDelete.html"],
    applies=lambda bucket: not bucket.lifecycle,
    fix=Fix(
        cli="aws s3api put-bucket-versioning --bucket {resource.id} "
        "--versioning-configuration Status=Enabled,MFADelete=Enabled --mfa 'MFA_SERIAL MFA_CODE'",
        text="Only the root user can do this, with its own MFA device and credentials of the command line.",
    ),
)
def bucket_mfa_delete(bucket: Bucket) -> Problems:
    """Deleting versions of objects for good takes the root user's MFA device.

    Stolen credentials alone then cannot destroy what versioning keeps. S3 does not combine it with a lifecycle, so that
    buckets with lifecycle rules are not judged: Object Lock protects those.
    """
    if bucket.mfa_delete != ENABLED:
        yield Problem(f"MFA delete is {bucket.mfa_delete}", found=bucket.mfa_delete, expected=ENABLED)


@check(
    "s3-bucket-object-locked",
    Severity.MEDIUM,
    reads=[Bucket.object_lock],
    references=[f"{USER_GUIDE}/object-lock.html", f"{USER_GUIDE}/object-lock-configure.html"],
    fix=Fix(
        cli="aws s3api put-object-lock-configuration --bucket {resource.id} "
        "--object-lock-configuration ObjectLockEnabled=Enabled",
        text="The bucket must be versioned, and neither can be undone: versions are kept, and paid for.",
        terraform='resource "aws_s3_bucket_object_lock_configuration" "this" {\n'
        "  bucket = aws_s3_bucket.this.id\n"
        '  rule {\n    default_retention {\n      mode = "GOVERNANCE"\n      days = 30\n    }\n  }\n}',
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  ObjectLockEnabled: true",
        cost=True,
    ),
)
def bucket_object_locked(bucket: Bucket) -> Problems:
    """Buckets have Object Lock on.

    Locked versions cannot be deleted or overwritten before their time: in the mode COMPLIANCE not even by the root
    user, and in the mode GOVERNANCE only with a permission of its own.
    """
    if bucket.object_lock is None or bucket.object_lock.get("ObjectLockEnabled") != ENABLED:
        yield Problem("Object Lock is off", expected="ObjectLockEnabled: Enabled")


@check(
    "s3-bucket-object-lock-retains",
    Severity.LOW,
    reads=[Bucket.object_lock],
    references=[f"{USER_GUIDE}/object-lock.html", f"{USER_GUIDE}/object-lock-configure.html"],
    applies=lambda bucket: bucket.object_lock is not None,
    fix=Fix(
        cli="aws s3api put-object-lock-configuration --bucket {resource.id} --object-lock-configuration "
        """'{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Mode":"GOVERNANCE","Days":30}}}'""",
        text="Choose mode and time with care: in the mode COMPLIANCE nobody can shorten it. S3 delivers no access logs "
        "to a bucket with a default retention: accept those with an exception.",
        cost=True,
    ),
)
def bucket_object_lock_retains(bucket: Bucket) -> Problems:
    """Buckets with Object Lock retain new objects by default.

    Without a default retention each writer must set a retention on each object, and what was forgotten is unprotected.
    """
    rule = (bucket.object_lock or {}).get("Rule", {})
    if "Mode" not in rule.get("DefaultRetention", {}):
        yield Problem("Object Lock has no default retention", found=rule or None, expected="a DefaultRetention")


@check(
    "s3-bucket-replicated",
    Severity.LOW,
    reads=[Bucket.replication, Bucket.bucket_region, S3Account.bucket_regions],
    references=[f"{USER_GUIDE}/replication.html"],
    fix=Fix(
        cli="aws s3api put-bucket-replication --bucket {resource.id} --replication-configuration "
        """'{"Role":"ROLE_ARN","Rules":[{"ID":"all","Priority":1,"Status":"Enabled","Filter":{"Prefix":""},"""
        """"DeleteMarkerReplication":{"Status":"Enabled"},"Destination":{"Bucket":"BUCKET_ARN"}}]}'""",
        text="S3 takes on the role; the destination is a bucket of another region. Version both buckets first. "
        f"Objects that are there already are not copied. {ALL_RULES}",
        cost=True,
    ),
)
def bucket_replicated(bucket: Bucket, inventory: Inventory) -> Problems:
    """Buckets replicate to another region.

    A copy far away outlives the loss of a region, and keeps data near those who read it there.
    """
    rules = [rule for rule in bucket.replication if rule["Status"] == ENABLED]
    if not either(*(partial(_leaves_the_region, rule, bucket, inventory) for rule in rules)):
        found = [rule["Destination"]["Bucket"] for rule in rules]
        told = f"objects are replicated within {bucket.region} only" if rules else "no replication rule is enabled"
        yield Problem(told, found=found, expected="an enabled rule with a destination in another region")


def _leaves_the_region(rule: ReplicationRuleOutputTypeDef, bucket: Bucket, inventory: Inventory) -> bool:
    """Return whether a rule's destination is in another region; Unseen for other accounts' buckets."""
    destination = rule["Destination"]["Bucket"]
    name = destination.rpartition(":")[2]
    audited = inventory.find(Bucket, destination)
    elsewhere = None if audited else inventory.one(S3Account).bucket_regions.get(name)
    return (elsewhere or inventory.require(Bucket, destination).bucket_region) != bucket.bucket_region


@check(
    "s3-bucket-lifecycle",
    Severity.LOW,
    reads=[Bucket.lifecycle, Bucket.mfa_delete],
    references=[f"{USER_GUIDE}/object-lifecycle-mgmt.html"],
    applies=may_have_lifecycle,
    fix=Fix(
        cli=f"""{LIFECYCLE}'{{"Rules":[{{"ID":"archive","Status":"Enabled","Filter":{{"Prefix":""}},"""
        """"Transitions":[{"Days":90,"StorageClass":"STANDARD_IA"}]}]}'""",
        text=f"{ALL_RULES} Transitions and requests cost something, too.",
    ),
)
def bucket_lifecycle(bucket: Bucket) -> Problems:
    """Buckets have lifecycle rules.

    Data that nobody needs any longer is a cost and can still leak: a rule moves or deletes it when its time has come.
    S3 does not combine a lifecycle with MFA delete, so that buckets with MFA delete are not judged.
    """
    yield from _without_rule(bucket)


@check(
    "s3-directory-bucket-lifecycle",
    Severity.LOW,
    reads=[DirectoryBucket.lifecycle],
    references=[f"{USER_GUIDE}/directory-buckets-objects-lifecycle.html"],
    fix=Fix(
        cli="aws s3api put-bucket-lifecycle-configuration --region {resource.region} --bucket {resource.id} "
        "--lifecycle-configuration "
        """'{"Rules":[{"ID":"expire","Status":"Enabled","Filter":{"Prefix":""},"Expiration":{"Days":90}}]}'""",
        text="The command has S3 delete objects older than 90 days: choose the time that the data is needed. "
        f"{ALL_RULES}",
    ),
)
def directory_bucket_lifecycle(bucket: DirectoryBucket) -> Problems:
    """Directory buckets have lifecycle rules.

    Their storage is the dearest of S3, made for data in use: a rule deletes what is left behind.
    """
    yield from _without_rule(bucket)


def _without_rule(bucket: Bucket | DirectoryBucket) -> Problems:
    if not any(rule["Status"] == ENABLED for rule in bucket.lifecycle):
        disabled = "; all there are, are disabled" if bucket.lifecycle else ""
        yield Problem(f"no lifecycle rule is enabled{disabled}", expected="an enabled lifecycle rule")


@check(
    "s3-bucket-old-versions-expire",
    Severity.MEDIUM,
    reads=[Bucket.versioning, Bucket.lifecycle, Bucket.mfa_delete],
    references=[f"{USER_GUIDE}/object-lifecycle-mgmt.html", f"{USER_GUIDE}/intro-lifecycle-rules.html"],
    applies=lambda bucket: bucket.versioning is not None and may_have_lifecycle(bucket),
    fix=Fix(
        cli=f"""{LIFECYCLE}{OLD_VERSIONS}"NoncurrentVersionExpiration":{{"NoncurrentDays":90}}}}]}}'""",
        text=ALL_RULES,
        terraform='resource "aws_s3_bucket_lifecycle_configuration" "this" {\n'
        "  bucket = aws_s3_bucket.this.id\n"
        '  rule {\n    id     = "old-versions"\n    status = "Enabled"\n    filter {}\n'
        "    noncurrent_version_expiration {\n      noncurrent_days = 90\n    }\n  }\n}",
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  LifecycleConfiguration:\n    Rules:\n"
        "      - Id: old-versions\n        Status: Enabled\n"
        "        NoncurrentVersionExpiration:\n          NoncurrentDays: 90",
    ),
)
def bucket_old_versions_expire(bucket: Bucket) -> Problems:
    """Versioned buckets have a lifecycle rule for old versions.

    Each overwritten or deleted object stays as an old version, hidden and paid for, until a rule moves it to cheaper
    storage or deletes it. Suspending versioning does not remove what is there. S3 does not combine a lifecycle with MFA
    delete, so that buckets with MFA delete are not judged.
    """
    enabled = [rule for rule in bucket.lifecycle if rule["Status"] == ENABLED]
    if not any("NoncurrentVersionExpiration" in rule or "NoncurrentVersionTransitions" in rule for rule in enabled):
        yield Problem("no enabled lifecycle rule is about old versions", expected="a NoncurrentVersionExpiration")


@check(
    "s3-bucket-uploads-aborted",
    Severity.LOW,
    reads=[Bucket.lifecycle, Bucket.mfa_delete],
    references=[f"{USER_GUIDE}/mpu-abort-incomplete-mpu-lifecycle-config.html"],
    applies=may_have_lifecycle,
    fix=Fix(
        cli=f"""{LIFECYCLE}'{{"Rules":[{{"ID":"incomplete-uploads","Status":"Enabled","Filter":{{"Prefix":""}},"""
        """"AbortIncompleteMultipartUpload":{"DaysAfterInitiation":7}}]}'""",
        text=ALL_RULES,
    ),
)
def bucket_uploads_aborted(bucket: Bucket) -> Problems:
    """Buckets drop the parts of uploads that were never finished.

    The parts of a broken multipart upload are no objects: no listing shows them, and they are stored and paid for until
    the upload is aborted. S3 does not combine a lifecycle with MFA delete, so that buckets with MFA delete are not
    judged.
    """
    if not any(rule["Status"] == ENABLED and "AbortIncompleteMultipartUpload" in rule for rule in bucket.lifecycle):
        yield Problem("incomplete multipart uploads are never aborted", expected="an AbortIncompleteMultipartUpload")


@check(
    "s3-bucket-events-notified",
    Severity.MEDIUM,
    reads=[Bucket.notifications],
    references=[f"{USER_GUIDE}/EventNotifications.html"],
    fix=Fix(
        cli="aws s3api put-bucket-notification-configuration --bucket {resource.id} "
        """--notification-configuration '{"EventBridgeConfiguration":{}}'""",
        text="The command replaces all notifications of the bucket. Add a rule in EventBridge that acts on the events.",
        terraform='resource "aws_s3_bucket_notification" "this" {\n'
        "  bucket      = aws_s3_bucket.this.id\n  eventbridge = true\n}",
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  NotificationConfiguration:\n"
        "    EventBridgeConfiguration:\n      EventBridgeEnabled: true",
        cost=True,
    ),
)
def bucket_events_notified(bucket: Bucket) -> Problems:
    """Buckets tell of changes to their objects.

    Event notifications let something act at once when objects are written or deleted that should not be.
    """
    # EventBridge has no settings of its own: that it is there says that it is on.
    if not any(bucket.notifications.values()) and "EventBridgeConfiguration" not in bucket.notifications:
        expected = "a topic, a queue, a function, or EventBridge"
        yield Problem("the bucket notifies nothing of events", expected=expected)
