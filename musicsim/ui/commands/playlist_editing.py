"""Commands that change the entries of a playlist: its order, its duplicates, what is added to it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.playlists import Entry
from musicsim.library.types import MissingEntry, Playlist, Track
from musicsim.playlists.rules.duplicates import Duplicate
from musicsim.services.making.completing import between, duplicates_in, suggest
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dialogs import ask_choice
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.undo import History, Step
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class PlaylistEditing(QObject):
    """Changes playlists in steps, each of which the message bar offers to undo."""

    suggestions_change = Signal()
    """What may be suggested changes: the listener has banned something, or let it in again."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        playlists: Playlists,
        messages: Messages,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._playlists = playlists
        self._messages = messages
        self._window = window
        self._random = random.Random()
        bridge.opinions_changed.connect(self.suggestions_change)

    # Steps

    def edit(self, playlist_id: int, entries: Sequence[Entry], text: str) -> None:
        """Replace a playlist's entries; `text` says what was done."""
        with self._messages.reporting():
            step = self._playlists.edit(playlist_id, entries, text)
            if step is not None:
                self.tell(self._playlists.history(playlist_id), step)

    def tell(self, history: History, step: Step, then: Callable[[], object] = lambda: None) -> None:
        """Say what was done, and offer to undo it; do `then` after that."""

        def undo() -> None:
            with self._messages.reporting():
                if history.undo(step):
                    then()

        self._messages.tell(step.text, action=self.tr("Undo"), on_action=undo)

    def undo(self, history: History) -> None:
        """Undo the last step, and say so."""
        with self._messages.reporting():
            step = history.undo()
            if step is None:
                self._messages.tell(self.tr("There is nothing to undo."))
            else:
                self._messages.tell(
                    self.tr("Undone: {0}").format(step.text),
                    action=self.tr("Redo"),
                    on_action=lambda: self.redo(history),
                )

    def redo(self, history: History) -> None:
        """Do the step again that was undone last."""
        with self._messages.reporting():
            step = history.redo()
            if step is None:
                self._messages.tell(self.tr("There is nothing to redo."))
            else:
                self.tell(history, step)

    # Order

    def reverse(self, playlist_id: int) -> None:
        """Turn a playlist's order around."""
        if (playlist := self._playlists.get(playlist_id)) is not None:
            text = self.tr("Reversed the order of “{0}”.").format(playlist.name)
            self.edit(playlist_id, playlist.entries[::-1], text)

    def shuffle(self, playlist_id: int) -> None:
        """Put a playlist into a random order."""
        if (playlist := self._playlists.get(playlist_id)) is not None:
            entries = list(playlist.entries)
            self._random.shuffle(entries)
            self.edit(playlist_id, entries, self.tr("Shuffled “{0}”.").format(playlist.name))

    def sort_by_flow(
        self, playlist_id: int, first: int | None = 0, last: int | None = None
    ) -> None:
        """Put a playlist into an order in which each track sounds like the next; missing entries come to the end.

        Parameters
        ----------
        playlist_id
            The playlist.
        first, last
            Indices among its tracks of those that stay at the beginning and at the end; None if any may be there.
        """
        playlist = self._playlists.get(playlist_id)
        if playlist is None or not playlist.track_ids:
            return

        def keep(order: Sequence[int]) -> None:
            if self._was_changed(playlist):
                return
            text = self.tr("Sorted “{0}” by flow: each track sounds like the next.")
            self.edit(playlist_id, (*order, *playlist.missing), text.format(playlist.name))

        with self._messages.reporting():
            future = self._app.playlists.in_flow(playlist.track_ids, first=first, last=last)
            self._bridge.watch(future, keep, self._messages.fail)

    # Duplicates

    def remove_duplicates(self, playlist_id: int) -> None:
        """Remove what is in a playlist twice; ask about other versions of a song."""
        playlist = self._playlists.get(playlist_id)
        if playlist is None:
            return
        tracks = {
            place: track
            for place, entry in enumerate(playlist.entries)
            if not isinstance(entry, MissingEntry) and (track := self._store.get(entry))
        }
        self._bridge.record(
            lambda: duplicates_in(self._app.catalogue, list(tracks.values())),
            lambda found: self._remove(playlist, tracks, found),
            self._messages.fail,
        )

    def _remove(
        self, playlist: Playlist, by_place: dict[int, Track], found: dict[int, Duplicate]
    ) -> None:
        if self._was_changed(playlist):
            return
        places, tracks = list(by_place), list(by_place.values())
        if not found:
            self._messages.tell(self.tr("Nothing is twice in “{0}”.").format(playlist.name))
            return
        versions = [row for row, kind in found.items() if kind is Duplicate.SONG]
        if versions:
            names = "\n".join(f"• {tracks[row].name}" for row in versions[:8])
            if len(versions) > 8:
                names += "\n" + self.tr("and {0} more").format(formats.number(len(versions) - 8))
            question = formats.counted(
                "duplicates",
                len(versions),
                "%n track in “{0}” is another version of a song in it, such as live or remastered:",
                "%n tracks in “{0}” are other versions of songs in it, such as live or remastered:",
            ).format(playlist.name)
            choices = [self.tr("Remove them, too")]
            if len(versions) < len(found):
                choices.append(self.tr("Remove only the same sound"))
            chosen = ask_choice(
                self._window, self.tr("Remove duplicates"), f"{question}\n\n{names}", choices
            )
            if chosen is None:
                return
            if chosen == 1:
                found = {row: kind for row, kind in found.items() if kind is not Duplicate.SONG}
        gone = {places[row] for row in found}
        kept = [entry for place, entry in enumerate(playlist.entries) if place not in gone]
        self.edit(playlist.id, kept, removed_text(playlist.name, found))

    def _was_changed(self, playlist: Playlist) -> bool:
        """Return whether a playlist is no longer what an answer was asked for; tell the listener if so."""
        now = self._playlists.get(playlist.id)
        if now is not None and now.entries == playlist.entries:
            return False
        self._messages.tell(
            self.tr("“{0}” was changed meanwhile: try again.").format(playlist.name)
        )
        return True

    # Additions

    def fill_gap(self, playlist_id: int, position: int, count: int) -> None:
        """Put tracks between two neighbours that lead from one to the other; `position` is the first one's entry."""
        playlist = self._playlists.get(playlist_id)
        if playlist is None:
            return
        entries = playlist.entries
        at = sum(not isinstance(entry, MissingEntry) for entry in entries[:position])

        def keep(found: Sequence[Track]) -> None:
            if self._was_changed(playlist):
                return
            if not found:
                self._messages.tell(
                    self.tr("Nothing in your library leads from one of these tracks to the other.")
                )
            else:
                ids = [track.id for track in found]
                text = formats.counted(
                    "playlists", len(ids), "Put %n track in between.", "Put %n tracks in between."
                )
                if len(ids) < count:
                    text = f"{text} {self.tr('Your library has no more that fit.')}"
                self.edit(
                    playlist_id, (*entries[: position + 1], *ids, *entries[position + 1 :]), text
                )

        self._bridge.do(
            lambda: between(self._app.playlists, playlist.track_ids, at, count),
            keep,
            self._messages.fail,
        )

    def suggest(
        self,
        track_ids: Sequence[int],
        count: int,
        without: Collection[int],
        then: Callable[[list[Track]], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Find tracks that would complete a playlist, and pass them to `then`."""
        self._bridge.do(
            lambda: suggest(
                self._app.playlists, self._app.catalogue, track_ids, count, without=without
            ),
            then,
            on_error,
        )

    def add(self, playlist: Playlist, track_ids: Sequence[int]) -> None:
        """Append tracks to a playlist."""
        text = formats.counted(
            "actions", len(track_ids), "Added %n track to “{0}”.", "Added %n tracks to “{0}”."
        )
        self.edit(playlist.id, (*playlist.entries, *track_ids), text.format(playlist.name))


def removed_text(name: str, found: dict[int, Duplicate]) -> str:
    """Return what was removed from a playlist, each kind apart."""
    kinds = Counter(found.values())
    parts = [
        formats.counted("duplicates", kinds[kind], one, many)
        for kind, one, many in (
            (Duplicate.TRACK, "%n that was in it twice", "%n that were in it twice"),
            (Duplicate.SOUND, "%n with the same sound", "%n with the same sound"),
            (Duplicate.SONG, "%n other version of a song", "%n other versions of songs"),
        )
        if kinds[kind]
    ]
    text = formats.counted(
        "duplicates",
        len(found),
        "Removed %n track from “{0}”: {1}.",
        "Removed %n tracks from “{0}”: {1}.",
    )
    return text.format(name, ", ".join(parts))
