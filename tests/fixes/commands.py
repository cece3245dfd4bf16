"""The AWS CLI, run in this process."""

from __future__ import annotations

import io
import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import botocore.session  # noqa: F401 - before the CLI, whose own, older copy would stand in for everybody's
import s3transfer  # noqa: F401 - as above
from fixes.proof import HOME

from auditor import demo

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from awscli.clidriver import CLIDriver
    from botocore.awsrequest import AWSRequest
    from botocore.model import OperationModel, Shape

SHELL: Final = frozenset({"|", ";", ">", "<", "&", "||"})


class CommandError(Exception):
    """The CLI did not carry a command out; the message is what it printed."""


class _Leaving(BaseException):
    """A request is about to be sent: a rehearsal ends here. The CLI catches every Exception."""


class CommandLine:
    """The AWS CLI talking to one endpoint, with ``HOME`` as its configured region."""

    def __init__(self, endpoint_url: str) -> None:
        self._endpoint_url = endpoint_url
        self._models = _driver().session.get_component("data_loader")
        self._rehearsing = False

    def run(self, line: str) -> str:
        """Run commands joined by ``&&`` and return what they print; CommandError when one fails."""
        return "".join(self._run(words) for words in commands(line))

    def rehearse(self, line: str) -> None:
        """Have the CLI parse and validate commands joined by ``&&``, and send nothing; CommandError when one is wrong.

        A file that a command would read is made where there is none.
        """
        self._rehearsing = True
        try:
            for words in commands(line):
                self._rehearse(words)
        finally:
            self._rehearsing = False

    def _rehearse(self, words: list[str]) -> None:
        for name in (word.partition("://")[2] for word in words if word.startswith(("file://", "fileb://"))):
            if not Path(name).exists():
                Path(name).write_text("{}", encoding="utf-8")
        try:
            self._run(words)
        except _Leaving:
            return
        raise CommandError(f"{shlex.join(words)} sends nothing")

    def _fresh(self) -> CLIDriver:
        """Return the CLI as it starts: what a command leaves in it, its region for one, would judge the next."""
        driver = _driver()
        session = driver.session
        session.register_component("data_loader", self._models)
        session.set_config_variable("region", HOME)
        session.register("before-parameter-build", _refuse_unknown_values)
        session.register("before-call", self._before_call)
        session.get_component("event_emitter").register_last("before-sign", to_endpoint(self._endpoint_url))
        return driver

    def _run(self, words: list[str]) -> str:
        if words[0] != "aws":
            raise CommandError(f"{words[0]} is not the AWS CLI")
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = self._main(["--endpoint-url", self._endpoint_url, *words[1:]])
        if code:
            raise CommandError(f"{shlex.join(words)}\n{err.getvalue().strip()}")
        return out.getvalue()

    def _main(self, arguments: list[str]) -> int:
        try:
            return self._fresh().main(arguments)
        except SystemExit as end:
            return int(end.code or 0)

    def _before_call(self, **_event: Any) -> None:
        if self._rehearsing:
            raise _Leaving


def commands(line: str) -> Iterator[list[str]]:
    """Yield the words of each command of a line that joins them by ``&&``; CommandError for any other shell syntax."""
    words = shlex.split(line)
    if SHELL & set(words) or "$(" in line or "`" in line:
        raise CommandError(f"only && joins commands: {line}")
    for joint, group in groupby(words, "&&".__eq__):
        if not joint:
            yield list(group)


def to_endpoint(endpoint_url: str) -> Any:
    """Return an event handler that undoes what some services put in front of every host: one address has no such."""
    host = urlsplit(endpoint_url).netloc

    def handle(request: AWSRequest, **_event: Any) -> None:
        request.url = urlsplit(request.url)._replace(netloc=host).geturl()

    return handle


def _driver() -> CLIDriver:
    """Return the CLI, and leave the process as it was: importing it changes the environment and what imports find."""
    finders = list(sys.meta_path)
    with demo.environment():
        import awscli
        from awscli.clidriver import create_clidriver

        driver = create_clidriver()
    sys.meta_path[:] = finders
    driver.session.set_config_variable("data_path", str(Path(awscli.__file__).parent / "data"))
    return driver


def _refuse_unknown_values(params: Mapping[str, Any], model: OperationModel, **_event: Any) -> None:
    """Refuse what botocore leaves to AWS: a value that is none of those its model lists."""
    for shape, value in _leaves(model.input_shape, params):
        if getattr(shape, "enum", None) and value not in shape.enum:
            raise CommandError(f"{value!r} is none of {', '.join(shape.enum)} ({shape.name})")


def _leaves(shape: Shape | None, value: Any) -> Iterator[tuple[Shape, Any]]:
    """Yield every value that is not made of others, with its shape."""
    if shape is None or value is None:
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in value.keys() & shape.members.keys():
            yield from _leaves(shape.members[name], value[name])
    elif shape.type_name == "list" and isinstance(value, list):
        for each in value:
            yield from _leaves(shape.member, each)
    elif shape.type_name == "map" and isinstance(value, dict):
        for each in value.values():
            yield from _leaves(shape.value, each)
    else:
        yield shape, value
