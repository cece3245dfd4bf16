"""Which events a trail's event selectors record (CloudTrail API Reference, "GetEventSelectors")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_cloudtrail.type_defs import (
        AdvancedEventSelectorOutputTypeDef,
        EventSelectorOutputTypeDef,
        GetEventSelectorsResponseTypeDef,
    )

S3_OBJECT: Final = "AWS::S3::Object"
ALL_BUCKETS: Final = re.compile(r"arn:[\w-]+:s3(:::)?")
"""How a basic selector names every bucket there is and will be."""
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


def recorded_of_objects(selectors: GetEventSelectorsResponseTypeDef) -> frozenset[str]:
    """Return the kinds of data events, READ and WRITE, that the selectors record of all objects in all buckets.

    A selector that names buckets, or filters by anything but readOnly, records no kind as a whole.
    """
    basic = (_basic_objects(each) for each in selectors.get("EventSelectors", ()))
    advanced = (_advanced_objects(each) for each in selectors.get("AdvancedEventSelectors", ()))
    return frozenset().union(*basic, *advanced)


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


def _basic_objects(selector: EventSelectorOutputTypeDef) -> frozenset[str]:
    everything = any(
        each.get("Type") == S3_OBJECT and any(ALL_BUCKETS.fullmatch(arn) for arn in each.get("Values", ()))
        for each in selector.get("DataResources", ())
    )
    return BY_TYPE[selector.get("ReadWriteType", "All")] if everything else frozenset()


def _advanced(selector: AdvancedEventSelectorOutputTypeDef) -> frozenset[str]:
    return _kinds_where(selector, {"eventCategory": ["Management"]})


def _advanced_objects(selector: AdvancedEventSelectorOutputTypeDef) -> frozenset[str]:
    return _kinds_where(selector, {"eventCategory": ["Data"], "resources.type": [S3_OBJECT]})


def _kinds_where(selector: AdvancedEventSelectorOutputTypeDef, wanted: dict[str, list[str]]) -> frozenset[str]:
    """Return the kinds that a selector records of the wanted events; none where it filters them further."""
    fields = {each["Field"]: each.get("Equals", []) for each in selector["FieldSelectors"]}
    kinds = fields.pop("readOnly", BY_READ_ONLY)
    return frozenset(BY_READ_ONLY[value.lower()] for value in kinds) if fields == wanted else frozenset()
