"""What a caller may choose: the values of condition keys that make an uncertain request a certain one."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from auditor.graph.edges import Proof
from auditor.policy import Context, decide
from auditor.policy.principals import Caller
from auditor.policy.solver import candidates

if TYPE_CHECKING:
    from auditor.policy import Condition, Policies, Request

CHOSEN: Final = {
    *("aws:referer", "aws:tagkeys", "aws:useragent", "iam:associatedresourcearn"),
    *("sts:durationseconds", "sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys"),
}
"""The keys whose values the caller writes into the request."""
SOURCE: Final = "aws:sourcearn"
"""For what of its own a service makes a request: the choice of whoever makes that, as far as a pattern leaves one."""
REGION: Final = "aws:requestedregion"
"""Where a request is sent: the caller's choice for STS, which is in every region; IAM is in one."""
CLAIMS: Final = "saml:"
"""What the provider says that signs in: all of it the choice of whoever is the provider."""
CHOSEN_TAGS: Final = "aws:requesttag/"
FIXED: Final = ("role", "profile", "resourcetag/")
"""What a service's own key has in it that is about an identity or about what exists: it is no free choice."""
SEPARATE: Final = {"iam", "sts"}
"""Services whose own keys say whom or what the request is about."""
ACCOUNT_AT: Final = 4
"""Where the account is in an ARN."""
MOST_TRIED: Final = 12
MOST_KEYS: Final = 4


def settled(proof: Proof, policies: Policies, *, creates: bool) -> Proof | None:
    """Return a proof with what the caller chooses for it to be certain, if that helps; None for a denied request."""
    if not proof.decision.allowed:
        return None
    if proof.decision.certain:
        return proof
    keys = _keys(proof)
    if not 0 < len(keys) <= MOST_KEYS or not all(_is_chosen(key, proof.request, creates=creates) for key in keys):
        return proof
    best = proof
    for key in sorted(keys):
        best = _chosen(best, policies, key)
    return best


def _keys(proof: Proof) -> set[str]:
    """Return the keys that a decision hangs on; none where it hangs on something else as well."""
    keys: set[str] = set()
    for step in proof.decision.unknown:
        if not step.unknown:
            return set()
        keys |= {condition.key for condition in step.unknown}
    return keys


def _is_chosen(key: str, request: Request, *, creates: bool) -> bool:
    service = request.action.partition(":")[0].lower()
    if key.startswith(CLAIMS):
        return request.principal.caller is Caller.PROVIDER
    if key == SOURCE:
        return creates and request.principal.caller is Caller.SERVICE
    if key in CHOSEN or key.startswith(CHOSEN_TAGS) or (key == REGION and service == "sts"):
        return True
    own = key.partition(":")[0] == service and service not in SEPARATE
    return creates and own and not any(each in key for each in FIXED)


def _chosen(proof: Proof, policies: Policies, key: str) -> Proof:
    """Return a proof with the value of a key that leaves the least unknown."""
    conditions = _conditions(proof, key)
    best = proof
    resolve = proof.request.context.variable
    for held, patterns in islice(candidates(conditions, resolve), MOST_TRIED):
        if key == SOURCE and not _is_new(held, patterns, proof.request):
            continue
        values = {**proof.request.context.values, key: held}
        request = replace(proof.request, context=Context(values, open=True))
        tried = Proof(request, decide(request, policies))
        if tried.decision.allowed and _doubt(tried) < _doubt(best):
            best = tried
    return best


def _is_new(arns: tuple[str, ...], patterns: tuple[str, ...], request: Request) -> bool:
    """Return whether an ARN could be that of something new in the account: one of the account that no policy names."""
    parts = arns[0].split(":", 5) if arns else []
    is_open = any("*" in each.split(":", 5)[-1] for each in patterns)
    return len(parts) > ACCOUNT_AT and parts[ACCOUNT_AT] == request.account and is_open


def _conditions(proof: Proof, key: str) -> list[Condition]:
    found = [each for step in proof.decision.unknown for each in step.unknown if each.key == key]
    return list(dict.fromkeys(found))


def _doubt(proof: Proof) -> tuple[bool, int]:
    return not proof.decision.certain, len(proof.decision.unknown)
