"""The endpoint's brain: decodes a request once, finds and serialises its reply once, and remembers both."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from time import process_time
from typing import TYPE_CHECKING, Any

from benchmarks.account import Account, AwsError
from benchmarks.decode import Asked, decode
from benchmarks.encode import encode, encode_error
from benchmarks.faults import Fault, Weather
from benchmarks.pages import page
from benchmarks.server import Delivery, Request, Traffic

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEMBER = re.compile(rb"Credential=ASIA([0-9]{12})/")
"""The access keys of :func:`benchmarks.fleet.with_members` name the account they are of."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    asked: Asked
    delivery: Delivery
    known: bool


class Application:
    """Answers requests from an account, ``latency`` seconds late, through the faults in force."""

    def __init__(self, account: Account, latency: float, faults: Sequence[Fault], traffic: Traffic) -> None:
        self._account = account
        self._latency = latency
        self._weather = Weather(faults)
        self._traffic = traffic
        self._prepared: dict[Request, _Prepared] = {}
        self._log: list[_Prepared] = []
        self._cpu = process_time()

    def deliver(self, request: Request, head: bytes) -> Delivery:
        """Return the delivery for a request, spoilt by the faults that are due.

        Who asks with a member's credentials is answered as if the account were the member's.
        """
        member = _MEMBER.search(head)
        if member is None:
            return self._delivered(request, head)
        own = self._account.id.encode()
        request = request._replace(line=request.line.replace(member[1], own), body=request.body.replace(member[1], own))
        delivery = self._delivered(request, head.replace(member[1], own))
        return replace(delivery, body=delivery.body.replace(own, member[1]))

    def _delivered(self, request: Request, head: bytes) -> Delivery:
        prepared = self._prepared.get(request)
        if prepared is None:
            prepared = self._prepared[request] = self._prepare(decode(request, head))
        self._log.append(prepared)
        if not self._weather.faults:
            return prepared.delivery
        return self._weather.spoil(prepared.asked, request, prepared.delivery)

    def _prepare(self, asked: Asked) -> _Prepared:
        reply = self._account.find(asked.service, asked.operation, asked.region, asked.parameters)
        if not isinstance(reply, AwsError):
            reply = page(asked, reply, self._account.page_size, self._weather.empty_pages(asked))
        if isinstance(reply, AwsError) or asked.model is None:
            error = reply if isinstance(reply, AwsError) else AwsError("InvalidAction", "unknown operation")
            delivery = encode_error(asked.model, error, "query", asked.method)
        else:
            delivery = encode(asked.model, reply, asked.method)
        known = (asked.service, asked.operation) in self._account.operations
        return _Prepared(asked, replace(delivery, delay=self._latency), known)

    def reset(self) -> None:
        """Forget what was asked so far."""
        self._log.clear()
        self._cpu = process_time()
        self._traffic.reset()

    def requests(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Return every request in the order it came: service, operation, region, parameters."""
        return [
            (each.asked.service, each.asked.operation, each.asked.region, each.asked.parameters) for each in self._log
        ]

    def summary(self) -> dict[str, Any]:
        """Return what was asked, in numbers."""
        return {
            "total": len(self._log),
            "counts": Counter(_name(each.asked) for each in self._log),
            "unknown": Counter(_name(each.asked) for each in self._log if not each.known),
            "distinct": len({id(each) for each in self._log}),
            "connections": self._traffic.connections,
            "max_in_flight": self._traffic.max_in_flight,
            "statuses": self._traffic.statuses,
            "spoilt": self._weather.spoilt,
            "cpu": process_time() - self._cpu,
        }


def _name(asked: Asked) -> str:
    return f"{asked.service}:{asked.operation}"


class Control:
    """Answers the process that started the endpoint, on a port of its own so that it is no part of the traffic."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def deliver(self, request: Request, head: bytes) -> Delivery:  # noqa: ARG002 -- the path says all
        """Return the requests seen, their summary, or nothing after forgetting them."""
        path = request.line.split(b" ", 2)[1]
        if path == b"/_requests":
            return _as_json(self._application.requests())
        if path == b"/_reset":
            self._application.reset()
        return _as_json(self._application.summary())


def _as_json(value: object) -> Delivery:
    return Delivery(200, json.dumps(value).encode(), (("Content-Type", "application/json"),))
