"""The registry: what is found, what is selected, and that a broken plugin is told and not fatal."""

import sys

import pytest

from auditor import registry
from auditor.frameworks import Control, Framework
from auditor.registry import RegistryError, Selection
from auditor.severity import Severity

PLUGIN = '''
from auditor import Fix, Problem, Severity, check
from checks.s3.resources import Bucket


@check("s3-bucket-{rule}", Severity.LOW, reads=[Bucket.versioning], references=["https://example.com"], fix=Fix())
def rule(bucket: Bucket):
    """Buckets are ours."""
    yield from ()
'''


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "ours"
    path.mkdir()
    before = set(sys.modules)
    yield path
    for name in set(sys.modules) - before:
        if str(path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
    if str(path) in sys.path:
        sys.path.remove(str(path))


FRAMEWORKS = [
    Framework("one", "One", "https://example.com", (Control("1", "t", ("s3-bucket-versioned",)),)),
    Framework("two", "Two", "https://example.com", (Control("1", "t", ("s3-bucket-tls-only",)),)),
]


def ids(**selection):
    return [each.id for each in Selection(**selection).apply(registry.load(), FRAMEWORKS)]


def test_builtin_checks_are_found():
    found = registry.load()
    assert found.get("s3-bucket-tls-only").service == "s3"
    assert not found.problems
    assert list(found.checks) == sorted(found.checks)


def test_an_unknown_check_names_the_nearest():
    with pytest.raises(RegistryError, match="did you mean s3-bucket-versioned"):
        registry.load().get("s3-bucket-version")


def test_selection_narrows_and_exclusion_wins():
    everything = ids()
    assert set(ids(services=("s3",))) == {each for each in everything if each.startswith("s3-")}
    assert ids(checks=("s3-bucket-versioned",)) == ["s3-bucket-versioned"]
    assert set(ids(checks=("s3-bucket-*",), exclude_checks=("*-versioned",))) == {
        each for each in everything if each.startswith("s3-bucket-") and not each.endswith("-versioned")
    }
    critical = ids(services=("s3",), severities=(Severity.CRITICAL,))
    assert critical == ["s3-access-point-public-access-blocked", "s3-bucket-not-public", "s3-bucket-policy-not-public"]
    assert "s3-bucket-not-public" not in ids(exclude_severities=(Severity.CRITICAL,))
    assert not any(each.startswith("s3-") for each in ids(exclude_services=("s3",)) if len(everything) > 9)
    assert ids(frameworks=("one",)) == ["s3-bucket-versioned"]
    assert ids(frameworks=("*",), exclude_frameworks=("one",)) == ["s3-bucket-tls-only"]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ({"checks": ("s3-bucket-verioned",)}, "there is no check s3-bucket-verioned: did you mean s3-bucket-versioned"),
        ({"exclude_checks": ("nothing-*",)}, "there is no check nothing-"),
        ({"services": ("s33",)}, "there is no service s33: did you mean s3"),
        ({"frameworks": ("oen",)}, "there is no framework oen: did you mean one"),
        ({"services": ("s3",), "exclude_services": ("s3",)}, "leaves no check to run"),
    ],
)
def test_a_selection_that_means_nothing_is_told(selection, message):
    with pytest.raises(RegistryError, match=message):
        ids(**selection)


def test_a_folder_of_one_s_own(folder):
    (folder / "deep").mkdir()
    (folder / "rules.py").write_text(PLUGIN.replace("{rule}", "ours"))
    (folder / "deep" / "more.py").write_text(PLUGIN.replace("{rule}", "deeper"))
    (folder / "test_rules.py").write_text("raise RuntimeError")
    found = registry.load([folder])
    assert {"s3-bucket-ours", "s3-bucket-deeper"} <= set(found.checks)
    assert not found.problems
    assert registry.load([folder]).checks["s3-bucket-ours"] is found.checks["s3-bucket-ours"]


def test_hidden_folders_are_nobody_s_checks(folder):
    (folder / ".venv").mkdir()
    (folder / ".venv" / "installed.py").write_text("raise RuntimeError")
    (folder / "visible_rules.py").write_text(PLUGIN.replace("{rule}", "visible"))
    assert registry.load([folder]).problems == ()


def test_modules_of_a_folder_import_each_other(folder):
    (folder / "shared_names.py").write_text("NAME = 's3-bucket-shared'")
    body = PLUGIN.replace('"s3-bucket-{rule}"', "NAME").replace(
        "from auditor", "from shared_names import NAME\nfrom auditor", 1
    )
    (folder / "rules_shared.py").write_text(body)
    found = registry.load([folder])
    assert "s3-bucket-shared" in found.checks
    assert not found.problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("raise RuntimeError('boom')", "RuntimeError: boom"),
        ("raise SystemExit(0)", "SystemExit: 0"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("def (", "SyntaxError"),
        (PLUGIN.replace("s3-bucket-{rule}", "short"), "InvalidCheckError"),
        (PLUGIN.replace("{rule}", "versioned"), "the id s3-bucket-versioned is taken"),
    ],
)
def test_a_broken_plugin_is_told_and_the_rest_runs(folder, text, problem):
    (folder / "broken_plugin.py").write_text(text)
    (folder / "working_plugin.py").write_text(PLUGIN.replace("{rule}", "working"))
    found = registry.load([folder])
    assert "s3-bucket-working" in found.checks
    (told,) = found.problems
    assert problem in told
    assert "broken_plugin.py" in told


def test_a_folder_without_modules_is_a_mistake(tmp_path):
    with pytest.raises(RegistryError, match="holds no Python files"):
        registry.load([tmp_path])


def test_installed_plugins_are_found_by_entry_point(folder, monkeypatch):
    (folder / "installed_plugin.py").write_text(PLUGIN.replace("{rule}", "installed"))
    (folder / "broken_installed.py").write_text("raise RuntimeError('boom')")
    info = folder / "plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[auditor.checks]\ngood = installed_plugin\nbad = broken_installed\n")
    monkeypatch.syspath_prepend(str(folder))
    found = registry.load()
    assert "s3-bucket-installed" in found.checks
    assert found.problems == ("plugin bad cannot be loaded: RuntimeError: boom",)


def test_a_checks_package_of_somebody_else_is_refused(tmp_path, monkeypatch):
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "__init__.py").write_text("")
    for name in [name for name in sys.modules if name == "checks" or name.startswith("checks.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RegistryError, match="not the auditor's own: install aws-account-auditor"):
        registry.beside("checks")
