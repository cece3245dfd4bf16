import json
from datetime import timedelta

from auditor.policy import parse
from auditor.testing import NOW, Case, fails, fake, inapplicable, passes, refused, unknown
from checks.access.reaching import PUBLIC
from checks.efs.access import (
    access_point_root_directory,
    access_point_user,
    file_system_mount_targets_private,
    file_system_tls_required,
)
from checks.efs.protection import (
    file_system_automatic_backups,
    file_system_backed_up,
    file_system_customer_key,
    file_system_encrypted,
    file_system_zones,
)
from checks.efs.resources import AccessPoint, FileSystem
from checks.vpc.resources import Subnet

(file_system_policy_not_public,) = (each for each in PUBLIC if each.resource is FileSystem)
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
MOUNTED = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
INSECURE = {"Bool": {"aws:SecureTransport": "false"}}


def keyed(*, by_aws):
    return fake(FileSystem, encrypted=True, key=KEY, key_is_managed_by_aws=by_aws)


def ago(days):
    return NOW - timedelta(days=days)


def backed_up(days, *, created=100):
    return fake(FileSystem, created=ago(created), last_backup=None if days is None else ago(days))


def mounted(*zones, zone=None):
    targets = [{"MountTargetId": f"fsmt-{each}", "SubnetId": f"subnet-{each}"} for each in zones]
    return fake(FileSystem, zone=zone, mount_target_count=len(zones), mount_targets=targets, mounted_zones=list(zones))


def subnet(zone, *, public):
    return fake(Subnet, f"subnet-{zone}", gives_public_ipv4=public)


def ruled(*statements):
    return fake(FileSystem, policy=parse(json.dumps({"Version": "2012-10-17", "Statement": statements})))


def statement(effect="Allow", principal="*", action="elasticfilesystem:ClientMount", **rest):
    return {"Effect": effect, "Principal": {"AWS": principal}, "Action": action, **rest}


CASES: list[Case] = [
    # Encryption.
    passes(file_system_encrypted, fake(FileSystem, encrypted=True)),
    fails(file_system_encrypted, fake(FileSystem, encrypted=False), says="not encrypted"),
    unknown(file_system_encrypted, fake(FileSystem, encrypted=refused("elasticfilesystem:DescribeFileSystems"))),
    passes(file_system_customer_key, keyed(by_aws=False)),
    fails(file_system_customer_key, keyed(by_aws=True), says="the one AWS manages"),
    inapplicable(file_system_customer_key, fake(FileSystem, encrypted=False)),
    unknown(file_system_customer_key, keyed(by_aws=refused("kms:ListAliases")), says="kms:ListAliases"),
    # Backups.
    passes(file_system_backed_up, backed_up(1)),
    fails(file_system_backed_up, backed_up(None), says="never"),
    fails(file_system_backed_up, backed_up(40), says="days ago"),
    passes(file_system_backed_up, backed_up(40), days=60),
    passes(
        file_system_backed_up, backed_up(None, created=30), doubt="A new file system is not due for its first backup."
    ),
    unknown(
        file_system_backed_up,
        fake(FileSystem, created=ago(100), last_backup=refused("backup:ListProtectedResources")),
        says="backup:ListProtectedResources",
    ),
    passes(file_system_automatic_backups, fake(FileSystem, backup_policy="ENABLED")),
    passes(
        file_system_automatic_backups,
        fake(FileSystem, backup_policy="ENABLING"),
        doubt="Backups that are being turned on will be on.",
    ),
    fails(file_system_automatic_backups, fake(FileSystem, backup_policy="DISABLED"), says="disabled"),
    fails(file_system_automatic_backups, fake(FileSystem, backup_policy="DISABLING"), says="disabling"),
    unknown(file_system_automatic_backups, fake(FileSystem, backup_policy=refused())),
    # Availability Zones.
    passes(file_system_zones, mounted("eu-west-1a", "eu-west-1b")),
    fails(file_system_zones, mounted("eu-west-1a"), says="in eu-west-1a only"),
    fails(file_system_zones, mounted("eu-west-1a", "eu-west-1b"), zones=3),
    inapplicable(
        file_system_zones,
        mounted("eu-west-1a", zone="eu-west-1a"),
        doubt="A One Zone file system can have one mount target only.",
    ),
    inapplicable(file_system_zones, mounted(), doubt="What nothing mounts has no zone to lose."),
    unknown(file_system_zones, fake(FileSystem, zone=None, mount_target_count=1, mounted_zones=refused())),
    # Subnets of mount targets.
    passes(file_system_mount_targets_private, mounted()),
    passes(file_system_mount_targets_private, mounted("a"), subnet("a", public=False)),
    fails(
        file_system_mount_targets_private,
        mounted("a", "b"),
        subnet("a", public=False),
        subnet("b", public=True),
        says="fsmt-b is in subnet-b",
    ),
    fails(file_system_mount_targets_private, mounted("elsewhere", "b"), subnet("b", public=True)),
    unknown(
        file_system_mount_targets_private,
        mounted("a"),
        says="ec2:DescribeSubnets",
        doubt="A subnet that another account shares may not be listed here.",
    ),
    unknown(file_system_mount_targets_private, mounted("a"), unlisted=[Subnet]),
    unknown(file_system_mount_targets_private, fake(FileSystem, mount_targets=refused())),
    # Policies.
    passes(
        file_system_policy_not_public,
        fake(FileSystem, policy=None),
        doubt="Without a policy a file system admits whoever reaches its mount targets, and nobody else.",
    ),
    passes(file_system_policy_not_public, ruled(statement(principal="arn:aws:iam::123456789012:role/app"))),
    passes(file_system_policy_not_public, ruled(statement(Condition=MOUNTED))),
    passes(file_system_policy_not_public, ruled(statement(effect="Deny"))),
    passes(
        file_system_policy_not_public,
        ruled(statement(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})),
    ),
    fails(file_system_policy_not_public, ruled(statement(Sid="all")), says="statement 1 (all) lets anyone"),
    fails(file_system_policy_not_public, ruled(statement(Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))),
    fails(
        file_system_policy_not_public,
        ruled(statement(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        doubt="A condition on how clients connect does not say who they are.",
    ),
    fails(
        file_system_policy_not_public,
        ruled(statement(Condition={"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}})),
        doubt="A condition that holds where its key is missing binds nobody.",
    ),
    fails(
        file_system_policy_not_public,
        ruled(statement(Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}})),
        doubt="A role of whatever account is anybody's: a condition binds where the account is fixed.",
    ),
    fails(file_system_policy_not_public, ruled(statement(Condition={"StringLike": {"aws:SourceVpc": "vpc-*"}}))),
    *(
        passes(file_system_policy_not_public, ruled(statement(Condition={"StringLike": {key: value}})))
        for key, value in (
            ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"),
            ("aws:userid", "AROAEXAMPLE:*"),
            ("aws:PrincipalOrgPaths", "o-1/*"),
        )
    ),
    fails(
        file_system_policy_not_public,
        ruled(statement(Condition={"StringNotEquals": {"aws:SourceVpc": "vpc-1"}})),
    ),
    unknown(file_system_policy_not_public, fake(FileSystem, policy=refused())),
    passes(file_system_tls_required, ruled(statement(effect="Deny", action="*", Condition=INSECURE))),
    passes(file_system_tls_required, ruled(statement(Condition=MOUNTED), statement(effect="Deny", Condition=INSECURE))),
    fails(file_system_tls_required, fake(FileSystem, policy=None), says="without TLS"),
    fails(file_system_tls_required, ruled(statement(effect="Deny", Condition={**INSECURE, **MOUNTED}))),
    fails(file_system_tls_required, ruled(statement(effect="Deny", action="s3:*", Condition=INSECURE))),
    fails(
        file_system_tls_required,
        ruled(statement(Condition={"Bool": {"aws:SecureTransport": "true"}})),
        doubt="Allowing only what is encrypted leaves the rest to the policies of roles: only a denial refuses it.",
    ),
    fails(
        file_system_tls_required,
        ruled(statement(effect="Deny", principal="arn:aws:iam::123456789012:role/app", Condition=INSECURE)),
    ),
    unknown(file_system_tls_required, fake(FileSystem, policy=refused())),
    # Access points.
    passes(access_point_root_directory, fake(AccessPoint, root="/app")),
    fails(access_point_root_directory, fake(AccessPoint, root="/"), says="whole file system"),
    unknown(access_point_root_directory, fake(AccessPoint, root=refused())),
    passes(access_point_user, fake(AccessPoint, user={"Uid": 1000, "Gid": 1000})),
    passes(
        access_point_user, fake(AccessPoint, user={"Uid": 0, "Gid": 0}), doubt="A user that is root is enforced too."
    ),
    fails(access_point_user, fake(AccessPoint, user=None), says="no user"),
    unknown(access_point_user, fake(AccessPoint, user=refused())),
]
