"""Which files of a folder are tracks to train on."""

from __future__ import annotations

import shutil
from pathlib import Path

from musicsim.demo import DemoTrack
from training.corpus import tracks_below


def test_a_track_is_taken_once_and_a_link_that_leads_nowhere_not_at_all(
    demo_library: list[DemoTrack], tmp_path: Path
):
    album = tmp_path / "album"
    album.mkdir()
    source = demo_library[0].path
    for name in ("one", "the same once more"):
        shutil.copy2(source, album / f"{name}{source.suffix}")
    (album / f"gone{source.suffix}").symlink_to(tmp_path / "of another package.ogg")
    [track] = tracks_below(tmp_path)
    assert track.collection == "album"
    assert track.path.stem == "one"
