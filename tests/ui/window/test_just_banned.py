"""A track that is banned leaves what is shown at that moment, with all real services on the demo library."""

import pytest
from PySide6.QtWidgets import QApplication

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Opinion
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.ui.window.main_window import MainWindow


@pytest.fixture
def ids(demo_app: Musicsim) -> list[int]:
    return sorted(demo_app.catalogue.tracks.ids())


def test_the_similar_pane(
    demo_window: MainWindow, demo_app: Musicsim, ids: list[int], qtbot
) -> None:
    pane = demo_window.similar
    demo_window.show_similar(ids[0])
    qtbot.waitUntil(lambda: pane.list.rowCount() > 3)
    banned, kept = pane.list.ids[1], pane.list.ids[2]

    demo_app.opinions.set_tracks({banned: Opinion.BANNED})

    qtbot.waitUntil(lambda: banned not in pane.list.ids)
    assert kept in pane.list.ids


def test_the_builder(demo_window: MainWindow, demo_app: Musicsim, ids: list[int], qtbot) -> None:
    page = demo_window.builder
    page.add_seed(Seed(SeedKind.TRACK, "it", (ids[0],)))
    qtbot.waitUntil(lambda: len(page.bench.shown) > 5)
    banned, count = page.bench.shown[3], len(page.bench.shown)

    demo_app.opinions.set_tracks({banned: Opinion.BANNED})

    qtbot.waitUntil(lambda: banned not in page.bench.shown)
    assert len(page.bench.shown) == count, "the next best takes its place"


def test_the_builder_makes_no_list_again_for_a_like(
    demo_window: MainWindow, demo_app: Musicsim, ids: list[int], qtbot
) -> None:
    bench = demo_window.builder.bench
    demo_window.builder.add_seed(Seed(SeedKind.TRACK, "it", (ids[0],)))
    qtbot.waitUntil(lambda: len(bench.shown) > 5)
    working: list[bool] = []
    bench.working_changed.connect(working.append)

    with qtbot.waitSignal(demo_window.store.facts.changed):
        demo_app.opinions.set_tracks({bench.shown[3]: Opinion.LIKED})
    # The answer to the builder's question has come by then.
    demo_app.finding.bans().result()
    QApplication.processEvents()

    assert working == []


def test_the_suggestions_below_a_playlist(
    demo_window: MainWindow, demo_app: Musicsim, ids: list[int], qtbot
) -> None:
    playlist = demo_window.playlists.create("Sunday", ids[:2])
    demo_window.places.show_playlist(playlist.id)
    rows = demo_window.places.playlist.suggestions.rows
    qtbot.waitUntil(lambda: rows.rowCount() > 3)
    banned = rows.ids[0]

    demo_app.opinions.set_tracks({banned: Opinion.BANNED})

    qtbot.waitUntil(lambda: rows.rowCount() > 3 and banned not in rows.ids)


def test_an_opened_group(demo_window: MainWindow, demo_app: Musicsim, qtbot) -> None:
    (group, *_) = demo_app.groups.refresh(rng_seed=1).result()
    demo_window.places.show_page("groups")
    with qtbot.waitSignal(demo_window.group_commands.opened):
        demo_window.group_commands.open(group.id)
    shown = demo_window.groups.tracks.list
    banned = shown.ids[0]

    demo_app.opinions.set_tracks({banned: Opinion.BANNED})

    qtbot.waitUntil(lambda: banned not in shown.ids and shown.rowCount() > 0)


def test_who_goes_back_from_a_group_while_it_is_read_again_stays_with_all_groups(
    demo_window: MainWindow, demo_app: Musicsim, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    (group, *_) = demo_app.groups.refresh(rng_seed=1).result()
    page, commands = demo_window.groups, demo_window.group_commands
    demo_window.places.show_page("groups")
    with qtbot.waitSignal(commands.opened):
        commands.open(group.id)
    read_again = commands.read_again

    def and_go_back(group_id: int) -> None:
        read_again(group_id)
        page.tracks.back.click()

    monkeypatch.setattr(commands, "read_again", and_go_back)
    with qtbot.waitSignal(commands.read):
        demo_app.opinions.set_tracks({page.tracks.list.ids[0]: Opinion.BANNED})
    assert page.grid.isVisible()
