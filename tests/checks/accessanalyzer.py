from auditor.testing import Case, fails, fake, passes, refused, unknown
from checks.accessanalyzer.analyzers import external_access_analyzed
from checks.accessanalyzer.resources import AccessAnalyzerRegion


def region(*analyzers):
    return fake(AccessAnalyzerRegion, analyzers=list(analyzers))


def analyzer(kind="ACCOUNT", status="ACTIVE"):
    return {
        "name": kind.lower(),
        "arn": f"arn:aws:access-analyzer:eu-west-1:1:analyzer/{kind}",
        "type": kind,
        "status": status,
    }


CASES: list[Case] = [
    passes(external_access_analyzed, region(analyzer())),
    passes(external_access_analyzed, region(analyzer("ORGANIZATION"))),
    passes(external_access_analyzed, region(analyzer(status="DISABLED"), analyzer("ORGANIZATION"))),
    fails(
        external_access_analyzed,
        region(),
        says="in eu-west-1",
        doubt="AWS does not tell a member account of its organization's analyzer: accept the finding there, once you "
        "have seen the analyzer where it belongs.",
    ),
    fails(
        external_access_analyzed,
        region(analyzer("ACCOUNT_UNUSED_ACCESS"), analyzer("ORGANIZATION_INTERNAL_ACCESS")),
        doubt="Analyzers of unused or internal access do not look for strangers.",
    ),
    fails(external_access_analyzed, region(analyzer(status="FAILED")), says="account is FAILED"),
    unknown(external_access_analyzed, fake(AccessAnalyzerRegion, analyzers=refused("access-analyzer:ListAnalyzers"))),
]
