"""Proofs of the fixes of the checks on whom resource policies let in."""

import json
from pathlib import Path

from fixes.proof import ACCOUNT, REGION, Proof
from fixes.states import bucket, key

PARTNER = "arn:aws:iam::210987654321:root"
OWN = f"arn:aws:iam::{ACCOUNT}:root"
EVERYONE = {"Principal": "*"}
NO_MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}}}
ACTIONS = {
    "s3-bucket-policy": "s3:GetObject",
    "kms-key-policy": "kms:Decrypt",
    "iam-role-trust": "sts:AssumeRole",
    "efs-file-system-policy": "elasticfilesystem:ClientMount",
    "sns-topic-policy": "sns:Publish",
    "logs-region-policies": "logs:PutLogEvents",
}
"""An action for each kind of policies, by how the ids of its checks begin."""
SERVICES = {
    "s3-bucket-policy": "cloudtrail.amazonaws.com",
    "kms-key-policy": "cloudtrail.amazonaws.com",
    "sns-topic-policy": "cloudwatch.amazonaws.com",
}
NARROWED = (
    EVERYONE,
    {**EVERYONE, "Effect": "Deny", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}},
)
"""A statement for everyone that another one narrows."""
BAD = {
    "not-public": EVERYONE,
    "known-accounts": {"Principal": {"AWS": PARTNER}},
    "conditions-narrow": {**EVERYONE, "Condition": {"StringLike": {"aws:PrincipalArn": "*"}}},
    "conditions-strict": {**EVERYONE, "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
    "grants-not-inverted": {"NotPrincipal": {"AWS": PARTNER}},
    "denials-hold": {**EVERYONE, **NO_MFA, "Effect": "Deny"},
}
"""A statement that breaks each rule."""


def document(stem, *statements):
    """Return a policy that lets the account in, and what the statements say."""
    resource = {} if stem == "iam-role-trust" else {"Resource": "arn:aws:s3:::orders/*" if stem[:2] == "s3" else "*"}
    usual = {"Effect": "Allow", "Action": ACTIONS[stem], **resource}
    held = [{**usual, "Principal": {"AWS": OWN}}, *({**usual, **each} for each in statements)]
    return json.dumps({"Version": "2012-10-17", "Statement": held})


def put(aws, stem, policy):
    """Make a resource with a policy; return its id."""
    if stem == "s3-bucket-policy":
        aws("s3").put_bucket_policy(Bucket=bucket(aws), Policy=policy)
        return "orders"
    if stem == "kms-key-policy":
        arn = key(aws)
        aws("kms").put_key_policy(KeyId=arn, PolicyName="default", Policy=policy)
        return arn
    if stem == "iam-role-trust":
        aws("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=policy)
        return "worker"
    if stem == "efs-file-system-policy":
        id_ = aws("efs").create_file_system(CreationToken="orders")["FileSystemId"]
        aws("efs").put_file_system_policy(FileSystemId=id_, Policy=policy)
        return id_
    if stem == "sns-topic-policy":
        arn = aws("sns").create_topic(Name="news")["TopicArn"]
        aws("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        return arn
    aws("logs").put_resource_policy(policyName="delivery", policyDocument=policy)
    return {"id": REGION, "POLICY_NAME": "delivery"}


def breaking(stem, *statements):
    """Return a function that makes a resource whose policy has statements, and writes the policy without them."""

    def failing(aws):
        Path("POLICY.json").write_text(document(stem), encoding="utf-8")
        return put(aws, stem, document(stem, *statements))

    return failing


def pods(aws):
    """Make a role for any pod of a cluster, and write a trust policy for one service account."""
    issuer = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789"
    trusted = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    app = {"StringEquals": {f"{issuer}:sub": "system:serviceaccount:shop:app"}}
    policy = {"Version": "2012-10-17", "Statement": [{**trusted, "Condition": app}]}
    Path("POLICY.json").write_text(json.dumps(policy), encoding="utf-8")
    return put(aws, "iam-role-trust", json.dumps({"Version": "2012-10-17", "Statement": [trusted]}))


PROVEN_ELSEWHERE = {
    "efs-file-system-policy-not-public",
    "iam-role-trust-not-public",
    "kms-key-policy-callers-known",
    "kms-key-policy-not-public",
    "logs-region-policies-not-public",
    "s3-bucket-policy-known-accounts",
}
LACKING = {
    "iam-role-trust-grants-not-inverted",
    "logs-region-policies-callers-known",
    "logs-region-policies-denials-hold",
    "kms-key-policy-known-accounts",
}
"""What no check is about: the trust of roles and the log groups' policies have fewer rules."""
PROOFS = [
    *(
        Proof(f"{stem}-{rule}", breaking(stem, statement))
        for stem in ACTIONS
        for rule, statement in BAD.items()
        if f"{stem}-{rule}" not in PROVEN_ELSEWHERE | LACKING
    ),
    *(
        Proof(f"{stem}-callers-known", breaking(stem, *NARROWED))
        for stem in ACTIONS
        if f"{stem}-callers-known" not in PROVEN_ELSEWHERE | LACKING
    ),
    *(
        Proof(f"{stem}-services-act-for-owner", breaking(stem, {"Principal": {"Service": service}}))
        for stem, service in SERVICES.items()
    ),
    Proof("iam-role-cluster-subject-limited", pods),
]
UNPROVEN: dict[str, str] = {}
