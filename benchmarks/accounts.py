"""Sample accounts: as large as asked for, the same every time, a mix of right and wrong configuration."""

from __future__ import annotations

from typing import Final

from benchmarks.account import Account
from benchmarks.seeds import (
    bare,
    compute,
    files,
    functions,
    guards,
    identity,
    images,
    keys,
    monitoring,
    network,
    storage,
)
from benchmarks.seeds import databases as rds
from benchmarks.seeds import trails as cloudtrail
from benchmarks.seeds.seed import Seed

ACCOUNT_ID: Final = "123456789012"
REGIONS: Final = (
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "ca-central-1",
    "sa-east-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
)
"""The commercial regions that are enabled by default."""


def account(
    *,
    buckets: int = 200,
    security_groups: int = 400,
    instances: int = 100,
    users: int = 100,
    roles: int = 60,
    databases: int = 20,
    trails: int = 5,
    snapshots: int = 60,
    regions: int = len(REGIONS),
    page_size: int | None = None,
    hostile: bool = False,
) -> Account:
    """Return an account with that many resources, spread over ``regions`` regions.

    Each region has keys, logs, alarms and services that watch it besides; images, launch templates, file systems and
    functions there are in proportion to instances.
    ``page_size`` is the most items of a page, None as AWS does by itself. ``hostile`` has every name, tag and
    description attack whoever prints it, and two tags of 1 MB.
    """
    seed = Seed(Account(ACCOUNT_ID, REGIONS[:regions], page_size=page_size), hostile=hostile)
    identity.fill(seed, users, roles)
    storage.fill(seed, buckets)
    network.fill(seed)
    compute.fill(seed, security_groups, instances, snapshots)
    cloudtrail.fill(seed, trails)
    rds.fill(seed, databases)
    images.fill(seed, instances // 2, instances // 2)
    files.fill(seed, instances // 5)
    functions.fill(seed, instances // 2)
    keys.fill(seed)
    monitoring.fill(seed)
    guards.fill(seed)
    bare.fill(seed)
    return seed.account


def empty(regions: int = len(REGIONS)) -> Account:
    """Return an account with nothing in it: no user but the root, no network, no password policy, no block."""
    seed = Seed(Account(ACCOUNT_ID, REGIONS[:regions]))
    identity.fill(seed, 0, 0, empty=True)
    storage.fill(seed, 0)
    network.fill(seed, networks=False)
    compute.fill(seed, 0, 0, 0)
    cloudtrail.fill(seed, 0)
    rds.fill(seed, 0)
    bare.fill(seed)
    return seed.account
