"""Whether GuardDuty is on, and how soon it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.guardduty.resources import ENABLED, Detector, GuardDutyRegion

if TYPE_CHECKING:
    from auditor import Inventory

GUIDE: Final = "https://docs.aws.amazon.com/guardduty/latest/ug"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/guardduty-controls.html"


@check(
    "guardduty-region-detector",
    Severity.HIGH,
    reads=[Detector],
    references=[f"{GUIDE}/guardduty_settingup.html", CONTROLS],
    fix=Fix(
        cli="aws guardduty create-detector --enable --region {resource.region}",
        terraform='resource "aws_guardduty_detector" "this" {\n  enable = true\n}',
        cloudformation="Type: AWS::GuardDuty::Detector\nProperties:\n  Enable: true",
        text="In an organization, let the delegated administrator enable it for all accounts, those to come included.",
        cost=True,
    ),
)
def region_detector(region: GuardDutyRegion, inventory: Inventory) -> Problems:
    """GuardDuty has a detector in every region.

    GuardDuty finds stolen credentials, crypto miners and intruders in logs that nobody else reads. Intruders like the
    regions where nothing runs: nobody looks there.
    """
    if not inventory.all(Detector, region.region):
        yield Problem(f"GuardDuty is off in {region.id}", found=[], expected="a detector")


@check(
    "guardduty-detector-on",
    Severity.HIGH,
    reads=[Detector.status],
    references=[f"{GUIDE}/guardduty_suspend-disable.html", CONTROLS],
    fix=Fix(
        cli="aws guardduty update-detector --detector-id {resource.id} --enable --region {resource.region}",
        terraform='resource "aws_guardduty_detector" "this" {\n  enable = true\n}',
        cost=True,
    ),
)
def detector_on(detector: Detector) -> Problems:
    """GuardDuty's detectors are not suspended.

    A suspended detector keeps its findings and its settings, and finds nothing new.
    """
    if detector.status != ENABLED:
        yield Problem("the detector is suspended", found=detector.status, expected=ENABLED)


@check(
    "guardduty-detector-publishes-soon",
    Severity.LOW,
    reads=[Detector.status, Detector.publishing_frequency],
    references=[f"{GUIDE}/guardduty_findings_eventbridge.html"],
    fix=Fix(
        cli="aws guardduty update-detector --detector-id {resource.id} --region {resource.region} "
        "--finding-publishing-frequency FIFTEEN_MINUTES",
        terraform='resource "aws_guardduty_detector" "this" {\n  finding_publishing_frequency = "FIFTEEN_MINUTES"\n}',
        text="A member account takes its administrator's frequency: set it there.",
    ),
    applies=lambda detector: detector.status == ENABLED,
)
def detector_publishes_soon(
    detector: Detector, *, allowed: tuple[str, ...] = ("FIFTEEN_MINUTES", "ONE_HOUR")
) -> Problems:
    """GuardDuty tells of findings that occur again within the hour.

    New findings are told within minutes. That one goes on is told at this frequency only, and unless somebody chose
    another, six hours later.
    """
    if detector.publishing_frequency not in allowed:
        summary = f"recurring findings are published at the frequency {detector.publishing_frequency}"
        yield Problem(summary, found=detector.publishing_frequency, expected=" or ".join(allowed))
