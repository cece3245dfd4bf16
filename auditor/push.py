"""Findings sent to AWS Security Hub: what fails is imported, what is mended is archived.

This alone writes to AWS, and to Security Hub only. Limits: BatchImportFindings takes 100 findings of 240 KB each, ten
times a second (AWS Security Hub API Reference).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import AuditorError
from auditor.outputs import render
from auditor.product import NAME
from auditor.remedies import is_refusal
from auditor.severity import Status
from auditor.sight import Absence, Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.report import Report
    from auditor.targets import Access

BATCH: Final = 100
"""How many findings a call takes."""
ATTEMPTS: Final = 10
"""Tries of a throttled call."""
INTERVAL: Final = 0.1
"""Seconds between two imports: AWS takes ten a second."""
KEPT: Final = ("SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "Title", "Description")
"""What an archived finding says again, since every import has to."""
OUTCOMES: Final = {Status.PASS: "PASSED", Absence.GONE: "NOT_AVAILABLE"}
"""What compliance an archived finding has: mended, or without its resource."""


class PushError(AuditorError):
    """Findings cannot be sent; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many findings were imported and archived, what Security Hub refused, and accounts left out."""

    imported: int
    archived: int
    refused: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """A finding that Security Hub has, as a question that a report can answer."""

    check: str
    account: str
    region: str
    fingerprint: str


def told(pushed: Pushed) -> Iterator[str]:
    """Yield what was sent, in lines."""
    yield f"imported {pushed.imported:,}, archived {pushed.archived:,}, refused {len(pushed.refused):,}\n"
    yield from (f"refused {each}\n" for each in pushed.refused)
    yield from (f"left out account {each}: {OWN}\n" for each in pushed.left_out)


def security_hub(report: Report, access: Access) -> Pushed:
    """Send the findings of the caller's account to its Security Hub.

    PushError where the report is of other accounts, or Security Hub is off or refuses.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    from auditor import targets

    session = targets.open_session(access)
    region = targets.first_region(session, access)
    config = Config(
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        connect_timeout=access.timeout,
        read_timeout=access.timeout,
    )

    def open_client(service: str) -> Any:
        return session.create_client(service, region, endpoint_url=access.endpoint_url or None, config=config)

    account = targets.identify(lambda: open_client("sts"), access).account
    if account not in report.audit.accounts:
        raise PushError(f"the report is of {', '.join(report.audit.accounts)}, the credentials are of {account}: {OWN}")
    try:
        findings = json.loads(render(report, "asff", region=region))
        return Hub(open_client("securityhub"), account).receive(report, findings)
    except ClientError as error:
        raise PushError(_explained(error, region)) from error
    except BotoCoreError as error:
        raise PushError(targets.explain(error, access)) from error


OWN: Final = "Security Hub takes an account's findings from that account alone, so use its credentials or a role in it"


def _explained(error: Any, region: str) -> str:
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if code == "InvalidAccessException":
        return f"Security Hub is not enabled in {region}: enable it, or name with --region where it is ({message})"
    if is_refusal(code):
        return f"AWS refused: {message}; securityhub:BatchImportFindings and securityhub:GetFindings are needed"
    return f"Security Hub answered {code}: {message}"


class Hub:
    """The Security Hub of one account and region. ``pause`` waits so many seconds."""

    def __init__(self, client: Any, account: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._client = client
        self._account = account
        self._pause = pause

    def receive(self, report: Report, findings: Iterable[dict[str, Any]]) -> Pushed:
        """Import the account's findings, and archive those of former reports that are no findings any more."""
        own = [each for each in findings if each["AwsAccountId"] == self._account]
        closed = list(_closed(self._present(), {each["Id"] for each in own}, report))
        refused = [refusal for batch in _batches([*own, *closed]) for refusal in self._import(batch)]
        ids = {id_ for id_, _ in refused}
        return Pushed(
            imported=sum(each["Id"] not in ids for each in own),
            archived=sum(each["Id"] not in ids for each in closed),
            refused=tuple(f"{id_}: {reason}" for id_, reason in refused),
            left_out=tuple(each for each in report.audit.accounts if each != self._account),
        )

    def _present(self) -> Iterator[dict[str, Any]]:
        """Yield the active findings that former reports of the account left in Security Hub."""
        filters = {
            "GeneratorId": [{"Value": f"{NAME}/", "Comparison": "PREFIX"}],
            "AwsAccountId": [{"Value": self._account, "Comparison": "EQUALS"}],
            "RecordState": [{"Value": "ACTIVE", "Comparison": "EQUALS"}],
        }
        for page in self._client.get_paginator("get_findings").paginate(Filters=filters, MaxResults=BATCH):
            for finding in page["Findings"]:
                own = finding["GeneratorId"].startswith(f"{NAME}/") and finding["AwsAccountId"] == self._account
                if own and finding.get("RecordState") == "ACTIVE":
                    yield finding

    def _import(self, batch: list[dict[str, Any]]) -> list[tuple[str, str]]:
        """Import up to 100 findings; return the id of each that was refused, and why."""
        self._pause(INTERVAL)
        answer = self._client.batch_import_findings(Findings=batch)
        return [
            (each["Id"], f"{each['ErrorCode']}: {each['ErrorMessage']}") for each in answer.get("FailedFindings", ())
        ]


def _batches(findings: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(findings), BATCH):
        yield findings[start : start + BATCH]


def _closed(present: Iterable[dict[str, Any]], open_: set[str], report: Report) -> Iterator[dict[str, Any]]:
    """Yield, archived, the findings that a report shows to be mended or gone.

    What it could not read or did not ask stays as it is.
    """
    sight = Sight(report)
    for finding in present:
        outcome = _outcome(finding, sight) if finding["Id"] not in open_ else None
        if outcome:
            yield _archived(finding, outcome, f"{report.audit.at:%Y-%m-%dT%H:%M:%SZ}")


def _outcome(finding: dict[str, Any], sight: Sight) -> str | None:
    fields = finding.get("ProductFields", {})
    told = [fields.get(f"{NAME}/{name}", "") for name in ("check", "region", "fingerprint")]
    known = _Known(told[0], finding["AwsAccountId"], *told[1:])
    now = sight.findings.get(known.fingerprint)
    return OUTCOMES.get(now.status if now else sight.absence(known))


def _archived(finding: dict[str, Any], outcome: str, at: str) -> dict[str, Any]:
    resources = ({name: each[name] for name in ("Type", "Id") if name in each} for each in finding["Resources"])
    return {
        **{name: finding[name] for name in KEPT},
        "Resources": list(resources),
        "UpdatedAt": at,
        "Compliance": {"Status": outcome},
        "RecordState": "ARCHIVED",
    }
