"""The commands that the README and the contributors' page tell people to type do what they say."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pages import ROOT, Shell, blocks, commands, read

TYPED = [
    command
    for page in ("README.md", "CONTRIBUTING.md")
    for block in blocks(page)
    if block.language == "console"
    for command, _ in commands(block)
]
OFFLINE = [command for command in TYPED if command.startswith("auditor ")]


@pytest.mark.parametrize("command", OFFLINE)
def test_command_succeeds(command, tmp_path, fresh_environment):
    environment = {**fresh_environment, "PATH": f"{Path(sys.executable).parent}:{fresh_environment['PATH']}"}
    with Shell(tmp_path, environment) as shell:
        output, code = shell.run(command)
    assert code == 0, output
    assert output.strip()


def test_make_targets_exist_and_are_listed():
    targets = {command.removeprefix("make ") for command in TYPED if command.startswith("make ")}
    targets |= set(re.findall(r"`make ([a-z-]+)", read("README.md") + read("CONTRIBUTING.md")))
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {"demo", "test", "check", "bench", "docs", "new-check"} <= targets
    assert targets <= set(re.findall(r"^  make ([a-z-]+)", listed, re.MULTILINE))


def test_demo_and_test_come_first():
    assert [command for command in TYPED if command.startswith("make")][:2] == ["make demo", "make test"]
