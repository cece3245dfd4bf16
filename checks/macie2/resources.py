"""Macie's resources and where each fact comes from."""

from __future__ import annotations

from typing import Final

from auditor import REGIONAL, Asked, Moot, Resource, derived
from auditor.facts import both, either

ENABLED: Final = "ENABLED"
OFF: Final = "DISABLED"
"""What the auditor calls the status of Macie where there is no session."""


class MacieRegion(Resource, type="AWS::Macie::Session", service="macie2", scope=REGIONAL):
    """Macie in a region."""

    # With the code of a refusal, Macie also says that it is not enabled: only its words tell the two apart.
    status = Asked[str](
        "GetMacieSession",
        "status",
        absent={"AccessDeniedException: Macie is not enabled": OFF, "ResourceNotFoundException": OFF},
    )
    discovery_of_account = Asked["str | None"](
        "ListAutomatedDiscoveryAccounts",
        "items[0].status",
        accountIds=["{account}"],
        default=None,
        moot=Moot(status, lambda status: status != ENABLED, then=OFF),
    )
    """Automated discovery in an account that an organization's administrator manages; None in any other."""
    discovery_configured = Asked[str](
        "GetAutomatedDiscoveryConfiguration",
        "status",
        moot=Moot(discovery_of_account, lambda status: status is not None, then=OFF),
    )
    """Automated discovery in an account of its own."""

    @derived(discovery_of_account, discovery_configured)
    def discovers(self) -> bool:
        """Whether Macie looks for sensitive data of its own accord."""
        return either(
            lambda: self.discovery_of_account == ENABLED,
            lambda: both(lambda: self.discovery_of_account is None, lambda: self.discovery_configured == ENABLED),
        )
