"""``make bench``: what a scan, a start and a resource cost, as Markdown tables on standard output."""

from __future__ import annotations

import re
import subprocess
import sys
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from benchmarks import accounts
from benchmarks.endpoint import serve
from benchmarks.escalation import escalation_table
from benchmarks.least import least
from benchmarks.measure import Cost, floor, in_turn, longest_chain, making, replay, run
from benchmarks.tables import table, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.account import Account
    from benchmarks.endpoint import Endpoint, Seen, Summary

_ROUNDS: Final = 11
_SCANS: Final = 5
"""Scans of which the median is told."""
_LATENCY: Final = 0.05
_LATENCY_OF_SIZES: Final = 0.005
"""Short, because what the sizes are to show is the cost of a resource, not of waiting."""
_ALWAYS: Final = frozenset({"sts:GetCallerIdentity", "ec2:DescribeRegions", "iam:GenerateCredentialReport"})
"""What every audit asks first, and what has AWS make a report the checks read."""
_WALL, _VERSION, _CHECKS, _MEMORY, _CALLS = 1.5, 1.3, 2.5, 180.0, 1.15
"""The targets: ratios, and MiB."""


@click.command()
@click.option("--workers", default=0, help="Calls at once. [default: the auditor's own]")
@click.option("--quick", is_flag=True, help="Leave out how cost grows with resources, which takes minutes.")
def main(*, workers: int, quick: bool) -> None:
    """Measure, and print each table as soon as it is known."""
    options = ["--workers", str(workers)] if workers else []
    click.echo(
        f"# Benchmarks\n\nPython {sys.version.split()[0]}; 17 regions, all checks, {_LATENCY * 1000:.0f} ms a call.\n"
    )
    click.echo(_start_up())
    for tls in (True, False):
        click.echo(_scan(accounts.account(), options, tls=tls))
    click.echo(escalation_table())
    if not quick:
        click.echo(_sizes(options))


def _start_up() -> str:
    commands = {
        'python -c "import click"': ["-c", "import click"],
        "auditor --version": ["-m", "auditor", "--version"],
        "auditor checks": ["-m", "auditor", "checks"],
    }
    costs = in_turn(commands, _ROUNDS)
    least, *others = costs.values()
    targets = [
        "1",
        *(verdict(each.wall / least.wall, most) for each, most in zip(others, (_VERSION, _CHECKS), strict=True)),
    ]
    rows = [
        (f"`{name}`", each.wall * 1000, each.cpu * 1000, ratio, each.cpu / least.cpu)
        for (name, each), ratio in zip(costs.items(), targets, strict=True)
    ]
    title = f"Start-up, median of {_ROUNDS} runs in turn"
    return table(title, ("command", "wall (ms)", "CPU (ms)", "wall ÷ click's", "CPU ÷ click's"), rows)


# --- One scan ---------------------------------------------------------------------------------------------------


def _scan(account: Account, options: list[str], *, tls: bool) -> str:
    with serve(account, latency=_LATENCY, tls=tls) as endpoint:
        cost = sorted((_measured(endpoint, options) for _ in range(_SCANS)), key=lambda each: each.wall)[_SCANS // 2]
        endpoint.reset()
        _measured(endpoint, options)
        requests, seen = endpoint.requests(), endpoint.summary()
        per_call = floor(endpoint, seen.max_in_flight)
    with serve(account, tls=tls) as unhurried:
        alone, again = floor(unhurried), replay(unhurried, requests)
    rows = [
        *_rows(requests, seen, cost, per_call),
        ("botocore's least for a call in a loop that never waits (ms)", alone * 1000),
        ("CPU of plain boto3 asking the same calls in turn (s)", again),
    ]
    scheme = "HTTPS" if tls else "HTTP"
    calls = "" if tls else "\n" + _calls(account, seen)
    return table(f"A whole scan over {scheme}", ("", ""), rows) + calls


def _calls(account: Account, seen: Summary) -> str:
    """Return the table of calls made, by operation, beside the least that tell the same."""
    needed = least(account, seen.counts)
    rows: list[tuple[object, ...]] = [
        (name, count, needed[name], count / needed[name] if needed[name] else "needless")
        for name, count in sorted(seen.counts.items())
    ]
    total = needed.total()
    rows.append(("in all", seen.total, total, verdict(seen.total / total, _CALLS)))
    return table("Calls by operation", ("operation", "calls made", "least", "made ÷ least"), rows)


def _measured(endpoint: Endpoint, options: list[str]) -> Cost:
    """Return what a scan costs that writes its JSON report."""
    with TemporaryDirectory() as folder:
        report = f"json={folder}/report.json"
        where = ["--endpoint-url", endpoint.url, "--output-format", report, "--max-unknown", "1000000"]
        cost = run(["-m", "auditor", "scan", "--quiet", *where, *options], endpoint)
    if cost.exit_code != 0:
        message = f"the scan ended with {cost.exit_code}: nothing was measured"
        raise click.ClickException(message)
    return cost


def _rows(requests: list[Seen], seen: Summary, cost: Cost, per_call: float) -> Iterator[tuple[str, object]]:
    chain = longest_chain(requests)
    clients, made = making(requests)
    waiting, working = chain * _LATENCY, seen.total * per_call + made
    needed = planned() | _ALWAYS
    unneeded = sum(count for operation, count in seen.counts.items() if operation not in needed)
    yield "calls", seen.total
    yield (
        "calls that no selected check needs, or made twice",
        verdict(float(unneeded + seen.total - seen.distinct), 0.0),
    )
    yield "wall (s)", cost.wall
    yield f"bound by waiting (s): {chain} calls one after the other × {_LATENCY * 1000:.0f} ms", waiting
    a_call = f"{per_call * 1000:.2f} ms of CPU, botocore's least for one among {seen.max_in_flight} at once"
    yield f"bound by work (s): calls × {a_call}, and {made:.2f} s to make {clients} clients", working
    yield "wall ÷ the larger bound", verdict(cost.wall / max(waiting, working), _WALL)
    yield "CPU (s)", cost.cpu
    yield "CPU ÷ the bound by work", cost.cpu / working
    yield "peak memory (MiB)", verdict(cost.peak, _MEMORY)
    yield "connections opened", seen.connections
    yield "most calls at once", seen.max_in_flight
    yield "the endpoint's own CPU for a call (ms)", seen.cpu / seen.total * 1000


def planned() -> frozenset[str]:
    """Return the operations that ``auditor plan`` says a full scan makes."""
    plan = subprocess.run([sys.executable, "-m", "auditor", "plan"], capture_output=True, text=True, check=True).stdout
    return frozenset(re.findall(r"^(\w+:\w+)", plan, re.MULTILINE))


# --- Growing accounts -------------------------------------------------------------------------------------------


_SMALL: Final[dict[str, Any]] = {
    "buckets": 1,
    "security_groups": len(accounts.REGIONS),
    **dict.fromkeys(("instances", "users", "roles", "databases", "trails", "snapshots"), 0),
}


def _sizes(options: list[str]) -> str:
    header = ("resources", "calls", "wall (s)", "CPU (s)", "wall a resource (ms)", "CPU a resource (ms)", "peak (MiB)")
    rows = [_grown("s3", "buckets", count, options) for count in (200, 1000, 5000)]
    rows += [_grown("ec2", "security_groups", count, options) for count in (400, 4000, 20_000)]
    return table(f"Growing accounts, {_LATENCY_OF_SIZES * 1000:.0f} ms a call, HTTPS", header, rows)


def _grown(service: str, kind: str, count: int, options: list[str]) -> tuple[object, ...]:
    with serve(accounts.account(**_SMALL | {kind: count}), latency=_LATENCY_OF_SIZES, tls=True) as endpoint:
        cost = _measured(endpoint, [*options, "--service", service])
        calls = endpoint.summary().total
    each = 1000 / count
    name = kind.replace("_", " ")
    return (f"{count} {name}", calls, cost.wall, cost.cpu, cost.wall * each, cost.cpu * each, cost.peak)


if __name__ == "__main__":
    main()
