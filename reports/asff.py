"""The report in AWS's Security Finding Format, as Security Hub imports it: an array of what did not pass.

FAIL is FAILED, with the check's severity. UNKNOWN and ERROR are WARNING, AWS's word for "some information is missing".
ACCEPTED is FAILED and suppressed. The severity of these is INFORMATIONAL, and the check's own stands beside it. PASS is
left out: Security Hub bills every finding.

Source: https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.product import NAME
from auditor.resource import GLOBAL_REGION
from auditor.severity import Status
from auditor.targets import HOME_REGIONS
from reports.wording import PROBLEMS, by_urgency, encoded, explained, told, within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from auditor.finding import Finding
    from auditor.report import CheckFacts, Report

SCHEMA: Final = "2018-10-08"
COMPLIANCE: Final = {
    Status.FAIL: "FAILED",
    Status.ACCEPTED: "FAILED",
    Status.UNKNOWN: "WARNING",
    Status.ERROR: "WARNING",
}
BEST_PRACTICES: Final = "Software and Configuration Checks/AWS Security Best Practices"
STANDARDS: Final = "Software and Configuration Checks/Industry and Regulatory Standards"
LONGEST_TITLE: Final = 256
LONGEST_DESCRIPTION: Final = 1024
LONGEST_REMEDY: Final = 512
LONGEST_ACCOUNT: Final = 12
LONGEST_REGION: Final = 16
LONGEST_NAME: Final = 128
LONGEST_FIELD: Final = 1024
"""How many characters AWS takes."""
MOST_REQUIREMENTS: Final = 32
MOST_FIELDS: Final = 50
"""How many related requirements and other details of a resource AWS takes."""


def stream(report: Report, *, region: str = "") -> Iterator[str]:
    """Yield the findings, one a line, for the Security Hub of ``region``.

    Without one it is the audited region, or the partition's home region where several were audited.
    """
    desk = _Desk(report, region or within(_home(report), LONGEST_REGION))
    yield "["
    for number, finding in enumerate(by_urgency(report.findings)):
        yield f"{',' if number else ''}\n{encoded(desk.finding(finding))}"
    yield "\n]\n"


def _home(report: Report) -> str:
    audit = report.audit
    first = audit.regions[0] if audit.regions else HOME_REGIONS["aws"]
    return first if len(audit.regions) == 1 else HOME_REGIONS.get(audit.partition, first)


class _Desk:
    """Where findings are made out: one report for the Security Hub of one region."""

    def __init__(self, report: Report, region: str) -> None:
        self.report = report
        self.region = region
        self.checks = {check.id: check for check in report.checks}

    def finding(self, finding: Finding) -> dict[str, Any]:
        """Return a finding in AWS's format."""
        audit, check = self.report.audit, self.checks[finding.check]
        first = finding.noticed
        account = within(finding.account, LONGEST_ACCOUNT)
        made: dict[str, Any] = {
            "SchemaVersion": SCHEMA,
            "Id": f"{NAME}/{finding.fingerprint}",
            "ProductArn": product(audit.partition, self.region, account),
            "GeneratorId": f"{NAME}/{finding.check}",
            "AwsAccountId": account,
            "FirstObservedAt": _day(first, audit.at),
            "LastObservedAt": _time(audit.at),
            "CreatedAt": _day(first, audit.at),
            "UpdatedAt": _time(audit.at),
            "Title": within(check.title, LONGEST_TITLE),
            "Description": within(told(finding), LONGEST_DESCRIPTION),
            "Remediation": {"Recommendation": _remedy(finding, check)},
            "ProductFields": dict(_fields(finding)),
            "Resources": [self._resource(finding)],
            "Compliance": _compliance(finding, check),
            "RecordState": "ACTIVE",
            "FindingProviderFields": {"Severity": _severity(finding), "Types": _types(check)},
        }
        if finding.status is Status.ACCEPTED:
            made["Workflow"] = {"Status": "SUPPRESSED"}
        return made

    def _resource(self, finding: Finding) -> dict[str, Any]:
        resource = finding.resource
        made: dict[str, Any] = {
            "Type": resource_type(resource.type),
            "Id": within(resource.arn, 512),
            "Partition": self.report.audit.partition,
        }
        if finding.region != GLOBAL_REGION:
            made["Region"] = within(finding.region, LONGEST_REGION)
        evidence = [(each.fact, encoded(each.value)) for each in finding.evidence[:MOST_FIELDS]]
        if evidence:
            made["Details"] = {
                "Other": {within(fact, LONGEST_NAME): within(value, LONGEST_FIELD) for fact, value in evidence}
            }
        return made


def product(partition: str, region: str, account: str) -> str:
    """Return the ARN of the product that an account's own findings belong to."""
    return f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default"


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _day(first: date | None, at: datetime) -> str:
    """Return the beginning of a day, or a time where the day is that of the time or is not known."""
    return _time(at) if first is None or first >= at.date() else f"{first}T00:00:00Z"


def _remedy(finding: Finding, check: CheckFacts) -> dict[str, str]:
    text = finding.unseen.remedy if finding.unseen else check.fix.text or finding.fix or check.fix.cli
    recommendation = {"Text": within(text or "See the reference.", LONGEST_REMEDY)}
    if check.references:
        recommendation["Url"] = check.references[0]
    return recommendation


def _fields(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield what AWS's format has no place for. AWS refuses empty values."""
    facts = {
        "check": finding.check,
        "status": finding.status.value,
        "severity": finding.severity.value,
        "region": finding.region,
        "fingerprint": finding.fingerprint,
        "fix": finding.fix,
    }
    facts |= {f"problem_{number}": explained(each) for number, each in enumerate(finding.problems[:PROBLEMS], 1)}
    yield from ((f"{NAME}/{name}", within(text, LONGEST_FIELD)) for name, text in facts.items() if text)


def _compliance(finding: Finding, check: CheckFacts) -> dict[str, Any]:
    requirements = [within(each, 64) for each in check.controls[:MOST_REQUIREMENTS]]
    return {"Status": COMPLIANCE[finding.status], **({"RelatedRequirements": requirements} if requirements else {})}


def _severity(finding: Finding) -> dict[str, str]:
    own = finding.severity.value.upper()
    return {"Label": own if finding.status is Status.FAIL else "INFORMATIONAL", "Original": own}


def _types(check: CheckFacts) -> list[str]:
    """Return the best practices, and each standard that the check decides a control of."""
    standards = dict.fromkeys(each.partition(":")[0] for each in check.controls)
    return [BEST_PRACTICES, *(f"{STANDARDS}/{within(each, 100)}" for each in standards)]


def resource_type(name: str) -> str:
    """Return AWS's name in this format for a CloudFormation type; ``Other`` where the format has none."""
    return _TYPES.get(name.replace("::", "").lower(), SPECIAL.get(name, "Other"))


SPECIAL: Final = {"AWS::::Account": "AwsAccount", "AWS::IAM::ManagedPolicy": "AwsIamPolicy"}
TYPES: Final = """
    AmazonMqBroker ApiGatewayRestApi ApiGatewayStage ApiGatewayV2Api ApiGatewayV2Stage AppSyncGraphQlApi
    AthenaWorkGroup AutoScalingAutoScalingGroup AutoScalingLaunchConfiguration BackupBackupPlan
    BackupBackupVault BackupRecoveryPoint CertificateManagerCertificate CloudFormationStack
    CloudFrontDistribution CloudTrailTrail CloudWatchAlarm CodeBuildProject DmsEndpoint DmsReplicationInstance
    DmsReplicationTask DynamoDbTable Ec2ClientVpnEndpoint Ec2Eip Ec2Instance Ec2LaunchTemplate Ec2NetworkAcl
    Ec2NetworkInterface Ec2RouteTable Ec2SecurityGroup Ec2Subnet Ec2TransitGateway Ec2Volume Ec2Vpc
    Ec2VpcEndpointService Ec2VpcPeeringConnection Ec2VpnConnection EcrContainerImage EcrRepository EcsCluster
    EcsContainer EcsService EcsTask EcsTaskDefinition EfsAccessPoint EksCluster ElasticBeanstalkEnvironment
    ElasticsearchDomain ElbLoadBalancer Elbv2LoadBalancer EventSchemasRegistry EventsEndpoint EventsEventbus
    GuardDutyDetector IamAccessKey IamGroup IamPolicy IamRole IamUser KinesisStream KmsKey LambdaFunction
    LambdaLayerVersion MskCluster NetworkFirewallFirewall NetworkFirewallFirewallPolicy NetworkFirewallRuleGroup
    OpenSearchServiceDomain RdsDbCluster RdsDbClusterSnapshot RdsDbInstance RdsDbSecurityGroup RdsDbSnapshot
    RdsEventSubscription RedshiftCluster Route53HostedZone S3AccessPoint S3AccountPublicAccessBlock S3Bucket
    S3Object SageMakerNotebookInstance SecretsManagerSecret SnsTopic SqsQueue SsmPatchCompliance
    StepFunctionStateMachine WafRateBasedRule WafRegionalRateBasedRule WafRegionalRule WafRegionalRuleGroup
    WafRegionalWebAcl WafRule WafRuleGroup WafWebAcl Wafv2RuleGroup Wafv2WebAcl XrayEncryptionConfig
"""
"""The types that the format knows, without the ``Aws`` in front."""
_TYPES: Final = {f"aws{each.lower()}": f"Aws{each}" for each in TYPES.split()}
