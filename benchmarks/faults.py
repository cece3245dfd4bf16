"""What goes wrong between a client and AWS: each fault changes the deliveries it matches, and faults add up."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from benchmarks import models
from benchmarks.account import AwsError
from benchmarks.encode import encode_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.decode import Asked
    from benchmarks.server import Delivery

_THROTTLED = {
    "ec2": AwsError("RequestLimitExceeded", "Request limit exceeded.", 503),
    "s3": AwsError("SlowDown", "Please reduce your request rate.", 503),
    "query": AwsError("Throttling", "Rate exceeded", 400),
    "json": AwsError("ThrottlingException", "Rate exceeded", 400),
    "rest-json": AwsError("TooManyRequestsException", "Rate exceeded", 429),
    "rest-xml": AwsError("Throttling", "Rate exceeded", 400),
}
_NUMBER = re.compile(rb">(?:\d+|true|false)<")
_HTML = b"<html><head><title>503 Service Unavailable</title></head><body><h1>Proxy error</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Which requests are hit: shell patterns over service, operation and region, and how often each call is.

    ``times`` counts occurrences of one distinct call (same operation, region and parameters); None is always.
    """

    service: str = "*"
    operation: str = "*"
    region: str = "*"
    times: int | None = None

    def hits(self, asked: Asked) -> bool:
        """Return whether the fault concerns a request at all."""
        patterns = (self.service, self.operation, self.region)
        names = (asked.service, asked.operation, asked.region)
        return all(fnmatchcase(name, pattern) for name, pattern in zip(names, patterns, strict=True))

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:  # noqa: ARG002 -- the plain fault does nothing
        """Return what becomes of a delivery."""
        return delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttle(Fault):
    """Each distinct call is told it comes too fast, ``times`` times, with its service's own code; then it is served."""

    times: int | None = 2

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:
        """Return the service's throttling error, delayed as the reply was."""
        return _instead(asked, _throttled(asked), delivery)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit(Fault):
    """Calls beyond ``per_second`` (a bucket of as many for each service and region, refilled) are throttled."""

    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hang(Fault):
    """The request is accepted and never answered."""

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:  # noqa: ARG002 -- whatever was asked
        """Return a delivery that never comes."""
        return replace(delivery, hang=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset(Fault):
    """The connection is reset after ``after_bytes`` of the reply, head included.

    ``politely`` has it closed instead: botocore does not count bytes, so it takes what has come for all there is.
    """

    after_bytes: int = 200
    politely: bool = False

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:  # noqa: ARG002 -- whatever was asked
        """Return the delivery cut off."""
        return replace(delivery, cut=self.after_bytes, reset=not self.politely)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow(Fault):
    """The first byte comes ``delay`` seconds later, and the reply trickles in over ``trickle`` seconds."""

    delay: float = 0.0
    trickle: float = 0.0

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:  # noqa: ARG002 -- whatever was asked
        """Return the delivery, later."""
        return replace(delivery, delay=delivery.delay + self.delay, trickle=self.trickle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Malformed(Fault):
    """The body is cut short, a proxy's HTML, empty, or well-formed with members of the wrong type or missing."""

    kind: Literal["truncated", "html", "empty", "wrong-type", "wrong-shape"]

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:
        """Return the delivery with its body spoilt and its status as it was."""
        return replace(delivery, body=_malformed(self.kind, asked, delivery.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyPages(Fault):
    """Before each page of a list come ``count`` pages with a token and no items."""

    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSkew(Fault):
    """AWS's clock is ``seconds`` ahead of the client's, and requests are refused for it when it ``refuses``."""

    seconds: float = 3600
    refuses: bool = False

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:
        """Return the delivery with the wrong Date, or the refusal of one that is too far off."""
        if self.refuses:
            delivery = _instead(asked, _too_skewed(asked), delivery)
        return replace(delivery, skew=delivery.skew + self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerError(Fault):
    """AWS answers that it cannot: HTTP 500 or 503."""

    status: Literal[500, 503] = 500

    def spoil(self, asked: Asked, delivery: Delivery) -> Delivery:
        """Return the service's error."""
        code = "InternalError" if self.status == 500 else "ServiceUnavailable"  # noqa: PLR2004 -- HTTP's own number
        return _instead(
            asked, AwsError(code, "We encountered an internal error. Please try again.", self.status), delivery
        )


class Weather:
    """The faults in force, and what they remember: how often each call came, how much of each rate is used."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        self._seen: dict[tuple[Fault, object], int] = {}
        self._buckets: dict[tuple[Fault, str, str], tuple[float, float]] = {}
        self.spoilt = 0

    def empty_pages(self, asked: Asked) -> int:
        """Return how many empty pages come before each page of what is asked."""
        return sum(fault.count for fault in self.faults if isinstance(fault, EmptyPages) and fault.hits(asked))

    def spoil(self, asked: Asked, call: object, delivery: Delivery) -> Delivery:
        """Return what all faults together make of a delivery; ``call`` tells one distinct call from another."""
        before = delivery
        for fault in self.faults:
            if fault.hits(asked) and self._is_due(fault, call):
                delivery = (
                    self._limit(fault, asked, delivery)
                    if isinstance(fault, RateLimit)
                    else fault.spoil(asked, delivery)
                )
        self.spoilt += delivery is not before
        return delivery

    def _is_due(self, fault: Fault, call: object) -> bool:
        if fault.times is None:
            return True
        seen = self._seen.get((fault, call), 0)
        self._seen[fault, call] = seen + 1
        return seen < fault.times

    def _limit(self, fault: RateLimit, asked: Asked, delivery: Delivery) -> Delivery:
        now = time.monotonic()
        key = (fault, asked.service, asked.region)
        left, then = self._buckets.get(key, (fault.per_second, now))
        left = min(fault.per_second, left + (now - then) * fault.per_second)
        served = left >= 1
        self._buckets[key] = (left - 1 if served else left, now)
        return delivery if served else _instead(asked, _throttled(asked), delivery)


def _protocol(asked: Asked) -> str:
    described = models.model(asked.service)
    return described.resolved_protocol if described is not None else "query"


def _throttled(asked: Asked) -> AwsError:
    return _THROTTLED["s3"] if asked.service == "s3" else _THROTTLED[_protocol(asked)]


def _too_skewed(asked: Asked) -> AwsError:
    if asked.service == "s3":
        message = "The difference between the request time and the current time is too large."
        return AwsError("RequestTimeTooSkewed", message, 403)
    message = "Signature expired: the request was signed with a time that is too far from the current time"
    return AwsError("RequestExpired" if asked.service == "ec2" else "SignatureDoesNotMatch", message, 403)


def _instead(asked: Asked, error: AwsError, delivery: Delivery) -> Delivery:
    return replace(encode_error(asked.model, error, _protocol(asked), asked.method), delay=delivery.delay)


def _malformed(kind: str, asked: Asked, body: bytes) -> bytes:
    if kind == "truncated":
        return body[: len(body) // 2]
    if kind == "empty":
        return b""
    if kind == "html":
        return _HTML
    if kind == "wrong-type":
        return _wrong_type(body)
    if "json" in _protocol(asked):
        return b"{}"
    name = f"{asked.operation}Response"
    return f"<{name}><unexpected>12</unexpected></{name}>".encode()


def _wrong_type(body: bytes) -> bytes:
    """Return JSON with numbers for lists, or XML with words for numbers and truth values."""
    if body[:1] == b"{":
        return json.dumps(
            {name: 12 if isinstance(each, list) else each for name, each in json.loads(body).items()}
        ).encode()
    return _NUMBER.sub(b">not a number<", body)
