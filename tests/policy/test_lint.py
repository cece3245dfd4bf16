"""The linter: every rule has a policy that breaks it and one, as near as can be, that does not."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.policy import Grade, Group, Kind, PolicyError, lint, parse
from auditor.policy.linter import RULES

IDENTITY, RESOURCE, SCP, RCP = Kind.IDENTITY, Kind.RESOURCE, Kind.SCP, Kind.RCP
ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
PUBLIC = {**ALLOW, "Principal": {"AWS": "111122223333"}}
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}
DENY_ALL = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}
LOGS = {"Effect": "Allow", "Action": "logs:*", "Resource": "*"}


def policy(*statements, version="2012-10-17", **elements):
    return {"Version": version, "Statement": list(statements), **elements}


def allow(**changes):
    return policy({**ALLOW, **changes})


def public(**changes):
    return policy({**PUBLIC, **changes})


def without(element, statement=ALLOW):
    return policy({name: value for name, value in statement.items() if name != element})


def when(operator, key, value, **changes):
    return allow(Condition={operator: {key: value}}, **changes)


def both(*conditions, **changes):
    return allow(Condition={operator: {key: value} for operator, key, value in conditions}, **changes)


def codes(document, kind=IDENTITY, **options):
    return {lapse.code for lapse in lint(document, kind, **options)}


ORG = "aws:PrincipalOrgID"
CASES = [
    ("json-syntax-error", "{", json.dumps(allow()), IDENTITY),
    ("json-syntax-error", '{"Version": "2012-10-17", "Statement": [], "Statement": []}', policy(), IDENTITY),
    ("data-type-mismatch", [allow()], allow(), IDENTITY),
    ("data-type-mismatch", allow(Action={"s3": "*"}), allow(Action=["s3:GetObject"]), IDENTITY),
    ("data-type-mismatch", allow(Resource=[7]), allow(), IDENTITY),
    ("data-type-mismatch", allow(Sid=7), allow(Sid="7"), IDENTITY),
    (
        "data-type-mismatch",
        allow(Condition=["Bool"]),
        allow(Condition={"Bool": {"aws:SecureTransport": True}}),
        IDENTITY,
    ),
    ("data-type-mismatch", policy("text"), policy(ALLOW), IDENTITY),
    ("data-type-mismatch", policy(ALLOW, version=2012), policy(ALLOW), IDENTITY),
    ("data-type-mismatch", public(Principal=[]), public(Principal="*"), RESOURCE),
    ("invalid-policy-element", allow(Actions="s3:*"), allow(), IDENTITY),
    ("invalid-policy-element", policy(ALLOW, Name="mine"), policy(ALLOW, Id="mine"), IDENTITY),
    ("invalid-version", policy(ALLOW, version="2012-10-18"), policy(ALLOW), IDENTITY),
    ("missing-statement", {"Version": "2012-10-17"}, policy(ALLOW), IDENTITY),
    ("missing-effect", without("Effect"), allow(), IDENTITY),
    ("invalid-effect", allow(Effect="allow"), allow(), IDENTITY),
    ("missing-action", without("Action"), policy({**LOGS}), IDENTITY),
    ("missing-resource", without("Resource"), allow(), IDENTITY),
    ("missing-resource", without("Resource", PUBLIC), policy(TRUST), RESOURCE),
    ("unsupported-element-combination", allow(NotAction="iam:*"), allow(), IDENTITY),
    ("unsupported-element-combination", public(NotPrincipal="*"), public(), RESOURCE),
    (
        "unique-sids-required",
        policy({**ALLOW, "Sid": "A"}, {**LOGS, "Sid": "A"}),
        policy({**ALLOW, "Sid": "A"}, {**LOGS, "Sid": "B"}),
        IDENTITY,
    ),
    (
        "unique-sids-recommended",
        policy({**PUBLIC, "Sid": "A"}, {**DENY_ALL, "Sid": "A"}),
        policy({**PUBLIC, "Sid": "A"}, {**DENY_ALL, "Sid": "B"}),
        RESOURCE,
    ),
    ("unsupported-sid", allow(Sid="read objects"), public(Sid="read objects"), IDENTITY),
    ("policy-size-exceeds-scp-quota", allow(Sid="a" * 5_200), allow(Sid="a" * 5_000), SCP),
    ("policy-size-exceeds-identity-policy-quota", allow(Sid="a" * 6_200), allow(Sid="a" * 6_000), IDENTITY),
    ("policy-size-exceeds-resource-policy-quota", public(Sid="a" * 33_000), public(Sid="a" * 32_000), RESOURCE),
    ("prohibited-resource", policy({**TRUST, "Resource": "*"}), policy(TRUST), RESOURCE),
    ("rcp-allow", public(Principal="*"), policy(DENY_ALL), RCP),
    ("rcp-allow", public(Principal="*"), public(Principal="*", Action="*", Resource="*"), RCP),
    ("rcp-principal", policy({**DENY_ALL, "Principal": {"AWS": "111122223333"}}), policy(DENY_ALL), RCP),
    (
        "rcp-notaction",
        policy({"Effect": "Deny", "Principal": "*", "NotAction": "s3:*", "Resource": "*"}),
        policy(DENY_ALL),
        RCP,
    ),
    ("missing-principal", allow(), public(), RESOURCE),
    ("unsupported-principal", public(), allow(), IDENTITY),
    ("scp-syntax-error-principal", public(), allow(), SCP),
    ("invalid-principal-key", public(Principal={"Aws": "*"}), public(Principal={"AWS": "*"}), RESOURCE),
    ("invalid-principal-format", public(Principal={"AWS": "11112222333"}), public(), RESOURCE),
    ("invalid-principal-format", public(Principal="111122223333"), public(Principal="*"), RESOURCE),
    (
        "invalid-principal-format",
        public(Principal={"Federated": "example.com"}),
        public(Principal={"Federated": "arn:aws:iam::111122223333:oidc-provider/example.com"}),
        RESOURCE,
    ),
    (
        "unsupported-wildcard-in-principal",
        public(Principal={"AWS": "arn:aws:iam::111122223333:role/*"}),
        public(Principal={"AWS": "arn:aws:iam::111122223333:role/a"}),
        RESOURCE,
    ),
    (
        "invalid-service-principal-format",
        public(Principal={"Service": "lambda"}),
        public(Principal={"Service": "lambda.amazonaws.com"}),
        RESOURCE,
    ),
    ("invalid-role-reference", public(Principal={"AWS": "AROAIOSFODNN7EXAMPLE"}), public(), RESOURCE),
    ("invalid-user-reference", public(Principal={"AWS": "AIDAIOSFODNN7EXAMPLE"}), public(), RESOURCE),
    (
        "allow-with-notprincipal",
        policy({**ALLOW, "NotPrincipal": {"AWS": "111122223333"}}),
        policy({**ALLOW, "Effect": "Deny", "NotPrincipal": {"AWS": "111122223333"}}),
        RESOURCE,
    ),
    ("empty-array-principal", public(Principal={"AWS": []}), public(), RESOURCE),
    ("empty-array-principal", public(Principal={}), public(), RESOURCE),
    ("invalid-action", allow(Action="s3:GetObjcet"), allow(), IDENTITY),
    ("invalid-action", allow(Action="GetObject"), allow(), IDENTITY),
    ("invalid-action", policy({"Effect": "Deny", "NotAction": "iam:Gett", "Resource": "*"}), allow(), IDENTITY),
    ("invalid-service-in-action", allow(Action="s33:GetObject"), allow(Action="S3:GETOBJECT"), IDENTITY),
    ("wildcard-in-service-name", allow(Action="s*:GetObject"), allow(Action="*"), IDENTITY),
    ("pattern-without-actions", allow(Action="s3:Fetch*"), allow(Action="s3:Get*"), IDENTITY),
    ("empty-array-action", allow(Action=[]), allow(), IDENTITY),
    ("invalid-arn-prefix", allow(Resource="b/*"), allow(Resource="*"), IDENTITY),
    ("missing-arn-field", allow(Resource="arn:aws:s3:b"), allow(Resource="arn:aws:s3:*"), IDENTITY),
    ("invalid-partition", allow(Resource="arn:asw:s3:::b/*"), allow(Resource="arn:*:s3:::b/*"), IDENTITY),
    ("invalid-arn-service-case", allow(Resource="arn:aws:S3:::b/*"), allow(), IDENTITY),
    (
        "invalid-arn-account",
        allow(Action="sqs:SendMessage", Resource="arn:aws:sqs:eu-west-1:11112222:q"),
        allow(Action="sqs:SendMessage", Resource="arn:aws:sqs:eu-west-1:111122223333:q"),
        IDENTITY,
    ),
    (
        "invalid-arn-resource",
        allow(Resource="arn:aws:sqs:eu-west-1:111122223333:q"),
        allow(Resource="arn:aws:s3:eu-west-1:111122223333:accesspoint/p/object/*"),
        IDENTITY,
    ),
    (
        "invalid-arn-resource",
        allow(Action="ec2:StartInstances", Resource="arn:aws:ec2:eu-west-1:111122223333:i-1"),
        allow(Action="ec2:StartInstances", Resource="arn:aws:ec2:eu-west-1:111122223333:instance/i-1"),
        IDENTITY,
    ),
    (
        "mismatched-resource",
        allow(Resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
        allow(Action=["s3:GetObject", "s3:ListBucket"], Resource=["arn:aws:s3:::b", "arn:aws:s3:::b/*"]),
        IDENTITY,
    ),
    (
        "mismatched-resource",
        allow(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:instance-profile/a"),
        allow(Action="iam:PassRole", Resource="arn:aws:iam::111122223333:role/path/a"),
        IDENTITY,
    ),
    (
        "action-without-resource",
        allow(Action=["s3:GetObject", "s3:ListBucket"]),
        allow(Action=["s3:GetObject", "s3:ListBucket"], Resource="arn:aws:s3:::b*"),
        IDENTITY,
    ),
    (
        "action-without-resource",
        allow(Action=["s3:GetObject", "s3:ListBucket"]),
        policy(
            {**ALLOW, "Action": ["s3:GetObject", "s3:ListBucket"]},
            {"Effect": "Allow", "Action": "s3:List*", "Resource": "arn:aws:s3:::b"},
        ),
        IDENTITY,
    ),
    (
        "action-of-all-resources",
        allow(Action=["s3:GetObject", "s3:ListAllMyBuckets"]),
        allow(Action=["s3:GetObject", "s3:ListAllMyBuckets"], Resource="*"),
        IDENTITY,
    ),
    ("empty-array-resource", allow(Resource=[]), allow(), IDENTITY),
    ("invalid-condition-operator", when("StringEqual", ORG, "o-1"), when("StringEquals", ORG, "o-1"), IDENTITY),
    ("invalid-condition-operator", when("BoolNotEquals", "aws:SecureTransport", "true"), allow(), IDENTITY),
    ("invalid-condition-key-format", when("StringEquals", "PrincipalOrgID", "o-1"), allow(), IDENTITY),
    (
        "invalid-global-condition-key",
        when("StringEquals", "aws:PrincipalOrgIDs", "o-1"),
        when("StringEquals", "AWS:principalorgid", "o-1"),
        IDENTITY,
    ),
    (
        "invalid-service-condition-key",
        when("StringEquals", "s3:prefixes", "a", Action="s3:ListBucket", Resource="arn:aws:s3:::b"),
        when("StringEquals", "s3:prefix", "a", Action="s3:ListBucket", Resource="arn:aws:s3:::b"),
        IDENTITY,
    ),
    (
        "invalid-service-condition-key",
        when("StringEquals", "github:sub", "a"),
        when("StringEquals", "token.actions.githubusercontent.com:sub", "a"),
        IDENTITY,
    ),
    (
        "duplicate-keys-with-different-case",
        allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:sourcevpc": "vpc-1"}}),
        allow(Condition={"StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"}}),
        IDENTITY,
    ),
    (
        "invalid-condition-multiple-boolean",
        when("Bool", "aws:SecureTransport", ["true", "false"]),
        when("Bool", "aws:SecureTransport", ["true"]),
        IDENTITY,
    ),
    ("null-with-if-exists", when("NullIfExists", ORG, "true"), when("Null", ORG, "true"), IDENTITY),
    ("null-with-qualifier", when("ForAnyValue:Null", "aws:TagKeys", "true"), when("Null", ORG, "true"), IDENTITY),
    (
        "missing-qualifier",
        when("StringEquals", "aws:PrincipalOrgPaths", "o-1/r-1/"),
        when("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-1/r-1/"),
        IDENTITY,
    ),
    (
        "forallvalues-with-single-valued-key",
        when("ForAllValues:StringEquals", ORG, "o-1"),
        when("ForAllValues:StringEquals", ORG, "o-1", Effect="Deny"),
        IDENTITY,
    ),
    (
        "forallvalues-without-null",
        when("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"),
        both(("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"), ("Null", "aws:PrincipalOrgPaths", "false")),
        IDENTITY,
    ),
    (
        "forallvalues-without-null",
        both(("ForAllValues:StringLike", "aws:PrincipalOrgPaths", "o-1/*"), ("Null", "aws:PrincipalOrgPaths", "true")),
        when("ForAllValues:StringEquals", "aws:TagKeys", "team"),
        IDENTITY,
    ),
    (
        "invalid-variable-for-operator",
        when("NumericEquals", "aws:MultiFactorAuthAge", "${aws:username}"),
        when("StringEquals", "aws:ResourceTag/owner", "${aws:username}"),
        IDENTITY,
    ),
    (
        "variable-unsupported-in-version",
        policy({**ALLOW, "Resource": "arn:aws:s3:::b/${aws:username}/*"}, version="2008-10-17"),
        allow(Resource="arn:aws:s3:::b/${aws:username}/*"),
        IDENTITY,
    ),
    (
        "variable-unsupported-in-version",
        {"Statement": when("StringEquals", "aws:ResourceTag/owner", "${aws:username}")["Statement"]},
        when("StringEquals", "aws:ResourceTag/owner", "${aws:username}"),
        IDENTITY,
    ),
    (
        "missing-brace-in-variable",
        allow(Resource="arn:aws:s3:::b/${aws:username"),
        allow(Resource="arn:aws:s3:::b/${*}"),
        IDENTITY,
    ),
    ("empty-variable", allow(Resource="arn:aws:s3:::b/${}"), allow(Resource="arn:aws:s3:::b/${$}"), IDENTITY),
    (
        "unsupported-space-in-variable",
        allow(Resource="arn:aws:s3:::b/${aws: username}"),
        allow(Resource="arn:aws:s3:::b/${aws:PrincipalTag/cost center}"),
        IDENTITY,
    ),
    (
        "missing-quote-in-variable",
        allow(Resource="arn:aws:s3:::b/${aws:username, nobody}"),
        allow(Resource="arn:aws:s3:::b/${aws:username, 'nobody'}"),
        IDENTITY,
    ),
    (
        "private-ip-address",
        when("IpAddress", "aws:SourceIp", ["10.0.0.0/8"]),
        when("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "198.51.100.0/24", "8.8.8.0/24"]),
        IDENTITY,
    ),
    (
        "private-notipaddress",
        when("NotIpAddress", "aws:SourceIp", ["192.168.0.0/16"], Effect="Deny"),
        when("NotIpAddress", "aws:VpcSourceIp", ["192.168.0.0/16"], Effect="Deny"),
        IDENTITY,
    ),
    ("deprecated-global-condition-key", when("ArnLike", "aws:ARN", "arn:aws:iam::1:x"), allow(), IDENTITY),
    (
        "wildcard-without-like-operator",
        when("StringEquals", "aws:PrincipalTag/team", "admin-*"),
        when("StringLike", "aws:PrincipalTag/team", "admin-*"),
        IDENTITY,
    ),
    (
        "wildcard-without-like-operator",
        when("StringNotEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", Effect="Deny"),
        when("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/*", Effect="Deny"),
        IDENTITY,
    ),
    (
        "type-mismatch",
        when("StringEquals", "aws:SourceIp", "203.0.113.0/24"),
        when("IpAddress", "aws:SourceIp", "203.0.113.0/24"),
        IDENTITY,
    ),
    ("type-mismatch", when("NumericEquals", "aws:SecureTransport", "1"), allow(), IDENTITY),
    (
        "type-mismatch-boolean",
        when("Bool", "aws:SecureTransport", "yes"),
        when("Bool", "aws:SecureTransport", "TRUE"),
        IDENTITY,
    ),
    (
        "type-mismatch-number",
        when("NumericLessThan", "aws:MultiFactorAuthAge", "1h"),
        when("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
        IDENTITY,
    ),
    (
        "type-mismatch-date",
        when("DateLessThan", "aws:CurrentTime", "31.12.2030"),
        when("DateLessThan", "aws:CurrentTime", "2030-12-31T00:00:00Z"),
        IDENTITY,
    ),
    (
        "type-mismatch-ip-range",
        when("IpAddress", "aws:SourceIp", "8.8.8.0/33"),
        when("IpAddress", "aws:SourceIp", "2a01::/16"),
        IDENTITY,
    ),
    ("type-mismatch-null", when("Null", ORG, "no"), when("Null", ORG, "false"), IDENTITY),
    (
        "malformed-arn-in-condition",
        when("ArnLike", "aws:SourceArn", "arn:aws:s3:b"),
        when("ArnLike", "aws:SourceArn", "arn:aws:s3:::b"),
        IDENTITY,
    ),
    ("condition-without-values", when("StringEquals", ORG, []), when("StringEquals", ORG, ["o-1"]), IDENTITY),
    (
        "condition-always-met",
        when("IpAddress", "aws:SourceIp", ["0.0.0.0/0"]),
        when("StringLike", "aws:ResourceTag/team", "*"),
        IDENTITY,
    ),
    (
        "condition-always-met",
        when("StringLike", "aws:PrincipalArn", "*"),
        public(Condition={"StringLike": {"aws:PrincipalArn": "*"}}),
        IDENTITY,
    ),
    ("condition-always-met", when("StringLikeIfExists", "aws:ResourceTag/team", "*"), allow(), IDENTITY),
    (
        "unsupported-condition-key",
        when("StringEquals", "s3:prefix", "a"),
        when("StringEquals", "s3:ExistingObjectTag/team", "a"),
        IDENTITY,
    ),
    (
        "unmeetable-conditions",
        both(("StringEquals", ORG, "o-1"), ("StringNotEquals", ORG, ["o-1", "o-2"])),
        both(("StringEquals", ORG, ["o-1", "o-3"]), ("StringNotEquals", ORG, ["o-1", "o-2"])),
        IDENTITY,
    ),
    (
        "unmeetable-conditions",
        both(("Null", ORG, "true"), ("StringEquals", ORG, "o-1")),
        both(("Null", ORG, "true"), ("StringEqualsIfExists", ORG, "o-1")),
        IDENTITY,
    ),
    (
        "unmeetable-conditions",
        both(("NumericLessThan", "s3:max-keys", "5"), ("NumericGreaterThan", "s3:max-keys", "5")),
        both(("NumericLessThan", "s3:max-keys", "6"), ("NumericGreaterThan", "s3:max-keys", "5")),
        IDENTITY,
    ),
    (
        "unmeetable-conditions",
        both(
            ("DateGreaterThan", "aws:CurrentTime", "2030-01-02T00:00:00Z"),
            ("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
        ),
        both(
            ("DateGreaterThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"),
            ("DateLessThan", "aws:CurrentTime", "2030-01-02T00:00:00Z"),
        ),
        IDENTITY,
    ),
    (
        "improve-ip-range",
        when("IpAddress", "aws:SourceIp", "8.8.8.8/24"),
        when("IpAddress", "aws:SourceIp", "8.8.8.0/24"),
        IDENTITY,
    ),
    (
        "redundant-condition-value",
        when("StringLike", "aws:PrincipalTag/team", ["a*", "ab"]),
        when("StringEquals", "aws:PrincipalTag/team", ["a", "ab"]),
        IDENTITY,
    ),
    ("empty-object-condition", allow(Condition={}), allow(), IDENTITY),
    ("empty-array-statement", policy(), policy(ALLOW), IDENTITY),
    ("empty-sid-value", allow(Sid=""), allow(), IDENTITY),
    (
        "redundant-action",
        allow(Action=["s3:Get*", "S3:GetObject"], Resource="*"),
        allow(Action=["s3:GetBucket*", "s3:GetObject"], Resource="*"),
        IDENTITY,
    ),
    (
        "redundant-resource",
        allow(Resource=["arn:aws:s3:::b/*", "arn:aws:s3:::b/a"]),
        allow(Resource=["arn:aws:s3:::b/*", "arn:aws:s3:::B/a"]),
        IDENTITY,
    ),
    (
        "redundant-statement",
        policy(ALLOW, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        policy({**ALLOW, "Effect": "Deny"}, {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        IDENTITY,
    ),
    ("missing-version", {"Statement": [ALLOW]}, policy(ALLOW), IDENTITY),
    ("outdated-version", policy(ALLOW, version="2008-10-17"), policy(ALLOW), IDENTITY),
]


@pytest.mark.parametrize(("code", "broken", "sound", "kind"), CASES)
def test_a_rule_tells_what_breaks_it_and_not_what_does_not(code, broken, sound, kind):
    assert code in codes(broken, kind), f"{RULES[code].meaning} {RULES[code].reference}"
    elsewhere = RESOURCE if "Principal" in str(sound) and kind is IDENTITY else kind
    assert code not in codes(sound, elsewhere)


TABLE = "arn:aws:dynamodb:eu-west-1:111122223333:table/t"
USERS_ITEMS = ("dynamodb:LeadingKeys", "${cognito-identity.amazonaws.com:sub}")
DOCUMENTED = {
    "items of a table by their first key, without Scan (Amazon DynamoDB Developer Guide)": when(
        "ForAllValues:StringEquals", *USERS_ITEMS, Action=["dynamodb:GetItem", "dynamodb:Query"], Resource=TABLE
    ),
    "operations of a grant (AWS KMS Developer Guide, kms:GrantOperations)": when(
        "ForAllValues:StringEquals", "kms:GrantOperations", "Decrypt", Action="kms:CreateGrant", Resource="*"
    ),
    "names of records (Amazon Route 53 Developer Guide)": when(
        "ForAllValues:StringEquals",
        "route53:ChangeResourceRecordSetsNormalizedRecordNames",
        "_acme-challenge.example.com",
        Action="route53:ChangeResourceRecordSets",
        Resource="arn:aws:route53:::hostedzone/Z1",
    ),
    "a transform of CloudFormation (AWS Serverless Application Model)": allow(
        Action="cloudformation:CreateChangeSet",
        Resource=[
            "arn:aws:cloudformation:*:*:stack/a/*",
            "arn:aws:cloudformation:*:aws:transform/Serverless-2016-10-31",
        ],
    ),
    "a connection under its old name (Developer Tools Console User Guide)": allow(
        Action="codeconnections:UseConnection",
        Resource="arn:aws:codestar-connections:eu-west-1:111122223333:connection/c",
    ),
    "a session of one's own (Systems Manager User Guide)": allow(
        Action="ssmmessages:OpenDataChannel", Resource="arn:aws:ssm:*:*:session/${aws:userid}-*"
    ),
}


@pytest.mark.parametrize("document", DOCUMENTED.values(), ids=DOCUMENTED)
def test_what_aws_documents_is_not_told(document):
    assert [lapse for lapse in lint(document, IDENTITY) if lapse.grade is not Grade.SUGGESTION] == []


def test_a_scan_has_no_leading_keys():
    able = ["dynamodb:GetItem", "dynamodb:Scan"]
    scanning = when("ForAllValues:StringEquals", *USERS_ITEMS, Action=able, Resource=TABLE)
    assert codes(scanning) == {"forallvalues-without-null"}


def test_every_rule_is_broken_by_a_policy_and_names_its_page():
    assert {code for code, *_ in CASES} | {"missing-sid"} == set(RULES)
    for rule in RULES.values():
        assert rule.reference.startswith("https://docs.aws.amazon.com/")
        assert rule.meaning.endswith(".")


def test_a_lapse_says_where_it_is_and_what_is_meant():
    (lapse,) = lint(policy(LOGS, {**ALLOW, "Sid": "Read", "Action": "s3:GetObjcet"}), IDENTITY)
    assert (lapse.code, lapse.statement, lapse.sid, lapse.value) == ("invalid-action", 2, "Read", "s3:GetObjcet")
    assert lapse.grade is Grade.ERROR
    assert str(lapse) == (
        "statement 2 (Read) names the action s3:GetObjcet, which does not exist: did you mean s3:GetObject?"
    )
    (lapse,) = lint({"Statement": [LOGS]}, IDENTITY)
    assert str(lapse).startswith("the policy states no Version")


def test_sids_are_asked_for_when_wanted():
    assert "missing-sid" in codes(allow(), sids_wanted=True)
    assert "missing-sid" not in codes(allow(Sid="A"), sids_wanted=True)
    assert "missing-sid" not in codes(allow())


def test_only_what_groups_are_asked_for_is_told():
    bad = allow(Action=["s3:Nope", "s3:Get*", "s3:GetObject"], Condition={"Bool": {"aws:SecureTransport": "yes"}})
    assert codes(bad, groups=[Group.ACTIONS]) == {"invalid-action"}
    assert codes(bad, groups=[Group.CONDITIONS]) == {"type-mismatch-boolean"}


def test_a_partition_of_its_own_may_have_actions_that_nobody_documents():
    assert "invalid-action" in codes(allow(Action="s3:Nope"), partition="aws")
    assert "invalid-action" not in codes(allow(Action="s3:Nope"), partition="aws-cn")
    assert "invalid-partition" in codes(allow(), partition="aws-cn")
    assert "invalid-partition" not in codes(allow(Resource="arn:aws-cn:s3:::b/*"), partition="aws-cn")


def test_a_parsed_document_is_looked_at_like_its_text():
    document = allow(Action="s3:GetObjcet")
    assert codes(parse(document)) == codes(json.dumps(document)) == codes(document) == {"invalid-action"}


def test_what_was_deployed_long_ago_is_no_error():
    trust = policy({**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}}, version="2008-10-17")
    assert codes(trust, RESOURCE) == {"outdated-version"}


PAGES = sorted((Path(__file__).parent / "examples").glob("*.json"))


@pytest.mark.parametrize("example", PAGES, ids=lambda path: path.stem)
def test_examples_of_the_user_guide_have_no_errors(example):
    told = json.loads(example.read_text())
    found = [lapse for lapse in lint(told["policy"], Kind[told["kind"]], partition="aws") if lapse.grade is Grade.ERROR]
    assert not found, told["page"]


WORDS = st.one_of(
    st.text(max_size=12),
    st.text("ab*?${},':/", max_size=24),
    st.sampled_from(["*", "s3:*", "s3:GetObject", "arn:aws:s3:::${aws:username}/*", "10.0.0.0/8", "nan", "1e999"]),
)
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(WORDS, inner, max_size=3)),
    max_leaves=8,
)
OPERATORS = st.sampled_from(
    ["StringEquals", "ForAllValues:StringLike", "Null", "NumericLessThan", "DateEquals", "IpAddress", "ArnLike", "Boo"]
)
KEYS = st.sampled_from(["aws:SourceIp", "aws:CurrentTime", "aws:PrincipalTag/a", "s3:prefix", "nokey"])
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        **dict.fromkeys(("Action", "NotAction", "Resource", "NotResource"), st.one_of(WORDS, st.lists(WORDS))),
        **dict.fromkeys(("Principal", "NotPrincipal", "Sid", "Other"), JSON),
        "Condition": st.one_of(
            JSON, st.dictionaries(OPERATORS, st.dictionaries(KEYS, st.one_of(WORDS, st.lists(WORDS))), max_size=3)
        ),
    },
)


def assert_told(value, kind):
    """Assert that all lapses are of rules and have words, and that what cannot be read has one."""
    lapses = list(lint(value, kind))
    assert all(lapse.code in RULES and str(lapse) for lapse in lapses)
    try:
        parse(value)
    except PolicyError:
        assert any(lapse.rule.group is Group.GRAMMAR for lapse in lapses)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON, st.sampled_from(Kind))
def test_any_json_is_looked_at(value, kind):
    for policy_like in (value, json.dumps(value), {"Statement": value}):
        assert_told(policy_like, kind)


@pytest.mark.slow
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(STATEMENTS, max_size=3), st.sampled_from(Kind))
def test_any_statements_are_looked_at(statements, kind):
    assert_told(policy(*statements), kind)


@pytest.mark.parametrize(
    "statement",
    [
        {**ALLOW, "Action": "s3:" + "*a" * 200_000},
        {**ALLOW, "Action": [f"s3:Get{number}" for number in range(2_000)]},
        {**ALLOW, "Resource": [f"arn:aws:s3:::b/{number}*" for number in range(20_000)]},
        {**ALLOW, "Resource": "arn:aws:s3:::" + "*?" * 200_000},
        {**ALLOW, "Resource": "${" * 100_000},
        {**ALLOW, "Condition": {"StringLike": {"aws:PrincipalTag/a": ["*a" * 40 + str(n) for n in range(2_000)]}}},
        {**ALLOW, "Condition": {"NumericLessThan": {f"aws:{number}": "1" for number in range(5_000)}}},
    ],
    ids=["pattern", "actions", "resources", "wildcards", "variables", "values", "keys"],
)
def test_policies_made_to_be_slow_come_to_an_end(statement):
    assert [lapse.code for lapse in lint(policy(statement), IDENTITY)]


def test_what_nobody_can_read_is_told():
    nested = []
    for _ in range(100_000):
        nested = [nested]
    for value in (
        '{"Statement": ' + "[" * 100_000,
        nested,
        policy({**ALLOW, "Action": nested}),
        when("Bool", "a:b", 10**5_000),
    ):
        assert {"data-type-mismatch", "json-syntax-error"} & codes(value)


def test_very_many_statements_come_to_an_end():
    statements = [{**ALLOW, "Sid": "A", "Resource": f"arn:aws:s3:::{number}"} for number in range(5_000)]
    assert "unique-sids-required" in codes(policy(*statements))
