"""Proofs of the fixes of Amazon EBS's checks."""

from fixes.proof import REGION, Proof
from fixes.states import volume

NO_LIST = "the emulator does not offer the list of what AWS Backup protects"


def plain_region(aws):
    """Build nothing: a new account encrypts nothing by default."""


def snapshot(aws):
    return aws("ec2").create_snapshot(VolumeId=volume(aws))["SnapshotId"]


def clear_snapshot(aws):
    """Make a snapshot and its encrypted copy, which the fix waits for."""
    clear = snapshot(aws)
    copied = aws("ec2").copy_snapshot(SourceRegion=REGION, SourceSnapshotId=clear, Encrypted=True)
    return {"id": clear, "ENCRYPTED_COPY": copied["SnapshotId"]}


PROOFS = [
    Proof("ec2-region-ebs-encrypted-by-default", plain_region),
    Proof("ec2-snapshot-archived", snapshot, days_later=400),
    Proof("ec2-snapshot-encrypted", clear_snapshot, gone=True),
    Proof("ec2-volume-attached", volume, gone=True, days_later=10),
]
UNPROVEN = {
    "ec2-region-ebs-customer-key": "the emulator does not tell which key EBS uses by default",
    "ec2-region-snapshot-public-access-blocked": "the emulator does not offer the block on public access to snapshots",
    "ec2-snapshot-fast-restore-off": "the emulator does not offer fast snapshot restores",
    "ec2-snapshot-not-public": "the emulator lists every snapshot when asked for those that everyone may restore",
    "ec2-volume-backed-up": NO_LIST,
    "ec2-volume-recent-snapshot": NO_LIST,
}
