"""``python -m benchmarks.fleet``: what many accounts cost in one process, and whether memory grows with them."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import click

from benchmarks import accounts
from benchmarks.endpoint import serve
from benchmarks.measure import Cost, floor, longest_chain, making, run
from benchmarks.tables import table, verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.account import Account
    from benchmarks.endpoint import Endpoint

ROLE: Final = "aws-account-auditor"
LATENCY: Final = 0.05
SMALL: Final[dict[str, Any]] = {
    "buckets": 20,
    "security_groups": 34,
    "instances": 10,
    "users": 10,
    "roles": 12,
    "databases": 2,
    "trails": 1,
    "snapshots": 6,
}
"""What is in each account: little, so that most calls are about regions."""
WALL, MEMORY = 1.5, 1.15
"""The targets: wall ÷ the larger bound, and peak memory with all accounts ÷ that with few."""
_END: Final = datetime(2099, 1, 1, tzinfo=UTC)


def members(count: int) -> list[str]:
    """Return the ids of that many accounts."""
    return [f"{200_000_000_000 + number}" for number in range(count)]


def with_members(account: Account, ids: Sequence[str]) -> Account:
    """Return the account, which now has a role to assume in each of others that hold what it holds itself."""
    for each in ids:
        arn = f"arn:aws:iam::{each}:role/{ROLE}"
        credentials = {"AccessKeyId": f"ASIA{each}", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": _END}
        account.put("sts", "AssumeRole", {"Credentials": credentials}, RoleArn=arn)
    return account


def measured(endpoint: Endpoint, ids: Sequence[str], options: Sequence[str]) -> Cost:
    """Return what an audit of accounts costs that writes their one report as JSON."""
    with TemporaryDirectory() as folder:
        listed = Path(folder) / "accounts.txt"
        listed.write_text("\n".join(ids))
        report = ["--output-format", f"json={folder}/report.json", "--max-unknown", "100000000"]
        which = ["--accounts-file", str(listed), "--endpoint-url", endpoint.url]
        cost = run(["-m", "auditor", "scan", "--quiet", *which, *report, *options], endpoint)
    if cost.exit_code:
        message = f"the scan ended with {cost.exit_code}: nothing was measured"
        raise click.ClickException(message)
    return cost


@click.command()
@click.option("--few", default=10, show_default=True, help="Accounts to compare memory with.")
@click.option("--many", default=50, show_default=True, help="Accounts.")
@click.option("--at-once", default=4, show_default=True, help="Accounts beside one another.")
def main(*, few: int, many: int, at_once: int) -> None:
    """Measure, and print the table."""
    ids = members(many)
    options = ["--accounts-at-once", str(at_once)]
    with serve(with_members(accounts.account(**SMALL), ids), latency=LATENCY) as endpoint:
        small = measured(endpoint, ids[:few], options)
        endpoint.reset()
        large = measured(endpoint, ids, options)
        requests, seen = endpoint.requests(), endpoint.summary()
        per_call = floor(endpoint, seen.max_in_flight)
        chain = longest_chain(requests)
    clients, made = making(requests)
    waiting, working = chain * LATENCY * -(-many // at_once), seen.total * per_call + made
    rows: list[tuple[str, object]] = [
        ("calls", seen.total),
        ("wall (s)", large.wall),
        (f"bound by waiting (s): {chain} calls in a row, for {at_once} accounts at once", waiting),
        (f"bound by work (s): calls × {per_call * 1000:.2f} ms, and {made:.2f} s for {clients} clients", working),
        ("wall ÷ the larger bound", verdict(large.wall / max(waiting, working), WALL)),
        ("CPU (s)", large.cpu),
        ("CPU ÷ the bound by work", large.cpu / working),
        (f"wall an account of {few} (s)", small.wall / few),
        (f"wall an account of {many} (s)", large.wall / many),
        (f"peak memory, {few} accounts (MiB)", small.peak),
        (f"peak memory, {many} accounts (MiB)", large.peak),
        ("peak ÷ peak", verdict(large.peak / small.peak, MEMORY)),
        ("most calls at once", seen.max_in_flight),
        ("connections opened", seen.connections),
    ]
    click.echo(f"Python {sys.version.split()[0]}; all checks, {LATENCY * 1000:.0f} ms a call.\n")
    click.echo(table(f"{many} accounts × {len(accounts.REGIONS)} regions in one process, HTTP", ("", ""), rows))


if __name__ == "__main__":
    main()
