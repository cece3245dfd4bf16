"""Whether Security Hub is on, and whether its standards check anything."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.securityhub.resources import HubRegion

GUIDE: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide"
FOUNDATIONAL: Final = "/aws-foundational-security-best-practices/"
LEAVING: Final = frozenset({"DELETING", "FAILED"})
"""The states of a standard that somebody turned off, or tried to."""


@check(
    "securityhub-region-on",
    Severity.MEDIUM,
    reads=[HubRegion.hub],
    references=[f"{GUIDE}/securityhub-settingup.html"],
    fix=Fix(
        cli="aws securityhub enable-security-hub --enable-default-standards --region {resource.region}",
        terraform='resource "aws_securityhub_account" "this" {\n  enable_default_standards = true\n}',
        cloudformation="Type: AWS::SecurityHub::Hub\nProperties:\n  EnableDefaultStandards: true",
        text="AWS Config has to record in the region. In an organization, let the delegated administrator configure "
        "all accounts centrally.",
        cost=True,
    ),
)
def region_on(region: HubRegion) -> Problems:
    """Security Hub is on in every region.

    It checks the account day by day, and gathers the findings of GuardDuty, Inspector and Macie in one place. An
    audit tells how things are now, and this how they are the day after.
    """
    if region.hub is None:
        yield Problem(f"Security Hub is off in {region.id}", found=None, expected="a subscription")


@check(
    "securityhub-region-foundational-standard",
    Severity.LOW,
    reads=[HubRegion.hub, HubRegion.standards],
    references=[f"{GUIDE}/fsbp-standard.html"],
    fix=Fix(
        cli="aws securityhub batch-enable-standards --region {resource.region} --standards-subscription-requests "
        "StandardsArn=arn:aws:securityhub:{resource.region}::standards/aws-foundational-security-best-practices/v/1.0.0",
        terraform='resource "aws_securityhub_standards_subscription" "this" {\n'
        '  standards_arn = "arn:aws:securityhub:${var.region}::standards/aws-foundational-security-best-practices/'
        'v/1.0.0"\n}',
        text="In other partitions the ARN begins with arn:aws-cn or arn:aws-us-gov.",
        cost=True,
    ),
    applies=lambda region: region.hub is not None,
)
def region_foundational_standard(region: HubRegion) -> Problems:
    """AWS's foundational standard is on in Security Hub.

    Without a standard Security Hub checks nothing. This is the one that AWS itself keeps up to date.
    """
    on = [each["StandardsArn"] for each in region.standards if each["StandardsStatus"] not in LEAVING]
    if not any(FOUNDATIONAL in arn for arn in on):
        summary = "the standard AWS Foundational Security Best Practices is off"
        yield Problem(summary, found=on, expected="aws-foundational-security-best-practices")


@check(
    "securityhub-region-standards-complete",
    Severity.MEDIUM,
    reads=[HubRegion.hub, HubRegion.standards],
    references=[f"{GUIDE}/securityhub-setup-prereqs.html"],
    fix=Fix(
        text="NO_AVAILABLE_CONFIGURATION_RECORDER: let AWS Config record in the region. "
        "MAXIMUM_NUMBER_OF_CONFIG_RULES_EXCEEDED: remove rules of AWS Config, or have the quota raised. Then disable "
        "and enable the standard."
    ),
    applies=lambda region: region.hub is not None,
)
def region_standards_complete(region: HubRegion) -> Problems:
    """The standards of Security Hub could be enabled completely.

    A standard that is incomplete is listed as on, and some or all of its controls are never checked.
    """
    for each in region.standards:
        if each["StandardsStatus"] == "INCOMPLETE":
            why = each.get("StandardsStatusReason", {}).get("StatusReasonCode", "no reason told")
            name = each["StandardsArn"].rpartition(":")[2]
            yield Problem(f"{name} is incomplete: {why}", found=each, expected="READY")


@check(
    "securityhub-region-new-controls",
    Severity.LOW,
    reads=[HubRegion.hub],
    references=[f"{GUIDE}/controls-auto-enable.html"],
    fix=Fix(
        cli="aws securityhub update-security-hub-configuration --auto-enable-controls --region {resource.region}",
        terraform='resource "aws_securityhub_account" "this" {\n  auto_enable_controls = true\n}',
        text="Where an administrator configures the account centrally, it is set in the configuration policy.",
        cost=True,
    ),
    applies=lambda region: region.hub is not None,
)
def region_new_controls(region: HubRegion) -> Problems:
    """Security Hub enables the new controls of the standards that are on.

    AWS adds controls every month. Without this each of them waits for somebody who notices it.
    """
    if region.hub and not region.hub["AutoEnableControls"]:
        yield Problem("new controls stay disabled", found=False, expected="AutoEnableControls: true")
