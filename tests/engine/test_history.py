"""The history: what changed since the run before, what was not seen, and a file that several may share."""

import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from universe import KEYED, LOCKED, NOW, REFUSED, TARGET, Answers, boxes, call, reported, standard

from auditor.__main__ import main
from auditor.gate import ExitCode
from auditor.history import FIXED_KEPT, RUNS_KEPT, History
from auditor.history_file import HistoryFile
from auditor.history_rows import APPLICATION, MIGRATIONS, HistoryError, load, migrate, save
from auditor.severity import Severity, Status
from auditor.trend import SHOWN_WHOLE, facts, marked, thinned
from reports import render
from reports.json import read as report_of

B_MENDED = {call("GetLock", Box="b"): {"Lock": "on"}, call("GetKey", Box="b", Owner="me"): {"Key": "k"}}
B_GONE = {call("ListBoxes"): boxes("a")}
C_ADDED = {call("ListBoxes"): boxes("a", "b", "c"), call("GetLock", Box="c"): {"Lock": "off"}}
C_UNREAD = {call("ListBoxes"): boxes("a", "b", "c")}
UNREAD = {call("GetLock", Box="b"): REFUSED}
UNLISTED = {call("ListBoxes"): REFUSED}
ELSEWHERE = replace(TARGET, regions=("us-east-1",))


def audit(table=None, *, days=0.0, checks=(LOCKED, KEYED), target=TARGET):
    """Return the report of the standard account, some answers changed, some days later; box b is open, without key."""
    source = standard()
    source.table |= Answers(table or {}).table
    report = reported(source, *checks, target=target)
    return replace(report, audit=replace(report.audit, at=NOW + timedelta(days=days)))


def after(*reports):
    history = History()
    for report in reports:
        history = history.after(report)
    return history


def changes(*reports):
    """Return the failures that the history calls new, reopened and fixed: the check and the box of each."""
    told = facts(after(*reports))
    return tuple({_named(each) for each in part} for part in (told.new, told.reopened, told.fixed))


def _named(failure):
    """Return the check and the box, such as ``locked b``."""
    return f"{failure.check.removeprefix('toy-box-')} {failure.resource[-1]}"


class TestMeaning:
    """What the history makes of the runs."""

    def test_the_first_run_reveals_what_fails(self):
        told = facts(after(audit()))
        assert (told.new, told.reopened, told.fixed, told.revealed) == ((), (), (), 2)
        assert [each.failed for each in told.runs] == [{"critical": 0, "high": 1, "medium": 1, "low": 0}]

    @pytest.mark.parametrize("table", [B_MENDED, B_GONE], ids=["mended", "gone"])
    def test_what_passes_or_is_gone_is_fixed(self, table):
        assert changes(audit(), audit(table, days=4)) == (set(), set(), {"locked b", "keyed b"})
        (fixed, _) = facts(after(audit(), audit(table, days=4))).fixed
        assert (fixed.first_seen, fixed.fixed_at) == (NOW.date(), NOW.date() + timedelta(days=4))
        assert fixed.fate == ("FIXED" if table is B_MENDED else "GONE")

    def test_what_appears_is_new(self):
        assert changes(audit(), audit(C_ADDED, days=1))[0] == {"locked c"}

    def test_what_is_still_there_is_no_change(self):
        assert changes(audit(), audit(days=1)) == (set(), set(), set())

    def test_what_fails_again_is_reopened_and_tells_both_days(self):
        reports = audit(), audit(B_MENDED, days=2), audit(days=5)
        assert changes(*reports) == (set(), {"locked b", "keyed b"}, set())
        (_, keyed) = sorted(facts(after(*reports)).reopened, key=lambda each: each.check, reverse=True)
        assert (keyed.first_seen, keyed.fixed_at) == (NOW.date(), NOW.date() + timedelta(days=2))
        report = marked(reports[-1], after(*reports))
        assert {(each.first_seen, each.failing_since) for each in report.findings if each.status is Status.FAIL} == {
            (NOW.date(), NOW.date() + timedelta(days=5))
        }
        assert {each.first_seen for each in report.findings if each.status is not Status.FAIL} == {None}

    @pytest.mark.parametrize(
        "blind",
        [
            {"table": UNREAD, "checks": (LOCKED,)},
            {"table": UNLISTED},
            {"checks": (KEYED,)},
            {"target": ELSEWHERE},
            {"target": replace(TARGET, account="444455556666")},
        ],
        ids=["unread", "unlisted", "another check", "another region", "another account"],
    )
    def test_what_is_not_seen_is_neither_fixed_nor_new_afterwards(self, blind):
        blind = audit(days=1, **blind)
        assert "locked b" not in set().union(*changes(audit(), blind))
        assert changes(audit(), blind, audit(days=2)) == (set(), set(), set())
        assert facts(after(audit(), blind)).unseen >= 1

    @pytest.mark.parametrize(
        ("table", "settings"),
        [(UNREAD, {}), (UNLISTED, {}), ({}, {"checks": (KEYED,)}), ({}, {"target": ELSEWHERE})],
        ids=["unread", "unlisted", "another check", "another region"],
    )
    def test_what_nothing_had_judged_before_is_revealed_and_not_new(self, table, settings):
        told = facts(after(audit(table, **settings), audit(days=1)))
        assert "locked b" not in {_named(each) for each in told.new}
        assert told.revealed >= 1

    def test_what_was_never_read_stays_so_until_it_is(self):
        assert changes(audit(C_UNREAD), audit(C_UNREAD, days=1), audit(C_ADDED, days=2))[0] == set()
        passing = {**C_UNREAD, call("GetLock", Box="c"): {"Lock": "on"}}
        assert changes(audit(C_UNREAD), audit(passing, days=1), audit(C_ADDED, days=2))[0] == {"locked c"}
        assert after(audit(C_UNREAD), audit(passing, days=1)).unread < after(audit(C_UNREAD)).unread

    def test_what_was_judged_and_then_could_not_be_read_is_new(self):
        assert changes(audit(B_MENDED), audit({**B_MENDED, **UNREAD}, days=1), audit(days=2))[0] >= {"locked b"}

    def test_times_to_fix_are_means_by_severity(self):
        pace = {each.severity: each for each in facts(after(audit(), audit(days=3), audit(B_MENDED, days=4.5))).pace}
        assert pace[Severity.HIGH].mean_days_to_fix == 4.5
        assert (pace[Severity.HIGH].open, pace[Severity.HIGH].mean_age_days) == (0, None)
        pace = {each.severity: each for each in facts(after(audit(), audit(days=3))).pace}
        assert (pace[Severity.HIGH].open, pace[Severity.HIGH].mean_age_days) == (1, 3.0)
        assert pace[Severity.CRITICAL].fixed == 0

    def test_what_is_accepted_has_begun_and_does_not_end(self):
        accepted = audit(days=1)
        findings = tuple(
            replace(each, status=Status.ACCEPTED) if each.status is Status.FAIL else each for each in accepted.findings
        )
        accepted = replace(accepted, findings=findings)
        assert changes(audit(), accepted) == (set(), set(), set())
        assert after(audit(), accepted).runs[-1].accepted == 2

    def test_what_is_long_ago_is_forgotten(self):
        kept = FIXED_KEPT.days
        reports = audit(), audit(B_MENDED, days=1), audit(B_MENDED, days=1 + kept), audit(B_MENDED, days=2 + kept)
        assert len(after(*reports[:3]).spells) == 2
        assert after(*reports).spells == set()
        assert changes(*reports, audit(days=3 + kept))[0] == {"locked b", "keyed b"}
        assert len(after(audit(), audit(days=1), audit(days=RUNS_KEPT.days + 1)).runs) == 2
        assert after(audit(), audit(checks=(), days=RUNS_KEPT.days + 1)).spells == set()

    def test_of_long_ago_the_last_run_of_each_day_is_told(self):
        (run,) = after(audit()).runs
        runs = [replace(run, at=NOW + timedelta(hours=6 * number), new=number) for number in range(400)]
        told = thinned(runs)
        assert told[-SHOWN_WHOLE:] == tuple(runs[-SHOWN_WHOLE:])
        days = [each.at.date() for each in told[:-SHOWN_WHOLE]]
        assert days == sorted(set(days))
        assert {each.at.hour for each in told[:-SHOWN_WHOLE][:-1]} == {20}

    @given(st.lists(st.sampled_from([{}, B_MENDED, B_GONE, C_ADDED, C_UNREAD, UNREAD, UNLISTED]), max_size=6))
    def test_open_failures_are_those_of_the_run_and_what_it_could_not_see(self, tables):
        reports = [audit(table, days=day) for day, table in enumerate([*tables, {}])]
        history = after(*reports)
        failing = {each.fingerprint for each in reports[-1].findings if each.status.failing}
        assert {each.fingerprint for each in history.open.values() if each.seen == history.runs[-1].at} == failing
        for before, report in zip(range(len(reports)), reports, strict=True):
            run, told = history.runs[before], facts(after(*reports[: before + 1]))
            assert (run.new, run.reopened, run.fixed) == (len(told.new), len(told.reopened), len(told.fixed))
            assert run.at == report.audit.at


@pytest.fixture
def path(tmp_path):
    return tmp_path / "history.sqlite"


class TestFile:
    """Where the history is kept."""

    def test_it_keeps_what_is_in_memory(self, path):
        reports = [audit(), audit(B_MENDED, days=1), audit({**C_ADDED, **UNREAD}, days=2)]
        told = [HistoryFile(path).add(report) for report in reports]
        assert HistoryFile(path).read() == (after(*reports),)
        assert told[-1] == marked(reports[-1], after(*reports))
        assert report_of(render(told[-1], "json")) == told[-1]

    def test_it_is_nobody_else_s(self, path):
        before = os.umask(0)
        try:
            HistoryFile(path).add(audit())
        finally:
            os.umask(before)
        assert path.stat().st_mode & 0o777 == 0o600

    def test_accounts_share_it_and_do_not_meet(self, path):
        other = audit(B_MENDED, days=1, target=replace(TARGET, account="444455556666"))
        HistoryFile(path).add(audit())
        assert HistoryFile(path).add(other).history.fixed == ()
        assert HistoryFile(path).add(audit(days=2)).history.revealed == 0
        assert [each.runs[0].accounts for each in HistoryFile(path).read()] == [("111122223333",), ("444455556666",)]
        (only,) = HistoryFile(path).read("444455556666")
        assert only.runs[0].accounts == ("444455556666",)

    def test_the_same_moment_is_added_once_and_an_earlier_one_never(self, path):
        first = HistoryFile(path).add(audit(days=1))
        assert HistoryFile(path).add(audit(days=1)) == first
        with pytest.raises(HistoryError, match="2026-03-02 08:00:00 UTC, which is later"):
            HistoryFile(path).add(audit())
        assert len(HistoryFile(path).read()[0].runs) == 1

    @pytest.mark.slow
    def test_writers_take_turns(self, path):
        """Eight processes, of which none may lose another's run, nor meet another while they make a file."""
        script = textwrap.dedent("""
            import sys
            from dataclasses import replace
            from pathlib import Path
            from universe import TARGET
            from test_history import audit
            from auditor.history_file import HistoryFile
            for number in range(20):
                HistoryFile(Path(f"{sys.argv[1]}-{number}")).prepare()
            for day in range(4):
                target = replace(TARGET, account=f"{int(sys.argv[2]):012d}")
                HistoryFile(Path(sys.argv[1])).add(audit(days=day, target=target))
        """)
        writers = [_python(script, path, str(number)) for number in range(8)]
        assert [(each.wait(), each.stderr.read()) for each in writers] == [(0, "")] * 8
        for each in writers:
            each.stderr.close()
        histories = HistoryFile(path).read()
        assert [len(each.runs) for each in histories] == [4] * 8
        assert {_named(each) for history in histories for each in history.open.values()} == {"keyed b"}

    def test_a_run_that_is_cut_short_leaves_no_trace(self, path):
        HistoryFile(path).add(audit())
        script = textwrap.dedent("""
            import os, signal, sys
            from pathlib import Path
            from test_history import B_MENDED, TARGET, audit
            from auditor.history_file import HistoryFile
            from auditor.history_rows import load, save
            with HistoryFile(Path(sys.argv[1]))._writing() as connection:
                before = load(connection, [TARGET.account])
                save(connection, before, before.after(audit(B_MENDED, days=1)))
                os.kill(os.getpid(), signal.SIGKILL)
        """)
        with _python(script, path) as cut:
            assert cut.wait() == -9
        assert HistoryFile(path).read() == (after(audit()),)
        assert len(HistoryFile(path).add(audit(B_MENDED, days=2)).history.fixed) == 2

    def test_another_process_that_writes_is_waited_for_and_then_told(self, path):
        HistoryFile(path).prepare()
        with sqlite3.connect(path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(HistoryError, match="is locked: another process is writing it; try again"):
                HistoryFile(path, patience=0.1).prepare()
        other.close()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"# notes\n" * 1000, "history.sqlite is not a history, or is damaged: file is not a database"),
            (b"SQLite format 3\0" + b"\xff" * 5000, "history.sqlite"),
        ],
        ids=["text", "damaged"],
    )
    def test_another_file_is_left_as_it_is(self, path, content, message):
        path.write_bytes(content)
        for use in (HistoryFile(path).prepare, HistoryFile(path).read):
            with pytest.raises(HistoryError, match=message):
                use()
        assert path.read_bytes() == content

    def test_another_database_is_left_as_it_is(self, path):
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE recipe (name TEXT)")
        other.close()
        for use in (HistoryFile(path).prepare, HistoryFile(path).read):
            with pytest.raises(HistoryError, match="is an SQLite database, but no history of audits"):
                use()

    def test_a_folder_or_a_place_where_none_can_be_is_told(self, tmp_path):
        with pytest.raises(HistoryError, match="Is a directory"):
            HistoryFile(tmp_path).prepare()
        (tmp_path / "file").touch()
        with pytest.raises(HistoryError, match=r"cannot be used: (File exists|Not a directory)"):
            HistoryFile(tmp_path / "file" / "history.sqlite").prepare()

    def test_a_read_only_file_is_read_and_not_written(self, path):
        """In a folder that nobody may write to either, as of an artefact that is mounted; by a user without rights."""
        HistoryFile(path).add(audit())
        above = [each for each in path.parents if each.is_relative_to(Path(tempfile.gettempdir()).resolve())][1:-1]
        path.chmod(0o444)
        path.parent.chmod(0o555)
        for each in above:
            each.chmod(0o711)
        script = textwrap.dedent("""
            import os, sqlite3, sys, urllib.parse  # what a user without rights may not find
            from pathlib import Path
            from auditor.history_file import HistoryFile
            from auditor.history_rows import HistoryError
            if os.getuid() == 0:
                os.setuid(65534)
            print(len(HistoryFile(Path(sys.argv[1])).read()[0].runs))
            try:
                HistoryFile(Path(sys.argv[1])).prepare()
            except HistoryError as error:
                print(error)
        """)
        with _python(script, path, stdout=subprocess.PIPE) as reader:
            out, err = reader.communicate()
        for each in (path.parent, *above):
            each.chmod(0o700)
        assert (out, err) == (f"1\nthe history {path} cannot be used: Permission denied\n", "")


def _python(script, path, *more, stdout=None):
    """Start a process that imports what the tests do."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])}
    command = [sys.executable, "-c", script, str(path), *more]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=stdout, text=True)


class TestSchema:
    """The file's schema, which later versions change."""

    def test_an_older_schema_is_brought_up_to_date_and_keeps_what_it_holds(self, path):
        HistoryFile(path).add(audit())
        later = (*MIGRATIONS, ("ALTER TABLE run ADD COLUMN seconds REAL NOT NULL DEFAULT 0",))
        with sqlite3.connect(path, isolation_level=None) as connection:
            migrate(connection, "it", later)
            assert connection.execute("SELECT seconds FROM run").fetchall() == [(0.0,)]
            assert connection.execute("PRAGMA user_version").fetchone() == (2,)
            migrate(connection, "it", later)
            assert load(connection, [TARGET.account]) == after(audit())
            save(connection, after(audit()), after(audit(), audit(B_MENDED, days=1)))
            assert load(connection, [TARGET.account]) == after(audit(), audit(B_MENDED, days=1))
        connection.close()

    def test_a_newer_schema_is_refused(self, path):
        HistoryFile(path).add(audit())
        with sqlite3.connect(path) as connection:
            connection.execute("PRAGMA user_version = 7")
        connection.close()
        for use in (HistoryFile(path).prepare, HistoryFile(path).read):
            with pytest.raises(HistoryError, match="has the schema version 7: use the version of auditor that wrote"):
                use()

    def test_an_empty_file_becomes_a_history(self, path):
        path.touch()
        assert HistoryFile(path).read() == ()
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


@pytest.fixture
def scan(recording, tmp_path, monkeypatch, capsys):
    """Audit the recorded sample account; return the code, the output and the errors."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        code = main(["scan", "--from", str(recording), "--check", "s3-bucket-*", *arguments])
        return (code, *capsys.readouterr())

    return run


class TestCommands:
    """The option and the listing."""

    def test_an_audit_is_added_and_told(self, scan, path, capsys):
        code, out, _ = scan("--history", str(path), "--output-format", "json=report.json")
        assert code == ExitCode.FINE
        assert "History   this is the first audit that it keeps of this account" in out
        report = report_of(Path("report.json").read_bytes())
        assert len(report.history.runs) == 1
        assert {each.first_seen for each in report.findings if each.status is Status.FAIL} == {report.audit.at.date()}
        assert main(["history", str(path)]) == 0
        assert f"{report.audit.at:%Y-%m-%d %H:%M}  {report.score:.1f}" in capsys.readouterr().out

    def test_the_configuration_names_it(self, scan, path):
        Path("auditor.toml").write_text(f'[scan]\nhistory = "{path}"\n')
        assert scan()[0] == ExitCode.FINE
        assert len(HistoryFile(path).read()) == 1

    def test_a_file_that_is_none_is_told_before_the_audit(self, scan, path):
        path.write_text("# notes\n" * 100)
        code, out, err = scan("--history", str(path), "--output-format", "json=report.json")
        assert (code, out) == (ExitCode.USAGE, "")
        assert "is not a history, or is damaged" in err
        assert not Path("report.json").exists()

    def test_no_report_is_lost_with_it(self, scan, path):
        """A later audit of the account is there already: the file is sound, and yet this one cannot be added."""
        assert scan("--history", str(path))[0] == ExitCode.FINE
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE run SET at = '2999-01-01T00:00:00+00:00'")
        connection.close()
        code, out, err = scan("--history", str(path), "--output-format", "json=report.json")
        assert code == ExitCode.USAGE
        assert "which is later" in err
        assert "Score" in out
        assert report_of(Path("report.json").read_bytes()).history is None

    def test_it_lists_runs_and_failures(self, path, capsys):
        for report in (audit(), audit(C_ADDED, days=1), audit({**C_ADDED, **UNREAD}, days=3)):
            HistoryFile(path).add(report)

        def told(*arguments):
            assert main(["history", str(path), *arguments]) == 0
            return capsys.readouterr().out

        lines = [line.split() for line in told().splitlines()]
        assert lines[0] == ["AWS", "account", "111122223333"]
        assert [line[0] for line in lines[2:5]] == ["2026-03-01", "2026-03-02", "2026-03-04"]
        assert " ".join(lines[3][-3:]) == "1 0 2"
        assert "high      1 open, on average for 2.0 days; 0 fixed" in told()
        runs = json.loads(told("--format", "json"))
        assert runs == [json.loads(line) for line in told("--format", "jsonl").splitlines()]
        assert [run["new"] for run in runs] == [0, 1, 0]
        failures = [json.loads(line) for line in told("--failures", "--format", "jsonl").splitlines()]
        assert [(each["resource"][-1], each["days"]) for each in failures] == [("b", 3), ("b", 3), ("c", 2)]
        assert {each["last_seen"] for each in failures if each["check"] == LOCKED.id and each["days"] == 3} == {
            str(date(2026, 3, 2))
        }
        assert "3 open failures" in told("--failures")
        assert told("--account", "444455556666") == "No audit is remembered.\n"
