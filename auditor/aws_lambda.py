"""The Lambda function's handler: an event starts an audit, whose results go to S3, SNS and EventBridge."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Protocol

from auditor import registry
from auditor.errors import AuditorError
from auditor.scheduled.aws import Destinations
from auditor.scheduled.run import Job
from auditor.scheduled.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

# Lambda gives a function more processor time while it starts: the checks are imported now, not in the first event.
registry.imported()

MILLISECONDS: Final = 1000
LONGEST_NAME: Final = 256
"""Characters of an event's id: it is part of what is told, which has limits."""


class Context(Protocol):
    """What the handler needs of Lambda's context object."""

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Return the time until Lambda ends the function."""


def handler(event: Any, context: Context) -> dict[str, Any]:
    """Audit as the environment and ``event`` say; return the summary.

    ``event["id"]`` names the run: an event that is delivered twice is audited once. What is wrong with the settings,
    the credentials or the destinations is logged and raised, so that Lambda's on-failure destination hears of it.
    """
    until = monotonic() + context.get_remaining_time_in_millis() / MILLISECONDS
    name = str((event.get("id") if isinstance(event, dict) else "") or context.aws_request_id)
    try:
        if len(name) > LONGEST_NAME:
            raise SettingsError(f"the id of an event has at most {LONGEST_NAME} characters, and this {len(name)}")
        settings = Settings.of(os.environ, event)
        at = datetime.now(UTC).replace(microsecond=0)
        return Job(settings, name, at, until, log).run(Destinations(settings))
    except AuditorError as error:
        log("audit-failed", {"run": name[:LONGEST_NAME], "error": type(error).__name__, "message": str(error)})
        raise


def log(what: str, details: Mapping[str, Any]) -> None:
    """Write a line of JSON to the function's log: what happened, or a metric as it is."""
    line = {"event": what, **details} if what else details
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()
