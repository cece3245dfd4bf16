"""Requests from outside as people read them, and the actions and resources they are about."""

import pytest
from reaching import BUCKET, INTERNAL, OTHER, OWN, PUBLIC, allow, deny, reached

from auditor.policy import Witness, parse, reach


def test_the_action_shown_is_one_that_the_resource_knows():
    (shown,) = reached(allow(Action="s3:*Tagging"), actions=["s3:GetObject", "s3:GetObjectTagging"]).witnesses[:1]
    assert shown.request.action == "s3:GetObjectTagging"
    (shown,) = reached(allow(Action="s3:*")).witnesses[:1]
    assert shown.request.action == "s3:GetObject"


def test_variables_in_resources_are_the_callers_to_choose():
    assert reached(allow(Resource=f"{BUCKET}/${{aws:username}}/*")).extent is PUBLIC
    assert reached(allow(Resource=f"{BUCKET}/${{aws:PrincipalTag/team}}/*")).extent is PUBLIC


def test_all_resources_but_some_are_shown_by_another():
    statement = allow(NotResource=f"{BUCKET}/private/*")
    del statement["Resource"]
    found = reached(statement)
    assert found.extent is PUBLIC
    assert found.witnesses[0].request.resource == f"{BUCKET}/other"


def test_a_witness_in_words():
    def told(*statements, **options):
        return [str(each) for each in reached(*statements, **options).witnesses]

    getting = f"call s3:GetObject on {BUCKET}/other"
    assert told(allow()) == [f"statement 1 lets anyone, even without credentials, {getting}"]
    assert told(allow({"AWS": OTHER})) == [f"statement 1 lets principals of account {OTHER} {getting}"]
    role = f"arn:aws:iam::{OTHER}:role/r"
    assert told(allow({"AWS": role})) == [f"statement 1 lets {role} {getting}"]
    acme = allow(condition={"StringEquals": {"aws:PrincipalOrgID": "o-acme"}})
    assert told(acme) == [f"statement 1 lets principals of organization o-acme {getting}"]
    together = allow(condition={"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}})
    assert told(together) == [f"statement 1 lets principals of the resource's organization {getting}"]
    mail, trail = allow({"Service": "ses.amazonaws.com"}), {"Service": "cloudtrail.amazonaws.com"}
    assert told(mail) == [f"statement 1 lets the service ses.amazonaws.com on anyone's behalf {getting}"]
    others = allow(trail, {"StringEquals": {"aws:SourceAccount": OTHER}})
    behalf = f"the service cloudtrail.amazonaws.com on behalf of account {OTHER}"
    assert told(others) == [f"statement 1 lets {behalf} {getting}, with aws:SourceAccount {OTHER}"]
    some = allow(condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})
    assert told(some) == [f"statement 1 lets AWS services such as sns.amazonaws.com on anyone's behalf {getting}"]
    hole = allow(
        condition={"StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}, "Bool": {"aws:SecureTransport": "true"}}
    )
    terms = "aws:SecureTransport true and no aws:SourceVpce"
    assert told(hole) == [f"statement 1 lets anyone, even without credentials, {getting}, with {terms}"]
    guarded = told(allow(), deny({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}))
    assert guarded == [f"statement 1 lets anyone, even without credentials, {getting}, with aws:SourceVpce vpce-1"]
    access = "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"
    assert told(allow({"AWS": access})) == [f"statement 1 lets {access} {getting}"]


def test_who_is_told_where_credentials_are_needed():
    key = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
    document = parse({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}})
    (shown,) = reach(document, OWN, key).witnesses
    assert str(shown) == f"statement 1 lets anyone with an AWS account call kms:Decrypt on {key}"
    named = allow(condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}})
    assert "anyone with an AWS account as arn:aws:iam::999999999999:role/admin call" in str(reached(named).witnesses[0])


@pytest.mark.parametrize(
    ("resource", "extent", "shown"),
    [
        ("*", PUBLIC, f"{BUCKET}/other"),
        ("arn:aws:s3:::*", PUBLIC, f"{BUCKET}/other"),
        ("arn:aws:s3:::l*/a/*", PUBLIC, f"{BUCKET}/x/a/x"),
        (f"{BUCKET}/a/*", PUBLIC, f"{BUCKET}/a/other"),
        (BUCKET, PUBLIC, BUCKET),
        ("arn:aws:s3:::else/*", INTERNAL, ""),
        (f"{BUCKET}2/*", INTERNAL, ""),
    ],
)
def test_what_is_shown_is_the_resources_own(resource, extent, shown):
    found = reached(allow(Resource=resource))
    assert found.extent is extent
    assert [each.request.resource for each in found.witnesses] == ([shown] if shown else [])


def test_resources_of_services_whose_policies_are_about_others():
    bus = f"arn:aws:events:eu-west-1:{OWN}:event-bus/default"
    rule = f"arn:aws:events:eu-west-1:{OWN}:rule/default/*"
    statement = {"Effect": "Allow", "Principal": "*", "Action": "events:PutRule", "Resource": rule}
    (shown,) = reach(parse({"Statement": statement}), OWN, bus).witnesses
    assert shown.request.resource == rule.replace("*", "other")
    key = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "NotResource": "arn:aws:kms:*:*:alias/x"}
    (shown,) = reach(parse({"Statement": key}), OWN, f"arn:aws:kms:eu-west-1:{OWN}:key/1").witnesses
    assert shown.request.resource == f"arn:aws:kms:eu-west-1:{OWN}:key/1"


def test_one_witness_for_each_party_of_a_statement():
    inside = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
    assert len(reached(allow(condition=inside)).witnesses) == 1


def test_a_witness_without_more_words_names_the_principal_of_its_request():
    (found,) = reached(allow({"AWS": OTHER})).witnesses
    plain = Witness(found.request, found.decision, found.statement)
    assert plain.caller == f"arn:aws:iam::{OTHER}:user/other"
    (found,) = reached(allow()).witnesses
    assert Witness(found.request, found.decision, found.statement).caller == "an anonymous caller"
    (found,) = reached(allow({"Service": "ses.amazonaws.com"})).witnesses
    assert Witness(found.request, found.decision, found.statement).caller == "the service ses.amazonaws.com"
