"""The shared connections: kept, counted, and told apart when they fail."""

import socket
import ssl
import threading

import pytest
from botocore import exceptions
from botocore.awsrequest import AWSRequest

from auditor.connections import Sender, _trust
from benchmarks import accounts
from benchmarks.endpoint import serve

CLOSE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
KEEP = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SHORT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"


def sender(**more):
    settings = {"trust": ssl.create_default_context(), "connect": 1.0, "read": 0.3, "kept": 2} | more
    return Sender(**settings)


def get(url):
    return AWSRequest("GET", url, {"User-Agent": "x"}).prepare()


@pytest.fixture
def server():
    """Yield a function that answers each accepted connection with the replies given for it, then closes it."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []

    def answering(*connections):
        def run():
            for replies in connections:
                peer, _ = listener.accept()
                for reply in replies:
                    peer.recv(65536)
                    peer.sendall(reply)
                peer.close()

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/?a=1"

    yield answering
    listener.close()


def test_a_connection_is_kept_and_used_again(server):
    url, shared = server([KEEP, KEEP]), sender()
    assert [shared.send(get(url)).content for _ in range(2)] == [b"ok", b"ok"]
    shared.close()


def test_a_kept_connection_that_was_closed_is_replaced(server):
    url, shared = server([KEEP], [KEEP]), sender()
    assert [shared.send(get(url)).content for _ in range(2)] == [b"ok", b"ok"]


def test_a_connection_that_is_to_close_is_closed(server):
    url, shared = server([CLOSE], [CLOSE]), sender()
    assert [shared.send(get(url)).status_code for _ in range(2)] == [200, 200]


def test_a_body_that_ends_early_is_a_broken_connection(server):
    with pytest.raises(exceptions.ConnectionClosedError):
        sender().send(get(server([SHORT])))


def test_a_server_that_says_nothing_is_a_timeout(server):
    listener = socket.create_server(("127.0.0.1", 0))
    with pytest.raises(exceptions.ReadTimeoutError):
        sender().send(get(f"http://127.0.0.1:{listener.getsockname()[1]}/"))
    listener.close()


def test_nobody_there_is_told():
    with pytest.raises(exceptions.EndpointConnectionError):
        sender().send(get("http://127.0.0.1:9/"))
    with pytest.raises(exceptions.EndpointConnectionError):
        sender().send(get("http://nowhere.invalid/"))


def test_who_is_trusted():
    with serve(accounts.empty(regions=1), tls=True) as endpoint:
        with pytest.raises(exceptions.SSLError):
            sender().send(get(endpoint.url + "/"))
        assert sender(trust=_trust(endpoint.ca_bundle)).send(get(endpoint.url + "/")).status_code
        assert sender(trust=_trust(verify=False)).send(get(endpoint.url + "/")).status_code
