"""Connections to AWS: one pool for all clients, trust loaded once, and nothing between botocore and the socket.

A client of botocore's has a pool of its own, loads the certificate authorities again for every connection, and sends
through urllib3, which costs half of a small call. Here all clients send through the standard library over connections
they share. Replies are counted: one that ends early is a broken connection and not a shorter answer.
"""

from __future__ import annotations

import logging
import ssl
from collections import defaultdict
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.awsrequest import AWSResponse
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import URLLib3Session, get_cert_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from urllib.parse import SplitResult

    from botocore.awsrequest import AWSPreparedRequest
    from botocore.client import BaseClient

_LOGGER = logging.getLogger(__name__)
SEAMS: Final = (AttributeError, TypeError, KeyError, ValueError)
"""What is raised when botocore's insides differ from what is expected here."""
ENDED: Final = (ConnectionError, HTTPException, ssl.SSLEOFError)
"""What is raised when the other side closes a connection."""


class Connections:
    """The senders of all clients: one for each way of trusting servers and waiting for them."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._senders: dict[tuple[object, ...], Sender] = {}

    def adopt(self, client: BaseClient) -> None:
        """Have ``client`` send through the shared pool, unless it needs a proxy or a certificate of its own."""
        try:
            own = client._endpoint.http_session  # type: ignore[attr-defined]
            if type(own) is URLLib3Session and not own._proxy_config._proxies and not own._cert_file:  # type: ignore[attr-defined]
                client._endpoint.http_session = self._sender(own)  # type: ignore[attr-defined]
        except (*SEAMS, OSError):
            _LOGGER.debug("the client keeps its own connections", exc_info=True)

    def _sender(self, own: Any) -> Sender:
        key = own._verify, own._timeout.connect_timeout, own._timeout.read_timeout
        if key not in self._senders:
            verify, connect, read = key
            self._senders[key] = Sender(_trust(verify), connect, read, self._workers)
        return self._senders[key]


def _trust(verify: bool | str) -> ssl.SSLContext:  # noqa: FBT001 - botocore's own setting
    """Return what servers must prove: ``verify`` is whether, or the file or folder of certificate authorities."""
    context = ssl.create_default_context()
    if verify:
        context.load_verify_locations(cafile=str(get_cert_path(verify)))  # type: ignore[arg-type]  # it takes paths too
        return context
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Sender:
    """Sends requests over kept connections; it stands where botocore has its own session. Safe for many threads."""

    def __init__(self, trust: ssl.SSLContext, connect: float, read: float, kept: int) -> None:
        self._trust = trust
        self._connect_timeout = connect
        self._read_timeout = read
        self._kept = kept
        self._idle: dict[tuple[str, str], list[HTTPConnection]] = defaultdict(list)

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        """Return the response with its whole body read; botocore's exceptions for a server that does not answer."""
        url = urlsplit(str(request.url))
        idle = self._idle[url.scheme, url.netloc]
        try:
            kept = idle.pop()
        except IndexError:
            return self._exchange(self._connect(url), url, request, idle)
        try:
            return self._exchange(kept, url, request, idle)
        except ConnectionClosedError:
            # A kept connection may have been closed meanwhile. Reads can be asked again.
            return self._exchange(self._connect(url), url, request, idle)

    def close(self) -> None:
        """Close every kept connection."""
        for idle in self._idle.values():
            while idle:
                idle.pop().close()

    def _connect(self, url: SplitResult) -> HTTPConnection:
        endpoint = f"{url.scheme}://{url.netloc}"
        connection = self._new(url)
        try:
            connection.connect()
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=endpoint, error=error) from error
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=endpoint, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=endpoint, error=error) from error
        connection.sock.settimeout(self._read_timeout)
        return connection

    def _new(self, url: SplitResult) -> HTTPConnection:
        host = url.hostname or ""
        if url.scheme == "https":
            return HTTPSConnection(host, url.port, timeout=self._connect_timeout, context=self._trust)
        return HTTPConnection(host, url.port, timeout=self._connect_timeout)

    def _exchange(
        self, connection: HTTPConnection, url: SplitResult, request: AWSPreparedRequest, idle: list[HTTPConnection]
    ) -> AWSResponse:
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        try:
            connection.request(str(request.method), target, request.body, dict(request.headers.items()))  # type: ignore[arg-type]  # bytes
            response = connection.getresponse()
            body = response.read()
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=str(request.url), error=error) from error
        except (*ENDED, OSError) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=str(request.url), error=error) from error
        if response.will_close or len(idle) >= self._kept:
            connection.close()
        else:
            idle.append(connection)
        return AWSResponse(request.url, response.status, dict(response.getheaders()), _Body(body))  # type: ignore[arg-type]


class _Body:
    """A body that was read, as botocore reads one."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self) -> Iterator[bytes]:
        """Yield the body."""
        yield self._content
