"""Proofs of the fixes of AWS IAM's checks on what policies say."""

import json
from pathlib import Path

from fixes.proof import Proof
from fixes.states import ADMIN, policy, role, user

GOOD = {"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
TRUST = {"Sid": "Worker", "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
BAD = {
    "not-admin": ADMIN["Statement"][0],
    "no-not-action": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"},
    "no-service-wildcard": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
    "statements-named": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
}


def document(statement, version="2012-10-17"):
    return {"Version": version, "Statement": [statement]}


def replacement(statement):
    """Write the policy that the command puts in the old one's place."""
    Path("POLICY.json").write_text(json.dumps(document(statement)), encoding="utf-8")


def managed(statement):
    def failing(aws):
        replacement(GOOD)
        arn = policy(aws, document=document(statement))
        aws("iam").attach_role_policy(RoleName=role(aws), PolicyArn=arn)
        return arn

    return failing


def group(aws, name="developers"):
    aws("iam").create_group(GroupName=name)
    return name


def inline(kind, make, statement):
    def failing(aws):
        replacement(GOOD)
        name = make(aws)
        put = getattr(aws("iam"), f"put_{kind}_policy")
        put(**{f"{kind.capitalize()}Name": name}, PolicyName="mine", PolicyDocument=json.dumps(document(statement)))
        return {"id": name, "POLICY_NAME": "mine"}

    return failing


def trust(statement, version="2012-10-17"):
    """Return a function that makes a role with a trust policy, whose replacement trusts a service."""

    def failing(aws):
        replacement(TRUST)
        assuming = {} if "NotAction" in statement else {"Action": "sts:AssumeRole"}
        held = json.dumps(document({"Effect": "Allow", **assuming, **statement}, version))
        aws("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=held)
        return "worker"

    return failing


SERVICE = {"Principal": TRUST["Principal"]}
VENDOR = "arn:aws:iam::210987654321:root"
GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
WEB_IDENTITY = {"Principal": {"Federated": GITHUB}, "Action": "sts:AssumeRoleWithWebIdentity"}
KINDS = {"user": user, "group": group, "role": role}

PROOFS = [
    *(Proof(f"iam-policy-{rule}", managed(statement)) for rule, statement in BAD.items()),
    *(
        Proof(f"iam-{kind}-inline-policies-{rule}", inline(kind, make, statement))
        for kind, make in KINDS.items()
        for rule, statement in BAD.items()
    ),
    Proof("iam-role-foreign-trust-guarded", trust({"Principal": {"AWS": VENDOR}}), gone=True),
    Proof("iam-role-service-trust-separate", trust({"Principal": {"AWS": VENDOR, **SERVICE["Principal"]}})),
    Proof("iam-role-shared-issuer-restricted", trust(WEB_IDENTITY), gone=True),
    Proof("iam-role-trust-current-version", trust(SERVICE, "2008-10-17")),
    Proof("iam-role-trust-no-not-action", trust({**SERVICE, "NotAction": "sts:TagSession"})),
    Proof("iam-role-trust-not-public", trust({"Principal": {"AWS": "*"}})),
    Proof("iam-role-trust-statements-named", trust(SERVICE)),
]
OLD_VERSION = "the emulator refuses policies of an older version"
UNPROVEN = {
    "iam-policy-current-version": OLD_VERSION,
    **{f"iam-{kind}-inline-policies-current-version": OLD_VERSION for kind in KINDS},
}
