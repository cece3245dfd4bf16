"""Decisions against a second, slow and literal reading of AWS's flow chart, made of nothing but the JSON.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.policy import Context, Policies, Request, compiled, decide, parse, principal

OWN, OTHER = "111122223333", "444455556666"


def listed(value):
    return value if isinstance(value, list) else [value]


def like(pattern, text):
    return re.fullmatch("".join({"*": ".*", "?": "."}.get(each, re.escape(each)) for each in pattern), text) is not None


def names(entry, who):
    """How a Principal element names someone: "all", "self", "role", "account" or nothing."""
    if entry == "*":
        return "all"
    best = ""
    for value in listed(entry.get("AWS", [])):
        account = who.split(":")[4] if who.startswith("arn:") else ""
        if value == "*":
            return "all"
        if value == who:
            best = "self"
        elif ":assumed-role/" in who and value == f"arn:aws:iam::{account}:role/{who.split('/')[1]}":
            best = best or "role"
        elif value in {account, f"arn:aws:iam::{account}:root"} and account:
            best = best or "account"
    return "self" if who in listed(entry.get("Service", [])) else best


def condition_holds(block, context):
    for operator, keys in block.items():
        for key, wanted in keys.items():
            held = context.get(key)
            equal = held in listed(wanted)
            if operator == "StringEquals" and not (held is not None and equal):
                return False
            if operator == "StringNotEquals" and held is not None and equal:
                return False
            if operator == "StringEqualsIfExists" and held is not None and not equal:
                return False
    return True


def applies(statement, action, resource, context):
    if "Action" in statement:
        if not any(like(each.lower(), action.lower()) for each in listed(statement["Action"])):
            return False
    elif any(like(each.lower(), action.lower()) for each in listed(statement["NotAction"])):
        return False
    if "Resource" in statement:
        if not any(like(each, resource) for each in listed(statement["Resource"])):
            return False
    elif any(like(each, resource) for each in listed(statement["NotResource"])):
        return False
    return condition_holds(statement.get("Condition", {}), context)


def effects(documents, who, request, *, with_principal=False):
    """The effects of the statements that apply, each with how it names the principal."""
    found = []
    for document in documents:
        for statement in document["Statement"]:
            name = "all"
            if with_principal and "NotPrincipal" in statement:
                name = "" if names(statement["NotPrincipal"], who) else "all"
            elif with_principal:
                name = names(statement["Principal"], who)
            if name and applies(statement, *request):
                found.append((statement["Effect"], name))
    return found


def literally(who, account, request, given):
    own = {kind: effects(given[kind], who, request) for kind in ("identity", "boundary", "session")}
    levels = [effects(level, who, request) for level in given["scps"]] if who.startswith("arn:") else []
    rcps = [effects(level, who, request, with_principal=True) for level in given["rcps"]]
    resource = effects(given["resource"], who, request, with_principal=True)
    # 1. An explicit deny anywhere.
    if any(effect == "Deny" for group in (*own.values(), *levels, *rcps, resource) for effect, _ in group):
        return "ExplicitlyDenied"
    # 2. RCPs always allow; 3. SCPs must allow at each level.
    if any(not any(effect == "Allow" for effect, _ in level) for level in levels):
        return "ImplicitlyDenied"
    allowed = {kind: any(effect == "Allow" for effect, _ in found) for kind, found in own.items()}
    bounded = (not given["boundary"] or allowed["boundary"]) and (not given["session"] or allowed["session"])
    grants = {name for effect, name in resource if effect == "Allow"}
    if not who.startswith("arn:"):
        return "Allowed" if grants else "ImplicitlyDenied"
    if who.split(":")[4] != account:
        return "Allowed" if grants and allowed["identity"] and bounded else "ImplicitlyDenied"
    # 4. A grant of the resource's policy, 5. of an identity policy, within 6. the boundary and 7. the session policy.
    directly = "all" in grants or ("self" in grants and ":role/" not in who)
    as_role = bool(grants & {"self", "role"}) and bounded
    must_allow_itself = request[0].startswith(("sts:AssumeRole", "kms:"))
    by_identity = allowed["identity"] and bounded and (grants or not must_allow_itself)
    return "Allowed" if directly or as_role or by_identity else "ImplicitlyDenied"


WHO = [
    f"arn:aws:iam::{OWN}:user/eve",
    f"arn:aws:iam::{OWN}:role/r",
    f"arn:aws:sts::{OWN}:assumed-role/r/s",
    f"arn:aws:iam::{OTHER}:user/eve",
    "ec2.amazonaws.com",
    "*",
]
ACTIONS = {
    "s3:GetObject": "arn:aws:s3:::b/k",
    "kms:Decrypt": f"arn:aws:kms:eu-west-1:{OWN}:key/1",
    "sts:AssumeRole": f"arn:aws:iam::{OWN}:role/r",
}
action_patterns = st.sampled_from(["*", "s3:*", "s3:Get*", "S3:getobject", "kms:*", "kms:D?crypt", "sts:AssumeRole"])
resource_patterns = st.sampled_from(
    ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::?/k", "arn:aws:kms:*:*:key/*", "arn:aws:s3:::c"]
)
entries = st.one_of(
    st.just("*"),
    st.builds(
        lambda aws, service: {"AWS": aws, "Service": service},
        st.lists(st.sampled_from([*WHO[:4], OWN, OTHER, f"arn:aws:iam::{OWN}:root"]), max_size=2),
        st.sampled_from([[], ["ec2.amazonaws.com"]]),
    ),
)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "StringEquals": st.fixed_dictionaries({"aws:a": st.sampled_from(["x", ["x", "y"]])}),
        "StringNotEquals": st.fixed_dictionaries({"aws:a": st.just("y")}),
        "StringEqualsIfExists": st.fixed_dictionaries({"aws:b": st.just("x")}),
    },
)


@st.composite
def documents(draw, *, with_principal):
    statements = []
    for _ in range(draw(st.integers(1, 2))):
        statement = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))}
        statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
            st.lists(action_patterns, min_size=1, max_size=2)
        )
        statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(resource_patterns)
        statement["Condition"] = draw(conditions)
        if with_principal:
            statement[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(entries)
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


plain, with_principals = documents(with_principal=False), documents(with_principal=True)
some_plain = st.lists(plain, max_size=1)
bundles = st.fixed_dictionaries(
    {
        "identity": st.lists(plain, max_size=2),
        "boundary": some_plain,
        "session": some_plain,
        "scps": st.lists(st.lists(plain, min_size=1, max_size=2), max_size=2),
        "rcps": st.lists(st.lists(with_principals, max_size=1), max_size=1),
        "resource": st.lists(with_principals, max_size=1),
    }
)


def without_exceptions(bundle):
    """NotPrincipal with Deny and a boundary has a rule of its own, which the flow chart leaves out."""
    statements = [each for policy in bundle["resource"] for each in policy["Statement"]]
    statements += [each for level in bundle["rcps"] for policy in level for each in policy["Statement"]]
    return not (bundle["boundary"] and any("NotPrincipal" in each and each["Effect"] == "Deny" for each in statements))


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(WHO),
    st.sampled_from([OWN, OTHER]),
    st.sampled_from(sorted(ACTIONS)),
    st.fixed_dictionaries({}, optional={"aws:a": st.sampled_from("xyz"), "aws:b": st.sampled_from("xy")}),
    bundles.filter(without_exceptions),
)
def test_decisions_are_those_of_the_flow_chart(who, account, action, context, bundle):
    if action != "s3:GetObject":
        account = OWN
    resource = ACTIONS[action]
    expected = literally(who, account, (action, resource, context), bundle)
    known = Context({key: (value,) for key, value in context.items()})
    request = Request(principal(who), action, resource, known, account)
    decision = decide(request, policies(bundle))
    assert decision.verdict.value == expected
    assert decision.certain
    assert len(decision.explain()) >= 1
    unknowing = decide(Request(principal(who), action, resource, Context(open=True), account), policies(bundle))
    assert unknowing.allowed or not decision.allowed
    if not unknowing.allowed or unknowing.certain:
        assert unknowing.allowed is decision.allowed


def policies(bundle):
    def ready(documents):
        return tuple(compiled(parse(each)) for each in documents)

    (resource,) = ready(bundle["resource"]) or (None,)
    return Policies(
        identity=ready(bundle["identity"]),
        resource=resource,
        boundaries=ready(bundle["boundary"]),
        session=ready(bundle["session"]),
        scps=tuple(map(ready, bundle["scps"])),
        rcps=tuple(map(ready, bundle["rcps"])),
    )
