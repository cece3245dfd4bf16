"""Formats of installed distributions: found by name, written like the built-in ones, told when they are broken."""

import sys

import pytest

import reports
from auditor import outputs
from auditor.errors import AuditorError

TEXTS = {
    "good_format": "def stream(report):\n    yield f'score {report.score}\\n'\n",
    "plain_format": "def render(report):\n    return 'plain\\n'\n",
    "broken_format": "raise RuntimeError('boom')\n",
    "empty_format": "",
    "html_format": "def render(report):\n    return 'not ours'\n",
}


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, name, raising=False)
    info = tmp_path / "plugin-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    rows = "".join(f"{name.removesuffix('_format')} = {name}\n" for name in TEXTS)
    (info / "entry_points.txt").write_text(f"[auditor.reports]\n{rows}")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("plugins")
def test_a_plugins_format_is_written(small_report, tmp_path):
    assert {"good", "plain"} <= set(outputs.format_names())
    output = outputs.Output.parse(f"good={tmp_path / 'x'}")
    outputs.write(output.path, outputs.stream(small_report, output.format))
    assert (tmp_path / "x").read_text() == f"score {small_report.score}\n"
    assert reports.render(small_report, "plain") == "plain\n"


@pytest.mark.usefixtures("plugins")
def test_a_built_in_format_cannot_be_replaced(small_report):
    assert reports.render(small_report, "html").startswith("<!DOCTYPE html>")


@pytest.mark.usefixtures("plugins")
@pytest.mark.parametrize(("name", "told"), [("broken", r"RuntimeError\('boom'\)"), ("empty", "neither stream")])
def test_a_broken_plugin_is_told_before_anything_is_audited(name, told):
    with pytest.raises(AuditorError, match=f"the plugin of the format {name} .*{told}"):
        outputs.Output.parse(name)


def test_a_format_that_is_not_there_is_told():
    with pytest.raises(AuditorError, match="there is no format 'sarrif': did you mean sarif"):
        outputs.Output.parse("sarrif")
    with pytest.raises(AuditorError, match="there is no format 'x': there are asff, csv"):
        reports.load("x")
