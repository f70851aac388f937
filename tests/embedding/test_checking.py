"""Weight files that damage, accidents or strangers put into a model's place: each is refused, and nothing else ends."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from weight_files import WIDTHS, bottomless, damaged, small_weights

from musicsim.base.resources import resource
from musicsim.embedding import WeightsError, check_weights, read_weights
from musicsim.embedding.checking import (
    STARTER_SHA256,
    CheckedWeights,
    WeightsToCheck,
    check_all,
)
from musicsim.embedding.content import LARGEST_FILE, digest_in, sha256_of


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return small_weights(tmp_path_factory.mktemp("whole") / "small.h5").read_bytes()


@pytest.fixture
def whole(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "small.h5"
    path.write_bytes(content)
    return path


def test_a_whole_file_is_described_as_it_is_read(whole: Path, official_file: Path):
    files = [whole, official_file, resource("starter.h5")]
    checked = check_all([WeightsToCheck(path, *_front_end(path, official_file)) for path in files])
    for path, facts in zip(files, checked, strict=True):
        weights = read_weights(path, input_repr=_front_end(path, official_file)[0])
        assert facts == CheckedWeights(
            weights.identity,
            sha256_of(path.read_bytes()),
            weights.description,
            weights.self_standardised,
        )
    assert [facts.name for facts in checked] == ["small", "openl3-mel128-512", "starter"]


def _front_end(path: Path, official: Path) -> tuple[str | None]:
    return ("mel128" if path == official else None,)


def test_the_starter_weights_are_those_of_this_version():
    """New ones need theirs in STARTER_SHA256."""
    assert sha256_of(resource("starter.h5").read_bytes()) == STARTER_SHA256


# --- damage ---


def test_a_file_that_ends_its_reader_is_named_and_the_next_is_read(tmp_path, whole, content):
    fatal = tmp_path / "fatal.h5"
    fatal.write_bytes(bottomless(content))
    first, refused, after = check_all([WeightsToCheck(path) for path in (whole, fatal, fatal)])
    assert isinstance(first, CheckedWeights)
    for error in (refused, after):
        assert isinstance(error, WeightsError)
        assert str(fatal) in str(error)
        assert "damaged" in str(error)
        assert "get the file again" in str(error)
    # A process of its own each time, or from what is known.
    assert check_weights(whole) == first


def test_another_file_than_the_remembered_one_is_not_read_at_all(tmp_path, content):
    """It would end this process."""
    fatal = tmp_path / "fatal.h5"
    fatal.write_bytes(bottomless(content))
    remembered = sha256_of(content)
    for read in (read_weights, check_weights):
        for digits in (remembered, remembered[:12]):
            with pytest.raises(WeightsError, match="SHA-256") as refused:
                read(fatal, sha256=digits)
            assert str(fatal) in str(refused.value)
            assert "musicsim models use" in str(refused.value)


def test_the_remembered_file_is_read(whole, content):
    facts = check_weights(whole, sha256=sha256_of(content))
    assert facts == check_weights(whole)
    assert digest_in(facts.identity) == facts.sha256[:12]
    assert read_weights(whole, sha256=digest_in(facts.identity)).identity == facts.identity


def test_an_identity_without_digits_has_none():
    assert digest_in("starter") is digest_in("starter-0123") is digest_in("0123456789ab") is None


def refused_or_whole(folder: Path, contents: list[bytes]) -> list[CheckedWeights | WeightsError]:
    files = []
    for number, spoilt in enumerate(contents):
        path = folder / f"{number}.h5"
        path.write_bytes(spoilt)
        files.append(WeightsToCheck(path))
    results = check_all(files)
    for file, result in zip(files, results, strict=True):
        if isinstance(result, WeightsError):
            assert str(file.path) in str(result)
            assert str(result).isprintable()
        else:
            # What was read in another process can be read in this one.
            read_weights(file.path, sha256=result.sha256)
    return results


def test_damaged_files_are_refused_or_whole(tmp_path, content):
    results = refused_or_whole(tmp_path, [damaged(content, seed) for seed in range(60)])
    assert sum(isinstance(result, WeightsError) for result in results) > 30


@pytest.mark.stress
@pytest.mark.parametrize("thousand", range(4))
def test_thousands_of_damaged_files(tmp_path, content, thousand):
    starter = resource("starter.h5").read_bytes()
    for seed in range(1000 * thousand, 1000 * (thousand + 1), 50):
        spoilt = [damaged(content, n) for n in range(seed, seed + 40)]
        spoilt += [damaged(starter, n) for n in range(seed, seed + 10)]
        refused_or_whole(tmp_path, spoilt)


def test_files_that_end_anywhere(tmp_path, content):
    ends = [*range(0, 1000, 100), *range(1000, len(content), 4000), len(content) - 1]
    results = refused_or_whole(tmp_path, [content[:end] for end in ends])
    assert all(isinstance(result, WeightsError) for result in results)


# --- no weight files ---


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _loop(path: Path) -> None:
    path.symlink_to(path)


def _gone(path: Path) -> None:
    path.symlink_to("gone")


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


def _a_little_too_large(path: Path) -> None:
    small_weights(path)
    with path.open("r+b") as file:
        file.truncate(LARGEST_FILE + 1)


def _bomb(path: Path) -> None:
    """100 MB of zeros in 100 KB."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel.npy", bytes(100 * 2**20))


def _giant_array(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, archive.open("kernel.npy", "w") as member:
        header = {"descr": "<f4", "fortran_order": False, "shape": (2**40, 2**20)}
        np.lib.format.write_array_header_1_0(member, header)


class _Pickled:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self._folder),)


def _pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps(_Pickled(path.with_suffix(".was-run"))))


def _pickled_array(path: Path) -> None:
    array = np.array([_Pickled(path.with_suffix(".was-run"))], dtype=object)
    written = io.BytesIO()
    np.savez(written, allow_pickle=True, kernel=array)
    path.write_bytes(written.getvalue())


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (Path.touch, "not an HDF5"),
        (Path.mkdir, "can't be read"),
        (_fifo, "can't be read"),
        (_zeros, "can't be read"),
        (_loop, "can't be read"),
        (_gone, "can't be read"),
        (_sparse, "more than 64 MB"),
        (_a_little_too_large, "more than 64 MB"),
        (_bomb, "not an HDF5"),
        (_giant_array, "not an HDF5"),
        (_pickle, "not an HDF5"),
        (_pickled_array, "not an HDF5"),
    ],
)
def test_what_is_no_weight_file_is_refused(tmp_path, make, problem):
    path = tmp_path / "openl3_audio_mel256_music.h5"
    make(path)
    before = set(tmp_path.iterdir())
    for read in (read_weights, check_weights):
        with pytest.raises(WeightsError, match=problem) as refused:
            read(path)
        assert str(path) in str(refused.value)
    assert set(tmp_path.iterdir()) == before


def test_a_path_that_can_not_be_one_is_refused(tmp_path):
    for name in ("x" * 5000, "a\0b"):
        with pytest.raises(WeightsError, match="can't be read"):
            check_weights(tmp_path / name)


# --- HDF5 that claims too much, or what is not its own ---


def _kernel(file: h5py.File) -> tuple[h5py.Group, str, np.ndarray]:
    """Take a kernel out of the file; return its place and its values."""
    place = file["conv2d_0/conv2d_0"]
    values = place["kernel:0"][...]
    del place["kernel:0"]
    return place, "kernel:0", values


def _claims_terabytes(file: h5py.File, _: Path) -> None:
    place, name, _values = _kernel(file)
    place.create_dataset(name, (2**20, 2**20, 2**10), "f4", chunks=(64, 64, 64))


def _giant_pieces(file: h5py.File, _: Path) -> None:
    place, name, values = _kernel(file)
    place.create_dataset(name, values.shape, "f4", chunks=(512, 512, 128, 1), maxshape=(None,) * 4)


def _in_another_file(file: h5py.File, folder: Path) -> None:
    place, name, values = _kernel(file)
    with h5py.File(folder / "other.h5", "w") as other:
        other["kernel"] = values
    place[name] = h5py.ExternalLink(str(folder / "other.h5"), "/kernel")


def _in_a_pipe(file: h5py.File, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    place, name, _ = _kernel(file)
    place[name] = h5py.ExternalLink(str(folder / "pipe"), "/kernel")


def _bytes_of_another_file(file: h5py.File, folder: Path) -> None:
    (folder / "secret").write_bytes(bytes(1000))
    place, name, values = _kernel(file)
    stored = [(str(folder / "secret"), 0, values.nbytes)]
    place.create_dataset(name, values.shape, "f4", external=stored)


def _virtual(file: h5py.File, folder: Path) -> None:
    place, name, values = _kernel(file)
    with h5py.File(folder / "other.h5", "w") as other:
        other["kernel"] = values
    layout = h5py.VirtualLayout(values.shape, "f4")
    layout[...] = h5py.VirtualSource(folder / "other.h5", "kernel", values.shape)
    place.create_virtual_dataset(name, layout)


def _in_a_circle(file: h5py.File, _: Path) -> None:
    place, name, _values = _kernel(file)
    place[name] = h5py.SoftLink(f"/conv2d_0/conv2d_0/{name}")


def _no_numbers(file: h5py.File, _: Path) -> None:
    place, name, values = _kernel(file)
    place.create_dataset(name, values.shape, h5py.string_dtype())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_claims_terabytes, "has the shape"),
        (_giant_pieces, "pieces that are too large"),
        (_in_another_file, "is a link"),
        (_in_a_pipe, "is a link"),
        (_bytes_of_another_file, "not kept in the file itself"),
        (_virtual, "not kept in the file itself"),
        (_in_a_circle, "is a link"),
        (_no_numbers, "not numbers"),
    ],
)
def test_only_what_the_file_itself_holds_is_read(tmp_path, whole, change, problem):
    with h5py.File(whole, "r+") as file:
        change(file, tmp_path)
    for read in (read_weights, check_weights):
        with pytest.raises(WeightsError, match=problem):
            read(whole)


def test_a_list_of_layers_is_limited(tmp_path):
    path = tmp_path / "many.h5"
    # Only the newest layout has room for so large an attribute.
    with h5py.File(path, "w", libver="latest") as file:
        file.attrs.create("layer_names", np.zeros(2**20, "S16"))
    with pytest.raises(WeightsError, match="too large"):
        read_weights(path, input_repr="mel128")


def test_compressed_numbers_are_read(tmp_path, whole):
    before = read_weights(whole).convolutions[0].kernel
    with h5py.File(whole, "r+") as file:
        place, name, values = _kernel(file)
        place.create_dataset(
            name, data=values, compression="gzip", shuffle=True, fletcher32=True, chunks=True
        )
    np.testing.assert_array_equal(read_weights(whole).convolutions[0].kernel, before)


@pytest.mark.stress
def test_numbers_that_inflate_to_gigabytes_are_refused(tmp_path, whole):
    inflating = zlib.compressobj(9)
    packed = b"".join([inflating.compress(bytes(2**24)) for _ in range(128)] + [inflating.flush()])
    with h5py.File(whole, "r+") as file:
        place, name, values = _kernel(file)
        dataset = place.create_dataset(
            name, values.shape, "f4", chunks=(64, 64, 64, 1), maxshape=(None,) * 4, compression=9
        )
        dataset.id.write_direct_chunk((0, 0, 0, 0), packed)
    before = resource_used()
    with pytest.raises(WeightsError, match="damaged"):
        check_weights(whole)
    assert resource_used() - before < 2**30


def resource_used() -> int:
    """The most bytes of memory that a process started by this one has had."""
    usage = pytest.importorskip("resource")
    return int(usage.getrusage(usage.RUSAGE_CHILDREN).ru_maxrss) * 1024


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"widths": [2**40] * 8}, "widths are at most 1024"),
        ({"widths": [1024] * 8}, "at most 16,777,216 weights"),
        ({"widths": [*WIDTHS[:7], 1024], "pool_size": [1, 1]}, "at most 16,384 values"),
        ({"projection_size": 2**60}, "at most 16,384 values"),
        ({"pool_size": [10**400, 24]}, "not larger than the spectrogram"),
        ({"pool_size": [16, 2**70]}, "not larger than the spectrogram"),
        ({"bn_epsilon": 1e300}, "at most 1"),
        ({"widths": [True] * 8}, "whole numbers"),
        ({"name": ["a"]}, "no text"),
    ],
)
def test_sizes_are_limited_before_anything_is_made(tmp_path, facts, problem):
    path = small_weights(tmp_path / "large.h5", **facts)
    with pytest.raises(WeightsError, match=problem):
        read_weights(path)


def test_a_description_of_many_levels_is_refused(whole):
    with h5py.File(whole, "r+") as file:
        file.attrs["musicsim"] = "[" * 60_000
    with pytest.raises(WeightsError, match="can't be understood"):
        read_weights(whole)


# --- names ---


@pytest.mark.parametrize(
    "name", ["mine", "Größer 2.1", "私のモデル", "a_b-c+d (2)", "x" * 64, "2024"]
)
def test_names_in_any_language_are_names(tmp_path, name):
    path = small_weights(tmp_path / "mine.h5", name=name)
    assert read_weights(path).identity.rpartition("-")[0] == name


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "made of letters"),
        (" ", "made of letters"),
        ("a/b", "made of letters"),
        ("a\\b", "made of letters"),
        ("..", "made of letters"),
        ("a..b", "made of letters"),
        (".hidden", "made of letters"),
        ("ends with a dot.", "made of letters"),
        ("-rf", "made of letters"),
        ("a\nb", "made of letters"),
        ("a\x1b[2J", "made of letters"),
        ("a\u202eb", "made of letters"),
        ("a\0b", "made of letters"),
        ("<b>a</b>", "made of letters"),
        ("x" * 65, "longer than 64"),
        ("x" * 100_000, None),
        ("openl3-mel256-music", "reserved"),
        ("OpenL3-mine", "reserved"),
        ("NUL", "reserved"),
        ("com1.txt", "reserved"),
    ],
)
def test_names_that_are_none_are_refused(tmp_path, name, problem):
    path = tmp_path / "mine.h5"
    if problem is None:
        # More than an attribute of the usual layout holds.
        small_weights(path)
        with h5py.File(path, "r+") as file:
            described = json.loads(file.attrs["musicsim"])
            file.attrs["musicsim"] = json.dumps({**described, "name": name})
        problem = "longer than 64"
    else:
        small_weights(path, name=name)
    with pytest.raises(WeightsError, match=problem) as refused:
        read_weights(path)
    assert str(refused.value).isprintable()


# --- from Python ---


def test_a_script_without_a_guard_can_check_a_file(tmp_path, whole):
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from musicsim.embedding import check_weights\n"
        "print(check_weights(Path(sys.argv[1])).name)\n"
    )
    done = subprocess.run(
        [sys.executable, script, whole], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == ["small"], done.stderr


def test_a_process_that_can_not_be_started_is_no_damage(whole, monkeypatch):
    from musicsim.base.errors import MusicsimError

    monkeypatch.setattr("musicsim.embedding.checking._known", {})
    monkeypatch.setattr("musicsim.embedding.checking._serve", _ends_at_once)
    with pytest.raises(MusicsimError, match="could not be started") as refused:
        check_weights(whole)
    assert not isinstance(refused.value, WeightsError)


def _ends_at_once(_: object) -> None:
    pass
