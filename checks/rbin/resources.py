"""Recycle Bin's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor import REGIONAL, Asked, Listing, Resource

if TYPE_CHECKING:
    from types_boto3_rbin.type_defs import GetRuleResponseTypeDef


def _rules(resource_type: str) -> Listing:
    """Return the listing of the rules for a type: Recycle Bin lists those of one type at a time."""
    return Listing(
        "ListRules",
        "Rules",
        id="Identifier",
        arn="{RuleArn}",
        name="Description",
        ResourceType=resource_type,
        MaxResults=1000,
    )


def _details() -> Asked[GetRuleResponseTypeDef]:
    """Return the fact which resources a rule keeps: the listing does not tell."""
    return Asked("GetRule", Identifier="{id}")


class RecycleBin(Resource, type="AWS::::Account", service="rbin", scope=REGIONAL):
    """The Recycle Bin of the account in one region."""


class SnapshotRule(Resource, type="AWS::Rbin::Rule", service="rbin", scope=REGIONAL):
    """A rule that keeps deleted EBS snapshots."""

    listing = _rules("EBS_SNAPSHOT")
    details = _details()


class ImageRule(Resource, type="AWS::Rbin::Rule", service="rbin", scope=REGIONAL):
    """A rule that keeps deregistered images."""

    listing = _rules("EC2_IMAGE")
    details = _details()
