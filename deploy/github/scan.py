"""The audit of the GitHub action: its inputs are in the environment, its results go to the files of the runner.

No input is ever code: each becomes one argument, but for ``arguments``, which are split into words as a shell does.
"""
# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

USAGE: Final = 2
"""The auditor's exit code where there was no audit."""
REASONS: Final = {
    0: "",
    1: "The gate is violated: the log of the audit has the rules.",
    USAGE: "Nothing was audited, or a report could not be written: the log of the audit says why.",
    3: "Too much could not be read: the log of the audit says how much, and the report what to grant.",
}
"""What the exit codes mean that are the audited account's or the user's part."""
OPTIONS: Final = ("fail-on", "min-score", "max-unknown", "baseline", "exceptions", "config")
REPORTS: Final = {
    "html": "report.html",
    "json": "report.json",
    "sarif": "report.sarif",
    "markdown": "report.md",
    "github": "annotations.txt",
}


def main() -> None:
    """Audit, and give the runner what came of it, with the exit code as one of the outputs."""
    folder = Path(os.environ["FOLDER"])
    reports = {form: folder / "reports" / name for form, name in REPORTS.items()}
    code = audit(folder / "venv/bin/auditor", reports)
    written = {form: path for form, path in reports.items() if path.exists()}
    annotations = written.pop("github", None)
    if annotations:
        tell(annotations.read_text(encoding="utf-8"))
    if "markdown" in written and given("summary") == "true":
        append("GITHUB_STEP_SUMMARY", written["markdown"].read_text(encoding="utf-8"))
    if not (code or written):
        # Asked for help, the auditor ends well without an audit, which must not pass for an account in good order.
        code = USAGE
    reason = REASONS.get(code, "The auditor has a fault or was ended: see the log of the audit.")
    outputs = {"exit-code": code, "reason": reason, **numbers(written.get("json")), **written}
    append("GITHUB_OUTPUT", "".join(f"{name}={value}\n" for name, value in outputs.items()))


def audit(auditor: Path, reports: dict[str, Path]) -> int:
    """Run the auditor and return its exit code, or what a shell makes of a signal that ended it.

    It prints names that strangers may have chosen. Until it ends, the runner obeys no command in what is printed.
    """
    try:
        command = [str(auditor), "scan", *options(), *(f"--output-format={form}={reports[form]}" for form in reports)]
        command += shlex.split(given("arguments"))
    except ValueError as error:
        tell(f"::error title=AWS account audit::arguments: {error}\n")
        return USAGE
    token = secrets.token_hex(16)
    tell(f"::stop-commands::{token}\n")
    # One stream for both: the runner reads two in no order, and might obey what comes before its being told not to.
    code = subprocess.run(command, env=environment(), stderr=subprocess.STDOUT, check=False).returncode  # noqa: S603
    tell(f"\n::{token}::\n")
    return code if code >= 0 else 128 - code


def options() -> list[str]:
    """Return the options that inputs are given for; those of the environment and of auditor.toml hold for the rest."""
    return [f"--{name}={given(name)}" for name in OPTIONS if given(name)]


def given(name: str) -> str:
    """Return an input, empty where it is not given."""
    return os.environ.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def environment() -> dict[str, str]:
    """Return the environment of the audit: the job's, with the credentials of the role where one was assumed."""
    if not os.environ.get("ROLE_ACCESS_KEY_ID"):
        return dict(os.environ)
    role = {
        "AWS_ACCESS_KEY_ID": os.environ["ROLE_ACCESS_KEY_ID"],
        "AWS_SECRET_ACCESS_KEY": os.environ["ROLE_SECRET_ACCESS_KEY"],
        "AWS_SESSION_TOKEN": os.environ["ROLE_SESSION_TOKEN"],
        "AWS_DEFAULT_REGION": os.environ["ROLE_REGION"],
    }
    return os.environ | role


def numbers(report: Path | None) -> dict[str, float | str]:
    """Return the score and the coverage of a JSON report, empty where there is none."""
    read = json.loads(report.read_bytes()) if report else {}
    return {name: "" if read.get(name) is None else read[name] for name in ("score", "coverage")}


def append(variable: str, text: str) -> None:
    """Add text to the file that the runner named in a variable."""
    with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
        file.write(text)


def tell(text: str) -> None:
    """Print for the runner, before whatever is printed next."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
