"""Ways to buckets other than their own address: access points, Multi-Region Access Points, website endpoints."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from auditor.facts import either
from checks.s3.access import open_settings
from checks.s3.resources import AccessPoint, Bucket, MultiRegionAccessPoint, S3Account

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"


@check(
    "s3-access-point-public-access-blocked",
    Severity.CRITICAL,
    reads=[AccessPoint.public_access_block, S3Account.public_access_block],
    references=[f"{USER_GUIDE}/access-points-bpa-settings.html", f"{USER_GUIDE}/access-points-vpc.html"],
    fix=Fix(
        cli="aws s3control delete-access-point --region {resource.region} --account-id {resource.account} "
        "--name {resource.id} && aws s3control create-access-point --region {resource.region} "
        "--account-id {resource.account} --name {resource.id} --bucket BUCKET --public-access-block-configuration "
        "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true",
        text="The block of an access point cannot be changed: build it anew, and put its policy again.",
        terraform='resource "aws_s3_access_point" "this" {\n'
        '  name   = "NAME"\n  bucket = aws_s3_bucket.this.id\n'
        "  public_access_block_configuration {\n"
        "    block_public_acls       = true\n    block_public_policy     = true\n"
        "    ignore_public_acls      = true\n    restrict_public_buckets = true\n  }\n}",
        cloudformation="Type: AWS::S3::AccessPoint\nProperties:\n  Bucket: !Ref Bucket\n"
        "  PublicAccessBlockConfiguration:\n    BlockPublicAcls: true\n    BlockPublicPolicy: true\n"
        "    IgnorePublicAcls: true\n    RestrictPublicBuckets: true",
        downtime=True,
        replacement=True,
    ),
)
def access_point_public_access_blocked(point: AccessPoint, *, account_suffices: bool = True) -> Problems:
    """Public access through access points is blocked, by the access point or by the account.

    Without a block, an access point's own policy can open it to anyone, and its block cannot be put right later. With
    the parameter account_suffices off, the access point must have a block of its own.
    """
    yield from open_settings(point, "the access point", account_suffices=account_suffices)


@check(
    "s3-multi-region-access-point-public-access-blocked",
    Severity.HIGH,
    reads=[MultiRegionAccessPoint.public_access_block, S3Account.public_access_block],
    references=[f"{USER_GUIDE}/multi-region-access-point-block-public-access.html"],
    fix=Fix(
        text="The block of a Multi-Region Access Point cannot be changed: create another one with all four settings "
        "on, move its callers there, and delete this one.",
        terraform='resource "aws_s3control_multi_region_access_point" "this" {\n'
        "  details {\n"
        '    name = "NAME"\n'
        "    public_access_block {\n"
        "      block_public_acls       = true\n"
        "      block_public_policy     = true\n"
        "      ignore_public_acls      = true\n"
        "      restrict_public_buckets = true\n"
        "    }\n"
        '    region {\n      bucket = "BUCKET"\n    }\n'
        "  }\n}",
        downtime=True,
        replacement=True,
    ),
)
def multi_region_access_point_public_access_blocked(
    point: MultiRegionAccessPoint, *, account_suffices: bool = True
) -> Problems:
    """Public access through Multi-Region Access Points is blocked, by the access point or by the account.

    One careless statement in its policy would open the buckets of all its regions, and its block cannot be put right
    later. With the parameter account_suffices off, the access point must have a block of its own.
    """
    yield from open_settings(point, "the access point", account_suffices=account_suffices)


@check(
    "s3-bucket-website-private",
    Severity.MEDIUM,
    reads=[Bucket.website, Bucket.public_by_policy, Bucket.public_grants],
    references=[f"{USER_GUIDE}/WebsiteEndpoints.html", f"{USER_GUIDE}/WebsiteAccessPermissionsReqd.html"],
    fix=Fix(
        cli="aws s3api delete-bucket-website --bucket {resource.id}",
        text="Serve the site through a CloudFront distribution with origin access control first, and move its name.",
        downtime=True,
    ),
)
def bucket_website_private(bucket: Bucket) -> Problems:
    """No bucket serves a website to anyone by itself.

    S3's website endpoints speak plain HTTP only, to anyone and without a limit that is not the bucket's own. Behind
    CloudFront the bucket stays private, and readers get TLS. A website that only redirects shows no object.
    """
    if bucket.website is None or "RedirectAllRequestsTo" in bucket.website:
        return
    if either(lambda: bucket.public_by_policy, lambda: bool(bucket.public_grants)):
        found = {name: value for name, value in bucket.website.items() if name in {"IndexDocument", "ErrorDocument"}}
        yield Problem("anyone reads the bucket's website over plain HTTP", found=found, expected="no public website")
