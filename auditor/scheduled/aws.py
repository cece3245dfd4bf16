"""Where results go: S3 for objects, SNS for people, EventBridge for programs. With the function's own credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from auditor.errors import AuditorError
from auditor.product import NAME
from auditor.scheduled.messages import DETAIL_TYPE
from auditor.scheduled.upload import upload
from auditor.targets import Access, explain, first_region, identify, open_session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.scheduled.settings import Settings

Service = Literal["events", "s3", "sns", "sts"]
"""What is called here. The function's zip holds botocore's data on these, and on what is audited."""
PIECE: Final = 2**20
"""Bytes of an object in memory at once where it is read piece by piece."""
MISSING = frozenset({"NoSuchKey", "404"})
DENIED = frozenset({"AccessDenied", "403"})
UNLISTED = "; where s3:ListBucket is not allowed, S3 answers so of an object that is missing, too"


class DeliveryError(AuditorError):
    """What came of an audit cannot be kept or told; the message says where."""


class Destinations:
    """The bucket, the topic and the bus of the settings; DeliveryError where AWS refuses."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._access = Access(endpoint_url=settings.endpoint_url, timeout=settings.timeout)
        self._session = open_session(self._access)
        self._clients: dict[str, Any] = {}
        self._owner = ""

    def _client(self, service: Service, name: str = "") -> Any:
        """Return a client for the region that the ARN ``name`` tells, or else for the function's."""
        if service not in self._clients:
            region = _region(name) or first_region(self._session, self._access)
            self._clients[service] = self._session.create_client(
                service,
                region,
                endpoint_url=self._settings.endpoint_url or None,
                config=Config(
                    retries={"mode": "standard", "total_max_attempts": 5},
                    connect_timeout=min(self._settings.timeout, 10.0),
                    read_timeout=self._settings.timeout,
                ),
            )
        return self._clients[service]

    @property
    def owner(self) -> str:
        """The function's own account; nobody else's bucket is written to."""
        if not self._owner:
            self._owner = identify(lambda: self._client("sts"), self._access).account
        return self._owner

    def get(self, key: str) -> bytes | None:
        """Return an object of the bucket; None where there is none."""
        pieces = self.stream(key)
        return None if pieces is None else b"".join(pieces)

    def stream(self, key: str) -> Iterator[bytes] | None:
        """Return an object of the bucket piece by piece; None where there is none."""
        told = f"s3://{self._settings.bucket}/{key} cannot be read"

        def begin() -> Any:
            try:
                return self._client("s3").get_object(**self._place(key))["Body"]
            except ClientError as error:
                if error.response["Error"]["Code"] in MISSING:
                    return None
                raise

        body = self._tried(told, begin)
        return None if body is None else self._read(body, told)

    def _read(self, body: Any, told: str) -> Iterator[bytes]:
        while piece := self._tried(told, lambda: body.read(PIECE)):
            yield piece

    def piece(self, key: str, start: int, size: int) -> bytes:
        """Return bytes of an object, which must be there."""
        where = {"Range": f"bytes={start}-{start + size - 1}", **self._place(key)}
        found: bytes = self._tried(
            f"s3://{self._settings.bucket}/{key} cannot be read",
            lambda: self._client("s3").get_object(**where)["Body"].read() if size else b"",
        )
        return found

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Write an object of the bucket, encrypted by the key of the settings or as the bucket says."""
        self._tried(
            f"s3://{self._settings.bucket}/{key} cannot be written",
            lambda: self._client("s3").put_object(**self._place(key), **self._how(content_type), Body=body),
        )

    def upload(self, key: str, pieces: Iterable[bytes], content_type: str) -> None:
        """Write an object as :meth:`put` does, piece by piece."""
        self._tried(
            f"s3://{self._settings.bucket}/{key} cannot be written",
            lambda: upload(self._client("s3"), self._place(key), self._how(content_type), pieces),
        )

    def _how(self, content_type: str) -> dict[str, str]:
        how = {"ContentType": content_type}
        if self._settings.kms_key:
            how |= {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": self._settings.kms_key}
        return how

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._settings.bucket, "Key": key, "ExpectedBucketOwner": self.owner}

    def publish(self, subject: str, text: str) -> None:
        """Send the news to the topic, where there is one."""
        topic = self._settings.topic
        if topic:
            self._tried(
                f"{topic} cannot be published to",
                lambda: self._client("sns", topic).publish(TopicArn=topic, Subject=subject, Message=text),
            )

    def announce(self, detail: dict[str, Any], resources: list[str]) -> None:
        """Send the news to the event bus, where there is one."""
        bus = self._settings.event_bus
        if not bus:
            return
        entry = {
            "EventBusName": bus,
            "Source": NAME,
            "DetailType": DETAIL_TYPE,
            "Detail": msgspec.json.encode(detail).decode(),
            "Resources": resources,
        }
        told = f"{bus} cannot be sent to"
        reply = self._tried(told, lambda: self._client("events", bus).put_events(Entries=[entry]))
        if reply["FailedEntryCount"]:
            failed = reply["Entries"][0]
            raise DeliveryError(f"{told}: {failed['ErrorCode']}: {failed['ErrorMessage']}")

    def _tried(self, told: str, act: Callable[[], Any]) -> Any:
        try:
            return act()
        except (BotoCoreError, ClientError) as error:
            raise DeliveryError(f"{told}: {explain(error, self._access)}{_hint(error)}") from error


def _hint(error: Exception) -> str:
    if isinstance(error, ClientError) and error.operation_name == "GetObject":
        return UNLISTED if error.response["Error"]["Code"] in DENIED else ""
    return ""


def _region(name: str) -> str:
    """Return the region in an ARN; empty where the name is no ARN."""
    parts = name.split(":", 4)
    return parts[3] if len(parts) > 4 else ""  # noqa: PLR2004 - arn:partition:service:region:the rest
