"""Values as JSON that any reader takes, whatever the texts in them are."""

from __future__ import annotations

from typing import Any, Final

import msgspec

_encode: Final = msgspec.json.Encoder().encode


def encoded(given: object) -> bytes:
    """Return a value as JSON in one line. Halves of characters, which no encoding has, become U+FFFD."""
    try:
        return _encode(given)
    except UnicodeEncodeError:
        return _encode(_whole(msgspec.to_builtins(given)))


def _whole(given: Any) -> Any:
    """Return builtins with the halves of characters in their texts replaced."""
    match given:
        case str():
            return given.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        case dict():
            return {_whole(key): _whole(each) for key, each in given.items()}
        case list() | tuple():
            return [_whole(each) for each in given]
    return given
