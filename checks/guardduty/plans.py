"""Which protection plans GuardDuty's detectors have on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from auditor import Check, Fix, Problem, Problems, Severity, check
from checks.guardduty.detection import CONTROLS, GUIDE
from checks.guardduty.resources import ENABLED, Detector

RUNTIME: Final = "RUNTIME_MONITORING"


@dataclass(frozen=True, slots=True)
class Plan:
    """A protection plan: the feature, or ``FEATURE/CONFIGURATION``, that is it, and what stands for it as well."""

    kind: str
    severity: Severity
    title: str
    rationale: str
    feature: str
    page: str
    alternatives: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    """The regions that have GuardDuty without it (GuardDuty User Guide, "Regions and endpoints")."""


PLANS: Final = (
    Plan(
        "s3-protection",
        Severity.HIGH,
        "GuardDuty watches what is done with the objects of S3",
        "Data is stolen from buckets object by object, which the management events that GuardDuty always reads do not "
        "show.",
        "S3_DATA_EVENTS",
        "s3-protection.html",
    ),
    Plan(
        "eks-audit-logs",
        Severity.HIGH,
        "GuardDuty watches the audit logs of EKS clusters",
        "What is done through the Kubernetes API, anonymous access to it for instance, shows in no log of AWS's own.",
        "EKS_AUDIT_LOGS",
        "kubernetes-protection.html",
    ),
    Plan(
        "malware-protection",
        Severity.HIGH,
        "GuardDuty looks for malware on instances that behave suspiciously",
        "It scans copies of their volumes: no agent, and nothing that malware on the instance could switch off.",
        "EBS_MALWARE_PROTECTION",
        "malware-protection.html",
    ),
    Plan(
        "rds-protection",
        Severity.HIGH,
        "GuardDuty watches logins to RDS databases",
        "Guessed and stolen database passwords show in the databases' logins only.",
        "RDS_LOGIN_EVENTS",
        "rds-protection.html",
        not_in=("ap-east-2",),
    ),
    Plan(
        "lambda-protection",
        Severity.HIGH,
        "GuardDuty watches the network traffic of Lambda functions",
        "A function whose code was tampered with talks to hosts it never talked to, and outside of a VPC no flow log "
        "sees it.",
        "LAMBDA_NETWORK_LOGS",
        "lambda-protection.html",
    ),
    Plan(
        "runtime-monitoring",
        Severity.HIGH,
        "GuardDuty watches processes on instances and in containers",
        "Logs of AWS tell what comes out of a machine, and runtime monitoring what happens on it: files, processes, "
        "connections.",
        RUNTIME,
        "runtime-monitoring.html",
    ),
    Plan(
        "eks-runtime",
        Severity.MEDIUM,
        "GuardDuty installs its agent on the nodes of EKS clusters",
        "Runtime monitoring sees nothing without the agent, and agents that people install are missing on some node.",
        f"{RUNTIME}/EKS_ADDON_MANAGEMENT",
        "how-runtime-monitoring-works-eks.html",
        ("EKS_RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT",),
    ),
    Plan(
        "ecs-runtime",
        Severity.MEDIUM,
        "GuardDuty adds its agent to the tasks of ECS on Fargate",
        "Runtime monitoring sees nothing without the agent, and on Fargate nobody but GuardDuty can add it.",
        f"{RUNTIME}/ECS_FARGATE_AGENT_MANAGEMENT",
        "how-runtime-monitoring-works-ecs-fargate.html",
    ),
    Plan(
        "ec2-runtime",
        Severity.MEDIUM,
        "GuardDuty installs its agent on EC2 instances",
        "Runtime monitoring sees nothing without the agent, and agents that people install are missing on some "
        "instance.",
        f"{RUNTIME}/EC2_AGENT_MANAGEMENT",
        "how-runtime-monitoring-works-ec2.html",
    ),
)


def _fix(plan: Plan) -> Fix:
    name, _, more = plan.feature.partition("/")
    feature: dict[str, Any] = {"Name": name, "Status": ENABLED}
    block = f'  name        = "{name}"\n  status      = "ENABLED"\n'
    if more:
        feature["AdditionalConfiguration"] = [{"Name": more, "Status": ENABLED}]
        block += f'  additional_configuration {{\n    name   = "{more}"\n    status = "ENABLED"\n  }}\n'
    return Fix(
        cli="aws guardduty update-detector --detector-id {resource.id} --region {resource.region} "
        f"--features '{json.dumps([feature], separators=(',', ':'))}'",
        terraform='resource "aws_guardduty_detector_feature" "this" {\n'
        f"  detector_id = aws_guardduty_detector.this.id\n{block}}}",
        text="In an organization, the delegated administrator turns it on for the members.",
        cost=True,
    )


def _protects(plan: Plan) -> Check:
    """Return the check that a protection plan is on."""

    def protects(detector: Detector) -> Problems:
        if not detector.plans & {plan.feature, *plan.alternatives}:
            yield Problem(f"{plan.feature} is not on", found=sorted(detector.plans), expected=plan.feature)

    protects.__doc__ = f"{plan.title}.\n\n{plan.rationale} Suspended detectors are not looked at."
    return check(
        f"guardduty-detector-{plan.kind}",
        plan.severity,
        reads=[Detector.status, Detector.plans],
        references=[f"{GUIDE}/{plan.page}", CONTROLS],
        fix=_fix(plan),
        applies=lambda detector: detector.region not in plan.not_in and detector.status == ENABLED,
    )(protects)


PLAN_CHECKS: Final = [_protects(plan) for plan in PLANS]
