"""What EC2 allows in a region as a whole."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.ec2.resources import Ec2Region

USER_GUIDE: Final = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide"


@check(
    "ec2-region-imdsv2-by-default",
    Severity.MEDIUM,
    reads=[Ec2Region.metadata_tokens],
    references=[f"{USER_GUIDE}/configuring-IMDS-new-instances.html"],
    fix=Fix(
        cli="aws ec2 modify-instance-metadata-defaults --region {resource.region} --http-tokens required",
        terraform='resource "aws_ec2_instance_metadata_defaults" "this" {\n  http_tokens = "required"\n}',
        text="Instances there are stay as they are.",
    ),
)
def region_imdsv2_by_default(region: Ec2Region) -> Problems:
    """New instances require IMDSv2 by default in the region.

    Who launches an instance and does not think of its metadata service then gets the safe one. A launch that sets the
    version itself is not bound by the default.
    """
    if region.metadata_tokens != "required":
        told = region.metadata_tokens or "no preference"
        yield Problem(
            f"the default for session tokens is {told}", found=region.metadata_tokens, expected="HttpTokens: required"
        )


@check(
    "ec2-region-serial-console-off",
    Severity.MEDIUM,
    reads=[Ec2Region.serial_console],
    references=[f"{USER_GUIDE}/configure-access-to-serial-console.html"],
    fix=Fix(
        cli="aws ec2 disable-serial-console-access --region {resource.region}",
        terraform='resource "aws_ec2_serial_console_access" "this" {\n  enabled = false\n}',
    ),
)
def region_serial_console_off(region: Ec2Region) -> Problems:
    """The serial console of instances cannot be used in the region.

    It reaches an instance past security groups, network ACLs and even without a network: it is for the hour in which an
    instance does not boot, and off otherwise, as AWS sets it.
    """
    if region.serial_console:
        yield Problem(f"access to the serial console is on in {region.id}", found=True, expected="off")


@check(
    "ec2-region-image-public-access-blocked",
    Severity.HIGH,
    reads=[Ec2Region.image_block],
    references=[f"{USER_GUIDE}/block-public-access-to-amis.html"],
    fix=Fix(
        cli="aws ec2 enable-image-block-public-access --region {resource.region} "
        "--image-block-public-access-state block-new-sharing",
        terraform='resource "aws_ec2_image_block_public_access" "this" {\n  state = "block-new-sharing"\n}',
        text="Images that are public already stay public.",
    ),
)
def region_image_public_access_blocked(region: Ec2Region) -> Problems:
    """Public sharing of images is blocked in the region.

    One wrong click or command then cannot show a machine's disks to every AWS account.
    """
    if region.image_block != "block-new-sharing":
        yield Problem("images can be made public", found=region.image_block, expected="block-new-sharing")
