"""``python -m auditor`` and the ``auditor`` command: runs it, and turns whatever happens into an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from auditor import __version__
from auditor.cli import auditor
from auditor.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with ``arguments`` (the process's own by default) and return the exit code."""
    try:
        code = auditor.main(arguments, prog_name="auditor", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return ExitCode.INTERRUPTED
    except Exception:  # noqa: BLE001 - a fault must not look like a failed gate
        return _crashed()
    return code or ExitCode.FINE


def _crashed() -> int:
    import traceback

    traceback.print_exc()
    click.echo(f"The auditor {__version__} has a fault, told above. Please report it with these lines.", err=True)
    return ExitCode.CRASH


if __name__ == "__main__":
    sys.exit(main())
