from auditor import Status
from auditor.testing import Case, fails, fake, passes, refused, unknown
from checks.ebs.resources import Snapshot
from checks.ec2.resources import Image
from checks.rbin.resources import ImageRule, RecycleBin, SnapshotRule
from checks.rbin.retention import CHECKS

SNAPSHOTS, IMAGES = CHECKS
BIN = fake(RecycleBin, region="eu-west-1")
SNAPSHOT, IMAGE = fake(Snapshot), fake(Image)


def rule(kind, *, days=7, status="available", tags=(), region="eu-west-1"):
    details = {
        "Identifier": "rule",
        "RetentionPeriod": {"RetentionPeriodValue": days, "RetentionPeriodUnit": "DAYS"},
        "ResourceTags": [{"ResourceTagKey": tag} for tag in tags],
        "Status": status,
    }
    return fake(kind, region=region, details=details)


CASES: list[Case] = [
    passes(SNAPSHOTS, BIN, SNAPSHOT, rule(SnapshotRule)),
    passes(SNAPSHOTS, BIN, SNAPSHOT, rule(SnapshotRule, days=365)),
    passes(SNAPSHOTS, BIN, doubt="Where there are no snapshots there is nothing to keep."),
    passes(SNAPSHOTS, BIN, fake(Snapshot, region="us-east-1")),
    passes(SNAPSHOTS, BIN, SNAPSHOT, rule(SnapshotRule, days=3), days=3),
    fails(SNAPSHOTS, BIN, SNAPSHOT, says="no rule keeps every deleted snapshot in eu-west-1"),
    fails(SNAPSHOTS, BIN, SNAPSHOT, rule(SnapshotRule, days=3)),
    fails(SNAPSHOTS, BIN, SNAPSHOT, rule(SnapshotRule, status="pending")),
    fails(SNAPSHOTS, BIN, SNAPSHOT, rule(SnapshotRule, region="us-east-1")),
    fails(SNAPSHOTS, BIN, SNAPSHOT, rule(ImageRule)),
    fails(
        SNAPSHOTS,
        BIN,
        SNAPSHOT,
        rule(SnapshotRule, tags=["backup"]),
        doubt="A rule for tags keeps only the snapshots that bear them.",
    ),
    unknown(SNAPSHOTS, BIN, SNAPSHOT, unlisted=[SnapshotRule], says="rbin:ListRules"),
    unknown(SNAPSHOTS, BIN, SNAPSHOT, fake(SnapshotRule, details=refused("rbin:GetRule")), says="rbin:GetRule"),
    unknown(SNAPSHOTS, BIN, unlisted=[Snapshot], says="ec2:DescribeSnapshots"),
    Case(SNAPSHOTS, (BIN,), Status.PASS, unlisted=(SnapshotRule,)),
    Case(SNAPSHOTS, (BIN, rule(SnapshotRule)), Status.PASS, unlisted=(Snapshot,)),
    passes(IMAGES, BIN, IMAGE, rule(ImageRule)),
    passes(IMAGES, BIN, SNAPSHOT),
    fails(IMAGES, BIN, IMAGE, rule(SnapshotRule), says="every deleted image"),
    unknown(IMAGES, BIN, IMAGE, unlisted=[ImageRule]),
]
