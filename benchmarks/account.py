"""An AWS account as the replies it gives: plain values by service, operation, region and parameters."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

ANY: Final = "*"
"""Any region: the reply is the same wherever it is asked for."""

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AwsError:
    """What AWS answers instead of a reply."""

    code: str
    message: str
    status: int = 400


class Account:
    """What one AWS account answers.

    ``page_size`` is the most items of a page (None: as AWS does by itself); a client may ask for fewer, never for more.
    """

    def __init__(self, account_id: str, regions: Iterable[str], *, page_size: int | None = None) -> None:
        self.id = account_id
        self.regions = tuple(regions)
        self.page_size = page_size
        self.caller = f"arn:aws:iam::{account_id}:user/auditor"
        self._replies: dict[tuple[str, str], dict[tuple[str, ...], dict[str, Reply | AwsError]]] = {}
        self._allowed: frozenset[tuple[str, str]] | None = None
        self._refused: frozenset[tuple[str, str]] = frozenset()

    @property
    def operations(self) -> frozenset[tuple[str, str]]:
        """Every (service, operation) the account has a reply for."""
        return frozenset(self._replies)

    @property
    def errors(self) -> frozenset[str]:
        """Every ``service:Operation`` that the account answers with an error, for some request at least."""
        return frozenset(
            f"{service}:{operation}"
            for (service, operation), by_names in self._replies.items()
            if any(isinstance(reply, AwsError) for by_key in by_names.values() for reply in by_key.values())
        )

    def put(
        self, service: str, operation: str, reply: Reply | AwsError, *, region: str = ANY, **parameters: object
    ) -> None:
        """Answer ``operation`` in ``region`` with ``reply`` when the request carries ``parameters``.

        The reply with most parameters in common wins; one put without parameters answers all other requests.
        """
        names = tuple(sorted(parameters))
        by_key = self._replies.setdefault((service, operation), {}).setdefault(names, {})
        by_key[_key(region, names, parameters)] = reply

    def find(self, service: str, operation: str, region: str, parameters: dict[str, Any]) -> Reply | AwsError:
        """Return what the account answers; a refusal for an operation it does not know."""
        if self._is_refused(service, operation):
            return refusal(self, service, operation, region, parameters)
        by_names = self._replies.get((service, operation), {})
        for names in sorted(by_names, key=len, reverse=True):
            for place in (region, ANY):
                found = by_names[names].get(_key(place, names, parameters))
                if found is not None:
                    return found
        return refusal(self, service, operation, region, parameters)

    def refuse(
        self,
        *operations: tuple[str, str],
        all_but: Collection[tuple[str, str]] | None = None,
    ) -> Account:
        """Answer AccessDenied to ``operations``, or to ``all_but`` those given; return the account itself."""
        self._refused |= frozenset(operations)
        if all_but is not None:
            self._allowed = frozenset(all_but)
        return self

    def _is_refused(self, service: str, operation: str) -> bool:
        named = (service, operation)
        return named in self._refused or (self._allowed is not None and named not in self._allowed)


def _key(region: str, names: tuple[str, ...], parameters: dict[str, Any]) -> str:
    if not names:
        return region
    return json.dumps([region, *(parameters.get(name) for name in names)], default=str)


# --- Refusals ---------------------------------------------------------------------------------------------------

_ACTIONS: Final = {
    ("s3", "ListBuckets"): "s3:ListAllMyBuckets",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetPublicAccessBlock"): "s3:GetBucketPublicAccessBlock",
    ("s3", "GetBucketLifecycleConfiguration"): "s3:GetLifecycleConfiguration",
    ("s3", "GetBucketReplication"): "s3:GetReplicationConfiguration",
    ("s3", "GetBucketCors"): "s3:GetBucketCORS",
    ("s3", "GetBucketNotificationConfiguration"): "s3:GetBucketNotification",
    ("s3control", "GetPublicAccessBlock"): "s3:GetAccountPublicAccessBlock",
}
"""IAM actions not named after their operation (Service Authorization Reference, Amazon S3)."""

_JSON_SERVICES_CODE: Final = "AccessDeniedException"
_CODES: Final = {
    "ec2": ("UnauthorizedOperation", 403),
    "query": ("AccessDenied", 403),
    "rest-xml": ("AccessDenied", 403),
    "json": (_JSON_SERVICES_CODE, 400),
    "rest-json": (_JSON_SERVICES_CODE, 403),
}


def refusal(account: Account, service: str, operation: str, region: str, parameters: dict[str, Any]) -> AwsError:
    """Return the error AWS gives a caller whose policies do not allow the operation."""
    from benchmarks import models

    described = models.model(service)
    protocol = described.resolved_protocol if described is not None else "query"
    code, status = _CODES.get(protocol, ("AccessDenied", 403))
    action = _ACTIONS.get((service, operation), f"{service}:{operation}")
    resource = _resource(account, service, region, parameters)
    message = (
        f"User: {account.caller} is not authorized to perform: {action}{resource} "
        f"because no identity-based policy allows the {action} action"
    )
    if protocol == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return AwsError(code, message, status)


def _resource(account: Account, service: str, region: str, parameters: dict[str, Any]) -> str:
    if service == "s3" and "Bucket" in parameters:
        return f' on resource: "arn:aws:s3:::{parameters["Bucket"]}"'
    if service == "iam":
        return f" on resource: arn:aws:iam::{account.id}:*"
    return "" if service in {"ec2", "s3", "sts"} else f" on resource: arn:aws:{service}:{region}:{account.id}:*"
