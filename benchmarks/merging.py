"""``python -m benchmarks.merging``: what merging an organization's reports costs, a finding and a block of findings."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from auditor.audit import Audit
from auditor.registry import load
from auditor.scheduled.fleet_merge import Merging, merge_group, written
from auditor.scheduled.fleet_run import ACCOUNTS, GROUPS, FleetRun, GroupItem, Item
from auditor.scheduled.store import RunRecord
from benchmarks import accounts
from benchmarks.endpoint import serve
from benchmarks.fleet import SMALL, members
from benchmarks.measure import Cost, run
from benchmarks.tables import table, verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FEW, MANY = 4, 12
"""Accounts of a group: the difference is what the accounts between them cost, without the start of the process."""
JOINED: Final = (25, 100)
"""Groups of five accounts each that are joined."""
MEMORY: Final = 1.15
"""The target: peak of joining accounts with many findings ÷ that of as many with few."""
AT: Final = datetime(2026, 1, 31, 3, tzinfo=UTC)
MICRO: Final = 1_000_000
ROUNDS: Final = 3


@dataclass(frozen=True)
class Folder:
    """A place for objects: files."""

    path: Path

    def get(self, key: str) -> bytes | None:
        """Return a file; None where there is none."""
        file = self.path / key
        return file.read_bytes() if file.exists() else None

    def stream(self, key: str) -> Iterator[bytes] | None:
        """Return a file in one piece; None where there is none."""
        body = self.get(key)
        return None if body is None else iter((body,))

    def piece(self, key: str, start: int, size: int) -> bytes:
        """Return bytes of a file."""
        with (self.path / key).open("rb") as file:
            file.seek(start)
            return file.read(size)

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Write a file."""
        self.upload(key, (body,), content_type)

    def upload(self, key: str, pieces: Iterable[bytes], _content_type: str) -> None:
        """Write a file piece by piece."""
        file = self.path / key
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as open_file:
            open_file.writelines(pieces)

    def publish(self, subject: str, text: str) -> None:
        """Tell nobody."""

    def announce(self, detail: dict[str, Any], resources: list[str]) -> None:
        """Tell nobody."""


def run_in(folder: Path) -> FleetRun:
    """Return the run whose objects are in a folder."""
    return FleetRun(Folder(folder), "", "run", AT)


def fill(folder: Path, report: bytes, groups: Sequence[Sequence[str]], *, whole: bool) -> int:
    """Leave what audits of accounts like that of ``report`` leave; return how many findings each has."""
    run_, findings = run_in(folder), report.count(b'\n{"check":')
    for account in (each for group in groups for each in group):
        store = run_.store(account)
        own = report.replace(accounts.ACCOUNT_ID.encode(), account.encode())
        key = store.run(run_.name, AT).write("report.json", own)
        news = store.run(run_.name, AT).write("news.json", b"{}")
        store.finish(run_.name, RunRecord(run_.name, AT, key, "", {}, findings, news))
    run_.write(ACCOUNTS, [Item(each, "", {}) for group in groups for each in group])
    run_.write(GROUPS, [GroupItem(f"g{number}", tuple(group), whole) for number, group in enumerate(groups)])
    return findings


def scanned(folder: Path, **size: Any) -> bytes:
    """Return the report of an account of some size."""
    path = folder / "report.json"
    with serve(accounts.account(**size)) as endpoint:
        where = ["--endpoint-url", endpoint.url, "--output-format", f"json={path}", "--max-unknown", "1000000"]
        run(["-m", "auditor", "scan", "--quiet", *where], endpoint)
    return path.read_bytes()


def in_groups(ids: Sequence[str], size: int) -> list[Sequence[str]]:
    """Return accounts in groups of a size."""
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def step(*arguments: str) -> Cost:
    """Return what a step costs in a process of its own: the least of some times, as others only make it dearer."""
    costs = [run(["-m", "benchmarks.merging", "step", *arguments]) for _ in range(ROUNDS)]
    if any(each.exit_code for each in costs):
        raise click.ClickException(f"the step {arguments} failed: nothing was measured")
    return min(costs, key=lambda each: each.cpu)


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure, and print the tables."""
    if context.invoked_subcommand:
        return
    with TemporaryDirectory() as folder:
        large, small = scanned(Path(folder)), scanned(Path(folder), **SMALL)
    click.echo(f"Python {sys.version.split()[0]}, one core.\n")
    click.echo(_group_table({"large": large, "small": small}))
    click.echo(_join_table(large, small))


@main.command("step")
@click.argument("folder", type=Path)
@click.argument("group", default="")
def one(folder: Path, group: str) -> None:
    """Merge a group of the run in a folder, or without one all groups: what is measured."""
    run_, audit = run_in(folder), Audit(tuple(load().checks.values()))
    if group:
        merge_group(run_, audit, group)
    else:
        written(run_, Merging(run_, audit).merged())


def _group_table(reports: dict[str, bytes]) -> str:
    rows = [_grouping(name, report, whole=whole) for name, report in reports.items() for whole in (True, False)]
    header = (
        *("accounts", "findings of each", "CPU a finding (µs)", "CPU an account (s)", f"peak, {MANY} accounts (MiB)"),
        *("JSON a finding (bytes)", "CSV a finding (bytes)"),
    )
    return table("Merging a group", header, rows)


def _grouping(name: str, report: bytes, *, whole: bool) -> tuple[object, ...]:
    ids = members(FEW + MANY)
    with TemporaryDirectory() as folder:
        findings = fill(Path(folder), report, [ids[:FEW], ids[FEW:]], whole=whole)
        few, many = step(folder, "g0"), step(folder, "g1")
        part = run_in(Path(folder)).part("g1").base
        sizes = [(Path(folder) / part / each).stat().st_size for each in ("findings.json.gz", "findings.csv.gz")]
    each = (many.cpu - few.cpu) / (MANY - FEW)
    told = f"{name}, {'all listed' if whole else 'without what passes'}"
    return (told, findings, each / findings * MICRO, each, many.peak, *(size / MANY / findings for size in sizes))


def _join_table(large: bytes, small: bytes) -> str:
    rows = [_joining(name, report, count) for name, report in (("large", large), ("small", small)) for count in JOINED]
    cpu = (rows[1][2] - rows[0][2]) / (JOINED[1] - JOINED[0]) / len(GROUP)
    again = ("CPU an account, large (ms)", "", cpu * 1000, verdict(rows[1][3] / rows[3][3], MEMORY))
    return table("Joining groups", ("accounts", "findings in all", "CPU (s)", "peak (MiB)"), [*rows, again])


GROUP: Final = range(5)
"""The accounts of a group that is joined: the same group many times over, under other names."""


def _joining(name: str, report: bytes, count: int) -> tuple[str, int, float, float]:
    """Return what joining costs: a group is merged once, and then copied under other accounts' ids."""
    groups = in_groups(members(len(GROUP) * count), len(GROUP))
    with TemporaryDirectory() as folder:
        findings = fill(Path(folder), report, groups[:1], whole=False)
        step(folder, "g0")
        _copied(Path(folder), groups)
        cost = step(folder)
    return f"{len(GROUP) * count} accounts, {name}", findings * len(GROUP) * count, cost.cpu, cost.peak


def _copied(folder: Path, groups: Sequence[Sequence[str]]) -> None:
    """Give a run many groups that all are like its first one, but for the ids of their accounts."""
    run_ = run_in(folder)
    first = folder / run_.part("g0").base
    rest = gzip.decompress((first / "group.json.gz").read_bytes())
    for number, group in enumerate(groups[1:], 1):
        place = folder / run_.part(f"g{number}").base
        # The findings of all are the same file, which nobody changes.
        shutil.copytree(first, place, copy_function=os.link)
        own = rest
        for old, new in zip(groups[0], group, strict=True):
            own = own.replace(old.encode(), new.encode())
        (place / "group.json.gz").unlink()
        (place / "group.json.gz").write_bytes(gzip.compress(own, 1))
    ids = [each for group in groups for each in group]
    run_.write(ACCOUNTS, [Item(each, "", {}) for each in ids])
    run_.write(GROUPS, [GroupItem(f"g{number}", tuple(group), whole=False) for number, group in enumerate(groups)])


if __name__ == "__main__":
    main()
