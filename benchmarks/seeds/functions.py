"""AWS Lambda: functions, and the roles they run as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.seeds.seed import Seed


def fill(seed: Seed, functions: int) -> None:
    """Give the account ``functions`` functions, spread over its regions."""
    placed = [(region, _function(seed, number, region)) for number, region in seed.spread(functions)]
    seed.place("lambda", "ListFunctions", "Functions", placed)


def _function(seed: Seed, number: int, region: str) -> dict[str, Any]:
    name = f"function-{number:04d}"
    return {
        "FunctionName": name,
        "FunctionArn": seed.arn("lambda", region, f"function:{name}"),
        "Runtime": "python3.13",
        "Role": f"arn:aws:iam::{seed.account.id}:role/role-{number % 3 * 4 + 1:04d}",
        "Handler": "index.handler",
        "Description": seed.text("does something", number, json=True),
        "MemorySize": 128,
        "Timeout": 3,
        "Version": "$LATEST",
        "PackageType": "Zip",
    }
