"""Proofs of the fixes of AWS CloudTrail's checks."""

from fixes.proof import REGION, Proof
from fixes.states import bucket, key, log_bucket, public_bucket, trail


def bucket_without_log(aws):
    bucket(aws, "logs")
    return {"id": trail(aws), "LOG_BUCKET": "logs", "ACCESS_LOG_BUCKET": log_bucket(aws)}


def trail_to_public_bucket(aws):
    public_bucket(aws, "logs")
    return {"id": trail(aws), "LOG_BUCKET": "logs"}


def stopped_trail(aws):
    bucket(aws, "logs")
    return trail(aws)


def trail_without_key(aws):
    return {"id": stopped_trail(aws), "KEY_ARN": key(aws)}


def trail_of_management_events(aws):
    bucket(aws, "logs")
    aws("cloudtrail").start_logging(Name=trail(aws, IsMultiRegionTrail=True))
    return {"TRAIL": "shop", "REGION": REGION}


PROOFS = [
    Proof("cloudtrail-account-object-reads-logged", trail_of_management_events),
    Proof("cloudtrail-account-object-writes-logged", trail_of_management_events),
    Proof("cloudtrail-bucket-access-logged", bucket_without_log),
    Proof("cloudtrail-bucket-not-public", trail_to_public_bucket),
    Proof("cloudtrail-trail-encrypted-with-kms", trail_without_key),
    Proof("cloudtrail-trail-log-validation", stopped_trail),
    Proof("cloudtrail-trail-logging", stopped_trail),
]
UNPROVEN = {
    "cloudtrail-account-insights-enabled": "the emulator's list of trails does not tell which have Insights on",
    "cloudtrail-account-multi-region-trail": "the emulator gives a new trail no event selectors, where AWS does",
    "cloudtrail-trail-cloudwatch-delivery": "the emulator delivers no events, so that no time of delivery is told",
}
