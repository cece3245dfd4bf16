"""What alarms must notice: the CloudTrail events of each subject, as CIS AWS Foundations, section 5, names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDINARY: Final[Mapping[str, Any]] = {
    "eventVersion": "1.08",
    "userIdentity": {
        "type": "IAMUser",
        "principalId": "AIDAEXAMPLE",
        "arn": "arn:aws:iam::123456789012:user/alice",
        "accountId": "123456789012",
        "userName": "alice",
    },
    "eventSource": "ec2.amazonaws.com",
    "eventName": "DescribeInstances",
    "awsRegion": "us-east-1",
    "sourceIPAddress": "203.0.113.7",
    "userAgent": "aws-cli/2",
    "requestParameters": {},
    "responseElements": None,
    "readOnly": True,
    "eventType": "AwsApiCall",
    "managementEvent": True,
    "recipientAccountId": "123456789012",
    "eventCategory": "Management",
}
"""An event that concerns no alarm (CloudTrail User Guide, "CloudTrail record contents")."""
CONSOLE: Final[Mapping[str, Any]] = {
    "eventSource": "signin.amazonaws.com",
    "eventName": "ConsoleLogin",
    "eventType": "AwsConsoleSignIn",
    "readOnly": False,
}
ROOT: Final[Mapping[str, Any]] = {
    "type": "Root",
    "principalId": "123456789012",
    "arn": "arn:aws:iam::123456789012:root",
    "accountId": "123456789012",
}


class Subject(NamedTuple):
    """What an alarm is about: a word for its id, what it is in words, why it matters, and events by what to call them.

    ``pattern`` is a filter pattern that matches them. ``events`` is how many may pass in a period before it fires.
    """

    kind: str
    name: str
    why: str
    pattern: str
    witnesses: Mapping[str, Mapping[str, Any]]
    events: int = 1


def _calls(kind: str, name: str, why: str, source: str, *operations: str) -> Subject:
    """Return the subject of an alarm on API calls of one service."""
    names = " || ".join(f"($.eventName = {each})" for each in operations)
    witnesses = {each: {**ORDINARY, "eventSource": source, "eventName": each, "readOnly": False} for each in operations}
    return Subject(kind, name, why, f"{{ ($.eventSource = {source}) && ({names}) }}", witnesses)


SUBJECTS: Final = (
    Subject(
        "unauthorized-calls",
        "API calls that are refused",
        "Whoever holds stolen credentials tries what they allow; a burst of refusals is the first that is seen of it.",
        '{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }',
        {
            "Client.UnauthorizedOperation": {**ORDINARY, "errorCode": "Client.UnauthorizedOperation"},
            "AccessDenied": {
                **ORDINARY,
                "eventSource": "iam.amazonaws.com",
                "eventName": "ListUsers",
                "errorCode": "AccessDenied",
            },
        },
        events=10,
    ),
    Subject(
        "login-without-mfa",
        "console sign-ins without MFA",
        "A sign-in with nothing but a password may be anyone who learned it.",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") '
        '&& ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
        {
            "ConsoleLogin without MFA": {
                **ORDINARY,
                **CONSOLE,
                "additionalEventData": {"MFAUsed": "No", "MobileVersion": "No"},
                "responseElements": {"ConsoleLogin": "Success"},
            }
        },
    ),
    Subject(
        "root-use",
        "use of the root user",
        "Nobody needs the root user from day to day: each use is either planned or an intruder's.",
        '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }',
        {
            "an API call by the root user": {**ORDINARY, "userIdentity": ROOT},
            "a console sign-in by the root user": {
                **ORDINARY,
                **CONSOLE,
                "userIdentity": ROOT,
                "additionalEventData": {"MFAUsed": "Yes"},
                "responseElements": {"ConsoleLogin": "Success"},
            },
        },
    ),
    _calls(
        "iam-changes",
        "changes of IAM policies",
        "Permissions are the first thing an intruder extends.",
        "iam.amazonaws.com",
        *(f"{verb}{of}Policy" for verb in ("Delete", "Put", "Attach", "Detach") for of in ("Group", "Role", "User")),
        "CreatePolicy",
        "DeletePolicy",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
    ),
    _calls(
        "trail-changes",
        "changes of CloudTrail",
        "Turning the log off is how tracks are covered.",
        "cloudtrail.amazonaws.com",
        "CreateTrail",
        "UpdateTrail",
        "DeleteTrail",
        "StartLogging",
        "StopLogging",
    ),
    Subject(
        "failed-logins",
        "console sign-ins that fail",
        "Many failures in a row are somebody guessing passwords.",
        '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }',
        {
            "a failed ConsoleLogin": {
                **ORDINARY,
                **CONSOLE,
                "errorMessage": "Failed authentication",
                "additionalEventData": {"MFAUsed": "No"},
                "responseElements": {"ConsoleLogin": "Failure"},
            }
        },
        events=10,
    ),
    _calls(
        "key-removal",
        "KMS keys that are disabled or scheduled for deletion",
        "What a key encrypted cannot be read while it is disabled, and never again once it is deleted.",
        "kms.amazonaws.com",
        "DisableKey",
        "ScheduleKeyDeletion",
    ),
    _calls(
        "bucket-policy-changes",
        "changes of bucket policies",
        "One statement can publish a bucket or hand it to another account.",
        "s3.amazonaws.com",
        *(f"PutBucket{each}" for each in ("Acl", "Policy", "Cors", "Lifecycle", "Replication")),
        *(f"DeleteBucket{each}" for each in ("Policy", "Cors", "Lifecycle", "Replication")),
    ),
    _calls(
        "config-changes",
        "changes of AWS Config",
        "Without its recorder nobody sees what changed, or when.",
        "config.amazonaws.com",
        "StopConfigurationRecorder",
        "DeleteDeliveryChannel",
        "PutDeliveryChannel",
        "PutConfigurationRecorder",
    ),
    _calls(
        "security-group-changes",
        "changes of security groups",
        "A rule added for a moment stays open for years.",
        "ec2.amazonaws.com",
        *(f"{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")),
        "CreateSecurityGroup",
        "DeleteSecurityGroup",
    ),
    _calls(
        "network-acl-changes",
        "changes of network ACLs",
        "They guard whole subnets.",
        "ec2.amazonaws.com",
        "CreateNetworkAcl",
        "CreateNetworkAclEntry",
        "DeleteNetworkAcl",
        "DeleteNetworkAclEntry",
        "ReplaceNetworkAclEntry",
        "ReplaceNetworkAclAssociation",
    ),
    _calls(
        "gateway-changes",
        "changes of network gateways",
        "A gateway is the way in and out of a network.",
        "ec2.amazonaws.com",
        "CreateCustomerGateway",
        "DeleteCustomerGateway",
        "AttachInternetGateway",
        "CreateInternetGateway",
        "DeleteInternetGateway",
        "DetachInternetGateway",
    ),
    _calls(
        "route-changes",
        "changes of route tables",
        "A changed route sends traffic around the firewall, or to somebody who reads along.",
        "ec2.amazonaws.com",
        "CreateRoute",
        "CreateRouteTable",
        "ReplaceRoute",
        "ReplaceRouteTableAssociation",
        "DeleteRouteTable",
        "DeleteRoute",
        "DisassociateRouteTable",
    ),
    # Calls about EC2-Classic, which CIS names too, can no longer be made.
    _calls(
        "vpc-changes",
        "changes of VPCs",
        "New networks and peerings open paths that nobody has looked at.",
        "ec2.amazonaws.com",
        "CreateVpc",
        "DeleteVpc",
        "ModifyVpcAttribute",
        *(f"{verb}VpcPeeringConnection" for verb in ("Accept", "Create", "Delete", "Reject")),
    ),
    _calls(
        "organization-changes",
        "changes of the organization",
        "Whoever changes the organization changes what all of its accounts may do.",
        "organizations.amazonaws.com",
        "AcceptHandshake",
        "AttachPolicy",
        "CreateAccount",
        "CreateOrganizationalUnit",
        "CreatePolicy",
        "DeclineHandshake",
        "DeleteOrganization",
        "DeleteOrganizationalUnit",
        "DeletePolicy",
        "DetachPolicy",
        "DisablePolicyType",
        "EnablePolicyType",
        "InviteAccountToOrganization",
        "LeaveOrganization",
        "MoveAccount",
        "RemoveAccountFromOrganization",
        "UpdateOrganizationalUnit",
        "UpdatePolicy",
    ),
)
