"""The commands by name: each is imported when it is asked for, and its help is that of the list."""

import pytest

from auditor.cli import COMMANDS, auditor


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_what_a_command_says_of_itself(name):
    assert auditor.commands[name].get_short_help_str(limit=1000) == COMMANDS[name].summary


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_the_name_that_it_is_called_by(name):
    assert auditor.commands[name].name == name


def test_there_is_no_command_of_another_name():
    assert "scna" not in auditor.commands
    assert auditor.commands.get("scna") is None
    with pytest.raises(KeyError):
        auditor.commands["scna"]
