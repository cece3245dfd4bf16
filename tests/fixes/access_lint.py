"""Proofs of the fixes of the checks on policies that do not do what they say."""

import json
from pathlib import Path

from fixes.iam_policies import KINDS, inline, managed, trust
from fixes.proof import ACCOUNT, REGION, Proof
from fixes.states import bucket, key

READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
IDLE = {"StringEquals": {"aws:PrincipalTag/team": "ops-*"}}
BAD = {
    "actions-exist": {**READ, "Action": "s3:GetObjcet"},
    "resources-fit": {**READ, "Action": ["s3:GetObject", "s3:ListBucket"]},
    "conditions-effective": {**READ, "Condition": IDLE},
    "denials-effective": {**READ, "Effect": "Deny", "Condition": IDLE},
}
SERVICE = {"Service": "ec2.amazonaws.com"}
OWN = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}


def broken(rule, action, resource="*"):
    """Return a policy that breaks a rule, and write one that does not for the command to put in its place."""
    sound = {"Sid": "Own", "Effect": "Allow", "Principal": OWN, "Action": action, "Resource": resource}
    effect = "Allow" if rule == "conditions-effective" else "Deny"
    idle = {**sound, "Sid": "Idle", "Effect": effect, "Condition": IDLE}
    Path("POLICY.json").write_text(json.dumps(document(sound)), encoding="utf-8")
    return json.dumps(document(sound, idle))


def document(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def bucket_with(rule):
    def failing(aws):
        name = bucket(aws)
        held = broken(rule, "s3:GetObject", f"arn:aws:s3:::{name}/*")
        aws("s3").put_bucket_policy(Bucket=name, Policy=held)
        return name

    return failing


def key_with(rule):
    def failing(aws):
        made = key(aws)
        aws("kms").put_key_policy(KeyId=made, PolicyName="default", Policy=broken(rule, "kms:Decrypt"))
        return made

    return failing


def file_system_with(rule):
    def failing(aws):
        made = aws("efs").create_file_system(CreationToken="t")["FileSystemId"]
        held = broken(rule, "elasticfilesystem:ClientMount")
        aws("efs").put_file_system_policy(FileSystemId=made, Policy=held)
        return made

    return failing


def topic_with(rule):
    def failing(aws):
        arn = aws("sns").create_topic(Name="t")["TopicArn"]
        held = broken(rule, "sns:Publish")
        aws("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=held)
        return arn

    return failing


def logs_with(rule):
    def failing(aws):
        aws("logs").put_resource_policy(policyName="mine", policyDocument=broken(rule, "logs:PutLogEvents"))
        return {"id": REGION, "POLICY_NAME": "mine"}

    return failing


RULES = ("conditions-effective", "denials-effective")
EFFECTS = {"conditions-effective": "Allow", "denials-effective": "Deny"}
OF_RESOURCES = {
    "s3-bucket-policy": bucket_with,
    "kms-key-policy": key_with,
    "efs-file-system-policy": file_system_with,
    "sns-topic-policy": topic_with,
    "logs-region-policies": logs_with,
}

PROOFS = [
    *(Proof(f"iam-policy-{rule}", managed(statement)) for rule, statement in BAD.items()),
    *(
        Proof(f"iam-{kind}-inline-policies-{rule}", inline(kind, make, statement))
        for kind, make in KINDS.items()
        for rule, statement in BAD.items()
    ),
    *(
        Proof(f"iam-role-trust-{rule}", trust({"Effect": effect, "Principal": SERVICE, "Condition": IDLE}))
        for rule, effect in EFFECTS.items()
    ),
    *(Proof(f"{stem}-{rule}", making(rule)) for stem, making in OF_RESOURCES.items() for rule in RULES),
]
UNPROVEN = {}
