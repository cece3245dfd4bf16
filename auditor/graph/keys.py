"""Condition keys: what AWS says of who asks and of what is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.policy.patterns import variables

if TYPE_CHECKING:
    from auditor.graph.identities import Identity
    from auditor.policy import Policy

Values = dict[str, tuple[str, ...]]
"""What is known of a request, by condition key in lower case; no values where the key is absent."""

MFA: Final = "aws:multifactorauthpresent"
"""Absent from what an access key signs by itself, and false in the console without a device."""
PRINCIPAL_TAG: Final = "aws:principaltag/"
RESOURCE_TAGS: Final = ("aws:resourcetag/", "iam:resourcetag/", "ec2:resourcetag/", "ssm:resourcetag/")
USUAL: Final[Values] = {
    "aws:principalisawsservice": ("false",),
    "aws:securetransport": ("true",),
    "aws:viaawsservice": ("false",),
    "aws:calledvia": (),
    "aws:calledviafirst": (),
    "aws:calledvialast": (),
    "aws:sourceaccount": (),
    "aws:sourcearn": (),
    "aws:sourceorgid": (),
    "aws:sourceorgpaths": (),
    "aws:principalservicename": (),
    "aws:principalservicenameslist": (),
}
"""What AWS says of every request that a user or a role makes itself."""


def said_of(identity: Identity) -> Values:
    """Return what AWS says of a user or role in every request that it makes itself."""
    is_user = ":user/" in identity.arn
    return {
        **USUAL,
        "aws:principalarn": (identity.arn,),
        "aws:principalaccount": (identity.account,),
        "aws:principaltype": ("User" if is_user else "AssumedRole",),
        "aws:username": (identity.name,) if is_user else (),
        **{f"{PRINCIPAL_TAG}{key.lower()}": (value,) for key, value in identity.tags.items()},
    }


def mentioned_keys(policy: Policy) -> set[str]:
    """Return the condition keys that a policy names, in conditions or in variables, in lower case."""
    keys: set[str] = set()
    for statement in policy.document.statements:
        keys |= {condition.key for condition in statement.conditions}
        texts = [value for condition in statement.conditions for value in condition.values]
        for text in (*texts, *(statement.resources or ()), *(statement.not_resources or ())):
            if "${" in text:
                keys.update(variables(text))
    return keys
