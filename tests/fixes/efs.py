"""Proofs of the fixes of Amazon EFS's checks."""

import json
from pathlib import Path

from fixes.proof import ACCOUNT, Proof

MOUNTED = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
INSECURE = {"Bool": {"aws:SecureTransport": "false"}}


def file_system(aws):
    return aws("efs").create_file_system(CreationToken="orders")["FileSystemId"]


def subnets(aws):
    """Return the default subnets, which give public addresses."""
    return [each["SubnetId"] for each in aws("ec2").describe_subnets()["Subnets"]]


def mounted(aws):
    """Make a file system that is mounted through one subnet, and give the command another."""
    id_ = file_system(aws)
    first, second, *_rest = subnets(aws)
    aws("efs").create_mount_target(FileSystemId=id_, SubnetId=first)
    return {"id": id_, "SUBNET_ID": second}


def mounted_in_public(aws):
    id_ = file_system(aws)
    subnet = subnets(aws)[0]
    aws("efs").create_mount_target(FileSystemId=id_, SubnetId=subnet)
    return {"id": id_, "SUBNET_ID": subnet}


def policy(id_, effect, **rest):
    action = "elasticfilesystem:ClientMount"
    arn = f"arn:aws:elasticfilesystem:eu-west-1:{ACCOUNT}:file-system/{id_}"
    statement = {"Effect": effect, "Principal": {"AWS": "*"}, "Action": action, "Resource": arn, **rest}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def public_file_system(aws):
    id_ = file_system(aws)
    aws("efs").put_file_system_policy(FileSystemId=id_, Policy=policy(id_, "Allow"))
    Path("POLICY.json").write_text(policy(id_, "Allow", Condition=MOUNTED))
    return id_


def file_system_without_policy(aws):
    id_ = file_system(aws)
    Path("POLICY.json").write_text(policy(id_, "Deny", Condition=INSECURE))
    return id_


def access_point(aws):
    """Make an access point that opens the whole file system as any user."""
    id_ = file_system(aws)
    point = aws("efs").create_access_point(FileSystemId=id_, ClientToken="orders")["AccessPointId"]
    return {"id": point, "FILE_SYSTEM_ID": id_, "UID": "1000", "GID": "1000", "DIRECTORY": "/orders"}


PROOFS = [
    Proof("efs-access-point-root-directory", access_point, gone=True),
    Proof("efs-access-point-user", access_point, gone=True),
    Proof("efs-file-system-mount-targets-private", mounted_in_public),
    Proof("efs-file-system-policy-not-public", public_file_system),
    Proof("efs-file-system-tls-required", file_system_without_policy),
    Proof("efs-file-system-zones", mounted),
]
UNPROVEN = {
    "efs-file-system-automatic-backups": "the emulator does not offer to change a backup policy",
    "efs-file-system-backed-up": "the emulator does not offer the list of what AWS Backup protects",
}
WORDS = {"DIRECTORY": "/orders", "GID": "1000", "SUBNET_ID": "subnet-0123456789abcdef0", "UID": "1000"}
