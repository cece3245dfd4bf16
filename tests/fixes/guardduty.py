"""Proofs of the fixes of Amazon GuardDuty's checks."""

from fixes.proof import Proof

PLANS = (
    "ec2-runtime",
    "ecs-runtime",
    "eks-audit-logs",
    "eks-runtime",
    "lambda-protection",
    "malware-protection",
    "rds-protection",
    "runtime-monitoring",
    "s3-protection",
)


def detector(aws, **settings):
    return aws("guardduty").create_detector(**{"Enable": True, **settings})["DetectorId"]


def suspended_detector(aws):
    return detector(aws, Enable=False)


def slow_detector(aws):
    return detector(aws, FindingPublishingFrequency="SIX_HOURS")


PROOFS = [
    Proof("guardduty-detector-on", suspended_detector),
    Proof("guardduty-detector-publishes-soon", slow_detector),
    Proof("guardduty-region-detector", lambda aws: None),
    *(Proof(f"guardduty-detector-{each}", detector) for each in PLANS),
]
UNPROVEN = {}
