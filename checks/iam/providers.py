"""Identity providers that no role trusts."""

from __future__ import annotations

import re
from typing import Final

from auditor import Check, Fix, Inventory, Problem, Problems, Severity, check
from checks.iam.resources import OidcProvider, Role, SamlProvider

IDENTITY_CENTER: Final = re.compile(r".*:saml-provider/AWSSSO_\w+_DO_NOT_DELETE")
REFERENCE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers.html"


def _trusted(provider_type: type[SamlProvider | OidcProvider], kind: str, command: str) -> Check:
    """Return the check that some role trusts each provider of a type."""

    def trusted_by_role(provider: SamlProvider | OidcProvider, inventory: Inventory) -> Problems:
        """Identity providers are trusted by a role.

        A provider that no role trusts is left over, or a way in that is being prepared: whoever may write a trust
        policy can open it. Client VPN endpoints and identity pools of Cognito use providers that no role trusts: accept
        those with an exception. The rule is not about the provider that IAM Identity Center keeps for itself.
        """
        if not inventory.related(Role.identity_providers, provider.arn):
            yield Problem("no role trusts the provider", found=provider.arn, expected="a role for its users")

    return check(
        f"iam-{kind}-provider-trusted-by-role",
        Severity.LOW,
        resource=provider_type,
        reads=[provider_type, Role.identity_providers],
        references=[REFERENCE],
        fix=Fix(
            cli=command,
            text="See first that no Client VPN endpoint and no identity pool of Cognito uses the provider: they need "
            "no role. Or make the role that the provider's users are to assume.",
        ),
        title=f"{kind.upper()} providers are trusted by a role",
        applies=lambda provider: not IDENTITY_CENTER.fullmatch(provider.arn),
    )(trusted_by_role)


TRUSTED: Final = [
    _trusted(SamlProvider, "saml", "aws iam delete-saml-provider --saml-provider-arn {resource.arn}"),
    _trusted(
        OidcProvider,
        "oidc",
        "aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {resource.arn}",
    ),
]
