"""Proofs of the fixes of AWS Config's checks."""

from fixes.proof import ACCOUNT, REGION, Proof
from fixes.states import bucket

SERVICE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"
LISTED = {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::Instance"]}


def recorder(aws, **settings):
    """Make a stopped recorder with a role of its own, in a region with a delivery channel."""
    given = {"name": "main", "roleARN": f"arn:aws:iam::{ACCOUNT}:role/config", **settings}
    aws("config").put_configuration_recorder(ConfigurationRecorder=given)
    aws("config").put_delivery_channel(DeliveryChannel={"name": "main", "s3BucketName": bucket(aws, "history")})
    return "main"


def no_recorder(aws):
    return {"LOG_BUCKET": bucket(aws, "history"), "ROLE_ARN": SERVICE_ROLE}


def recorder_of_some(aws):
    return {"id": recorder(aws, recordingGroup=LISTED), "ROLE_ARN": SERVICE_ROLE}


def recorder_with_own_role(aws):
    return {"id": recorder(aws), "ROLE_ARN": SERVICE_ROLE}


def recorder_without_iam(aws):
    aws("config").start_configuration_recorder(ConfigurationRecorderName=recorder(aws))
    return {"REGION": REGION, "RECORDER": "main", "ROLE_ARN": SERVICE_ROLE}


PROOFS = [
    Proof("config-account-iam-recorded", recorder_without_iam),
    Proof("config-recorder-all-types", recorder_of_some),
    Proof("config-recorder-on", recorder),
    Proof("config-recorder-service-role", recorder_with_own_role),
    Proof("config-region-recorder", no_recorder),
]
UNPROVEN = {
    "config-recorder-continuous": "the emulator does not keep the mode of recording",
    "config-recorder-delivers": "the emulator does not tell of deliveries",
}
