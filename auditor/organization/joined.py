"""Blocks of several groups of accounts as one list of findings, in the order of a report, joined as bytes."""

from __future__ import annotations

import gzip
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, overload

import msgspec

from auditor.finding import Finding
from auditor.organization.blocks import FORMS, PRINT, Block, Sizes, compressed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from auditor.organization.blocks import Blocks

SPAN: Final = 8 * 2**20
"""Bytes up to which blocks that stand behind one another are read at once."""
BESIDE: Final = 8
"""How many reads go on while what was read before is taken."""
_DECODER: Final = msgspec.json.Decoder(list[Block])
_FINDINGS: Final = msgspec.json.Decoder(list[Finding])


class Entry(msgspec.Struct, frozen=True):
    """Where the blocks of a check begin, and the blocks; not decoded, as there are many and few are needed at once."""

    start: Sizes
    blocks: msgspec.Raw


Index = dict[str, Entry]
"""What stands where in a group's blocks, by check."""


def indexed(blocks: Blocks) -> Index:
    """Return the index of blocks that are written in their order."""
    index: Index = {}
    start = Sizes()
    for check, placed in blocks.ordered():
        found = [block for block, _ in placed]
        index[check] = Entry(start, msgspec.Raw(msgspec.json.encode(found)))
        for each in found:
            start = start.after(each.sizes)
    return index


class Bytes(Protocol):
    """Where the blocks of a group are."""

    def read(self, form: str, start: int, size: int) -> bytes:
        """Return bytes of one form. Several threads may ask at once."""


class Span(NamedTuple):
    """Bytes of one form that stand behind one another."""

    source: Bytes
    form: str
    start: int
    size: int

    def read(self) -> bytes:
        """Return them."""
        return self.source.read(self.form, self.start, self.size)


@dataclass(frozen=True, slots=True)
class Group:
    """The blocks of some accounts: what there is, and where."""

    index: Index
    source: Bytes

    def blocks(self, check: str) -> Iterator[tuple[Block, Sizes]]:
        """Yield the blocks of a check, by account, with where each begins."""
        entry = self.index.get(check)
        if entry is None:
            return
        start = entry.start
        for block in _DECODER.decode(entry.blocks):
            yield block, start
            start = start.after(block.sizes)


@dataclass
class Joined(Sequence["Finding"]):
    """The findings of groups, without those that are left out, which are told by account and fingerprint.

    Iterated over, they are read and decoded; :meth:`pieces` gives the same as they stand, compressed.
    """

    groups: Sequence[Group]
    left_out: Collection[tuple[str, str]] = ()
    _prints: dict[tuple[str, str], frozenset[bytes]] = field(default_factory=dict)

    def owned(self, check: str, account: str, fingerprint: str) -> bool:
        """Return whether an account has a finding, listed or not."""
        if (check, account) not in self._prints:
            self._prints[check, account] = frozenset(self._fingerprints(check, account))
        return bytes.fromhex(fingerprint) in self._prints[check, account]

    def _fingerprints(self, check: str, account: str) -> Iterator[bytes]:
        for group in self.groups:
            for block, start in group.blocks(check):
                if block.account == account:
                    prints = group.source.read("prints", start.prints, block.sizes.prints)
                    yield from (prints[each : each + PRINT] for each in range(0, len(prints), PRINT))

    def _placed(self) -> Iterator[tuple[Group, Block, Sizes]]:
        """Yield what is listed, in the order of a report."""
        for check in sorted({check for group in self.groups for check in group.index}):
            found = [(group, block, start) for group in self.groups for block, start in group.blocks(check)]
            for group, block, start in sorted(found, key=lambda each: each[1].account):
                if block.findings and (block.account, block.foreign) not in self.left_out:
                    yield group, block, start

    def _spans(self, form: str) -> Iterator[Span]:
        """Yield where a form's bytes are, the first block by itself."""
        number = FORMS.index(form)
        last: Span | None = None
        for count, (group, block, start) in enumerate(self._placed()):
            here = Span(group.source, form, start[number], block.sizes[number])
            if last and count > 1 and _behind(last, here):
                last = last._replace(size=last.size + here.size)
                continue
            if last:
                yield last
            last = here
        if last:
            yield last

    def pieces(self, form: str) -> Iterator[bytes]:
        """Yield what is listed in a form, compressed."""
        pieces = _ahead(self._spans(form))
        first = next(pieces, None)
        if first is not None:
            yield compressed(_text(first).removeprefix(b",")) if form == "json" else first
        yield from pieces

    def __len__(self) -> int:
        """Return how many findings are listed."""
        return sum(block.findings for _, block, _ in self._placed())

    def __iter__(self) -> Iterator[Finding]:
        """Read the findings."""
        for piece in _ahead(self._spans("json")):
            yield from _FINDINGS.decode(b"[" + _text(piece).removeprefix(b",") + b"]")

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        """Return a finding or a slice, having read all."""
        return tuple(self)[index]


def _behind(last: Span, here: Span) -> bool:
    together = last.source is here.source and last.start + last.size == here.start
    return together and last.size + here.size <= SPAN


def _ahead(spans: Iterable[Span]) -> Iterator[bytes]:
    """Read spans in their order, a few beside one another."""
    waiting = iter(spans)
    with ThreadPoolExecutor(BESIDE) as beside:
        under_way = deque(beside.submit(each.read) for each in islice(waiting, BESIDE))
        while under_way:
            yield under_way.popleft().result()
            under_way.extend(beside.submit(each.read) for each in islice(waiting, 1))


def _text(members: bytes) -> bytes:
    """Return the text of members of gzip's format that stand behind one another."""
    return gzip.GzipFile(fileobj=BytesIO(members)).read()
