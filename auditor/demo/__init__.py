"""The demo: a sample account in an emulator on this machine, audited over HTTP as a real one would be."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor.errors import AuditorError
from auditor.targets import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.console import Console
    from auditor.exit_codes import ExitCode
    from auditor.scan import Scan

REGIONS: Final = ("eu-central-1", "eu-west-1", "us-east-1")
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "demo",
    "AWS_SECRET_ACCESS_KEY": "demo",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
    "NO_PROXY": "127.0.0.1",
}
"""Credentials that mean nothing anywhere else, and an emulator without images and snapshots of its own."""


UNANSWERED: Final = frozenset(
    {
        "accessanalyzer:ListAnalyzers",
        "account:GetContactInformation",
        "backup:ListProtectedResources",
        "config:DescribeDeliveryChannelStatus",
        "ec2:DescribeClientVpnEndpoints",
        "ec2:DescribeFastSnapshotRestores",
        "ec2:DescribeVpcBlockPublicAccessOptions",
        "ec2:GetEbsDefaultKmsKeyId",
        "ec2:GetImageBlockPublicAccessState",
        "ec2:GetInstanceMetadataDefaults",
        "ec2:GetSerialConsoleAccessStatus",
        "ec2:GetSnapshotBlockPublicAccessState",
        "iam:ListOrganizationsFeatures",
        "macie2:ListAutomatedDiscoveryAccounts",
        "rbin:ListRules",
        "rds:DescribeCertificates",
        "rds:DescribeDBEngineVersions",
        "rds:DescribeDBMajorEngineVersions",
        "rds:DescribePendingMaintenanceActions",
        "securityhub:GetEnabledStandards",
    }
)
"""What the emulator cannot answer, though AWS would."""


class DemoError(AuditorError):
    """The demo cannot run; the message says what is missing."""


def run(scan: Callable[[Access], Scan], console: Console) -> ExitCode:
    """Audit the sample account with the scan made for it; DemoError where the emulator is not installed."""
    with environment():
        console.say("starting the emulator and building the sample account")
        with emulator() as url:
            return answerable(scan(Access(regions=REGIONS, endpoint_url=url)), console).run(console)


def answerable(prepared: Scan, console: Console) -> Scan:
    """Return a scan of all checks without those that ask what the emulator cannot answer; any other as it is."""
    from auditor import registry
    from auditor.plan import Plan
    from auditor.registry import Selection

    if prepared.selection != Selection():
        return prepared
    checks = registry.load(prepared.folders).checks.values()
    silent = tuple(check.id for check in checks if Plan([check]).names & UNANSWERED)
    console.say(f"left out: {len(silent)} checks on settings that the emulator lacks; --check '*' runs them, too")
    return replace(prepared, selection=Selection(exclude_checks=silent))


@contextmanager
def emulator() -> Iterator[str]:
    """Yield the URL of an emulator on a free loopback port that holds the sample account; it stops with the context."""
    try:
        from moto.server import ThreadedMotoServer
    except ImportError as error:
        raise DemoError("the demo needs its emulator: pip install 'aws-account-auditor[demo]'") from error
    from auditor.demo.account import build

    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)  # what the emulator cannot answer crashes it: a 500
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        build(url, REGIONS)
        yield url
    finally:
        server.stop()


@contextmanager
def environment() -> Iterator[None]:
    """Keep this machine's AWS settings out of the demo while the context is entered."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(ENVIRONMENT)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
