"""Identity providers: which let anyone in the world sign in, and which of their claims are one customer's own.

The claims are those that AWS documents as condition keys ("Available keys for AWS OIDC federation" in the IAM User
Guide), and the shared providers those of "Identity-provider controls for shared OIDC providers".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.policy.s3 import fixed

if TYPE_CHECKING:
    from collections.abc import Callable

FIXED_PARTS: Final = 2
"""How many parts of a subject must be fixed for it to be somebody's: ``repo:owner/`` but not ``repo:owner*``."""
SHARED: Final = re.compile(
    r"(accounts\.google\.com|agent\.buildkite\.com|app\.terraform\.io|cognito-identity\.amazonaws\.com|gitlab\.com"
    r"|graph\.facebook\.com|oidc\.codefresh\.io|oidc\.vercel\.com|proidc\.upbound\.io|studio\.datachain\.ai"
    r"|token\.actions\.githubusercontent\.com|www\.amazon\.com|\*)"
)
"""The providers that give tokens to anyone who registers."""
CLAIMS: Final = (
    *("actor", "actor_id", "enterprise_id", "job_workflow_ref", "repository", "repository_id", "repository_owner_id"),
    *("namespace_id", "project_id", "user_email", "user_id", "user_login"),
    *("cluster_id", "organization_id", "pipeline_id", "google/organization_number", "id"),
)
"""The claims, besides the subject, whose fixed value only some of a provider's customers have."""


def domain(provider: str) -> str:
    """Return the domain, with its path, of a provider's ARN or name."""
    return provider.rpartition("oidc-provider/")[2]


def is_shared(provider: str) -> bool:
    """Return whether a provider gives tokens to anyone, rather than to those whom one customer lets in."""
    return SHARED.fullmatch(domain(provider).lower()) is not None


def guards(provider: str) -> dict[str, Callable[[str], bool]]:
    """Return the condition keys that keep a provider to somebody's identities, each with what makes a value do so."""
    name = domain(provider).lower()
    found: dict[str, Callable[[str], bool]] = {f"{name}:{claim}": names_owner for claim in CLAIMS}
    found[f"{name}:sub"] = names_subject
    if not provider.startswith("arn:"):
        # Those that need no provider of one's own tell applications, or pools of users, apart by the audience.
        found |= {f"{name}:{claim}": fixed for claim in ("aud", "app_id")}
    return found


def names_owner(value: str) -> bool:
    """Return whether a claim is somebody's: ``owner/*`` is, ``owner*`` is also that of ``owner-evil``."""
    return fixed(value) or re.search("[:/]", re.split(r"[*?]", value)[0]) is not None


def names_subject(value: str) -> bool:
    """Return whether a subject is somebody's: ``repo:owner/*`` is, ``repo:owner*`` is also that of ``owner-evil``."""
    return fixed(value) or len(re.findall("[:/@]", re.split(r"[*?]", value)[0])) >= FIXED_PARTS
