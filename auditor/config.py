"""Configuration: ``auditor.toml``, found upward from the working directory, checked against what can be configured."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path  # noqa: TC003 - a dataclass shows it
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import AuditorError
from auditor.exception_files import TABLE as EXCEPTIONS
from auditor.exception_files import parse as parse_exceptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.checking import Check
    from auditor.exceptions import ExceptionRule

FILE_NAME: Final = "auditor.toml"
TABLES: Final = (EXCEPTIONS, "parameters", "scan")


class ConfigError(AuditorError):
    """The configuration is wrong; the message says where, and names the nearest right key."""


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration file sets: options of ``auditor scan``, parameters of checks by check id, exceptions."""

    path: Path | None = None
    scan: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    exceptions: tuple[ExceptionRule, ...] = ()


def find(start: Path) -> Path | None:
    """Return the nearest ``auditor.toml`` in ``start`` or a folder above it."""
    return next((path for folder in (start, *start.parents) if (path := folder / FILE_NAME).is_file()), None)


def read(path: Path, options: Iterable[str]) -> Config:
    """Return the configuration in ``path``; its ``[scan]`` may set ``options``.

    ConfigError when it is wrong, ExceptionsError when one of its exceptions is.
    """
    import tomllib

    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error
    _refuse_unknown(path, "table", tables, TABLES)
    exceptions = parse_exceptions(tables.pop(EXCEPTIONS, []), path)
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {name} is a table: write [{name}]")
    scan, parameters = tables.get("scan", {}), tables.get("parameters", {})
    _refuse_unknown(path, "key of [scan]", scan, options)
    for check_id, settings in parameters.items():
        if not isinstance(settings, dict):
            raise ConfigError(f"{path}: parameters.{check_id} is a table: write [parameters.{check_id}]")
    return Config(path, scan, parameters, exceptions)


def validated(config: Config, checks: Mapping[str, Check]) -> dict[str, dict[str, Any]]:
    """Return the parameters by check id in the types of their defaults; ConfigError for what no check has."""
    _refuse_unknown(config.path, "check", config.parameters, checks)
    return {
        check_id: {name: _setting(config, checks[check_id], name, value) for name, value in settings.items()}
        for check_id, settings in config.parameters.items()
    }


def _setting(config: Config, check: Check, name: str, value: Any) -> Any:
    _refuse_unknown(config.path, f"parameter of {check.id}", [name], check.parameters)
    default = check.parameters[name]
    given = tuple(value) if isinstance(default, tuple) and isinstance(value, list) else value
    if type(given) is not type(default) or not _same_items(given, default):
        raise ConfigError(f"{config.path}: {check.id}.{name} is {value!r}, but takes the likes of {_written(default)}")
    return given


def _same_items(given: Any, default: Any) -> bool:
    """Return whether a list's items are of the type of the default's."""
    if not isinstance(default, tuple) or not default:
        return True
    return all(type(each) is type(default[0]) for each in given)


def _written(default: Any) -> str:
    """Return a default as TOML writes it."""
    if isinstance(default, bool):
        return str(default).lower()
    return repr(list(default) if isinstance(default, tuple) else default)


def _refuse_unknown(path: Path | None, kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(sorted(known)) or 'none'}"
            raise ConfigError(f"{path}: there is no {kind} {name}: {hint}")
