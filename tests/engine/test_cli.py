"""The commands, as a person and as a pipeline use them."""

import json
import signal
import socket
import subprocess
import sys
import time

import jsonschema_rs
import pytest

from auditor import __version__
from auditor.__main__ import main
from auditor.demo import REGIONS
from auditor.gate import ExitCode
from reports.json import read, schema

SELECTED = ["--check", "s3-bucket-*"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def scan(recording, here, capsys):
    """Run `auditor scan` on the recorded sample account; return its code, output and errors."""

    def run(*arguments):
        code = main(["scan", "--from", str(recording), *SELECTED, *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_version(capsys):
    assert main(["--version"]) == 0
    assert __version__ in capsys.readouterr().out


def test_the_summary_is_what_is_asked_for_unless_a_report_is(scan):
    code, out, err = scan()
    assert code == ExitCode.FINE
    assert "Score" in out
    assert err == ""
    code, out, err = scan("--output-format", "json")
    assert json.loads(out)["schema_version"] == "1.0"
    assert "Score" in err


def test_the_summary_is_not_told_twice(scan):
    _, out, err = scan("--output-format", "table")
    assert out.count("Score") == 1
    assert "Score" not in err


def test_quiet_prints_only_what_was_asked_for(scan):
    assert scan("--quiet")[1:] == ("", "")
    _, out, err = scan("-q", "--output-format", "json")
    assert json.loads(out)
    assert err == ""


def test_reports_go_to_files(scan, here):
    code, out, err = scan("--output-format", "json=deep/er/report.json", "--output-format", "table=t.txt")
    assert code == 0
    assert "wrote" in err
    assert "Score" in out
    report = json.loads((here / "deep/er/report.json").read_text())
    jsonschema_rs.validate(schema(), report)
    assert (here / "t.txt").read_text() == out


def test_what_the_json_report_holds(scan):
    report = json.loads(scan("--output-format", "json")[1])
    assert {"schema_version", "audit", "score", "coverage", "frameworks", "findings", "gaps"} <= set(report)
    for finding in report["findings"]:
        assert finding["status"] in {"PASS", "FAIL", "UNKNOWN", "ERROR", "ACCEPTED"}
        assert set(finding["resource"]) >= {"type", "id", "arn"}
        assert finding["evidence"]
        assert len(finding["fingerprint"]) == 32
    assert read(json.dumps(report)).score == report["score"]


def test_the_gate(scan):
    assert scan("--fail-on", "critical")[0] == ExitCode.GATE_FAILED
    _, _, err = scan("--fail-on", "critical")
    assert "failed findings at or above critical: 3 critical" in err
    assert scan("--fail-on", "none")[0] == ExitCode.FINE
    assert scan("--check", "s3-bucket-versioned", "--fail-on", "high", "--exclude-check", "s3-bucket-not*")[0] in {0, 1}


def test_an_incomplete_audit_exits_3(recording, here, capsys):
    """The recording has no such check's calls when it was made for fewer; here: a check of another recording."""
    narrow = here / "narrow.snapshot"
    from auditor import snapshot
    from auditor.snapshot import Snapshot

    whole = snapshot.read(recording)
    kept = {call: outcome for call, outcome in whole.outcomes.items() if call.operation != "GetBucketPolicyStatus"}
    assert isinstance(whole, Snapshot)
    from auditor.inventory import Inventory

    inventory = Inventory(whole.header.target, whole.header.at)
    inventory.outcomes = kept
    snapshot.write(narrow, inventory, ())
    code = main(["scan", "--from", str(narrow), "--check", "s3-bucket-not-public"])
    out, err = capsys.readouterr()
    assert code == ExitCode.INCOMPLETE
    assert "could not be answered" in err
    assert "GetBucketPolicyStatus" in out
    assert (
        main(["scan", "--from", str(narrow), "--check", "s3-bucket-not-public", "--max-unknown", "99"]) == ExitCode.FINE
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fail-on", "terrible"], "'terrible' is not one of"),
        (["--output-format", "htlm"], "there is no format 'htlm': did you mean html"),
        (["--output-format", "json", "--output-format", "table"], "would mix on standard output"),
        (["--check", "s3-bucket-nothing"], "there is no check s3-bucket-nothing"),
        (["--nonsense"], "--nonsense"),
        (["--output-format", "json=/proc/nowhere/report.json"], "/proc/nowhere/report.json cannot be written"),
        (["--record", "/proc/nowhere/x"], "cannot be written"),
        (["--checks", "nothing-there"], "nothing-there"),
    ],
)
def test_wrong_usage_is_told_and_exits_2(scan, arguments, message):
    code, out, err = scan(*arguments)
    assert code == ExitCode.USAGE
    assert message in err
    assert "Traceback" not in err
    assert "Score" not in out


def test_a_snapshot_that_is_none_exits_2(here, capsys):
    (here / "x").write_text("hello")
    assert main(["scan", "--from", "x"]) == ExitCode.USAGE
    assert "x is not a snapshot" in capsys.readouterr().err


def test_flags_outrank_environment_which_outranks_the_file(scan, here, monkeypatch):
    (here / "auditor.toml").write_text('[scan]\nfail-on = "critical"\n')
    assert scan()[0] == ExitCode.GATE_FAILED
    monkeypatch.setenv("AUDITOR_FAIL_ON", "none")
    assert scan()[0] == ExitCode.FINE
    assert scan("--fail-on", "critical")[0] == ExitCode.GATE_FAILED


def test_the_file_sets_lists_and_parameters(recording, here, capsys):
    (here / "auditor.toml").write_text(
        f'[scan]\nfrom = "{recording}"\ncheck = ["iam-user-key-rotated"]\noutput-format = ["json"]\n'
        "[parameters.iam-user-key-rotated]\nmax_age_days = 7\n"
    )
    assert main(["scan"]) in set(ExitCode)
    report = json.loads(capsys.readouterr().out)
    assert {each["check"] for each in report["findings"]} == {"iam-user-key-rotated"}
    assert {each["parameters"]["max_age_days"] for each in report["findings"]} == {7}


def test_a_wrong_file_exits_2_and_names_the_right_key(scan, here):
    (here / "auditor.toml").write_text('[scan]\nfailon = "critical"\n')
    code, _, err = scan()
    assert code == ExitCode.USAGE
    assert "did you mean fail-on" in err
    (here / "other.toml").write_text("[parameters.s3-bucket-nothing]\n")
    code, _, err = scan("--config", "other.toml")
    assert (code, "there is no check s3-bucket-nothing" in err) == (ExitCode.USAGE, True)


def test_one_s_own_checks_run_beside_the_others(recording, here, capsys):
    (here / "ours").mkdir()
    (here / "ours" / "names_of_buckets.py").write_text(
        "from auditor import Fix, Problem, Severity, check\n"
        "from checks.s3.resources import Bucket\n\n"
        "@check('s3-bucket-shop-named', Severity.LOW, reads=[Bucket], references=['https://example.com'], fix=Fix())\n"
        "def named(bucket: Bucket):\n"
        "    '''Buckets are named for the shop.'''\n"
        "    if not bucket.id.startswith('shop-a'):\n"
        "        yield Problem(f'{bucket.id} is not')\n"
    )
    (here / "ours" / "broken_module.py").write_text("raise RuntimeError('boom')")
    arguments = ["scan", "--from", str(recording), "--checks", "ours", "--check", "s3-bucket-shop-named"]
    assert main([*arguments, "--output-format", "json"]) == ExitCode.FINE
    out, err = capsys.readouterr()
    assert {each["status"] for each in json.loads(out)["findings"]} == {"PASS", "FAIL"}
    assert "broken_module.py cannot be loaded: RuntimeError: boom" in err
    assert "broken_module.py" in json.loads(out)["audit"]["warnings"][0]


def test_listings(here, capsys):
    def told(*arguments):
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    assert "s3-bucket-tls-only" in told("checks")
    assert "s3-bucket-tls-only" not in told("checks", "--severity", "critical")
    page = told("checks", "show", "s3-bucket-not-public")
    for words in ("s3-bucket-not-public (critical)", "s3:GetBucketPolicyStatus", "Bucket.public_by_policy", "https://"):
        assert words in page
    assert "s3:GetBucketVersioning" in told("plan", "--check", "s3-bucket-versioned")
    assert "in 2 regions" in told("plan", "--region", "eu-west-1", "--region", "us-east-1")
    actions = json.loads(told("permissions", "--check", "s3-bucket-versioned"))["Statement"][0]["Action"]
    assert actions == ["ec2:DescribeRegions", "s3:GetBucketVersioning", "s3:ListAllMyBuckets", "sts:GetCallerIdentity"]
    assert json.loads(told("schema"))["title"].startswith("AWS account audit report")
    assert main(["checks", "show", "s3-bucket-nothing"]) == ExitCode.USAGE


OWN = """
id = "house-rules"
title = "House rules"
source = "the kitchen wall"
[[controls]]
id = "1"
title = "Buckets keep former versions"
checks = ["s3-bucket-versioned"]
[[controls]]
id = "2"
like = "cis-aws-foundations-7.0:3.1.1"
[[controls]]
id = "3"
title = "The key hangs at its place"
manual = "The hook beside the door."
severity = "HIGH"
"""


@pytest.fixture
def own(here):
    path = here / "house.toml"
    path.write_text(OWN)
    return path


def test_frameworks_are_listed_with_what_checks_decide(own, capsys):
    assert main(["frameworks", "--framework-file", str(own)]) == 0
    titles, *rows = (line.split(maxsplit=7) for line in capsys.readouterr().out.splitlines() if line[:1].strip())
    assert titles == ["FRAMEWORK", "CONTROLS", "DECIDED", "PARTLY", "MANUAL", "UNCOVERED", "PERCENT", "TITLE"]
    counted = {row[0]: list(map(int, row[1:7])) for row in rows if row[1].isdigit()}
    assert counted["house-rules"] == [3, 2, 0, 1, 0, 66]
    for controls, decided, partly, manual, uncovered, percent in counted.values():
        assert decided + partly + manual + uncovered == controls
        assert percent == 100 * decided // controls


def test_a_framework_s_controls_are_shown(own, capsys):
    assert main(["frameworks", "--framework-file", str(own), "show", "house-rules"]) == 0
    out = capsys.readouterr().out
    for words in (
        "the kitchen wall",
        "3 controls: 2 decided by checks (66 %), 0 partly, 1 by a person, 0 not covered",
        "1  Buckets keep former versions",
        "checks     s3-bucket-versioned",
        "Bucket policy denies plain HTTP  [level 2]",
        "3  The key hangs at its place  [HIGH]",
        "manual     The hook beside the door.",
    ):
        assert words in out
    assert main(["frameworks", "show", "house-rules"]) == ExitCode.USAGE
    assert "there is no framework house-rules" in capsys.readouterr().err


def test_one_s_own_framework_selects_and_scores(recording, own, capsys, monkeypatch):
    def told(*arguments):
        assert main(list(arguments)) == 0
        return capsys.readouterr().out

    chosen = ["--framework-file", str(own), "--framework", "house-rules"]
    assert [line.split()[0] for line in told("checks", *chosen).splitlines()[1:3]] == [
        "s3-bucket-tls-only",
        "s3-bucket-versioned",
    ]
    assert "house-rules:2" in told("checks", "--framework-file", str(own), "show", "s3-bucket-tls-only")
    assert "s3:GetBucketVersioning" in told("permissions", *chosen)
    assert "s3:GetBucketVersioning" in told("plan", *chosen)
    monkeypatch.setenv("AUDITOR_FRAMEWORK_FILE", str(own))
    report = json.loads(told("scan", "--from", str(recording), "--framework", "house-rules", "--output-format", "json"))
    (framework,) = [each for each in report["frameworks"] if each["id"] == "house-rules"]
    assert framework["scope"] == {"controls": 3, "decided": 2, "partly": 0, "manual": 1, "uncovered": 0}
    assert [each["severity"] for each in framework["controls"]] == ["", "", "HIGH"]
    assert {each["check"] for each in report["findings"]} == {"s3-bucket-tls-only", "s3-bucket-versioned"}


def test_the_configuration_may_name_framework_files(recording, own, here, capsys):
    (here / "auditor.toml").write_text(f'[scan]\nfrom = "{recording}"\nframework-file = ["{own}"]\n')
    assert main(["scan", "--check", "s3-bucket-versioned", "--output-format", "json"]) == 0
    assert "house-rules" in {each["id"] for each in json.loads(capsys.readouterr().out)["frameworks"]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("house-rules", "aws-security-hub"), "house.toml: the id aws-security-hub is taken by aws-security-hub.toml"),
        (
            ("s3-bucket-versioned", "s3-bucket-version"),
            "framework house-rules, control 1: there is no check s3-bucket-version: did you mean s3-bucket-versioned?",
        ),
        (("7.0:3.1.1", "7.0:3.1.9"), "house.toml: control 2: it is like cis-aws-foundations-7.0:3.1.9, but"),
        (("title", "titel"), "house.toml is not a framework: Object contains unknown field `titel`"),
    ],
)
@pytest.mark.parametrize("command", [["scan"], ["checks"], ["frameworks"], ["permissions"], ["plan"]])
def test_a_wrong_framework_file_is_told(own, capsys, change, message, command):
    own.write_text(OWN.replace(*change))
    assert main([*command, "--framework-file", str(own)]) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert message in " ".join(err.split())
    assert "Traceback" not in err


def test_a_framework_may_name_one_s_own_checks(own, here, capsys):
    own.write_text(OWN.replace("s3-bucket-versioned", "s3-bucket-shop-owned"))
    (here / "ours").mkdir()
    module = here / "ours" / "owned_buckets.py"
    module.write_text("raise RuntimeError('boom')")
    arguments = ["checks", "--framework-file", str(own), "--framework", "house-rules", "--checks", "ours"]
    assert main(arguments) == ExitCode.USAGE
    assert "owned_buckets.py cannot be loaded: RuntimeError: boom" in capsys.readouterr().err
    module.write_text(
        "from auditor import Fix, Problem, Severity, check\n"
        "from checks.s3.resources import Bucket\n\n"
        "@check('s3-bucket-shop-owned', Severity.LOW, reads=[Bucket], references=['https://example.com'], fix=Fix())\n"
        "def owned(bucket: Bucket):\n"
        "    '''Buckets are the shop's own.'''\n"
        "    yield from ()\n"
    )
    assert main(arguments) == 0
    assert "s3-bucket-shop-owned" in capsys.readouterr().out


def test_a_fault_of_ours_is_no_failed_gate(scan, monkeypatch):
    from auditor import scan as module

    def broken(*_arguments):
        raise ZeroDivisionError

    monkeypatch.setattr(module, "load", broken)
    code, _, err = scan()
    assert code == ExitCode.CRASH
    assert "ZeroDivisionError" in err
    assert "Please report it" in err


def test_an_endpoint_that_does_not_answer_is_one_sentence(here, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        code = main(["scan", "--endpoint-url", url, "--timeout", "1"])
    err = capsys.readouterr().err
    assert code == ExitCode.USAGE
    assert f"{url} does not answer" in err
    assert "Traceback" not in err


def test_no_credentials_exit_2(here, monkeypatch, capsys):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert main(["scan"]) == ExitCode.USAGE
    assert "no AWS credentials were found" in capsys.readouterr().err


def test_a_pipe_that_closes_early_is_no_fault(recording, here):
    scan = f"{sys.executable} -m auditor scan --from {recording} --output-format json -q --max-unknown 99999"
    command = f"{scan} | head -c 10"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("partial", [False, True])
def test_ctrl_c_stops_within_a_second_and_partial_writes_what_there_is(emulator, here, partial):
    """The emulator answers; a slow page keeps the audit waiting while it is interrupted."""
    command = [sys.executable, "-c", SLOWED, emulator, *(["--partial"] if partial else [])]
    process = subprocess.Popen(command, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "slow\n"
    time.sleep(0.3)
    before = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == ExitCode.INTERRUPTED, err
    assert time.monotonic() - before < 5
    assert "Traceback" not in err
    assert (here / "report.json").exists() is partial
    if partial:
        report = json.loads((here / "report.json").read_text())
        assert report["audit"]["partial"] is True
        assert {each["unseen"]["code"] for each in report["findings"] if each["unseen"]} == {"Interrupted"}
    else:
        assert "--partial" in err


SLOWED = """
import signal, sys, time
from auditor import source
from auditor.__main__ import main

ask = source.Live._ask


def slow(self, call):
    if call.operation == "GetBucketVersioning":
        print("slow", flush=True)
        time.sleep(60)
    return ask(self, call)


# A shell that starts the tests in the background has them ignore Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
source.Live._ask = slow
url, *more = sys.argv[1:]
sys.exit(main(["scan", "--endpoint-url", url, "--region", "eu-west-1", "--service", "s3", "--workers", "2",
               "--output-format", "json=report.json", *more]))
"""


@pytest.mark.slow
def test_live_and_replayed_findings_are_byte_identical(emulator, here, capsys):
    region = [word for each in REGIONS for word in ("--region", each)]
    live = [
        "scan",
        "--endpoint-url",
        emulator,
        *region,
        "--record",
        "s.snapshot",
        "-q",
        "--output-format",
        "json=live.json",
    ]
    main(live)
    main(["scan", "--from", "s.snapshot", "-q", "--output-format", "json=replayed.json"])
    live_report, replayed = (json.loads((here / name).read_text()) for name in ("live.json", "replayed.json"))
    assert json.dumps(live_report["findings"]) == json.dumps(replayed["findings"])
    assert (live_report["audit"]["source"], replayed["audit"]["source"]) == ("live", "snapshot")
    assert (here / "s.snapshot").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_the_demo_writes_both_reports(here):
    command = [sys.executable, "-m", "auditor", "demo", "--check", "s3-*", "--record", "demo.snapshot"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=here)
    assert done.returncode == ExitCode.FINE, done.stderr
    assert "AWS account 123456789012" in done.stdout
    assert "wrote report.html" in done.stderr
    assert (here / "report.html").read_text().lower().startswith("<!doctype html>")
    assert json.loads((here / "report.json").read_text())["score"] > 0
    assert (here / "demo.snapshot").exists()


def test_the_demo_without_its_emulator_says_what_to_install(here, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "moto.server", None)
    assert main(["demo"]) == ExitCode.USAGE
    assert "pip install 'aws-account-auditor[demo]'" in capsys.readouterr().err


def test_the_gate_s_scores_are_judged_and_wrong_ones_are_told(scan, own):
    framework = ["--framework-file", str(own)]
    code, _, err = scan("--min-score", "99.5", *framework, "--min-framework-score", "house-rules=100")
    assert code == ExitCode.GATE_FAILED
    assert "; --min-score demands 99.5" in err
    assert "the score of house-rules is " in err
    assert scan("--min-score", "0", *framework, "--min-framework-score", "house-rules=0")[0] == ExitCode.FINE
    code, _, err = scan("--exclude-framework", "house-rules", *framework, "--min-framework-score", "house-rules=1")
    assert (code, "nothing that the score of house-rules could rest on" in err) == (ExitCode.INCOMPLETE, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--min-score", "101"], "101.0 is not in the range"),
        (["--min-score", "nan"], "nan is not a score"),
        (["--min-framework-score", "90"], "'90' is not a framework's id and a score"),
        (["--min-framework-score", "cis=nan"], "nan is not a score"),
        (["--min-framework-score", "cis-aws-foundations-7.1=90"], "did you mean cis-aws-foundations-7.0?"),
        (["--baseline", "nowhere.json"], "'nowhere.json' does not exist"),
        (["--exceptions", "nowhere.toml"], "'nowhere.toml' does not exist"),
    ],
)
def test_wrong_rules_exit_2(scan, arguments, message):
    code, out, err = scan(*arguments)
    assert (code, out) == (ExitCode.USAGE, "")
    assert message in err
    assert "Traceback" not in err


def test_every_rule_can_stand_in_the_file(scan, own, here):
    (here / "auditor.toml").write_text(
        f'[scan]\nframework-file = ["{own}"]\nmin-score = 100\nmin-framework-score = ["house-rules=100"]\n'
        'fail-on = "low"\nmax-unknown = 0\n'
    )
    code, _, err = scan()
    assert code == ExitCode.GATE_FAILED
    assert err.count("warning:") == 3
    (here / "auditor.toml").write_text("[scan]\nmin-score = nan\n")
    assert scan()[0] == ExitCode.USAGE


def test_exceptions_are_added_applied_and_checked(scan, here, capsys):
    given = ["except", "add", "--reason", "Made public on purpose.", "--owner", "web team", "--expires", "2999-12-31"]
    assert main([*given, "--check", "s3-bucket-*", "--resource", "arn:aws:s3:::*"]) == 0
    assert capsys.readouterr().out == "auditor.toml\n"
    code, out, _ = scan("--fail-on", "low", "--output-format", "json")
    report = json.loads(out)
    assert code == ExitCode.FINE
    assert {each["status"] for each in report["findings"]} == {"PASS", "ACCEPTED"}
    (exception,) = report["exceptions"]
    assert (exception["state"], exception["owner"]) == ("IN_FORCE", "web team")
    (here / "old.toml").write_text(
        '[[exceptions]]\ncheck = "s3-bucket-versioned"\nreason = "r"\nowner = "o"\nexpires = 2020-01-01\n'
    )
    (here / "auditor.toml").unlink()
    code, _, err = scan("--fail-on", "low", "--exceptions", "old.toml", "-q")
    assert (code, "(owner: o) expired on 2020-01-01" in err) == (ExitCode.GATE_FAILED, True)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('check = "s3-bucket-version"', "missing required field"),
        ('check = "s3-bucket-version"\nreason = "r"\nowner = "o"\nexpires = 2999-01-01', "did you mean s3-bucket-vers"),
    ],
)
def test_wrong_exceptions_exit_2(scan, here, table, message):
    (here / "auditor.toml").write_text(f"[[exceptions]]\n{table}\n")
    code, out, err = scan()
    assert (code, out, message in err) == (ExitCode.USAGE, "", True)


def test_a_baseline_lets_known_failures_pass_and_new_ones_not(recording, scan, here, capsys):
    narrow = ["--from", str(recording), "--check", "s3-bucket-versioned"]
    assert main(["baseline", "write", *narrow]) == 0
    told = capsys.readouterr().out
    assert told.startswith("auditor-baseline.json: ")
    known = ["--baseline", "auditor-baseline.json", "--fail-on", "low"]
    assert main(["scan", *narrow, *known]) == ExitCode.FINE
    assert "0 new, " in capsys.readouterr().out
    code, out, err = scan(*known, "--output-format", "json=report.json")
    assert (code, "new failed findings at or above low" in err) == (ExitCode.GATE_FAILED, True)
    assert "by checks it did not ask" in out
    assert main(["baseline", "write", "--report", "report.json"]) == 0
    assert scan(*known)[0] == ExitCode.FINE


def test_wrong_files_for_a_baseline_exit_2(scan, here, capsys):
    (here / "x.json").write_text("{}")
    for arguments, message in [
        (["--from", "x.json"], "x.json is neither a JSON report nor a snapshot"),
        (["--from", "."], "cannot be read"),
        ([], "Missing option '--from'"),
    ]:
        assert main(["baseline", "write", *arguments]) == ExitCode.USAGE
        assert message in capsys.readouterr().err
    code, _, err = scan("--baseline", "x.json")
    assert (code, "x.json is not a baseline" in err) == (ExitCode.USAGE, True)


def test_two_audits_are_compared(recording, scan, here, capsys):
    scan("--output-format", "json=old.json")
    report = json.loads((here / "old.json").read_text())
    for finding in report["findings"]:
        finding.update(status="PASS", problems=[])
    (here / "old.json").write_text(json.dumps(report))

    def told(*arguments):
        code = main(["diff", *map(str, arguments), *SELECTED])
        return code, *capsys.readouterr()

    code, out, _ = told("old.json", recording)
    assert code == 0
    assert "PASS → FAIL: the check judges the same replies differently" in out
    code, out, _ = told(recording, "old.json", "--format", "json")
    assert (code, bool(json.loads(out)["fixed"])) == (0, True)
    assert told(recording, recording, "--format", "markdown")[1].count("## New: 0") == 1
    (here / "x.json").write_text("{}")
    code, _, err = told("old.json", "x.json")
    assert (code, "x.json is neither a JSON report nor a snapshot" in err) == (ExitCode.USAGE, True)
    assert told("old.json", "nowhere.json")[0] == ExitCode.USAGE
