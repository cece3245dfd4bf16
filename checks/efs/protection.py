"""How file systems keep their data: encryption, backups, and mount targets in several places."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from auditor import Fix, Problem, Problems, Severity, check
from checks.backup.facts import overdue
from checks.efs.resources import FileSystem

USER_GUIDE: Final = "https://docs.aws.amazon.com/efs/latest/ug"
CONTROLS: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/efs-controls.html"


@check(
    "efs-file-system-encrypted",
    Severity.MEDIUM,
    reads=[FileSystem.encrypted],
    references=[f"{USER_GUIDE}/encryption-at-rest.html", CONTROLS],
    fix=Fix(
        text="Encryption is chosen when a file system is created: create an encrypted one and have DataSync copy the "
        "files, or restore a backup into one.",
        terraform='resource "aws_efs_file_system" "this" {\n  encrypted = true\n}',
        cloudformation="Type: AWS::EFS::FileSystem\nProperties:\n  Encrypted: true",
        downtime=True,
        replacement=True,
    ),
)
def file_system_encrypted(file_system: FileSystem) -> Problems:
    """EFS file systems are encrypted at rest.

    Whoever gets at the storage then cannot read the files without a key that can be refused and revoked.
    """
    if not file_system.encrypted:
        yield Problem("the file system is not encrypted", found=False, expected="encrypted with a KMS key")


@check(
    "efs-file-system-customer-key",
    Severity.MEDIUM,
    reads=[FileSystem.encrypted, FileSystem.key, FileSystem.key_is_managed_by_aws],
    references=[f"{USER_GUIDE}/encryption-at-rest.html", CONTROLS],
    fix=Fix(
        text="The key is chosen when a file system is created: create one with a key of the account's own and have "
        "DataSync copy the files, or restore a backup into one.",
        terraform='resource "aws_efs_file_system" "this" {\n  encrypted  = true\n  kms_key_id = aws_kms_key.efs.arn\n}',
        downtime=True,
        replacement=True,
        cost=True,
    ),
    applies=lambda file_system: file_system.encrypted,
)
def file_system_customer_key(file_system: FileSystem) -> Problems:
    """EFS file systems are encrypted with a key of the account's own.

    The key that AWS manages can be neither restricted nor revoked. Which key that is KMS tells by its alias.
    """
    if file_system.key_is_managed_by_aws:
        yield Problem("the key is the one AWS manages", found=file_system.key, expected="a customer's key")


@check(
    "efs-file-system-backed-up",
    Severity.MEDIUM,
    reads=[FileSystem.created, FileSystem.last_backup],
    references=[f"{USER_GUIDE}/awsbackup.html", CONTROLS],
    fix=Fix(
        cli="aws backup create-backup-selection --region {resource.region} --backup-plan-id PLAN_ID --backup-selection "
        """'{"SelectionName":"file-systems","IamRoleArn":"ROLE_ARN","Resources":["{resource.arn}"]}'""",
        cost=True,
    ),
)
def file_system_backed_up(file_system: FileSystem, *, days: int = 35) -> Problems:
    """AWS Backup backs EFS file systems up.

    What is deleted or encrypted by an attacker in several Availability Zones is gone in all of them. What counts is a
    backup within ``days``: a plan that selects a file system and fails protects nothing. A file system that is younger
    than that is not due yet.
    """
    if file_system.at - file_system.created > timedelta(days=days):
        yield from overdue(file_system.last_backup, file_system.at, days)


@check(
    "efs-file-system-automatic-backups",
    Severity.MEDIUM,
    reads=[FileSystem.backup_policy],
    references=[f"{USER_GUIDE}/automatic-backups.html", CONTROLS],
    fix=Fix(
        cli="aws efs put-backup-policy --region {resource.region} --file-system-id {resource.id} "
        "--backup-policy Status=ENABLED",
        terraform="""resource "aws_efs_backup_policy" "this" {
  file_system_id = aws_efs_file_system.this.id
  backup_policy {
    status = "ENABLED"
  }
}""",
        cost=True,
    ),
)
def file_system_automatic_backups(file_system: FileSystem) -> Problems:
    """Automatic backups of EFS file systems are on.

    EFS then has AWS Backup keep a daily copy for 35 days, whether or not somebody thought of a plan.
    """
    status = file_system.backup_policy
    if status not in {"ENABLED", "ENABLING"}:
        yield Problem(f"automatic backups are {status.lower()}", found=status, expected="ENABLED")


@check(
    "efs-file-system-zones",
    Severity.MEDIUM,
    reads=[FileSystem.zone, FileSystem.mount_target_count, FileSystem.mounted_zones],
    references=[f"{USER_GUIDE}/accessing-fs.html"],
    fix=Fix(
        cli="aws efs create-mount-target --region {resource.region} --file-system-id {resource.id} "
        "--subnet-id SUBNET_ID",
        terraform="""resource "aws_efs_mount_target" "this" {
  for_each       = toset(var.subnet_ids)
  file_system_id = aws_efs_file_system.this.id
  subnet_id      = each.value
}""",
    ),
    applies=lambda file_system: file_system.zone is None and file_system.mount_target_count > 0,
)
def file_system_zones(file_system: FileSystem, *, zones: int = 2) -> Problems:
    """EFS file systems have mount targets in several Availability Zones.

    A file system that is kept in several zones and mounted through one is lost to its clients with that zone. Those
    that are kept in one zone by choice, and those that nothing mounts, are not judged.
    """
    found = file_system.mounted_zones
    if len(found) < zones:
        summary = f"there are mount targets in {', '.join(found)} only"
        yield Problem(summary, found=found, expected=f"mount targets in at least {zones} Availability Zones")
