"""Findings as compressed text that is joined without being read: a block for each check in each account.

A file in gzip's format may consist of several members, one after the other (RFC 1952, section 2.2). A block is such a
member. So the report of an organization is made of blocks as they are, in the order of a report, whoever made them; and
a finding that is left out of it, because several accounts found it, stands in a block of its own.
"""

from __future__ import annotations

import tempfile
import zlib
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor.encoding import encoded
from auditor.organization.outline import owner
from auditor.severity import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.finding import Finding
    from auditor.report import CheckFacts

FORMS: Final = ("json", "csv", "prints")
"""What is kept of findings: their JSON, their rows of CSV, and the fingerprints of all, listed or not."""
PRINT: Final = 16
"""Bytes of a fingerprint."""
AHEAD: Final = b",\n"
"""What stands before each finding in JSON: the first of all loses the comma."""


class Sizes(NamedTuple):
    """How many bytes something takes, or stands behind, in each form."""

    json: int = 0
    csv: int = 0
    prints: int = 0

    def after(self, other: Sizes) -> Sizes:
        """Return the sum."""
        return Sizes(self.json + other.json, self.csv + other.csv, self.prints + other.prints)


class Block(NamedTuple):
    """Findings of a check in an account: how many are listed, and their sizes.

    ``foreign`` is the fingerprint of a single finding that another account owns the resource of; empty for others.
    """

    account: str
    findings: int
    sizes: Sizes
    foreign: str = ""


class Blocks:
    """Blocks in a temporary file, as accounts come; ``whole`` says whether what passes is listed."""

    def __init__(self, *, whole: bool) -> None:
        self._whole = whole
        self._file = tempfile.TemporaryFile(prefix="auditor-")  # noqa: SIM115 - it lives as long as this does
        self._rows = import_module("reports.csv").rows
        self.places: dict[str, list[tuple[Block, int]]] = {}
        """By check, with where in the file each begins."""

    def put(self, findings: Iterable[Finding], checks: Mapping[str, CheckFacts]) -> None:
        """Keep an account's findings, which are in the order of a report; OSError where the disk is full."""
        for (check, account, foreign), group in groupby(findings, _place):
            block, texts = self._block(list(group), account, foreign, checks)
            start = self._file.seek(0, 2)
            self._file.writelines(texts)
            self.places.setdefault(check, []).append((block, start))

    def _block(
        self, findings: list[Finding], account: str, foreign: str, checks: Mapping[str, CheckFacts]
    ) -> tuple[Block, tuple[bytes, bytes, bytes]]:
        prints = b"".join(bytes.fromhex(each.fingerprint) for each in findings)
        listed = [each for each in findings if self._whole or each.status is not Status.PASS]
        json = compressed(b"".join(AHEAD + encoded(each) for each in listed)) if listed else b""
        csv = compressed(self._rows(listed, checks).encode()) if listed else b""
        return Block(account, len(listed), Sizes(len(json), len(csv), len(prints)), foreign), (json, csv, prints)

    def ordered(self) -> Iterator[tuple[str, list[tuple[Block, int]]]]:
        """Yield the blocks of each check by account, with where in the file each begins."""
        for check in sorted(self.places):
            # The blocks of a check in an account stay in their order.
            yield check, sorted(self.places[check], key=lambda each: each[0].account)

    def read(self, form: str) -> Iterator[bytes]:
        """Yield all there is in a form, block by block, in their order."""
        number = FORMS.index(form)
        for _, blocks in self.ordered():
            for block, start in blocks:
                self._file.seek(start + sum(block.sizes[:number]))
                yield self._file.read(block.sizes[number])


def _place(finding: Finding) -> tuple[str, str, str]:
    foreign = finding.fingerprint if owner(finding) != finding.account else ""
    return finding.check, finding.account, foreign


def compressed(text: bytes) -> bytes:
    """Return a text as a member of gzip's format; the same text gives the same bytes."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(text) + packer.flush()
