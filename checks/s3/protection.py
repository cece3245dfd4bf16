"""How buckets keep their data unread: encryption, and the logs of who read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from auditor.facts import either
from checks.s3.resources import Bucket, DirectoryBucket

if TYPE_CHECKING:
    from auditor.inventory import Inventory
    from auditor.policy import Condition, Statement

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
        text="Readers and writers of the bucket need permission to use the key. The command sets all of the "
        "encryption: add BlockedEncryptionTypes where the bucket has them. S3's access logs and those of load "
        "balancers go to buckets with S3-managed keys only: accept those with an exception.",
        terraform='resource "aws_s3_bucket_server_side_encryption_configuration" "this" {\n'
        "  bucket = aws_s3_bucket.this.id\n"
        "  rule {\n    bucket_key_enabled = true\n    apply_server_side_encryption_by_default {\n"
        '      sse_algorithm     = "aws:kms"\n      kms_master_key_id = aws_kms_key.this.arn\n    }\n  }\n}',
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  BucketEncryption:\n"
        "    ServerSideEncryptionConfiguration:\n      - BucketKeyEnabled: true\n"
        "        ServerSideEncryptionByDefault:\n          SSEAlgorithm: aws:kms\n"
        "          KMSMasterKeyID: !GetAtt Key.Arn",
        cost=True,
    ),
)
def bucket_encrypted_with_kms(bucket: Bucket) -> Problems:
    """Buckets encrypt new objects with a KMS key.

    With the S3-managed key nobody can revoke, audit or scope decryption apart from access to the bucket itself.
    """
    yield from _not_kms(bucket)


@check(
    "s3-directory-bucket-encrypted-with-kms",
    Severity.LOW,
    reads=[DirectoryBucket.encryption],
    references=[f"{USER_GUIDE}/s3-express-data-protection.html", f"{USER_GUIDE}/s3-express-UsingKMSEncryption.html"],
    fix=Fix(
        cli="aws s3api put-bucket-encryption --region {resource.region} --bucket {resource.id} "
        "--server-side-encryption-configuration "
        """'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"aws:kms","KMSMasterKeyID":"KEY_ARN"},"""
        """"BucketKeyEnabled":true}]}'""",
        text="A directory bucket takes one customer managed key, for as long as it exists.",
        cost=True,
    ),
)
def directory_bucket_encrypted_with_kms(bucket: DirectoryBucket) -> Problems:
    """Directory buckets encrypt new objects with a KMS key.

    With the S3-managed key nobody can revoke, audit or scope decryption apart from access to the bucket itself.
    """
    yield from _not_kms(bucket)


def _not_kms(bucket: Bucket | DirectoryBucket) -> Problems:
    if bucket.encryption is None:
        yield Problem("no default encryption is configured", expected="aws:kms or aws:kms:dsse")
        return
    for rule in bucket.encryption["Rules"]:
        algorithm = rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm")
        if algorithm not in KMS_ALGORITHMS:
            yield Problem(f"default encryption is {algorithm}", found=rule, expected="aws:kms or aws:kms:dsse")


@check(
    "s3-bucket-customer-keys-refused",
    Severity.LOW,
    reads=[Bucket.encryption, Bucket.policy],
    references=[
        f"{USER_GUIDE}/blocking-unblocking-s3-c-encryption-gpb.html",
        f"{USER_GUIDE}/ServerSideEncryptionCustomerKeys.html",
    ],
    fix=Fix(
        cli="aws s3api put-bucket-encryption --bucket {resource.id} --server-side-encryption-configuration "
        """'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"ALGORITHM"},"""
        """"BlockedEncryptionTypes":{"EncryptionType":["SSE-C"]}}]}'""",
        text="Keep the default encryption that the bucket has: the command sets all of it.",
    ),
)
def bucket_customer_keys_refused(bucket: Bucket) -> Problems:
    """Buckets refuse objects encrypted with keys that callers bring.

    Whoever gets hold of credentials can overwrite objects under a key of their own, which AWS does not keep, and leave
    the owner with data that nobody else can read. Few applications need such keys (SSE-C) today.
    """
    if not either(lambda: _blocks_customer_keys(bucket), lambda: _denies_customer_keys(bucket)):
        yield Problem("callers may encrypt objects with keys of their own", expected="SSE-C among the blocked types")


def _blocks_customer_keys(bucket: Bucket) -> bool:
    rules = bucket.encryption["Rules"] if bucket.encryption else []
    return any("SSE-C" in rule.get("BlockedEncryptionTypes", {}).get("EncryptionType", []) for rule in rules)


def _denies_customer_keys(bucket: Bucket) -> bool:
    return bucket.policy is not None and any(_denies_them(each, bucket.arn) for each in bucket.policy.statements)


def _denies_them(statement: Statement, bucket_arn: str) -> bool:
    """Return whether a statement denies everyone to write objects with keys of their own."""
    everything = statement.names_anyone and statement.covers_action("s3:PutObject")
    conditions = statement.conditions
    return (
        not statement.allows
        and everything
        and statement.covers_resource(f"{bucket_arn}/*")
        and len(conditions) == 1
        and _brings_a_key(conditions[0])
    )


def _brings_a_key(condition: Condition) -> bool:
    brought = condition.key == "s3:x-amz-server-side-encryption-customer-algorithm"
    return brought and condition.operator == "null" and [value.lower() for value in condition.values] == ["false"]


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
def bucket_access_logged(bucket: Bucket, *, exempt: tuple[str, ...] = ()) -> Problems:
    """Access to buckets is logged.

    Without a log nobody can tell what was read after a key leaked. Buckets that need no log, such as those that hold
    the logs, are told by the parameter exempt.
    """
    if bucket.logging is None and bucket.id not in exempt:
        yield Problem("server access logging is off", expected="a target bucket for access logs")


@check(
    "s3-bucket-access-log-delivered",
    Severity.LOW,
    reads=[Bucket.logging],
    references=[f"{USER_GUIDE}/enable-server-access-logging.html"],
    applies=lambda bucket: bucket.logging is not None,
    fix=Fix(
        cli="aws s3api put-bucket-logging --bucket {resource.id} --bucket-logging-status "
        """'{"LoggingEnabled":{"TargetBucket":"LOG_BUCKET","TargetPrefix":"{resource.id}/"}}'""",
        text="LOG_BUCKET is another bucket of the same account and region, which lets S3 deliver logs to it.",
    ),
)
def bucket_access_log_delivered(bucket: Bucket, inventory: Inventory) -> Problems:
    """Access logs go to a bucket that exists and is another.

    S3 drops logs silently when the target bucket was deleted: it must be of the same account and region. A bucket that
    logs to itself logs each delivery of a log too, without end.
    """
    target = bucket.logging["TargetBucket"] if bucket.logging else ""
    if target == bucket.id:
        yield Problem("the bucket logs to itself", found=target, expected="another bucket")
    elif inventory.find(Bucket, target) is None:
        yield Problem(f"the target bucket {target} does not exist", found=target, expected="a bucket of this account")
