from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.config.recording import (
    account_iam_recorded,
    recorder_all_types,
    recorder_continuous,
    recorder_delivers,
    recorder_on,
    recorder_service_role,
    recorder_working,
    region_recorder,
)
from checks.config.resources import ConfigAccount, ConfigRegion, Recorder

EVERYTHING = {"allSupported": True, "includeGlobalResourceTypes": True, "resourceTypes": []}
NOT_IAM = {**EVERYTHING, "includeGlobalResourceTypes": False}
IAM = ["AWS::IAM::User", "AWS::IAM::Role", "AWS::IAM::Group", "AWS::IAM::Policy"]
ON = {"name": "default", "recording": True, "lastStatus": "Success"}
OFF = {"name": "default", "recording": False, "lastStatus": "Success"}
SUCCESS = {"lastStatus": "Success"}
FAILURE = {"lastStatus": "Failure", "lastErrorCode": "AccessDenied", "lastErrorMessage": "Access denied"}


def recorder(*, region="eu-west-1", **facts):
    given = {"group": NOT_IAM, "status": ON, "mode": {"recordingFrequency": "CONTINUOUS"}}
    return fake(Recorder, "default", region=region, **{**given, **facts})


def excluding(*types):
    return {
        "allSupported": False,
        "includeGlobalResourceTypes": False,
        "exclusionByResourceTypes": {"resourceTypes": list(types)},
        "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
    }


def including(*types, **more):
    return {"allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": list(types), **more}


def channel(history=SUCCESS, snapshot=SUCCESS):
    return {"name": "default", "configHistoryDeliveryInfo": history, "configSnapshotDeliveryInfo": snapshot}


def delivering(*channels, **facts):
    return recorder(deliveries=list(channels), **facts)


def region():
    return fake(ConfigRegion)


def account():
    return fake(ConfigAccount)


CASES: list[Case] = [
    passes(region_recorder, region(), recorder()),
    passes(
        region_recorder,
        region(),
        recorder(status=OFF),
        doubt="A recorder that is stopped is a recorder: that it is not on is told by another rule, with another fix.",
    ),
    fails(region_recorder, region(), says="no recorder in eu-west-1"),
    fails(region_recorder, region(), recorder(region="us-east-1"), says="eu-west-1"),
    unknown(region_recorder, region(), says="DescribeConfigurationRecorders", unlisted=[Recorder]),
    passes(recorder_on, recorder()),
    fails(
        recorder_on,
        recorder(status=OFF),
        says="stopped",
        doubt="A recorder that once recorded and is stopped fails, whatever its last status was.",
    ),
    unknown(recorder_on, recorder(status=refused("config:DescribeConfigurationRecorderStatus"))),
    passes(recorder_working, recorder()),
    passes(
        recorder_working,
        recorder(status={**ON, "lastStatus": "Pending"}),
        doubt="A recorder that was just started has not failed: its last status is Pending, or is left out.",
    ),
    passes(recorder_working, recorder(status={"name": "default", "recording": True})),
    fails(
        recorder_working,
        recorder(status={**ON, "lastStatus": "Failure", "lastErrorCode": "InsufficientDeliveryPolicyException"}),
        says="InsufficientDeliveryPolicyException",
    ),
    inapplicable(recorder_working, recorder(status={**OFF, "lastStatus": "Failure"})),
    unknown(recorder_working, recorder(status=refused())),
    passes(recorder_all_types, recorder()),
    passes(recorder_all_types, recorder(group=excluding())),
    passes(
        recorder_all_types,
        recorder(group=excluding(*IAM)),
        doubt="A recorder may leave out IAM's types: one region records them for all, and more would cost again.",
    ),
    fails(
        recorder_all_types,
        recorder(group=excluding("AWS::EC2::NetworkInterface", *IAM)),
        says="leaves out AWS::EC2::NetworkInterface",
        doubt="Any other type that is excluded fails, however often it changes: accept it where that is on purpose.",
    ),
    fails(recorder_all_types, recorder(group=including("AWS::EC2::Instance")), says="only 1 listed types"),
    fails(
        recorder_all_types,
        recorder(group=including(*IAM, recordingStrategy={"useOnly": "INCLUSION_BY_RESOURCE_TYPES"})),
        doubt="However long a list of types is, it lacks those that AWS Config learns of later.",
    ),
    unknown(recorder_all_types, recorder(group=refused())),
    passes(
        recorder_service_role,
        recorder(role="arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig"),
    ),
    fails(
        recorder_service_role,
        recorder(role="arn:aws:iam::123456789012:role/AWSServiceRoleForConfig"),
        says="role of its own",
        doubt="A role of the same name that is not linked to the service is one like any other.",
    ),
    unknown(recorder_service_role, recorder(role=refused())),
    passes(recorder_continuous, recorder()),
    fails(recorder_continuous, recorder(mode={"recordingFrequency": "DAILY"}), says="once a day"),
    fails(
        recorder_continuous,
        recorder(
            mode={
                "recordingFrequency": "CONTINUOUS",
                "recordingModeOverrides": [
                    {"recordingFrequency": "DAILY", "resourceTypes": ["AWS::EC2::Volume"]},
                    {"recordingFrequency": "CONTINUOUS", "resourceTypes": ["AWS::EC2::VPC"]},
                ],
            }
        ),
        says="changes of AWS::EC2::Volume are recorded once a day",
    ),
    unknown(recorder_continuous, recorder(mode=refused())),
    passes(recorder_delivers, delivering(channel())),
    passes(
        recorder_delivers,
        delivering({"name": "default"}),
        doubt="A channel that delivered nothing yet passes: AWS tells a status once a delivery was tried.",
    ),
    passes(recorder_delivers, delivering(channel(snapshot={"lastStatus": "Not_Applicable"}))),
    fails(recorder_delivers, delivering(), says="no delivery channel"),
    fails(recorder_delivers, delivering(channel(history=FAILURE)), says="of the history failed: AccessDenied"),
    fails(recorder_delivers, delivering(channel(snapshot=FAILURE)), says="of the snapshot failed"),
    inapplicable(recorder_delivers, delivering(status=OFF)),
    unknown(recorder_delivers, recorder(deliveries=refused("config:DescribeDeliveryChannelStatus"))),
    unknown(recorder_delivers, delivering(channel(), status=refused())),
    passes(account_iam_recorded, account(), recorder(region="us-east-1", group=EVERYTHING), recorder()),
    passes(
        account_iam_recorded,
        account(),
        recorder(group=excluding("AWS::EC2::Volume")),
        doubt="A recorder of all but excluded types records IAM's too, even if includeGlobalResourceTypes is false.",
    ),
    passes(account_iam_recorded, account(), recorder(group=including(*IAM))),
    fails(account_iam_recorded, account(), recorder(), says="no recorder in the audited regions"),
    fails(account_iam_recorded, account(), recorder(group=excluding("AWS::IAM::Role"))),
    fails(account_iam_recorded, account(), recorder(group=including("AWS::IAM::User"))),
    fails(account_iam_recorded, account(), recorder(group=EVERYTHING, status=OFF)),
    fails(
        account_iam_recorded,
        account(),
        recorder(region="eu-central-2", group=EVERYTHING),
        doubt="In regions that AWS Config came to after February 2022, IAM's types are not recorded, whatever is set.",
    ),
    passes(account_iam_recorded, account(), recorder(group=EVERYTHING), recorder(region="us-east-1", group=refused())),
    unknown(account_iam_recorded, account(), recorder(), unlisted=[Recorder]),
    unknown(account_iam_recorded, account(), recorder(group=EVERYTHING, status=refused())),
]
