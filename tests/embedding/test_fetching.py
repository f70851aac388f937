"""Fetching weight files from a server that breaks off, lies and stalls."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from weights_server import (
    Answer,
    Published,
    WeightsServer,
    as_published,
    cut_after,
    held_after,
    promised,
    publish,
    status,
    whole,
)

from musicsim.embedding.fetching import FetchCancelled, FetchError, fetch_weights

Serve = Callable[..., WeightsServer]
FIRST = 100_000
"""Bytes that come before a connection breaks."""


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    return publish(tmp_path_factory.mktemp("published"))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "models"


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as servers:
        yield lambda *answers: servers.enter_context(WeightsServer(*answers))


def fetch(published: Published, folder: Path, server: WeightsServer, **options: object) -> Path:
    return fetch_weights(
        published.model, folder, **{"mirror": server.url, "pauses": (0, 0), **options}
    )


def part_of(published: Published, folder: Path) -> Path:
    return folder / f"{published.model.archive_name}.part"


def left_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name != "lock"]


# --- as it should be ---


def test_the_file_arrives_under_its_published_name(published, folder, serve):
    server = serve(whole(published.archive))
    seen = []
    path = fetch(published, folder, server, progress=lambda *report: seen.append(report))
    assert path == folder / "openl3_audio_mel256_music-v0_4_0.h5"
    assert path.read_bytes() == published.file
    assert left_in(folder) == [path.name]
    assert [path for path, _ in server.requests] == [f"/{published.model.archive_name}"]
    size = len(published.archive)
    assert seen[-1] == (size, size)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_what_is_there_is_not_fetched_again_unless_it_is_broken(published, folder, serve):
    server = serve(whole(published.archive))
    path = fetch(published, folder, server)
    fetch(published, folder, server)
    assert len(server.requests) == 1
    path.write_bytes(published.file[:-1])
    fetch(published, folder, server)
    assert path.read_bytes() == published.file


def test_redirects_are_followed(published, folder, serve):
    files = serve(whole(published.archive))
    there = f"{files.url}/elsewhere/x.gz"
    assert fetch(published, folder, serve(status(302, Location=there))).is_file()
    assert files.requests == [("/elsewhere/x.gz", 0)]


@pytest.mark.parametrize("named", ["by option", "by the environment"])
def test_a_proxy_is_asked_for_the_whole_address(published, folder, serve, monkeypatch, named):
    server = serve(whole(published.archive))
    if named == "by the environment":
        monkeypatch.setenv("HTTP_PROXY", server.url)
    fetch_weights(
        published.model,
        folder,
        mirror="http://mirror.invalid/openl3/",
        proxy=server.url if named == "by option" else None,
    )
    assert server.requests == [(f"http://mirror.invalid/openl3/{published.model.archive_name}", 0)]


# --- broken connections ---


def test_a_broken_connection_is_resumed(published, folder, serve):
    server = serve(cut_after(FIRST, published.archive), whole(published.archive))
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [0, FIRST]


def test_a_server_that_can_not_resume_starts_over(published, folder, serve):
    server = serve(
        cut_after(FIRST, published.archive, ranges=False), whole(published.archive, ranges=False)
    )
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [0, FIRST]


def test_it_goes_on_as_long_as_something_new_comes(published, folder, serve):
    some = len(published.archive) // 8
    server = serve(cut_after(some, published.archive))
    assert fetch(published, folder, server, pauses=(0,)).is_file()
    assert len(server.requests) > 8


def test_it_gives_up_where_nothing_new_comes(published, folder, serve):
    server = serve(cut_after(FIRST, published.archive, ranges=False))
    with pytest.raises(FetchError, match="goes on from there"):
        fetch(published, folder, server)
    assert len(server.requests) == 3


def test_a_server_that_stalls_is_asked_again(published, folder, serve):
    server = serve(held_after(FIRST, published.archive), whole(published.archive))
    assert fetch(published, folder, server, timeout=0.2).read_bytes() == published.file
    assert server.starts == [0, FIRST]


def test_a_server_that_only_stalls_is_given_up(published, folder, serve):
    server = serve(held_after(0, published.archive))
    with pytest.raises(FetchError, match=r"says nothing for 0\.1 seconds"):
        fetch(published, folder, server, timeout=0.1)


def test_a_later_attempt_goes_on_where_the_last_one_broke(published, folder, serve):
    server = serve(cut_after(FIRST, published.archive), status(503))
    with pytest.raises(FetchError, match="503"):
        fetch(published, folder, server)
    assert left_in(folder) == [part_of(published, folder).name]
    server = serve(whole(published.archive))
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [FIRST]


def test_no_server_is_named_with_the_remedies(published, folder):
    with pytest.raises(FetchError) as refused:
        fetch_weights(published.model, folder, mirror="http://127.0.0.1:9", pauses=(0,))
    for told in ("http://127.0.0.1:9", "--mirror", str(folder), "by hand"):
        assert told in str(refused.value)


@pytest.mark.parametrize("code", [404, 403])
def test_a_refusal_is_final(published, folder, serve, code):
    server = serve(status(code))
    with pytest.raises(FetchError, match=str(code)):
        fetch(published, folder, server)
    assert len(server.requests) == 1
    assert left_in(folder) == []


def test_a_part_that_is_whole_needs_no_server(published, folder):
    folder.mkdir(parents=True)
    part_of(published, folder).write_bytes(published.archive)
    path = fetch_weights(published.model, folder, mirror="http://127.0.0.1:9", pauses=())
    assert path.read_bytes() == published.file


@pytest.mark.parametrize("size", [FIRST, 4_000_000])
def test_a_part_of_something_else_is_given_up(published, folder, serve, size):
    folder.mkdir(parents=True)
    part_of(published, folder).write_bytes(b"\1" * size)
    server = serve(whole(published.archive))
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [size, 0]


@pytest.mark.parametrize(
    "options",
    [
        {"mirror": "ftp://127.0.0.1/openl3"},
        {"mirror": "nonsense"},
        {"mirror": "http://[::1"},
        {"mirror": "http://two..dots"},
        {"proxy": "nonsense://127.0.0.1"},
        {"proxy": "no proxy"},
        {"proxy": f"http://{'x' * 64}"},
    ],
)
def test_addresses_that_are_none_are_refused(published, folder, options):
    with pytest.raises(FetchError):
        fetch_weights(published.model, folder, **options)
    assert left_in(folder) == []


# --- lies ---


def page(_: bytes) -> Answer:
    return whole(b"<html>Please log in", ranges=False, kind="text/html; charset=utf-8")


LIES: dict[str, Callable[[bytes], Answer]] = {
    "other bytes": lambda content: whole(content[:-1] + bytes([content[-1] ^ 1])),
    "less": lambda content: whole(content[:-1]),
    "more": lambda content: whole(content + b"\0"),
    "nothing": lambda _: whole(b""),
    "too short a length": lambda content: promised(len(content) - 1, content),
    "endless": lambda _: whole(bytes(70_000_000)),
    "a login page": page,
    "a page that says it is none": lambda _: whole(b"<html>Please log in"),
}


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_the_published_file_leaves_nothing_behind(published, folder, serve, lie):
    server = serve(LIES[lie](published.archive))
    with pytest.raises(FetchError, match="not send the published file"):
        fetch(published, folder, server)
    assert left_in(folder) == []


def test_a_lie_in_the_rest_is_found_out(published, folder, serve):
    lie = bytes(len(published.archive))
    server = serve(cut_after(FIRST, published.archive), whole(lie), whole(lie))
    with pytest.raises(FetchError, match="not send the published file"):
        fetch(published, folder, server)
    assert server.starts == [0, FIRST, 0]
    assert left_in(folder) == []


def test_a_login_page_does_not_cost_what_was_there(published, folder, serve):
    server = serve(cut_after(FIRST, published.archive), page(b""))
    with pytest.raises(FetchError, match="login page"):
        fetch(published, folder, server)
    assert part_of(published, folder).read_bytes() == published.archive[:FIRST]


def test_each_hash_that_is_known_counts(published, folder, serve):
    other = bytearray(published.archive)
    other[-1] ^= 1
    only_git_knows = replace(published.model, archive_sha256=None, file_sha256=None)
    another_sha = replace(published.model, archive_sha256="0" * 64)
    for model, sent in (only_git_knows, bytes(other)), (another_sha, published.archive):
        with pytest.raises(FetchError, match="not send the published file"):
            fetch(published._replace(model=model), folder, serve(whole(sent)))
        assert left_in(folder) == []
    again = fetch(published._replace(model=only_git_knows), folder, serve(whole(published.archive)))
    assert again.read_bytes() == published.file


def test_the_file_that_was_there_stays_until_there_is_a_better_one(published, folder, serve):
    path = folder / published.model.file_name
    folder.mkdir(parents=True)
    path.write_bytes(b"of the listener")
    wrong = as_published(published.file[:-FIRST])
    with pytest.raises(FetchError, match="no usable weight file"):
        fetch(wrong, folder, serve(whole(wrong.archive)))
    assert left_in(folder) == [path.name]
    assert path.read_bytes() == b"of the listener"


def test_too_long_a_length_does_no_harm(published, folder, serve):
    server = serve(promised(len(published.archive) + 9, published.archive))
    assert fetch(published, folder, server).read_bytes() == published.file


def test_an_archive_with_the_right_hash_must_hold_a_whole_network(published, folder, serve):
    cut_short = gzip.compress(published.file, 1)[:-9]
    for file, archive in (
        (b"", b"no gzip"),
        (published.file, cut_short),
        (published.file[:-FIRST], None),
        (bytes(70_000_000), None),
    ):
        wrong = as_published(file, archive)
        with pytest.raises(FetchError, match="no usable weight file"):
            fetch(wrong, folder, serve(whole(wrong.archive)))
        assert left_in(folder) == []
    other = published._replace(model=replace(published.model, file_sha256="0" * 64))
    with pytest.raises(FetchError, match="SHA-256"):
        fetch(other, folder, serve(whole(published.archive)))
    assert left_in(folder) == []


# --- stopped, full, twice ---


def test_it_stops_when_told_and_goes_on_later(published, folder, serve):
    server = serve(whole(published.archive))
    stop = threading.Event()
    with pytest.raises(FetchCancelled):
        fetch(published, folder, server, cancelled=stop, progress=lambda *_: stop.set())
    [left] = left_in(folder)
    kept = (folder / left).read_bytes()
    assert kept
    assert published.archive.startswith(kept)
    assert len(kept) < len(published.archive)
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [0, len(kept)]


def test_ctrl_c_keeps_what_has_come(published, folder, serve):
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    server = serve(whole(published.archive))
    with pytest.raises(KeyboardInterrupt):
        fetch(published, folder, server, progress=interrupt)
    kept = part_of(published, folder).read_bytes()
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [0, len(kept)]
    assert kept


def test_a_full_disk_is_named(published, folder, serve):
    resource = pytest.importorskip("resource")
    folder.mkdir(parents=True)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    server = serve(whole(published.archive))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FIRST, before[1]))
    try:
        with pytest.raises(FetchError, match="can't be written") as refused:
            fetch(published, folder, server)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "make room" in str(refused.value)
    assert left_in(folder) == [part_of(published, folder).name]
    assert fetch(published, folder, server).read_bytes() == published.file
    assert server.starts == [0, FIRST]


def test_a_disk_that_is_full_when_unpacking_is_named(published, folder, serve):
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = (len(published.archive) + len(published.file)) // 2
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(FetchError, match="can't be written"):
            fetch(published, folder, serve(whole(published.archive)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert left_in(folder) == [part_of(published, folder).name]


def test_a_folder_that_can_not_be_is_named(published, tmp_path):
    (tmp_path / "models").write_text("not a folder")
    with pytest.raises(FetchError, match="models can't be written"):
        fetch_weights(published.model, tmp_path / "models")


def test_a_second_fetch_at_once_is_refused(published, folder, serve):
    server = serve(held_after(FIRST, published.archive))
    arrived = []
    first = threading.Thread(target=lambda: arrived.append(fetch(published, folder, server)))
    first.start()
    assert server.held.wait(30)
    with pytest.raises(FetchError, match="going on"):
        fetch(published, folder, server)
    server.let_go.set()
    first.join()
    assert len(server.requests) == 1
    assert arrived[0].read_bytes() == published.file


def test_nothing_is_imported_for_it_before_it_is_asked_for():
    code = "import sys, musicsim.embedding.fetching; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
