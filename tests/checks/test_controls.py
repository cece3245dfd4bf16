"""Why nothing is wrong where resource control policies deny it: the evidence names the statements."""

import json

import msgspec
import pytest
from guarded import DEPUTIES, PLAIN_HTTP, STRANGERS, denial, identities, under
from resource_policies import MEMBER, OTHER, UNBLOCKED, allow, held, of

from auditor.guardrails import Guardrail, Guardrails
from auditor.severity import Status
from auditor.testing import fake, verdict
from checks.access import deputies, reaching
from checks.access.policies import BUCKET, KEY, ROLE
from checks.s3.access import bucket_not_public, bucket_tls_only
from checks.s3.resources import Bucket

OPEN = fake(Bucket, "arn:aws:s3:::b", public_access_block={}, policy_is_public=True, acl=[], policy=None)


def told(finding):
    """Return what the evidence tells of resource control policies, by name."""
    rows = [each for each in finding.evidence if each.operation == "organizations:DescribePolicy"]
    return {each.fact: each.value for each in rows}


@pytest.mark.parametrize("kind", [BUCKET, KEY, ROLE], ids=lambda kind: kind.stem)
def test_the_evidence_names_the_statement_that_denies_and_what_it_denies(kind):
    finding = verdict(of(reaching.PUBLIC, kind), held(kind, allow(kind)), UNBLOCKED, guardrails=under(STRANGERS))
    assert finding.status is Status.PASS
    (row,) = told(finding)["outsiders_denied"]
    assert (row["policy"], row["statement"]) == ("perimeter", "OnlyOurIdentities")
    assert row["denies"].startswith("statement 1 lets anyone")
    assert json.loads(msgspec.json.encode(finding))["evidence"]


def test_what_remains_is_found_and_what_is_denied_is_told_beside_it():
    statements = allow(BUCKET), allow(BUCKET, {"Service": "cloudtrail.amazonaws.com"})
    finding = verdict(of(deputies.SERVICES, BUCKET), held(BUCKET, *statements), guardrails=under(STRANGERS))
    assert finding.status is Status.FAIL
    assert [each.summary.split(" lets ")[0] for each in finding.problems] == ["statement 2"]
    assert [each["denies"].split(" lets ")[0] for each in told(finding)["outsiders_denied"]] == ["statement 1"]


@pytest.mark.parametrize(
    ("check", "what", "statement"),
    [(bucket_not_public, "strangers_denied", STRANGERS), (bucket_tls_only, "plain_http_denied", PLAIN_HTTP)],
    ids=["public", "plain HTTP"],
)
def test_the_evidence_of_a_bucket_names_what_protects_it(check, what, statement):
    finding = verdict(check, OPEN, UNBLOCKED, guardrails=under(statement, denial("Other", {"Null": {"a:b": "true"}})))
    assert finding.status is Status.PASS
    assert statement["Sid"] in {each["statement"] for each in told(finding)[what]}


@pytest.mark.parametrize(
    "guardrails",
    [Guardrails(), Guardrails(rcps=()), under(denial("Elsewhere", None, ["dynamodb:*"])), under(DEPUTIES)],
    ids=["not read", "none apply", "about another service", "about services"],
)
def test_nothing_is_told_where_nothing_is_denied(guardrails):
    finding = verdict(of(reaching.PUBLIC, BUCKET), held(BUCKET, allow(BUCKET)), UNBLOCKED, guardrails=guardrails)
    assert (finding.status, told(finding)) == (Status.FAIL, {})


def test_what_takes_too_long_to_tell_is_unknown_and_no_pass():
    """More exceptions than are tried: a stranger's request may be one of them."""
    exempt = [f"arn:aws:iam::{number:012d}:role/partner" for number in range(400)]
    among_many = denial("OnlyOurs", {**identities(), "ArnNotLikeIfExists": {"aws:PrincipalArn": exempt}})
    finding = verdict(of(reaching.PUBLIC, BUCKET), held(BUCKET, allow(BUCKET)), UNBLOCKED, guardrails=under(among_many))
    assert finding.status is Status.UNKNOWN
    assert "nobody can tell whether resource control policies deny" in finding.unseen.message


def test_levels_are_asked_alike_from_the_root_to_the_account():
    policy = Guardrail("p-1", "perimeter", json.dumps({"Version": "2012-10-17", "Statement": [STRANGERS]}))
    for levels in (((policy,), (), ()), ((), (policy,)), ((), (), (policy,))):
        subject = held(KEY, allow(KEY, {"AWS": OTHER}))
        finding = verdict(of(reaching.ACCOUNTS, KEY), subject, MEMBER, guardrails=Guardrails(rcps=levels))
        assert finding.status is Status.PASS
