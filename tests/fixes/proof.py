"""How a check's CLI fix is proven: what its author writes.

``tests/fixes/<service>.py`` holds two tables, and every check with a ``fix.cli`` stands in exactly one of them::

    from fixes.proof import Proof
    from fixes.states import bucket

    def bucket_without_log(aws):
        return {"id": bucket(aws), "LOG_BUCKET": bucket(aws, "logs-of-access")}

    PROOFS = [
        Proof("s3-bucket-versioned", bucket),
        Proof("s3-bucket-access-logged", bucket_without_log),
    ]
    UNPROVEN = {
        "rds-instance-patched": "the emulator does not keep pending maintenance actions",
    }

A proof is run in an empty account of the emulator, like this:

1. ``failing(aws)`` builds the failing state. ``aws("s3")`` is a boto3 client in the audited region (``REGION``),
   ``aws("ec2", "us-east-1")`` one elsewhere. It returns the failing resource's id or ARN; or, where the command has
   words in CAPITALS, a dict of what they stand for, with the resource under ``"id"``; or nothing, where just one
   resource fails. ``"RULE_IDS": "sgr-1 sgr-2"`` is put in as it stands. A file that the command reads by
   ``file://POLICY.json`` is written to the working directory, a folder of the test's own.
2. The check alone is run by the real engine over HTTP: the resource must FAIL.
3. The finding's own command is run with the AWS CLI. Its default region (``HOME``) is not the audited one, so that a
   regional command that forgets ``--region {resource.region}`` mends nothing.
4. The check is run again: the resource must PASS, or be ``gone`` where the fix is to delete it or leaves the check
   nothing to judge.

States that several proofs share are functions of ``fixes/states.py``. ``days_later`` dates both audits so many days
ahead, for what is only wrong when old. ``aws_policies`` is for proofs that need the policies AWS manages (slow).

What the emulator cannot represent goes into ``UNPROVEN``, with the reason as one true sentence that the docs show:
what the emulator does not keep, compute or offer. All commands, proven or not, are also rehearsed: the AWS CLI parses
and validates them up to the point where the request would leave. Words in CAPITALS then stand for the values of
``fixes/words.py``, or of a ``WORDS`` dict of the service's module.

    pytest tests/fixes -k s3-bucket-versioned
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fixes.lab import Aws

REGION: Final = "eu-west-1"
"""The audited region."""
HOME: Final = "us-east-1"
"""The CLI's default region, and that of global services."""
ACCOUNT: Final = "123456789012"
"""The emulator's account."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That the CLI fix of ``check`` mends the state that ``failing`` builds; the module says how."""

    check: str
    failing: Callable[[Aws], str | Mapping[str, str] | None]
    gone: bool = False
    days_later: int = 0
    aws_policies: bool = False

    def build(self, aws: Aws) -> tuple[str, dict[str, str]]:
        """Build the failing state; return the resource's id, empty where only one fails, and the CAPITAL words."""
        built = self.failing(aws) or {}
        words = {"id": built} if isinstance(built, str) else dict(built)
        return words.pop("id", ""), words
