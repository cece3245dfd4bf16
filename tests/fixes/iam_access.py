"""Proofs of the fixes of the checks on what all policies of an account allow together."""

import json
from pathlib import Path

from fixes.proof import Proof
from fixes.states import ADMIN, role, user


def shadow(kind, make):
    """Return a function that makes a user or role that may do anything by a policy of its own."""

    def failing(aws):
        name = make(aws)
        put = getattr(aws("iam"), f"put_{kind}_policy")
        put(**{f"{kind.capitalize()}Name": name}, PolicyName="mine", PolicyDocument=json.dumps(ADMIN))
        return name

    return failing


def guardrail(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def exempting(aws):
    """Make a service control policy that spares roles which anybody may make, and write one that protects them."""
    spared = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass-*"}}
    denied = {"Effect": "Deny", "Action": "ec2:*", "Resource": "*", "Condition": spared}
    making = ["iam:CreateRole", "iam:UpdateAssumeRolePolicy"]
    roles = "arn:aws:iam::*:role/break-glass-*"
    guarded = {"Effect": "Deny", "Action": making, "Resource": roles, "Condition": spared}
    Path("POLICY.json").write_text(guardrail(denied, guarded), encoding="utf-8")
    organizations = aws("organizations")
    organizations.create_organization(FeatureSet="ALL")
    made = organizations.create_policy(
        Name="regions", Description="regions", Type="SERVICE_CONTROL_POLICY", Content=guardrail(denied)
    )
    return made["Policy"]["PolicySummary"]["Id"]


PROOFS = [
    Proof("iam-role-administrator-known", shadow("role", role), aws_policies=True),
    Proof("iam-user-administrator-known", shadow("user", user), aws_policies=True),
    Proof("organizations-service-control-policy-exemptions-closed", exempting),
]
UNPROVEN: dict[str, str] = {}
