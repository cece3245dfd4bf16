"""Decisions: tables of cases, each with the page of AWS's documentation that settles it."""

import pytest

from auditor.policy import Context, Kind, Policies, Request, Verdict, compiled, decide, parse, principal

ALLOWED, IMPLICIT, EXPLICIT = Verdict.ALLOWED, Verdict.IMPLICITLY_DENIED, Verdict.EXPLICITLY_DENIED
OWN, OTHER = "111122223333", "444455556666"
USER = f"arn:aws:iam::{OWN}:user/eve"
ROLE = f"arn:aws:iam::{OWN}:role/Reader"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/Reader/eve"
ROOT = f"arn:aws:iam::{OWN}:root"
LINKED = f"arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
FEDERATED = f"arn:aws:sts::{OWN}:federated-user/eve"
SERVICE = "logs.amazonaws.com"
OBJECT = "arn:aws:s3:::logs/a"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"


def policy(*statements, name=""):
    return compiled(parse({"Version": "2012-10-17", "Statement": list(statements)}), name)


def allow(action="*", resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action="*", resource="*", **more):
    return {**allow(action, resource, **more), "Effect": "Deny"}


def to(who, effect="Allow", **more):
    element = who if isinstance(who, dict) or who == "*" else {"AWS": who}
    return policy({**allow(**more), "Effect": effect, "Principal": element})


ALL, NONE, DENIAL, UNRELATED = policy(allow()), policy(), policy(deny("s3:*")), policy(allow("ec2:*"))


PLURAL = {"identity", "boundaries", "session", "endpoint"}


def verdict(who=USER, action="s3:GetObject", on=OBJECT, account=OWN, context=None, **policies):
    """Decide for the policies given; one alone stands for a tuple of one."""
    given = {
        name: (each,) if name in PLURAL and not isinstance(each, tuple) else each for name, each in policies.items()
    }
    return decide(Request(principal(who), action, on, context or Context(), account), Policies(**given))


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ({}, IMPLICIT),
        ({"identity": ALL}, ALLOWED),
        ({"identity": UNRELATED}, IMPLICIT),
        ({"identity": (ALL, DENIAL)}, EXPLICIT),
        ({"resource": to(USER)}, ALLOWED),
        ({"resource": to("*")}, ALLOWED),
        ({"resource": to(OWN)}, IMPLICIT),
        ({"resource": to(OWN), "identity": ALL}, ALLOWED),
        ({"resource": to(OTHER), "identity": ALL}, ALLOWED),
        ({"resource": to(USER), "identity": DENIAL}, EXPLICIT),
        ({"resource": to("*", "Deny"), "identity": ALL}, EXPLICIT),
        ({"resource": to(OWN, "Deny"), "identity": ALL}, EXPLICIT),
        ({"resource": to(OTHER, "Deny"), "identity": ALL}, ALLOWED),
    ],
)
def test_within_an_account_either_side_may_grant(policies, expected):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html."""
    assert verdict(**policies).verdict is expected


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ({"identity": ALL}, IMPLICIT),
        ({"resource": to(USER)}, IMPLICIT),
        ({"resource": to("*")}, IMPLICIT),
        ({"resource": to(USER), "identity": ALL}, ALLOWED),
        ({"resource": to(OWN), "identity": ALL}, ALLOWED),
        ({"resource": to("*"), "identity": ALL}, ALLOWED),
        ({"resource": to(OTHER), "identity": ALL}, IMPLICIT),
        ({"resource": to(USER), "identity": ALL, "boundaries": UNRELATED}, IMPLICIT),
        ({"resource": to(USER), "identity": ALL, "boundaries": ALL}, ALLOWED),
        ({"resource": to(USER), "identity": DENIAL}, EXPLICIT),
    ],
)
def test_across_accounts_both_sides_must_grant(policies, expected):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html."""
    assert verdict(account=OTHER, **policies).verdict is expected


LIMITS = [("boundaries", UNRELATED), ("session", UNRELATED)]


@pytest.mark.parametrize(("kind", "limit"), LIMITS, ids=["boundary", "session policy"])
@pytest.mark.parametrize(
    ("who", "named", "expected"),
    [
        (USER, USER, ALLOWED),
        (SESSION, SESSION, ALLOWED),
        (FEDERATED, FEDERATED, ALLOWED),
        (SESSION, ROLE, IMPLICIT),
        (ROLE, ROLE, IMPLICIT),
        (USER, OWN, IMPLICIT),
        (SESSION, "*", ALLOWED),
        (ROLE, "*", ALLOWED),
    ],
)
def test_a_grant_to_a_user_or_a_session_is_not_limited_but_one_to_a_role_is(kind, limit, who, named, expected):
    """ "The resource-based policy permissions are not limited by the session policy."

    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session and
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html, where
    a role's session must have its own ARN in the policy, not only that of its role.
    """
    identity = ALL if named == OWN else ()
    assert verdict(who, resource=to(named), identity=identity, **{kind: limit}).verdict is expected
    assert verdict(who, resource=to(named), identity=identity, **{kind: DENIAL}).verdict is EXPLICIT


@pytest.mark.parametrize(("kind", "limit"), LIMITS, ids=["boundary", "session policy"])
def test_boundaries_and_session_policies_limit_identity_policies(kind, limit):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html."""
    assert verdict(SESSION, identity=ALL, **{kind: limit}).verdict is IMPLICIT
    assert verdict(SESSION, identity=ALL, **{kind: ALL}).verdict is ALLOWED
    assert verdict(SESSION, identity=ALL, **{kind: (limit, ALL)}).verdict is ALLOWED
    assert verdict(SESSION, identity=NONE, **{kind: ALL}).verdict is IMPLICIT
    assert verdict(SESSION, identity=ALL, **{kind: policy(allow(), deny("s3:*"))}).verdict is EXPLICIT


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        (((ALL,),), ALLOWED),
        (((ALL,), (ALL,), (UNRELATED,)), IMPLICIT),
        (((ALL,), (), (ALL,)), IMPLICIT),
        (((ALL,), (UNRELATED, ALL)), ALLOWED),
        (((ALL,), (ALL, DENIAL)), EXPLICIT),
    ],
)
def test_service_control_policies_must_allow_at_every_level(levels, expected):
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html."""
    assert verdict(identity=ALL, scps=levels).verdict is expected
    assert verdict(on="arn:aws:s3:::logs/b", identity=ALL, scps=levels).verdict is expected


@pytest.mark.parametrize("who", [LINKED, SERVICE, "*"])
def test_whom_service_control_policies_are_not_about(who):
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html."""
    assert verdict(who, resource=to("*"), scps=((DENIAL,),)).verdict is ALLOWED


def test_resource_control_policies_deny_at_any_level_and_always_allow():
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_evaluation.html."""
    forbidding = policy(deny("s3:*", Principal="*"))
    assert verdict(identity=ALL, rcps=((), ())).verdict is ALLOWED
    assert verdict(identity=ALL, rcps=((forbidding,), ())).verdict is EXPLICIT
    assert verdict("*", identity=(), rcps=((forbidding,),)).verdict is EXPLICIT
    assert verdict(LINKED, identity=ALL, rcps=((forbidding,),)).verdict is ALLOWED


def test_resource_control_policies_leave_the_retiring_of_grants_alone():
    """https://docs.aws.amazon.com/kms/latest/developerguide/resource-control-policies.html."""
    forbidding = policy(deny("kms:*", Principal="*"))
    assert verdict(action="kms:RetireGrant", on=KEY, resource=to(USER), rcps=((forbidding,),)).verdict is ALLOWED
    assert verdict(action="kms:RevokeGrant", on=KEY, resource=to(USER), rcps=((forbidding,),)).verdict is EXPLICIT


@pytest.mark.parametrize(("path", "expected"), [("aws-service-role/x.amazonaws.com/", ALLOWED), ("", EXPLICIT)])
def test_no_resource_control_policy_keeps_a_service_from_its_own_role(path, expected):
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html."""
    forbidding = policy(deny("sts:*", Principal="*"))
    trust = policy({"Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = f"arn:aws:iam::{OWN}:role/{path}worker"
    found = verdict("x.amazonaws.com", "sts:AssumeRole", role, resource=trust, rcps=((forbidding,),))
    assert found.verdict is expected


def test_a_federated_user_has_nothing_without_session_policies():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getfederationtoken.html."""
    assert verdict(FEDERATED, identity=ALL).verdict is IMPLICIT
    assert verdict(FEDERATED, identity=ALL, session=ALL).verdict is ALLOWED
    assert verdict(FEDERATED, identity=ALL, session=UNRELATED).verdict is IMPLICIT
    assert verdict(FEDERATED, resource=to(FEDERATED)).verdict is ALLOWED
    assert verdict(FEDERATED, resource=to(OWN), identity=ALL).verdict is IMPLICIT


@pytest.mark.parametrize(("who", "expected"), [(USER, ALLOWED), (ROOT, ALLOWED), (SESSION, EXPLICIT), ("*", EXPLICIT)])
def test_no_policy_withholds_a_session_from_a_user(who, expected):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_getsessiontoken.html."""
    denying = {"identity": policy(deny()), "resource": to("*", "Deny")}
    assert verdict(who, "sts:GetSessionToken", "*", **denying).verdict is expected


@pytest.mark.parametrize("action", ["sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext"])
def test_a_trust_policy_must_allow_what_goes_with_assuming_its_role(action):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_permissions-required."""
    assert verdict(action=action, on=ROLE, identity=ALL, resource=to(OWN, action="sts:AssumeRole")).verdict is IMPLICIT
    assert verdict(action=action, on=ROLE, identity=ALL, resource=to(OWN, action=action)).verdict is ALLOWED


def test_an_endpoint_policy_must_allow():
    """https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html."""
    assert verdict(identity=ALL, endpoint=ALL).verdict is ALLOWED
    assert verdict(identity=ALL, endpoint=to("*")).verdict is ALLOWED
    assert verdict(identity=ALL, endpoint=to(OTHER)).verdict is IMPLICIT
    assert verdict(identity=ALL, endpoint=UNRELATED).verdict is IMPLICIT
    assert verdict(identity=ALL, endpoint=(ALL, DENIAL)).verdict is EXPLICIT


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ({"identity": ALL}, IMPLICIT),
        ({"resource": to(OWN)}, IMPLICIT),
        ({"resource": to(OWN), "identity": ALL}, ALLOWED),
        ({"resource": to(USER)}, ALLOWED),
        ({"resource": to(OTHER), "identity": ALL}, IMPLICIT),
        ({"resource": to(USER, "Deny"), "identity": ALL}, EXPLICIT),
    ],
)
@pytest.mark.parametrize(("action", "resource"), [("kms:Decrypt", KEY), ("sts:AssumeRole", ROLE)])
def test_keys_and_roles_must_allow_themselves(policies, expected, action, resource):
    """https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html and, for roles,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html.
    """
    assert verdict(action=action, on=resource, **policies).verdict is expected


def test_actions_of_kms_without_a_key_need_no_key_policy():
    assert verdict(action="kms:ListKeys", on="*", identity=ALL).verdict is ALLOWED


def test_a_trust_policy_has_no_resources():
    trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": SERVICE}})
    assert verdict(SERVICE, "sts:AssumeRole", ROLE, resource=trust).verdict is ALLOWED
    assert verdict("ec2.amazonaws.com", "sts:AssumeRole", ROLE, resource=trust).verdict is IMPLICIT


def test_web_identities_need_only_the_trust_policy():
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html."""
    provider = f"arn:aws:iam::{OWN}:oidc-provider/token.example.org"
    condition = {"StringEquals": {"token.example.org:sub": "repo:acme/site"}}
    trust = to({"Federated": provider}, action="sts:AssumeRoleWithWebIdentity", Condition=condition)
    token = Context({"token.example.org:sub": ("repo:acme/site",)})
    assert verdict(provider, "sts:AssumeRoleWithWebIdentity", ROLE, context=token, resource=trust).verdict is ALLOWED
    assert verdict(provider, "sts:AssumeRoleWithWebIdentity", ROLE, resource=trust).verdict is IMPLICIT


def test_the_root_user_needs_no_grant_but_heeds_denies():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html."""
    assert verdict(ROOT).verdict is ALLOWED
    assert verdict(ROOT, boundaries=UNRELATED).verdict is ALLOWED
    assert verdict(ROOT, scps=((DENIAL,),)).verdict is EXPLICIT
    assert verdict(ROOT, scps=((UNRELATED,),)).verdict is IMPLICIT
    assert verdict(ROOT, account=OTHER).verdict is IMPLICIT
    assert verdict(ROOT, "kms:Decrypt", KEY, resource=to(OWN)).verdict is ALLOWED
    assert verdict(ROOT, "kms:Decrypt", KEY, resource=to(USER)).verdict is IMPLICIT


def test_the_root_user_cannot_assume_a_role():
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html."""
    decision = verdict(ROOT, "sts:AssumeRole", ROLE, resource=to("*"))
    assert decision.verdict is IMPLICIT
    assert decision.explain()[0] == "denied: nothing allows it: a root user cannot assume a role"


@pytest.mark.parametrize("who", [USER, SESSION, ROOT])
def test_who_one_is_may_always_be_asked(who):
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""
    decision = verdict(who, "sts:GetCallerIdentity", "*", identity=policy(deny()), scps=((policy(deny()),),))
    assert decision.verdict is ALLOWED
    assert decision.explain() == ["allowed: no permission is required"]
    assert verdict("*", "sts:GetCallerIdentity", "*").verdict is IMPLICIT


def test_anonymous_callers_have_the_resources_policy_only():
    assert verdict("*", resource=to("*")).verdict is ALLOWED
    assert verdict("*", resource=to(OWN), identity=ALL).verdict is IMPLICIT
    assert verdict("*", identity=ALL).verdict is IMPLICIT


@pytest.mark.parametrize(
    ("who", "expected"),
    [(USER, ALLOWED), (f"arn:aws:iam::{OTHER}:user/x", IMPLICIT), ("*", IMPLICIT), (SERVICE, ALLOWED)],
)
def test_s3_may_keep_a_public_bucket_to_its_account(who, expected):
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html."""
    assert verdict(who, resource=to("*"), identity=ALL, restrict_public_buckets=True).verdict is expected


def test_the_account_of_a_resource():
    queue = f"arn:aws:sqs:eu-west-1:{OTHER}:q"
    assert Request(principal(USER), "sqs:SendMessage", queue).account == OTHER
    assert Request(principal(USER), "s3:GetObject", OBJECT).account == OWN
    assert Request(principal(USER), "s3:GetObject", OBJECT, resource_account=OTHER).account == OTHER
    assert Request(principal("*"), "s3:GetObject", OBJECT).account is None


@pytest.mark.parametrize(
    ("element", "actions", "action", "expected"),
    [
        ("Action", "s3:GetObject", "S3:getobject", True),
        ("Action", ["ec2:*", "s3:Get*"], "s3:GetObject", True),
        ("Action", "s3:*Object", "s3:GetObject", True),
        ("Action", "s3:Get??????", "s3:GetObject", True),
        ("Action", "s3:Get?", "s3:GetObject", False),
        ("Action", "*", "s3:GetObject", True),
        ("Action", "*:*", "s3:GetObject", True),
        ("Action", "*:GetObject", "s3:GetObject", False),
        ("Action", "s?:GetObject", "s3:GetObject", False),
        ("Action", "GetObject", "s3:GetObject", False),
        ("Action", [], "s3:GetObject", False),
        ("NotAction", "s3:*", "s3:GetObject", False),
        ("NotAction", "iam:*", "s3:GetObject", True),
        ("NotAction", "*", "s3:GetObject", False),
    ],
)
def test_actions(element, actions, action, expected):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html."""
    granting = policy({"Effect": "Allow", element: actions, "Resource": "*"})
    assert verdict(action=action, identity=granting).allowed is expected


def test_what_is_not_known_leaves_an_answer_open():
    inside = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    granting, unless = policy(allow(Condition=inside), name="reader"), policy(allow(), deny(Condition=inside))
    open_context = Context(open=True)
    for given in (granting, unless):
        decision = verdict(identity=given, context=open_context)
        assert decision.verdict is ALLOWED
        assert not decision.certain
        assert len(decision.unknown) == 1
    decision = verdict(identity=granting, context=open_context)
    assert decision.explain() == [
        "could be allowed",
        "identity policy 'reader', statement 1: would allow if aws:SourceVpc StringEquals vpc-1",
    ]
    assert verdict(identity=(granting, ALL), context=open_context).certain
    assert verdict(identity=(granting, DENIAL), context=open_context).certain
    assert verdict(identity=granting).verdict is IMPLICIT
    elsewhere = verdict(identity=granting, context=Context({"aws:sourcevpc": ("vpc-2",)}, open=True))
    assert elsewhere.verdict is IMPLICIT
    assert elsewhere.certain


def test_a_role_may_be_a_session_that_is_named():
    decision = verdict(ROLE, context=Context(open=True), resource=to(SESSION))
    assert decision.allowed
    assert not decision.certain
    assert decision.explain()[1].endswith("would allow if the resource or the session is the one it names")


def test_the_trace_tells_what_each_statement_did():
    identity = policy(
        {"Sid": "Own", **allow("s3:Get*", "arn:aws:s3:::own/*")},
        allow("s3:GetObject", Condition={"Bool": {"aws:A": "true"}}),
        allow("ec2:*"),
        deny("s3:*", "arn:aws:s3:::logs/*"),
        name="reader",
    )
    decision = verdict(identity=identity, on="arn:aws:s3:::logs/a")
    assert decision.verdict is EXPLICIT
    assert decision.blocked_by == (Kind.IDENTITY,)
    assert decision.explain() == [
        "denied explicitly (by identity policy)",
        "identity policy 'reader', statement 1 (Own): does not allow, it is about other resources",
        "identity policy 'reader', statement 2: does not allow, its condition does not hold: aws:a Bool true",
        "identity policy 'reader', statement 4: denies",
    ]
    grants = policy(*({**allow(), "Principal": {"AWS": each}} for each in (OWN, OTHER)))
    decision = verdict(account=OTHER, resource=grants, boundaries=UNRELATED)
    assert decision.blocked_by == (Kind.IDENTITY, Kind.BOUNDARY)
    assert decision.explain() == [
        "denied: nothing allows it (by identity policy, permissions boundary)",
        "resource policy, statement 1: allows what the principal's own policies allow",
        "resource policy, statement 2: does not allow, it is about other principals",
    ]


def test_all_that_stands_in_the_way_is_told():
    decision = verdict(identity=DENIAL, scps=((UNRELATED,),), endpoint=DENIAL)
    assert decision.verdict is EXPLICIT
    assert set(decision.blocked_by) == {Kind.IDENTITY, Kind.SCP, Kind.ENDPOINT}


def test_a_policy_of_the_first_version_has_no_variables():
    old = compiled(parse({"Statement": allow(resource="arn:aws:s3:::home/${aws:username}")}))
    context = Context({"aws:username": ("eve",)})
    assert verdict(on="arn:aws:s3:::home/eve", identity=old, context=context).verdict is IMPLICIT
    assert verdict(on="arn:aws:s3:::home/${aws:username}", identity=old, context=context).verdict is ALLOWED
