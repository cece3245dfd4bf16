"""Findings on disk: those of an account are put down as soon as it is finished, and read back a check at a time."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final, NamedTuple, overload

import msgspec

from auditor.encoding import encoded
from auditor.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_DECODER: Final = msgspec.json.Decoder(list[Finding])


class Place(NamedTuple):
    """Where the findings of one check in one account stand."""

    start: int
    size: int
    findings: int


class Spool:
    """A temporary file of findings that goes with the process. One thread at a time may use it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="auditor-")  # noqa: SIM115 - it lives as long as the spool
        self.places: dict[tuple[str, str], Place] = {}
        """By check and account."""

    def put(self, account: str, findings: Iterable[Finding]) -> None:
        """Keep an account's findings, which are in the order of a report; OSError where the disk is full."""
        for check, group in groupby(findings, lambda each: each.check):
            kept = list(group)
            block = zlib.compress(encoded(kept), 1)
            start = self._file.seek(0, 2)
            self._file.write(block)
            self.places[check, account] = Place(start, len(block), len(kept))

    def get(self, check: str, account: str) -> list[Finding]:
        """Return a check's findings in an account; none where it has none."""
        place = self.places.get((check, account))
        if place is None:
            return []
        self._file.seek(place.start)
        return _DECODER.decode(zlib.decompress(self._file.read(place.size)))


class Findings(Sequence["Finding"]):
    """The findings of a spool in the order of a report, read whenever they are iterated over: never all in memory.

    ``left_out`` are findings, by account and fingerprint, that are not among them.
    """

    def __init__(self, spool: Spool, left_out: Collection[tuple[str, str]] = ()) -> None:
        self._spool = spool
        self._left_out = left_out

    def __len__(self) -> int:
        """Return how many findings there are."""
        return sum(place.findings for place in self._spool.places.values()) - len(self._left_out)

    def __iter__(self) -> Iterator[Finding]:
        """Read the findings, one check of one account at a time."""
        for check, account in sorted(self._spool.places):
            for each in self._spool.get(check, account):
                if not self._left_out or (account, each.fingerprint) not in self._left_out:
                    yield each

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        """Return a finding, or those of a slice, having read all before."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step < 0:
                return tuple(self)[index]
            return tuple(islice(self, start, stop, step))
        place = range(len(self))[index]
        return next(islice(self, place, None))
