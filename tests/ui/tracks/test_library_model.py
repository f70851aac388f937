import dataclasses
from collections.abc import Callable

import pytest
from known_reasons import because
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from window_fakes import SONGS, Library, titles

from musicsim.base.events import TracksChanged, TracksRemoved
from musicsim.library.types import Tags
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.library_model import LibraryModel
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import Column

Role = Qt.ItemDataRole


@pytest.fixture
def model(ids: list[int], store: Callable[[], TrackStore], theme: Theme) -> LibraryModel:
    made = LibraryModel(store(), theme)
    # Qt's own check of everything that a model says when it changes.
    QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal, made)
    return made


def texts(model: LibraryModel, column: Column) -> list[str]:
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_shelf_is_in_order_of_artist_album_and_number(
    library: Library, store: Callable[[], TrackStore], theme: Theme
) -> None:
    library.add(
        Tags("Second", "Ärzte", "A", track_number=2),
        Tags("Nameless"),
        Tags("Other", "Zeta", "A"),
        Tags("First", "Ärzte", "A", track_number=1),
        Tags("Before", "Arbor", "B"),
    )

    assert titles(LibraryModel(store(), theme)) == [
        "Before",
        "First",
        "Second",
        "Other",
        "Nameless",
    ]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", {tags.title for tags in SONGS}),
        ("harbour", {"Quiet Harbour", "Don’t Wait", "Sunrise 🌅"}),
        ("HARBOUR  okafor", {"Don’t Wait", "Sunrise 🌅"}),
        ("ultimo", {"Último"}),
        ("dont", {"Don’t Wait"}),
        ("uberall metal", {"Überall"}),
        ("서울", {"밤하늘의 별처럼"}),
        ("🌅", {"Sunrise 🌅"}),
        ("nothing like it", set()),
    ],
)
def test_search(model: LibraryModel, search: str, found: set[str]) -> None:
    model.search(search)

    assert set(titles(model)) == found


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("!!!", {"Must Be the Moon"}), ("-M-", {"Machistador"}), ("+/-", {"Trapped"}), ("???", {"Song"}),
        ("sunn o)))", {"It Took the Night"}), ("AC/DC", {"T.N.T."}), ("÷", {"÷"}), ("×", {"×"}),
        ("( )", {"( )", "= (Live)", "Ω (Live)"}), ("= (live)", {"= (Live)"}), ("तेरा", {"तेरा"}), ("तेरी", {"तेरी"}),
        ("รัก", {"รัก"}), ("รุก", {"รุก"}), ("Ω", {"Ω", "Ω (Live)"}), ("йога", {"Йога"}), ("иога", {"Иога"}),
        ("カ", {"カ"}), ("ガ", {"ガ"}), ("バ", {"バ"}), ("パ", {"パ"}),
    ],
)  # fmt: skip
def test_signs_and_marks_are_found(
    library: Library, store: Callable[[], TrackStore], theme: Theme, search: str, found: set[str]
) -> None:
    artists = {
        "Must Be the Moon": "!!!", "Machistador": "-M-", "Trapped": "+/-", "It Took the Night": "Sunn O)))",
        "T.N.T.": "AC/DC", "Song": "???",
    }  # fmt: skip
    named = [
        "÷", "×", "= (Live)", "( )", "तेरा", "तेरी", "รัก", "รุก", "Ω", "Ω (Live)", "Йога", "Иога", "カ", "ガ", "ハ", "バ",
        "パ",
    ]  # fmt: skip
    library.add(
        *(Tags(title, artist, "A") for title, artist in artists.items()),
        *(Tags(title, "B", "A") for title in named),
    )
    model = LibraryModel(store(), theme)
    model.search(search)
    assert set(titles(model)) == found


def test_sort_by_each_column(model: LibraryModel) -> None:
    ascending, descending = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder

    model.sort(Column.LENGTH, ascending)
    assert texts(model, Column.LENGTH) == ["0:59", "2:30", "3:05", "3:23", "4:01", "1:02:05"]
    model.sort(Column.LENGTH, descending)
    assert texts(model, Column.LENGTH) == ["1:02:05", "4:01", "3:23", "3:05", "2:30", "0:59"]
    model.sort(Column.TITLE, ascending)
    assert titles(model)[:4] == ["Don’t Wait", "Quiet Harbour", "Sunrise 🌅", "Überall"]
    model.sort(Column.YEAR, descending)
    assert texts(model, Column.YEAR) == ["2019", "2004", "2004", "1987", "1969", ""]


def test_a_new_track_comes_where_it_belongs_and_the_selection_stays(
    library: Library, model: LibraryModel, bridge: Bridge
) -> None:
    selection = QItemSelectionModel(model)
    chosen = titles(model).index("Último")
    selection.select(
        model.index(chosen, 0),
        QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows,
    )

    new = library.add(Tags("Aurora", "Aaron", "A"), Tags("Zorn", "Zulu", "Z"))
    library.events.emit(TracksChanged(tuple(new)))
    bridge.deliver()

    assert titles(model)[0] == "Aurora"
    assert titles(model)[-1] in ("Zorn", "밤하늘의 별처럼")
    assert [titles(model)[index.row()] for index in selection.selectedRows()] == ["Último"]


def test_a_change_of_state_moves_nothing(
    library: Library, model: LibraryModel, bridge: Bridge
) -> None:
    (pending,) = library.add(Tags("Aurora", "Aaron"), embedded=False)
    library.events.emit(TracksChanged((pending,)))
    bridge.deliver()
    sign = model.index(0, Column.STATE)
    assert sign.data(Role.AccessibleTextRole) == "Not listened to yet"
    rearranged: list[None] = []
    model.layoutChanged.connect(lambda: rearranged.append(None))

    library.embed(pending)
    library.events.emit(TracksChanged((pending,)))
    bridge.deliver()

    assert sign.data(Role.DecorationRole) is None
    assert rearranged == []


def test_a_retagged_track_moves_with_its_row_still_selected(
    library: Library, ids: list[int], model: LibraryModel, bridge: Bridge
) -> None:
    row = QPersistentModelIndex(model.index(titles(model).index("Überall"), Column.TITLE))

    library.retag(ids[0], dataclasses.replace(SONGS[0], title="Everywhere", artist="Aaa"))
    library.events.emit(TracksChanged((ids[0],)))
    bridge.deliver()

    assert titles(model)[0] == "Everywhere"
    assert row.row() == 0


def test_tracks_that_leave_the_library_leave_the_list(
    library: Library, ids: list[int], model: LibraryModel, bridge: Bridge
) -> None:
    model.search("harbour")

    library.events.emit(TracksRemoved((ids[1], ids[0])))
    bridge.deliver()

    assert set(titles(model)) == {"Don’t Wait", "Sunrise 🌅"}
    model.search("")
    assert model.rowCount() == 4


def test_what_is_left_stays_in_order_and_can_be_searched(
    library: Library, ids: list[int], model: LibraryModel, bridge: Bridge
) -> None:
    model.sort(Column.LENGTH, Qt.SortOrder.DescendingOrder)
    lengths = dict(zip(model.ids, texts(model, Column.LENGTH), strict=True))
    gone = (ids[1], model.ids[0])

    library.events.emit(TracksRemoved(gone))
    bridge.deliver()

    left = [track_id for track_id in lengths if track_id not in gone]
    assert model.ids == left
    assert texts(model, Column.LENGTH) == [lengths[track_id] for track_id in left]
    model.search("zzz")
    assert model.ids == []
    for track_id in left:
        title = library.catalogue.tracks.by_id([track_id])[0].title
        model.search(title)
        assert titles(model) == [title]


def test_new_tracks_obey_the_search(library: Library, model: LibraryModel, bridge: Bridge) -> None:
    model.search("soul")

    new = library.add(Tags("Not this one", genre="Jazz"), Tags("This one", genre="Soul"))
    library.events.emit(TracksChanged(tuple(new)))
    bridge.deliver()

    assert set(titles(model)) == {"Don’t Wait", "Sunrise 🌅", "This one"}
    assert model.total == 8


def test_a_failed_track_stays_visible_with_the_reason(
    library: Library, ids: list[int], model: LibraryModel, bridge: Bridge
) -> None:
    library.catalogue.files.set_problem(ids[4], because("it is cut short"), failed=True)
    library.catalogue.files.set_missing([ids[5]], True)
    library.events.emit(TracksChanged((ids[4], ids[5])))
    bridge.deliver()
    failed, missing = titles(model).index("Último"), titles(model).index("Sunrise 🌅")

    assert not model.index(failed, Column.STATE).data(Role.DecorationRole).isNull()
    assert model.index(failed, Column.TITLE).data(Role.ToolTipRole) == "it is cut short"
    assert "gone" in model.index(missing, Column.STATE).data(Role.AccessibleTextRole)
    model.sort(Column.STATE)
    assert titles(model)[:2] == ["Último", "Sunrise 🌅"]


def test_a_title_with_a_line_break_stays_one_row(
    library: Library, store: Callable[[], TrackStore], theme: Theme
) -> None:
    library.add(Tags("One\nTwo", "A"))

    assert texts(LibraryModel(store(), theme), Column.TITLE) == ["One Two"]


def test_of_a_title_that_fits_no_screen_the_beginning_is_shown_and_all_is_found(
    library: Library, store: Callable[[], TrackStore], theme: Theme
) -> None:
    library.add(Tags("long " * 200_000 + "end", "A"), Tags("Short", "B"))
    model = LibraryModel(store(), theme)

    (shown, _) = texts(model, Column.TITLE)
    assert shown.startswith("long long ")
    assert shown.endswith("…")
    assert len(shown) < 1000
    model.search("end")
    assert texts(model, Column.ARTIST) == ["A"]


def test_the_tracks_of_a_compilation_stay_together(
    library: Library, store: Callable[[], TrackStore], theme: Theme
) -> None:
    library.add(
        Tags("Second", "Abe", "Hits", album_artist="Various", track_number=2),
        Tags("Alone", "Bea", "Gold", track_number=1),
        Tags("First", "Zoe", "Hits", album_artist="Various", track_number=1),
        Tags("Third", "Bea", "Hits", album_artist="Various", track_number=3),
    )
    model = LibraryModel(store(), theme)

    model.sort(Column.ALBUM)

    assert titles(model) == ["Alone", "First", "Second", "Third"]


def test_a_retagged_track_moves_to_where_the_column_puts_it_now(
    library: Library, ids: list[int], model: LibraryModel, bridge: Bridge
) -> None:
    model.sort(Column.YEAR)
    assert titles(model)[-1] == "밤하늘의 별처럼"

    library.retag(ids[1], dataclasses.replace(SONGS[1], year=2024))
    library.events.emit(TracksChanged((ids[1],)))
    bridge.deliver()

    assert titles(model)[-1] == "Quiet Harbour"


def test_a_retagged_track_is_found_by_its_new_tags_only(
    library: Library, ids: list[int], model: LibraryModel, bridge: Bridge
) -> None:
    model.search("soul")

    library.retag(ids[3], dataclasses.replace(SONGS[3], genre="Polka"))
    library.retag(ids[4], dataclasses.replace(SONGS[4], genre="Neo-Soul"))
    library.events.emit(TracksChanged((ids[3], ids[4])))
    bridge.deliver()

    assert set(titles(model)) == {"Último", "Sunrise 🌅"}
