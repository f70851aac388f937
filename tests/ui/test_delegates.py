"""What the cells of a list look like, by the pixels."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor, QImage
from window_fakes import Library

from musicsim.events import TracksChanged
from musicsim.ui.main_window import MainWindow
from musicsim.ui.theme import DARK, LIGHT, Colours, Scheme, Theme
from musicsim.ui.track_model import Column
from musicsim.ui.track_table import TrackTable

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
    library.catalogue.set_problem(failed, "it is cut short", failed=True)
    library.catalogue.set_missing([missing], True)
    library.events.emit(TracksChanged((failed, missing)))
    settle()
    table = window.library_page.table

    assert near(strongest(table, failed, Column.TITLE), colours.text)
    assert near(strongest(table, missing, Column.TITLE), colours.faint)
    assert near(strongest(table, failed, Column.ALBUM), colours.dim)
    assert near(strongest(table, failed, Column.STATE), colours.warning)
    assert ink(table, missing, Column.STATE).any()
    assert not ink(table, ids[0], Column.STATE).any()


def test_the_track_that_plays_is_bold_and_has_a_sign(
    ids: list[int], window: MainWindow, settle: Settle
) -> None:
    table = window.library_page.table
    before = ink(table, ids[0], Column.TITLE).sum()

    window.player.play(ids[:1])
    settle()

    assert ink(table, ids[0], Column.TITLE).sum() > 1.2 * before
    assert near(strongest(table, ids[0], Column.STATE), LIGHT.accent)


def test_numbers_stand_to_the_right_and_words_to_the_left(
    ids: list[int], window: MainWindow
) -> None:
    table = window.library_page.table

    for column, side in ((Column.TITLE, slice(0, 40)), (Column.LENGTH, slice(-40, None))):
        cell = ink(table, ids[0], column)
        assert cell.any()
        assert cell[:, side].any()
    length = ink(table, ids[0], Column.LENGTH)
    assert not length[:, : length.shape[1] // 4].any()


def test_rows_have_their_colours_behind_every_cell(ids: list[int], window: MainWindow) -> None:
    table = window.library_page.table
    table.select_rows([2])

    for row, colour in enumerate((LIGHT.base, LIGHT.alternate, LIGHT.selection, LIGHT.alternate)):
        for column in (Column.STATE, Column.TITLE, Column.LENGTH):
            corner = pixels(table, table.tracks.ids[row], column)[0, 0]
            assert near(corner, colour, within=1), (row, column)
