"""botocore's events for hundreds of clients: names worked out once, and handlers kept once.

Every client of botocore's has a copy of all handlers of all services, more than half of what it takes in memory, and
compares each event's name with some 130 old names to learn what it is called now. Clients of a session prepared here
share both. Nothing here changes who hears of an event, or in which order; where botocore's insides differ from what is
expected, they stay as they are.
"""

from __future__ import annotations

import logging
from copy import copy
from typing import TYPE_CHECKING, Any

from botocore.hooks import EventAliaser

from auditor.connections import SEAMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from botocore.hooks import BaseEventHooks
    from botocore.session import Session

_LOGGER = logging.getLogger(__name__)


def share_events(session: Session) -> None:
    """Have the session's clients share names and handlers of events. Must come before its first client."""
    try:
        events: Any = session.get_component("event_emitter")
        emitter = events._emitter
        if type(events) is EventAliaser:
            emitter._handlers = _Handlers(_own(emitter._handlers, "any.event"))
            session.register_component("event_emitter", _Names(emitter))
    except SEAMS:
        _LOGGER.debug("each client has events of its own", exc_info=True)


class _Names(EventAliaser):
    """The present names of events by old ones, whose copies share what any of them found."""

    _alias_name_cache: dict[str, str]
    _emitter: BaseEventHooks

    def __copy__(self) -> _Names:
        copied = _Names(copy(self._emitter))
        copied._alias_name_cache = self._alias_name_cache
        return copied


class _Handlers:
    """A tree of handlers by event, whose copies share all of it but the ways to what either adds or removes."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree

    def __copy__(self) -> _Handlers:
        return _Handlers(self._tree)

    def prefix_search(self, key: str) -> Iterable[Any]:
        """Return the handlers of an event."""
        return self._tree.prefix_search(key)  # type: ignore[no-any-return]

    def append_item(self, key: str, *handler: Any, **section: Any) -> None:
        """Add a handler of an event."""
        self._tree = _own(self._tree, key)
        self._tree.append_item(key, *handler, **section)

    def remove_item(self, key: str, handler: Any) -> None:
        """Remove a handler of an event; ValueError where there is none."""
        self._tree = _own(self._tree, key)
        self._tree.remove_item(key, handler)


def _own(tree: Any, key: str) -> Any:
    """Return a copy of a tree of which only the way to ``key`` is its own."""
    copied = type(tree)()
    copied._root = _own_way(tree._root, key.split("."))
    return copied


def _own_way(node: dict[str, Any], parts: Sequence[str]) -> dict[str, Any]:
    children = dict(node["children"])
    if parts and parts[0] in children:
        children[parts[0]] = _own_way(children[parts[0]], parts[1:])
    return {**node, "children": children, "values": copy(node["values"])}
