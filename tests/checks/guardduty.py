from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.guardduty.detection import detector_on, detector_publishes_soon, region_detector
from checks.guardduty.plans import PLAN_CHECKS, PLANS
from checks.guardduty.resources import Detector, GuardDutyRegion

BY_KIND = dict(zip((plan.kind for plan in PLANS), PLAN_CHECKS, strict=True))


def detector(*features, **facts):
    return fake(
        Detector, "12abc34d567e8fa901bc2d34e56789f0", **{"status": "ENABLED", "features": list(features), **facts}
    )


def feature(name, status="ENABLED", **additional):
    more = [{"Name": each, "Status": told} for each, told in additional.items()]
    return {"Name": name, "Status": status, **({"AdditionalConfiguration": more} if more else {})}


def enabled(plan, status="ENABLED"):
    """Return the feature of a plan with what makes it the plan in a status."""
    name, _, more = plan.feature.partition("/")
    return feature(name, **{more: status}) if more else feature(name, status)


def plan_cases(plan):
    check = BY_KIND[plan.kind]
    return [
        passes(check, detector(feature("CLOUD_TRAIL"), enabled(plan))),
        fails(check, detector(enabled(plan, "DISABLED")), says=f"{plan.feature} is not on"),
        fails(
            check,
            detector(feature("CLOUD_TRAIL")),
            says=plan.feature,
            doubt="A plan that GuardDuty does not list is not on. Accept the finding where a region does not offer it.",
        ),
        inapplicable(check, detector(status="DISABLED")),
        unknown(check, detector(features=refused("guardduty:GetDetector"))),
    ]


def region():
    return fake(GuardDutyRegion)


CASES: list[Case] = [
    passes(region_detector, region(), detector()),
    passes(
        region_detector,
        region(),
        detector(status="DISABLED"),
        doubt="A detector that is suspended is a detector: that it finds nothing is told by another rule.",
    ),
    fails(region_detector, region(), says="off in eu-west-1"),
    fails(region_detector, region(), fake(Detector, "12abc", region="us-east-1"), says="off in eu-west-1"),
    unknown(region_detector, region(), says="ListDetectors", unlisted=[Detector]),
    passes(detector_on, detector()),
    fails(detector_on, detector(status="DISABLED"), says="suspended"),
    unknown(detector_on, detector(status=refused("guardduty:GetDetector"))),
    passes(detector_publishes_soon, detector(publishing_frequency="FIFTEEN_MINUTES")),
    passes(detector_publishes_soon, detector(publishing_frequency="ONE_HOUR")),
    fails(detector_publishes_soon, detector(publishing_frequency="SIX_HOURS"), says="SIX_HOURS"),
    fails(detector_publishes_soon, detector(publishing_frequency="ONE_HOUR"), allowed=("FIFTEEN_MINUTES",)),
    inapplicable(detector_publishes_soon, detector(status="DISABLED", publishing_frequency="SIX_HOURS")),
    unknown(detector_publishes_soon, detector(publishing_frequency=refused())),
    *(case for plan in PLANS for case in plan_cases(plan)),
    inapplicable(
        BY_KIND["rds-protection"],
        detector(feature("CLOUD_TRAIL"), region="ap-east-2"),
        doubt="GuardDuty has no RDS Protection in Taipei.",
    ),
    passes(
        BY_KIND["eks-runtime"],
        detector(feature("EKS_RUNTIME_MONITORING", EKS_ADDON_MANAGEMENT="ENABLED")),
        doubt="The older EKS Runtime Monitoring with its own agent management does as well.",
    ),
    fails(
        BY_KIND["runtime-monitoring"],
        detector(feature("EKS_RUNTIME_MONITORING", EKS_ADDON_MANAGEMENT="ENABLED")),
        doubt="EKS Runtime Monitoring sees clusters only: it does not stand for Runtime Monitoring.",
    ),
    passes(
        BY_KIND["runtime-monitoring"],
        detector(feature("RUNTIME_MONITORING", EKS_ADDON_MANAGEMENT="DISABLED")),
        doubt="Runtime monitoring without an agent that GuardDuty installs is on: each kind of agent has a rule.",
    ),
    fails(
        BY_KIND["ec2-runtime"],
        detector(feature("RUNTIME_MONITORING", "DISABLED", EC2_AGENT_MANAGEMENT="ENABLED")),
        doubt="Agents are of no use where runtime monitoring itself is off.",
    ),
]
