"""A damaged file in the model's place, of the kind that ends the process that reads it: each command says so."""

from __future__ import annotations

import re
import signal
import subprocess

import h5py
import pytest
from weight_files import bottomless, small_weights
from weights_server import SlowServer

from musicsim.app import Musicsim

OFFICIAL = "openl3_audio_mel128_music.h5"


@pytest.fixture
def mine(tmp_path):
    return small_weights(tmp_path / "mine.h5")


def spoil(path):
    path.write_bytes(bottomless(path.read_bytes()))


def told(result):
    # A process that a signal ends has a negative code, or 128 and more as a shell has it.
    assert result.code in (0, 1), result
    assert "Traceback" not in result.err
    return " ".join((result.out + result.err).split())


@pytest.mark.slow
@pytest.mark.logs
def test_the_chosen_model_is_damaged(musicsim, mine):
    assert musicsim("models", "use", mine).code == 0
    with Musicsim.open(musicsim.data):
        pass  # a library, in which it is known
    spoil(mine)
    for command in ("status", "doctor"):
        said = told(musicsim.process(command))
        assert str(mine) in said
        assert "SHA-256" in said
        assert "musicsim models use" in said
    problem = musicsim("status", "--json").json["model_problem"]
    assert str(mine) in problem
    # The remedies.
    refused = musicsim("models", "use", mine)
    assert (refused.code, "damaged" in refused.err) == (1, True)
    assert musicsim("models", "use", "starter").code == 0
    assert musicsim("status", "--json").json["model_problem"] is None
    small_weights(mine)
    assert musicsim("models", "use", mine).code == 0
    assert musicsim("status", "--json").json["model_problem"] is None


@pytest.mark.slow
@pytest.mark.parametrize("command", ["doctor", "gui", "models list", "models verify"])
def test_a_damaged_file_is_in_the_models_place_from_the_first(musicsim, mine, command):
    path = musicsim.data / "models" / OFFICIAL
    path.parent.mkdir(parents=True)
    with h5py.File(mine, "r+") as file:
        del file.attrs["musicsim"]  # as OpenL3's own files
    spoil(mine)
    mine.rename(path)
    said = told(musicsim.process(*command.split()))
    assert str(path) in said
    assert "the file is damaged" in said
    assert "choose another model" in said


def test_another_file_in_its_place_is_not_taken_for_it(musicsim, mine):
    """Whole as it is, nobody has chosen it; the library would be listened to once more."""
    musicsim("models", "use", mine)
    small_weights(mine, name="other")
    assert "SHA-256" in musicsim("models", "verify").err
    listed = {row["name"]: row for row in musicsim("models", "list", "--json").json}
    assert listed["mine"]["state"] == "broken"
    assert musicsim("models", "use", mine).code == 0
    assert "whole" in musicsim("models", "verify").out


@pytest.mark.parametrize("name", ["x" * 5000, "a\nb", "..", "/", "", "~", "\udcff", "NUL"])
@pytest.mark.parametrize("command", ["use", "verify", "fetch", "forget"])
def test_odd_names_are_refused_in_plain_words(musicsim, command, name):
    result = musicsim("models", command, name)
    assert result.code == 2
    assert re.match("musicsim: (There is no|No) (published )?model ", result.err)
    assert len(result.err) < 1000
    assert result.err.strip().isprintable()


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_silent_server_keeps_no_process(musicsim, end):
    with SlowServer() as server:
        process = subprocess.Popen(
            musicsim.command("models", "fetch", "openl3-mel256-music", "--mirror", server.url),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.held.wait(60)
        process.send_signal(end)
        _, errors = process.communicate(timeout=60)
        assert server.hung_up.wait(30)
    assert "Traceback" not in errors
