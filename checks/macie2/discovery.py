"""Whether sensitive data in buckets is found: Macie, and its automated discovery."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.macie2.resources import ENABLED, MacieRegion
from checks.s3.resources import Bucket

if TYPE_CHECKING:
    from auditor.inventory import Inventory

USER_GUIDE: Final = "https://docs.aws.amazon.com/macie/latest/user"


@check(
    "macie2-session-enabled",
    Severity.MEDIUM,
    reads=[MacieRegion.status],
    references=[f"{USER_GUIDE}/getting-started.html", f"{USER_GUIDE}/suspend-macie.html"],
    fix=Fix(
        cli="aws macie2 enable-macie --region {resource.region} --status ENABLED",
        text="Where Macie is paused: aws macie2 update-macie-session --region REGION --status ENABLED.",
        terraform='resource "aws_macie2_account" "this" {\n  status = "ENABLED"\n}',
        cloudformation="Type: AWS::Macie::Session\nProperties:\n  Status: ENABLED",
        cost=True,
    ),
)
def session_enabled(macie: MacieRegion) -> Problems:
    """Macie is on.

    Macie keeps an inventory of the buckets of a region, tells when one becomes public or unencrypted, and finds
    sensitive data in them.
    """
    if macie.status != ENABLED:
        yield Problem(f"Macie is {macie.status} in {macie.region}", found=macie.status, expected=ENABLED)


@check(
    "macie2-discovery-automated",
    Severity.LOW,
    reads=[MacieRegion.discovers, Bucket],
    references=[f"{USER_GUIDE}/discovery-asdd.html"],
    fix=Fix(
        cli="aws macie2 update-automated-discovery-configuration --region {resource.region} --status ENABLED",
        text="In an organization the Macie administrator does this. Discovery by jobs of your own finds the data, too.",
        cost=True,
    ),
)
def discovery_automated(macie: MacieRegion, inventory: Inventory) -> Problems:
    """Macie looks for sensitive data in the buckets of its own accord.

    Data that nobody knows to be sensitive is not protected as such. A region without buckets has nothing to look
    through. Whether jobs that people made look through all the buckets instead, they must judge.
    """
    if not macie.discovers and inventory.all(Bucket, macie.region):
        yield Problem(
            "automated discovery of sensitive data is off", found=False, expected="automated discovery: ENABLED"
        )
