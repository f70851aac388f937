"""The menu bar."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QMenuBar

from musicsim.ui.kit.theme import Scheme, Theme


@dataclass(frozen=True)
class Commands:
    """Actions of the window's menus and buttons, except the track actions."""

    add_folder: QAction
    folders: QAction
    forget_missing: QAction
    import_playlists: QAction
    export: QAction
    settings: QAction
    quit: QAction
    search: QAction
    new_playlist: QAction
    new_smart_playlist: QAction
    play_pause: QAction
    previous: QAction
    following: QAction
    similar_panel: QAction
    queue_panel: QAction
    history_panel: QAction
    opinions: QAction
    problems: QAction
    schemes: dict[Scheme, QAction]
    shortcuts: QAction
    about: QAction

    @property
    def all(self) -> list[QAction]:
        """All actions except the theme choice, in menu order."""
        return [action for action in vars(self).values() if isinstance(action, QAction)]

    @property
    def transport(self) -> tuple[QAction, QAction, QAction]:
        """The play/pause, previous and next actions."""
        return self.play_pause, self.previous, self.following


def make_commands(window: QMainWindow, theme: Theme) -> Commands:
    """Create the window's commands; the caller connects them."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("menus", text)

    def command(text: str, *shortcuts: str, icon: str = "", checkable: bool = False) -> QAction:
        action = QAction(text, window)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
        action.setCheckable(checkable)
        if icon:
            theme.set_icon(action, icon)
        window.addAction(action)
        return action

    group = QActionGroup(window)
    schemes = {}
    for scheme, text in (
        (Scheme.SYSTEM, tr("As the system")),
        (Scheme.LIGHT, tr("Light")),
        (Scheme.DARK, tr("Dark")),
    ):
        schemes[scheme] = command(text, checkable=True)
        group.addAction(schemes[scheme])
    quit_action = command(tr("Quit"), "Ctrl+Q")
    quit_action.setMenuRole(QAction.MenuRole.QuitRole)
    settings = command(tr("Settings…"), "Ctrl+,")
    settings.setMenuRole(QAction.MenuRole.PreferencesRole)
    about = command(tr("About musicsim"))
    about.setMenuRole(QAction.MenuRole.AboutRole)
    play_pause = command(tr("Play"), "Space", icon="play")
    # Shown in the menu only: musicsim.ui.playback.space_key handles the key.
    play_pause.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    return Commands(
        add_folder=command(tr("Add music folder…"), "Ctrl+O", icon="folder"),
        folders=command(tr("Folders…")),
        forget_missing=command(tr("Forget missing tracks…")),
        import_playlists=command(tr("Import playlists…"), icon="import"),
        export=command(tr("Export playlist…"), "Ctrl+E", icon="export"),
        settings=settings,
        quit=quit_action,
        search=command(tr("Search"), "Ctrl+F", icon="search"),
        new_playlist=command(tr("New playlist"), "Ctrl+N", icon="playlist"),
        new_smart_playlist=command(tr("New smart playlist…"), "Ctrl+Shift+N", icon="playlist"),
        play_pause=play_pause,
        previous=command(tr("Previous"), "Ctrl+Left", "Media Previous", icon="previous"),
        following=command(tr("Next"), "Ctrl+Right", "Media Next", icon="next"),
        similar_panel=command(tr("Similar tracks"), "Ctrl+1", checkable=True),
        queue_panel=command(tr("Queue"), "Ctrl+2", checkable=True),
        history_panel=command(tr("History"), "Ctrl+3", checkable=True),
        opinions=command(tr("Likes and bans…"), icon="heart"),
        problems=command(tr("Problems…")),
        schemes=schemes,
        shortcuts=command(tr("Keyboard shortcuts"), "F1"),
        about=about,
    )


def fill_menu_bar(
    bar: QMenuBar,
    commands: Commands,
    fill_tracks: Callable[[QMenu], None],
    fill_playback: Callable[[QMenu], None],
    fill_places: Callable[[QMenu], None],
) -> None:
    """Fill the menu bar; the callables add entries to the Track, Playback and View menus."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("menus", text)

    file = bar.addMenu(tr("&File"))
    file.addActions([commands.add_folder, commands.folders, commands.forget_missing])
    file.addSeparator()
    file.addActions([commands.new_playlist, commands.new_smart_playlist])
    file.addActions([commands.import_playlists, commands.export])
    file.addSeparator()
    file.addAction(commands.settings)
    file.addSeparator()
    file.addAction(commands.quit)
    fill_tracks(bar.addMenu(tr("&Track")))
    playback = bar.addMenu(tr("&Playback"))
    playback.addActions(commands.transport)
    fill_playback(playback)
    view = bar.addMenu(tr("&View"))
    fill_places(view)
    view.addSeparator()
    view.addAction(commands.search)
    view.addSeparator()
    view.addActions([commands.similar_panel, commands.queue_panel, commands.history_panel])
    view.addSeparator()
    scheme = view.addMenu(tr("Theme"))
    scheme.addActions(list(commands.schemes.values()))
    view.addSeparator()
    view.addActions([commands.opinions, commands.problems])
    help_menu = bar.addMenu(tr("&Help"))
    help_menu.addActions([commands.shortcuts, commands.about])
