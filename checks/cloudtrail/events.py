"""Which management events a trail's event selectors record (CloudTrail API Reference, "GetEventSelectors")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_cloudtrail.type_defs import (
        AdvancedEventSelectorOutputTypeDef,
        EventSelectorOutputTypeDef,
        GetEventSelectorsResponseTypeDef,
    )

READ: Final = "read"
WRITE: Final = "write"
ALL: Final = frozenset({READ, WRITE})
BY_TYPE: Final = {"All": ALL, "ReadOnly": frozenset({READ}), "WriteOnly": frozenset({WRITE})}
"""What the ReadWriteType of a basic event selector records."""
BY_READ_ONLY: Final = {"true": READ, "false": WRITE}
"""What the readOnly field of an advanced event selector records."""


def recorded(selectors: GetEventSelectorsResponseTypeDef) -> frozenset[str]:
    """Return the kinds of management events, READ and WRITE, that the selectors record without exception.

    A selector that leaves out sources (KMS, the RDS Data API), or filters by anything but readOnly, records no kind
    as a whole; AWS Config's rule multi-region-cloudtrail-enabled reads selectors the same way.
    """
    return frozenset().union(*_kinds(selectors))


def readable(selectors: GetEventSelectorsResponseTypeDef) -> GetEventSelectorsResponseTypeDef:
    """Return the selectors themselves; KeyError for selectors that are not what AWS documents."""
    recorded(selectors)
    return selectors


def _kinds(selectors: GetEventSelectorsResponseTypeDef) -> Iterator[frozenset[str]]:
    for basic in selectors.get("EventSelectors", ()):
        yield _basic(basic)
    for advanced in selectors.get("AdvancedEventSelectors", ()):
        yield _advanced(advanced)


def _basic(selector: EventSelectorOutputTypeDef) -> frozenset[str]:
    if not selector.get("IncludeManagementEvents", True) or selector.get("ExcludeManagementEventSources"):
        return frozenset()
    return BY_TYPE[selector.get("ReadWriteType", "All")]


def _advanced(selector: AdvancedEventSelectorOutputTypeDef) -> frozenset[str]:
    fields = {each["Field"]: each.get("Equals", []) for each in selector["FieldSelectors"]}
    if fields.pop("eventCategory", []) != ["Management"] or fields.keys() - {"readOnly"}:
        return frozenset()
    return frozenset(BY_READ_ONLY[value.lower()] for value in fields.get("readOnly", BY_READ_ONLY))
