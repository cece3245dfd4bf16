"""Live: the only module that asks AWS, read-only by construction."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from socket import gaierror
from typing import TYPE_CHECKING, Any, Final

from botocore import __version__ as botocore_version
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    HTTPClientError,
    PaginationError,
)
from botocore.exceptions import (
    ConnectionError as TransportError,
)
from botocore.parsers import ResponseParserError
from urllib3.exceptions import NameResolutionError

from auditor import __version__
from auditor.call import Failure, Reply
from auditor.connections import Connections
from auditor.direct import Direct
from auditor.distrust import refuse_malformed
from auditor.events import share_events
from auditor.readonly import AWAITED, STARTS, ensure_read_only
from auditor.remedies import NOT_OFFERED, UNREACHABLE
from auditor.replies import conforming, masked, plain
from auditor.request import UNREADABLE
from auditor.targets import (
    HOME_REGIONS,
    Access,
    Target,
    TargetError,
    first_region,
    identify,
    open_seat,
    open_session,
    with_regions,
)
from auditor.transport import remember_endpoints, use_fast_timestamps, use_lean_models

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from botocore.awsrequest import AWSRequest
    from botocore.client import BaseClient
    from botocore.model import ServiceModel, Shape
    from botocore.session import Session

    from auditor.call import Call, Outcome
    from auditor.secrets import Examined

NOT_READY: Final = frozenset({"ReportNotPresent", "ReportExpired", "ReportInProgress"})
"""IAM's codes for a credential report that has to be started or awaited."""

MALFORMED: Final = (ResponseParserError, PaginationError, *UNREADABLE)
"""What botocore raises on a reply that is not what AWS documents: its parsers let Python's own errors through."""
ANSWERS: Final = (ClientError, BotoCoreError, *MALFORMED)
"""What AWS and the network do instead of replying."""

UNRESOLVED: Final = (gaierror, NameResolutionError)
"""What a host name that nobody knows ends in: our own connections, and botocore's where there is a proxy."""
ATTEMPTS: Final = 10
"""Tries of a throttled call. With fewer, botocore was seen to lose calls under steady throttling."""
ALWAYS: Final = {"ec2": {"DescribeRegions"}, "iam": set(STARTS.values())}
"""What a source calls of its own accord, beside the plan."""
PAUSES: Final = (0.5, 1, 2, 2, 4, 4, 8, 8, 16)
"""Seconds between looks at a report that AWS is making."""
ENDPOINTS: Final = 10_000
"""Endpoints remembered for each service: S3 has one for each bucket."""
TRANSPORT_ATTEMPTS: Final = 3
"""Tries of a call whose connection fails: an endpoint that is away does not return for more."""
PARTLY_OFFERED: Final = frozenset({("s3", "ListDirectoryBuckets")})
"""Operations with an endpoint of their own, which some regions lack that have the service."""
BREAKER: Final = 3
"""Calls in a row an endpoint may leave unanswered before it is asked no more."""


class Shared:
    """What sources of several accounts have in common: connections, and services' models, endpoints and files."""

    def __init__(self, workers: int) -> None:
        self.connections = Connections(workers)
        self.models: dict[str, ServiceModel] = {}
        self.endpoints: dict[str, Any] = {}
        self.files: Any = None
        self.creating = threading.Lock()


class Live:
    """AWS, asked with one account's credentials. Safe to use from many threads."""

    def __init__(
        self,
        access: Access,
        session: Session,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        examined: Mapping[tuple[str, str], Collection[Examined]] | None = None,
        shared: Shared | None = None,
    ) -> None:
        self._access = access
        self._session = session
        self._now = now
        self._examined = examined or {}
        self._clients: dict[tuple[str, str], BaseClient] = {}
        self._direct: dict[BaseClient, Direct] = {}
        self._shared = shared or Shared(access.workers)
        self._silent: Counter[tuple[str, str]] = Counter()
        self.retries = 0

    @classmethod
    def open(
        cls,
        access: Access,
        operations: Mapping[str, Collection[str]],
        examined: Mapping[tuple[str, str], Collection[Examined]] | None = None,
    ) -> Live:
        """Return a source that can ask the planned ``operations`` (by service) of the account ``access`` reaches.

        ``examined`` are the texts of replies that may hold secrets, by service and operation.

        TargetError when it reaches none.
        """
        session = open_session(access)
        use_fast_timestamps(session)
        share_events(session)
        use_lean_models(session, _with_own(operations))
        return cls(access, session, examined=examined)

    @classmethod
    def seated(
        cls,
        access: Access,
        credentials: Any,
        operations: Mapping[str, Collection[str]],
        examined: Mapping[tuple[str, str], Collection[Examined]],
        shared: Shared,
    ) -> Live:
        """Return a source that asks as :meth:`open` says, with ``credentials`` and what others have, too."""
        session = open_seat(access, credentials)
        use_fast_timestamps(session)
        share_events(session)
        if shared.files is None:
            use_lean_models(session, _with_own(operations))
            shared.files = session.get_component("data_loader")
        session.register_component("data_loader", shared.files)
        return cls(access, session, examined=examined, shared=shared)

    def turn(self, access: Access) -> None:
        """Ask another account from now on, the one whose credentials the session has now; all calls must be back."""
        self._access = access
        self._silent.clear()

    def target(self) -> Target:
        """Return the account, its partition and the regions to audit; TargetError when AWS does not tell.

        A region that the account has switched off knows no credentials of it: the partition's home region does.
        """
        region = first_region(self._session, self._access)
        try:
            return self._target(region)
        except TargetError as error:
            home = HOME_REGIONS.get(self._session.get_partition_for_region(region), region)
            if not isinstance(error.__cause__, ClientError) or home == region:
                raise
            return self._target(home)

    def _target(self, region: str) -> Target:
        with ThreadPoolExecutor(1) as beside:
            regions = beside.submit(self._regions, region)
            target = identify(partial(self._client, "sts", region), self._access)
            described, refused = regions.result()
        return with_regions(target, self._access, described, refused)

    def _regions(self, region: str) -> tuple[list[Any] | None, str]:
        """Return the rows of all regions of the partition, or why there are none."""
        try:
            client: Any = self._client("ec2", region)
            return client.describe_regions(AllRegions=True)["Regions"], ""
        except ANSWERS as error:
            return None, self._failure(error).code

    def fetch(self, call: Call) -> Outcome:
        """Return AWS's reply with all pages merged, or the failure; never raise for what AWS or the network does."""
        ensure_read_only(call)
        endpoint = call.service, call.region
        if self._silent[endpoint] >= BREAKER:
            return Failure(UNREACHABLE, f"{call.service} in {call.region} stopped answering", self._now())
        try:
            value = self._ask(call)
        except ANSWERS as error:
            failure = self._failed(error, call)
            self._silent[endpoint] = self._silent[endpoint] + 1 if failure.code == UNREACHABLE else 0
            return failure
        self._silent[endpoint] = 0
        return Reply(value, self._now())

    def _failed(self, error: Exception, call: Call) -> Failure:
        """Return what became of a call; a name that nobody knows, of a service botocore knows elsewhere, is told."""
        unknown = isinstance(error, EndpointConnectionError) and isinstance(error.kwargs.get("error"), UNRESOLVED)
        if unknown and self._may_be_lacking(call):
            return Failure(NOT_OFFERED, f"{call.service} is not offered in {call.region}", self._now())
        return self._failure(error)

    def _may_be_lacking(self, call: Call) -> bool:
        partition = self._session.get_partition_for_region(call.region)
        known = call.region in self._session.get_available_regions(call.service, partition)
        return not known or (call.service, call.operation) in PARTLY_OFFERED

    def _failure(self, error: Exception) -> Failure:
        if isinstance(error, ClientError):
            details = error.response.get("Error", {})
            return Failure(details.get("Code") or "Unknown", details.get("Message") or "", self._now())
        if isinstance(error, (TransportError, HTTPClientError)):
            return Failure(UNREACHABLE, str(error), self._now())
        code = "MalformedReply" if isinstance(error, MALFORMED) else type(error).__name__
        return Failure(code, str(error), self._now())

    def _ask(self, call: Call) -> Any:
        client = self._client(call.service, call.region)
        start = STARTS.get((call.service, call.operation))
        reply = self._started(client, start, call) if start else self._awaited(client, call)
        shape = client.meta.service_model.operation_model(call.operation).output_shape
        value = plain(reply)
        # The parsers of XML make every value what the model says; those of JSON take what comes.
        if "json" in client.meta.service_model.resolved_protocol:
            conforming(value, shape)
        return self._without_secrets(call, value, shape)

    def _without_secrets(self, call: Call, value: Any, shape: Shape | None) -> Any:
        """Return a reply with what AWS calls sensitive masked, and what was sighted in the place of examined texts."""
        examined = self._examined.get((call.service, call.operation), ())
        told = [[each.told(holder[member]) for holder, member in each.texts(value)] for each in examined]
        value = masked(value, shape)
        for each, texts in zip(examined, told, strict=True):
            for (holder, member), text in zip(list(each.texts(value)), texts, strict=True):
                holder[member] = text
        return value

    def _started(self, client: BaseClient, start: str, call: Call) -> Any:
        """Return a report, having AWS make it first where there is none; it takes AWS seconds."""
        for pause in PAUSES:
            try:
                return self._invoke(client, call)
            except ClientError as error:
                if error.response["Error"]["Code"] not in NOT_READY:
                    raise
            getattr(client, _method(client, start))()
            time.sleep(pause)
        return self._invoke(client, call)

    def _awaited(self, client: BaseClient, call: Call) -> Any:
        """Return a reply once it holds what AWS has to make for it; ClientError where AWS cannot, or takes too long."""
        progress = AWAITED.get((call.service, call.operation), "")
        for pause in PAUSES:
            reply = self._invoke(client, call)
            state = reply.get(progress, "COMPLETED")
            if state == "COMPLETED":
                return reply
            if state != "IN_PROGRESS":
                break
            time.sleep(pause)
        raise ClientError(
            {"Error": reply.get("Error", {"Code": state, "Message": "AWS did not finish"})}, call.operation
        )

    def _invoke(self, client: BaseClient, call: Call) -> Any:
        reply = self._direct[client].ask(call.operation, call.arguments)
        if reply is not None:
            return reply
        method = _method(client, call.operation)
        if client.can_paginate(method):
            return client.get_paginator(method).paginate(**call.arguments).build_full_result()
        return _pages(getattr(client, method), call.arguments)

    def _client(self, service: str, region: str) -> BaseClient:
        key = service, region
        if key not in self._clients:
            with self._shared.creating:
                if key not in self._clients:
                    self._clients[key] = self._create(service, region)
        return self._clients[key]

    def _create(self, service: str, region: str) -> BaseClient:
        endpoint = self._access.endpoint_url
        client: BaseClient = self._session.create_client(
            service, region, endpoint_url=endpoint or None, config=client_config(self._access)
        )
        # Each client comes with a model of its own; what is worked out of one then holds for all regions.
        model = self._shared.models.setdefault(service, client.meta.service_model)
        client.meta._service_model = model  # type: ignore[attr-defined]  # noqa: SLF001
        self._shared.connections.adopt(client)
        remember_endpoints(client, ENDPOINTS, self._shared.endpoints)
        refuse_malformed(client)
        client.meta.events.register_first("needs-retry.*", _give_up_on_silence)
        client.meta.events.register("after-call.*", self._count_retries)
        if endpoint:
            client.meta.events.register_last("before-sign.s3-control.*", _without_account_prefix)
        self._direct[client] = Direct(client)
        return client

    def _count_retries(self, parsed: dict[str, Any], **_event: object) -> None:
        self.retries += parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0)


def _with_own(operations: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Return the planned operations by service, and those that a source calls of its own accord."""
    return {service: {*names, *ALWAYS.get(service, ())} for service, names in operations.items()}


def client_config(access: Access) -> Config:
    """Return how every client behaves: adaptive retries, bounded waits, room for every worker's connection."""
    emulated: dict[str, Any] = {"inject_host_prefix": False}
    return Config(
        retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
        connect_timeout=min(access.timeout, 10.0),
        read_timeout=access.timeout,
        max_pool_connections=access.workers,
        # A whole user agent: botocore builds its own anew for every call.
        user_agent=f"aws-account-auditor/{__version__} botocore/{botocore_version}",
        # With the bucket in the host name, every bucket takes connections of its own.
        s3={"addressing_style": "path"},
        **(emulated if access.endpoint_url else {}),
    )


def _without_account_prefix(request: AWSRequest, **_event: object) -> None:
    """Undo the account id that s3control puts in front of every host: one given address has no such names."""
    account = request.headers.get("x-amz-account-id", "")
    request.url = (request.url or "").replace(f"//{account}.", "//", 1)


def _method(client: BaseClient, operation: str) -> str:
    names = client.meta.method_to_api_mapping
    return next(method for method, name in names.items() if name == operation)


def _pages(ask: Callable[..., dict[str, Any]], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reply of an operation that botocore has no paginator for, with the rows of all its pages.

    PaginationError where it does not tell the way to the next page.
    """
    reply = ask(**arguments)
    token, truncated = reply.pop("NextToken", None), reply.get("IsTruncated")
    while token:
        page = ask(**arguments, NextToken=token)
        for name, rows in page.items():
            if isinstance(rows, list):
                reply.setdefault(name, []).extend(rows)
        last, token = token, page.get("NextToken")
        if token == last:
            raise PaginationError(message=f"the same next token was received twice: {token}")
    if truncated:
        raise PaginationError(message="the reply is one of several pages, and botocore knows no way to the others")
    return reply


def _give_up_on_silence(attempts: int, caught_exception: Exception | None = None, **_event: object) -> None:
    """Stop botocore from trying a silent endpoint as often as a throttling one."""
    silent = isinstance(caught_exception, (TransportError, HTTPClientError))
    if silent and attempts >= TRANSPORT_ATTEMPTS and caught_exception is not None:
        raise caught_exception
