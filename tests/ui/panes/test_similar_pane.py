from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

import pytest
from known_reasons import because
from window_fakes import FakeApp, Library

from musicsim.base.events import EmbeddingProgress, OpinionsChanged, TracksChanged, TracksRemoved
from musicsim.library.types import Tags
from musicsim.playlists.result import SimilarTracks
from musicsim.playlists.rules.rules import Hidden, Rule
from musicsim.ui.commands import actions
from musicsim.ui.panes.similar_pane import hidden_note
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


def test_results_are_ranked_with_their_similarity(
    window: MainWindow, ids: list[int], settle: Settle
) -> None:
    window.show_similar(ids[0])
    settle()

    pane = window.similar
    percents = [
        pane.list.index(row, Column.SIMILARITY).data() for row in range(pane.list.rowCount())
    ]
    assert percents == ["90%", "89%", "88%", "87%", "86%"]
    assert pane.status == "3 hidden: the same sound 1, more than 3 by the same artist 2"


def test_the_same_tracks_found_again_stay_selected_and_show_their_new_similarity(
    window: MainWindow,
    app: FakeApp,
    ids: list[int],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window.show_similar(ids[0])
    settle()
    pane = window.similar
    pane.table.select_rows([2])
    # More of the seed has been listened to.
    like = app.finding.like
    monkeypatch.setattr(
        app.finding,
        "like",
        lambda *each: tuple(replace(m, similarity=m.similarity / 2) for m in like(*each)),
    )
    app.events.emit(OpinionsChanged())
    settle()
    assert pane.list.index(0, Column.SIMILARITY).data() == "45%"
    assert pane.table.selected_rows() == [2]


def test_hidden_note() -> None:
    assert hidden_note({}) == ""
    assert hidden_note({Hidden(Rule.SAME_SOUND): 0}) == ""
    assert hidden_note({Hidden(Rule.SAME_SOUND): 1}) == "1 hidden: the same sound 1"


def test_a_track_that_is_not_embedded_yet_is_shown_as_soon_as_it_is(
    window: MainWindow, library: Library, settle: Settle
) -> None:
    (new,) = library.add(Tags("New", "A"), embedded=False)
    window.store.refresh((new,))

    window.show_similar(new)
    settle()
    assert "not been listened to yet" in window.similar.status
    assert not window.similar.play_all.isEnabled()

    library.embed(new)
    library.events.emit(TracksChanged((new,)))
    settle()
    settle()
    assert window.similar.list.rowCount() == 6
    assert window.similar.play_all.isEnabled()


@pytest.mark.parametrize(
    "progress",
    [
        EmbeddingProgress(1, 1, 1.0, 0.0, paused=False, finished=True),
        # A later pass over all of them has begun.
        EmbeddingProgress(0, 7, 0.0, None, paused=False, finished=False, refining=True),
    ],
)
def test_a_search_in_an_unfinished_library_is_done_again_when_all_are_listened_to(
    window: MainWindow,
    library: Library,
    ids: list[int],
    settle: Settle,
    progress: EmbeddingProgress,
) -> None:
    (new,) = library.add(Tags("New", "A"), embedded=False)
    window.store.refresh((new,))
    window.show_similar(ids[0])
    settle()
    assert "among the 6 tracks listened to so far" in window.similar.status

    library.embed(new)
    library.events.emit(TracksChanged((new,)))
    library.events.emit(progress)
    settle()
    settle()

    assert new in window.similar.list.ids
    assert "so far" not in window.similar.status


def test_a_track_that_failed_says_why(
    window: MainWindow, library: Library, ids: list[int], settle: Settle
) -> None:
    library.catalogue.files.set_problem(ids[0], because("it is silent"), failed=True)
    window.store.refresh((ids[0],))

    window.show_similar(ids[0])
    settle()

    assert "Überall" in window.similar.status
    assert window.similar.list.rowCount() == 0


def test_play_all_starts_with_the_seed(window: MainWindow, ids: list[int], settle: Settle) -> None:
    window.show_similar(ids[0])
    settle()

    window.similar.play_all.click()

    assert window.player.queue.current == ids[0]
    assert window.player.queue.upcoming.ids == window.similar.list.ids


def test_save_as_playlist(
    window: MainWindow,
    ids: list[int],
    library: Library,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "ask_name", lambda *arguments: arguments[-1])
    window.show_similar(ids[0])
    settle()

    window.similar.save.click()

    (playlist,) = library.catalogue.playlists.all()
    assert playlist.name == "Like Überall"
    assert list(playlist.track_ids) == [ids[0], *window.similar.list.ids]


def test_only_the_last_search_counts(
    window: MainWindow,
    app: FakeApp,
    ids: list[int],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = {track_id: app.finding.similar(track_id).result() for track_id in ids[:2]}
    asked: dict[int, Future[SimilarTracks]] = {}
    monkeypatch.setattr(
        app.finding, "similar", lambda track_id: asked.setdefault(track_id, Future())
    )
    window.show_similar(ids[0])
    window.show_similar(ids[1])

    asked[ids[1]].set_result(answers[ids[1]])
    asked[ids[0]].set_result(answers[ids[0]])
    settle()

    assert window.similar.list.ids == [match.track.id for match in answers[ids[1]].matches]


def test_a_seed_that_leaves_the_library_is_forgotten(
    window: MainWindow, library: Library, ids: list[int], settle: Settle
) -> None:
    window.show_similar(ids[0])
    settle()

    library.events.emit(TracksRemoved((ids[0],)))
    settle()

    assert window.similar.seed is None
    assert "Choose a track" in window.similar.status
