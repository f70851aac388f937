import json
from collections.abc import Callable
from pathlib import Path

import h5py
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication
from window_fakes import MODEL, FakeApp, Library

from musicsim.base.events import EmbeddingProgress, FetchProgress, ModelChanged
from musicsim.base.resources import resource
from musicsim.embedding.fetching import FetchError
from musicsim.embedding.official import OFFICIAL_MODELS
from musicsim.embedding.weights import WeightsError
from musicsim.ui.settings import model_page
from musicsim.ui.settings.model_page import ModelPage
from musicsim.ui.settings.model_row import ModelRow
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]

NAME = "openl3-linear-music"
GONE = "old-0123456789ab"


@pytest.fixture
def page(window: MainWindow, settle: Settle) -> ModelPage:
    window.commands.settings.trigger()
    assert window.dialogs.settings is not None
    window.dialogs.settings.pages.setCurrentWidget(window.dialogs.settings.model)
    settle()
    return window.dialogs.settings.model


@pytest.fixture
def own_file(app: FakeApp, tmp_path: Path) -> Path:
    """A weight file of the listener's own: the starter's network under another name."""
    made = tmp_path / "mine.h5"
    made.write_bytes(resource("starter.h5").read_bytes())
    with h5py.File(made, "r+") as file:
        file.attrs["musicsim"] = json.dumps({**json.loads(file.attrs["musicsim"]), "name": "mine"})
    return made


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the listener was asked; the answer is always yes."""
    asked: list[str] = []
    monkeypatch.setattr(
        model_page, "confirm", lambda _, title, question, yes: asked.append(question) or True
    )
    return asked


def offered(row: ModelRow) -> list[str]:
    return [each.accessibleName() for each in row.buttons if each.isVisible()]


def test_each_model_says_how_things_stand_with_it(page: ModelPage, app: FakeApp) -> None:
    starter, music = page.rows["starter"], page.rows[NAME]

    assert list(page.rows) == [
        "starter",
        *(model.name for model in OFFICIAL_MODELS),
        GONE,
    ]
    assert (starter.title.text(), starter.state.text()) == ("Starter", "In use · 6 tracks")
    assert offered(starter) == ["Check"]
    assert music.title.text() == "OpenL3 for music, linear spectrum"
    assert music.state.text() == "Can be downloaded"
    assert offered(music) == ["Download"]
    assert page.rows[GONE].state.text() == "Gone · 4 tracks"
    assert offered(page.rows[GONE]) == ["Delete…"]
    assert page.between == ""


def test_a_broken_file_says_what_is_wrong_and_can_be_fetched_again(
    page: ModelPage, app: FakeApp, library: Library, settle: Settle
) -> None:
    app.models.folder.mkdir()
    (app.models.folder / "openl3_audio_linear_music-v0_4_0.h5").write_bytes(b"nonsense")

    library.events.emit(ModelChanged())
    settle()

    row = page.rows[NAME]
    assert row.state.text() == "Can’t be used"
    assert "not an HDF5 weight file" in row.explanation.text()
    assert offered(row) == ["Download"]


def test_a_model_is_used_after_a_question(
    page: ModelPage,
    app: FakeApp,
    library: Library,
    own_file: Path,
    answers: list[str],
    settle: Settle,
) -> None:
    app.models.chosen = own_file
    page.refresh()
    settle()
    row = page.rows["mine"]
    row.use.click()
    settle()

    assert answers[0].startswith("Use “mine”?")
    assert "Search goes on with “model” until that is done." in answers[0]
    assert app.calls == [("use_model", row.model.file)]
    assert row.state.text() == "Listening now: 0 of 6 tracks"
    assert page.rows["starter"].state.text() == "Searched meanwhile · 6 tracks"
    assert page.between.endswith("0 of 6 tracks. Until that is done, search goes on with Starter.")

    # As it listens.
    identity = app.models.listening.identity
    app.embeddings.models.counts = lambda: {MODEL: 6, identity: 2}
    library.events.emit(EmbeddingProgress(2, 6, 1.0, None, paused=False, finished=False))
    settle()
    assert row.state.text() == "Listening now: 2 of 6 tracks"
    assert "2 of 6 tracks" in page.between


def test_whoever_says_no_changes_nothing(
    page: ModelPage, app: FakeApp, own_file: Path, monkeypatch: pytest.MonkeyPatch, settle: Settle
) -> None:
    app.models.chosen = own_file
    page.refresh()
    settle()
    monkeypatch.setattr(model_page, "confirm", lambda *_: False)

    page.rows["mine"].use.click()
    page.rows[GONE].forget.click()
    settle()

    assert app.calls == []


def test_a_file_of_ones_own_is_used(
    page: ModelPage,
    app: FakeApp,
    own_file: Path,
    answers: list[str],
    monkeypatch: pytest.MonkeyPatch,
    settle: Settle,
) -> None:
    monkeypatch.setattr(model_page, "ask_file", lambda *_: None)
    page.other.click()
    assert answers == []

    monkeypatch.setattr(model_page, "ask_file", lambda *_: own_file)
    page.other.click()
    settle()

    ((call, file),) = app.calls
    assert (call, file.path) == ("use_model", own_file)


def test_a_file_that_is_no_model_is_told_on_the_page(
    page: ModelPage,
    app: FakeApp,
    tmp_path: Path,
    answers: list[str],
    monkeypatch: pytest.MonkeyPatch,
    settle: Settle,
) -> None:
    (tmp_path / "song.h5").write_bytes(b"la la la")
    monkeypatch.setattr(model_page, "ask_file", lambda *_: tmp_path / "song.h5")

    page.other.click()
    settle()  # it is looked at, and then
    settle()  # tried

    assert page.note.startswith(f"{tmp_path / 'song.h5'}: this is not an HDF5 weight file")
    assert app.models.listening.identity == MODEL


def test_a_download_shows_how_far_it_is(
    page: ModelPage, app: FakeApp, library: Library, settle: Settle
) -> None:
    row = page.rows[NAME]
    row.fetch.setFocus()

    row.fetch.click()

    assert app.calls == [("fetch", NAME, None, None)]
    assert offered(row) == ["Cancel"]
    assert QApplication.focusWidget() is row.cancel
    # One at a time.
    assert not page.rows["openl3-mel256-env"].fetch.isEnabled()
    library.events.emit(FetchProgress(NAME, 4_500_000, None))
    settle()
    assert row.state.text() == "Downloading… 4.5 MB"
    library.events.emit(FetchProgress(NAME, 9_000_000, 18_000_000))
    settle()
    assert row.state.text() == "Downloading… 9.0 of 18.0 MB"
    assert row.bar.value() * 2 == row.bar.maximum()

    app.models.downloads.fetching.set_result(app.models.folder / "x.h5")
    settle()
    settle()

    assert page.note == "OpenL3 for music, linear spectrum has been downloaded."
    assert not row.bar.isVisible()
    assert page.rows["openl3-mel256-env"].fetch.isEnabled()


def test_a_download_can_be_stopped(page: ModelPage, app: FakeApp, settle: Settle) -> None:
    row = page.rows[NAME]
    row.fetch.click()

    row.cancel.setFocus()
    row.cancel.click()
    assert row.state.text() == "Stopping…"
    settle()
    settle()

    assert page.note == "The download was stopped."
    assert row.state.text() == "Can be downloaded"
    assert offered(row) == ["Download"]
    assert QApplication.focusWidget() is row.fetch


def test_a_download_that_fails_says_why_even_when_the_settings_are_closed(
    page: ModelPage, window: MainWindow, app: FakeApp, settle: Settle
) -> None:
    row = page.rows[NAME]
    row.fetch.click()
    app.models.downloads.fetching.set_exception(FetchError("The server can’t be reached."))
    settle()
    assert page.note == "The server can’t be reached."

    row.fetch.click()
    assert page.note == ""
    window.dialogs.settings.close()
    app.models.downloads.fetching.set_exception(FetchError("The server broke off."))
    settle()

    assert window.message_bar.text == "The server broke off."


def test_mirror_and_proxy_are_used_and_kept(
    page: ModelPage, window: MainWindow, app: FakeApp, make_window, settle: Settle, qtbot
) -> None:
    options = page.options
    assert not options.fields.isVisible()
    options.fold.click()
    assert options.fields.isVisible()
    qtbot.keyClicks(options._mirror, " https://mirror.example/models")
    qtbot.keyClicks(options._proxy, "http://localhost:3128")

    page.rows[NAME].fetch.click()
    assert app.calls == [("fetch", NAME, "https://mirror.example/models", "http://localhost:3128")]
    app.models.downloads.cancel()
    settle()

    window.close()
    again = make_window()
    again.commands.settings.trigger()
    kept = again.dialogs.settings.model.options
    assert (kept.mirror, kept.proxy) == ("https://mirror.example/models", "http://localhost:3128")
    assert kept.fold.isChecked()


def test_a_file_is_checked(page: ModelPage, settle: Settle) -> None:
    page.rows["starter"].check.click()
    settle()

    assert page.note == f"{resource('starter.h5')} is whole. It makes 128 values a track."


def test_a_file_that_broke_meanwhile_is_found_out(
    page: ModelPage, app: FakeApp, own_file: Path, settle: Settle
) -> None:
    app.models.chosen = own_file
    page.refresh()
    settle()
    row = page.rows["mine"]
    own_file.write_bytes(b"")

    row.check.click()
    settle()

    assert str(own_file) in page.note
    assert page._note.objectName() == "notice"


def test_what_a_model_made_is_deleted_after_a_question(
    page: ModelPage,
    app: FakeApp,
    answers: list[str],
    settle: Settle,
) -> None:
    page.rows[GONE].forget.click()
    settle()

    assert answers[0].startswith(f"Delete what “{GONE}” made of 4 tracks?")
    assert app.calls == [("forget_model", GONE)]
    assert GONE not in page.rows


def test_a_deletion_that_fails_is_told(
    page: ModelPage, app: FakeApp, answers: list[str], settle: Settle
) -> None:
    def fail(identity: str) -> int:
        raise WeightsError(Path("x"), "it is in use")

    app.listening.forget_model = fail

    page.rows[GONE].forget.click()
    settle()

    assert page.note.startswith("x: it is in use")


def test_the_keyboard_goes_through_the_models_from_top_to_bottom(page: ModelPage, qtbot) -> None:
    first = page.rows["starter"].check
    first.setFocus()
    seen: list[QAbstractButton] = [first]
    while seen[-1] is not page.other:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget())
        assert len(seen) < 30

    heights = [each.mapTo(page, each.rect().center()).y() for each in seen]
    assert len(seen) == len(page.rows) + 1
    assert heights == sorted(heights)
