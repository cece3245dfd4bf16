"""Which checks there are: the built-in ones, those of installed plugins, and those in a folder of the user's."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import plugins
from auditor.errors import AuditorError
from auditor.garbage import rare_collections
from auditor.library import Library, checks_in, indexed, outline
from auditor.textual import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import ModuleType

    from auditor.checking import Check
    from auditor.frameworks import Framework
    from auditor.library import Outline
    from auditor.severity import Severity


class RegistryError(AuditorError):
    """The installation is broken or a selection names what does not exist; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Registry:
    """The checks by id, and what could not be loaded: reported, never fatal."""

    checks: Library
    problems: tuple[str, ...] = ()

    def get(self, check_id: str) -> Check:
        """Return a check; RegistryError that names the nearest id when there is none."""
        if check_id not in self.checks:
            raise RegistryError(f"there is no check {check_id}{nearest(check_id, self.checks)}")
        return self.checks[check_id]


def load(folders: Iterable[Path] = ()) -> Registry:
    """Return the built-in checks, those of installed plugins, and those of ``folders``.

    The built-in ones are imported when they are looked up, where their index fits; all of them are where it does not.
    A plugin that cannot be imported, or that takes an id in use, is told in ``problems``.
    """
    outlines = indexed(builtin())
    found = Library(outlines if outlines is not None else [check for check, _module in imported()])
    problems: list[str] = []
    for origin, load_module in [*_plugins(), *_files(folders)]:
        try:
            checks = checks_in(load_module())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may raise anything; it is reported
            problems.append(f"{origin} cannot be loaded: {type(error).__name__}: {error}")
            continue
        taken = [each.id for each in checks if not found.add(each)]
        problems.extend(f"{origin}: the id {each} is taken: give the check another" for each in taken)
    return Registry(found, tuple(problems))


def builtin() -> Path:
    """Return the folder of the built-in checks."""
    return Path(beside("checks").__path__[0])


def imported() -> list[tuple[Check, str]]:
    """Return every built-in check with the name of its module, all imported now."""
    names = [module.name for module in pkgutil.walk_packages([str(builtin())], "checks.")]
    with rare_collections():
        modules = [importlib.import_module(name) for name in names]
    return [(check, module.__name__) for module in modules for check in checks_in(module)]


def outlined() -> list[Outline]:
    """Return the outline of every built-in check, all imported now."""
    return list({check.id: outline(check, module) for check, module in reversed(imported())}.values())


def beside(name: str) -> ModuleType:
    """Return the import package ``name`` that belongs to this distribution.

    ``checks`` and ``reports`` are common names: one that does not sit beside ``auditor`` is another project's, and
    refused with RegistryError.
    """
    package = importlib.import_module(name)
    home = Path(__file__).resolve().parent.parent
    found = Path(package.__path__[0]).resolve()
    if found.parent != home:
        raise RegistryError(
            f"the package {name!r} that Python finds in {found} is not the auditor's own: install aws-account-auditor "
            "in an environment of its own (for example with pipx) and run it from another folder"
        )
    return package


def perspective() -> ModuleType:
    """Return the module that tells who can do what in an account, imported now.

    ``FACTS`` are the facts it takes, ``account(inventory)`` the account as a graph of its principals, and
    ``resource_policy(inventory, arn)`` the policy that a resource has of its own.
    """
    return importlib.import_module(f"{beside('checks').__name__}.access.perspective")


def framework_files() -> list[Path]:
    """Return the built-in framework files."""
    return list(builtin().glob("frameworks/*.toml"))


def _plugins() -> Iterator[tuple[str, Callable[[], object]]]:
    return ((f"plugin {entry.name}", entry.load) for entry in plugins.entries(plugins.CHECKS))


def _files(folders: Iterable[Path]) -> Iterator[tuple[str, Callable[[], object]]]:
    for folder in folders:
        files = sorted(_modules(folder)) if folder.is_dir() else []
        if not files:
            raise RegistryError(f"{folder} holds no Python files: --checks takes a folder of check modules")
        if str(folder) not in sys.path:
            # So that the modules of a folder can import each other.
            sys.path.append(str(folder))
        for file in files:
            if not file.name.startswith(("test_", "conftest", "__init__")):
                yield str(file), _Loader(folder, file)


def _modules(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a folder of checks, but for what stands in hidden folders: a venv, a cache."""
    for file in folder.rglob("*.py"):
        if not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


@dataclass(frozen=True, slots=True)
class _Loader:
    folder: Path
    file: Path

    def __call__(self) -> ModuleType:
        name = ".".join(self.file.relative_to(self.folder).with_suffix("").parts)
        return importlib.import_module(name) if name in sys.modules else self._load(name)

    def _load(self, name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, self.file)
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.file} is not a Python module")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module


@dataclass(frozen=True, slots=True)
class Selection:
    """Which checks to run. Each kind narrows; ids may be glob patterns; exclusions win."""

    checks: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    frameworks: tuple[str, ...] = ()
    exclude_checks: tuple[str, ...] = ()
    exclude_services: tuple[str, ...] = ()
    exclude_severities: tuple[Severity, ...] = ()
    exclude_frameworks: tuple[str, ...] = ()

    def apply(self, registry: Registry, frameworks: Sequence[Framework]) -> list[Check]:
        """Return the selected checks by id; RegistryError for a name that matches nothing, or when none is left."""
        return registry.checks.imported(each.id for each in self.outlines(registry, frameworks))

    def outlines(self, registry: Registry, frameworks: Sequence[Framework]) -> list[Check | Outline]:
        """Return what is known of the selected checks without importing any; the errors of :meth:`apply`."""
        self._refuse_unknown(registry, frameworks)
        wanted = _Names(self.checks, self.services, self.severities, _mapped(self.frameworks, frameworks))
        excluded = _Names(
            self.exclude_checks,
            self.exclude_services,
            self.exclude_severities,
            _mapped(self.exclude_frameworks, frameworks),
        )
        selected = [each for each in registry.checks.outlines() if wanted.admit(each) and not excluded.name(each)]
        if not selected:
            raise RegistryError("the selection leaves no check to run: `auditor checks` lists them")
        return selected

    def _refuse_unknown(self, registry: Registry, frameworks: Sequence[Framework]) -> None:
        services = {check.service for check in registry.checks.outlines()}
        for kind, names, known in (
            ("check", (*self.checks, *self.exclude_checks), set(registry.checks)),
            ("service", (*self.services, *self.exclude_services), services),
            ("framework", (*self.frameworks, *self.exclude_frameworks), {each.id for each in frameworks}),
        ):
            for name in names:
                if not any(fnmatchcase(each, name) for each in known):
                    raise RegistryError(f"there is no {kind} {name}{nearest(name, known)}")


@dataclass(frozen=True, slots=True)
class _Names:
    checks: tuple[str, ...]
    services: tuple[str, ...]
    severities: tuple[Severity, ...]
    mapped: frozenset[str] | None

    def _answers(self, check: Check | Outline) -> Iterator[tuple[bool, bool]]:
        """Yield, for each kind of name, whether any was given and whether one names the check."""
        yield bool(self.checks), any(fnmatchcase(check.id, name) for name in self.checks)
        yield bool(self.services), any(fnmatchcase(check.service, name) for name in self.services)
        yield bool(self.severities), check.severity in self.severities
        yield self.mapped is not None, check.id in (self.mapped or ())

    def admit(self, check: Check | Outline) -> bool:
        """Return whether every kind that was given names the check."""
        return all(named for given, named in self._answers(check) if given)

    def name(self, check: Check | Outline) -> bool:
        """Return whether any kind names the check."""
        return any(named for _given, named in self._answers(check))


def _mapped(names: tuple[str, ...], frameworks: Sequence[Framework]) -> frozenset[str] | None:
    """Return the checks of the named frameworks; None when none was named."""
    if not names:
        return None
    chosen = [each for each in frameworks if any(fnmatchcase(each.id, name) for name in names)]
    return frozenset(check for framework in chosen for check in framework.checks)
