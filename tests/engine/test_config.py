"""Configuration: found upward, checked, and wrong keys answered with the nearest right one."""

import pytest
from universe import LOCKED, Box, rule

from auditor.config import Config, ConfigError, find, read, validated

OPTIONS = ("region", "fail-on", "output-format")


def sized(
    box: Box, *, most: int = 5, ports: tuple[int, ...] = (22,), strict: bool = True, ratio: float = 0.5, name: str = "x"
):
    """Boxes are small."""
    yield from ()


SIZED = rule("toy-box-sized", sized, [Box.size])
CHECKS = {check.id: check for check in (SIZED, LOCKED)}


def written(tmp_path, text):
    path = tmp_path / "auditor.toml"
    path.write_text(text)
    return path


def test_the_nearest_file_above_is_found(tmp_path):
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert find(deep) is None or find(deep).parent not in deep.parents[:2]
    path = written(tmp_path, "")
    assert find(deep) == path
    nearer = written(tmp_path / "a", "")
    assert find(deep) == nearer


def test_reading(tmp_path):
    path = written(tmp_path, '[scan]\nfail-on = "high"\nregion = ["eu-west-1"]\n[parameters.toy-box-sized]\nmost = 9\n')
    config = read(path, OPTIONS)
    assert config.scan == {"fail-on": "high", "region": ["eu-west-1"]}
    assert validated(config, CHECKS) == {"toy-box-sized": {"most": 9}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[scan]\nfailon = "high"', "there is no key of \\[scan\\] failon: did you mean fail-on"),
        ("[scan]\nxyzzy = 1", "there are fail-on, output-format, region"),
        ("[scna]", "there is no table scna: did you mean scan"),
        ("scan = 1", "scan is a table"),
        ("[parameters]\ntoy-box-sized = 1", "parameters.toy-box-sized is a table"),
        ("[scan", "is not TOML"),
        ("\x00", "is not TOML"),
    ],
)
def test_what_is_wrong_is_told_with_the_file(tmp_path, text, message):
    with pytest.raises(ConfigError, match=message) as error:
        read(written(tmp_path, text), OPTIONS)
    assert "auditor.toml" in str(error.value)


def test_an_unreadable_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "none.toml", OPTIONS)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"toy-box-size": {"most": 1}}, "there is no check toy-box-size: did you mean toy-box-sized"),
        ({"toy-box-sized": {"mots": 1}}, "there is no parameter of toy-box-sized mots: did you mean most"),
        ({"toy-box-locked": {"most": 1}}, "there are none"),
        ({"toy-box-sized": {"most": "9"}}, "most is '9', but takes the likes of 5"),
        ({"toy-box-sized": {"most": True}}, "most is True"),
        ({"toy-box-sized": {"strict": 1}}, "takes the likes of true"),
        ({"toy-box-sized": {"ports": 22}}, "takes the likes of \\[22\\]"),
        ({"toy-box-sized": {"ports": ["22"]}}, "ports is \\['22'\\]"),
    ],
)
def test_parameters_are_checked_against_the_checks(settings, message):
    with pytest.raises(ConfigError, match=message):
        validated(Config(parameters=settings), CHECKS)


def test_lists_become_what_the_check_takes():
    config = Config(parameters={"toy-box-sized": {"ports": [22, 23], "strict": False, "ratio": 0.1, "name": "y"}})
    assert validated(config, CHECKS)["toy-box-sized"] == {"ports": (22, 23), "strict": False, "ratio": 0.1, "name": "y"}
