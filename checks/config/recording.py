"""Whether AWS Config records, everywhere and everything, and whether what it records arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.config.resources import EXCLUSION, IAM_TYPES, INCLUSION, ConfigAccount, ConfigRegion, Recorder

if TYPE_CHECKING:
    from auditor import Inventory

GUIDE: Final = "https://docs.aws.amazon.com/config/latest/developerguide"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/config-controls.html"
SERVICE_ROLE: Final = "/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
ROLE_TEXT: Final = (
    "ROLE_ARN is the service-linked role: `aws iam create-service-linked-role --aws-service-name config.amazonaws.com` "
    "makes it where it is not there."
)
PUT_RECORDER: Final = (
    "aws configservice put-configuration-recorder --region {resource.region} "
    "--configuration-recorder name={resource.id},roleARN=ROLE_ARN --recording-group allSupported=true"
)
GLOBAL_TEXT: Final = "In the one region that records IAM's types, add includeGlobalResourceTypes=true."


@check(
    "config-region-recorder",
    Severity.CRITICAL,
    reads=[Recorder],
    references=[f"{GUIDE}/stop-start-recorder.html", CONTROLS],
    fix=Fix(
        cli="aws configservice put-configuration-recorder --region {resource.region} "
        "--configuration-recorder name=default,roleARN=ROLE_ARN --recording-group allSupported=true && "
        "aws configservice put-delivery-channel --region {resource.region} "
        "--delivery-channel name=default,s3BucketName=LOG_BUCKET && "
        "aws configservice start-configuration-recorder --region {resource.region} "
        "--configuration-recorder-name default",
        terraform='resource "aws_config_configuration_recorder" "this" {\n'
        "  role_arn = aws_iam_service_linked_role.config.arn\n"
        "  recording_group {\n    all_supported                 = true\n"
        "    include_global_resource_types = false\n  }\n}",
        text=f"{ROLE_TEXT} {GLOBAL_TEXT}",
        cost=True,
    ),
)
def region_recorder(region: ConfigRegion, inventory: Inventory) -> Problems:
    """AWS Config has a recorder in every region.

    The recorder keeps the history of every resource's configuration: what was open when, and since when. Without it
    neither an intrusion nor a mistake can be told from how things always were. Recorders that belong to an AWS
    service do not count.
    """
    if not inventory.all(Recorder, region.region):
        yield Problem(f"AWS Config has no recorder in {region.id}", found=[], expected="a configuration recorder")


@check(
    "config-recorder-on",
    Severity.CRITICAL,
    reads=[Recorder.status],
    references=[f"{GUIDE}/stop-start-recorder.html", CONTROLS],
    fix=Fix(
        cli="aws configservice start-configuration-recorder --region {resource.region} "
        "--configuration-recorder-name {resource.id}",
        text="A recorder starts only where there is a delivery channel.",
        cost=True,
    ),
)
def recorder_on(recorder: Recorder) -> Problems:
    """Configuration recorders are on.

    A stopped recorder looks like one that works, and nothing that changes meanwhile is kept.
    """
    if not recorder.status["recording"]:
        yield Problem("the recorder is stopped", found=recorder.status, expected="recording: true")


@check(
    "config-recorder-working",
    Severity.MEDIUM,
    reads=[Recorder.status],
    references=[f"{GUIDE}/stop-start-recorder.html", f"{GUIDE}/iamrole-permissions.html"],
    fix=Fix(text="See lastErrorMessage: mostly the recorder's role may not read what it is to record."),
    applies=lambda recorder: recorder.status["recording"],
)
def recorder_working(recorder: Recorder) -> Problems:
    """Configuration recorders that are on record without failures.

    A recorder that fails is on, and keeps nothing.
    """
    if recorder.status.get("lastStatus") == "Failure":
        why = recorder.status.get("lastErrorCode", "no reason told")
        yield Problem(f"the last recording failed: {why}", found=recorder.status, expected="lastStatus: Success")


@check(
    "config-recorder-all-types",
    Severity.MEDIUM,
    reads=[Recorder.strategy, Recorder.excluded, Recorder.group],
    references=[f"{GUIDE}/select-resources.html", CONTROLS],
    fix=Fix(
        cli=PUT_RECORDER,
        text=f"ROLE_ARN is the recorder's role. {GLOBAL_TEXT}",
        cost=True,
    ),
)
def recorder_all_types(recorder: Recorder) -> Problems:
    """Configuration recorders record all types of resources.

    What is not recorded has no history, and rules on it decide nothing. A list of types knows none that AWS adds
    later. IAM's types may be left out: one region records them for all.
    """
    missing = sorted(recorder.excluded - IAM_TYPES)
    if recorder.strategy == INCLUSION:
        count = len(recorder.group.get("resourceTypes", []))
        yield Problem(f"only {count} listed types are recorded", found=recorder.group, expected="allSupported: true")
    elif missing:
        summary = f"the recorder leaves out {', '.join(missing)}"
        yield Problem(summary, found=missing, expected=f"no exclusions with {EXCLUSION}")


@check(
    "config-recorder-service-role",
    Severity.MEDIUM,
    reads=[Recorder.role],
    references=[f"{GUIDE}/using-service-linked-roles.html", CONTROLS],
    fix=Fix(
        cli=PUT_RECORDER,
        text=f"{ROLE_TEXT} Where the recorder has another recording group, name that one: what is left out is reset.",
    ),
)
def recorder_service_role(recorder: Recorder) -> Problems:
    """Configuration recorders use the service-linked role of AWS Config.

    AWS extends its permissions whenever Config learns of a new type of resource. A role of one's own falls behind, and
    what it may not read is silently not recorded.
    """
    if not recorder.role.endswith(f":role{SERVICE_ROLE}"):
        yield Problem("the recorder uses a role of its own", found=recorder.role, expected="AWSServiceRoleForConfig")


@check(
    "config-recorder-continuous",
    Severity.LOW,
    reads=[Recorder.mode],
    references=[f"{GUIDE}/select-resources.html"],
    fix=Fix(
        cli="aws configservice put-configuration-recorder --region {resource.region} "
        "--configuration-recorder name={resource.id},roleARN=ROLE_ARN,recordingMode={recordingFrequency=CONTINUOUS} "
        "--recording-group allSupported=true",
        text=f"ROLE_ARN is the recorder's role. {GLOBAL_TEXT}",
        cost=True,
    ),
)
def recorder_continuous(recorder: Recorder) -> Problems:
    """Configuration recorders record changes as they happen.

    With daily recording, a group that was opened in the morning and closed at night was never open.
    """
    overrides = recorder.mode.get("recordingModeOverrides", [])
    daily = sorted(
        name for each in overrides if each["recordingFrequency"] == "DAILY" for name in each["resourceTypes"]
    )
    if recorder.mode["recordingFrequency"] == "DAILY":
        yield Problem("changes are recorded once a day", found=recorder.mode, expected="CONTINUOUS")
    elif daily:
        yield Problem(f"changes of {', '.join(daily)} are recorded once a day", found=daily, expected="CONTINUOUS")


@check(
    "config-recorder-delivers",
    Severity.MEDIUM,
    reads=[Recorder.status, Recorder.deliveries],
    references=[f"{GUIDE}/manage-delivery-channel.html"],
    fix=Fix(
        cli="aws configservice put-delivery-channel --region {resource.region} "
        "--delivery-channel name=default,s3BucketName=LOG_BUCKET",
        text="Where a delivery failed, see lastErrorMessage of `aws configservice describe-delivery-channel-status`: "
        "mostly the bucket's or the key's policy does not admit config.amazonaws.com.",
        cost=True,
    ),
    applies=lambda recorder: recorder.status["recording"],
)
def recorder_delivers(recorder: Recorder) -> Problems:
    """What AWS Config records is delivered to a bucket.

    The bucket holds the history and the snapshots: they outlive the recorder and can be kept out of an intruder's
    reach. Deliveries that were not tried yet pass.
    """
    if not recorder.deliveries:
        yield Problem("there is no delivery channel", found=[], expected="a delivery channel with a bucket")
    for channel in recorder.deliveries:
        infos = {
            "history": channel.get("configHistoryDeliveryInfo"),
            "snapshot": channel.get("configSnapshotDeliveryInfo"),
        }
        for what, info in infos.items():
            if info and info.get("lastStatus") == "Failure":
                why = info.get("lastErrorCode", "no reason told")
                yield Problem(f"the last delivery of the {what} failed: {why}", found=info, expected="Success")


@check(
    "config-account-iam-recorded",
    Severity.MEDIUM,
    reads=[Recorder.records_iam],
    references=[f"{GUIDE}/select-resources.html", CONTROLS],
    fix=Fix(
        cli="aws configservice put-configuration-recorder --region REGION --configuration-recorder "
        "name=RECORDER,roleARN=ROLE_ARN --recording-group allSupported=true,includeGlobalResourceTypes=true",
        text="Choose one region, the home region for instance: in each further one the same changes cost again.",
        cost=True,
    ),
)
def account_iam_recorded(_account: ConfigAccount, inventory: Inventory) -> Problems:
    """AWS Config records IAM's users, groups, roles and policies in a region.

    They belong to no region, and a recorder leaves them out unless it is told otherwise. Yet they are the first thing
    an intruder changes. One of the audited regions has to record them.
    """
    if not inventory.any(Recorder, lambda recorder: recorder.records_iam):
        summary = "no recorder in the audited regions is on and records IAM's types"
        yield Problem(summary, expected="includeGlobalResourceTypes: true in one region")
