"""What an inquiry is about: the principal, the action, the resource and the context, as people write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.inquiry.deciding import InquiryError, Question, role_of
from auditor.policy.actions import VARIABLE, Action, action_named, actions_like, nearest_action
from auditor.policy.patterns import Pattern, tokens
from auditor.policy.policies import WILDCARDS
from auditor.policy.principals import CALLERS, ENTITY, Caller, Principal, principal
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from auditor.graph import Account

ACCOUNT_ID: Final = re.compile(r"\d{12}")
ARN: Final = re.compile(r"arn:[^:]+:[^:]+:[^:]*:[^:]*:.+", re.DOTALL)
OWN: Final = (Caller.USER, Caller.ROLE)
"""The callers that an account lists."""


def principal_named(text: str, account: str, partition: str, identities: Iterable[str]) -> Principal:
    """Return whom a text means: an ARN, the name of a user or role, an account's id, ``root``, a service, or ``*``.

    ``identities`` are the ARNs of the account's users and roles. InquiryError, with the nearest name, where the
    account has nobody of the name.
    """
    if text == "root" or ACCOUNT_ID.fullmatch(text):
        return principal(f"arn:{partition}:iam::{account if text == 'root' else text}:root")
    if text == "*" or text.startswith("arn:"):
        return _by_arn(text, account, identities)
    service = principal(text)
    if service.caller is Caller.SERVICE:
        return service
    return _by_name(text, identities)


def identity_named(text: str, account: Account) -> str:
    """Return the ARN of the user or role of an account that a text means; InquiryError where it means none."""
    known = sorted(each.arn for each in account.identities)
    found = principal_named(text, account.id, account.partition, known).text
    if found not in known:
        raise InquiryError(f"{text} is not a user or role of the account")
    return found


def _by_arn(text: str, account: str, identities: Iterable[str]) -> Principal:
    found = principal(text)
    entity = ENTITY.fullmatch(text)
    is_provider = re.search(":(oidc|saml)-provider/", text) is not None
    if entity and (entity[2], entity[4]) not in CALLERS and not is_provider:
        raise InquiryError(f"{text} makes no requests: ask for a user or role (for a group, for one of its members)")
    if found.caller is Caller.PROVIDER and not is_provider:
        raise InquiryError(f"{text} is not the ARN of a user, a role, a session, a root user or an identity provider")
    known = list(identities)
    if found.caller in OWN and found.account == account and text not in known:
        raise InquiryError(f"the account has no {text}{nearest(text, known)}")
    if found.caller is Caller.SESSION and found.account == account:
        role_of(found, known)
    return found


def _by_name(text: str, identities: Iterable[str]) -> Principal:
    """Return the user or role of a name, with or without ``user/`` or ``role/`` and a path before it."""
    known = list(identities)
    found = [each for each in known if f"/{text}" == each[-len(text) - 1 :] or each.endswith(f":{text}")]
    if len(found) > 1:
        raise InquiryError(f"{text} is {' and '.join(found)}: ask for the ARN")
    if not found:
        names = {each.rpartition("/")[2] for each in known}
        raise InquiryError(f"the account has no user or role {text}{nearest(text, names)}")
    return principal(found[0])


def resource_named(text: str, action: str) -> str:
    """Return the ARN, or ``*``, that a text is; InquiryError where it is neither, or does not go with the action."""
    if text != "*" and not ARN.fullmatch(text):
        hint = f", such as arn:aws:s3:::{text}" if action.startswith("s3:") and ":" not in text else ""
        raise InquiryError(f"{text!r} is not an ARN{hint}, or '*' for any resource")
    return text


def context_given(pairs: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the condition keys, in lower case, that ``KEY=VALUE`` pairs tell: no values where a key is absent.

    A key that is given several times has several values; ``KEY=`` says that the request has no such key.
    """
    told: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or ":" not in key:
            raise InquiryError(f"--context {pair!r} is not KEY=VALUE, such as aws:SourceIp=10.0.0.1")
        told[key.lower()] = (*told.get(key.lower(), ()), *([value] if value else []))
    return told


def question(action: str, resource: str, told: Mapping[str, tuple[str, ...]]) -> Question:
    """Return the question whether an action may be done to a resource, with what is doubtful about how it is put.

    InquiryError for an action that is misspelt or stands for several, and for a resource that is no ARN.
    """
    found = _action(action)
    arn = resource_named(resource, action)
    name = found.name if found else action
    notes = tuple(_doubts(action, arn, found))
    return Question(name, arn, told, takes_no_resource=bool(found and not found.resources), notes=notes)


def _action(text: str) -> Action | None:
    """Return the documented action of a name; None for one that AWS may have and the list of actions has not."""
    if not re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9*?]+", text):
        raise InquiryError(f"{text!r} is not an action, such as s3:GetObject")
    if WILDCARDS & set(text):
        meant = actions_like(text)
        such = f": ask for one of them, such as {meant[0].name}" if meant else ""
        raise InquiryError(f"{text} stands for {len(meant)} actions{such}")
    found, near = action_named(text), nearest_action(text)
    if found is None and near is not None:
        raise InquiryError(f"there is no action {text}: did you mean {near}?")
    return found


def _doubts(text: str, resource: str, action: Action | None) -> Iterator[str]:
    if action is None:
        yield f"{text} is not among the actions that AWS documents, as far as this version knows them."
    elif resource != "*" and not action.resources:
        yield f"AWS documents {action.name} for no resource: only statements about '*' are about it."
    elif resource != "*" and not any(_may_be(each, resource) for each in action.resources):
        yield f"AWS documents {action.name} for {' and '.join(action.resources)}, which {resource} is not."


def _may_be(template: str, resource: str) -> bool:
    """Return whether an ARN, or one of those that its wildcards stand for, has a documented form."""
    pattern = Pattern(tokens(VARIABLE.sub("*", template)) or ())
    return pattern.overlaps(Pattern(tokens(resource) or ()))
