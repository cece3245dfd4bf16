"""Whether IAM Access Analyzer looks for what is shared with strangers."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.accessanalyzer.resources import AccessAnalyzerRegion

EXTERNAL_ACCESS: Final = frozenset({"ACCOUNT", "ORGANIZATION"})
"""The types of analyzers that look for external access; others look for unused or internal access."""


@check(
    "accessanalyzer-external-access-analyzed",
    Severity.HIGH,
    reads=[AccessAnalyzerRegion.analyzers],
    references=["https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html"],
    fix=Fix(
        cli="aws accessanalyzer create-analyzer --region {resource.region} --analyzer-name external-access "
        "--type ACCOUNT",
        terraform='resource "aws_accessanalyzer_analyzer" "external" {\n'
        '  analyzer_name = "external-access"\n  type          = "ACCOUNT"\n}',
        cloudformation="ExternalAccessAnalyzer:\n  Type: AWS::AccessAnalyzer::Analyzer\n  Properties:\n"
        "    AnalyzerName: external-access\n    Type: ACCOUNT",
        text="It costs nothing. An analyzer of the type ORGANIZATION, in the management account or the one it has "
        "delegated this to, looks at every account.",
    ),
)
def external_access_analyzed(region: AccessAnalyzerRegion) -> Problems:
    """IAM Access Analyzer looks for external access in every region.

    It tells which buckets, roles, keys, queues, functions and secrets somebody outside the account, or the
    organization, can reach. An analyzer of the whole organization counts where AWS lists it: in the account that it
    belongs to. AWS does not tell a member account of it.
    """
    analyzers = [each for each in region.analyzers if each["type"] in EXTERNAL_ACCESS]
    if not any(each["status"] == "ACTIVE" for each in analyzers):
        states = [f"{each['name']} is {each['status']}" for each in analyzers]
        told = ": " + ", ".join(states) if states else ""
        yield Problem(
            f"no external access analyzer is active in {region.id}{told}",
            found=[each["status"] for each in analyzers],
            expected="an analyzer of the type ACCOUNT or ORGANIZATION that is ACTIVE",
        )
