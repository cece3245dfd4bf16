"""Where accounts are audited: a few seats beside one another, each with clients that serve account after account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from auditor.remedies import NOT_ASSUMED, REFUSED, UNREACHABLE
from auditor.source import Live, Shared
from auditor.targets import Acting, Target, TargetError, assumed, open_session

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from auditor.guardrails import Guardrails
    from auditor.organization.accounts import Member
    from auditor.plan import Plan
    from auditor.targets import Access


class NotReachedError(Exception):
    """An account that cannot be audited: the code, AWS's or of our own, and what was said."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Reach:
    """How the caller reaches accounts: by its own access, and a role of this name in each."""

    access: Access
    role: str


class Caller:
    """Who audits: the credentials that roles are assumed with, and the account they are of."""

    def __init__(self, reach: Reach, asking: Mapping[str, Collection[str]]) -> None:
        """Open a session that can ask ``asking`` (operations by service), as all seats can; TargetError without one."""
        self.reach = reach
        self.session = open_session(reach.access)
        self.shared = Shared(reach.access.workers)
        self.credentials = self.session.get_credentials()
        self.source = Live.seated(reach.access, self.credentials, asking, {}, self.shared)
        # What botocore reads of its files stands in memory once.
        self.session.register_component("data_loader", self.shared.files)
        self.target: Target = self.source.target()
        self._seats: list[Seat] = []

    def seat(self, plan: Plan) -> Seat:
        """Return a further place to audit accounts at."""
        seat = Seat(self, plan)
        self._seats.append(seat)
        return seat

    @property
    def retries(self) -> int:
        """How many calls had to be made again."""
        return sum(each.source.retries for each in self._seats)

    def credentials_for(self, member: Member) -> Any:
        """Return the credentials to audit an account with: the caller's own in its own account."""
        if member.id == self.target.account:
            return self.credentials
        # An account's own regions may be unknown to the caller's, where the role is assumed.
        access = replace(self.access(member), regions=self.reach.access.regions)
        return assumed(self.session, self.role_arn(member), access)

    def access(self, member: Member) -> Access:
        """Return how an account is reached and which of its regions are audited."""
        given = self.reach.access
        return replace(
            given,
            external_id=member.external_id or given.external_id,
            regions=member.regions or given.regions,
        )

    def role_arn(self, member: Member) -> str:
        """Return the ARN of the role to assume in an account."""
        return member.role_arn(self.target.partition, self.reach.role)


class Seat:
    """Clients that audit one account after the other. Throttling of one seat's account slows no other seat's."""

    def __init__(self, caller: Caller, plan: Plan) -> None:
        self._caller = caller
        self._acting = Acting()
        self._acting.current = caller.credentials
        access = caller.reach.access
        self.source = Live.seated(access, self._acting, plan.operations(), plan.examined(), caller.shared)

    def turn(self, member: Member, guardrails: Guardrails) -> Target:
        """Turn to an account and return what to audit; NotReachedError where that cannot be told."""
        caller = self._caller
        self._acting.current = caller.credentials_for(member)
        self.source.turn(caller.access(member))
        try:
            target = self.source.target()
        except TargetError as error:
            raise self._not_reached(member, error) from error
        if target.account != member.id:
            told = f"{caller.role_arn(member)} gave credentials of account {target.account}"
            raise NotReachedError(NOT_ASSUMED, told)
        return replace(target, guardrails=guardrails)

    def _not_reached(self, member: Member, error: TargetError) -> NotReachedError:
        response = getattr(error.__cause__, "response", None)
        code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else UNREACHABLE
        operation = getattr(error.__cause__, "operation_name", "")
        if code in REFUSED and operation == "AssumeRole":
            told = f"{self._caller.target.caller} may not assume {self._caller.role_arn(member)}: {error}"
            return NotReachedError(NOT_ASSUMED, told)
        return NotReachedError(code or UNREACHABLE, str(error))
