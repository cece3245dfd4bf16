"""What is refused of policy documents: texts of which AWS could only guess what they mean."""

import json

import pytest

from auditor.policy import PolicyError, parse

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ({"Version": "2012-10-18", "Statement": [ALLOW]}, "one of 2008-10-17, 2012-10-17"),
        ({"Version": 2012, "Statement": [ALLOW]}, "one of 2008-10-17, 2012-10-17"),
        ({"Version": "2012-10-17"}, "has a Statement"),
        ({"Statement": [{**ALLOW, "NotAction": "iam:*"}]}, "Action or NotAction, not both"),
        ({"Statement": [{**ALLOW, "NotResource": "*"}]}, "Resource or NotResource, not both"),
        ({"Statement": [{**ALLOW, "Principal": "*", "NotPrincipal": "*"}]}, "Principal or NotPrincipal, not both"),
        ('{"Statement": [], "Statement": []}', "'Statement' stands in an object twice"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}', "'Effect' stands in an object twice"),
    ],
)
def test_what_can_mean_two_things_is_refused(text, says):
    with pytest.raises(PolicyError, match=says):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        {"Statement": [ALLOW]},
        {"Version": "2008-10-17", "Id": "old", "Statement": ALLOW},
        {"Version": "2012-10-17", "Statement": []},
        {"Version": "2012-10-17", "Statement": [{**ALLOW, "NotAction": None}]},
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": [], "Resource": "b"}], "Other": 7},
    ],
)
def test_what_means_one_thing_is_read(text):
    assert parse(text) == parse(json.dumps(text)), GRAMMAR
