"""IAM groups: by which users are to come by their permissions."""

from __future__ import annotations

from typing import Final

from auditor import Fix, Inventory, Problem, Problems, Severity, check
from checks.iam.resources import Group, User

USER_GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide"


@check(
    "iam-group-has-members",
    Severity.LOW,
    reads=[Group, User.groups],
    references=[f"{USER_GUIDE}/id_groups_manage_delete.html"],
    fix=Fix(
        text="Delete the group's inline policies and detach its managed ones, then `aws iam delete-group --group-name "
        "GROUP`; or add the users it is for.",
    ),
)
def group_has_members(group: Group, inventory: Inventory) -> Problems:
    """Groups have members.

    An empty group is left over from somebody's work. Its policies grant at once whatever they grant to whoever is
    put into it for its name.
    """
    if not inventory.related(User.groups, group.id):
        yield Problem("the group has no members", found=[], expected="a member, or no group")


@check(
    "iam-group-no-inline-policies",
    Severity.LOW,
    reads=[Group.inline_policies],
    references=[f"{USER_GUIDE}/access_policies_managed-vs-inline.html"],
    fix=Fix(
        cli="aws iam delete-group-policy --group-name {resource.id} --policy-name POLICY_NAME",
        text="First make a managed policy of it and attach that to the group.",
    ),
)
def group_no_inline_policies(group: Group) -> Problems:
    """Groups have managed policies only.

    An inline policy is in no list of the account's policies, has no versions to go back to, and cannot be reused.
    """
    for name in group.inline_policies:
        yield Problem(f"the group has the inline policy {name}", found=name, expected="managed policies")


@check(
    "iam-user-in-group",
    Severity.LOW,
    reads=[User.credentials, User.groups],
    references=[f"{USER_GUIDE}/id_groups.html"],
    fix=Fix(cli="aws iam add-user-to-group --user-name {resource.id} --group-name GROUP_NAME"),
    applies=lambda user: user.credentials.password is not None,
)
def user_in_group(user: User) -> Problems:
    """Users who sign in to the console are in a group.

    Groups are how people come by the permissions of their job, and lose them with it. A user with a console password
    is taken to be a person; users of programs need no group.
    """
    if not user.groups:
        yield Problem("the user is in no group", found=[], expected="a group")
