"""What the commands answer: JSON fields, exit codes, files. `test_own_process` has them run as processes."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicsim.app import Musicsim
from musicsim.audio import FIRST_PASS


def noise(path: Path, seed: int, seconds: float = 4.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * 24_000)) / 24_000
    sound = sum(np.sin(2 * np.pi * f * time) for f in rng.uniform(100, 3000, 5)) / 20
    soundfile.write(path, sound * (1 + np.sin(rng.uniform(5, 30) * time)), 24_000)
    return path


# --- scan and status ---


def test_scan_says_what_it_found(musicsim, tmp_path):
    music = tmp_path / "my music"
    for n in range(3):
        noise(music / f"{n}.flac", n)
    (music / "broken.mp3").write_text("not music")
    (music / "empty.flac").write_bytes(b"")
    first = musicsim("scan", music, "--json")
    assert first.code == 0
    found = first.json
    assert {key: found[key] for key in ("added", "changed", "moved", "missing", "unchanged")} == {
        "added": 5, "changed": 0, "moved": 0, "missing": 0, "unchanged": 0,
    }  # fmt: skip
    assert found["tracks"] == 5
    assert found["model"].startswith("starter-")
    assert found["seconds"] > 0
    assert found["cost"]["windows"] > 0
    assert min(found["cost"][stage] for stage in ("decoding", "front_end", "network")) > 0
    reasons = {Path(failure["path"]).name: failure["reason"] for failure in found["failed"]}
    assert set(reasons) == {"broken.mp3", "empty.flac"}
    assert "empty" in reasons["empty.flac"]
    assert found["reasons"] == dict.fromkeys(reasons.values(), 1)
    assert musicsim("status", "--json").json == {
        "tracks": 5, "embedded": 3, "pending": 0, "failed": 2, "missing": 0, "unavailable": 0,
        "folders": [str(music)], "model": found["model"], "coming_model": None, "to_refine": 0,
        "depth": "settled", "index": {"backend": "chroma", "vectors": 3, "healthy": True},
        "model_problem": None,
    }  # fmt: skip

    noise(music / "new.flac", 9)
    noise(music / "1.flac", 99)
    (music / "2.flac").rename(music / "moved.flac")
    (music / "0.flac").unlink()
    second = musicsim("scan", "--json").json
    assert {key: second[key] for key in ("added", "changed", "moved", "missing", "unchanged")} == {
        "added": 1, "changed": 1, "moved": 1, "missing": 1, "unchanged": 2,
    }  # fmt: skip
    assert len(second["failed"]) == 2


def test_a_quick_scan_leaves_the_rest_for_later(musicsim, tmp_path):
    noise(tmp_path / "music" / "a.flac", 1, seconds=30)
    quick = musicsim("scan", tmp_path / "music", "--depth", "quick", "--json").json
    assert quick["cost"]["windows"] == FIRST_PASS
    assert musicsim("status", "--json").json["to_refine"] == 0
    later = musicsim("scan", "--depth", "settled", "--gentle", "--threads", "1", "--json").json
    assert later["cost"]["windows"] == 30 - FIRST_PASS
    assert musicsim("status", "--json").json["index"]["healthy"]
    again = musicsim("scan", "--json").json  # the settings are kept
    assert again["cost"]["windows"] == 0
    assert musicsim("scan", "--threads", "0").code == 2


def test_a_scan_of_nothing_new_embeds_nothing(musicsim, tmp_path):
    noise(tmp_path / "music" / "a.flac", 1)
    musicsim("scan", tmp_path / "music")
    log = musicsim.data / "worker.log"
    log.unlink()
    again = musicsim("scan", tmp_path / "music", "--json").json
    assert (again["added"], again["unchanged"]) == (0, 1)
    assert not log.exists()  # no worker was started


def test_a_disk_that_is_pulled_out_takes_nothing_along(musicsim, tmp_path, demo_library):
    here, disk = tmp_path / "here", tmp_path / "disk"
    for folder, tracks in ((here, demo_library[:2]), (disk, demo_library[2:4])):
        folder.mkdir()
        for track in tracks:
            shutil.copy(track.path, folder)
    assert musicsim("scan", here, disk, "--depth", "quick", "--json").json["added"] == 4
    disk.rename(tmp_path / "unplugged")
    result = musicsim("scan", "--json").json
    assert (result["missing"], result["tracks"]) == (0, 4)
    assert [problem["path"] for problem in result["failed"]] == [str(disk)]
    status = musicsim("status", "--json").json
    assert (status["embedded"], status["missing"], status["unavailable"]) == (4, 0, 2)
    assert status["index"] == {"backend": "chroma", "vectors": 4, "healthy": True}
    assert f"{disk} (unavailable: " in musicsim("status").out
    found = musicsim("similar", here / demo_library[0].path.name, "--raw", "--json").json["results"]
    assert [Path(track["path"]).parent for track in found] == [here]
    (tmp_path / "unplugged").rename(disk)
    assert musicsim("scan", "--json").json["cost"]["windows"] == 0
    found = musicsim("similar", here / demo_library[0].path.name, "--raw", "--json").json["results"]
    assert len(found) == 3
    shutil.rmtree(disk)
    assert musicsim("scan", "--forget-missing", "--json").json["tracks"] == 2


def test_a_folder_that_is_not_there_is_named(musicsim, tmp_path):
    result = musicsim("scan", tmp_path / "nowhere")
    assert result.code == 1
    assert "nowhere" in result.err
    assert "Choose a folder" in result.err


def test_without_a_library_the_way_to_one_is_named(musicsim):
    for arguments in (["status"], ["similar", "x"], ["playlists", "list"], ["evaluate"]):
        result = musicsim(*arguments)
        assert result.code == 1
        assert "musicsim scan" in result.err


# --- similar ---


def test_similar_to_a_track_of_the_library(scanned_demo, demo_library):
    seed = demo_library[0]
    result = scanned_demo("similar", seed.path, "-n", "5", "--json")
    assert result.code == 0, result.err
    found = result.json
    assert found["query"] == {
        "path": str(seed.path), "title": seed.title, "artist": seed.artist, "album": seed.album,
    }  # fmt: skip
    assert [entry["rank"] for entry in found["results"]] == [1, 2, 3, 4, 5]
    similarities = [entry["similarity"] for entry in found["results"]]
    assert similarities == sorted(similarities, reverse=True)
    assert all(0 <= similarity <= 1 for similarity in similarities)
    assert set(found["results"][0]) == {"rank", "path", "title", "artist", "album", "similarity"}
    assert all(Path(entry["path"]).is_file() for entry in found["results"])
    assert str(seed.path) not in {entry["path"] for entry in found["results"]}
    assert isinstance(found["hidden"], dict)
    assert found["model"].startswith("starter-")


def test_a_path_is_understood_however_it_is_typed(scanned_demo, demo_library):
    path = demo_library[0].path
    roundabout = f"{path.parent}/../{path.parent.name}/./{path.name}"
    assert scanned_demo("similar", roundabout, "--json").json["query"]["path"] == str(path)


def test_a_file_is_known_by_the_name_that_a_link_gives_it(scanned_demo, demo_library, tmp_path):
    (tmp_path / "link").symlink_to(demo_library[0].path.parent)
    through = tmp_path / "link" / demo_library[0].path.name
    found = scanned_demo("similar", through, "--json").json
    assert found["query"]["path"] == str(demo_library[0].path)


def test_similar_by_rules_and_raw(scanned_demo, demo_library):
    seed = demo_library[0]
    ruled = scanned_demo("similar", seed.path, "-n", "100", "--json").json
    raw = scanned_demo("similar", seed.path, "-n", "100", "--raw", "--json").json
    artists = [entry["artist"] for entry in ruled["results"]]
    assert max(artists.count(artist) for artist in artists) <= 3
    assert len(raw["results"]) == len(demo_library) - 1
    assert raw["hidden"] == {}
    assert len(ruled["results"]) + sum(ruled["hidden"].values()) == len(demo_library) - 1


def test_similar_to_a_file_outside_the_library(scanned_demo, demo_library, tmp_path):
    track = demo_library[3]
    outside = tmp_path / f"copy{track.path.suffix}"
    shutil.copy(track.path, outside)
    result = scanned_demo("similar", outside, "-n", "3", "--json")
    assert result.code == 0, result.err
    assert result.json["query"]["path"] == str(outside)
    assert result.json["results"][0]["path"] == str(track.path)
    assert result.json["results"][0]["similarity"] == pytest.approx(1, abs=1e-3)
    assert scanned_demo("status", "--json").json["tracks"] == len(demo_library)


def test_similar_by_text(scanned_demo, demo_library):
    track = demo_library[5]
    found = scanned_demo("similar", f"{track.artist} {track.title}".upper(), "--json")
    assert found.json["query"]["path"] == str(track.path)
    many = scanned_demo("similar", track.artist)
    assert many.code == 2
    assert track.title in many.out
    assert "add words" in many.err
    # With --json, standard output is for one JSON value, or for nothing.
    quiet = scanned_demo("playlist", track.artist, "--json")
    assert (quiet.code, quiet.out) == (2, "")
    assert "add words" in quiet.err
    nothing = scanned_demo("similar", "no such track", "--json")
    assert (nothing.code, nothing.out) == (2, "")


def test_similar_to_what_is_not_audio_names_the_file(scanned_demo, tmp_path):
    path = tmp_path / "letter.mp3"
    path.write_text("Dear music,")
    result = scanned_demo("similar", path)
    assert result.code == 1
    assert str(path) in result.err


def test_similar_with_filters(scanned_demo, demo_library):
    seed = demo_library[0]
    other = next(track for track in demo_library if track.style != seed.style)
    found = scanned_demo("similar", seed.path, "--artist", other.artist.upper(), "--json").json
    assert {entry["artist"] for entry in found["results"]} == {other.artist}
    without = scanned_demo("similar", seed.path, "--not-artist", other.artist, "--raw", "--json")
    assert other.artist not in {entry["artist"] for entry in without.json["results"]}
    assert scanned_demo("similar", seed.path, "--year", "1800-1801", "--json").json["results"] == []
    assert scanned_demo("similar", seed.path, "--year", "abc").code == 2


# --- evaluate ---


def test_evaluate_compares_with_a_random_order(scanned_demo, demo_library):
    result = scanned_demo("evaluate", "--relevant", "genre", "-k", "4", "--json")
    assert result.code == 0, result.err
    found = result.json
    assert set(found) >= {
        "queries", "k", "precision", "recall", "map", "diversity", "novelty", "hubness_skew",
        "anti_hubs", "random", "model",
    }  # fmt: skip
    assert (found["queries"], found["k"]) == (len(demo_library), 4)
    assert found["model"].startswith("starter-")
    # Each style has five tracks, so that four of the others are relevant.
    by_chance = 4 / (len(demo_library) - 1)
    assert found["random"]["precision"] == pytest.approx(by_chance)
    assert by_chance < found["random"]["map"] < 2 * by_chance
    for figure in ("precision", "recall", "map"):
        assert 0.8 < found[figure] <= 1
    assert 0 < found["diversity"] < 1
    assert 0 <= found["anti_hubs"] < 1


# --- playlists ---


def test_a_playlist_is_made_and_written(scanned_demo, demo_library, tmp_path):
    seed = demo_library[0]
    file = tmp_path / "list.m3u8"
    made = scanned_demo("playlist", seed.path, "--length", "8", "-o", file, "--json").json
    assert made["mode"] == "similar"
    assert made["seeds"] == [str(seed.path)]
    assert len(made["tracks"]) == 8
    assert made["tracks"][0]["path"] == str(seed.path)
    assert made["tracks"][0]["similarity"] == 1
    assert made["duration"] == pytest.approx(sum(t["duration"] for t in made["tracks"]))
    assert made["file"] == str(file)
    lines = file.read_text("utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    entries = [line for line in lines if not line.startswith("#")]
    resolved = [(tmp_path / entry).resolve() for entry in entries]
    assert resolved == [Path(track["path"]).resolve() for track in made["tracks"]]


def test_a_drawn_playlist_is_repeatable(scanned_demo, demo_library):
    def drawn(seed: str):
        made = scanned_demo("playlist", demo_library[0].path, "--rng-seed", seed, "--json")
        return [track["path"] for track in made.json["tracks"]]

    assert drawn("7") == drawn("7")


def test_playlists_are_kept_exported_imported_and_deleted(
    scanned_demo, demo_library, musicsim, tmp_path
):
    shutil.copytree(scanned_demo.data, musicsim.data)
    seed = str(demo_library[0].path)
    assert musicsim("playlist", seed, "--length", "4", "--name", "Évening").code == 0
    assert musicsim("playlists", "list", "--json").json == [
        {"name": "Évening", "tracks": 4, "folder": None, "missing": 0}
    ]
    file = tmp_path / "out.m3u8"
    assert musicsim("playlists", "export", "Évening", "-o", file, "--paths", "absolute").code == 0
    assert seed in file.read_text("utf-8").splitlines()
    assert musicsim("playlists", "delete", "Évening").code == 0
    assert musicsim("playlists", "show", "Évening").code == 2
    assert musicsim("playlists", "import", file).code == 0
    shown = musicsim("playlists", "show", "Évening", "--json").json
    assert shown[0]["path"] == seed
    assert len(shown) == 4


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "needs a name"),
        ("x" * 300, "300 characters"),
        ("two\nlines", "line breaks"),
        ("mp3\u202egpj", "turn the text"),
    ],
    ids=["empty", "long", "lines", "turned"],
)
def test_a_name_that_a_playlist_cant_have_is_wrong_use(scanned_demo, demo_library, name, told):
    refused = scanned_demo("playlist", demo_library[0].path, "--name", name)
    assert refused.code == 2
    assert told in refused.err
    assert scanned_demo("playlists", "list", "--json").json == []


def test_a_file_gives_a_playlist_no_name_that_would_mislead(
    scanned_demo, demo_library, musicsim, tmp_path
):
    shutil.copytree(scanned_demo.data, musicsim.data)
    file = tmp_path / "list.m3u8"
    name = "\x1b[2Jmine\u202e" + "x" * 5000
    file.write_text(f"#PLAYLIST:{name}\n{demo_library[0].path}\n", encoding="utf-8")
    assert musicsim("playlists", "import", file).code == 0
    (kept,) = musicsim("playlists", "list", "--json").json
    assert kept["name"].startswith("[2Jmine x")
    assert len(kept["name"]) <= 200


def test_only_a_regular_file_is_imported(musicsim, tmp_path):
    os.mkfifo(tmp_path / "pipe.m3u")
    for name, told in {tmp_path / "pipe.m3u": "regular file", tmp_path: "is a folder"}.items():
        refused = musicsim("playlists", "import", name)
        assert refused.code == 1
        assert f"{name} is" in refused.err
        assert told in refused.err


# --- one owner ---


def test_a_second_owner_is_turned_away_and_a_reader_is_not(scanned_demo, demo_library, musicsim):
    shutil.copytree(scanned_demo.data, musicsim.data)
    owner = subprocess.Popen(
        musicsim.command("watch"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert "Following" in owner.stdout.readline()
        refused = musicsim("scan")
        assert refused.code == 75
        assert "Another musicsim" in refused.err
        assert musicsim("status", "--json").json["embedded"] == len(demo_library)
        assert musicsim("similar", demo_library[0].path, "--json").code == 0
        assert musicsim("evaluate", "--json").code == 0
    finally:
        owner.terminate()
        _, errors = owner.communicate(timeout=60)
    assert "Traceback" not in errors
    assert musicsim("scan").code == 0


# --- what is not there, and wrong use ---


@pytest.mark.parametrize(
    "arguments",
    [
        ["evaluate", "--relevant", "mood"],
        ["evaluate", "-k", "0"],
        ["evaluate", "-k", "1000000"],
        ["evaluate", "--relevant", "album", "--exclude-same", "artist"],
        ["playlist", "x", "--mode", "radio", "--order", "flow"],
        ["nonsense"],
        ["similar", "x", "-n", "0"],
        ["similar", "x" * 300],
        ["similar", "~nobody/x.mp3"],
        ["similar", "x", "--year", "2000-1990"],
        ["similar", "x", "--duration", "nan-"],
    ],
)
def test_what_is_not_there_yet_and_wrong_use_exit_with_2(scanned_demo, arguments):
    result = scanned_demo(*arguments)
    assert result.code == 2
    assert result.err
    assert "Traceback" not in result.err


def test_a_music_folder_by_another_name_has_the_same_problems(musicsim, tmp_path):
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "bad.mp3").write_text("no music")
    (tmp_path / "link").symlink_to(tmp_path / "music")
    for name in ("music", "link"):
        result = musicsim("scan", tmp_path / name, "--json").json
        assert result["tracks"] == 1
        assert [one["path"] for one in result["failed"]] == [str(tmp_path / "music" / "bad.mp3")]


def test_a_name_that_is_not_text_goes_through(musicsim, tmp_path):
    path = tmp_path / "music" / "\udcff\udce9 #1\n.flac"
    noise(tmp_path / "music" / "plain.flac", 1).rename(path)
    noise(path.with_name("other.flac"), 2)
    assert musicsim("scan", tmp_path / "music", "--json").json["failed"] == []
    found = musicsim.process("similar", path, "--json").json
    assert found["query"]["path"] == str(path)
    file = tmp_path / "list.m3u8"
    made = musicsim("playlist", path, "-o", file, "--json")
    assert made.json["tracks"][0]["path"] == str(path)
    assert "%FF%E9" in file.read_text("utf-8")


def test_doctor_checks_and_mends(scanned_demo, demo_library, musicsim):
    shutil.copytree(scanned_demo.data, musicsim.data)
    shutil.rmtree(musicsim.data / "index")
    report = musicsim("doctor", "--json").json
    assert report["healthy"]
    assert {check["name"] for check in report["checks"]} >= {"catalogue", "windows", "index"}
    assert musicsim("status", "--json").json["index"]["vectors"] == len(demo_library)


def test_doctor_leaves_alone_what_another_musicsim_owns(musicsim):
    with Musicsim.open(musicsim.data):
        before = sorted(musicsim.data.iterdir())
        assert musicsim("doctor").code == 75
        assert sorted(musicsim.data.iterdir()) == before


def test_the_demo_is_not_rendered_where_another_musicsim_is_at_work(musicsim):
    with Musicsim.open(musicsim.data):
        before = sorted(musicsim.data.iterdir())
        refused = musicsim("demo")
        assert refused.code == 75
        assert "Another musicsim" in refused.err
        assert sorted(musicsim.data.iterdir()) == before


def test_a_journey_leads_from_one_track_through_others_to_another(
    scanned_demo, demo_library, tmp_path
):
    first, between, last = (demo_library[number].path for number in (0, 12, 29))
    out = tmp_path / "journey.m3u8"
    made = scanned_demo(
        "playlist",
        first,
        last,
        "--via",
        between,
        "--mode",
        "journey",
        "--length",
        "9",
        "-o",
        out,
        "--json",
    )
    assert made.code == 0, made.err
    assert made.json["mode"] == "journey"
    paths = [track["path"] for track in made.json["tracks"]]
    assert (paths[0], paths[-1]) == (str(first), str(last))
    assert str(between) in paths[1:-1]
    assert len(set(paths)) == len(paths) == 9
    assert "#PLAYLIST:From " in out.read_text()
    alone = scanned_demo("playlist", first, "--mode", "journey")
    assert (alone.code, alone.out) == (2, "")
    assert "two seeds" in alone.err


def test_a_mix_is_near_some_tracks_and_away_from_others(scanned_demo, demo_library):
    more, less = demo_library[0].path, demo_library[29].path
    places = {}
    for options in ((), ("--less", less)):
        made = scanned_demo(
            "playlist",
            more,
            *options,
            "--mode",
            "mix",
            "--length",
            "30",
            "--max-per-artist",
            "99",
            "--json",
        )
        assert made.code == 0, made.err
        places[options] = [track["path"] for track in made.json["tracks"]]
    assert str(less) in places[()]
    assert str(less) not in places["--less", less]
    assert "--less is for --mode mix" in scanned_demo("playlist", more, "--less", less).err
    both = scanned_demo("playlist", more, less, "--less", less, "--mode", "mix")
    assert (both.code, both.out) == (2, "")
    assert f"both more and less like “{demo_library[29].artist}" in both.err


def test_the_order_of_a_playlist_is_up_to_the_listener(scanned_demo, demo_library):
    seed = demo_library[3].path
    lists = {}
    for order in ("found", "flow", "random"):
        made = scanned_demo(
            "playlist", seed, "--length", "12", "--order", order, "--rng-seed", "1", "--json"
        ).json
        lists[order] = [track["path"] for track in made["tracks"]]
        assert lists[order][0] == str(seed)
    assert len({tuple(paths) for paths in lists.values()}) == 3
    assert len({frozenset(paths) for paths in lists.values()}) == 1


def test_variety_is_a_percentage(scanned_demo, demo_library):
    seed = demo_library[3].path
    made = scanned_demo("playlist", seed, "--length", "8", "--variety", "100", "--json").json
    assert len(made["tracks"]) == 8
    assert scanned_demo("playlist", seed, "--variety", "101").code == 2


def test_a_kept_playlist_is_put_in_the_order_of_its_flow(scanned_demo, musicsim, demo_library):
    shutil.copytree(scanned_demo.data, musicsim.data)
    files = [track.path for track in demo_library[:10]]
    made = musicsim(
        "playlist", files[0], "--length", "12", "--order", "random", "--name", "Evening", "--json"
    ).json
    assert musicsim("playlists", "sort", "Evening").code == 0
    after = [track["path"] for track in musicsim("playlists", "show", "Evening", "--json").json]
    before = [track["path"] for track in made["tracks"]]
    assert after[0] == before[0]
    assert after != before
    assert sorted(after) == sorted(before)
