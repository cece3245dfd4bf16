"""What a group of an organization's accounts leaves for its report. An account that left no report is unknown in it."""

from __future__ import annotations

import gzip
import os
import tempfile
import zlib
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import msgspec

from auditor import past
from auditor.encoding import encoded
from auditor.garbage import rare_collections
from auditor.organization.blocks import FORMS, Blocks
from auditor.organization.examples import Examples
from auditor.organization.joined import Entry, Group, Index, indexed
from auditor.organization.outline import Kept, Outline
from auditor.organization.unread import unread
from auditor.remedies import INTERRUPTED, NOT_ASSUMED, OUT_OF_TIME
from auditor.scheduled.fleet_run import Cause, Outcome
from auditor.scheduled.store import StoreError
from auditor.scheduled.told import Told
from auditor.targets import HOME_REGIONS, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from auditor.audit import Audit
    from auditor.organization.joined import Bytes
    from auditor.report import Report
    from auditor.scheduled.delivery import Destination
    from auditor.scheduled.fleet_run import FleetRun, Item
    from auditor.scheduled.store import RunRecord

AHEAD: Final = 4
"""How many accounts' objects are fetched while one is merged."""
NAMES: Final = {"json": "findings.json.gz", "csv": "findings.csv.gz", "prints": "fingerprints.bin"}
REST: Final = "group.json.gz"
"""What a group leaves last: where it is, the group is merged."""
TIMED_OUT: Final = frozenset({"Sandbox.Timedout", "States.Timeout"})
ENDED: Final = "Task timed out"
"""What Lambda says of a function that it ended, whatever name the error has."""
REFUSED: Final = "AWS refused"
"""What stands in the message of an account that did not let its role be assumed."""
UNFINISHED: Final = "the run ended before this account was audited"


class Rest(msgspec.Struct, frozen=True):
    """What a group leaves beside its findings, and where those are."""

    outline: Kept
    index: Index
    outcomes: tuple[Outcome, ...]
    told: Told
    examples: Examples


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the run left of an account: its record, report and news, or why there are none."""

    item: Item
    record: RunRecord | None = None
    text: bytes = b""
    told: Told | None = None
    failure: Cause | None = None


class Grouping:
    """Puts the reports of some accounts together, with one account's report in memory at a time."""

    def __init__(self, run: FleetRun, audit: Audit, *, whole: bool) -> None:
        """``audit`` is what was asked of every account: of one that was not audited, all of it is unknown."""
        self._run = run
        self._audit = audit
        self._outline = Outline()
        self._blocks = Blocks(whole=whole)
        self._told: list[Told] = []
        self._outcomes: list[Outcome] = []
        self._examples = Examples()

    def take(self, items: Iterable[Item]) -> None:
        """Take what the run left of accounts; one whose report is damaged is unknown."""
        with rare_collections():
            for each in _fetched(self._run, items):
                self._add(each)

    def give_up(self, item: Item, code: str, reason: str, report: str = "") -> None:
        """Take an account as unknown, for the reason that ``code`` names; ``report`` is the key of its own, if any."""
        home = HOME_REGIONS["aws"]
        target = Target(item.account, _partition(item), (home,), home)
        self._take(unread(self._audit, target, self._run.at, code, reason))
        self._outcomes.append(Outcome(item.account, item.name, "UNKNOWN", reason, report))

    def _add(self, fetched: Fetched) -> None:
        item, record = fetched.item, fetched.record
        if record is None or fetched.told is None:
            self.give_up(item, *why(fetched.failure, UNFINISHED))
            return
        try:
            report = past.read(fetched.text, record.report)
        except past.PastError as error:
            self.give_up(item, type(error).__name__, str(error), page(record))
            return
        self._take(report)
        self._told.append(fetched.told)
        state = ("PARTIAL", f"time was over: {report.coverage:g} % of the questions are answered")
        outcome = state if report.audit.partial else ("AUDITED", "")
        self._outcomes.append(Outcome(item.account, item.name, *outcome, page(record)))

    def _take(self, report: Report) -> None:
        self._outline.add(report)
        self._blocks.put(report.findings, {each.id: each for each in report.checks})
        self._examples.add(report.findings)

    def rest(self) -> Rest:
        """Return what is left beside the findings."""
        index = indexed(self._blocks)
        return Rest(self._outline.kept(), index, tuple(self._outcomes), Told.all(self._told), self._examples)

    def write(self, group: str) -> None:
        """Leave it all in S3, what says that it is there last."""
        place = self._run.part(group)
        for form in FORMS:
            place.upload(NAMES[form], self._blocks.read(form))
        place.write(REST, gzip.compress(encoded(self.rest()), 1, mtime=0))

    def files(self) -> Bytes:
        """Return the findings, in files that go with the process."""
        return _Files(self._blocks)


class _Files:
    """Blocks on disk, in their order, in files that live as long as this does."""

    def __init__(self, blocks: Blocks) -> None:
        self._files = {form: tempfile.TemporaryFile(prefix="auditor-") for form in FORMS}  # noqa: SIM115 - they stay open
        for form, file in self._files.items():
            file.writelines(blocks.read(form))
            file.flush()

    def read(self, form: str, start: int, size: int) -> bytes:
        return os.pread(self._files[form].fileno(), size, start)


@dataclass(frozen=True, slots=True)
class _Objects:
    """Blocks in S3, in their order."""

    destination: Destination
    base: str

    def read(self, form: str, start: int, size: int) -> bytes:
        return self.destination.piece(f"{self.base}{NAMES[form]}", start, size)


def left(run: FleetRun, group: str) -> tuple[Rest, Group] | None:
    """Return what a group left in S3; None where it is not merged; StoreError where that is damaged."""
    place = run.part(group)
    packed = run.destination.get(f"{place.base}{REST}")
    if packed is None:
        return None
    try:
        rest = msgspec.json.decode(gzip.decompress(packed), type=Rest)
    except (OSError, EOFError, zlib.error, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreError(f"{place.base}{REST} is not what a group leaves ({error}): delete it") from error
    # What is decoded later would hold all of what was read.
    index = {check: Entry(entry.start, entry.blocks.copy()) for check, entry in rest.index.items()}
    return msgspec.structs.replace(rest, index=index), Group(index, _Objects(run.destination, place.base))


def _fetched(run: FleetRun, items: Iterable[Item]) -> Iterator[Fetched]:
    """Yield what the run left of each account, in order, a few of them fetched ahead."""
    waiting = iter(items)
    with ThreadPoolExecutor(AHEAD) as beside:
        under_way = deque(beside.submit(_fetch, run, each) for each in islice(waiting, AHEAD))
        while under_way:
            yield under_way.popleft().result()
            under_way.extend(beside.submit(_fetch, run, each) for each in islice(waiting, 1))


def _fetch(run: FleetRun, item: Item) -> Fetched:
    store = run.store(item.account)
    try:
        record = store.finished(run.name)
        text = store.report(record) if record else None
        if record is None or text is None:
            return Fetched(item, failure=run.failure(item.account))
        return Fetched(item, record, text, run.read_key(record.news, Told) or Told())
    except StoreError as error:
        return Fetched(item, failure=Cause(type(error).__name__, str(error)))


def page(record: RunRecord) -> str:
    """Return the key of an account's report for people."""
    return f"{record.report.rpartition('/')[0]}/report.html"


def _partition(item: Item) -> str:
    return str(item.audit.get("role_arn", "arn:aws:")).split(":")[1]


def why(failure: Cause | None, silent: str) -> tuple[str, str]:
    """Return the code and the sentence that say why an account is unknown; ``silent`` where nobody said anything."""
    if failure is None:
        return INTERRUPTED, silent
    reason = failure.message or failure.error
    if REFUSED in reason:
        return NOT_ASSUMED, reason
    timed_out = failure.error in TIMED_OUT or ENDED in reason
    return (OUT_OF_TIME if timed_out else failure.error), reason
