"""Whom service control policies exempt from what they deny, and whether member accounts can make themselves such."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from auditor import Fix, Problem, Problems, Severity, check
from checks.organizations.resources import OrganizationsAccount, ServiceControlPolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor import Inventory
    from auditor.policy import Condition, Policy, Request, Statement

USER_GUIDE: Final = "https://docs.aws.amazon.com/organizations/latest/userguide"
NEGATED: Final = re.compile(
    r"(?:for(?:any|all)values?:)?(?P<name>(?:string|arn)not(?:equals|like)(?:ignorecase)?)(?:ifexists)?"
)
ROLE: Final = re.compile(r"arn:(?P<partition>[^:]*):iam::(?P<account>[^:]*):role/(?P<path>.+)")
OF_AWS: Final = re.compile(r"aws-reserved/|aws-service-role/|AWSReservedSSO_|AWSServiceRole")
"""The roles that nobody but AWS makes or changes."""
TAG: Final = "aws:principaltag/"
MEMBER: Final = "111122223333"
"""Some member account."""
SOMEONE: Final = "someone"
FILLING: Final = "x"


class Exemption(NamedTuple):
    """What exempts from a Deny, as the policy says it, and a request by which someone else becomes exempt.

    ``step`` says in words what the request does.
    """

    said: str
    step: str
    request: Request


def exemptions(statement: Statement) -> Iterator[Exemption]:
    """Yield who is exempt from a Deny that a member account might make: roles by name, and whoever has a tag."""
    for condition in () if statement.allows else statement.conditions:
        operator = NEGATED.fullmatch(condition.operator)
        if operator is None:
            continue
        for value in condition.values:
            # StringNotEquals takes a wildcard for what it is: nobody has such a name.
            literal = operator["name"].startswith("stringnotequals") and re.search(r"[*?]", value)
            if not literal and "${" not in value:
                yield from _made(condition, value)


def _made(condition: Condition, value: str) -> Iterator[Exemption]:
    from auditor.policy import spelling

    said = f"{spelling.key(condition.key)} {value}"
    if condition.key.startswith(TAG):
        tag, filled = condition.key.removeprefix(TAG), _filled(value)
        context = {"aws:tagkeys": (tag,), f"aws:requesttag/{tag}": (filled,)}
        step = f"setting the tag {tag} of a role"
        yield Exemption(said, step, _request("iam:TagRole", f"arn:aws:iam::{MEMBER}:role/{SOMEONE}", context, tag))
    elif condition.key == "aws:principalarn" and (role := _role(value)):
        # A role of a certain name is taken to be in every account already.
        if re.search(r"[*?]", role["path"]):
            yield Exemption(said, "making a role of such a name", _request("iam:CreateRole", _arn(role)))
        step = "changing who may assume a role of such a name"
        yield Exemption(said, step, _request("iam:UpdateAssumeRolePolicy", _arn(role)))


def _role(pattern: str) -> re.Match[str] | None:
    """Return the parts of a pattern of roles that any account may have; None for other patterns."""
    found = ROLE.fullmatch("arn:aws:iam::*:role/*" if pattern == "*" else pattern)
    anywhere = found and re.search(r"[*?]", found["account"])
    return found if anywhere and not OF_AWS.search(pattern) else None


def _arn(role: re.Match[str]) -> str:
    partition = "aws" if "*" in role["partition"] else role["partition"]
    return f"arn:{partition}:iam::{MEMBER}:role/{_filled(role['path'])}"


def _filled(pattern: str) -> str:
    return re.sub(r"\*+", FILLING, pattern).replace("?", FILLING)


def _request(action: str, arn: str, context: Mapping[str, tuple[str, ...]] | None = None, tag: str = "") -> Request:
    """Return a request of someone in a member account who is not exempt yet; of all else nothing is known."""
    from auditor.policy import Context, Request, principal

    who = f"arn:{arn.split(':')[1]}:iam::{MEMBER}:role/{SOMEONE}"
    known = {"aws:principalarn": (who,), "aws:principalaccount": (MEMBER,), **(context or {})}
    absent = frozenset({f"{TAG}{tag}"}) if tag else frozenset[str]()
    return Request(principal(who), action, arn, Context(known, open=True, absent=absent))


def _is_free(request: Request, denying: list[Policy]) -> bool:
    """Return whether no service control policy of the organization can deny a request."""
    from auditor.policy import Policies, compiled, decide, parse

    everything = compiled(
        parse({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    )
    decision = decide(request, Policies(identity=(everything,), scps=((everything, *denying),)))
    return decision.allowed and decision.certain


@check(
    "organizations-service-control-policy-exemptions-closed",
    Severity.MEDIUM,
    reads=[OrganizationsAccount.is_management, ServiceControlPolicy.is_of_aws, ServiceControlPolicy.document],
    references=[f"{USER_GUIDE}/orgs_manage_policies_scps_examples_general.html"],
    fix=Fix(
        cli="aws organizations update-policy --policy-id {resource.id} --content file://POLICY.json",
        text="Deny everybody but the exempt roles themselves to make, change or tag such roles (iam:CreateRole, "
        "iam:UpdateAssumeRolePolicy, iam:PutRolePolicy, iam:AttachRolePolicy, iam:TagRole), or exempt roles that only "
        "AWS makes, such as those of IAM Identity Center under aws-reserved/.",
    ),
    applies=lambda policy: not policy.is_of_aws,
)
def exemptions_closed(policy: ServiceControlPolicy, inventory: Inventory) -> Problems:
    """Nobody in a member account can make himself exempt from a service control policy.

    A Deny that spares a role by its name, or whoever has a tag, binds nobody who may make such a role, change its
    trust, or set the tag. The rule fails where no service control policy of the organization, wherever it is attached,
    can deny that step. A role of one certain name is taken to exist in every account, and roles of one named account
    are taken to be chosen with care. What depends on further conditions is not judged.
    """
    from auditor.policy import compiled

    others = [each.document for each in inventory.all(ServiceControlPolicy)]
    denying = [compiled(each) for each in others if each is not None]
    for number, statement in enumerate(policy.document.statements if policy.document else (), 1):
        for exemption in exemptions(statement):
            if _is_free(exemption.request, denying):
                named = f"statement {number}{f' ({statement.sid})' if statement.sid else ''}"
                yield Problem(
                    f"{named} exempts {exemption.said}, and no policy denies {exemption.step}",
                    found=f"{exemption.request.action} on {exemption.request.resource}",
                    expected="a Deny of that step for everybody who is not exempt",
                )
