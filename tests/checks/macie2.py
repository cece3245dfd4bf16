from auditor.request import Unseen
from auditor.testing import Case, fails, fake, inapplicable, passes, refused, unknown
from checks.macie2.discovery import discovery_automated, session_enabled
from checks.macie2.resources import MacieRegion
from checks.s3.resources import Bucket

NOT_OFFERED = Unseen("macie2:GetMacieSession", "macie2:GetMacieSession", "NotOffered", "not offered in eu-west-1")
BUCKET = fake(Bucket, "arn:aws:s3:::b", region="eu-west-1")


def macie(**facts):
    return fake(MacieRegion, region="eu-west-1", **facts)


CASES: list[Case] = [
    passes(session_enabled, macie(status="ENABLED")),
    fails(session_enabled, macie(status="PAUSED"), says="PAUSED", doubt="Macie that is suspended looks at nothing."),
    fails(session_enabled, macie(status="DISABLED"), says="Macie is DISABLED in eu-west-1"),
    unknown(
        session_enabled,
        macie(status=refused("macie2:GetMacieSession")),
        doubt="A refusal and Macie being off come with one error code: only the words 'Macie is not enabled' are off.",
    ),
    inapplicable(
        session_enabled,
        macie(status=NOT_OFFERED),
        doubt="In a region that AWS does not offer Macie in, there is nothing to turn on.",
    ),
    passes(discovery_automated, macie(discovery_of_account="ENABLED"), BUCKET),
    passes(discovery_automated, macie(discovery_of_account=None, discovery_configured="ENABLED"), BUCKET),
    passes(
        discovery_automated,
        macie(status="DISABLED"),
        fake(Bucket, "arn:aws:s3:::far", region="us-east-1"),
        doubt="A region without buckets has nothing to look through.",
    ),
    fails(discovery_automated, macie(discovery_of_account="DISABLED"), BUCKET, says="is off"),
    fails(discovery_automated, macie(discovery_of_account=None, discovery_configured="DISABLED"), BUCKET),
    fails(discovery_automated, macie(status="DISABLED"), BUCKET),
    unknown(discovery_automated, macie(discovery_of_account=refused()), BUCKET),
    unknown(discovery_automated, macie(discovery_of_account="DISABLED"), unlisted=[Bucket]),
]
