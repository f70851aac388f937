"""Each command as a process of its own, which a listener's shell starts: it answers as it does when it is called here.

Others are in the tests of what only a process can do: `watch`, `gui`, `models fetch`, and Ctrl+C.
"""

import subprocess

import pytest


@pytest.mark.parametrize(
    "arguments",
    [
        ["status", "--json"],
        ["doctor", "--json"],
        ["similar", "SEED", "-n", "5"],
        ["playlist", "SEED", "--length", "8", "--json"],
        ["playlists", "list"],
        ["evaluate", "-k", "4", "--json"],
        ["models", "list"],
        ["similar", "no such track"],
        ["nonsense"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_a_process_answers_alike(scanned_demo, demo_library, arguments):
    seed = str(demo_library[0].path)
    arguments = [seed if argument == "SEED" else argument for argument in arguments]
    assert scanned_demo.process(*arguments) == scanned_demo(*arguments)


def test_a_whole_journey_of_processes(musicsim, demo_copy, tmp_path):
    """Scanned, looked through, and embedded by themselves: each process starts a worker, or loads the model."""
    music = tmp_path / "music"
    scan = musicsim.process("scan", music, "--depth", "quick", "--json")
    assert (scan.code, scan.err) == (0, "")
    assert (scan.json["added"], scan.json["failed"]) == (len(demo_copy), [])
    outside = demo_copy[0].path.rename(tmp_path / f"outside{demo_copy[0].path.suffix}")
    found = musicsim.process("similar", outside, "--raw", "--json")
    assert (found.code, found.err) == (0, "")
    assert len(found.json["results"]) == len(demo_copy)
    embedded = musicsim.process("embed", outside, "-o", tmp_path, "--overlap", "0")
    assert (embedded.code, embedded.err) == (0, "")
    assert (tmp_path / "outside.npz").exists()


def test_a_reader_that_has_seen_enough_is_no_error(scanned_demo, demo_library):
    command = scanned_demo.command("similar", demo_library[0].path, "-n", "20")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
    assert process.returncode == 0
