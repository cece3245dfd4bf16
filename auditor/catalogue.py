"""All the checks and frameworks there are: the built-in ones, those of plugins, and those that a user adds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from auditor import registry

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.checking import Check
    from auditor.frameworks import Framework
    from auditor.library import Outline
    from auditor.registry import Registry, Selection


@dataclass(frozen=True)
class Catalogue:
    """The checks, and the framework files that a user adds to the built-in ones."""

    registry: Registry
    files: tuple[Path, ...] = ()

    @cached_property
    def frameworks(self) -> tuple[Framework, ...]:
        """Every framework, by id; FrameworkError where one is wrong or names a check that there is not.

        The check may be one of a plugin that could not be loaded: the message tells of those, too.
        """
        from auditor.frameworks import FrameworkError, read, refuse_unknown_checks

        frameworks = read([*registry.framework_files(), *self.files])
        try:
            refuse_unknown_checks(frameworks, self.registry.checks)
        except FrameworkError as error:
            raise FrameworkError("\n".join([str(error), *self.registry.problems])) from error
        return frameworks

    def select(self, selection: Selection) -> list[Check]:
        """Return the checks that ``selection`` names; the files of frameworks are read only where it needs them."""
        return selection.apply(self.registry, self._needed(selection))

    def outlines(self, selection: Selection) -> list[Check | Outline]:
        """Return what is known of the checks that ``selection`` names without importing them."""
        return selection.outlines(self.registry, self._needed(selection))

    def _needed(self, selection: Selection) -> tuple[Framework, ...]:
        needed = bool(self.files or selection.frameworks or selection.exclude_frameworks)
        return self.frameworks if needed else ()


def load(folders: tuple[Path, ...] = (), files: tuple[Path, ...] = ()) -> Catalogue:
    """Return the catalogue with the checks of ``folders`` and the frameworks of ``files``."""
    return Catalogue(registry.load(folders), files)
