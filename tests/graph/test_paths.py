"""Each path of the catalogue: what it needs makes the step, and without any part of that there is none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from graph.built import (
    FULL,
    ID,
    OWN,
    account,
    allow,
    arn,
    attached,
    deny,
    group,
    managed,
    role,
    runs,
    service,
    trusts,
    user,
    ways,
)

from auditor.graph import Kind, catalogue, escalation

PATHS = catalogue()
START = arn("user", "alice")
SHARED = attached("shared", allow("s3:GetObject"))
STAFF = arn("group", "staff")


def trusted(name):
    """Return the trust policy that lets in a service, or the users of an identity pool."""
    if name.startswith("cognito"):
        return trusts({"Federated": name}, "sts:AssumeRoleWithWebIdentity")
    return trusts({"Service": name})


def of_services(path):
    return [role("boss", trusted(path.services[0]), FULL)]


def compute_arn(path):
    return path.target.format(partition="aws", region="eu-west-1", account=ID, name="thing")


def allowing(path, actions):
    """Return the statements that allow the actions; where a policy is made, only the account's may be attached."""
    limited = {"ArnLike": ("iam:PolicyARN", arn("policy", "*"))} if "new" in path.change else {}
    if path.change == "tag":
        return [allow(sorted(actions)), allow("sts:AssumeRole", StringEquals=("aws:PrincipalTag/team", "ops"))]
    attaching = [each for each in actions if each.startswith("iam:Attach")]
    others = sorted(set(actions) - set(attaching))
    return [*([allow(others)] if others else []), *([allow(attaching, **limited)] if attaching else [])]


def as_user(path, actions):
    grants = (SHARED,) if path.on == "policy" else ()
    groups = (STAFF,) if path.on == "group" and path.change != "join" else ()
    return user("alice", *allowing(path, actions), grants=grants, groups=groups)


def as_role(path, actions):
    grants = (SHARED,) if path.on == "policy" else ()
    return replace(role("alice", service("ec2"), *allowing(path, actions), grants=grants))


def self_edit(path, actions):
    start = (as_role if path.on == "role" else as_user)(path, actions)
    if "boundary" in path.change:
        start = replace(start, grants=user("x", FULL).grants, boundary=attached("boundary", allow(sorted(actions))))
    versions = managed(SHARED, v2=attached("shared", FULL).policy)
    others = [role("boss", OWN, FULL)] if path.change == "tag" else []
    return [start, *others], {"groups": (group("staff", FULL),), "managed": versions}


def credential(path, actions):
    keys = 2 if path.method == "rotated-key" else 0
    has_password = path.method == "changed-password"
    return [as_user(path, actions), user("boss", FULL, access_keys=keys, has_password=has_password)], {}


def edit_and_use(path, actions):
    boundary = attached("boundary", allow("s3:*")) if "boundary" in path.change else None
    grants = (SHARED,) if path.on == "policy" else ()
    if path.on == "user":
        other = user("other", allow("s3:*"), grants=grants)
    else:
        other = role("other", service("ec2") if path.access == "trust" else OWN, FULL, grants=grants)
        other = replace(other, boundary=boundary)
    return [as_user(path, actions), other], {"managed": managed(SHARED)}


def built(path, actions):
    """Return an account in which whoever may do the actions can take the path, and where they start."""
    start = as_user(path, actions)
    if path.kind is Kind.SELF_EDIT:
        identities, more = self_edit(path, actions)
    elif path.kind is Kind.CREDENTIAL:
        identities, more = credential(path, actions)
    elif path.kind is Kind.EDIT_AND_USE:
        identities, more = edit_and_use(path, actions)
    elif path.kind is Kind.CREATE_IDENTITY:
        identities, more = [start], {"groups": (group("staff", FULL),)}
    elif path.kind is Kind.PROVIDER_EDIT:
        provider = {"Federated": f"arn:aws:iam::{ID}:saml-provider/staff"}
        identities, more = [start, role("boss", trusts(provider, "sts:AssumeRoleWithSAML"), FULL)], {}
    elif path.kind is Kind.PASS_ROLE:
        identities, more = [start, *of_services(path)], {}
    elif path.kind is Kind.EXISTING_COMPUTE:
        compute = () if path.existing else (runs(compute_arn(path), "boss", path.services[0]),)
        more = {"compute": compute, "compute_read": frozenset() if path.existing else frozenset(path.services)}
        identities = [start, *of_services(path)]
    else:
        trust = OWN if path.kind is Kind.ASSUME else service("ec2")
        identities, more = [start, role("boss", trust, FULL)], {}
    return identities, more


def found(path, actions):
    identities, more = built(path, actions)
    return ways(*identities, start=identities[0].arn, **more)


MODELLED = [
    path for path in PATHS.values() if path.kind not in {Kind.NOT_MODELLED, Kind.COVERED} and path.id != "aaa-iam-007"
]


@pytest.mark.parametrize("path", MODELLED, ids=lambda path: path.id)
def test_what_a_path_needs_makes_the_step(path):
    ids, chain = found(path, path.required)
    assert path.id in ids
    assert chain is not None


@pytest.mark.parametrize(
    ("path", "missing"),
    [(path, action) for path in MODELLED for action in path.required],
    ids=lambda value: value if isinstance(value, str) else value.id,
)
def test_without_any_action_there_is_no_step(path, missing):
    ids, _ = found(path, {*path.required, "s3:GetObject"} - {missing})
    assert path.id not in ids


@pytest.mark.parametrize("path", MODELLED, ids=lambda path: path.id)
def test_a_deny_of_any_action_ends_it(path):
    for action in path.required:
        identities, more = built(path, path.required)
        start = identities[0]
        denying = replace(start, grants=(*start.grants, user("x", deny(action)).grants[0]))
        ids, _ = ways(denying, *identities[1:], start=start.arn, **more)
        assert path.id not in ids


@pytest.mark.parametrize("path", MODELLED, ids=lambda path: path.id)
def test_a_path_is_certain_unless_it_needs_what_was_not_read(path):
    identities, more = built(path, path.required)
    start = identities[0].arn
    edges = [each for each in escalation(account(*identities, **more)).edges(start) if each.path.id == path.id]
    assert {each.certain for each in edges} == {not path.existing}
    assert all(bool(each.notes) is bool(path.existing) for each in edges)


@pytest.mark.parametrize(
    ("path", "reason"), [(PATHS["aaa-iam-008"], ["iam:*"]), (PATHS["aaa-iam-009"], ["iam:Put*"])], ids=["all", "put"]
)
def test_what_other_paths_cover_leads_to_them(path, reason):
    ids, chain = ways(user("alice", allow(reason)), start=START)
    assert set(path.covered_by) & ids
    assert chain is not None
    assert chain.certain
