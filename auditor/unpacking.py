"""Encoded texts as their readers see them: base64, compressed, in MIME parts. Whatever is in them, never an error."""

from __future__ import annotations

import base64
import email
import email.policy
import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

MIME: Final = (b"content-type:", b"mime-version:")
"""How user data of several parts begins (cloud-init, "User-data formats"), in lower case."""
GZIP: Final = b"\x1f\x8b"
LONGEST: Final = 1 << 18
"""Bytes read, at most, of a compressed text: user data is 16 KiB, and may unpack to anything."""
CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""Characters that no text has."""
EMBEDDED: Final = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/]{24,}={0,2}(?![\w+/=-])")
"""How a text in base64 shows within a line."""
BOMS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


class Text(NamedTuple):
    """What could be read of a text, and whether that is the whole of it."""

    text: str
    whole: bool


def unpacked(encoded: str) -> Text:
    """Return the text in base64 ``encoded``: decompressed, and its MIME parts one after the other."""
    try:
        raw = base64.b64decode("".join(encoded.split()), validate=True)
    except ValueError:
        return Text(encoded, whole=False)
    plain, whole = _decompressed(raw)
    read = _joined(plain) if plain.lstrip().lower().startswith(MIME) else _text(plain)
    return Text(read.text, whole and read.whole)


def embedded(line: str) -> Iterator[str]:
    """Yield the texts that stand in a line as base64, like the files that cloud-init writes."""
    for encoded in EMBEDDED.findall(line):
        read = unpacked(encoded) if len(encoded) % 4 == 0 else Text("", whole=False)
        if read.whole and read.text.isascii():
            yield read.text


def _decompressed(raw: bytes) -> tuple[bytes, bool]:
    """Return what is compressed in ``raw``, so much of it as is read, and whether that is all."""
    if not raw.startswith(GZIP):
        return raw, True
    reader = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        plain = reader.decompress(raw, LONGEST)
    except zlib.error:
        return raw, False
    return plain, reader.eof


def _text(raw: bytes) -> Text:
    """Return bytes as text: Unicode where they are that, and else Latin-1, in which every byte is a character."""
    encoding = next((name for mark, name in BOMS.items() if raw.startswith(mark)), "utf-8")
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return Text(text, whole=not CONTROLS.search(text))


def _joined(raw: bytes) -> Text:
    """Return the parts of a MIME message, one after the other."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.compat32)
        parts = [_part(each) for each in message.walk() if not each.is_multipart()]
    except (RecursionError, ValueError, LookupError):
        return Text(_text(raw).text, whole=False)
    return Text("\n".join(each.text for each in parts), whole=all(each.whole for each in parts))


def _part(part: Message) -> Text:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return Text("", whole=False)
    plain, whole = _decompressed(payload)
    read = _text(plain)
    return Text(read.text, whole and read.whole and not part.defects)
