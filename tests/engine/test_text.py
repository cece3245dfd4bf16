"""What is shown and kept: secrets masked, terminals not commanded, replies made plain."""

import io
from datetime import UTC, datetime, timedelta, timezone

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.finding import Problem
from auditor.redaction import MASK, redacted
from auditor.remedies import is_refusal, remedy
from auditor.replies import masked, plain
from auditor.textual import inert, padded, shortened, width_of


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
        "password=hunter22",
        "DB_PASSWORD: 'hunter22'",
        '{"SecretAccessKey": "wJalrXUtnFEMI/K7MDENG"}',
        "api_key = abcdef123456",
        "postgres://admin:hunter22@db/x",
        "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    ],
)
def test_secrets_are_masked(secret):
    shown = redacted({"Description": f"see {secret} there"})["Description"]
    assert MASK in shown
    for part in ("hunter22", "MIIabc", "wJalr", "abcdef123456", "0123456789abcdef"):
        assert part not in shown
    assert shown.startswith("see ")


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:secretsmanager:eu-west-1:1:secret:db-Ab12",
        "secretsmanager:GetSecretValue",
        "aws:TokenIssueTime",
        "https://example.com/a:b",
        "MinimumPasswordLength",
        "arn:aws:kms:eu-west-1:1:key/1234",
    ],
)
def test_names_of_secrets_are_no_secrets(text):
    assert redacted(text) == text


def test_whole_findings_are_searched():
    problem = redacted(Problem("password=hunter22", found=[{"a": ("token: abcdefgh",)}], expected="none"))
    assert problem == Problem(f"password={MASK}", found=[{"a": (f"token: {MASK}",)}], expected="none")


@given(st.text())
def test_masking_takes_any_text_and_never_lengthens_it_much(text):
    assert len(redacted(text)) <= len(text) + 8 * len(MASK)


@pytest.mark.parametrize("hostile", ["\x1b[2J", "\x9b31m", "a\rb", "a\nb", "\u202eexe.txt", "\u2066x", "\x00", "\x07"])
def test_terminals_are_not_commanded(hostile):
    assert not set(inert(hostile)) & set("\x1b\x9b\r\n\u202e\u2066\x00\x07")


@given(st.text(max_size=60), st.integers(3, 20))
def test_shortened_text_fits(text, width):
    short = shortened(text, width)
    assert width_of(short) <= width
    assert width_of(padded(short, width)) == width


def test_a_megabyte_is_shortened_from_both_ends():
    assert shortened("start" + "x" * 1_000_000 + "end", 11) == "start…xxend"


def test_replies_become_plain_values():
    east = timezone(timedelta(hours=2))
    reply = {
        "ResponseMetadata": {"RequestId": "x"},
        "When": datetime(2026, 1, 1, 2, tzinfo=east),
        "Body": io.BytesIO(b"text"),
        "Blob": b"\xff\x00",
        "Rows": [(1, True, None, 1.5)],
    }
    assert plain(reply) == {
        "When": datetime(2026, 1, 1, tzinfo=UTC),
        "Body": "text",
        "Blob": "/wA=",
        "Rows": [[1, True, None, 1.5]],
    }


def test_what_aws_marks_as_sensitive_is_masked_on_arrival():
    model = botocore.session.get_session().get_service_model("lambda")
    shape = model.operation_model("GetFunctionConfiguration").output_shape
    reply = {"FunctionName": "f", "Environment": {"Variables": {"DB": "hunter2"}}, "Unknown": 1}
    shown = masked(reply, shape)
    assert "hunter2" not in str(shown)
    assert (shown["FunctionName"], shown["Unknown"]) == ("f", 1)
    assert masked(reply, None) == reply


def test_replies_without_secrets_are_handed_on_as_they_are():
    model = botocore.session.get_session().get_service_model("s3")
    reply = {"Policy": "{}"}
    assert masked(reply, model.operation_model("GetBucketPolicy").output_shape) is reply


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        ("AccessDenied", "", "grant s3:GetBucketAcl"),
        ("UnauthorizedOperation", "", "grant s3:GetBucketAcl"),
        ("AccessDenied", "with an explicit deny in a service control policy", "service control policy denies"),
        ("ThrottlingException", "", "fewer --workers"),
        ("ExpiredToken", "", "renew"),
        ("AuthFailure", "", "region is enabled"),
        ("Unreachable", "", "network"),
        ("Interrupted", "", "run it again"),
        ("SomethingNew", "", "API reference"),
    ],
)
def test_every_failure_has_advice(code, message, advice):
    assert advice in remedy("s3:GetBucketAcl", code, message)


def test_only_refusals_ask_for_a_grant():
    assert is_refusal("AccessDenied")
    assert not is_refusal("Throttling")
