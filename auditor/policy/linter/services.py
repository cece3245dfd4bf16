"""Whether the actions of statements exist, and whether their resources are of the types that the actions take."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from auditor.policy.actions import VARIABLE as FORMAT_VARIABLE
from auditor.policy.actions import (
    Action,
    actions_like,
    has_service,
    nearest_action,
    nearest_service,
    resource_formats,
)
from auditor.policy.patterns import VARIABLE, Token, overlaps, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditor.policy.document import Statement
    from auditor.policy.linter.place import Found, Place

ALL: Final = {"*", "*:*"}
UNDOCUMENTED: Final = {"*:*", "sns:receive"}
"""What AWS documents of no service, but writes in policies: sns:Receive is in those that topics had by default."""
WILDCARDS: Final = re.compile(r"[*?]")
STARS: Final = re.compile(r"\*+")
DOCUMENTED: Final = "aws"
"""The partition whose actions the Service Authorization Reference documents."""
PARTITIONS: Final = frozenset(
    {"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}
)
ARN_PARTS: Final = 6
SERVICE, PARTITION, ACCOUNT, RESOURCE = 2, 1, 4, 5
MOST_RESOURCES: Final = 500
"""How many resources of a statement are looked at: AWS's quotas leave room for less."""
MOST_STATEMENTS: Final = 200
"""With more statements than these, none is compared with the others."""
COMPLETE: Final = frozenset({"dynamodb", "iam", "kms", "lambda", "logs", "s3", "secretsmanager", "sns", "sqs", "sts"})
"""The services of whose actions AWS documents all types of resources. Of others some are missing from the lists."""

_CONNECTIONS: Final = tuple(
    f"arn:${{Partition}}:{service}:${{Region}}:${{Account}}:connection/${{Name}}"
    for service in ("codeconnections", "codestar-connections")
)
ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "apigateway": (
        "arn:${Partition}:apigateway:${Region}::/tags",
        "arn:${Partition}:apigateway:${Region}::/v2/${Path}",
    ),
    "cloudformation": ("arn:${Partition}:cloudformation:${Region}:${Account}:transform/${Name}",),
    "codeconnections": _CONNECTIONS,
    "codestar-connections": _CONNECTIONS,
    "ssmmessages": ("arn:${Partition}:ssm:${Region}:${Account}:session/${Name}",),
}
"""The formats of resources, by service, that AWS documents elsewhere than in the Service Authorization Reference.

Sources: AWS CloudFormation User Guide, "Control CloudFormation access" (transforms); Developer Tools Console User
Guide, "Connections rename"; Systems Manager User Guide, "Quickstart default IAM policies for Session Manager"; AWS's
own managed policies for Amazon API Gateway.
"""


def named_actions(statement: Statement) -> tuple[Action, ...] | None:
    """Return the actions that a statement's Action names; None where it names all, or some that are unknown."""
    found: dict[str, Action] = {}
    for text in dict.fromkeys(statement.actions or ("*",)):
        actions = () if text in ALL else actions_like(text)
        if not actions:
            return None
        found.update((each.name, each) for each in actions)
    return tuple(found.values())


def actions_exist(place: Place) -> Iterator[Found]:
    """Yield the actions that AWS does not document. In another partition than ``aws`` there may be others."""
    statement = place.statement
    for text in dict.fromkeys(statement.actions or statement.not_actions or ()):
        service, colon, name = text.partition(":")
        if text.lower() in UNDOCUMENTED or STARS.fullmatch(text):
            continue
        if not colon or not service or not name:
            yield "invalid-action", f"names the action {text}, not as in s3:GetObject", text
        elif WILDCARDS.search(service):
            yield "wildcard-in-service-name", f"names the service {service} of {text} with a wildcard", text
        elif place.partition in {"", DOCUMENTED} and not actions_like(text):
            yield _unknown(text, service)


def _unknown(text: str, service: str) -> Found:
    if not has_service(service):
        near = nearest_service(service)
        meant = f": did you mean {near}?" if near else ""
        return "invalid-service-in-action", f"names the service {service}, which does not exist{meant}", text
    if WILDCARDS.search(text):
        return "pattern-without-actions", f"names {text}, which no action of {service} matches", text
    near = nearest_action(text)
    meant = f": did you mean {near}?" if near else ""
    return "invalid-action", f"names the action {text}, which does not exist{meant}", text


def arns(place: Place) -> Iterator[Found]:
    """Yield the resources that are no ARNs."""
    statement = place.statement
    for text in dict.fromkeys((statement.resources or statement.not_resources or ())[:MOST_RESOURCES]):
        found = None if STARS.fullmatch(text) else _malformed(text, place.partition)
        if found:
            yield *found, text


def _malformed(text: str, partition: str) -> tuple[str, str] | None:
    parts = _open(text).split(":", ARN_PARTS - 1)
    if not overlaps(_tokens(parts[0]), "arn"):
        return "invalid-arn-prefix", f"names the resource {text}, which is no ARN"
    if len(parts) < ARN_PARTS:
        return None if text.endswith("*") else ("missing-arn-field", f"names {text}, an ARN of {len(parts)} parts of 6")
    own = {partition} if partition else PARTITIONS
    if not any(overlaps(_tokens(parts[PARTITION]), each) for each in own):
        where = f"the account's partition is {partition}" if parts[PARTITION] in PARTITIONS else "no such one exists"
        return "invalid-partition", f"names {text} in the partition {parts[PARTITION]}, but {where}"
    if parts[SERVICE] != parts[SERVICE].lower():
        return "invalid-arn-service-case", f"names {text}, whose service must be in lower case"
    if parts[ACCOUNT].isdigit() and len(parts[ACCOUNT]) != 12:  # noqa: PLR2004 - the digits of an account's id
        return "invalid-arn-account", f"names {text}, whose account has {len(parts[ACCOUNT])} digits, not 12"
    return None


def _open(text: str) -> str:
    """Return a resource with a wildcard for each policy variable: what it stands for is not known."""
    return VARIABLE.sub("*", text)


def resources_fit(place: Place) -> Iterator[Found]:
    """Yield the resources that none of a statement's actions takes, and the actions that take none of its resources."""
    statement = place.statement
    resources = statement.resources
    if not resources or place.actions is None or _names_all(statement):
        return
    named = [each for each in dict.fromkeys(resources[:MOST_RESOURCES]) if _malformed(each, "") is None]
    formats = {form for action in place.actions for form in action.resources}
    of_services = {form for service in {each.service for each in place.actions} for form in resource_formats(service)}
    more = {form for action in place.actions for form in ALSO.get(action.service, ())}
    for each in named if formats or more else ():
        if _fits_any(each, formats | more):
            continue
        if not _fits_any(each, of_services):
            yield "invalid-arn-resource", f"names {each}, an ARN that no resource of its actions' services has", each
        elif all(action.service in COMPLETE for action in place.actions):
            yield "mismatched-resource", f"names {each}, which {_about(place.actions)}", each
    if named and len(resources) <= MOST_RESOURCES:
        yield from _idle_actions(place, named)


def _names_all(statement: Statement) -> bool:
    """Return whether a statement is about all resources, or about the one that its policy is of."""
    return statement.resources is None or any(map(STARS.fullmatch, statement.resources))


def _about(actions: Sequence[Action]) -> str:
    return f"{actions[0].name} does not take" if len(actions) == 1 else "none of its actions takes"


def _idle_actions(place: Place, resources: Sequence[str]) -> Iterator[Found]:
    """Yield the actions, or patterns of which every action, that take none of a statement's resources.

    An action that takes one of another statement's is not idle, but told there and here.
    """
    for text in dict.fromkeys(place.statement.actions or ()):
        actions = actions_like(text)
        formats = {form for action in actions for form in (*action.resources, *ALSO.get(action.service, ()))}
        if any(_fits_any(each, formats) for each in resources) or _works_elsewhere(place, text, formats):
            continue
        if not any(action.resources for action in actions):
            words = f"names {text}, which takes no resources, so that only * is about it"
            yield "action-of-all-resources", words, text
        elif all(action.service in COMPLETE for action in actions):
            words = f"names {text}, but no resource that it takes, such as {_pattern(min(formats, key=len))}"
            yield "action-without-resource", words, text


def _works_elsewhere(place: Place, text: str, formats: set[str]) -> bool:
    """Return whether another statement of the same effect names an action with a resource that it takes."""
    statements = place.document.statements
    others = (each for each in statements if each is not place.statement)
    return len(statements) > MOST_STATEMENTS or any(
        other.allows is place.statement.allows
        and other.is_about(text)
        and (_names_all(other) or any(_fits_any(each, formats) for each in (other.resources or ())[:MOST_RESOURCES]))
        for other in others
    )


def _fits_any(resource: str, formats: Iterable[str]) -> bool:
    return any(_fits(resource, form) for form in formats)


@functools.lru_cache(maxsize=65_536)
def _fits(resource: str, form: str) -> bool:
    """Return whether some ARN is of a format and matches a resource, whose policy variables may be anything.

    A name does not reach over a slash where the service has another format that goes on behind one: a bucket's does
    not, as what follows is an object's.
    """
    if form == "*":
        return True
    parts, wanted = _open(resource).split(":", ARN_PARTS - 1), _pattern(form).split(":", ARN_PARTS - 1)
    if len(parts) < ARN_PARTS:
        return overlaps(_tokens(_open(resource)), _tokens(_pattern(form)))
    if _slashes(parts[RESOURCE]) > _slashes(wanted[RESOURCE]) and not _reaches_on(form):
        return False
    return all(overlaps(_tokens(part), _tokens(each)) for part, each in zip(parts, wanted, strict=True))


def _pattern(form: str) -> str:
    return FORMAT_VARIABLE.sub("*", form)


def _tokens(text: str) -> tuple[Token, ...]:
    return tokens(text) or ()


def _slashes(text: str) -> int:
    return text.count("/")


@functools.lru_cache(maxsize=4_096)
def _reaches_on(form: str) -> bool:
    """Return whether the last name of a format may have slashes: no other format goes on behind one."""
    service = form.split(":")[SERVICE]
    return not any(other.startswith(f"{form}/") for other in resource_formats(service))
