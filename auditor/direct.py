"""The direct path: small questions about buckets, asked with botocore's parts and without its events and bookkeeping.

Most calls of an audit ask S3 for one setting of one bucket, and of what botocore does for such a call more than half
serves retries and what other operations need. Here its endpoint rules, signer and parser do the rest, for what S3
answers plainly: the setting, that there is none, or a refusal. At the first other answer the client is asked the
ordinary way for good, so that botocore's retries, redirects and rate limits govern wherever something is amiss.
Without this module every audit gives the same findings, later.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.awsrequest import AWSRequest
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from auditor.connections import SEAMS, Sender
from auditor.distrust import complaint
from auditor.remedies import REFUSED, THROTTLED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.awsrequest import AWSResponse
    from botocore.client import BaseClient
    from botocore.model import OperationModel

_LOGGER = logging.getLogger(__name__)
_TROUBLE: Final = (BotoCoreError, ResponseParserError, LookupError, *SEAMS)
"""What botocore's parts raise, Python's own errors let through by its parsers among them."""
_BUCKET: Final = re.compile(r"[a-z0-9](?:[a-z0-9.]|-(?!-)){1,61}[a-z0-9]")
"""Buckets of no special kind: two hyphens mark those that botocore reaches in ways of their own."""
_SETTING: Final = re.compile(r"(?:/\{Bucket\})?(\?[\w-]+)")
"""The path of an operation that asks for a setting; once asked, botocore leaves the bucket out of it."""
_ALTERED: Final = frozenset({"GetBucketLocation"})
"""The operation of that kind whose endpoint and reply botocore's handlers alter."""
_SIGNATURE: Final = "s3v4"
_OK, _NOT_FOUND = 200, 404


class Direct:
    """Asks S3 for buckets' settings on behalf of ``client``, as long as all goes well. Safe for many threads."""

    def __init__(self, client: BaseClient) -> None:
        self._client: Any = client
        self._paths: dict[str, str] = {}
        self._place: tuple[str, Mapping[str, str]] | None = None
        try:
            self.usable = self._knows_its_parts()
        except SEAMS:
            _LOGGER.debug("the client is asked the ordinary way", exc_info=True)
            self.usable = False

    def ask(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return what the client's method would, or None when the method itself is to be asked.

        ClientError when S3 refuses, or has no such setting or bucket.
        """
        bucket = arguments.get("Bucket")
        if not self.usable or len(arguments) != 1 or not isinstance(bucket, str) or not _BUCKET.fullmatch(bucket):
            return None
        try:
            reply = self._ask(operation, bucket)
        except _TROUBLE:
            _LOGGER.debug("%s: the ordinary way from now on", operation, exc_info=True)
            self.usable = False
            return None
        if reply is not None and "Error" in reply:
            raise ClientError(reply, operation)  # type: ignore[arg-type]
        return reply

    def _knows_its_parts(self) -> bool:
        """Return whether the client is one of S3's that sends through the shared connections."""
        client = self._client
        if client.meta.service_model.service_name != "s3" or type(client._endpoint.http_session) is not Sender:
            return False
        self._sender = client._endpoint.http_session
        self._parser = client._endpoint._response_parser_factory.create_parser("rest-xml")
        self._headers = {"User-Agent": client._user_agent_creator.to_string()}
        return True

    def _ask(self, operation: str, bucket: str) -> dict[str, Any] | None:
        model: OperationModel = self._client.meta.service_model.operation_model(operation)
        if operation not in self._paths:
            self._paths[operation] = _path(model)
        path = self._paths[operation]
        if not path:
            return None
        if self._place is None:
            self._place = self._found(model, bucket)
        url, signing = self._place
        request = AWSRequest("GET", f"{url}{bucket}{path}", self._headers)
        request.context["client_config"] = self._client.meta.config
        self._client._request_signer.get_auth_instance(**signing).add_auth(request)
        return self._read(model, self._sender.send(request.prepare()))

    def _found(self, model: OperationModel, bucket: str) -> tuple[str, Mapping[str, str]]:
        """Return what buckets' names are put behind, and how requests are signed, both the same for all plain buckets.

        ValueError when they are reached in another way.
        """
        config, region = self._client.meta.config, self._client.meta.region_name
        context = {"client_region": region, "client_config": config, "auth_type": model.resolved_auth_type}
        url, headers, _ = self._client._resolve_endpoint_ruleset(model, {"Bucket": bucket}, context)
        signature = self._client._request_signer._choose_signer(model.name, "standard", context)
        if headers or signature != _SIGNATURE or not urlsplit(url).path.endswith(f"/{bucket}"):
            raise ValueError(f"{url} is signed with {signature}")
        signing = {"signing_name": context["signing"]["signing_name"], "region_name": context["signing"]["region"]}
        return url.removesuffix(bucket), {**signing, "signature_version": signature}

    def _read(self, model: OperationModel, response: AWSResponse) -> dict[str, Any]:
        """Return a reply or a plain error, parsed; ResponseParserError for any other answer."""
        status, body = response.status_code, response.content
        if status == _OK and (b"<Error" in body or complaint(model, response.headers, body)):
            raise ResponseParserError("S3 has errors that come as successes, and so have gateways")
        answer = {"status_code": status, "headers": response.headers, "body": body, "context": {}}
        parsed: dict[str, Any] = self._parser.parse(answer, model.output_shape)
        if status != _OK and not _is_plain(status, parsed["Error"]["Code"]):
            raise ResponseParserError(f"{status} {parsed['Error']}")
        return parsed


def _path(model: OperationModel) -> str:
    """Return what is put behind a bucket's URL to ask for a setting; empty for an operation of another kind."""
    path = _SETTING.fullmatch(model.http["requestUri"])
    if path is None or model.http["method"] != "GET" or model.name in _ALTERED or model.http_checksum:
        return ""
    needed = model.input_shape.required_members if model.input_shape else []
    return path[1] if needed == ["Bucket"] else ""


def _is_plain(status: int, code: str) -> bool:
    """Return whether an error is S3's last word; a code that is the status was not in the body."""
    return code not in {"", str(status), *THROTTLED} and (status == _NOT_FOUND or code in REFUSED)
