from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.s3.durability import (
    bucket_events_notified,
    bucket_lifecycle,
    bucket_mfa_delete,
    bucket_object_lock_retains,
    bucket_object_locked,
    bucket_old_versions_expire,
    bucket_replicated,
    bucket_uploads_aborted,
    bucket_versioned,
    directory_bucket_lifecycle,
)
from checks.s3.resources import Bucket, DirectoryBucket, S3Account

ABORT = {"ID": "a", "Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
EXPIRE_OLD = {"ID": "o", "Status": "Enabled", "Filter": {}, "NoncurrentVersionExpiration": {"NoncurrentDays": 90}}
MOVE_OLD = {
    "ID": "m",
    "Status": "Enabled",
    "Filter": {},
    "NoncurrentVersionTransitions": [{"NoncurrentDays": 30, "StorageClass": "STANDARD_IA"}],
}
EXPIRE = {"ID": "e", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
TOPIC = {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:news", "Events": ["s3:ObjectCreated:*"]}


def bucket(**facts):
    return fake(Bucket, "arn:aws:s3:::b", region="eu-west-1", **facts)


def disabled(rule):
    return {**rule, "Status": "Disabled"}


def rule(destination, status="Enabled"):
    return {"ID": destination, "Status": status, "Destination": {"Bucket": f"arn:aws:s3:::{destination}"}}


def replicated(*rules):
    return bucket(bucket_region="eu-west-1", replication=list(rules))


def copy(region):
    return fake(Bucket, "arn:aws:s3:::copy", region=region, bucket_region=region)


def account(**regions):
    return fake(S3Account, bucket_regions={"b": "eu-west-1", **regions})


def kept(*, lifecycle, versioning=None):
    """Return a bucket without MFA delete."""
    return bucket(mfa_delete="Disabled", lifecycle=lifecycle, versioning=versioning)


def lock(**rule):
    return bucket(object_lock={"ObjectLockEnabled": "Enabled", **rule})


VERSIONS: list[Case] = [
    passes(bucket_versioned, bucket(versioning="Enabled")),
    fails(bucket_versioned, bucket(versioning=None), says="off"),
    fails(
        bucket_versioned,
        bucket(versioning="Suspended"),
        says="Suspended",
        doubt="While versioning is suspended, overwriting an object keeps no version of it.",
    ),
    unknown(bucket_versioned, bucket(versioning=refused())),
    passes(bucket_mfa_delete, bucket(mfa_delete="Enabled", lifecycle=[])),
    fails(bucket_mfa_delete, bucket(mfa_delete="Disabled", lifecycle=[]), says="Disabled"),
    inapplicable(
        bucket_mfa_delete,
        bucket(mfa_delete="Disabled", lifecycle=[EXPIRE]),
        doubt="S3 lets no bucket have both MFA delete and a lifecycle: buckets with lifecycle rules are not judged.",
    ),
    unknown(bucket_mfa_delete, bucket(mfa_delete=refused("s3:GetBucketVersioning"), lifecycle=[])),
    unknown(bucket_mfa_delete, bucket(mfa_delete="Disabled", lifecycle=refused())),
]

LOCKS: list[Case] = [
    passes(bucket_object_locked, lock()),
    fails(bucket_object_locked, bucket(object_lock=None), says="off"),
    fails(
        bucket_object_locked,
        bucket(versioning="Suspended"),
        doubt="A bucket whose versioning is not enabled has no Object Lock: S3 need not be asked.",
    ),
    unknown(bucket_object_locked, bucket(object_lock=refused("s3:GetBucketObjectLockConfiguration"))),
    unknown(bucket_object_locked, bucket(versioning=refused(), object_lock=refused())),
    passes(bucket_object_lock_retains, lock(Rule={"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}})),
    fails(bucket_object_lock_retains, lock(), says="no default retention"),
    fails(
        bucket_object_lock_retains,
        lock(Rule={"DefaultRetention": {"DefaultEventHold": {"Days": 30}}}),
        doubt="A hold until an event is no retention for a time.",
    ),
    inapplicable(bucket_object_lock_retains, bucket(object_lock=None)),
    unknown(bucket_object_lock_retains, bucket(object_lock=refused())),
]

REPLICATION: list[Case] = [
    passes(bucket_replicated, replicated(rule("copy")), copy("us-east-1")),
    passes(bucket_replicated, replicated(rule("near"), rule("copy")), copy("us-east-1"), account(near="eu-west-1")),
    passes(
        bucket_replicated,
        replicated(rule("copy")),
        account(copy="ap-southeast-2"),
        doubt="A bucket of the account in a region that is not audited is known by the list of all its buckets.",
    ),
    passes(
        bucket_replicated,
        replicated(rule("foreign"), rule("copy")),
        copy("us-east-1"),
        account(),
        doubt="One rule that leaves the region suffices, whatever another account's bucket may be.",
    ),
    fails(bucket_replicated, replicated(), says="no replication rule is enabled"),
    fails(
        bucket_replicated,
        bucket(versioning=None, bucket_region="eu-west-1"),
        doubt="A bucket whose versioning is not enabled cannot be replicated: S3 need not be asked.",
    ),
    fails(
        bucket_replicated,
        replicated(rule("copy", "Disabled")),
        copy("us-east-1"),
        says="no replication rule is enabled",
        doubt="A rule that is disabled copies nothing.",
    ),
    fails(
        bucket_replicated,
        replicated(rule("copy")),
        copy("eu-west-1"),
        says="within eu-west-1 only",
        doubt="Replication within the region does not outlive the region.",
    ),
    unknown(
        bucket_replicated,
        replicated(rule("foreign")),
        account(),
        says="another account",
        doubt="Where another account's bucket is, no reading permission of this account tells.",
    ),
    unknown(bucket_replicated, bucket(replication=refused("s3:GetReplicationConfiguration"))),
    unknown(
        bucket_replicated,
        bucket(replication=[rule("copy")], bucket_region=refused("s3:ListBuckets")),
        copy("us-east-1"),
        doubt="An endpoint that lists buckets without their regions leaves open where they are.",
    ),
]

LIFECYCLE: list[Case] = [
    passes(bucket_lifecycle, kept(lifecycle=[disabled(EXPIRE), ABORT])),
    fails(bucket_lifecycle, kept(lifecycle=[]), says="no lifecycle rule is enabled"),
    fails(
        bucket_lifecycle,
        kept(lifecycle=[disabled(EXPIRE)]),
        says="all there are, are disabled",
        doubt="A lifecycle configuration whose rules are all disabled does nothing.",
    ),
    unknown(bucket_lifecycle, kept(lifecycle=refused("s3:GetLifecycleConfiguration"))),
    passes(bucket_old_versions_expire, kept(versioning="Enabled", lifecycle=[EXPIRE_OLD])),
    passes(bucket_old_versions_expire, kept(versioning="Suspended", lifecycle=[EXPIRE, MOVE_OLD])),
    fails(
        bucket_old_versions_expire,
        kept(versioning="Enabled", lifecycle=[EXPIRE]),
        doubt="In a versioned bucket, expiring an object only hides it behind a delete marker: the version stays.",
    ),
    fails(
        bucket_old_versions_expire,
        kept(versioning="Suspended", lifecycle=[]),
        doubt="Suspending versioning leaves the versions there are, and they are paid for.",
    ),
    fails(bucket_old_versions_expire, kept(versioning="Enabled", lifecycle=[disabled(EXPIRE_OLD)])),
    inapplicable(bucket_old_versions_expire, kept(versioning=None, lifecycle=[])),
    unknown(bucket_old_versions_expire, kept(versioning="Enabled", lifecycle=refused())),
    unknown(bucket_old_versions_expire, kept(versioning=refused(), lifecycle=[])),
    passes(bucket_uploads_aborted, kept(lifecycle=[EXPIRE, ABORT])),
    fails(bucket_uploads_aborted, kept(lifecycle=[EXPIRE]), says="never aborted"),
    fails(bucket_uploads_aborted, kept(lifecycle=[disabled(ABORT)])),
    unknown(bucket_uploads_aborted, kept(lifecycle=refused())),
    *(
        inapplicable(
            check,
            bucket(versioning="Enabled", mfa_delete="Enabled", lifecycle=[]),
            doubt="S3 lets no bucket have both MFA delete and a lifecycle: buckets with MFA delete are not judged.",
        )
        for check in (bucket_lifecycle, bucket_old_versions_expire, bucket_uploads_aborted)
    ),
    unknown(bucket_lifecycle, bucket(mfa_delete=refused("s3:GetBucketVersioning"), lifecycle=[])),
    passes(directory_bucket_lifecycle, fake(DirectoryBucket, lifecycle=[EXPIRE])),
    fails(directory_bucket_lifecycle, fake(DirectoryBucket, lifecycle=[])),
    unknown(
        directory_bucket_lifecycle, fake(DirectoryBucket, lifecycle=refused("s3express:GetLifecycleConfiguration"))
    ),
]

EVENTS: list[Case] = [
    passes(bucket_events_notified, bucket(notifications={"TopicConfigurations": [TOPIC]})),
    passes(
        bucket_events_notified,
        bucket(notifications={"EventBridgeConfiguration": {}}),
        doubt="EventBridge has no settings: an empty element says that all events go there.",
    ),
    fails(bucket_events_notified, bucket(notifications={}), says="notifies nothing"),
    unknown(bucket_events_notified, bucket(notifications=refused("s3:GetBucketNotification"))),
]

CASES: list[Case] = [*VERSIONS, *LOCKS, *REPLICATION, *LIFECYCLE, *EVENTS]
