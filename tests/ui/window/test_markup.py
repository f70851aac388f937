"""Names and tags are shown as they are written: markup in them is no markup, and opens no file and no address."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from known_reasons import because
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QModelIndex, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QMessageBox, QToolTip
from window_fakes import FakeApp, Library

import musicsim.ui
from musicsim.base.events import PlaylistsChanged, ProblemsChanged
from musicsim.library.types import Tags
from musicsim.ui.kit import dialogs
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label
from musicsim.ui.playback.time_labels import ElapsedLabel
from musicsim.ui.playlists.playlist_tree import PlaylistModel
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.problems import ProblemsDialog

MARKUP = '<img src="file:///dev/zero"><b>bold</b> &lt;'


def shown_by(tooltip: str) -> str:
    """Return what a listener reads in a tooltip."""
    if not QtGui.Qt.mightBeRichText(tooltip):
        return tooltip
    document = QTextDocument()
    document.setHtml(tooltip)
    return document.toPlainText()


def hover(view: QAbstractItemView, index: QModelIndex) -> str:
    """Have the pointer rest on an item; return what its tooltip shows."""
    view.scrollTo(index)
    place = view.visualRect(index).center()
    at = view.viewport().mapToGlobal(place)
    QApplication.sendEvent(view.viewport(), QHelpEvent(QEvent.Type.ToolTip, place, at))
    text = QToolTip.text()
    QToolTip.hideText()
    return shown_by(text)


@pytest.mark.parametrize("make", [Label, ElidedLabel, ElapsedLabel])
def test_every_kind_of_label_shows_markup_as_it_is_written(qapp, make: type[QLabel]) -> None:
    label = make()
    assert label.textFormat() is Qt.TextFormat.PlainText
    plain = QLabel("x" * len(MARKUP))
    label.setText(MARKUP)
    # An image would be as high as it is; and the tags would take no room.
    assert label.sizeHint().height() <= plain.sizeHint().height()


def test_all_labels_of_the_window_are_of_these_kinds(window: MainWindow) -> None:
    labels = [label for label in window.findChildren(QLabel) if label.pixmap().isNull()]
    assert len(labels) > 10
    assert [label for label in labels if label.textFormat() is not Qt.TextFormat.PlainText] == []


def test_tooltips_show_markup_as_it_is_written(
    window: MainWindow,
    app: FakeApp,
    library: Library,
    settle: Callable[[], None],
    theme: Theme,
    qtbot,
) -> None:
    (track_id,) = library.add(Tags(title=MARKUP, artist=MARKUP))
    library.catalogue.playlists.create(MARKUP, [track_id])
    library.catalogue.files.set_problem(track_id, because(MARKUP), failed=True)
    settle()
    library.events.emit(PlaylistsChanged())
    library.events.emit(ProblemsChanged())
    settle()
    views = window.findChildren(QAbstractItemView)
    model = next(view.model() for view in views if isinstance(view.model(), PlaylistModel))
    assert shown_by(model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)).startswith(MARKUP)
    problems = ProblemsDialog(app, window.messages, theme, window)
    qtbot.addWidget(problems)
    problems.show()
    assert MARKUP in hover(problems.table, problems.model.index(0, 1))
    table = window.places.library.table
    assert MARKUP in hover(table, table.model().index(0, 0))


def test_questions_and_failures_show_markup_as_it_is_written(window: MainWindow) -> None:
    seen: list[tuple[str, Qt.TextFormat]] = []

    def look() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.append((box.text(), box.textFormat()))
        box.reject()

    for ask in (
        lambda: dialogs.confirm(window, "Delete", MARKUP, "Delete"),
        lambda: dialogs.show_failure(MARKUP),
    ):
        QTimer.singleShot(0, look)
        ask()
    assert seen == [(MARKUP, Qt.TextFormat.PlainText)] * 2


# --- for all that is added to the window ---


def calls() -> Iterator[tuple[str, ast.Call]]:
    root = Path(musicsim.ui.__file__).parent
    for file in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield file.relative_to(root).as_posix(), node


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def is_fixed(node: ast.expr) -> bool:
    """Whether a text is written in the program, or made harmless."""
    if isinstance(node, ast.IfExp):
        return is_fixed(node.body) and is_fixed(node.orelse)
    if isinstance(node, ast.Call):
        name = name_of(node.func)
        return name == "plain_tooltip" or (name in ("tr", "_tr") and all(map(is_fixed, node.args)))
    return isinstance(node, ast.Constant)


def test_no_widget_takes_a_text_that_may_be_markup() -> None:
    makers = {"QLabel": {"kit/widgets.py"}, "QMessageBox": {"kit/dialogs.py", "window/help.py"}}
    bare = []
    for file, call in calls():
        name = name_of(call.func)
        allowed = makers.get(name)
        if allowed is not None and file not in allowed:
            bare.append(f"{file}:{call.lineno}: {name}")
        if name in ("information", "warning", "critical", "question", "about"):
            owner = call.func.value if isinstance(call.func, ast.Attribute) else None
            if owner is not None and name_of(owner) == "QMessageBox":
                bare.append(f"{file}:{call.lineno}: QMessageBox.{name}")
        tooltips = ("setToolTip", "setStatusTip", "setWhatsThis", "setHtml")
        if name in tooltips and not all(map(is_fixed, call.args)) and file != "playback/tray.py":
            bare.append(f"{file}:{call.lineno}: {name}")
    assert bare == []
