"""Keys and operators as AWS writes them, from documents in which their case tells nothing."""

import pytest

from auditor.policy import Condition, spelling


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (Condition("stringequals", "aws:principalorgid", ("o-acme",)), "aws:PrincipalOrgID StringEquals o-acme"),
        (
            Condition("foranyvalue:stringnotlikeifexists", "aws:principaltag/team", ("a", "b")),
            "aws:PrincipalTag/team ForAnyValue:StringNotLikeIfExists a or b",
        ),
        (Condition("bool", "aws:unheardof", ()), "aws:unheardof Bool nothing"),
        (Condition("resembles", "plain", ("x",)), "plain resembles x"),
        (Condition("stringlike", "saml:aud", ("x",)), "SAML:aud StringLike x"),
        (
            Condition("stringequals", "kms:encryptioncontext:app", ("x",)),
            "kms:EncryptionContext:app StringEquals x",
        ),
    ],
)
def test_conditions_in_words(condition, words):
    assert spelling.condition(condition) == words
