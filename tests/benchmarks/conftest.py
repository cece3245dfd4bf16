"""Clients of the endpoint under test: plain boto3, as anyone would make them."""

from __future__ import annotations

import re
import threading
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.endpoint import Endpoint


@pytest.fixture(scope="session")
def connect() -> Callable[..., Any]:
    """Return what makes a client of an endpoint; ``config`` are botocore's Config options."""
    session = boto3.Session(aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="secret")
    creating = threading.Lock()

    def client(endpoint: Endpoint, service: str, region: str = "us-east-1", **config: Any) -> Any:
        options = {"retries": {"total_max_attempts": 1}, "read_timeout": 5, "inject_host_prefix": False} | config
        with creating:
            made = session.client(
                service,
                region,
                endpoint_url=endpoint.url,
                verify=endpoint.ca_bundle or None,
                config=Config(**options),
            )
        # S3 Control puts the account id before any host, which no loopback address can bear.
        made.meta.events.register("before-call.s3-control", without_account_host)
        return made

    return client


def without_account_host(params: dict[str, Any], **_event: Any) -> None:
    """Send the request to the endpoint itself."""
    params["url"] = re.sub(r"//[0-9]{12}\.", "//", params["url"])
