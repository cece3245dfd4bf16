"""The TOML that holds exceptions: ``[[exceptions]]`` in auditor.toml, and in files of their own."""

from __future__ import annotations

import json
import tomllib
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

import msgspec

from auditor.errors import AuditorError
from auditor.exceptions import ExceptionRule
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

TABLE: Final = "exceptions"


class ExceptionsError(AuditorError):
    """An exception cannot be used; the message says in which file, which one, and why."""


def read(path: Path) -> tuple[ExceptionRule, ...]:
    """Return the exceptions of a file that holds nothing else; ExceptionsError where it is not one."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExceptionsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ExceptionsError(f"{path} is not TOML: {error}") from error
    others = sorted(tables.keys() - {TABLE})
    if others:
        raise ExceptionsError(f"{path}: a file of exceptions holds [[{TABLE}]] and nothing else, but not {others[0]}")
    return parse(tables.get(TABLE, []), path)


def parse(tables: Any, path: Path) -> tuple[ExceptionRule, ...]:
    """Return the exceptions that the ``tables`` of a file make; ExceptionsError where one is wrong."""
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise ExceptionsError(f"{path}: {TABLE} is a list of tables: write [[{TABLE}]]")
    return tuple(_rule(table, f"{path}: exception {number}") for number, table in enumerate(tables, 1))


def _rule(table: dict[str, Any], name: str) -> ExceptionRule:
    try:
        rule = msgspec.convert(table, ExceptionRule)
    except msgspec.ValidationError as error:
        raise ExceptionsError(f"{name} ({table.get('check', 'of no check')}): {error}") from error
    if rule.boundless:
        raise ExceptionsError(f"{name} would accept every failure: name a check, resource, tag, account or region")
    return rule


def refuse_unknown_checks(rules: Iterable[ExceptionRule], checks: Collection[str]) -> None:
    """Raise ExceptionsError, which names the nearest, for an exception whose check there is not."""
    for rule in rules:
        if not any(fnmatchcase(check, rule.check) for check in checks):
            hint = nearest(rule.check, checks)
            raise ExceptionsError(f"an exception is for {rule.check}, but there is no such check{hint}")


def given(options: dict[str, Any]) -> ExceptionRule:
    """Return the exception that the options of a command line make; ExceptionsError where they make none."""
    tags = [tag.partition("=") for tag in options.pop("tag")]
    wrong = [key or value for key, equals, value in tags if not (key and equals)]
    if wrong:
        raise ExceptionsError(f"--tag {wrong[0]}: write KEY=VALUE, with '*' for any value")
    return _rule({**options, "tags": {key: value for key, _, value in tags}}, "the exception")


def add(path: Path, rule: ExceptionRule, checks: Collection[str]) -> None:
    """Append an exception for one of ``checks`` to a file, which is made where there is none.

    What stands in the file stays as it is, comments and all. ExceptionsError where it cannot be added.
    """
    from auditor.outputs import write

    refuse_unknown_checks([rule], checks)
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        after = f"{before.rstrip()}\n\n{written(rule)}".lstrip("\n")
        after.encode()
        kept = tomllib.loads(after)[TABLE]
    except OSError as error:
        raise ExceptionsError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise ExceptionsError(f"{path}: no exception can be added: {error}") from error
    parse(kept, path)
    write(path, [after])


def written(rule: ExceptionRule) -> str:
    """Return an exception as TOML, without what is not given."""
    fields = {name: value for name, value in msgspec.structs.asdict(rule).items() if value}
    return f"[[{TABLE}]]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in fields.items())


def _toml(value: Any) -> str:
    if isinstance(value, str):
        # JSON's strings are TOML's but for this one control character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_toml(key)} = {_toml(each)}" for key, each in value.items()) + " }"
    return str(value)
