"""What a command costs: wall time, processor time and memory of a whole process, and the bounds a scan cannot beat."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from benchmarks import models

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.endpoint import Endpoint, Seen

_MIB: Final = 1024 * (1024 if sys.platform == "darwin" else 1)
"""Units of ``ru_maxrss`` in a MiB: bytes on macOS, KiB elsewhere."""
_LAUNCHER: Final = Path(__file__).with_name("launcher.py")
_BATCHES, _BATCH = 5, 100


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took."""

    wall: float
    """Seconds."""
    cpu: float
    """Seconds of processor time, user and system, of the process and what it waited for."""
    peak: float
    """MiB of memory at its highest."""
    exit_code: int


def run(arguments: Sequence[str], endpoint: Endpoint | None = None) -> Cost:
    """Return what ``python ARGUMENTS`` costs, its output discarded, with the credentials that the endpoint takes.

    Compiled modules are kept whatever the environment says, as they are where the auditor is installed.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if endpoint is not None:
        environment |= {
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            **({"AWS_CA_BUNDLE": endpoint.ca_bundle} if endpoint.ca_bundle else {}),
        }
    command = [sys.executable, "-S", str(_LAUNCHER), sys.executable, *arguments]
    said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True).stdout
    wall, cpu, peak, exit_code = said.split()
    return Cost(float(wall), float(cpu), float(peak) / _MIB, int(exit_code))


def in_turn(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, Cost]:
    """Return the median cost of each command, run one after the other ``rounds`` times so that noise hits all alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            costs[name].append(run(arguments))
    return {
        name: Cost(
            median(each.wall for each in taken),
            median(each.cpu for each in taken),
            median(each.peak for each in taken),
            max(each.exit_code for each in taken),
        )
        for name, taken in costs.items()
    }


def floor(endpoint: Endpoint, at_once: int = 1) -> float:
    """Return the least processor seconds that botocore, as it comes, takes for one small call on a warm connection.

    With many calls ``at_once`` to an endpoint with latency, this is what a call costs in a scan: threads that wake for
    every reply, and find their data cold, take more than a loop that never waits.
    """
    session: Any = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")
    client = session.client(
        "s3",
        "us-east-1",
        endpoint_url=endpoint.url,
        verify=endpoint.ca_bundle or None,
        config=Config(max_pool_connections=at_once),
    )
    bucket = client.list_buckets()["Buckets"][0]["Name"]
    with ThreadPoolExecutor(at_once) as threads:
        return min(_batch(threads, client, bucket, _BATCH * max(1, at_once // 4)) for _ in range(_BATCHES))


def _batch(threads: ThreadPoolExecutor, client: Any, bucket: str, calls: int) -> float:
    before = time.process_time()
    for _ in threads.map(lambda _number: client.get_bucket_versioning(Bucket=bucket), range(calls)):
        pass
    return (time.process_time() - before) / calls


def making(requests: Iterable[Seen]) -> tuple[int, float]:
    """Return how many clients ``requests`` need, and the processor seconds that botocore, as it comes, takes for them.

    It needs one for each service in each region. What a service's first client loads is not counted.
    """
    session: Any = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")
    places = {(each.service, each.region) for each in requests}
    for service in {service for service, _ in places}:
        session.client(service, "us-east-1")
    before = time.process_time()
    for service, region in places:
        session.client(service, region)
    return len(places), time.process_time() - before


def replay(endpoint: Endpoint, requests: Iterable[Seen]) -> float:
    """Return the processor seconds that botocore, as it comes, takes to ask ``requests`` again, one after the other.

    Clients are made beforehand and not counted.
    """
    session: Any = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")
    verify = endpoint.ca_bundle or None
    calls = []
    clients: dict[tuple[str, str], Any] = {}
    for service, operation, region, parameters in requests:
        if (service, region) not in clients and service != "s3control":
            clients[service, region] = session.client(service, region, endpoint_url=endpoint.url, verify=verify)
        if service != "s3control":  # it puts the account before the host, which the loopback address cannot bear
            calls.append((getattr(clients[service, region], xform_name(operation)), parameters))
    before = time.process_time()
    for method, parameters in calls:
        with suppress(ClientError):
            method(**parameters)
    return time.process_time() - before


_FOLLOWED_BY: Final = {
    ("cloudtrail", "DescribeTrails"): 1,
    ("ec2", "DescribeInstances"): 1,
    ("ec2", "DescribeManagedPrefixLists"): 1,
    ("iam", "GetAccountAuthorizationDetails"): 2,
    ("kms", "ListKeys"): 2,
    ("macie2", "GetMacieSession"): 2,
    ("s3", "ListBuckets"): 3,
}
"""How many calls, one after the other, follow a listing: a bucket's policy, whether it is public, its website."""
_BEFORE_EVERYTHING: Final = 2
"""Who the caller is, then which regions there are."""


def longest_chain(requests: Iterable[Seen]) -> int:
    """Return how many calls of a scan have to wait for one another: the first, a listing's pages, what follows."""
    pages: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for each in requests:
        listing, page = _listing(each)
        pages[listing].add(page)
    longest = max((len(seen) + _FOLLOWED_BY.get(key[:2], 0) for key, seen in pages.items()), default=0)
    return _BEFORE_EVERYTHING + longest


def _listing(request: Seen) -> tuple[tuple[str, str, str, str], str]:
    """Return what a request asks for, and which page of it."""
    tokens = (models.paginator(request.service, request.operation) or {}).get("input_token", ())
    names = [tokens] if isinstance(tokens, str) else tokens
    rest = {name: value for name, value in request.parameters.items() if name not in names}
    listing = (request.service, request.operation, request.region, json.dumps(rest, sort_keys=True, default=str))
    return listing, str([request.parameters.get(name) for name in names])
