"""What the cells of a list look like, by the pixels."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from known_reasons import because
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem
from window_fakes import Library

from musicsim.base.events import TracksChanged
from musicsim.ui.kit.theme import DARK, LIGHT, Colours, Scheme, Theme
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import TrackTable
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


def pixels(table: TrackTable, track_id: int, column: Column) -> npt.NDArray[np.int64]:
    """Return the colours of the cell, (height, width, 3)."""
    (row,) = table.tracks.rows_of([track_id])
    place = table.visualRect(table.tracks.index(row, column))
    shown = table.viewport().grab(place).toImage().convertToFormat(QImage.Format.Format_RGB888)
    raw = np.frombuffer(shown.constBits(), np.uint8).reshape(shown.height(), -1)
    return raw[:, : 3 * shown.width()].reshape(shown.height(), shown.width(), 3).astype(int)


def ink(table: TrackTable, track_id: int, column: Column) -> npt.NDArray[np.bool_]:
    """Return where the cell is not its background, (height, width)."""
    found = pixels(table, track_id, column)
    return (abs(found - found[0, 0]).sum(axis=2) > 60).astype(bool)


def strongest(table: TrackTable, track_id: int, column: Column) -> npt.NDArray[np.int64]:
    """Return the colour farthest from the background."""
    found = pixels(table, track_id, column)
    colours = found.reshape(-1, 3)
    return colours[abs(colours - found[0, 0]).sum(axis=1).argmax()]


def near(colour: npt.NDArray[np.int64], name: str, within: int = 40) -> bool:
    wanted = QColor(name)
    return bool(abs(colour - [wanted.red(), wanted.green(), wanted.blue()]).max() <= within)


@pytest.mark.parametrize(("scheme", "colours"), [(Scheme.LIGHT, LIGHT), (Scheme.DARK, DARK)])
def test_a_missing_track_is_greyed_and_a_failed_one_is_not(
    library: Library,
    ids: list[int],
    window: MainWindow,
    theme: Theme,
    settle: Settle,
    scheme: Scheme,
    colours: Colours,
) -> None:
    theme.set_scheme(scheme)
    failed, missing = ids[4], ids[5]
    library.catalogue.files.set_problem(failed, because("it is cut short"), failed=True)
    library.catalogue.files.set_missing([missing], True)
    library.events.emit(TracksChanged((failed, missing)))
    settle()
    table = window.places.library.table

    assert near(strongest(table, failed, Column.TITLE), colours.text)
    assert near(strongest(table, missing, Column.TITLE), colours.faint)
    assert near(strongest(table, failed, Column.ALBUM), colours.dim)
    assert near(strongest(table, failed, Column.STATE), colours.warning)
    assert ink(table, missing, Column.STATE).any()
    assert not ink(table, ids[0], Column.STATE).any()


def test_the_track_that_plays_is_bold_and_has_a_sign(
    ids: list[int], window: MainWindow, settle: Settle
) -> None:
    table = window.places.library.table
    before = ink(table, ids[0], Column.TITLE).sum()

    window.player.play(ids[:1])
    settle()

    assert ink(table, ids[0], Column.TITLE).sum() > 1.2 * before
    assert near(strongest(table, ids[0], Column.STATE), LIGHT.accent)


def test_numbers_stand_to_the_right_and_words_to_the_left(
    ids: list[int], window: MainWindow
) -> None:
    table = window.places.library.table

    for column, side in ((Column.TITLE, slice(0, 40)), (Column.LENGTH, slice(-40, None))):
        cell = ink(table, ids[0], column)
        assert cell.any()
        assert cell[:, side].any()
    length = ink(table, ids[0], Column.LENGTH)
    assert not length[:, : length.shape[1] // 4].any()


def test_rows_have_their_colours_behind_every_cell(ids: list[int], window: MainWindow) -> None:
    table = window.places.library.table
    table.select_rows([2])

    for row, colour in enumerate((LIGHT.base, LIGHT.alternate, LIGHT.selection, LIGHT.alternate)):
        for column in (Column.STATE, Column.TITLE, Column.LENGTH):
            corner = pixels(table, table.tracks.ids[row], column)[0, 0]
            assert near(corner, colour, within=1), (row, column)


def test_a_card_has_the_title_over_the_artist(
    library: Library, ids: list[int], window: MainWindow, settle: Settle
) -> None:
    window.show_similar(ids[0])
    settle()
    table = window.similar.table
    window.similar.list.set_similarities(dict.fromkeys(ids[:3], 0.5))
    playing, missing, other = ids[:3]
    plain = {track_id: ink(table, track_id, Column.TITLE) for track_id in ids[:3]}
    for cell in plain.values():
        inked = np.flatnonzero(cell.any(axis=1))
        assert np.diff(inked).max() > 1, "there is one line only"

    window.player.play([playing])
    library.catalogue.files.set_missing([missing], True)
    library.events.emit(TracksChanged((missing,)))
    settle()

    assert ink(table, playing, Column.TITLE).sum() > 1.1 * plain[playing].sum()
    assert near(strongest(table, missing, Column.TITLE), LIGHT.faint)
    assert near(strongest(table, other, Column.TITLE), LIGHT.text)


def test_a_similarity_is_a_bar_as_long_and_a_number(
    ids: list[int], window: MainWindow, settle: Settle
) -> None:
    window.show_similar(ids[0])
    settle()
    table = window.similar.table
    window.similar.list.set_similarities({ids[0]: 1.0, ids[1]: 0.5})
    accent = QColor(LIGHT.accent)

    lengths = []
    for track_id in ids[:2]:
        cell = pixels(table, track_id, Column.SIMILARITY)
        is_bar = abs(cell - [accent.red(), accent.green(), accent.blue()]).max(axis=2) < 20
        lengths.append(int(is_bar.any(axis=0).sum()))
        number = cell[:, -30:].reshape(-1, 3)
        assert near(number[number.sum(axis=1).argmin()], LIGHT.text)

    assert lengths[0] > 20
    assert abs(lengths[1] - lengths[0] / 2) <= 3


def test_what_is_dragged_has_the_colour_of_the_selection_behind_it(window: MainWindow) -> None:
    # Qt draws it without the view's rows.
    table = window.places.library.table
    option: Any = QStyleOptionViewItem()
    option.initFrom(table)
    option.rect = QRect(0, 0, 200, 30)
    option.state |= QStyle.StateFlag.State_Selected
    shown = QImage(200, 30, QImage.Format.Format_ARGB32_Premultiplied)
    shown.fill(0)

    painter = QPainter(shown)
    table.itemDelegate().paint(painter, option, table.tracks.index(0, Column.TITLE))
    painter.end()

    for x, y in ((0, 0), (199, 29)):
        assert shown.pixelColor(x, y) == QColor(LIGHT.selection)
