"""What EBS does in a region with all that is new."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.ebs.resources import EbsRegion

USER_GUIDE: Final = "https://docs.aws.amazon.com/ebs/latest/userguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
AWS_KEY: Final = "alias/aws/ebs"
"""The key that AWS manages for EBS in every account."""


@check(
    "ec2-region-ebs-encrypted-by-default",
    Severity.MEDIUM,
    reads=[EbsRegion.encrypted],
    references=[f"{USER_GUIDE}/encryption-by-default.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 enable-ebs-encryption-by-default --region {resource.region}",
        terraform='resource "aws_ebs_encryption_by_default" "this" {\n  enabled = true\n}',
        text="Volumes and snapshots there are stay as they are: copy them to encrypt them.",
    ),
)
def region_ebs_encrypted_by_default(region: EbsRegion) -> Problems:
    """New EBS volumes and snapshots are encrypted by default in the region.

    What is created without a choice of its own is then never stored in the clear.
    """
    if not region.encrypted:
        yield Problem(f"EBS encryption by default is off in {region.id}", found=False, expected="on")


@check(
    "ec2-region-ebs-customer-key",
    Severity.LOW,
    reads=[EbsRegion.default_key],
    references=[f"{USER_GUIDE}/encryption-by-default.html"],
    fix=Fix(
        cli="aws ec2 modify-ebs-default-kms-key-id --region {resource.region} --kms-key-id KEY_ID",
        terraform='resource "aws_ebs_default_kms_key" "this" {\n  key_arn = aws_kms_key.ebs.arn\n}',
        text="Whoever creates volumes and starts instances needs permission to use the key.",
        cost=True,
    ),
)
def region_ebs_customer_key(region: EbsRegion) -> Problems:
    """EBS encrypts new volumes with a key of the account's own by default.

    The key that AWS manages lets every principal that may use EBS decrypt, can be neither restricted nor revoked, and
    snapshots encrypted with it cannot be shared with another account, not even for a recovery.
    """
    if region.default_key.endswith(AWS_KEY):
        yield Problem("the default key is the one AWS manages", found=region.default_key, expected="a customer's key")


@check(
    "ec2-region-snapshot-public-access-blocked",
    Severity.HIGH,
    reads=[EbsRegion.snapshot_block],
    references=[f"{USER_GUIDE}/block-public-access-snapshots.html", CONTROLS],
    fix=Fix(
        cli="aws ec2 enable-snapshot-block-public-access --region {resource.region} --state block-all-sharing",
        terraform='resource "aws_ebs_snapshot_block_public_access" "this" {\n  state = "block-all-sharing"\n}',
        text="Whoever uses a snapshot that is public today loses access to it.",
    ),
)
def region_snapshot_public_access_blocked(region: EbsRegion) -> Problems:
    """Public sharing of EBS snapshots is blocked in the region.

    One wrong click or command then cannot show a whole disk to every AWS account.
    """
    if region.snapshot_block != "block-all-sharing":
        told = "not blocked" if region.snapshot_block == "unblocked" else "blocked for new snapshots only"
        yield Problem(
            f"public sharing of snapshots is {told}", found=region.snapshot_block, expected="block-all-sharing"
        )
