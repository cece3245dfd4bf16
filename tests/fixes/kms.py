"""Proofs of the fixes of AWS KMS's checks, and of IAM's on decryption."""

import json
from pathlib import Path

from fixes.proof import ACCOUNT, Proof
from fixes.states import key, policy, role, user

DECRYPTING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}],
}
MODEST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd"}
    ],
}


def write(document):
    Path("POLICY.json").write_text(json.dumps(document))


def key_with_policy(aws, principal, **condition):
    """Make a key that a principal may use, and write the policy that lets in the account alone."""
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    own = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    write({"Version": "2012-10-17", "Statement": [own]})
    used = {**own, "Principal": principal, "Action": "kms:Decrypt", "Condition": condition}
    document = {"Version": "2012-10-17", "Statement": [own, used]}
    return aws("kms").create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"]


def public_key(aws):
    return key_with_policy(aws, "*", StringEquals={"kms:ViaService": "s3.eu-west-1.amazonaws.com"})


def key_for_a_network(aws):
    return key_with_policy(aws, "*", IpAddress={"aws:SourceIp": "203.0.113.0/24"})


def shared_key(aws):
    return key_with_policy(aws, {"AWS": "arn:aws:iam::210987654321:root"})


def key_with_users_and_iam(aws):
    """Make a key whose policy names a user and leaves the rest to IAM, and write one that does not."""
    role(aws)
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    everything = {"Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    worker = {**everything, "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/worker"}, "Action": "kms:Decrypt"}
    write({"Version": "2012-10-17", "Statement": [{**everything, "Action": ["kms:Put*", "kms:Describe*"]}, worker]})
    document = {"Version": "2012-10-17", "Statement": [everything, worker]}
    return aws("kms").create_key(Policy=json.dumps(document))["KeyMetadata"]["Arn"]


def leaving_key(aws):
    id_ = key(aws).rpartition("/")[2]
    aws("kms").schedule_key_deletion(KeyId=id_)
    return id_


def decrypting_policy(aws):
    write(MODEST)
    return policy(aws, "crypto", DECRYPTING)


def inline(kind, make):
    """Return the state of a principal whose inline policy allows decryption with every key."""

    def failing(aws):
        write(MODEST)
        name = make(aws)
        put = getattr(aws("iam"), f"put_{kind}_policy")
        put(**{f"{kind.title()}Name": name}, PolicyName="crypto", PolicyDocument=json.dumps(DECRYPTING))
        return {"id": name, "POLICY_NAME": "crypto"}

    return failing


def group(aws):
    aws("iam").create_group(GroupName="readers")
    return "readers"


PROOFS = [
    Proof("iam-group-inline-decryption-limited", inline("group", group)),
    Proof("iam-policy-decryption-limited", decrypting_policy),
    Proof("iam-role-inline-decryption-limited", inline("role", role)),
    Proof("iam-user-inline-decryption-limited", inline("user", user)),
    Proof("kms-key-not-pending-deletion", leaving_key),
    Proof("kms-key-policy-callers-known", key_for_a_network),
    Proof("kms-key-policy-not-public", public_key),
    Proof("kms-key-policy-not-shared", shared_key),
    Proof("kms-key-policy-use-named", key_with_users_and_iam),
    Proof("kms-key-rotation-enabled", key),
]
UNPROVEN = {
    "kms-key-rotation-period": "the emulator keeps no rotation period",
}
