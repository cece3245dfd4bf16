"""Secrets in the texts of an account's configuration: sighted on arrival, never kept.

A text that may hold secrets (user data, an environment) is looked through as soon as AWS tells it. What stands in its
place from then on, in snapshots as in evidence, is a JSON list of what was sighted: kinds and lines, never values. In
the place of a text that cannot be read stands null, which :func:`sightings` refuses: what is unread is never passed.

Checks import this module to declare such texts. What looks through them takes a while to import, and is imported when
there is a text.
"""

from __future__ import annotations

import functools
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WINDOW: Final = 4096
"""Characters of a line looked through at once: expressions that search for secrets are slow on longer ones."""
OVERLAP: Final = 512
"""Characters that neighbouring windows share, so that no secret is cut in two."""
DETECTORS: Final = {
    "aws": "AWSKeyDetector",
    "azure_storage_key": "AzureStorageKeyDetector",
    "basic_auth": "BasicAuthDetector",
    "github_token": "GitHubTokenDetector",
    "gitlab_token": "GitLabTokenDetector",
    "jwt": "JwtTokenDetector",
    "mailchimp": "MailchimpDetector",
    "npm": "NpmDetector",
    "openai": "OpenAIDetector",
    "private_key": "PrivateKeyDetector",
    "pypi_token": "PypiTokenDetector",
    "sendgrid": "SendGridDetector",
    "slack": "SlackDetector",
    "stripe": "StripeDetector",
    "twilio": "TwilioKeyDetector",
}
"""detect-secrets' detectors of secrets that show by their form. Those that guess by entropy see one in every checksum,
and the one that goes by names does not read shells: :mod:`auditor.assignments` does."""


class Examined(NamedTuple):
    """Where in a reply texts stand that may hold secrets: a dotted path, ``[]`` for each of a list.

    A text that is ``encoded`` is base64, and may be compressed or MIME inside.
    """

    path: str
    encoded: bool = False

    def texts(self, reply: Any) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield each object that holds such a text, and the member that does."""
        *way, member = self.path.split(".")
        holders: Iterable[Any] = [reply]
        for name in way:
            holders = _into(holders, name)
        for holder in holders:
            if isinstance(holder, dict) and isinstance(holder.get(member), str):
                yield holder, member

    def told(self, text: str) -> str:
        """Return what is kept in the place of a text: JSON, a list of what was sighted in it, or null.

        What was sighted stands, whatever else could not be read; nothing sighted in what could not be read is null.
        """
        from auditor.unpacking import unpacked

        read = unpacked(text) if self.encoded else None
        found = sighted(read.text if read else text)
        return json.dumps([asdict(each) for each in found] if found or read is None or read.whole else None)


@dataclass(frozen=True, slots=True)
class Sighting:
    """A secret seen in a text: what kind, and in which line, the first being 1."""

    kind: str
    line: int


def sightings(told: str) -> tuple[Sighting, ...]:
    """Return what was sighted in an examined text; TypeError or ValueError where it was not examined, or not read."""
    return tuple(Sighting(**each) for each in json.loads(told))


def _into(holders: Iterable[Any], name: str) -> Iterator[Any]:
    for holder in holders:
        held = holder.get(name.removesuffix("[]")) if isinstance(holder, dict) else None
        yield from (held or ()) if name.endswith("[]") else (held,)


def sighted(text: str) -> tuple[Sighting, ...]:
    """Return the secrets in ``text``, by line and kind.

    A secret that the text only refers to (a variable, a template, a call that fetches it) is none. Texts that stand in
    a line as base64 are looked through too.
    """
    from auditor.assignments import KEYWORD, accounts

    lines = text.split("\n")
    kinds = {line: _kinds(line) for line in dict.fromkeys(lines)}
    found = [kinds[line] for line in lines]
    for index in accounts(lines):
        found[index] = found[index] or [KEYWORD]
    return tuple(Sighting(kind, number) for number, held in enumerate(found, 1) for kind in held)


def _kinds(line: str) -> list[str]:
    """Return the kinds of the secrets in a line, in order."""
    from auditor.unpacking import embedded

    parts = (line, *(inner for each in embedded(line) for inner in each.split("\n")))
    windows = (part[start : start + WINDOW] for part in parts for start in range(0, len(part), WINDOW - OVERLAP))
    return sorted({kind for window in windows for kind in _seen(window)})


def _seen(window: str) -> Iterator[str]:
    """Yield the kinds of the secrets in a window; names that assign them only where no secret shows by its form."""
    from auditor.assignments import assigned, is_reference

    formed = [
        each.secret_type
        for each in _detectors()
        # A URL that is a secret itself, a webhook, is no reference.
        if any(not is_reference(secret.removeprefix("https://")) for secret in each.analyze_string(window))
    ]
    yield from formed or assigned(window)


@functools.cache
def _detectors() -> list[Any]:
    """Return the detectors of secrets by their form."""
    from importlib import import_module

    return [getattr(import_module(f"detect_secrets.plugins.{module}"), name)() for module, name in DETECTORS.items()]
