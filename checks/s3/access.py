"""Who can reach buckets: public access blocks, policies, ACLs, and the transport they insist on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from auditor.facts import gathered
from checks.s3.resources import BLOCK_SETTINGS, Bucket, S3Account, is_blocked

if TYPE_CHECKING:
    from checks.s3.resources import AccessPoint, MultiRegionAccessPoint

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
ANY_ACTION: Final = "s3:Other"
"""An action that no policy names: what covers it covers all of S3's, those to come included."""


@check(
    "s3-account-public-access-blocked",
    Severity.MEDIUM,
    reads=[S3Account.public_access_block],
    references=[f"{USER_GUIDE}/access-control-block-public-access.html"],
    fix=Fix(
        cli="aws s3control put-public-access-block --account-id {resource.account} --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        text="Buckets that are public on purpose stop being so: serve them through CloudFront first.",
        terraform='resource "aws_s3_account_public_access_block" "this" {\n'
        "  block_public_acls       = true\n  block_public_policy     = true\n"
        "  ignore_public_acls      = true\n  restrict_public_buckets = true\n}",
    ),
)
def account_public_access_blocked(account: S3Account) -> Problems:
    """The account blocks public access to all its buckets.

    The account's block holds for every bucket, today's and tomorrow's, whatever their own policies and ACLs say.
    """
    for setting in BLOCK_SETTINGS:
        if not account.public_access_block.get(setting, False):
            yield Problem(f"{setting} is off for the account", found=False, expected=f"{setting}: true")


@check(
    "s3-bucket-public-access-blocked",
    Severity.HIGH,
    reads=[Bucket.public_access_block, S3Account.public_access_block],
    references=[f"{USER_GUIDE}/access-control-block-public-access.html"],
    fix=Fix(
        cli="aws s3api put-public-access-block --bucket {resource.id} --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        terraform='resource "aws_s3_bucket_public_access_block" "this" {\n'
        "  bucket                  = aws_s3_bucket.this.id\n"
        "  block_public_acls       = true\n  block_public_policy     = true\n"
        "  ignore_public_acls      = true\n  restrict_public_buckets = true\n}",
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  PublicAccessBlockConfiguration:\n"
        "    BlockPublicAcls: true\n    BlockPublicPolicy: true\n"
        "    IgnorePublicAcls: true\n    RestrictPublicBuckets: true",
    ),
)
def bucket_public_access_blocked(bucket: Bucket, *, account_suffices: bool = True) -> Problems:
    """Public access to the bucket is blocked, by the bucket or by the account.

    A block is the safety net under every policy and ACL: one careless statement cannot publish the data. With the
    parameter account_suffices off, the bucket must have a block of its own, which stays if the account's is lifted.
    """
    yield from open_settings(bucket, "the bucket", account_suffices=account_suffices)


def open_settings(
    resource: Bucket | AccessPoint | MultiRegionAccessPoint, what: str, *, account_suffices: bool
) -> Problems:
    """Yield a problem for each setting of a public access block that is off."""
    for setting in BLOCK_SETTINGS:
        if not is_blocked(resource, setting, account_suffices=account_suffices):
            where = f"{what} and for the account" if account_suffices else what
            yield Problem(f"{setting} is off for {where}", found=False, expected=f"{setting}: true")


@check(
    "s3-bucket-not-public",
    Severity.CRITICAL,
    reads=[Bucket.public_by_policy, Bucket.public_grants],
    references=[
        f"{USER_GUIDE}/access-control-block-public-access.html#access-control-block-public-access-policy-status"
    ],
    fix=Fix(
        cli="aws s3api put-public-access-block --bucket {resource.id} --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        text="Whoever reads the bucket without signing in is cut off at once.",
    ),
)
def bucket_not_public(bucket: Bucket) -> Problems:
    """The bucket is not public.

    Anyone on the internet can use what a public policy or ACL grants. Public access blocks of the bucket and the
    account are taken into account, and resource control policies of the organization where the audit was told them:
    what they stop is not public.
    """
    yield from gathered(lambda: _public_policy(bucket), lambda: _public_grants(bucket))


def _public_policy(bucket: Bucket) -> Problems:
    if bucket.public_by_policy:
        summary = "the bucket policy grants access to anyone"
        yield Problem(summary, found="IsPublic: true", expected="a policy that names its principals")


def _public_grants(bucket: Bucket) -> Problems:
    for grant in bucket.public_grants:
        group = grant["Grantee"]["URI"].rpartition("/")[2]
        yield Problem(
            f"the ACL grants {grant['Permission']} to {group}", found=grant, expected="no grant to a public group"
        )


@check(
    "s3-bucket-acls-disabled",
    Severity.MEDIUM,
    reads=[Bucket.ownership],
    references=[f"{USER_GUIDE}/about-object-ownership.html"],
    fix=Fix(
        cli="aws s3api put-bucket-ownership-controls --bucket {resource.id} "
        "--ownership-controls 'Rules=[{ObjectOwnership=BucketOwnerEnforced}]'",
        text="Grant by policy first what the ACL grants to others: it stops working.",
        terraform='resource "aws_s3_bucket_ownership_controls" "this" {\n'
        "  bucket = aws_s3_bucket.this.id\n"
        '  rule {\n    object_ownership = "BucketOwnerEnforced"\n  }\n}',
        cloudformation="Type: AWS::S3::Bucket\nProperties:\n  OwnershipControls:\n"
        "    Rules:\n      - ObjectOwnership: BucketOwnerEnforced",
    ),
)
def bucket_acls_disabled(bucket: Bucket) -> Problems:
    """ACLs are disabled: the bucket owner owns every object and policies alone grant access.

    With ACLs, each object can carry grants of its own that no policy review sees.
    """
    if bucket.ownership != "BucketOwnerEnforced":
        summary = f"object ownership is {bucket.ownership}"
        yield Problem(summary, found=bucket.ownership, expected="BucketOwnerEnforced")


@check(
    "s3-bucket-tls-only",
    Severity.MEDIUM,
    reads=[Bucket.policy],
    references=[f"{USER_GUIDE}/security-best-practices.html"],
    fix=Fix(
        cli="aws s3api put-bucket-policy --bucket {resource.id} --policy file://POLICY.json",
        text="POLICY.json is the bucket's policy with one more statement: a Deny of s3:* for everyone, on the bucket "
        "and on its objects, where aws:SecureTransport is false.",
        terraform='data "aws_iam_policy_document" "tls_only" {\n'
        "  statement {\n"
        '    effect    = "Deny"\n'
        '    actions   = ["s3:*"]\n'
        '    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]\n'
        '    principals {\n      type        = "*"\n      identifiers = ["*"]\n    }\n'
        '    condition {\n      test     = "Bool"\n      variable = "aws:SecureTransport"\n'
        '      values   = ["false"]\n    }\n'
        "  }\n}",
    ),
)
def bucket_tls_only(bucket: Bucket) -> Problems:
    """The bucket policy denies requests that are not made over TLS.

    S3 also answers over plain HTTP, where anyone on the way reads the objects and the requests. The policy must deny
    every action on the bucket and on its objects, to the account's own principals, to others and to anonymous callers;
    or a resource control policy of the organization must, where the audit was told those.
    """
    from checks.access.transport import refuses_plain_http

    for arn, what in ((bucket.arn, "the bucket"), (f"{bucket.arn}/*", "its objects")):
        if not refuses_plain_http(bucket.policy, bucket, ANY_ACTION, arn):
            yield Problem(
                f"plain HTTP to {what} is not denied", expected='Deny "s3:*" where aws:SecureTransport is false'
            )
