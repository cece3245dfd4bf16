"""The report of the run before, as far as news needs it: the whole of a large one takes as much memory as its audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from auditor.past import PastError, ensure_readable
from auditor.report import ExceptionFacts  # noqa: TC001 - msgspec evaluates the annotations of what it decodes
from auditor.severity import Severity, Status  # noqa: TC001 - as above

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FINDING: Final = b'{"check":'
"""What a line begins with that is a finding: reports have one in a line, and the rest indented."""


class Resource(msgspec.Struct, frozen=True):
    """What a former verdict is about."""

    arn: str


class Verdict(msgspec.Struct, frozen=True):
    """What a former run found of a resource, without the evidence."""

    check: str
    status: Status
    severity: Severity
    account: str
    region: str
    fingerprint: str
    resource: Resource


class Former(msgspec.Struct, frozen=True):
    """Verdicts of the run before, and the exceptions that it knew."""

    schema_version: str
    findings: tuple[Verdict, ...]
    exceptions: tuple[ExceptionFacts, ...] = ()


def read(pieces: Iterable[bytes], name: str, is_wanted: Callable[[Verdict], bool]) -> Former:
    """Return as much of a JSON report as is wanted, which is never in memory whole; PastError, which tells ``name``."""
    wanted, rest = [], []
    decoder = msgspec.json.Decoder(Verdict)
    try:
        for line in _lines(pieces):
            if not line.startswith(FINDING):
                rest.append(line)
            elif is_wanted(verdict := decoder.decode(line.rstrip(b","))):
                wanted.append(verdict)
        former = msgspec.json.decode(b"\n".join(rest), type=Former)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PastError(f"{name} is no JSON report: {error}") from error
    ensure_readable(former.schema_version, name)
    return msgspec.structs.replace(former, findings=(*wanted, *filter(is_wanted, former.findings)))


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        yield from whole
    yield begun
