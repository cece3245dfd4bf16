"""The guide to writing a check, followed to the letter: every file written, every command run."""

from pathlib import Path

import pytest
from pages import Shell, blocks

PAGE = "docs/writing-a-check.md"


@pytest.mark.slow
def test_following_the_guide_ends_in_a_packaged_check(tmp_path, fresh_environment, wheel):
    written = ""
    with Shell(tmp_path, {**fresh_environment, "AUDITOR": str(wheel)}) as shell:
        for block in blocks(PAGE):
            if block.language == "console":
                shell.follow(block)
                continue
            written = block.file or written
            folder, _ = shell.run("pwd")
            with Path(folder.strip(), written).open("a", encoding="utf-8") as file:
                file.write(f"\n\n{block.text}" if file.tell() else block.text)
