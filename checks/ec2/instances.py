"""How instances are set up."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.ec2.resources import Instance

GONE: Final = frozenset({"shutting-down", "terminated"})
"""The states of which there is no way back."""


@check(
    "ec2-instance-imdsv2-required",
    Severity.HIGH,
    reads=[Instance.state, Instance.metadata_options],
    references=[
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html",
        "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html",
    ],
    fix=Fix(
        cli="aws ec2 modify-instance-metadata-options --region {resource.region} --instance-id {resource.id} "
        "--http-tokens required",
        text="See first that MetadataNoToken in CloudWatch is 0: software that still uses IMDSv1 stops working.",
    ),
    applies=lambda instance: instance.state not in GONE,
)
def instance_imdsv2_required(instance: Instance) -> Problems:
    """Instances require IMDSv2 of whoever reads their metadata, or do not serve it.

    With IMDSv1 a flaw that makes a server fetch an address of the attacker's choice is enough to steal the
    credentials of the instance's role.
    """
    options = instance.metadata_options
    if options.get("HttpEndpoint") != "disabled" and options.get("HttpTokens") != "required":
        tokens = options.get("HttpTokens", "not set")
        yield Problem(f"session tokens are {tokens}", found=options, expected="HttpTokens: required")
