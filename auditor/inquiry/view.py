"""What an inquiry looks at: an account's principals with their policies, and the policies of resources."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.remedies import NOT_RECORDED, UNDECIDED, remedy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from auditor.graph import Account
    from auditor.policy import Document
    from auditor.request import Unseen

RECORD_AGAIN: Final = "record it again with `auditor scan --record FILE`, without a selection of checks"


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that is not known and may change an answer: what, why, and what to do about it."""

    what: str
    why: str
    remedy: str

    @classmethod
    def of(cls, what: str, unseen: Unseen) -> Unread:
        """Return the record of what AWS did not tell."""
        if unseen.code == NOT_RECORDED:
            return cls(what, f"{unseen.operation} was not recorded", RECORD_AGAIN)
        if unseen.code == UNDECIDED:
            return cls(what, unseen.message, "look at it by hand")
        advice = remedy(unseen.permission, unseen.code, unseen.message)
        return cls(what, f"{unseen.operation}: {unseen.code}", advice)


@dataclass(frozen=True, slots=True)
class View:
    """One account as far as it was read, at a time (UTC)."""

    account: Account
    at: datetime
    policy_of: Callable[[str], Document | None]
    """The policy that the resource with an ARN has of its own; raises Unseen where that is not known."""
    is_kept_from_public: Callable[[str], bool] = lambda _arn: False
    """Whether something beside its policy keeps the public out of a resource; raises Unseen where nobody can tell."""
    has_access_lists: Callable[[str], bool] = lambda _arn: False
    """Whether access control lists may let others in beside the policy of a resource; raises Unseen if not known."""
    source: str = "live"
    """Where the account was read: ``live``, or ``snapshot``."""
