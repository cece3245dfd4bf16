"""What a person sees while the tool works: progress on standard error, and the summary."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Self

import click

from auditor.collect import Quiet
from auditor.outputs import render
from auditor.remedies import THROTTLED
from auditor.textual import inert, put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.call import Call, Outcome
    from auditor.collect import Progress
    from auditor.report import Report

MAX_WIDTH: Final = 160
TO_THE_TENTH: Final = 9.95
"""Seconds up to which a tenth is told."""


@dataclass(frozen=True, slots=True)
class Console:
    """Standard error for what goes on, standard output for what was asked for."""

    quiet: bool = False
    colour: bool | None = None
    verbose: bool = False

    def coloured(self, *, err: bool) -> bool:
        """Return whether to colour: as asked, else on a terminal where NO_COLOR is not set (https://no-color.org)."""
        if self.colour is not None:
            return self.colour
        return (sys.stderr if err else sys.stdout).isatty() and not os.environ.get("NO_COLOR")

    def say(self, message: str) -> None:
        """Tell the person something in passing, unless they want quiet."""
        if not self.quiet:
            click.echo(inert(message), err=True)

    def detail(self, message: str) -> None:
        """Tell the person something that only who asked for more wants to know."""
        if self.verbose:
            self.say(message)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Tell, as a detail, how long it took while the context was entered."""
        began = monotonic()
        yield
        self.detail(f"{what}: {lasted(monotonic() - began)}")

    def warn(self, message: str) -> None:
        """Tell the person something they must know."""
        label = click.style("warning:", fg="yellow") if self.coloured(err=True) else "warning:"
        click.echo(f"{label} {inert(message)}", err=True)

    def summary(self, report: Report, *, err: bool) -> None:
        """Print the summary, to standard error where a report takes standard output."""
        width = min(shutil.get_terminal_size((80, 24)).columns, MAX_WIDTH)
        text = render(report, "table", width=width, colour=self.coloured(err=err))
        put([text], sys.stderr if err else sys.stdout)

    @contextmanager
    def progress(self, retries: Callable[[], int]) -> Iterator[Progress]:
        """Show how a collection goes while the context is entered; on a terminal only."""
        if self.quiet or not sys.stderr.isatty():
            yield Quiet()
            return
        with _Bar(retries, colour=self.coloured(err=True)) as bar:
            yield bar


def lasted(seconds: float) -> str:
    """Return a time as a person says it: ``0.4 s``, ``12 s``, ``3 min 5 s``."""
    if seconds < TO_THE_TENTH:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


class _Bar:
    """A progress bar: calls made of calls known, the services at work, throttling, and the time left."""

    def __init__(self, retries: Callable[[], int], *, colour: bool) -> None:
        from rich.console import Console as RichConsole
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._retries = retries
        self._pending: Counter[str] = Counter()
        self._regions: set[str] = set()
        self._throttled = 0
        self._known = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("calls"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[told]}"),
            console=RichConsole(stderr=True, no_color=not colour),
            transient=True,
            refresh_per_second=5,
        )
        self._task = self._bar.add_task("asking AWS", total=0, told="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def asked(self, call: Call) -> None:
        """A call joins the work."""
        self._known += 1
        self._pending[call.service] += 1
        self._regions.add(call.region)
        self._update(advance=0)

    def answered(self, call: Call, outcome: Outcome) -> None:
        """A call came back."""
        self._pending[call.service] -= 1
        self._throttled += getattr(outcome, "code", "") in THROTTLED
        self._update(advance=1)

    def _update(self, advance: int) -> None:
        busy = ", ".join(f"{service} {count}" for service, count in sorted(self._pending.items()) if count)
        told: list[Any] = [f"{len(self._regions)} regions", busy]
        if retries := self._retries():
            told.append(f"{retries} retried")
        if self._throttled:
            told.append(f"{self._throttled} throttled")
        self._bar.update(self._task, advance=advance, total=self._known, told=" · ".join(filter(None, told)))
