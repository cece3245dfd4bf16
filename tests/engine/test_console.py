"""What a person sees while the tool works."""

import io
import re

import pytest
from universe import LOCKED, NOW, TARGET, call, standard

from auditor.audit import Audit
from auditor.call import Failure, Reply
from auditor.collect import Quiet
from auditor.console import Console, lasted


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "120")

    def attach():
        """Attach the terminal now: pytest replaces standard error between a test's set-up and the test."""
        stream = Terminal()
        monkeypatch.setattr("sys.stderr", stream)
        return stream

    return attach


@pytest.mark.parametrize(
    ("asked", "no_color", "coloured"),
    [(None, "", True), (None, "1", False), (True, "1", True), (False, "", False)],
)
def test_colour_is_as_asked_or_for_a_terminal_without_no_color(terminal, monkeypatch, asked, no_color, coloured):
    terminal()
    monkeypatch.setenv("NO_COLOR", no_color)
    assert Console(colour=asked).coloured(err=True) is coloured


def test_a_pipe_is_not_coloured(capsys):
    assert not Console().coloured(err=True)
    assert not Console().coloured(err=False)


def test_progress_shows_services_calls_and_retries(terminal):
    stream = terminal()
    with Console(colour=False).progress(lambda: 3) as progress:
        Audit((LOCKED,)).live(standard(), TARGET, NOW, workers=1, progress=progress)
        progress.asked(call("GetLock", Box="z"))
        progress._bar.refresh()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    for words in ("asking AWS", "5/6", "calls", "2 regions", "toy 1", "3 retried"):
        assert words in shown


def test_progress_counts_what_stayed_throttled(terminal):
    stream = terminal()
    with Console(colour=False).progress(lambda: 0) as progress:
        for outcome in (Failure("ThrottlingException", "", NOW), Reply({}, NOW)):
            progress.asked(call("GetLock"))
            progress.answered(call("GetLock"), outcome)
        progress._bar.refresh()
    assert "1 throttled" in stream.getvalue()


def test_no_progress_without_a_terminal_or_when_quiet(terminal, monkeypatch):
    terminal()
    with Console(quiet=True).progress(lambda: 0) as progress:
        assert isinstance(progress, Quiet)
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with Console().progress(lambda: 0) as progress:
        assert isinstance(progress, Quiet)


def test_messages_are_inert_and_quiet_keeps_warnings(capsys):
    Console(quiet=True).say("in passing")
    Console(quiet=True).warn("a \x1b[2J region")
    err = capsys.readouterr().err
    assert "in passing" not in err
    assert "warning: a \N{REPLACEMENT CHARACTER}[2J region" in err


def test_details_are_for_who_asks_for_them(capsys):
    for console in (Console(), Console(verbose=True), Console(quiet=True, verbose=True)):
        with console.timed("judging"):
            console.detail("412 calls")
    err = capsys.readouterr().err.splitlines()
    assert err[0] == "412 calls"
    assert re.fullmatch(r"judging: \d+\.\d s", err[1])
    assert len(err) == 2


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s")]
)
def test_times_are_told_as_a_person_says_them(seconds, told):
    assert lasted(seconds) == told
