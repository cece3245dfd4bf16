from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.securityhub.resources import HubRegion
from checks.securityhub.standards import (
    region_foundational_standard,
    region_new_controls,
    region_on,
    region_standards_complete,
)

FOUNDATIONAL = "arn:aws:securityhub:eu-west-1::standards/aws-foundational-security-best-practices/v/1.0.0"
CIS = "arn:aws:securityhub:::ruleset/cis-aws-foundations-benchmark/v/1.2.0"
HUB = {
    "HubArn": "arn:aws:securityhub:eu-west-1:123456789012:hub/default",
    "SubscribedAt": "2025-05-01T10:00:00.000Z",
    "AutoEnableControls": True,
}


def hub(*standards, **facts):
    return fake(HubRegion, **{"hub": HUB, "standards": list(standards), **facts})


def off():
    return fake(HubRegion, hub=None, standards=[])


def standard(arn, status="READY", **more):
    return {"StandardsArn": arn, "StandardsStatus": status, "StandardsInput": {}, **more}


CASES: list[Case] = [
    passes(region_on, hub()),
    fails(
        region_on,
        off(),
        says="off in eu-west-1",
        doubt="Security Hub CSPM has to be on: the newer Security Hub beside it gathers findings and checks nothing.",
    ),
    unknown(region_on, hub(hub=refused("securityhub:DescribeHub"))),
    passes(region_foundational_standard, hub(standard(CIS), standard(FOUNDATIONAL))),
    passes(region_foundational_standard, hub(standard(FOUNDATIONAL, "PENDING"))),
    passes(
        region_foundational_standard,
        hub(standard(FOUNDATIONAL, "INCOMPLETE")),
        doubt="A standard that could not be enabled completely is on: what it lacks is told by another rule.",
    ),
    fails(region_foundational_standard, hub(standard(CIS)), says="Foundational Security Best Practices is off"),
    fails(region_foundational_standard, hub()),
    fails(
        region_foundational_standard,
        hub(standard(FOUNDATIONAL, "FAILED")),
        doubt="FAILED means that somebody turned the standard off and that this did not come to its end.",
    ),
    inapplicable(region_foundational_standard, off()),
    unknown(region_foundational_standard, hub(standards=refused("securityhub:GetEnabledStandards"))),
    passes(region_standards_complete, hub(standard(FOUNDATIONAL), standard(CIS, "PENDING"))),
    fails(
        region_standards_complete,
        hub(
            standard(
                FOUNDATIONAL,
                "INCOMPLETE",
                StandardsStatusReason={"StatusReasonCode": "NO_AVAILABLE_CONFIGURATION_RECORDER"},
            )
        ),
        says="aws-foundational-security-best-practices/v/1.0.0 is incomplete: NO_AVAILABLE_CONFIGURATION_RECORDER",
    ),
    inapplicable(region_standards_complete, off()),
    unknown(region_standards_complete, hub(standards=refused())),
    passes(region_new_controls, hub()),
    fails(region_new_controls, hub(hub={**HUB, "AutoEnableControls": False}), says="new controls stay disabled"),
    inapplicable(region_new_controls, off()),
    unknown(region_new_controls, hub(hub=refused())),
]
