"""botocore's descriptions of the services, loaded on demand: requests are decoded and replies written by them."""

from __future__ import annotations

import gzip
import re
from functools import cache
from pathlib import Path
from typing import Any

import botocore
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader
from botocore.model import ServiceModel

_SIGNING_NAME = re.compile(rb'"signingName"\s*:\s*"([^"]*)"')
_ENDPOINT_PREFIX = re.compile(rb'"endpointPrefix"\s*:\s*"([^"]*)"')
_METADATA_BYTES = 3000
_LOADER = Loader()


@cache
def model(service: str) -> ServiceModel | None:
    """Return a service's newest model; None when there is no such service."""
    try:
        return ServiceModel(_LOADER.load_service_model(service, "service-2"), service)
    except (UnknownServiceError, DataNotFoundError):
        return None


@cache
def paginator(service: str, operation: str) -> dict[str, Any] | None:
    """Return how an operation is paged; None when it is not."""
    try:
        models = _LOADER.load_service_model(service, "paginators-1")["pagination"]
    except (UnknownServiceError, DataNotFoundError):
        return None
    found: dict[str, Any] | None = models.get(operation)
    return found


@cache
def services_signing_as(signing_name: str) -> tuple[str, ...]:
    """Return the services whose requests are signed with ``signing_name``, its namesake first."""
    return tuple(sorted(_signing_names().get(signing_name, ()), key=lambda service: (service != signing_name, service)))


@cache
def _signing_names() -> dict[str, list[str]]:
    """Return signing name → services, from the first bytes of each model: reading them whole takes a minute."""
    services: dict[str, list[str]] = {}
    data = Path(botocore.__file__).parent / "data"
    for folder in data.iterdir():
        models = sorted(folder.glob("*/service-2.json.gz"))
        if models:
            with gzip.open(models[-1]) as file:
                metadata = file.read(_METADATA_BYTES)
            found = _SIGNING_NAME.search(metadata) or _ENDPOINT_PREFIX.search(metadata)
            services.setdefault(found[1].decode() if found else folder.name, []).append(folder.name)
    return services
