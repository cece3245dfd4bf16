"""Where proofs are run: an emulator in a process of its own, the engine, and the AWS CLI."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from fixes.commands import CommandLine, to_endpoint
from fixes.proof import REGION
from fixes.words import WORDS, capitals, filled

from auditor import registry
from auditor.audit import Audit
from auditor.severity import Status
from auditor.source import Live
from auditor.targets import Access

if TYPE_CHECKING:
    from fixes.proof import Proof

    from auditor.finding import Finding

WORKERS: Final = 4
"""Connections of an audit of next to nothing."""


class Aws:
    """boto3 clients of one emulator: ``aws("s3")``, ``aws("ec2", "us-east-1")``."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session = boto3.Session()
        self._clients: dict[tuple[str, str], Any] = {}

    def __call__(self, service: str, region: str = REGION) -> Any:
        """Return a client, the same for the same service and region."""
        key = service, region
        if key not in self._clients:
            config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1})
            client = self._session.client(service, region, endpoint_url=self._url, config=config)
            client.meta.events.register_last("before-sign", to_endpoint(self._url))
            self._clients[key] = client
        return self._clients[key]


class Lab:
    """One emulator with what asks it: boto3 to build, the engine to audit, the CLI to mend."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.aws = Aws(url)
        self.cli = CommandLine(url)
        self.checks = dict(registry.load().checks)
        plan = Audit(tuple(self.checks.values())).plan
        self._source = Live.open(
            Access(regions=(REGION,), endpoint_url=url, workers=WORKERS), plan.operations(), plan.examined()
        )
        self._target = self._source.target()

    def reset(self) -> None:
        """Empty the emulator's account."""
        urllib.request.urlopen(urllib.request.Request(f"{self._url}/moto-api/reset", method="POST")).close()

    def audit(self, check_id: str, days_later: int = 0) -> tuple[Finding, ...]:
        """Return what the check finds in the account, as of today or ``days_later``."""
        audit = Audit((self.checks[check_id],))
        at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days_later)
        return audit.decide(audit.live(self._source, self._target, at, WORKERS).inventory)

    def prove(self, proof: Proof) -> None:
        """Build the failing state, mend it with the finding's own command, and see that it is mended."""
        self.reset()
        id_, words = proof.build(self.aws)
        before = self.audit(proof.check, proof.days_later)
        failed = [each for each in before if each.status is Status.FAIL and names(each, id_)]
        assert len(failed) == 1, f"one finding should fail before the fix: {told(before)}"
        self.cli.run(complete(failed[0].fix, words))
        after = self.audit(proof.check, proof.days_later)
        assert all(each.status in {Status.PASS, Status.FAIL} for each in after), told(after)
        left = [each.status for each in after if each.resource.arn == failed[0].resource.arn]
        assert left == ([] if proof.gone else [Status.PASS]), f"{failed[0].fix} does not mend: {told(after)}"


def complete(command: str, words: dict[str, str]) -> str:
    """Return the command with ``words`` filled in; AssertionError where it has other words than these to fill."""
    said = capitals(command)
    assert words.keys() <= said, f"{words.keys() - said} are not in the command: {command}"
    missing = WORDS.keys() & said - words.keys()
    assert not missing, f"{missing} have no value in: {command}"
    return filled(command, words)


def names(finding: Finding, id_: str) -> bool:
    """Return whether the finding is on the resource with this id or ARN; any is, where none is given."""
    return id_ in {"", finding.resource.id, finding.resource.arn}


def told(findings: tuple[Finding, ...]) -> str:
    """Return the findings as a failing test shows them."""
    lines = (
        f"{each.status.value} {each.resource.arn} {[problem.summary for problem in each.problems]}"
        f"{each.unseen or ''}{each.error}"
        for each in findings
    )
    return "\n" + ("\n".join(lines) or "no findings")
