"""An HTTP/1.1 keep-alive server small enough that the client under test is always the slower side."""

from __future__ import annotations

import asyncio
import re
import struct
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from socket import SO_LINGER, SOL_SOCKET
from time import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCOPE = re.compile(rb"\r\nauthorization:[^\r\n]*credential=[^/\r\n]*/[0-9]*/([^/\r\n]*)/([^/\r\n]*)/", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]+)", re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"
_TRICKLE_STEPS = 10
_CUT_SECONDS = 0.01
"""So that the client has read what it was sent before the connection ends."""
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_REASONS = {200: b"OK", 400: b"Bad Request", 403: b"Forbidden", 404: b"Not Found", 500: b"Internal Server Error"}


class Request(NamedTuple):
    """The bytes of a request that its answer depends on: hashable, hence the key of every cache."""

    line: bytes
    region: bytes
    signing_name: bytes
    target: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What goes back to the client and how: the reply, and what a fault made of it."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    """Seconds before the first byte."""
    trickle: float = 0.0
    """Seconds over which the body is spread."""
    skew: float = 0.0
    """Seconds the Date header is ahead of the clock."""
    cut: int | None = None
    """Bytes of the reply, head included, after which the connection ends."""
    reset: bool = False
    """Whether a connection that is cut is reset, not closed as if the reply were whole."""
    hang: bool = False
    """Whether the request is accepted and never answered."""
    bodiless: bool = False
    """Whether this answers a HEAD request."""


class Handler(Protocol):
    """Decides what to answer; the server only moves bytes."""

    def deliver(self, request: Request, head: bytes) -> Delivery:
        """Return the delivery for a request whose complete head is ``head``."""
        ...


@dataclass(slots=True)
class Traffic:
    """What the server saw."""

    connections: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    def begin(self) -> None:
        """Count a request that has arrived."""
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)

    def end(self) -> None:
        """Count a request that was answered, cut off or abandoned."""
        self.in_flight -= 1

    def reset(self) -> None:
        """Forget everything but the requests under way."""
        self.connections, self.max_in_flight = 0, self.in_flight
        self.statuses.clear()


class Connection(asyncio.Protocol):
    """One client connection: reads requests, schedules deliveries."""

    def __init__(self, handler: Handler, traffic: Traffic, loop: asyncio.AbstractEventLoop) -> None:
        self._handler = handler
        self._traffic = traffic
        self._loop = loop
        self._buffer = bytearray()
        self._pending = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection."""
        self._transport = transport  # type: ignore[assignment]
        self._traffic.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """Forget the requests this connection still waited for."""
        self._traffic.in_flight -= self._pending
        self._pending = 0

    def data_received(self, data: bytes) -> None:
        """Answer every complete request received so far."""
        self._buffer += data
        for head, body in self._requests():
            self._traffic.begin()
            self._pending += 1
            self._schedule(self._handler.deliver(_request(head, body), head))

    def _requests(self) -> Iterator[tuple[bytes, bytes]]:
        while (end := self._buffer.find(_END_OF_HEAD)) >= 0:
            head = bytes(self._buffer[: end + 2])
            length = _LENGTH.search(head)
            start = end + len(_END_OF_HEAD)
            stop = start + (int(length[1]) if length else 0)
            if len(self._buffer) < stop:
                return
            body = bytes(self._buffer[start:stop])
            del self._buffer[:stop]
            yield head, body

    def _schedule(self, delivery: Delivery) -> None:
        if delivery.hang:
            return
        if delivery.delay > 0:
            self._loop.call_later(delivery.delay, self._send, delivery)
        else:
            self._send(delivery)

    def _send(self, delivery: Delivery) -> None:
        if self._transport.is_closing():
            return
        self._traffic.statuses[delivery.status] += 1
        payload = _payload(delivery)
        if delivery.cut is not None:
            self._transport.write(payload[: delivery.cut])
            self._loop.call_later(_CUT_SECONDS, self._cut, delivery.reset)
        elif delivery.trickle > 0:
            self._trickle(payload, delivery.trickle)
            return
        else:
            self._transport.write(payload)
        self._finish()

    def _cut(self, reset: bool) -> None:  # noqa: FBT001 -- an event loop passes positions
        if self._transport.is_closing():
            return
        if reset:
            socket = self._transport.get_extra_info("socket")
            socket.setsockopt(SOL_SOCKET, SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()

    def _trickle(self, payload: bytes, seconds: float) -> None:
        size = -(-len(payload) // _TRICKLE_STEPS)
        for step in range(_TRICKLE_STEPS):
            chunk = payload[step * size : (step + 1) * size]
            self._loop.call_later(step * seconds / _TRICKLE_STEPS, self._write_if_open, chunk)
        self._loop.call_later(seconds, self._finish)

    def _write_if_open(self, chunk: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(chunk)

    def _finish(self) -> None:
        if self._pending:
            self._pending -= 1
            self._traffic.end()


def _request(head: bytes, body: bytes) -> Request:
    scope = _SCOPE.search(head)
    target = _TARGET.search(head)
    line = head[: head.index(b"\r\n")]
    region, signing_name = scope.groups() if scope else (b"", b"")
    return Request(line, region, signing_name, target[1] if target else b"", body)


def _payload(delivery: Delivery) -> bytes:
    head = [
        b"HTTP/1.1 %d %b" % (delivery.status, _REASONS.get(delivery.status, b"Status")),
        b"Date: " + formatdate(time() + delivery.skew, usegmt=True).encode(),
        *(f"{name}: {value}".encode() for name, value in delivery.headers),
    ]
    if not delivery.bodiless:
        head.append(b"Content-Length: %d" % len(delivery.body))
    body = b"" if delivery.bodiless else delivery.body
    return b"\r\n".join(head) + _END_OF_HEAD + body
