"""Proofs of the fixes of Amazon S3's checks."""

import json
from pathlib import Path

from fixes.proof import ACCOUNT, REGION, Proof
from fixes.states import bucket, key, log_bucket, public_bucket

ARNS = ["arn:aws:s3:::orders", "arn:aws:s3:::orders/*"]
OTHER_ACCOUNT = {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:*", "Resource": ARNS}
OWN_ACCOUNT = {**OTHER_ACCOUNT, "Principal": {"AWS": ACCOUNT}}
TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ARNS,
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def bucket_without_log(aws):
    return {"id": bucket(aws), "LOG_BUCKET": log_bucket(aws)}


def bucket_that_logs_to_itself(aws):
    log_bucket(aws, "orders")
    target = {"LoggingEnabled": {"TargetBucket": "orders", "TargetPrefix": ""}}
    aws("s3").put_bucket_logging(Bucket="orders", BucketLoggingStatus=target)
    return {"id": "orders", "LOG_BUCKET": log_bucket(aws)}


def public_website(aws):
    public_bucket(aws)
    site = {"IndexDocument": {"Suffix": "index.html"}}
    aws("s3").put_bucket_website(Bucket="orders", WebsiteConfiguration=site)
    return "orders"


def shared_bucket(aws):
    aws("s3").put_bucket_policy(Bucket=bucket(aws), Policy=document(OTHER_ACCOUNT))
    Path("POLICY.json").write_text(document(OWN_ACCOUNT))
    return "orders"


def bucket_open_to_http(aws):
    Path("POLICY.json").write_text(document(TLS_ONLY))
    return bucket(aws)


def bucket_granted_to_others(aws):
    owner = aws("s3").get_bucket_acl(Bucket=bucket(aws))["Owner"]
    grants = [{"Grantee": {"Type": "CanonicalUser", "ID": "0" * 64}, "Permission": "READ"}]
    aws("s3").put_bucket_acl(Bucket="orders", AccessControlPolicy={"Grants": grants, "Owner": owner})
    return "orders"


def versioned_bucket(aws):
    aws("s3").put_bucket_versioning(Bucket=bucket(aws), VersioningConfiguration={"Status": "Enabled"})
    return "orders"


def locked_bucket(aws):
    place = {"LocationConstraint": REGION}
    aws("s3").create_bucket(Bucket="orders", ObjectLockEnabledForBucket=True, CreateBucketConfiguration=place)
    return "orders"


def open_access_point(aws):
    off = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False)
    settings = {"Name": "point", "Bucket": bucket(aws), "PublicAccessBlockConfiguration": off}
    aws("s3control").create_access_point(AccountId=ACCOUNT, **settings)
    return {"id": "point", "BUCKET": "orders"}


PROOFS = [
    Proof("s3-access-point-public-access-blocked", open_access_point),
    Proof("s3-account-public-access-blocked", lambda aws: None),
    Proof("s3-bucket-access-log-delivered", bucket_that_logs_to_itself),
    Proof("s3-bucket-access-logged", bucket_without_log),
    Proof("s3-bucket-acl-owner-only", bucket_granted_to_others),
    Proof("s3-bucket-acls-disabled", bucket),
    Proof("s3-bucket-encrypted-by-default", bucket),
    Proof("s3-bucket-encrypted-with-kms", lambda aws: {"id": bucket(aws), "KEY_ARN": key(aws)}),
    Proof("s3-bucket-lifecycle", bucket),
    Proof("s3-bucket-not-public", public_bucket),
    Proof("s3-bucket-object-lock-retains", locked_bucket),
    Proof("s3-bucket-object-locked", versioned_bucket),
    Proof("s3-bucket-old-versions-expire", versioned_bucket),
    Proof("s3-bucket-policy-keeps-control", shared_bucket),
    Proof("s3-bucket-policy-known-accounts", shared_bucket),
    Proof("s3-bucket-public-access-blocked", bucket),
    Proof("s3-bucket-tls-only", bucket_open_to_http),
    Proof("s3-bucket-uploads-aborted", bucket),
    Proof("s3-bucket-versioned", bucket),
    Proof("s3-bucket-website-private", public_website),
]
UNPROVEN = {
    "s3-bucket-customer-keys-refused": "the emulator does not keep which types of encryption a bucket refuses",
    "s3-bucket-events-notified": "the emulator does not keep that events go to EventBridge",
    "s3-bucket-mfa-delete": "the emulator does not keep MFA delete",
    "s3-bucket-replicated": "the emulator does not tell the regions of buckets",
    "s3-directory-bucket-encrypted-with-kms": "the emulator has no directory buckets",
    "s3-directory-bucket-lifecycle": "the emulator has no directory buckets",
}
WORDS = {"ALGORITHM": "AES256"}
