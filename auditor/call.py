"""What is asked of AWS and what came back: plain values that both a live audit and a replay are made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Call(NamedTuple):
    """One AWS API call, comparable and hashable: the key under which its outcome is shared and recorded.

    ``parameters`` is canonical JSON, so that equal requests are equal calls.
    """

    service: str
    operation: str
    region: str
    parameters: str = "{}"

    @classmethod
    def of(cls, service: str, operation: str, region: str, parameters: Mapping[str, object]) -> Call:
        """Return the call for ``parameters`` given as a mapping."""
        return cls(service, operation, region, json.dumps(parameters, sort_keys=True, separators=(",", ":")))

    @property
    def name(self) -> str:
        """How the operation is named in evidence: ``service:Operation``."""
        return f"{self.service}:{self.operation}"

    @property
    def arguments(self) -> dict[str, Any]:
        """The parameters as the keyword arguments an AWS client takes."""
        arguments: dict[str, Any] = json.loads(self.parameters)
        return arguments


@dataclass(frozen=True, slots=True)
class Reply:
    """What AWS answered, all pages merged, and when (UTC)."""

    value: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer: the error code AWS (or the transport) gave, its message, and when (UTC)."""

    code: str
    message: str
    at: datetime

    def says(self, answer: str) -> bool:
        """Return whether this is ``answer``: an error code, or ``code: words`` with words that are in the message."""
        code, _, words = answer.partition(": ")
        return self.code == code and words in self.message


Outcome = Reply | Failure
