"""The playing history: kept or not, cleared in part, exported."""

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest

from musicsim.base.events import Event, Events, PlaysChanged
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import EndOfPlay, Play, ScannedFile, Tags
from musicsim.services.history import HistoryFileError, PlayHistory, Since

TAGS = (Tags("=cmd|' /C calc'!A0", "Ä, B", "Hits"), Tags("Two\udcff", "-"))


@pytest.fixture
def ids(catalogue: Catalogue) -> list[int]:
    folder = catalogue.folders.add(Path("/m"))
    return [
        catalogue.files.add(folder, ScannedFile(Path(f"/m/{n} \udcff.mp3"), 1, 1, b"%d" % n, tags))
        for n, tags in enumerate(TAGS)
    ]


@pytest.fixture
def history(catalogue: Catalogue, events: Events) -> PlayHistory:
    return PlayHistory(catalogue, events)


def play(track_id: int, at: float) -> Play:
    return Play(track_id, at, 60.25, 241.0, EndOfPlay.SKIPPED)


def test_every_change_is_told(history: PlayHistory, ids: list[int], told: list[Event]) -> None:
    history.add(play(ids[0], 1))
    history.clear()

    assert told == [PlaysChanged((ids[0],)), PlaysChanged()]


def test_while_switched_off_nothing_is_stored_and_nothing_is_lost(
    history: PlayHistory, ids: list[int], told: list[Event], catalogue: Catalogue
) -> None:
    assert history.is_kept
    history.add(play(ids[0], 1))
    history.keep(False)
    history.add(play(ids[1], 2))

    assert not PlayHistory(catalogue, Events()).is_kept
    assert history.latest(9) == [play(ids[0], 1)]
    assert len(told) == 1
    history.keep(True)
    history.add(play(ids[1], 3))
    assert len(history.latest(9)) == 2


@pytest.mark.parametrize(
    ("since", "first"),
    [
        (Since.TODAY, datetime(2026, 3, 30)),
        (Since.YESTERDAY, datetime(2026, 3, 29)),
        (Since.WEEK, datetime(2026, 3, 24)),
    ],
)
def test_a_day_begins_at_midnight(since: Since, first: datetime) -> None:
    # The clock was set forward in between.
    assert since.start(datetime(2026, 3, 30, 21, 30)) == first.timestamp()


def test_the_export_has_every_play_for_a_spreadsheet_which_runs_none_of_it(
    history: PlayHistory, ids: list[int], tmp_path: Path
) -> None:
    history.add(play(ids[0], 1_700_000_000.0))
    history.add(play(ids[1], 1_700_000_100.0))
    file = tmp_path / "history.csv"

    assert history.export(file) == 2

    with file.open(encoding="utf-8-sig", newline="") as text:
        later, earlier = csv.DictReader(text)
    assert earlier == {
        "started_at": "2023-11-14T22:13:20+00:00", "title": f"'{TAGS[0].title}", "artist": "Ä, B", "album": "Hits",
        "heard": "60.2", "length": "241.0", "end": "skipped", "path": "/m/0 \ufffd.mp3",
    }  # fmt: skip
    assert (later["title"][:3], later["artist"]) == ("Two", "'-")


def test_the_export_as_json_is_exact(history: PlayHistory, ids: list[int], tmp_path: Path) -> None:
    history.add(play(ids[0], 1_700_000_000.0))
    file = tmp_path / "history.JSON"

    history.export(file)

    (only,) = json.loads(file.read_text("utf-8"))
    assert (only["title"], only["path"]) == (TAGS[0].title, "/m/0 \udcff.mp3")


def test_a_file_that_cannot_be_written_is_named(history: PlayHistory, tmp_path: Path) -> None:
    with pytest.raises(HistoryFileError, match=r"missing.history\.csv"):
        history.export(tmp_path / "missing" / "history.csv")
