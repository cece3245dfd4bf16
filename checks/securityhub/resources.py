"""Security Hub's resources and where each fact comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor import REGIONAL, Asked, Moot, Resource

if TYPE_CHECKING:
    from types_boto3_securityhub.type_defs import DescribeHubResponseTypeDef, StandardsSubscriptionTypeDef


class HubRegion(Resource, type="AWS::SecurityHub::Hub", service="securityhub", scope=REGIONAL):
    """Security Hub CSPM in a region."""

    # The code stands for other refusals too, of a member account for instance: the words tell them apart.
    hub = Asked["DescribeHubResponseTypeDef | None"](
        "DescribeHub",
        absent={"InvalidAccessException: not subscribed": None, "ResourceNotFoundException": None},
    )
    standards = Asked["list[StandardsSubscriptionTypeDef]"](
        "GetEnabledStandards",
        "StandardsSubscriptions",
        MaxResults=100,
        moot=Moot(hub, lambda hub: hub is None, then=[]),
    )
