"""What others on the same computer see, and what names do to a terminal."""

import os
import stat
import sys

import pytest

from musicsim.app import Musicsim
from musicsim.cli.output import say


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_new_data_folder_is_its_owners_alone(tmp_path):
    before = os.umask(0)
    try:
        Musicsim.open(tmp_path / "data").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_no_name_is_a_command_to_the_terminal(capsys):
    say("a\x1b]0;title\x07b\x9b31m\rc\x08\n\u202ed")
    shown = capsys.readouterr().out
    assert shown.count("\n") == 2
    assert not set(shown) & set("\x1b\x07\x9b\r\x08\u202e")
    assert "a" in shown
