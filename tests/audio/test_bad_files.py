from __future__ import annotations

import contextlib
import errno
import io
import os
import pickle
import sys
from pathlib import Path

import av  # noqa: TID253 (these tests are about it)
import numpy as np
import pytest
from known_audio import EVERY_FORMAT, Make, known_sound
from known_reasons import because

from musicsim.audio import AudioError, SamplingPlan, read_blocks, sample_windows

PLAN = SamplingPlan(windows=4)


def reason(path: Path) -> str:
    """Return why a file is refused, which must be the same for both ways of reading."""
    with pytest.raises(AudioError) as sampling:
        sample_windows(path, PLAN)
    with pytest.raises(AudioError) as reading:
        list(read_blocks(path))
    assert sampling.value.reason == reading.value.reason
    assert sampling.value.path == path
    assert "\n" not in str(sampling.value)
    return str(sampling.value.reason)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".m4a", ".wav", ".ogg", ".aac"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"Dear diary, today I renamed a letter.\n" * 2_000, "this is a text file"),
        ("Ein Brief mit Umlauten: äöü\n".encode() * 5_000, "this is a text file"),
        (bytes(300_000), "the file holds nothing but zeros"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(range(256)) * 100, "this is not an audio file"),
        (b"PK\3\4" + bytes(range(256)) * 100, "this is not an audio file"),
        (b"\xff", "this is not an audio file"),
    ],
    ids=["empty", "text", "umlauts", "zeros", "picture", "archive", "one byte"],
)
def test_what_is_no_audio_says_so(tmp_path: Path, suffix: str, content: bytes, expected: str):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)

    assert reason(path).startswith(expected)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"ID3\3\0\0\0\0\0\0",
        b"\xff\xfb\x90\0",
        b"fLaC",
        b"OggS",
        b"MP+\7",
        b"MPCKSH",
        b"MAC \x96\x0f",
    ],
)
@pytest.mark.parametrize("seed", range(5))
def test_random_bytes_are_not_decoded_to_noise(tmp_path: Path, seed: int, start: bytes):
    path = tmp_path / "a.mp3"
    path.write_bytes(start + np.random.default_rng(seed).bytes(100_000))

    assert "damaged" in reason(path)


@pytest.mark.parametrize(
    "script",
    ["ffconcat version 1.0\nfile '{}'\n", "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n"],
    ids=["concat", "hls"],
)
def test_a_script_does_not_open_other_files(files: dict[str, Path], tmp_path: Path, script: str):
    path = tmp_path / "a.mp3"
    path.write_text(script.format(files["mp3"]))

    assert reason(path) == "this is a text file, not an audio file"


@pytest.mark.parametrize("name", ["aac", "alac"])
def test_an_mp4_without_its_end_says_so(files: dict[str, Path], tmp_path: Path, name: str):
    content = files[name].read_bytes()
    path = tmp_path / "a.m4a"
    path.write_bytes(content[: len(content) // 2])

    assert reason(path) == "the file is cut short: its index, which comes last, is missing"


def test_a_musepack_8_without_its_end_is_damaged(files: dict[str, Path], tmp_path: Path):
    # FFmpeg decodes nothing of it without the seek table, which comes last.
    content = files["musepack 8"].read_bytes()
    path = tmp_path / "a.mpc"
    path.write_bytes(content[: len(content) // 2])

    assert reason(path) == "the file is damaged: its sound can't be decoded"


@pytest.mark.parametrize("tag", [b"drms", b"enca", b"aavd"])
def test_a_protected_mp4_says_so(files: dict[str, Path], tmp_path: Path, tag: bytes):
    content = files["aac"].read_bytes()
    description = content.index(b"stsd")
    path = tmp_path / "a.m4p"
    path.write_bytes(content[:description] + content[description:].replace(b"mp4a", tag, 1))

    assert reason(path) == "protected by DRM, so it can't be decoded"


def test_a_protected_wma_says_so(files: dict[str, Path], tmp_path: Path):
    content = bytearray(files["wma"].read_bytes())
    # The identity of the header's Content Encryption Object, in the place of another object's.
    content[30:46] = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")
    path = tmp_path / "a.wma"
    path.write_bytes(content)

    assert reason(path) == "protected by DRM, so it can't be decoded"


def test_a_film_without_sound_says_so(tmp_path: Path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        stream.pix_fmt = "yuv420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

    assert reason(path) == "there is no sound in it"


def test_a_file_that_is_not_there(tmp_path: Path):
    assert (
        reason(tmp_path / "a.mp3") == "it is not there, or the disk that holds it is not connected"
    )


def test_a_folder(tmp_path: Path):
    assert reason(tmp_path) == "this is a folder, not a file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_at_once(tmp_path: Path):
    path = tmp_path / "a.mp3"
    os.mkfifo(path)

    assert reason(path) == "this is not a regular file"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
def test_a_device_is_refused(tmp_path: Path):
    path = tmp_path / "a.mp3"
    path.symlink_to("/dev/zero")

    assert reason(path) == "this is not a regular file"


def test_a_symlink_loop(tmp_path: Path):
    path = tmp_path / "a.mp3"
    path.symlink_to(path)

    assert reason(path).startswith("it can't be read: ")


def test_a_name_that_no_file_can_have(tmp_path: Path):
    assert reason(tmp_path / "a\0.mp3") == "no file can have this name"


def test_no_permission(files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "a.flac"
    path.write_bytes(files["flac"].read_bytes())
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read everything

        def refuse(*_: object) -> int:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        monkeypatch.setattr("musicsim.audio.files.os.open", refuse)

    assert reason(path) == "no permission to read it"


@pytest.mark.logs
@pytest.mark.parametrize("good", [0, 100_000])
@pytest.mark.parametrize("name", ["flac", "mp3"])
def test_a_failing_disk_is_not_taken_for_damage(
    files: dict[str, Path], name: str, good: int, monkeypatch: pytest.MonkeyPatch
):
    class FailingDisk(io.FileIO):
        def readinto(self, buffer: object) -> int:  # type: ignore[override]
            if self.tell() >= good:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return super().readinto(buffer)  # type: ignore[arg-type]

    monkeypatch.setattr("io.FileIO", FailingDisk)

    assert reason(files[name]) == f"it can't be read: {os.strerror(errno.EIO)}"


@pytest.mark.logs
@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_broken_files_raise_nothing_else(files: dict[str, Path], tmp_path: Path, name: str):
    whole = files[name].read_bytes()
    random = np.random.default_rng(0)
    path = tmp_path / "broken"
    for _ in range(12):
        broken = bytearray(whole[: random.integers(1, 200_000)])
        # Most of it in the header, where it hurts most.
        for position in random.integers(0, min(len(broken), 4_000), 20):
            broken[position] = random.integers(256)
        path.write_bytes(broken)
        for read in (lambda: sample_windows(path, PLAN).windows, lambda: list(read_blocks(path))):
            with contextlib.suppress(AudioError):
                sound = np.concatenate(list(read()))
                assert sound.dtype == np.float32
                assert np.isfinite(sound).all()


ODD_NAMES = [
    "emoji \N{GUITAR}.flac",
    "two\nlines.flac",
    "#1.flac",
    "-",
    "-i.flac",
    ".hidden.flac",
    "cafe\N{COMBINING ACUTE ACCENT}.flac",
    "concat:a.flac",
    "http:a.flac",
    "%d.flac",
    "a.raw",
    "a.m3u8",
    os.fsdecode(b"caf\xe9 \xff.flac"),
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
@pytest.mark.parametrize("how", ["flac", "mp3"])
def test_any_name_will_do(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, name: str
):
    try:
        make(how, known_sound(3, 44_100), name=name)
    except OSError:
        pytest.skip("this file system has no such names")
    monkeypatch.chdir(tmp_path)

    for path in (Path(name), tmp_path / name):
        assert len(sample_windows(path, PLAN).windows) == 3
        assert sum(map(len, read_blocks(path))) == pytest.approx(3 * 48_000, abs=5)


def test_the_message_of_an_odd_name_can_be_printed():
    error = AudioError(Path(os.fsdecode(b"caf\xe9\n.mp3")), because("the file is empty"))

    assert (
        str(error) == "caf\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}.mp3: the file is empty"
    )


def test_an_error_survives_the_way_out_of_the_worker():
    error = pickle.loads(pickle.dumps(AudioError(Path("a.mp3"), because("the file is empty"))))

    assert isinstance(error, AudioError)
    assert (error.path, str(error.reason)) == (Path("a.mp3"), "the file is empty")


def test_damage_prints_nothing(
    files: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    content = bytearray(files["aac"].read_bytes())
    content[100_000:110_000] = bytes(10_000)
    path = tmp_path / "a.m4a"
    path.write_bytes(content)

    sample_windows(path, SamplingPlan())

    printed = capfd.readouterr()
    assert printed.out == printed.err == ""
    assert "av" in sys.modules
