"""Principal and NotPrincipal, by https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html."""

import pytest

from auditor.policy import ANONYMOUS, parse, principal
from auditor.policy.principals import Caller, Match, named

USER = "arn:aws:iam::111122223333:user/team/eve"
ROLE = "arn:aws:iam::111122223333:role/path/Reader"
SESSION = "arn:aws:sts::111122223333:assumed-role/Reader/eve"
ROOT = "arn:aws:iam::111122223333:root"
OWN = {"AWS": "111122223333"}


def match(element, who, key="Principal", **options):
    effect = options.pop("effect", "Allow")
    statement = parse({"Statement": {"Effect": effect, "Action": "*", "Resource": "*", key: element}}).statements[0]
    return named(statement, principal(who), **options)


@pytest.mark.parametrize(
    ("text", "caller", "account"),
    [
        (USER, Caller.USER, "111122223333"),
        (ROLE, Caller.ROLE, "111122223333"),
        (SESSION, Caller.SESSION, "111122223333"),
        (ROOT, Caller.ROOT, "111122223333"),
        ("arn:aws:sts::111122223333:federated-user/eve", Caller.FEDERATED_USER, "111122223333"),
        ("arn:aws:iam::111122223333:saml-provider/adfs", Caller.PROVIDER, "111122223333"),
        ("ec2.amazonaws.com", Caller.SERVICE, None),
        ("s3.amazonaws.com.cn", Caller.SERVICE, None),
        ("cognito-identity.amazonaws.com", Caller.PROVIDER, None),
        ("accounts.google.com", Caller.PROVIDER, None),
        ("*", Caller.ANONYMOUS, None),
    ],
)
def test_who_principals_are(text, caller, account):
    found = principal(text)
    assert (found.caller, found.account) == (caller, account)


@pytest.mark.parametrize(
    ("element", "who", "expected"),
    [
        ("*", "*", Match.ANYONE),
        ({"AWS": "*"}, USER, Match.ANYONE),
        ("*", "ec2.amazonaws.com", Match.ANYONE),
        ({"AWS": USER}, USER, Match.EXACT),
        ({"AWS": USER}, "*", Match.NONE),
        ({"AWS": "arn:aws:iam::111122223333:user/eve"}, USER, Match.NONE),
        (OWN, USER, Match.ACCOUNT),
        ({"AWS": ROOT}, SESSION, Match.ACCOUNT),
        ({"AWS": ROOT}, ROOT, Match.ACCOUNT),
        ({"AWS": "444455556666"}, USER, Match.NONE),
        ({"AWS": ["444455556666", USER, "111122223333"]}, USER, Match.EXACT),
        ({"AWS": ROLE}, ROLE, Match.EXACT),
        ({"AWS": ROLE}, SESSION, Match.ROLE_OF_SESSION),
        ({"AWS": ROLE.replace("Reader", "Writer")}, SESSION, Match.NONE),
        ({"AWS": ROLE.replace("1111", "4444")}, SESSION, Match.NONE),
        ({"AWS": SESSION}, SESSION, Match.EXACT),
        ({"AWS": SESSION}, ROLE, Match.NONE),
        ({"AWS": "AROAEXAMPLE"}, ROLE, Match.NONE),
        ({"Service": "ec2.amazonaws.com"}, "ec2.amazonaws.com", Match.EXACT),
        ({"Service": "ec2.amazonaws.com"}, "sns.amazonaws.com", Match.NONE),
        ({"Service": "*"}, "sns.amazonaws.com", Match.EXACT),
        ({"Federated": "accounts.google.com"}, "accounts.google.com", Match.EXACT),
        ({"Federated": "*"}, "ec2.amazonaws.com", Match.NONE),
        ({"CanonicalUser": "79a5"}, "79a5", Match.EXACT),
        (OWN, "arn:aws:iam::111122223333:saml-provider/adfs", Match.NONE),
        ({"AWS": []}, USER, Match.NONE),
    ],
)
def test_how_closely_a_principal_is_named(element, who, expected):
    assert match(element, who) == (expected, expected is not Match.NONE)


def test_not_principal_is_everyone_else():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html."""
    assert match({"AWS": USER}, USER, "NotPrincipal") == (Match.NONE, False)
    assert match({"AWS": USER}, SESSION, "NotPrincipal") == (Match.ANYONE, True)
    assert match({"AWS": USER}, "*", "NotPrincipal") == (Match.ANYONE, True)
    assert match("*", "*", "NotPrincipal") == (Match.NONE, False)


def test_not_principal_with_deny_denies_all_who_have_a_boundary():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html."""
    assert match({"AWS": USER}, USER, "NotPrincipal", effect="Deny", bounded=True) == (Match.ANYONE, True)
    assert match({"AWS": USER}, USER, "NotPrincipal", effect="Allow", bounded=True) == (Match.NONE, False)


def test_a_role_may_turn_out_to_be_the_session_that_is_named():
    assert match({"AWS": SESSION}, ROLE, guessing=True) == (Match.EXACT, None)
    assert match({"AWS": SESSION}, SESSION.replace("eve", "adam"), guessing=True) == (Match.EXACT, None)
    assert match({"AWS": SESSION}, ROLE, "NotPrincipal", guessing=True) == (Match.ANYONE, None)
    assert match({"AWS": SESSION}, USER, guessing=True) == (Match.NONE, False)


def test_a_statement_without_principals_is_about_nobody():
    statement = parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}).statements[0]
    assert named(statement, ANONYMOUS) == (Match.NONE, False)


def test_service_linked_roles():
    assert principal(
        "arn:aws:iam::111122223333:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    ).is_service_linked
    assert principal("arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForX/s").is_service_linked
    assert not principal(SESSION).is_service_linked
    assert not ANONYMOUS.is_service_linked
