"""mpv and VLC really open what playlists list that are written here; FFmpeg reads none of these formats."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import url2pathname

import numpy as np
import pytest
import soundfile

from musicsim.library.types import Tags, Track
from musicsim.playlists.files.locations import PathStyle
from musicsim.playlists.files.writing import write_playlist

NAMES = [
    "plain.wav",
    "Übung – 음악 🎵.wav",
    "#1 & <co>.wav",
    "Song #2.wav",
    "100% Pure.wav",
    "a%20b.wav",
    "what?.wav",
    " leading.wav",
    "-dash.wav",
    "a:b.wav",
    "[x] (y); it's.wav",
    "two\nlines.wav",
    "back\\slash.wav",
]
# VLC takes Windows-1252 for Latin-1, which lacks its dashes and quotes.
LATIN = [name for name in NAMES if name != "Übung – 음악 🎵.wav"] + ["Übung 1.wav"]
_VLC_OPENED = re.compile(r"`file://(\S+)' successfully opened")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user can read, with a file of each name."""
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary)
        made.chmod(0o755)
        (made / "music").mkdir()
        for name in {*NAMES, *LATIN}:
            soundfile.write(made / "music" / name, np.zeros(4_400, np.float32), 8_000, format="WAV")
        yield made


def written(folder: Path, suffix: str, names: list[str], style: PathStyle) -> Path:
    tracks = [
        Track(number, str(folder / "music" / name), Tags("T", "Ann", duration=0.1), 1, 1, 0.0)
        for number, name in enumerate(names)
    ]
    file = folder / f"list{suffix}"
    write_playlist(file, tracks, name="List", style=style)
    return file


def same(paths: list[str], folder: Path) -> list[str]:
    return [os.path.relpath(os.path.join(folder, path), folder / "music") for path in paths]  # noqa: PTH118


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mpv") is None, reason="mpv is not installed")
@pytest.mark.parametrize(
    "style", [PathStyle(), PathStyle(absolute=True)], ids=["relative", "absolute"]
)
@pytest.mark.parametrize("suffix", [".m3u8", ".pls"])
def test_mpv_opens_every_file(folder: Path, suffix: str, style: PathStyle) -> None:
    file = written(folder, suffix, NAMES, style)
    script = folder / "say.lua"
    # What it opens, in a form that survives a line break. It waits for a hook, but not for an event's receiver.
    script.write_text(
        'mp.add_hook("on_preloaded", 50, function() local p = mp.get_property("stream-open-filename") '
        'io.stderr:write("OPENED[" .. p .. "]\\n") end)'
    )
    ended = subprocess.run(
        [
            "mpv", "--no-config", "--no-video", "--ao=null", "--ao-null-untimed", "--really-quiet",
            f"--script={script}", file,
        ],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    told = ended.stderr.decode("utf-8", "surrogateescape")
    opened = re.findall(r"OPENED\[(?:file://)?(.*?)\]\n", told, re.DOTALL)
    assert same(opened, folder) == NAMES, told


def _vlc() -> list[str]:
    """Return the beginning of a command that runs VLC, which refuses to run as root."""
    if shutil.which("vlc") is None:
        return []
    if os.getuid():
        return ["vlc"]
    return ["runuser", "-u", "nobody", "--", "vlc"] if shutil.which("runuser") else []


@pytest.fixture
def vlc(folder: Path) -> list[str]:
    command = _vlc()
    if not command:
        pytest.skip("VLC is not installed")
    home = folder / "home"
    home.mkdir()
    if not os.getuid():
        os.chown(home, pwd.getpwnam("nobody").pw_uid, -1)
    command = [
        *command[:-1], "env", f"HOME={home}", f"XDG_RUNTIME_DIR={home}", "vlc",
        "-I", "dummy", "-vv", "--no-color", "--no-audio", "--no-video", "--play-and-exit",
        # After files that end at once, VLC waits longer and longer before it opens the next.
        "--input-repeat=200",
    ]  # fmt: skip
    tried = subprocess.run([*command, "vlc://quit"], capture_output=True, timeout=120, check=False)
    if tried.returncode:
        pytest.skip("VLC lacks its plugins")
    return command


@pytest.mark.slow
def test_vlc_opens_every_file(vlc: list[str], folder: Path) -> None:
    names = {".m3u8": NAMES, ".m3u": LATIN, ".xspf": NAMES, ".pls": NAMES}
    files = [written(folder, suffix, listed, PathStyle()) for suffix, listed in names.items()]

    def play(file: Path) -> str:
        command = [*vlc, str(file), "vlc://quit"]
        ended = subprocess.run(command, capture_output=True, timeout=120, check=False)
        return ended.stderr.decode("utf-8", "surrogateescape")

    # All at the same time: VLC does nothing for more than a second before it opens the next file.
    with ThreadPoolExecutor() as pool:
        told = dict(zip(names, pool.map(play, files), strict=True))
    for suffix, listed in names.items():
        opened = {url2pathname(path) for path in _VLC_OPENED.findall(told[suffix])}
        wanted = {str(folder / "music" / name) for name in listed}
        assert wanted - opened == set(), suffix
