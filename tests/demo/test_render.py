"""The demo library as a listener finds it in a folder."""

import errno
import shutil
from collections import Counter
from pathlib import Path

import mutagen
import numpy as np
import pytest

from musicsim.audio import SAMPLE_RATE, read_blocks
from musicsim.base.errors import MusicsimError
from musicsim.demo import STYLES, render_demo
from musicsim.library.tags import read_tags


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


def test_there_are_six_styles_by_two_artists_each(demo_library):
    assert len(STYLES) == 6
    assert Counter(track.style for track in demo_library) == dict.fromkeys(STYLES, 5)
    for style in STYLES:
        artists = Counter(track.artist for track in demo_library if track.style == style)
        assert len(artists) == 2
        assert max(artists.values()) <= 3
    assert len({track.title for track in demo_library}) == len(demo_library)
    assert len({track.album for track in demo_library}) == 12


def test_the_folder_holds_the_library_and_nothing_else(demo_library):
    root = demo_library[0].path.parents[2]
    assert files_below(root) == {track.path for track in demo_library}
    for track in demo_library:
        assert track.path.parent == root / track.artist / track.album
        assert track.path.stem == f"{track.track_number:02} {track.title}"
        # What Windows does not allow in a name.
        assert not set('<>:"\\|?*') & set("".join(track.path.relative_to(root).parts))


def test_no_style_has_a_format_of_its_own(demo_library):
    styles_of: dict[str, set[str]] = {}
    for track in demo_library:
        styles_of.setdefault(track.path.suffix, set()).add(track.style)
    assert set(styles_of) == {".flac", ".m4a", ".mp3", ".ogg", ".opus", ".wav"}
    assert all(len(styles) == 5 for styles in styles_of.values())


def test_the_tags_are_complete_in_every_format(demo_library):
    for track in demo_library:
        tags, _ = read_tags(track.path)
        assert (tags.title, tags.artist, tags.album) == (track.title, track.artist, track.album)
        assert (tags.album_artist, tags.genre) == (track.artist, track.style)
        assert (tags.year, tags.track_number, tags.disc_number) == (
            track.year,
            track.track_number,
            1,
        )
        assert 20 <= tags.duration <= 30


def test_albums_know_how_many_tracks_they_have(demo_library):
    for track in demo_library:
        tags = mutagen.File(track.path).tags
        if track.path.suffix == ".m4a":
            total = tags["trkn"][0][1]
        elif track.path.suffix in (".mp3", ".wav"):
            total = int(str(tags["TRCK"]).partition("/")[2])
        else:
            total = int(tags["tracktotal"][0])
        assert total == track.track_total
        assert total == sum(other.album == track.album for other in demo_library)


def test_every_file_sounds_from_a_quiet_start_to_a_faded_end(demo_library):
    for track in demo_library:
        sound = np.concatenate(list(read_blocks(track.path)))
        assert 20 <= len(sound) / SAMPLE_RATE <= 30
        assert np.isfinite(sound).all()
        assert np.abs(sound).max() < 1.0
        seconds = sound[: len(sound) // SAMPLE_RATE * SAMPLE_RATE].reshape(-1, SAMPLE_RATE)
        loudness = np.sqrt((seconds**2).mean(axis=1))
        assert (loudness[2:-3] > 0.02).all(), track.title
        # An encoder rings a little around a fade.
        assert np.abs(sound[-100:]).max() < 0.01


def test_tracks_are_about_equally_loud(demo_library):
    levels = []
    for track in demo_library:
        sound = np.concatenate(list(read_blocks(track.path)))
        levels.append(20 * np.log10(np.sqrt((sound**2).mean())))
    assert max(levels) - min(levels) < 4.0


def test_rendering_again_changes_nothing(demo_library):
    root = demo_library[0].path.parents[2]
    before = {path: path.stat().st_mtime_ns for path in files_below(root)}
    calls = []
    assert render_demo(root, progress=lambda *call: calls.append(call)) == demo_library
    assert {path: path.stat().st_mtime_ns for path in files_below(root)} == before
    assert calls == [(len(demo_library), len(demo_library))]


def test_what_is_missing_is_rendered_as_it_was(demo_library, tmp_path):
    root = tmp_path / "copy"
    shutil.copytree(demo_library[0].path.parents[2], root)
    lost = next(track for track in demo_library if track.path.suffix == ".flac")
    path = root / lost.path.relative_to(lost.path.parents[2])
    path.unlink()
    # What a run that was killed while it wrote leaves.
    path.with_name(f".{path.name}.part").write_bytes(b"fLaC")
    calls = []
    render_demo(root, progress=lambda *call: calls.append(call))
    assert path.read_bytes() == lost.path.read_bytes()
    assert len(files_below(root)) == len(demo_library)
    total = len(demo_library)
    assert calls == [(total - 1, total), (total, total)]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(MusicsimError, match="file"):
        render_demo(blocked / "demo")


def test_a_full_disk_is_said_and_leaves_no_half_file(tmp_path, monkeypatch):
    write = Path.write_bytes

    def write_until_full(path: Path, content: bytes) -> int:
        write(path, content[:1000])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_until_full)
    with pytest.raises(MusicsimError, match="No space left on device") as caught:
        render_demo(tmp_path / "demo")
    assert str(tmp_path / "demo") in str(caught.value)
    assert files_below(tmp_path) == set()


def test_it_can_be_stopped_and_leaves_whole_files(demo_library, tmp_path):
    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done:
            raise StoppedError

    with pytest.raises(StoppedError):
        render_demo(tmp_path / "demo", progress=stop)
    made = files_below(tmp_path)
    assert 1 <= len(made) < len(demo_library)
    assert all(read_tags(path)[0].title for path in made)
