"""Bucket names: valid by today's rules, fit for TLS, and out of reach of whoever could register them first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.s3.resources import Bucket, S3Account

if TYPE_CHECKING:
    from collections.abc import Iterable

USER_GUIDE: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide"
MOVE: Final = Fix(
    text="A bucket cannot be renamed: copy its objects to a bucket of another name, move its users there, delete it.",
    replacement=True,
)
RULES: Final = (
    ("is not 3 to 63 characters long", re.compile(r".{3,63}", re.DOTALL)),
    ("has characters other than lower case letters, digits, dots and hyphens", re.compile(r"[a-z0-9.-]*")),
    ("does not begin and end with a letter or digit", re.compile(r"[^._-](?:.*[^._-])?", re.DOTALL)),
    ("has two dots in a row", re.compile(r"(?!.*\.\.).*", re.DOTALL)),
    ("looks like an IP address", re.compile(r"(?!\d+\.\d+\.\d+\.\d+$).*", re.DOTALL)),
    ("begins with a prefix that S3 keeps", re.compile(r"(?!xn--|sthree-|amzn-s3-demo-).*", re.DOTALL)),
    (
        "ends with a suffix that S3 keeps",
        re.compile(r"(?!.*(?:-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$).*", re.DOTALL),
    ),
)
"""What a name breaks when it does not match (S3 User Guide, "General purpose bucket naming rules")."""
FAMILIES: Final = (
    "aws-athena-query-results-{account}-{region}",
    "aws-emr-studio-{account}-{region}",
    "aws-glue-assets-{account}-{region}",
    "aws-logs-{account}-{region}",
    "cdk-hnb659fds-assets-{account}-{region}",
    "cf-templates-{any}-{region}",
    "elasticbeanstalk-{region}-{account}",
    "sagemaker-{region}-{account}",
)
"""Names that AWS services and tools give buckets of their own accord, by the guides of each."""
ANY: Final = "[a-z0-9]+"
REGION: Final = r"[a-z]{2}(?:-[a-z]+)+-\d"


@check(
    "s3-bucket-name-valid",
    Severity.LOW,
    reads=[Bucket.bucket_name],
    references=[f"{USER_GUIDE}/bucketnamingrules.html"],
    fix=MOVE,
)
def bucket_name_valid(bucket: Bucket) -> Problems:
    """Bucket names follow the naming rules.

    Buckets made before the rules, such as those in us-east-1 with capitals or underscores, cannot be reached by host
    name, and newer features and services do not take them.
    """
    for breach, rule in RULES:
        if not rule.fullmatch(bucket.bucket_name):
            yield Problem(f"the name {breach}", found=bucket.bucket_name, expected="a valid general purpose name")


@check(
    "s3-bucket-name-without-dots",
    Severity.LOW,
    reads=[Bucket.bucket_name],
    references=[f"{USER_GUIDE}/bucketnamingrules.html", f"{USER_GUIDE}/VirtualHosting.html"],
    fix=MOVE,
)
def bucket_name_without_dots(bucket: Bucket) -> Problems:
    """Bucket names have no dots.

    S3's certificate does not fit a host name with a bucket's dots in it: callers have to give up the check of the
    certificate, or TLS, or the host name. Buckets for static websites, which are named after a domain, are the
    exception that AWS knows.
    """
    if "." in bucket.bucket_name:
        yield Problem("the name has dots", found=bucket.bucket_name, expected="letters, digits and hyphens")


@check(
    "s3-account-predictable-names-held",
    Severity.LOW,
    reads=[S3Account.bucket_regions],
    references=[
        f"{USER_GUIDE}/gpbucketnamespaces.html",
        f"{USER_GUIDE}/bucketnamingrules.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html",
    ],
    fix=Fix(
        text="Create the missing buckets, empty and closed, before the service is used there; have roles write only "
        "to buckets of their own account, by a condition on aws:ResourceAccount; and put buckets of your own into the "
        "account's regional namespace, whose names nobody else can register.",
    ),
)
def predictable_names_held(account: S3Account, *, families: tuple[str, ...] = FAMILIES) -> Problems:
    """The account holds the predictable bucket names that it uses in every audited region.

    Bucket names are first come, first served, for all of AWS. Where a service or tool names a bucket after account and
    region, whoever has seen one name knows those of the other regions, can register them first, and is handed what the
    account stores there on the first use of that region. A name family counts as used when the account has a bucket of
    it in any region; {any} in a family's template stands for letters and digits that are the same in every region.
    """
    for family in families:
        missing = _missing(family.replace("{account}", account.account), account)
        if missing:
            told = f"{missing[0]} and {len(missing) - 1} more" if len(missing) > 1 else missing[0]
            yield Problem(f"the account does not hold {told}", found=missing, expected="buckets of this account")


def _missing(family: str, account: S3Account) -> list[str]:
    """Return the names of a family, used by the account in some region, that it does not hold in audited regions."""
    rule = re.compile(re.escape(family).replace(r"\{any\}", ANY).replace(r"\{region\}", f"(?P<region>{REGION})"))
    used = [found for found in map(rule.fullmatch, sorted(account.bucket_regions)) if found]
    held = set(account.bucket_regions)
    return sorted({each for found in used for each in _siblings(found, account.inventory.target.regions)} - held)


def _siblings(found: re.Match[str], regions: Iterable[str]) -> list[str]:
    """Return what the bucket of a matched name would be called in each region."""
    start, end = found.span("region")
    return [f"{found.string[:start]}{region}{found.string[end:]}" for region in regions]
