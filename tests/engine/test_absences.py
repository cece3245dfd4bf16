"""What an answer means that is no plain reply: errors that say "there is none", moot questions, pages without end."""

from datetime import UTC, datetime

import pytest

from auditor import registry
from auditor.audit import Audit
from auditor.call import Call, Failure, Reply
from auditor.facts import Asked
from auditor.gaps import gaps_of
from auditor.severity import Status
from auditor.source import Live
from auditor.targets import Access
from benchmarks import accounts
from benchmarks.account import AwsError
from benchmarks.endpoint import serve

NOW = datetime(2026, 1, 15, tzinfo=UTC)
REGION = "us-east-1"
BUCKET = "company-00000-logs"


def empty(buckets=0):
    return accounts.account(
        buckets=buckets, security_groups=0, instances=0, users=0, roles=0, databases=0, trails=0, regions=1
    )


def source(endpoint, plan=None):
    return Live.open(Access(endpoint_url=endpoint.url, regions=(REGION,)), plan.operations() if plan else {})


def audited(endpoint, check_id):
    """Return the findings and gaps of one check, run as a scan runs it."""
    audit = Audit((registry.load().get(check_id),))
    live = source(endpoint, audit.plan)
    inventory = audit.live(live, live.target(), NOW, 4).inventory
    findings = audit.decide(inventory)
    return findings, gaps_of(findings, inventory, audit.plan)


def test_words_tell_apart_what_aws_gives_one_code():
    fact = Asked("GetLock", absent={"NoLock": None, "AccessDenied: is not enabled": None})
    assert fact.answer(Failure("NoLock", "", NOW)) == "NoLock"
    assert fact.answer(Failure("AccessDenied", "The toy box is not enabled.", NOW)) == "AccessDenied: is not enabled"
    assert fact.answer(Failure("AccessDenied", "not authorized to perform: toy:GetLock", NOW)) is None
    assert fact.answer(Failure("Throttling", "The toy box is not enabled.", NOW)) is None
    assert fact.answer(Reply({}, NOW)) is None


@pytest.mark.parametrize(
    ("message", "status", "told"),
    [
        ("Macie is not enabled.", Status.FAIL, []),
        ("User: x is not authorized to perform: macie2:GetMacieSession", Status.UNKNOWN, ["macie2:GetMacieSession"]),
    ],
)
def test_a_service_that_is_off_is_no_gap_although_it_refuses(message, status, told):
    account = empty()
    account.put("macie2", "GetMacieSession", AwsError("AccessDeniedException", message, 403), region=REGION)
    with serve(account) as endpoint:
        findings, gaps = audited(endpoint, "macie2-session-enabled")
    assert [each.status for each in findings] == [status]
    assert [each.operation for each in gaps] == told


def test_a_region_s_buckets_are_not_known_where_no_bucket_could_be_listed():
    account = empty().refuse(("s3", "ListBuckets"))
    account.put(
        "macie2", "GetMacieSession", AwsError("AccessDeniedException", "Macie is not enabled.", 403), region=REGION
    )
    with serve(account) as endpoint:
        findings, gaps = audited(endpoint, "macie2-discovery-automated")
    assert [each.status for each in findings] == [Status.UNKNOWN]
    assert [each.operation for each in gaps] == ["s3:ListBuckets"]


def test_what_is_moot_is_not_asked_to_find_out_whether_something_else_is():
    account = empty(buckets=1)
    account.put("s3", "GetBucketPolicy", AwsError("NoSuchBucketPolicy", "None", 404), Bucket=BUCKET)
    ownership = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}
    account.put("s3", "GetBucketOwnershipControls", ownership, Bucket=BUCKET)
    with serve(account) as endpoint:
        findings, _ = audited(endpoint, "s3-bucket-website-private")
        asked = endpoint.summary().counts
    assert [each.status for each in findings] == [Status.PASS]
    assert {"s3:GetBucketPolicyStatus", "s3:GetBucketAcl", "s3:GetBucketWebsite"} & asked.keys() == set()


def points(*names, **more):
    return {"AccessPointList": [{"Name": name} for name in names], **more}


def test_pages_that_botocore_knows_no_way_to_are_fetched_by_their_token():
    account = empty()
    account.put("s3control", "ListAccessPoints", points("a", NextToken="t"), region=REGION)
    account.put("s3control", "ListAccessPoints", points("b", NextToken="u"), region=REGION, NextToken="t")
    account.put("s3control", "ListAccessPoints", points("c"), region=REGION, NextToken="u")
    call = Call.of("s3control", "ListAccessPoints", REGION, {"AccountId": account.id})
    with serve(account) as endpoint:
        reply = source(endpoint).fetch(call)
    assert reply.value == points("a", "b", "c")


def test_a_token_that_leads_to_itself_is_a_failure_and_no_endless_audit():
    account = empty()
    account.put("s3control", "ListAccessPoints", points("a", NextToken="t"), region=REGION)
    account.put("s3control", "ListAccessPoints", points("b", NextToken="t"), region=REGION, NextToken="t")
    call = Call.of("s3control", "ListAccessPoints", REGION, {"AccountId": account.id})
    with serve(account) as endpoint:
        outcome = source(endpoint).fetch(call)
    assert isinstance(outcome, Failure)
    assert "twice" in outcome.message
