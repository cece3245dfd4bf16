"""The report as OCSF: an array of Compliance Findings (class 2003), every finding an event, with the cloud profile.

PASS is Pass and FAIL is Fail; UNKNOWN and ERROR are Warning, OCSF's word for "did not yield a result due to missing
information"; ACCEPTED is Fail, and suppressed. The events are made and checked by the models of py-ocsf-models.

Source: https://schema.ocsf.io/1.5.0/classes/compliance_finding
"""

from __future__ import annotations

import json
from calendar import timegm
from typing import TYPE_CHECKING, Any, Final

from py_ocsf_models.events.findings.activity_id import ActivityID
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.compliance_finding_type_id import ComplianceFindingTypeID
from py_ocsf_models.events.findings.severity_id import SeverityID
from py_ocsf_models.events.findings.status_id import StatusID
from py_ocsf_models.objects.account import Account, TypeID
from py_ocsf_models.objects.api import API
from py_ocsf_models.objects.check import Check
from py_ocsf_models.objects.cloud import Cloud
from py_ocsf_models.objects.compliance import Compliance
from py_ocsf_models.objects.compliance_status import StatusID as ComplianceStatusID
from py_ocsf_models.objects.evidence_artifacts import EvidenceArtifacts
from py_ocsf_models.objects.finding_info import FindingInformation
from py_ocsf_models.objects.metadata import Metadata
from py_ocsf_models.objects.product import Product
from py_ocsf_models.objects.remediation import Remediation
from py_ocsf_models.objects.resource_details import ResourceDetails

from auditor.product import NAME
from auditor.severity import Severity, Status
from reports.wording import block, encoded, explained, line, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from auditor.finding import Evidence, Finding
    from auditor.report import AuditFacts, CheckFacts, Report

COMPLIANCE: Final = {
    Status.PASS: ComplianceStatusID.Pass,
    Status.FAIL: ComplianceStatusID.Fail,
    Status.ACCEPTED: ComplianceStatusID.Fail,
    Status.UNKNOWN: ComplianceStatusID.Warning,
    Status.ERROR: ComplianceStatusID.Warning,
}
STATUS: Final = {Status.PASS: StatusID.Resolved, Status.ACCEPTED: StatusID.Suppressed}
"""What becomes of a finding that is not new."""
SEVERITIES: Final = {
    Severity.CRITICAL: SeverityID.Critical,
    Severity.HIGH: SeverityID.High,
    Severity.MEDIUM: SeverityID.Medium,
    Severity.LOW: SeverityID.Low,
}
LONGEST_ARN: Final = 2048
EVIDENCE: Final = 20
"""How many values an event carries as evidence."""


class CloudComplianceFinding(ComplianceFinding):
    """A Compliance Finding with what the cloud profile adds."""

    cloud: Cloud


def stream(report: Report) -> Iterator[str]:
    """Yield the events, one a line."""
    checks = {check.id: check for check in report.checks}
    metadata = _metadata(report.audit)
    yield "["
    for number, finding in enumerate(report.findings):
        event = _event(finding, checks[finding.check], report.audit, metadata)
        yield f"{',' if number else ''}\n{encoded(event.model_dump(mode='json', exclude_none=True))}"
    yield "\n]\n"


def _metadata(audit: AuditFacts) -> Metadata:
    product = Product(name="AWS account auditor", uid=NAME, vendor_name=NAME, version=audit.tool_version)
    tenant = line(audit.accounts[0], 64) if len(audit.accounts) == 1 else None
    return Metadata(product=product, profiles=["cloud"], tenant_uid=tenant)


def _event(finding: Finding, check: CheckFacts, audit: AuditFacts, metadata: Metadata) -> CloudComplianceFinding:
    known = finding.noticed is not None
    activity = ActivityID.Close if finding.status is Status.PASS else ActivityID(1 + known)
    severity = _severity(finding)
    status = STATUS.get(finding.status, StatusID.New)
    return CloudComplianceFinding(
        activity_id=activity,
        activity_name=activity.name,
        category_name="Findings",
        class_name="Compliance Finding",
        cloud=_cloud(finding),
        compliance=_compliance(finding, check),
        evidences=[_evidence(each) for each in finding.evidence[:EVIDENCE]] or None,
        finding_info=_information(finding, check, audit),
        message=line(told(finding), 1000) or f"{check.title}.",
        metadata=metadata.model_copy(update={"event_code": finding.check, "uid": _uid(finding, audit)}),
        remediation=_remediation(finding, check),
        resources=[_resource(finding, audit)],
        severity=severity.name,
        severity_id=severity,
        status=status.name,
        status_code=finding.status.value,
        status_detail=line(told(finding), 1000) or None,
        status_id=status,
        time=_milliseconds(audit.at),
        type_name=f"Compliance Finding: {activity.name}",
        type_uid=ComplianceFindingTypeID[activity.name],
    )


def _uid(finding: Finding, audit: AuditFacts) -> str:
    """Return the identity of this event; that of the finding over audits is the fingerprint."""
    return f"{finding.fingerprint}-{audit.at:%Y%m%dT%H%M%SZ}"


def _severity(finding: Finding) -> SeverityID:
    """Return the check's severity; a pass asks for nothing, and how grave the unknown is nobody knows."""
    if finding.status is Status.PASS:
        return SeverityID.Informational
    return SEVERITIES[finding.severity] if finding.status.failing else SeverityID.Unknown


def _cloud(finding: Finding) -> Cloud:
    name = line(finding.account, 64)
    account = Account(name=name, uid=name, type="AWS Account", type_id=TypeID.AWS_Account)
    return Cloud(provider="AWS", account=account, region=line(finding.region, 64))


def _compliance(finding: Finding, check: CheckFacts) -> Compliance:
    status = COMPLIANCE[finding.status]
    # The schema asks for a standard; a check of one's own may stand in none.
    standards = list(dict.fromkeys(each.partition(":")[0] for each in check.controls)) or [NAME]
    own = Check(
        uid=finding.check,
        name=f"{check.title}.",
        desc=check.rationale or None,
        severity=finding.severity.value.capitalize(),
        severity_id=SEVERITIES[finding.severity],
        standards=standards,
        status=status.name,
        status_id=status,
    )
    return Compliance(
        checks=[own],
        control=finding.check,
        desc=f"{check.title}.",
        requirements=list(check.controls) or None,
        standards=standards,
        status_id=status,
    )


def _information(finding: Finding, check: CheckFacts, audit: AuditFacts) -> FindingInformation:
    first = finding.noticed
    return FindingInformation(
        uid=finding.fingerprint,
        title=f"{check.title}.",
        desc=line("; ".join(map(explained, finding.problems)), 4000) or None,
        created_time=_milliseconds(first or audit.at),
        first_seen_time=_milliseconds(first) if first else None,
        last_seen_time=_milliseconds(audit.at),
        src_url=check.references[0] if check.references else None,
        types=[check.service],
    )


def _milliseconds(at: datetime | date) -> int:
    """Return a time, or the beginning of a day (UTC), in milliseconds since 1970."""
    return timegm(at.timetuple()) * 1000


def _evidence(evidence: Evidence) -> EvidenceArtifacts:
    data: dict[str, Any] = {
        "fact": evidence.fact,
        "resource": line(evidence.resource, LONGEST_ARN),
        "at": f"{evidence.at:%Y-%m-%dT%H:%M:%SZ}",
        "value": json.loads(encoded(evidence.value)),
        "truncated": evidence.truncated,
    }
    return EvidenceArtifacts(name=evidence.fact, api=API(operation=evidence.operation), data=data)


def _remediation(finding: Finding, check: CheckFacts) -> Remediation | None:
    text = finding.unseen.remedy if finding.unseen else "\n".join(filter(None, (check.fix.text, finding.fix)))
    return Remediation(desc=block(text), references=list(check.references) or None) if text else None


def _resource(finding: Finding, audit: AuditFacts) -> ResourceDetails:
    resource = finding.resource
    return ResourceDetails(
        cloud_partition=audit.partition,
        region=line(finding.region, 64),
        labels=[line(f"{key}:{each}") for key, each in resource.tags.items()] or None,
        name=line(resource.name or resource.id),
        type=resource.type,
        uid=line(resource.arn, LONGEST_ARN),
    )
