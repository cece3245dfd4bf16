"""Markdown pages as programs: their blocks of code, and a shell that runs the commands and compares what they print."""

import re
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"into `([^`]+)`")
LINK = re.compile(r"\]\(([^)#\s]+)?(?:#([^)\s]+))?\)")
END = "== the command ended with "


class Block(NamedTuple):
    """A fenced block, and the file that the sentence before it says to write it into."""

    language: str
    text: str
    file: str


def read(page):
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page):
    found, text, end = [], read(page), 0
    for match in FENCE.finditer(text):
        before, end = text[end : match.start()], match.end()
        named = FILE.findall(before.split("\n\n")[-2] if before.endswith("\n\n") else "")
        found.append(Block(match["language"], match["text"], named[-1] if named else ""))
    return found


def commands(block):
    """Yield each command of a console block with the lines it is said to print."""
    told = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    for each in told:
        command, *printed = each.splitlines()
        yield command, printed


class Shell:
    """One bash that runs command after command, so that `cd` and activated environments last."""

    def __init__(self, folder, environment):
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._bash.communicate("exit\n")

    def run(self, command):
        """Return what the command prints, and its exit code."""
        self._bash.stdin.write(f"{command} </dev/null\nprintf '\\n%s%s\\n' '{END}' $?\n")
        self._bash.stdin.flush()
        lines = []
        for line in self._bash.stdout:
            if line.startswith(END):
                return "".join(lines).removesuffix("\n"), int(line.removeprefix(END))
            lines.append(line)
        raise AssertionError(f"{command} ended the shell: {''.join(lines)}")

    def follow(self, block):
        """Run a console block's commands; each must succeed and print the lines said, in that order."""
        for command, printed in commands(block):
            output, code = self.run(command)
            assert code == 0, f"{command}\n{output}"
            pattern = ".*".join(re.escape(each).replace(r"\.\.\.", ".*") for each in printed)
            assert re.search(pattern, output, re.DOTALL), f"{command} printed\n{output}\ninstead of\n{printed}"


@cache
def anchors(page):
    """Return a page's anchors: those written out, and those of headings as the usual renderers name them."""
    headings = re.findall(r"^#+ (.+)$", read(page), re.MULTILINE)
    named = set(re.findall(r'<a id="([^"]+)">', read(page)))
    return named | {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links(page):
    """Return the page's links to other pages and headings: each a path and an anchor, either may be empty."""
    return [match for match in LINK.findall(FENCE.sub("", read(page))) if "://" not in match[0]]
