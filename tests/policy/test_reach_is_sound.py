"""Nobody gets in whom the reach does not tell: requests of outsiders at random, against policies at random."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.policy import Context, Extent, Policies, Request, compiled, decide, parse, principal, reach

OWN, OTHER, STRANGER = "111122223333", "444455556666", "777788889999"
BUCKET = "arn:aws:s3:::logs"
EVERYTHING = compiled(parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))
VALUES = {
    "aws:PrincipalOrgID": ["o-acme", "o-kin", "o-*", "o-?cme"],
    "aws:PrincipalAccount": [OTHER, OWN, "4444*", "*"],
    "aws:PrincipalArn": [f"arn:aws:iam::{OTHER}:role/*", "arn:aws:iam::*:role/admin", "*", f"arn:aws:iam::{OWN}:*"],
    "aws:SourceVpce": ["vpce-1", "vpce-2", "vpce-*"],
    "aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/0", "10.0.0.0/8"],
    "aws:SourceAccount": [OWN, OTHER],
    "aws:PrincipalIsAWSService": ["true", "false"],
    "aws:SecureTransport": ["true", "false"],
    "aws:UserAgent": ["curl", "c*"],
}
FAMILIES = {
    "aws:SourceIp": ["IpAddress", "NotIpAddress"],
    "aws:PrincipalIsAWSService": ["Bool"],
    "aws:SecureTransport": ["Bool"],
}
STRINGS = ["StringLike", "StringNotLike", "StringEquals", "StringNotEquals"]


@st.composite
def conditions(draw):
    block = {}
    for key in draw(st.lists(st.sampled_from(sorted(VALUES)), max_size=2, unique=True)):
        operator = draw(st.sampled_from([*FAMILIES.get(key, STRINGS), "Null"]))
        if operator == "Null":
            block.setdefault(operator, {})[key] = draw(st.sampled_from(["true", "false"]))
            continue
        prefix, suffix = draw(st.sampled_from([("", ""), ("", ""), ("", "IfExists"), ("ForAllValues:", "")]))
        values = draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=2, unique=True))
        block.setdefault(prefix + operator + suffix, {})[key] = values
    return block


ENTRIES = st.sampled_from(["*", {"AWS": OTHER}, {"AWS": OWN}, {"Service": "sns.amazonaws.com"}])


@st.composite
def statements(draw):
    statement = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])), "Condition": draw(conditions())}
    statement[draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"]))] = draw(ENTRIES)
    statement[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(
        st.lists(st.sampled_from(["s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject"]), min_size=1, max_size=2)
    )
    statement[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        st.sampled_from(["*", f"{BUCKET}/*", f"{BUCKET}/a/*", BUCKET, "arn:aws:s3:::else/*"])
    )
    return statement


OUTSIDERS = {
    f"arn:aws:iam::{STRANGER}:user/eve": STRANGER,
    f"arn:aws:iam::{STRANGER}:role/admin": STRANGER,
    f"arn:aws:iam::{OTHER}:role/reader": OTHER,
    "sns.amazonaws.com": "",
    "*": "",
}


@st.composite
def requests(draw):
    who = draw(st.sampled_from(sorted(OUTSIDERS)))
    context = {"aws:SecureTransport": draw(st.sampled_from(["true", "false"]))}
    chosen = {
        "aws:SourceVpce": ["vpce-1", "vpce-2", "vpce-evil"],
        "aws:SourceIp": ["203.0.113.9", "198.51.100.1", "10.1.1.1"],
        "aws:UserAgent": ["curl", "code", "x"],
    }
    for key in draw(st.lists(st.sampled_from(sorted(chosen)), unique=True)):
        context[key] = draw(st.sampled_from(chosen[key]))
    context["aws:PrincipalIsAWSService"] = "true" if who.startswith("sns") else "false"
    if who.startswith("sns"):
        context["aws:SourceAccount"] = draw(st.sampled_from([OWN, OTHER, STRANGER]))
    elif OUTSIDERS[who]:
        context |= {"aws:PrincipalAccount": OUTSIDERS[who], "aws:PrincipalArn": who}
        organization = draw(st.sampled_from(["", "o-acme", "o-evil"]))
        context |= {"aws:PrincipalOrgID": organization} if organization else {}
    known = Context({key.lower(): (value,) for key, value in context.items()})
    action = draw(st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:ListBucket"]))
    resource = draw(st.sampled_from([BUCKET, f"{BUCKET}/a/b", f"{BUCKET}/c"]))
    return Request(principal(who), action, resource, known, OWN)


def is_anyone(request):
    """Whether anyone could make such a request, from anywhere."""
    values = request.context.values
    place = {*values.get("aws:sourcevpce", ()), *values.get("aws:sourceip", ())} - {"vpce-evil", "198.51.100.1"}
    organization = values.get("aws:principalorgid", ("o-evil",)) == ("o-evil",)
    return (
        request.principal.account in {STRANGER, None}
        and request.principal.text[0] in "a*"
        and organization
        and not place
    )


NETWORKS = {"vpce-1", "203.0.113.0/24"}


def is_within(request):
    """Whether a request comes from `NETWORKS`."""
    values = request.context.values
    return "vpce-1" in values.get("aws:sourcevpce", ()) or "203.0.113.9" in values.get("aws:sourceip", ())


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(statements(), min_size=1, max_size=4),
    st.lists(statements(), max_size=1),
    st.lists(requests(), min_size=1, max_size=12),
    st.booleans(),
)
def test_whoever_gets_in_is_told(policy, control, asked, networked):
    document = parse({"Version": "2012-10-17", "Statement": policy})
    rcps = ((compiled(parse({"Version": "2012-10-17", "Statement": control})),),)
    policies = Policies(identity=(EVERYTHING,), resource=compiled(document), rcps=rcps)
    let_in = [request for request in asked if decide(request, policies).allowed]
    found = reach(document, OWN, BUCKET, rcps=rcps, own_networks=NETWORKS if networked else ())
    for request in let_in:
        if networked and is_within(request):
            continue
        assert found.extent is not Extent.INTERNAL
        if request.principal.account:
            assert found.extent >= Extent.UNKNOWN
        if is_anyone(request):
            assert found.extent is Extent.PUBLIC
        if request.principal.account == OTHER:
            assert found.extent in {Extent.PUBLIC, Extent.UNKNOWN} or OTHER in found.accounts or found.organizations
