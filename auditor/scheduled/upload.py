"""Objects that are written piece by piece, as they are larger than the memory: whole or not at all."""

from __future__ import annotations

from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PART: Final = 32 * 2**20
"""Bytes of a part. S3 takes 10,000 of 5 MiB or more each (Amazon S3 User Guide, "Multipart upload limits")."""


def upload(client: Any, place: dict[str, str], how: dict[str, str], pieces: Iterable[bytes]) -> None:
    """Write an object at a ``place``, in one request where it is small; the errors of botocore."""
    parts = _parts(pieces)
    first, second = next(parts, b""), next(parts, None)
    if second is None:
        client.put_object(**place, **how, Body=first)
        return
    begun = {**place, "UploadId": client.create_multipart_upload(**place, **how)["UploadId"]}
    try:
        written = list(_written(client, begun, chain((first, second), parts)))
        client.complete_multipart_upload(**begun, MultipartUpload={"Parts": written})
    except BaseException:
        # What is left where this fails too goes by the bucket's lifecycle; the first error is the one to tell.
        with suppress(BotoCoreError, ClientError):
            client.abort_multipart_upload(**begun)
        raise


def _written(client: Any, begun: dict[str, str], parts: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Write parts, and yield what tells S3 of each."""
    for number, body in enumerate(parts, 1):
        reply = client.upload_part(**begun, PartNumber=number, Body=body)
        yield {"PartNumber": number, "ETag": reply["ETag"]}


def _parts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces as parts of one size or more, but for the last."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= PART:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)
