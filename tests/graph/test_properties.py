"""Over random small accounts: grants only add steps, Denies only take them away, and chains are the shortest."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from graph.built import FULL, OWN, account, allow, arn, deny, group, inline, policy, role, service, user
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.graph import Kind, escalation
from auditor.graph.edges import ADMIN
from auditor.policy import Context, Policies, Request, decide, principal

NAMES = ("a", "b", "c", "d")
ACTIONS = (
    *("iam:PutUserPolicy", "iam:PutRolePolicy", "iam:Attach*", "iam:CreateAccessKey", "iam:UpdateAssumeRolePolicy"),
    *("iam:CreateUser", "iam:CreateRole", "iam:AttachRolePolicy"),
    *("sts:AssumeRole", "iam:PassRole", "lambda:*", "lambda:CreateFunction", "iam:*", "s3:*", "iam:AddUserToGroup"),
)
RESOURCES = ("*", *(arn(sort, name) for sort in ("user", "role") for name in NAMES), arn("role", "*"), arn("user", "*"))
TRUSTS = (OWN, service("lambda"), service("ec2"), {"AWS": arn("user", "a")}, {"AWS": arn("role", "c")}, {"AWS": "*"})
READ = frozenset({"lambda.amazonaws.com"})
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

statements = st.builds(allow, st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3), st.sampled_from(RESOURCES))
denials = st.builds(deny, st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=2), st.sampled_from(RESOURCES))
policies = st.lists(st.one_of(statements, statements, denials), max_size=3)
users = st.builds(
    lambda some: [user(name, *each) for name, each in zip(("a", "b"), some, strict=True)],
    st.lists(policies, min_size=2, max_size=2),
)
roles = st.builds(
    lambda some, trusted: [
        role(name, trust, *each) for name, each, trust in zip(("c", "d", "boss"), (*some, [FULL]), trusted, strict=True)
    ],
    st.lists(policies, min_size=2, max_size=2),
    st.lists(st.sampled_from(TRUSTS), min_size=3, max_size=3),
)
identities = st.builds(lambda some, others: [*some, *others], users, roles)


def steps(found, arns):
    """Return the steps of all identities, each with whom it is about, whatever it leads to."""
    return {(edge.source, edge.path.id, about(edge)) for each in arns for edge in found.edges(each)}


def about(edge):
    if edge.path.kind is Kind.CREATE_IDENTITY:
        return "new"
    return edge.target if edge.target != ADMIN else edge.through or edge.source


def changed(found, place, statement):
    old = found[place]
    new = replace(old, grants=(*old.grants, inline(old.arn, statement)))
    return [*found[:place], new, *found[place + 1 :]]


@SLOW
@given(identities, st.integers(0, 3), denials)
def test_a_deny_adds_no_step(some, place, statement):
    arns = [each.arn for each in some]
    groups = (group("staff", FULL),)
    before = steps(escalation(account(*some, groups=groups)), arns)
    after = steps(escalation(account(*changed(some, place, statement), groups=groups)), arns)
    assert after <= before


@SLOW
@given(identities, st.integers(0, 3), statements)
def test_an_allow_takes_no_step_away(some, place, statement):
    arns = [each.arn for each in some]
    groups = (group("staff", FULL),)
    before = steps(escalation(account(*some, groups=groups)), arns)
    after = steps(escalation(account(*changed(some, place, statement), groups=groups)), arns)
    assert before <= after


# --- A slow search, written from what the steps are ------------------------------------------------------------------


def may(identity, action, resource, trust=None, **known):
    held = Policies(identity=tuple(each.policy for each in identity.grants), resource=trust)
    values = {"aws:principalarn": (identity.arn,), "iam:permissionsboundary": ()} | known
    context = Context(values, open=True)
    return decide(Request(principal(identity.arn), action, resource, context, "123456789012"), held).allowed


def is_admin(identity):
    other = {sort: arn(sort, "=unheard=of=") for sort in ("user", "role", "policy")}
    giving = [
        may(identity, "iam:AttachRolePolicy", other["role"]),
        may(identity, "iam:AttachUserPolicy", other["user"]),
        may(identity, "iam:PutRolePolicy", other["role"]),
        may(identity, "iam:PutUserPolicy", other["user"]),
        may(identity, "iam:CreatePolicyVersion", other["policy"]),
    ]
    taking = [
        may(identity, "iam:CreateAccessKey", other["user"]),
        may(identity, "iam:UpdateAssumeRolePolicy", other["role"]),
    ]
    everything = may(identity, "unheard:Of", "arn:aws:unheard:::of")
    return (everything and any(giving)) or all(giving + taking)


def edits(one, other):
    """Return whether one may give another a policy that allows everything."""
    sort = "User" if ":user/" in other.arn else "Role"
    return may(one, f"iam:Put{sort}Policy", other.arn) or may(one, f"iam:Attach{sort}Policy", other.arn)


def enters(one, user_arn):
    """Return whether one can give itself credentials of a user, of whom nobody knows whether it has a password."""
    password = may(one, "iam:CreateLoginProfile", user_arn) and may(one, "iam:UpdateLoginProfile", user_arn)
    return may(one, "iam:CreateAccessKey", user_arn) or password


def acts(one, other):
    """Return whether one can act as another as it is."""
    if one.arn == other.arn:
        return False
    if ":user/" in other.arn:
        return enters(one, other.arn)
    if may(one, "sts:AssumeRole", other.arn, other.trust):
        return True
    naming = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": one.arn}})
    if may(one, "iam:UpdateAssumeRolePolicy", other.arn) and may(one, "sts:AssumeRole", other.arn, naming):
        return True
    return passes(one, other)


def passes(one, other):
    lambda_ = Request(principal("lambda.amazonaws.com"), "sts:AssumeRole", other.arn, resource_account="123456789012")
    trusted = decide(lambda_, Policies(resource=other.trust)).allowed
    name = "arn:aws:lambda:us-east-1:123456789012:function:any"
    makes = may(one, "lambda:CreateFunction", name)
    runs = (
        may(one, "lambda:InvokeFunction", name)
        or may(one, "lambda:AddPermission", name)
        or may(one, "lambda:CreateEventSourceMapping", "*")
    )
    return trusted and may(one, "iam:PassRole", other.arn) and makes and runs


def powerful(identity):
    return replace(identity, grants=(*identity.grants, inline(identity.arn, FULL)))


def one_step(one, everybody):
    """Return whether an identity can make itself, or another that it then acts as, an administrator."""
    edited = [each for each in everybody if edits(one, each) and is_admin(powerful(each))]
    return any(each.arn == one.arn or acts(one, each) for each in edited) or creates(one, everybody)


def creates(one, everybody):
    """Return whether an identity can create an administrator."""
    names = [arn(sort, name) for sort in ("user", "role") for name in (*NAMES, "fresh")]
    return any(created(one, each) for each in names if each not in {other.arn for other in everybody})


def created(one, new):
    sort = "User" if ":user/" in new else "Role"
    given = may(one, f"iam:Put{sort}Policy", new) or may(one, f"iam:Attach{sort}Policy", new)
    naming = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": one.arn}})
    used = enters(one, new) if sort == "User" else may(one, "sts:AssumeRole", new, naming)
    return may(one, f"iam:Create{sort}", new) and given and used


def distances(everybody):
    """Return the least number of steps of each to an administrator's rights, by going backwards from them."""
    far = {each.arn: 0 for each in everybody if is_admin(each)}
    far |= {each.arn: 1 for each in everybody if each.arn not in far and one_step(each, everybody)}
    pending = deque(sorted((each for each in everybody if each.arn in far), key=lambda each: far[each.arn]))
    while pending:
        near = pending.popleft()
        for each in everybody:
            if far.get(each.arn, 99) > far[near.arn] + 1 and acts(each, near):
                far[each.arn] = far[near.arn] + 1
                pending.append(each)
    return far


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(identities)
def test_chains_are_the_shortest_there_are(some):
    found = escalation(account(*some, compute_read=READ))
    ours = {each.arn: found.chain(each.arn) for each in some}
    lengths = {arn_: len(each) for arn_, each in ours.items() if each is not None and each.certain}
    assert lengths == distances(some)
