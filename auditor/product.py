"""What others know the auditor by: in reports, CloudTrail, Security Hub and on the event bus."""

from __future__ import annotations

from typing import Final

NAME: Final = "aws-account-auditor"
