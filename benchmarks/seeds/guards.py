"""The services that watch an account: Config, GuardDuty, Security Hub, Macie, Access Analyzer; and whom to call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from benchmarks.account import AwsError

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed

_FEATURES: Final = (
    "CLOUD_TRAIL",
    "DNS_LOGS",
    "FLOW_LOGS",
    "S3_DATA_EVENTS",
    "EKS_AUDIT_LOGS",
    "EBS_MALWARE_PROTECTION",
    "RDS_LOGIN_EVENTS",
    "LAMBDA_NETWORK_LOGS",
    "RUNTIME_MONITORING",
)
_NO_CONTACT: Final = AwsError("ResourceNotFoundException", "No contact of the inputted type was found.", 404)
_NO_HUB: Final = AwsError("InvalidAccessException", "Account 123456789012 is not subscribed to AWS Security Hub", 401)
_NO_MACIE: Final = AwsError("AccessDeniedException", "Macie is not enabled", 403)
_STANDARD: Final = "arn:aws:securityhub:{region}::standards/aws-foundational-security-best-practices/v/1.0.0"


def fill(seed: Seed) -> None:
    """Give the account contacts and no organization, and two regions out of three the services that watch."""
    _contacts(seed)
    seed.account.put("guardduty", "GetDetector", AwsError("BadRequestException", "The detector does not exist", 400))
    for number, region in enumerate(seed.regions):
        _recorder(seed, region, number)
        _detector(seed, region, number)
        _hub(seed, region, on=number % 3 != 1)
        _macie(seed, region, on=number % 3 == 0)
        analyzers = [_analyzer(seed, region)] if number % 3 else []
        seed.account.put("accessanalyzer", "ListAnalyzers", {"analyzers": analyzers}, region=region)


def _contacts(seed: Seed) -> None:
    put = seed.account.put
    address = {"FullName": "The Company", "AddressLine1": "1 Main Street", "City": "Dublin", "PostalCode": "D01"}
    contact = {**address, "CountryCode": "IE", "PhoneNumber": "+353 1 000 0000"}
    put("account", "GetContactInformation", {"ContactInformation": contact})
    put("account", "GetAlternateContact", _NO_CONTACT)
    security = {"AlternateContactType": "SECURITY", "EmailAddress": "security@example.com", "Name": "Security"}
    put("account", "GetAlternateContact", {"AlternateContact": security}, AlternateContactType="SECURITY")


def _recorder(seed: Seed, region: str, number: int) -> None:
    on = number % 4 != 1
    recorder = {
        "name": "default",
        "roleARN": f"arn:aws:iam::{seed.account.id}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
        "recordingGroup": {
            "allSupported": True,
            "includeGlobalResourceTypes": number == 0,
            "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"},
        },
        "recordingMode": {"recordingFrequency": "CONTINUOUS"},
    }
    status = {"name": "default", "recording": number % 8 != 0, "lastStatus": "Success", "lastStartTime": seed.ago(90)}
    delivered = {"lastStatus": "Success", "lastSuccessfulTime": seed.ago(1)}
    channel = {
        "name": "default",
        "configHistoryDeliveryInfo": delivered,
        "configStreamDeliveryInfo": {"lastStatus": "Success"},
    }
    for operation, member, row in (
        ("DescribeConfigurationRecorders", "ConfigurationRecorders", recorder),
        ("DescribeConfigurationRecorderStatus", "ConfigurationRecordersStatus", status),
        ("DescribeDeliveryChannelStatus", "DeliveryChannelsStatus", channel),
    ):
        seed.account.put("config", operation, {member: [row] if on else []}, region=region)


def _detector(seed: Seed, region: str, number: int) -> None:
    on = number % 3 != 2  # noqa: PLR2004 -- one region in three is not watched
    identity = f"{number:032x}"
    seed.account.put("guardduty", "ListDetectors", {"DetectorIds": [identity] if on else []}, region=region)
    detector = {
        "CreatedAt": "2024-01-01T00:00:00.000Z",
        "FindingPublishingFrequency": "SIX_HOURS",
        "ServiceRole": f"arn:aws:iam::{seed.account.id}:role/aws-service-role/guardduty.amazonaws.com/GuardDuty",
        "Status": "ENABLED" if number % 6 else "DISABLED",
        "Features": [
            {"Name": name, "Status": "ENABLED" if (number + each) % 3 else "DISABLED"}
            for each, name in enumerate(_FEATURES)
        ],
    }
    if on:
        seed.account.put("guardduty", "GetDetector", detector, region=region, DetectorId=identity)


def _hub(seed: Seed, region: str, *, on: bool) -> None:
    put = seed.account.put
    if not on:
        put("securityhub", "DescribeHub", _NO_HUB, region=region)
        put("securityhub", "GetEnabledStandards", _NO_HUB, region=region)
        return
    hub = {"HubArn": seed.arn("securityhub", region, "hub/default"), "SubscribedAt": "2024-01-01T00:00:00.000Z"}
    subscription = {
        "StandardsSubscriptionArn": seed.arn("securityhub", region, "subscription/best-practices/v/1.0.0"),
        "StandardsArn": _STANDARD.format(region=region),
        "StandardsInput": {},
        "StandardsStatus": "READY",
    }
    put("securityhub", "DescribeHub", {**hub, "AutoEnableControls": True}, region=region)
    put("securityhub", "GetEnabledStandards", {"StandardsSubscriptions": [subscription]}, region=region)


def _macie(seed: Seed, region: str, *, on: bool) -> None:
    replies: dict[str, dict[str, Any]] = {
        "GetMacieSession": {"status": "ENABLED", "findingPublishingFrequency": "SIX_HOURS"},
        "ListAutomatedDiscoveryAccounts": {"items": []},
        "GetAutomatedDiscoveryConfiguration": {"status": "DISABLED"},
    }
    for operation, reply in replies.items():
        seed.account.put("macie2", operation, reply if on else _NO_MACIE, region=region)


def _analyzer(seed: Seed, region: str) -> dict[str, Any]:
    return {
        "arn": seed.arn("access-analyzer", region, "analyzer/outside"),
        "name": "outside",
        "type": "ACCOUNT",
        "createdAt": seed.ago(300),
        "status": "ACTIVE",
    }
