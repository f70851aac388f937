"""A decoder that crashes, or never comes to an end: the file is named, and nothing else is affected."""

import functools
import sys
from pathlib import Path

import pytest
from broken_decoder import CULPRIT, DEEDS, serve_with
from command_line import Told
from library import FaultyLibrary, write_noise

from musicsim.base.resources import resource
from musicsim.worker.client import WorkerClient
from musicsim.worker.protocol import EmbedTrack, WorkerSettings

TRACKS = 10
PATIENCE = 6
"""Seconds that a file may take: above all, the model must have been loaded by then."""
SAYS = {"crash": "the decoder crashed on this file", "hang": "the decoder did not come to an end"}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def test_a_file_that_takes_for_ever_holds_up_no_other(
    library: FaultyLibrary, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    library.fill(TRACKS)
    files = sorted(library.music.rglob("*.wav"), key=lambda path: path.name != CULPRIT)
    serve = functools.partial(serve_with, "hang")
    monkeypatch.setattr("musicsim.worker.process.serve", serve)
    client = WorkerClient(
        WorkerSettings(resource("starter.h5"), None, None, tmp_path / "index", tmp_path / "log")
    )
    try:
        # It is asked for first; the others are answered nevertheless.
        culprit, *others = [client.request(EmbedTrack(path)) for path in files]
        assert all(len(other.result(60).offsets) for other in others)
        assert not culprit.done()
    finally:
        client.kill()


@pytest.fixture
def scan_with(library: FaultyLibrary, monkeypatch: pytest.MonkeyPatch):
    """Scans while the decoder does something to itself on one file."""
    library.fill(TRACKS)

    def scan(deed: str, *options: str) -> Told:
        with monkeypatch.context() as patch:
            serve = functools.partial(serve_with, deed)
            patch.setattr("musicsim.worker.process.serve", serve)
            patch.setattr("musicsim.services.listening.patience.LEAST_PATIENCE", PATIENCE)
            return library.musicsim("scan", library.music, *options, "--json")

    return scan


def check_culprit(library: FaultyLibrary, told: Told, reason: str) -> None:
    """One file has failed, with this reason; every other one is embedded, and everything in order."""
    assert (told.code, told.err) == (0, "")
    (failure,) = told.json["failed"]
    assert Path(failure["path"]).name == CULPRIT
    assert failure["reason"].startswith(reason)
    assert set(library.embedded()) == {f"{n:04}.wav" for n in range(TRACKS)} - {CULPRIT}
    library.check_windows(TRACKS - 1)
    status = library.musicsim("status", "--json").json
    assert (status["embedded"], status["failed"], status["pending"]) == (TRACKS - 1, 1, 0)
    assert library.musicsim("doctor", "--json").json["healthy"]


@pytest.mark.parametrize("deed", DEEDS)
def test_the_file_that_a_decoder_dies_of_is_named_and_costs_nothing_else(
    library: FaultyLibrary, scan_with, deed: str
):
    reason = SAYS["hang" if deed == "hang" else "crash"]
    check_culprit(library, scan_with(deed), reason)
    before = library.embedded()
    # It is not tried again by itself.
    again = library.scan()
    assert [Path(failure["path"]).name for failure in again["failed"]] == [CULPRIT]
    assert again["cost"]["windows"] == 0
    # It is with a better decoder, if the listener wants it so; and then it is a track as any other.
    retried = library.scan("--retry")
    assert retried["failed"] == []
    assert library.embedded_since(before).keys() - before.keys() == {CULPRIT}
    library.check(TRACKS)


def test_a_retry_that_dies_again_and_a_file_that_was_mended(library: FaultyLibrary, scan_with):
    check_culprit(library, scan_with("abort"), SAYS["crash"])
    before = library.embedded()
    check_culprit(library, scan_with("abort", "--retry"), SAYS["crash"])
    assert library.embedded() == before
    write_noise(library.music / "00" / CULPRIT, seed=TRACKS)
    result = library.scan()
    assert (result["changed"], result["failed"]) == (1, [])
    library.embedded_since(before)
    library.check(TRACKS)
