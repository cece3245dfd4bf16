"""Who can do what: answers, what they rest on, what is not known, and how they are told."""

import json
import os
from pathlib import Path

import pytest
from botocore.session import Session
from inquiries import (
    BUCKET,
    ID,
    NOT_LISTED,
    NOW,
    ORDER,
    PARTNER,
    allow,
    arn,
    can,
    compiled,
    deny,
    document,
    inline,
    question,
    view,
    who,
)

from auditor.graph import Identity
from auditor.inquiry import audience, documents, pages, services
from auditor.inquiry.deciding import Inquiry, InquiryError, Standing
from auditor.inquiry.subjects import context_given, principal_named
from auditor.inquiry.subjects import question as put
from auditor.policy import Kind
from auditor.textual import width_of

GOLDEN = Path(__file__).parent / "golden"
ALLOWED, CONDITIONAL, UNKNOWN, DENIED = Standing
OFFICE = {"aws__SourceIp": "10.1.2.3", "aws__MultiFactorAuthPresent": "true"}
NAMES = [arn("user/alice"), arn("user/shop/bob"), arn("role/reader"), arn("user/reader")]
QUEUE = f"arn:aws:sqs:eu-west-1:{ID}:jobs"
INSTANCE = f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1"


# --- What is asked --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (arn("user/alice"), arn("user/alice")),
        ("alice", arn("user/alice")),
        ("bob", arn("user/shop/bob")),
        ("shop/bob", arn("user/shop/bob")),
        ("user/shop/bob", arn("user/shop/bob")),
        ("role/reader", arn("role/reader")),
        ("root", arn("root")),
        (PARTNER, f"arn:aws:iam::{PARTNER}:root"),
        (f"arn:aws:iam::{PARTNER}:role/any", f"arn:aws:iam::{PARTNER}:role/any"),
        (f"arn:aws:sts::{ID}:assumed-role/reader/me", f"arn:aws:sts::{ID}:assumed-role/reader/me"),
        ("lambda.amazonaws.com", "lambda.amazonaws.com"),
        (f"arn:aws:iam::{ID}:oidc-provider/example.com", f"arn:aws:iam::{ID}:oidc-provider/example.com"),
        ("*", "*"),
    ],
)
def test_whom_a_text_means(text, meant):
    assert principal_named(text, ID, "aws", NAMES).text == meant


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alcie", "no user or role alcie: did you mean alice?"),
        ("reader", f"{arn('role/reader')} and {arn('user/reader')}: ask for the ARN"),
        (arn("user/alcie"), f"did you mean {arn('user/alice')}?"),
        (arn("group/admins"), "for a group, for one of its members"),
        (f"arn:aws:sts::{ID}:assumed-role/raeder/me", "no role raeder: did you mean reader?"),
        ("arn:aws:s3:::bucket", "is not the ARN of a user, a role"),
    ],
)
def test_nobody_of_the_name(text, told):
    with pytest.raises(InquiryError) as error:
        principal_named(text, ID, "aws", NAMES)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("action", "resource", "told"),
    [
        ("s3:GetObjct", ORDER, "there is no action s3:GetObjct: did you mean s3:GetObject?"),
        ("s3:GetObjectA*", ORDER, "actions: ask for one of them, such as s3:GetObjectAcl"),
        ("s3:Zz*", ORDER, "s3:Zz* stands for 0 actions"),
        ("GetObject", ORDER, "'GetObject' is not an action, such as s3:GetObject"),
        ("*", ORDER, "'*' is not an action"),
        ("s3:GetObject", "orders", "'orders' is not an ARN, such as arn:aws:s3:::orders"),
        ("kms:Decrypt", "orders", "'orders' is not an ARN, or '*' for any resource"),
    ],
)
def test_a_question_that_cannot_be_asked(action, resource, told):
    with pytest.raises(InquiryError) as error:
        put(action, resource, {})
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("action", "resource", "notes"),
    [
        ("s3:getobject", ORDER, ()),
        ("s3:GetObject", f"{BUCKET}/*", ()),
        ("s3:GetObject", "*", ()),
        ("s3:GetObject", BUCKET, (f"which {BUCKET} is not",)),
        ("iam:GetAccountSummary", ORDER, ("for no resource",)),
        ("brandnew:DoSomething", ORDER, ("not among the actions that AWS documents",)),
    ],
)
def test_what_is_doubtful_about_a_question(action, resource, notes):
    found = put(action, resource, {})
    assert len(found.notes) == len(notes)
    assert all(words in note for note, words in zip(found.notes, notes, strict=True))
    assert found.action.lower() == action.lower()


def test_an_action_is_named_as_aws_names_it():
    assert put("S3:getobject", ORDER, {}).action == "s3:GetObject"


def test_what_a_request_has():
    told = context_given(["aws:SourceIp=10.0.0.1", "aws:TagKeys=a", "aws:TagKeys=b=c", "aws:Referer="])
    assert told == {"aws:sourceip": ("10.0.0.1",), "aws:tagkeys": ("a", "b=c"), "aws:referer": ()}
    for wrong in ("aws:SourceIp", "SourceIp=1", "=1"):
        with pytest.raises(InquiryError, match="is not KEY=VALUE"):
            context_given([wrong])


# --- Answers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "action", "resource", "told", "standing"),
    [
        ("user/bob", "s3:GetObject", ORDER, {}, ALLOWED),
        ("user/carol", "s3:GetObject", ORDER, {}, ALLOWED),
        ("user/carol", "s3:PutObject", ORDER, {}, DENIED),
        ("user/alice", "s3:GetObject", ORDER, {}, CONDITIONAL),
        ("user/alice", "s3:GetObject", ORDER, OFFICE, ALLOWED),
        ("user/alice", "s3:GetObject", ORDER, {**OFFICE, "aws__SourceIp": "198.51.100.7"}, DENIED),
        ("user/alice", "s3:GetObject", ORDER, {"aws__MultiFactorAuthPresent": ""}, DENIED),
        ("user/alice", "s3:GetObject", ORDER, {"aws__SourceIp": "10.0.0.1"}, CONDITIONAL),
        ("user/bob", "s3:GetObject", ORDER, {"aws__SecureTransport": "false"}, DENIED),
        # A boundary that does not allow it, unless the bucket's policy lets in anyone or the very session.
        ("role/app/reader", "s3:GetObject", ORDER, {}, DENIED),
        ("role/app/reader", "s3:GetObject", f"{BUCKET}/public/1", {}, ALLOWED),
        (f"arn:aws:sts::{ID}:assumed-role/reader/nightly", "s3:PutObject", f"{BUCKET}/in/1", {}, ALLOWED),
        (f"arn:aws:sts::{ID}:assumed-role/reader/other", "s3:PutObject", f"{BUCKET}/in/1", {}, CONDITIONAL),
        # What could not be read may allow it, but not past a denial.
        ("role/deploy", "s3:GetObject", ORDER, {}, UNKNOWN),
        ("role/deploy", "s3:GetObject", ORDER, {"aws__SecureTransport": "false"}, DENIED),
        ("role/deploy", "sts:GetCallerIdentity", "*", {}, ALLOWED),
        # The policy of a queue is not read: it may allow as well as deny.
        ("user/bob", "sqs:SendMessage", QUEUE, {}, UNKNOWN),
        ("user/carol", "sqs:SendMessage", QUEUE, {}, UNKNOWN),
        ("user/alice", "sqs:SendMessage", QUEUE, {"aws__MultiFactorAuthPresent": "false"}, DENIED),
        # Instances have no policies of their own.
        ("user/bob", "ec2:StopInstances", INSTANCE, {}, ALLOWED),
        ("user/carol", "ec2:StopInstances", INSTANCE, {}, DENIED),
        # Another account's resource, and a bucket that the account has not got.
        ("user/bob", "sns:Publish", f"arn:aws:sns:eu-west-1:{PARTNER}:news", {}, UNKNOWN),
        ("user/carol", "sns:Publish", f"arn:aws:sns:eu-west-1:{PARTNER}:news", {}, DENIED),
        ("user/bob", "s3:GetObject", "arn:aws:s3:::elsewhere/1", {}, UNKNOWN),
        # Both sides of assuming a role.
        ("user/alice", "sts:AssumeRole", arn("role/app/reader"), {"aws__MultiFactorAuthPresent": "true"}, ALLOWED),
        ("user/bob", "sts:AssumeRole", arn("role/app/reader"), {}, DENIED),
        ("user/bob", "sts:AssumeRole", arn("role/deploy"), {}, UNKNOWN),
        ("ec2.amazonaws.com", "sts:AssumeRole", arn("role/tagged"), {}, ALLOWED),
        ("root", "s3:DeleteBucket", BUCKET, {}, ALLOWED),
        # From outside.
        (f"arn:aws:iam::{PARTNER}:user/x", "s3:GetObject", ORDER, {}, ALLOWED),
        ("arn:aws:iam::444455556666:user/x", "s3:GetObject", ORDER, {}, DENIED),
        ("arn:aws:iam::444455556666:user/x", "s3:GetObject", f"{BUCKET}/org/1", {}, CONDITIONAL),
        ("*", "s3:GetObject", f"{BUCKET}/public/1", {}, ALLOWED),
        ("*", "s3:GetObject", ORDER, {}, DENIED),
        ("logging.s3.amazonaws.com", "s3:PutObject", f"{BUCKET}/logs/1", {}, ALLOWED),
        # Tags that a role may be given with its session, and the time of the recording.
        ("role/tagged", "ec2:StartInstances", INSTANCE, {}, CONDITIONAL),
        ("role/tagged", "ec2:StartInstances", INSTANCE, {"aws__PrincipalTag/team": "shop"}, ALLOWED),
        ("role/tagged", "ec2:StopInstances", INSTANCE, {"aws__PrincipalTag/team": "shop"}, DENIED),
    ],
)
def test_who_may_what(who, action, resource, told, standing):
    assert can(who, action, resource, **told).standing is standing


def test_a_users_tags_are_all_known():
    mine = allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/team}}/*")
    absent = allow("ec2:*", condition={"StringEquals": {"aws:PrincipalTag/cost": "1"}})
    seen = view((Identity(arn("user/dan"), (inline("own", "user/dan", mine, absent),), tags={"team": "shop"}),))
    assert can("user/dan", "s3:GetObject", f"{BUCKET}/shop/1", seen).standing is ALLOWED
    assert can("user/dan", "s3:GetObject", f"{BUCKET}/till/1", seen).standing is DENIED
    assert can("user/dan", "ec2:StopInstances", INSTANCE, seen).standing is DENIED


@pytest.mark.parametrize(("kept", "standing"), [(True, DENIED), (False, ALLOWED), (NOT_LISTED, UNKNOWN)])
def test_a_block_keeps_strangers_out_of_a_public_bucket(kept, standing):
    def is_kept(_resource):
        if isinstance(kept, Exception):
            raise kept
        return kept

    seen = view(is_kept_from_public=is_kept)
    assert can("*", "s3:GetObject", f"{BUCKET}/public/1", seen).standing is standing
    assert can("user/carol", "s3:GetObject", f"{BUCKET}/public/1", seen).standing is ALLOWED
    outside = who("s3:GetObject", f"{BUCKET}/public/1", seen).outsiders
    assert {each.standing for each in outside} == {DENIED: set(), ALLOWED: {ALLOWED}, UNKNOWN: {CONDITIONAL}}[standing]


def test_access_control_lists_may_let_strangers_in():
    seen = view(has_access_lists=lambda _resource: True)
    assert can("*", "s3:GetObject", ORDER, seen).standing is UNKNOWN
    assert can("*", "s3:GetObject", ORDER, seen, aws__SecureTransport="false").standing is DENIED
    assert can("user/carol", "s3:PutObject", ORDER, seen).standing is DENIED
    found = who("s3:DeleteObject", ORDER, view((), has_access_lists=lambda _resource: True))
    assert found.standing is UNKNOWN
    assert [each.who for each in found.outsiders] == ["whomever access control lists let in"]
    text = pages.audience_page(question("s3:DeleteObject", ORDER), found, width=80)
    assert text.startswith("1 NOT KNOWN\n")
    assert "whomever access control lists let in  not known" in text


def test_access_control_lists_that_were_not_read_may_let_strangers_in():
    def refused(_resource):
        raise NOT_LISTED

    answer = can("*", "s3:GetObject", ORDER, view(has_access_lists=refused))
    assert (answer.standing, [each.what for each in answer.unread]) == (UNKNOWN, ["access control lists"])


def test_service_control_policies_limit_the_accounts_own():
    seen = view(scps=((compiled(document(allow("ec2:*")), "only-ec2"),),))
    answer = can("user/bob", "s3:GetObject", ORDER, seen)
    assert answer.standing is DENIED
    assert answer.decision.blocked_by == (Kind.SCP,)
    assert can("user/bob", "ec2:StopInstances", INSTANCE, seen).standing is ALLOWED
    assert not any("control policies" in note for note in can("user/bob", "ec2:StopInstances", INSTANCE, seen).notes)


def test_what_a_conditional_answer_turns_on():
    answer = can("user/alice", "s3:GetObject", f"{BUCKET}/private/1")
    assert [(each.kind, [step.rule.statement.sid for step in each.steps]) for each in answer.needed] == [
        (Kind.IDENTITY, ["Office"])
    ]
    assert [step.rule.statement.sid for step in answer.instead.steps] == ["Net"]
    assert [step.rule.statement.sid for step in answer.obstacles] == ["NeedsMfa"]
    assert set(answer.keys) == {"aws:multifactorauthpresent", "aws:sourceip", "aws:sourcevpce"}


def test_what_a_silent_boundary_leaves_is_the_resources_own_policy():
    answer = can("role/app/reader", "s3:GetObject", f"{BUCKET}/private/1")
    assert answer.standing is CONDITIONAL
    assert answer.needed == ()
    assert [step.rule.statement.sid for step in answer.instead.steps] == ["Net"]


def test_what_is_asked_of_a_resource_that_has_no_policy_of_its_own_is_not_read():
    def never(_resource):
        raise AssertionError

    for action, resource in (
        ("ec2:StopInstances", INSTANCE),
        ("s3:ListAllMyBuckets", "*"),
        ("s3:GetObject", f"{BUCKET}*"),
    ):
        assert can("user/bob", action, resource, view(policy_of=never)).standing is ALLOWED


def test_what_an_answer_takes_for_granted():
    def notes(*question):
        return " ".join(can(*question).notes)

    assert "own account" not in notes("user/bob", "s3:GetObject")
    assert f"What account {PARTNER} itself allows" in notes(f"arn:aws:iam::{PARTNER}:user/x", "s3:GetObject")
    assert "session policy" in notes("role/tagged", "ec2:StartInstances", INSTANCE)
    assert "No single resource is named" in notes("user/bob", "s3:GetObject", "*")
    assert notes("user/carol", "s3:PutObject") == ""


# --- Who can --------------------------------------------------------------------------------------------------------


def by_standing(found):
    return {
        standing.value: [each.principal.text.rpartition(":")[2] for each in found.of(standing)]
        for standing in (ALLOWED, CONDITIONAL, UNKNOWN)
    }


def test_who_of_the_account_can():
    found = who("s3:GetObject")
    assert by_standing(found) == {
        "allowed": ["user/bob", "user/carol"],
        "conditional": ["user/alice"],
        "unknown": ["role/deploy"],
    }
    assert found.standing is ALLOWED
    assert found.root.standing is ALLOWED


@pytest.mark.parametrize(
    ("action", "resource", "outside"),
    [
        ("s3:GetObject", ORDER, {("principals of account 999988887777", ALLOWED)}),
        (
            "s3:GetObject",
            f"{BUCKET}/org/1",
            {("principals of account 999988887777", ALLOWED), ("principals of organization o-abc123", ALLOWED)},
        ),
        ("s3:PutObject", f"{BUCKET}/logs/1", {("the service logging.s3.amazonaws.com on anyone's behalf", ALLOWED)}),
        ("s3:DeleteObject", ORDER, set()),
        ("sts:AssumeRole", arn("role/tagged"), {("the service ec2.amazonaws.com", ALLOWED)}),
    ],
)
def test_who_outside_can(action, resource, outside):
    assert {(each.who, each.standing) for each in who(action, resource).outsiders} == outside


def test_anyone_can_and_which_statement_lets_them():
    found = {each.who: each for each in who("s3:GetObject", f"{BUCKET}/public/1").outsiders}
    assert found["anyone, even without credentials"].statement == 3
    assert found["anyone, even without credentials"].sid == "Site"


def test_a_place_is_a_condition():
    found = [each for each in who("s3:GetObject", f"{BUCKET}/private/1").outsiders if each.sid == "Net"]
    assert found
    assert {each.standing for each in found} == {CONDITIONAL}
    assert all("aws:SourceVpce vpce-1" in each.told for each in found)


def test_sessions_that_a_policy_names_are_asked_about():
    assert f"arn:aws:sts::{ID}:assumed-role/reader/nightly" in {
        each.principal.text for each in who("s3:PutObject", f"{BUCKET}/in/1").of(ALLOWED)
    }


def test_what_is_not_known_of_the_resource_makes_everybody_unknown():
    found = who("sqs:SendMessage", QUEUE)
    assert found.standing is UNKNOWN
    assert [each.what for each in found.unread] == ["the resource's own policy"]
    assert {each.standing for each in found.insiders} == {UNKNOWN}


def test_what_is_told_of_the_request_holds_for_those_outside():
    inside = who("s3:GetObject", f"{BUCKET}/private/1", aws__SourceVpce="vpce-1").outsiders
    elsewhere = who("s3:GetObject", f"{BUCKET}/private/1", aws__SourceVpce="vpce-2").outsiders
    assert {each.standing for each in inside if each.sid == "Net"} == {CONDITIONAL}
    assert {each.standing for each in elsewhere if each.sid == "Net"} == {UNKNOWN}


def test_a_federated_user_has_what_its_session_was_begun_with():
    asked = f"arn:aws:sts::{ID}:federated-user/kim"
    assert can(asked, "s3:GetObject", ORDER).standing is UNKNOWN
    assert can(asked, "s3:GetObject", f"{BUCKET}/public/1").standing is UNKNOWN
    assert can(asked, "s3:GetObject", ORDER, aws__SecureTransport="false").standing is DENIED


def test_a_variable_leaves_open_which_resource_is_meant():
    own = inline("own", "role/dan", allow("s3:GetObject", f"{BUCKET}/${{aws:PrincipalTag/team}}/*"))
    seen = view((Identity(arn("role/dan"), (own,)),))
    answer = can("role/dan", "s3:GetObject", f"{BUCKET}/shop/1", seen)
    assert answer.standing is CONDITIONAL
    text = pages.answer_page(question("s3:GetObject", f"{BUCKET}/shop/1"), answer, width=80)
    assert "if the resource, or the session, is the one that it names" in text


def test_nobody_can():
    seen = view((Identity(arn("user/carol")),))
    assert who("ec2:StopInstances", INSTANCE, seen).standing is DENIED


def test_each_of_the_audience_is_answered_as_when_asked_alone():
    for resource in (ORDER, f"{BUCKET}/public/1", f"{BUCKET}/private/1", QUEUE):
        inquiry = Inquiry(view(), question("s3:GetObject", resource))
        for each in audience.who_can(inquiry).insiders:
            assert inquiry.answer(each.principal).standing is each.standing


# --- How it is told -------------------------------------------------------------------------------------------------

ANSWERS = {
    "allowed": ("user/bob", "s3:GetObject", ORDER),
    "conditional": ("user/alice", "s3:GetObject", f"{BUCKET}/private/1"),
    "boundary": ("role/app/reader", "s3:GetObject", ORDER),
    "unread": ("role/deploy", "s3:GetObject", ORDER),
    "near-miss": ("user/bob", "sts:AssumeRole", arn("role/app/reader")),
    "outsider": (f"arn:aws:iam::{PARTNER}:user/x", "s3:GetObject", ORDER),
}
AUDIENCES = {
    "who": ("s3:GetObject", ORDER),
    "who-private": ("s3:GetObject", f"{BUCKET}/private/1"),
    "who-logs": ("s3:PutObject", f"{BUCKET}/logs/1"),
    "who-queue": ("sqs:SendMessage", QUEUE),
    "who-role": ("sts:AssumeRole", arn("role/tagged")),
}


def golden(name, text, width):
    """With UPDATE_GOLDEN=1 in the environment the files are written anew, to be looked at again."""
    path = GOLDEN / f"inquiry-{name}-{width}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    # What people copy is not broken.
    assert all(width_of(line) <= width or "arn:" in line for line in text.splitlines())


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_as_text(name, width):
    asked, action, resource = ANSWERS[name]
    golden(name, pages.answer_page(question(action, resource), can(asked, action, resource), width=width), width)


@pytest.mark.parametrize("width", [60, 100])
@pytest.mark.parametrize("name", AUDIENCES)
def test_an_audience_as_text(name, width):
    action, resource = AUDIENCES[name]
    golden(name, pages.audience_page(question(action, resource), who(action, resource), width=width), width)


def test_verbose_tells_of_all_statements_about_the_action():
    asked = question("s3:GetObject", ORDER)
    answer = can("user/bob", "s3:GetObject")
    assert "Tls" not in pages.answer_page(asked, answer, width=80)
    assert "statement 1 (Tls) (Deny)\n    needs that aws:SecureTransport is false" in pages.answer_page(
        asked, answer, width=80, verbose=True
    )
    reasons = pages.audience_page(asked, who("s3:GetObject"), width=80, verbose=True)
    assert "NeedsMfa" in reasons


def test_many_conditions_are_counted():
    several = [
        allow("s3:*", sid=f"S{number}", condition={"StringLike": {"aws:UserAgent": f"{number}*"}})
        for number in range(5)
    ]
    seen = view((Identity(arn("user/dan"), (inline("many", "user/dan", *several),)),))
    asked, found = question("s3:GetObject", "*"), who("s3:GetObject", "*", seen)
    assert "and on 2 more: --verbose shows them" in pages.audience_page(asked, found, width=80)
    assert "S4" in pages.audience_page(asked, found, width=80, verbose=True)


def test_names_cannot_command_the_terminal():
    wild = "\x1b]0;owned\x07\u202e"
    grants = (inline(wild, "user/dan", allow("s3:*", sid=wild, condition={"StringLike": {"aws:Referer": wild}})),)
    seen = view((Identity(arn("user/dan"), grants),))
    asked = question("s3:GetObject", "*")
    for text in (
        pages.answer_page(asked, can("user/dan", "s3:GetObject", "*", seen), width=80, verbose=True),
        pages.audience_page(asked, who("s3:GetObject", "*", seen), width=80, verbose=True),
        documents.written(documents.answer_document(seen, asked, can("user/dan", "s3:GetObject", "*", seen))),
    ):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)


@pytest.mark.parametrize(
    ("operator", "values", "words"),
    [
        ("StringEquals", ["a", "b"], "aws:referer is a or b"),
        ("StringNotLike", "a*", "aws:referer is not like a*"),
        ("StringNotEqualsIgnoreCase", "a", "aws:referer is not, in any case, a"),
        ("NotIpAddress", "10.0.0.0/8", "aws:referer is not in 10.0.0.0/8"),
        ("ForAllValues:StringLikeIfExists", "a", "every value of aws:referer is like a, or is absent"),
        ("ForAnyValue:ArnNotEquals", "a", "a value of aws:referer is not like a"),
        ("NumericLessThanEquals", 5, "aws:referer is at most 5"),
        ("DateGreaterThan", "2026-01-01", "aws:referer is after 2026-01-01"),
        ("Null", "true", "the request does not have aws:referer"),
        ("Null", "false", "the request has aws:referer"),
        ("Strange", "a", "aws:referer strange a"),
    ],
)
def test_conditions_in_words(operator, values, words):
    from auditor.inquiry.words import condition_words

    policy = document(deny("*", condition={operator: {"aws:referer": values}}))
    assert condition_words(policy.statements[0].conditions[0]) == words


def test_json_has_the_statements_that_decide():
    asked = question("s3:GetObject", ORDER, **OFFICE)
    told = json.loads(
        documents.written(documents.answer_document(view(), asked, can("user/alice", "s3:GetObject", **OFFICE)))
    )
    assert told["answer"] == "allowed"
    assert told["context"] == {"aws:MultiFactorAuthPresent": ["true"], "aws:SourceIp": ["10.1.2.3"]}
    applying = [each for each in told["statements"] if each["applies"]]
    assert applying == [
        {
            "kind": "identity policy",
            "policy": "office",
            "origin": arn("user/alice"),
            "inline": True,
            "group": "",
            "statement": 1,
            "sid": "Office",
            "effect": "Allow",
            "applies": True,
            "why_not": "",
            "if": [],
        }
    ]


def test_json_of_an_audience():
    asked = question("s3:GetObject", f"{BUCKET}/private/1")
    told = documents.audience_document(view(), asked, who("s3:GetObject", f"{BUCKET}/private/1"))
    by_name = {each["principal"]: each for each in told["principals"]}
    assert by_name[arn("user/alice")]["answer"] == "conditional"
    assert {each["sid"] for each in by_name[arn("user/alice")]["statements"]} == {"Office", "Net", "NeedsMfa"}
    assert by_name[arn("role/deploy")]["unread"][0]["remedy"] == "grant iam:GetPolicyVersion to the auditor"
    assert {"who", "service", "answer", "policy", "statement", "sid", "with"} == set(told["outside"][0])
    assert (told["account"], told["at"], told["source"]) == (ID, NOW.isoformat(), "snapshot")


@pytest.mark.slow
def test_every_service_with_policies_on_its_resources_is_known():
    """By AWS's own description of its APIs: a service that is missing would be taken for one without such policies."""
    session, found = Session(), {}
    for name in session.get_available_services():
        model = session.get_service_model(name)
        if {"PutResourcePolicy", "SetRepositoryPolicy", "PutPolicy"} & set(model.operation_names):
            found[model.signing_name] = name
    assert set(found) - services.WITH_POLICIES - set(OTHERWISE) == set()


OTHERWISE = {
    "apigateway": "its ARNs are those of execute-api",
    "fms": "policies of Firewall Manager are not about access",
    "mediaconvert": "a policy on what jobs may read",
}
"""The services whose operations have such a name for another reason."""
