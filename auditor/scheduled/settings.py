"""What a scheduled audit is to do: the function's environment, and what the event that starts it asks for."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.errors import AuditorError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "AUDITOR_"
EVENT_KEY: Final = "audit"
"""Where an event says what it asks for."""


class SettingsError(AuditorError):
    """The function's environment or the event is wrong; the message says where."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What to audit, by what, and where the results go.

    ``bucket`` keeps them below ``prefix``, encrypted with ``kms_key`` (empty: as the bucket says). ``config`` is the
    key of an auditor.toml in the bucket, empty for none. News goes to ``topic`` and ``event_bus``, where they are set.
    ``role_arn`` is the role to assume in the audited account; empty for the function's own account. ``reserve`` is how
    many seconds of the function's time are kept for judging and writing.
    """

    bucket: str
    prefix: str = ""
    kms_key: str = ""
    topic: str = ""
    event_bus: str = ""
    config: str = ""
    role_arn: str = ""
    external_id: str = ""
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()
    exclude_checks: tuple[str, ...] = ()
    exclude_services: tuple[str, ...] = ()
    workers: int = 48
    timeout: float = 20.0
    reserve: float = 60.0
    endpoint_url: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str], event: Mapping[str, Any]) -> Settings:
        """Return the settings that the environment makes, with what the event asks for; SettingsError.

        Lists are separated by commas in the environment. An event may ask for what to audit, not for where results go.
        """
        known = {name: _listed(cls, name, environment[key]) for key, name in _variables(cls) if environment.get(key)}
        asked = event.get(EVENT_KEY) or {}
        if not isinstance(asked, dict):
            raise SettingsError(f"the event's {EVENT_KEY!r} is an object of settings")
        for name in asked:
            _refuse_unknown(name)
        try:
            return msgspec.convert({**known, **asked}, cls, strict=False)
        except msgspec.ValidationError as error:
            told = f"the settings that {PREFIX}… variables and the event make are wrong"
            raise SettingsError(f"{told}: {error}") from error


ASKABLE: Final = frozenset(
    {
        *("role_arn", "external_id", "regions", "services", "checks", "severities", "frameworks"),
        *("exclude_checks", "exclude_services"),
    }
)
"""What an event may ask for."""


def _refuse_unknown(name: str) -> None:
    if name not in ASKABLE:
        near = difflib.get_close_matches(name, ASKABLE, 1)
        hint = f"did you mean {near[0]}?" if near else f"it may ask for {', '.join(sorted(ASKABLE))}"
        raise SettingsError(f"an event cannot ask for {name!r}: {hint}")


def _variables(settings: type[Settings]) -> list[tuple[str, str]]:
    names = settings.__struct_fields__
    return [(f"{PREFIX}{name.upper()}", name) for name in names]


def _listed(settings: type[Settings], name: str, text: str) -> Any:
    if settings.__annotations__[name].startswith("tuple"):
        return [each.strip() for each in text.split(",") if each.strip()]
    return text
