"""Build the zip of the Lambda function: the same sources give the same bytes.

In it are the auditor, its dependencies as wheels for Lambda's platform in the versions of requirements.txt, of
botocore's data what an audit asks, and bytecode that Python takes without a look at the sources.
"""
# ruff: noqa: INP001, S603, T201 - a script, not a package, that runs pip and Python and prints sizes

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from configparser import ConfigParser
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from auditor import registry
from auditor.organization import directory
from auditor.plan import Plan
from auditor.scheduled import aws

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent.parent
PINS: Final = HERE / "requirements.txt"
VERSION: Final = (3, 13)
"""The Python of the function's runtime, as deploy/sam/template.yaml names it."""
PLATFORMS: Final = {"arm64": "manylinux2014_aarch64", "x86_64": "manylinux2014_x86_64"}
UNUSED: Final = frozenset({"boto3", "rich"})
"""What no audit in a function imports: the demo's way to AWS, and colours."""
PACKAGES: Final = ("auditor", "checks", "reports")
LEFT_OUT: Final = ("__pycache__", "*.pyi", "py.typed", "auditor/demo", "auditor/scaffold", "bin", "tests")
OF_PIP: Final = (
    "METADATA",
    "RECORD",
    "WHEEL",
    "INSTALLER",
    "REQUESTED",
    "direct_url.json",
    "entry_points.txt",
    "top_level.txt",
)
"""What stands beside the licences of a wheel; entry points and lists of files are for installers."""
OF_ITS_OWN: Final = frozenset({*get_args(aws.Service), directory.SERVICE, "ec2"})
"""The services that functions call whatever they audit; EC2 tells which regions there are."""
DATA: Final = ("service-2", "paginators-1", "paginators-1.sdk-extras", "endpoint-rule-set-1")
"""What an audit reads of botocore's data on a service: no waiters, no examples."""
COMPILE: Final = """
import compileall, py_compile, sys
root, = sys.argv[1:]
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
sys.exit(not compileall.compile_dir(root, maxlevels=20, stripdir=root, prependdir="/var/task", quiet=1,
         invalidation_mode=mode))
"""
MEBIBYTE: Final = 2**20


def main() -> None:
    """Build what the command line asks for, or pin the newest versions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64")
    parser.add_argument("--python", default=f"python{_dotted(VERSION)}", help="the runtime's Python, to compile with")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    parser.add_argument("--pin", action="store_true", help="write requirements.txt anew, with the newest versions")
    given = parser.parse_args()
    if given.pin:
        PINS.write_text("".join(pins()), encoding="utf-8")
        return
    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder), given.architecture, given.python)
        path = given.output / f"auditor-lambda-{given.architecture}.zip"
        unzipped = pack(Path(folder), path)
    print(f"{path}: {path.stat().st_size / MEBIBYTE:.1f} MiB, unzipped {unzipped / MEBIBYTE:.1f} MiB")


def pins() -> Iterator[str]:
    """Yield the lines of requirements.txt: what the auditor needs in a function, in its newest versions."""
    setup = ConfigParser(interpolation=None)
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    names = setup["options"]["install_requires"].split()
    wanted = [each for each in names if each.split(">")[0].split("=")[0] not in UNUSED]
    with tempfile.TemporaryDirectory() as folder:
        command = _pip("install", "arm64", "--dry-run", "--ignore-installed", "--target", folder, "--report", "-")
        found = subprocess.run([*command, *wanted], check=True, capture_output=True, text=True).stdout
    yield "# What is in the zip of the Lambda function: `make lambda-pins` takes the newest.\n"
    chosen = (each["metadata"] for each in json.loads(found)["install"])
    yield from sorted(f"{each['name'].lower()}=={each['version']}\n" for each in chosen)


def stage(folder: Path, architecture: str, python: str) -> None:
    """Fill a folder with what the zip holds."""
    where = _pip("install", architecture, "--no-deps", "--no-compile", "--target", str(folder))
    subprocess.run([*where, "--requirement", str(PINS)], check=True)
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name)
    for pattern in (*LEFT_OUT, *(f"*.dist-info/{each}" for each in OF_PIP)):
        for path in list(folder.rglob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    trim(folder / "botocore/data", {*Plan(registry.load().checks.values()).operations(), *OF_ITS_OWN})
    compile_all(folder, python)


def trim(data: Path, services: Iterable[str]) -> None:
    """Leave of botocore's data the latest models of the services, and what is of no service."""
    for service in [each for each in data.iterdir() if each.is_dir()]:
        latest = max(each.name for each in service.iterdir() if each.is_dir())
        for version in service.iterdir():
            for file in version.iterdir() if version.is_dir() else ():
                wanted = service.name in services and version.name == latest and file.name.startswith(DATA)
                if not wanted:
                    file.unlink()
            if version.is_dir() and not any(version.iterdir()):
                version.rmdir()
        if not any(service.iterdir()):
            service.rmdir()


def compile_all(folder: Path, python: str) -> None:
    """Compile everything with the runtime's own version, in one order and with one seed: the bytes depend on both."""
    told = subprocess.run([python, "-c", "import sys; print(*sys.version_info[:2])"], check=False, capture_output=True)
    if told.stdout.split() != [str(each).encode() for each in VERSION]:
        wanted = _dotted(VERSION)
        sys.exit(
            f"{python} is not Python {wanted}, the runtime: name one, as in `make lambda PYTHON_LAMBDA=python{wanted}`"
        )
    # Isolated from all variables, Python would not heed the seed.
    environment = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0"}
    subprocess.run([python, "-s", "-S", "-P", "-c", COMPILE, str(folder)], check=True, env=environment)


def pack(folder: Path, path: Path) -> int:
    """Write the folder as a zip, whole or not at all, and return how many bytes it unzips to."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    size = 0
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            body = (folder / name).read_bytes()
            size += len(body)
            archive.writestr(entry, body)
    partial.replace(path)
    return size


def _pip(verb: str, architecture: str, *options: str) -> list[str]:
    """Return a command of pip's for the function's platform."""
    platform = ["--platform", PLATFORMS[architecture], "--python-version", _dotted(VERSION), "--only-binary", ":all:"]
    quiet = ["--quiet", "--disable-pip-version-check"]
    return [sys.executable, "-m", "pip", verb, *quiet, *platform, "--implementation", "cp", *options]


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


if __name__ == "__main__":
    main()
