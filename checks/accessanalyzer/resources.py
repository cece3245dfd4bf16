"""IAM Access Analyzer's analyzers of a region, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor import REGIONAL, Asked, Resource

if TYPE_CHECKING:
    from types_boto3_accessanalyzer.type_defs import AnalyzerSummaryTypeDef


class AccessAnalyzerRegion(Resource, type="AWS::::Account", service="accessanalyzer", scope=REGIONAL):
    """A region of the account, as far as IAM Access Analyzer goes."""

    analyzers = Asked["list[AnalyzerSummaryTypeDef]"](
        "ListAnalyzers", "analyzers", permission="access-analyzer:ListAnalyzers"
    )
