"""What a scheduled audit is to do: the function's environment, and what the event that starts it asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import msgspec

from auditor.errors import AuditorError
from auditor.severity import Severity  # noqa: TC001 - msgspec evaluates the annotations of what it converts
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX: Final = "AUDITOR_"
EVENT_KEY: Final = "audit"
"""Where an event says what it asks for."""


class SettingsError(AuditorError):
    """The function's environment or the event is wrong; the message says where."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What to audit, by what, and where the results go.

    ``bucket`` keeps them below ``prefix``, encrypted with ``kms_key`` (empty: as the bucket says). ``config`` is the
    key of an auditor.toml in the bucket, empty for none. News goes to ``topic`` and ``event_bus``, where they are set.
    ``role_arn`` is the role to assume in the audited account; empty for the function's own account. ``guardrails`` is
    the key of what the audit of its organization left of the policies that guard it; empty for none. ``reserve`` is how
    many seconds of the function's time are kept for judging and writing, ``timeout`` how many a call waits.
    """

    bucket: Annotated[str, msgspec.Meta(min_length=1)]
    prefix: str = ""
    kms_key: str = ""
    topic: str = ""
    event_bus: str = ""
    config: str = ""
    role_arn: str = ""
    external_id: str = ""
    guardrails: str = ""
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    frameworks: tuple[str, ...] = ()
    exclude_checks: tuple[str, ...] = ()
    exclude_services: tuple[str, ...] = ()
    workers: Annotated[int, msgspec.Meta(ge=1)] = 48
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 20.0
    reserve: Annotated[float, msgspec.Meta(ge=0)] = 120.0
    endpoint_url: str = ""

    @classmethod
    def of(cls, environment: Mapping[str, str], event: Any) -> Settings:
        """Return the settings that the environment makes, with what the event asks for; SettingsError.

        Lists are separated by commas in the environment. An event may ask for what to audit, not for where results go.
        """
        given = {key.removeprefix(PREFIX): value for key, value in environment.items() if key.startswith(PREFIX)}
        names = {name.upper(): name for name in cls.__struct_fields__}
        _refuse_unknown(given, names, "there is no setting AUDITOR_")
        known = {names[key]: _listed(cls, names[key], value) for key, value in given.items() if value}
        try:
            return msgspec.convert({**known, **_asked(event)}, cls, strict=False)
        except msgspec.ValidationError as error:
            told = f"the settings that {PREFIX}… variables and the event make are wrong"
            raise SettingsError(f"{told}: {error}") from error


ASKABLE: Final = frozenset(
    {
        *("role_arn", "external_id", "guardrails", "regions", "services", "checks", "severities", "frameworks"),
        *("exclude_checks", "exclude_services"),
    }
)
"""What an event may ask for."""


def _asked(event: Any) -> dict[str, Any]:
    """Return what an event asks for."""
    asked = event.get(EVENT_KEY, {}) if isinstance(event, dict) else None
    if not isinstance(asked, dict):
        raise SettingsError(f"an event is an object, and its {EVENT_KEY!r} an object of settings")
    _refuse_unknown(asked, ASKABLE, "an event cannot ask for ")
    return asked


def _refuse_unknown(names: Iterable[str], known: Iterable[str], told: str) -> None:
    for name in names:
        if name not in known:
            raise SettingsError(f"{told}{name}{nearest(name, known)}")


def _listed(settings: type[Settings], name: str, text: str) -> Any:
    if settings.__annotations__[name].startswith("tuple"):
        return [each.strip() for each in text.split(",") if each.strip()]
    return text
