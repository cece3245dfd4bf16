"""How buckets keep their data: encryption, versioning, logging."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.s3.resources import Bucket

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
KMS_ALGORITHMS: Final = frozenset({"aws:kms", "aws:kms:dsse"})


@check(
    "s3-bucket-encrypted-by-default",
    Severity.MEDIUM,
    reads=[Bucket.encryption],
    references=[f"{USER_GUIDE}/bucket-encryption.html"],
    fix=Fix(
        cli="aws s3api put-bucket-encryption --bucket {resource.id} --server-side-encryption-configuration "
        """'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'""",
    ),
)
def bucket_encrypted_by_default(bucket: Bucket) -> Problems:
    """Buckets encrypt new objects by default.

    Objects that are written without a choice of their own are then never stored in the clear.
    """
    if bucket.encryption is None:
        yield Problem("no default encryption is configured", expected="a default encryption rule")


@check(
    "s3-bucket-encrypted-with-kms",
    Severity.MEDIUM,
    reads=[Bucket.encryption],
    references=[f"{USER_GUIDE}/UsingKMSEncryption.html"],
    fix=Fix(
        cli="aws s3api put-bucket-encryption --bucket {resource.id} --server-side-encryption-configuration "
        """'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"KEY_ARN"},"""
        """"BucketKeyEnabled":true}]}'""",
        text="Readers and writers of the bucket need permission to use the key.",
        cost=True,
    ),
)
def bucket_encrypted_with_kms(bucket: Bucket) -> Problems:
    """Buckets encrypt new objects with a KMS key.

    With the S3-managed key nobody can revoke, audit or scope decryption apart from access to the bucket itself.
    """
    if bucket.encryption is None:
        yield Problem("no default encryption is configured", expected="aws:kms or aws:kms:dsse")
        return
    for rule in bucket.encryption["Rules"]:
        algorithm = rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")
        if algorithm not in KMS_ALGORITHMS:
            yield Problem(f"default encryption is {algorithm}", found=rule, expected="aws:kms or aws:kms:dsse")


@check(
    "s3-bucket-versioned",
    Severity.LOW,
    reads=[Bucket.versioning],
    references=[f"{USER_GUIDE}/Versioning.html"],
    fix=Fix(
        cli="aws s3api put-bucket-versioning --bucket {resource.id} --versioning-configuration Status=Enabled",
        text="Add a lifecycle rule that expires old versions: each is stored and paid for.",
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
    "s3-bucket-access-logged",
    Severity.MEDIUM,
    reads=[Bucket.logging],
    references=[f"{USER_GUIDE}/ServerLogs.html"],
    fix=Fix(
        cli="aws s3api put-bucket-logging --bucket {resource.id} --bucket-logging-status "
        """'{"LoggingEnabled":{"TargetBucket":"LOG_BUCKET","TargetPrefix":"{resource.id}/"}}'""",
        cost=True,
    ),
)
def bucket_access_logged(bucket: Bucket) -> Problems:
    """Access to buckets is logged.

    Without a log nobody can tell what was read after a key leaked.
    """
    if bucket.logging is None:
        yield Problem("server access logging is off", expected="a target bucket for access logs")
