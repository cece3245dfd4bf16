"""What all seeds share: the account being filled, its regions, its dice, and who chooses the names."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.account import Account

NOW: Final = datetime(2025, 6, 1, 12, 0, tzinfo=UTC)
"""The moment sample accounts are as old as: ages in them do not depend on the day they are made."""

HOSTILE: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://attacker.invalid","click")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "\u202egnp.exe",
    "\u200f\u2066right to left\u2069",
    "\u009b31mred\u009b0m",
    "{{7*7}}${7*7}",
    "| a | [link](javascript:alert(1))",
    "line\nbreak\r\nand\ttab",
    "::error file=x::injected",
    "'; DROP TABLE findings; --",
    "zero\u200bwidth\ufeff",
)
"""Texts that attack terminals, browsers, spreadsheets, templates, Markdown, logs and databases; XML carries them."""
ESCAPES: Final = ("\x1b]0;title\x07\x1b[2J", "\x00null", "\x1b[8mhidden")
"""Control characters that only JSON can carry."""

HUGE: Final = "A" * 1_000_000


@dataclass(slots=True)
class Seed:
    """An account under construction."""

    account: Account
    hostile: bool = False
    dice: random.Random = field(default_factory=lambda: random.Random(20250601))

    @property
    def regions(self) -> tuple[str, ...]:
        """The account's regions."""
        return self.account.regions

    def spread(self, count: int) -> Iterator[tuple[int, str]]:
        """Yield ``count`` numbers, each with the region its resource lives in."""
        for number in range(count):
            yield number, self.regions[number % len(self.regions)]

    def text(self, ordinary: str, number: int, *, json: bool = False) -> str:
        """Return a name or description: the ordinary one, or one that attacks whoever prints it.

        ``json`` says that AWS sends it as JSON, which carries control characters that XML cannot.
        """
        texts = (*ESCAPES, *HOSTILE) if json else HOSTILE
        return f"{texts[number % len(texts)]} {ordinary}" if self.hostile else ordinary

    def tags(self, name: str, number: int) -> list[dict[str, str]]:
        """Return the tags of a resource."""
        tags = [{"Key": "Name", "Value": self.text(name, number)}, {"Key": "team", "Value": f"team-{number % 7}"}]
        if self.hostile:
            tags.append(
                {"Key": self.text("key", number + 1), "Value": HUGE if number == 1 else self.text("value", number + 2)}
            )
        return tags

    def chance(self, percent: int) -> bool:
        """Return true ``percent`` times in a hundred."""
        return self.dice.random() * 100 < percent

    def ago(self, days: int) -> datetime:
        """Return the moment some days ago."""
        return NOW - timedelta(days=days)

    def id(self, prefix: str, number: int) -> str:
        """Return a resource id as EC2 gives them: seventeen hexadecimal digits."""
        return f"{prefix}-0{number:016x}"

    def arn(self, service: str, region: str, resource: str) -> str:
        """Return an ARN of the account."""
        return f"arn:aws:{service}:{region}:{self.account.id}:{resource}"

    def vpc_id(self, region: str) -> str:
        """Return the id of a region's default VPC."""
        return self.id("vpc", self.regions.index(region) + 1)

    def subnet_id(self, region: str) -> str:
        """Return the id of the subnet that a region's instances run in."""
        return self.id("subnet", self.regions.index(region) + 1)

    def key_arn(self, region: str, number: int = 0) -> str:
        """Return the ARN of one of a region's own KMS keys."""
        return self.arn("kms", region, f"key/{key_id(region, number)}")

    def topic_arn(self, region: str, name: str = "security") -> str:
        """Return the ARN of a region's topic."""
        return self.arn("sns", region, name)

    def place(
        self, service: str, operation: str, member: str, placed: Iterable[tuple[str, dict[str, Any]]], **parameters: Any
    ) -> None:
        """Answer a listing in each region with the resources placed there: none in a region that has none."""
        regions: dict[str, list[dict[str, Any]]] = {region: [] for region in self.regions}
        for region, resource in placed:
            regions[region].append(resource)
        for region, resources in regions.items():
            self.account.put(service, operation, {member: resources}, region=region, **parameters)


def key_id(region: str, number: int) -> str:
    """Return the id of a KMS key: one that is the account's own, or from 100 on one that AWS manages in it."""
    return f"{zlib.crc32(region.encode()):08x}-0000-4000-8000-{number:012d}"
