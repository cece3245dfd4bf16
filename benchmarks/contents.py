"""What an account holds, read off its replies: the rows of listings whole, and what it tells of single resources."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from benchmarks import models, pages
from benchmarks.account import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.account import Account

Placed = tuple[str, Any]
"""A region and a row that is listed there."""


class Contents:
    """An account's contents."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.regions = account.regions
        self.home = account.regions[0]
        self.listed = cache(self._listed)

    def told(self, service: str, operation: str, region: str = "", **parameters: object) -> dict[str, Any]:
        """Return a reply; an empty one where the account answers with an error."""
        reply = self.account.find(service, operation, region or self.home, parameters)
        return {} if isinstance(reply, AwsError) else reply

    def answers(self, service: str, operation: str, region: str = "", **parameters: object) -> bool:
        """Return whether the account answers with a reply, not an error."""
        return not isinstance(self.account.find(service, operation, region or self.home, parameters), AwsError)

    def everywhere(self, service: str, operation: str, member: str, **parameters: object) -> Iterator[Placed]:
        """Yield the rows of a listing of every region."""
        for region in self.regions:
            for row in self.told(service, operation, region, **parameters).get(member, ()):
                yield region, row

    def _listed(self, name: str) -> tuple[Placed, ...]:
        """Return the rows of a listing of every region by its name in short: ``ec2:DescribeVpcs:Vpcs``."""
        service, operation, member = name.split(":")
        return tuple(self.everywhere(service, operation, member, **LISTED_WITH.get(operation, {})))

    def pages(self, service: str, operation: str, region: str = "", **parameters: object) -> int:
        """Return how many of AWS's largest pages a reply takes."""
        paginator = models.paginator(service, operation)
        if paginator is None:
            return 1
        reply = self.told(service, operation, region, **parameters)
        return max(1, -(-len(pages.items(paginator, reply)) // pages.largest(service, operation)))


LISTED_WITH: dict[str, dict[str, Any]] = {
    "DescribeSnapshots": {"OwnerIds": ["self"]},
    "DescribeImages": {"Owners": ["self"]},
    "DescribeLaunchTemplateVersions": {"Versions": ["$Default", "$Latest"]},
    "ListPolicies": {"Scope": "AWS", "OnlyAttached": True},
    "GetAccountAuthorizationDetails": {"Filter": ["User", "Role", "Group", "LocalManagedPolicy"]},
}
"""The parameters of listings that tell the account's own from others'."""
