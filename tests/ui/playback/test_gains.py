"""Which gain and crossfade the engine is told, for real tags and what listening measured."""

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
from window_fakes import FakeEngine, Library

from musicsim.library.tags.replay_gain import GainMode
from musicsim.library.types import Loudness, ScannedFile, TagDetails, Tags
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


def add(library: Library, number: int, album: str, details: TagDetails = TagDetails()) -> int:  # noqa: B008
    path = library.music / f"{album} {number}.flac"
    tags = Tags(f"{album} {number}", "Artist", album, "Artist", track_number=number, duration=200.0)
    file = ScannedFile(path, 1, 1, str(path).encode(), tags, details)
    return library.catalogue.files.add(library.catalogue.folders.add(library.music), file)


@pytest.fixture
def album(library: Library) -> list[int]:
    """Three tracks of an album, and a fourth of another."""
    gains = [TagDetails(track_gain=-6.0 - n, album_gain=-3.0, album_peak=0.9) for n in range(3)]
    tracks = [add(library, n + 1, "Whole", gains[n]) for n in range(3)]
    return [*tracks, add(library, 1, "Other", TagDetails(track_gain=-9.0, album_gain=-1.0))]


def decibels(factor: float) -> float:
    return 20 * math.log10(factor)


def told(engine: FakeEngine) -> tuple[float, float]:
    """The gain of the current track and of the next, in decibels."""
    assert engine.item is not None
    assert engine.following is not None
    return decibels(engine.item.gain), decibels(engine.following.gain)


def test_by_the_album_where_it_is_played_in_order_and_else_by_the_track(
    album: list[int], make_window: Callable[[], MainWindow], engine: FakeEngine, settle: Settle
) -> None:
    window = make_window()
    window.player.play(album)
    settle()
    assert told(engine) == pytest.approx((-3, -3))

    window.player.play([album[2], album[0], album[3]])
    settle()
    assert told(engine) == pytest.approx((-8, -6))


def test_the_mode_and_the_pre_amp_count_at_once(
    album: list[int],
    make_window: Callable[[], MainWindow],
    engine: FakeEngine,
    settle: Settle,
    qtbot,
) -> None:
    window = make_window()
    window.player.play(album)
    settle()
    settings = window.playback.settings

    for chosen, expected in (
        (replace(settings, gain=GainMode.TRACK), -6),
        (replace(settings, gain=GainMode.TRACK, preamp=2.5), -3.5),
        (replace(settings, gain=GainMode.OFF), 0),
    ):
        window.playback.apply(chosen)
        qtbot.waitUntil(lambda expected=expected: told(engine)[0] == pytest.approx(expected))


def test_an_untagged_track_has_the_loudness_that_was_heard(
    library: Library, make_window: Callable[[], MainWindow], engine: FakeEngine, settle: Settle
) -> None:
    heard, unheard = add(library, 1, "A"), add(library, 1, "B")
    path = library.music / "A 1.flac"
    with library.catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET fingerprint = ? WHERE id = ?", (b"sound", heard))
    library.catalogue.loudness.keep(heard, str(path).encode(), Loudness(-12.0, 0.5), 64.0)
    window = make_window()

    window.player.play([heard, unheard])
    settle()

    assert told(engine) == pytest.approx((-6, -6)), (
        "-18 LUFS; and what nobody heard, as much softer"
    )


def test_a_crossfade_is_never_within_an_album_that_plays_in_order(
    album: list[int], make_window: Callable[[], MainWindow], engine: FakeEngine, settle: Settle
) -> None:
    window = make_window()
    window.playback.apply(replace(window.playback.settings, crossfade=5.0))
    window.playback._apply_sound()
    window.player.play(album)
    settle()
    fades = []
    for _ in range(3):
        assert engine.following is not None
        fades.append(engine.following.crossfade)
        engine.end()
        settle()

    assert fades == [0.0, 0.0, 5.0]
    assert engine.crossfade == 5.0
