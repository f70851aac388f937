from collections.abc import Callable

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from window_fakes import Library, titles

from musicsim.base.events import TracksRemoved
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.tracks.track_model import Column


@pytest.fixture
def tracks(store: Callable[[], TrackStore], ids: list[int], theme: Theme) -> TrackList:
    made = TrackList(store(), theme)
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    # The first track twice: a list may hold that.
    made.set_ids([*ids, ids[0]])
    return made


@pytest.mark.parametrize(
    ("rows", "before", "order"),
    [
        ([0], 3, [1, 2, 0, 3, 4, 5, 6]),
        ([5], 0, [5, 0, 1, 2, 3, 4, 6]),
        ([1, 4], 7, [0, 2, 3, 5, 6, 1, 4]),
        ([4, 1], 3, [0, 2, 1, 4, 3, 5, 6]),
        ([2], 2, [0, 1, 2, 3, 4, 5, 6]),
        ([2], 3, [0, 1, 2, 3, 4, 5, 6]),
    ],
)
def test_move(tracks: TrackList, rows: list[int], before: int, order: list[int]) -> None:
    ids = tracks.ids
    held = QPersistentModelIndex(tracks.index(rows[0], Column.TITLE))
    edits: list[None] = []
    tracks.edited.connect(lambda: edits.append(None))

    tracks.move(rows, before)

    assert tracks.ids == [ids[row] for row in order]
    assert order[held.row()] == rows[0]
    assert len(edits) == (order != sorted(order))


def test_remove_takes_only_the_rows_named(tracks: TrackList, ids: list[int]) -> None:
    tracks.remove([0, 3])

    assert tracks.ids == [ids[1], ids[2], ids[4], ids[5], ids[0]]


def test_rows_dragged_within_the_list_move(tracks: TrackList, ids: list[int]) -> None:
    dragged = tracks.mimeData([tracks.index(6, Column.TITLE), tracks.index(6, Column.ARTIST)])

    assert tracks.dropMimeData(dragged, Qt.DropAction.MoveAction, 1, 0, QModelIndex())

    assert tracks.ids == [ids[0], ids[0], *ids[1:]]


def test_tracks_dragged_from_another_list_are_put_in(
    tracks: TrackList, ids: list[int], store: Callable[[], TrackStore], theme: Theme
) -> None:
    other = TrackList(store(), theme)
    other.set_ids(ids[2:4])
    dragged = other.mimeData([other.index(0, 0), other.index(1, 0)])

    tracks.dropMimeData(dragged, Qt.DropAction.CopyAction, -1, -1, QModelIndex())

    assert tracks.ids[-2:] == ids[2:4]
    assert [url.fileName() for url in dragged.urls()] == ["00002 2.flac", "00003 3.flac"]


def test_tracks_that_leave_the_library_leave_the_list(
    tracks: TrackList, ids: list[int], library: Library, bridge: Bridge
) -> None:
    library.events.emit(TracksRemoved((ids[0],)))
    bridge.deliver()

    assert tracks.ids == ids[1:]


def test_positions_are_numbered(tracks: TrackList) -> None:
    tracks.remove([1])

    numbers = [tracks.index(row, Column.POSITION).data() for row in range(tracks.rowCount())]
    assert numbers == ["1", "2", "3", "4", "5", "6"]
    assert titles(tracks)[0] == "Überall"
