"""Small accounts, written short."""

from __future__ import annotations

from auditor.graph import Account, Compute, Grant, Group, Identity, Managed, escalation
from auditor.policy import compiled, parse

ID = "123456789012"
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def arn(sort, name):
    return f"arn:aws:iam::{ID}:{sort}/{name}"


def policy(*statements, name="inline"):
    return compiled(parse({"Version": "2012-10-17", "Statement": list(statements)}), name)


def allow(actions, resources="*", **conditions):
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return statement | ({"Condition": {each: dict([held]) for each, held in conditions.items()}} if conditions else {})


def deny(actions, resources="*", **conditions):
    return allow(actions, resources, **conditions) | {"Effect": "Deny"}


def inline(holder, *statements, via=""):
    return Grant(policy(*statements), holder, inline=True, via=via)


def attached(name, *statements):
    own = arn("policy", name)
    return Grant(policy(*statements, name=own), own, inline=False)


def user(name, *statements, **facts):
    own = arn("user", name)
    known = {"has_password": False, "access_keys": 0, "has_mfa": False, **facts}
    grants = (*([inline(own, *statements)] if statements else []), *known.pop("grants", ()))
    return Identity(own, grants, **known)


def role(name, trust, *statements, **facts):
    own = arn("role", name)
    grants = (*([inline(own, *statements)] if statements else []), *facts.pop("grants", ()))
    known = {"has_instance_profile": True, **facts}
    return Identity(own, grants, trust=trusts(trust) if isinstance(trust, dict) else trust, **known)


def trusts(principal, action="sts:AssumeRole", **conditions):
    statement = {"Effect": "Allow", "Action": action, "Principal": principal}
    held = {"Condition": {each: dict([pair]) for each, pair in conditions.items()}} if conditions else {}
    return policy(statement | held, name="trust policy")


def service(name):
    return {"Service": f"{name}.amazonaws.com"}


OWN = {"AWS": ID}


def account(*identities, **more):
    return Account(ID, identities=identities, **more)


def group(name, *statements):
    own = arn("group", name)
    return Group(own, (inline(own, *statements, via=own),))


def managed(grant, **others):
    return {grant.origin: Managed(grant.origin, grant.policy, others)}


def runs(compute, role_name, service_name):
    return Compute(compute, arn("role", role_name), service_name)


def ways(*identities, start, **more):
    """Return the ids of the paths of all steps of one identity, and the way found from it."""
    found = escalation(account(*identities, **more))
    return {edge.path.id for edge in found.edges(start)}, found.chain(start)
