"""What Recycle Bin keeps of what is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Check, Fix, Inventory, Problem, Problems, Severity, check
from auditor.facts import both
from checks.ebs.resources import Snapshot
from checks.ec2.resources import Image
from checks.rbin.resources import ImageRule, RecycleBin, SnapshotRule

if TYPE_CHECKING:
    from types_boto3_rbin.type_defs import GetRuleResponseTypeDef

GUIDE: Final = "https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html"


class Kept(NamedTuple):
    """A kind of resource that Recycle Bin can keep: its word, its API name, its class and that of its rules."""

    word: str
    resource_type: str
    kind: type[Snapshot | Image]
    rules: type[SnapshotRule | ImageRule]
    risk: str

    @property
    def description(self) -> str:
        """The title and rationale of the kind's check."""
        return (
            f"Recycle Bin keeps deleted {self.word}s.\n\n{self.risk} A rule for the whole region keeps every "
            f"{self.word} that its exclusion tags do not name; one for tags keeps only what bears them, and does not "
            f"count. A region without {self.word}s has nothing to keep, and passes."
        )


KINDS: Final = (
    Kept(
        "snapshot",
        "EBS_SNAPSHOT",
        Snapshot,
        SnapshotRule,
        "Whoever deletes backups by mistake, or to extort money, deletes them for good.",
    ),
    Kept(
        "image",
        "EC2_IMAGE",
        Image,
        ImageRule,
        "An image that is deregistered cannot launch anything again: groups that scale with it stop to.",
    ),
)


def _kept(kept: Kept) -> Check:
    """Return the check that Recycle Bin keeps a kind of resource."""

    def retained(region: RecycleBin, inventory: Inventory, *, days: int = 7) -> Problems:
        expected = f"a rule for all {kept.word}s, over {days} days or more"

        def rules() -> list[GetRuleResponseTypeDef]:
            return [rule.details for rule in inventory.all(kept.rules, region.region)]

        def unkept() -> bool:
            return not any(_keeps(rule, days) for rule in rules())

        if both(lambda: bool(inventory.all(kept.kind, region.region)), unkept):
            yield Problem(f"no rule keeps every deleted {kept.word} in {region.id}", found=rules(), expected=expected)

    retained.__doc__ = kept.description
    return check(
        f"rbin-region-{kept.word}s-retained",
        Severity.LOW,
        reads=[kept.rules.details, kept.kind],
        references=[GUIDE],
        fix=Fix(
            cli=f"aws rbin create-rule --region {{resource.region}} --resource-type {kept.resource_type} "
            "--retention-period RetentionPeriodValue=7,RetentionPeriodUnit=DAYS",
            terraform=f"""resource "aws_rbin_rule" "{kept.word}s" {{
  resource_type = "{kept.resource_type}"
  retention_period {{
    retention_period_value = 7
    retention_period_unit  = "DAYS"
  }}
}}""",
            cost=True,
        ),
    )(retained)


def _keeps(rule: GetRuleResponseTypeDef, days: int) -> bool:
    """Return whether a rule keeps all of its kind for so many days: those with tags keep what bears the tags."""
    available = rule["Status"] == "available"
    return available and not rule.get("ResourceTags") and rule["RetentionPeriod"]["RetentionPeriodValue"] >= days


CHECKS: Final = [_kept(kept) for kept in KINDS]
