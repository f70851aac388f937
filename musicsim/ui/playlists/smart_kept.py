"""Smart playlists, as the window changes and follows them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from PySide6.QtCore import QObject, Signal

from musicsim.base.errors import MusicsimError
from musicsim.playlists.smart.rules import Field, SmartRules
from musicsim.services.making.smart_lists import SmartContent, SmartList, SmartLists
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playlists.kept import Playlists


class SmartPlaylists(QObject):
    """Single place for all changes to smart playlists in the window; reports them to everything that shows them.

    Methods raise `MusicsimError` where the service does.
    """

    changed = Signal()
    """There are others, or they have other tracks."""

    def __init__(
        self,
        service: SmartLists,
        playlists: Playlists,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._playlists = playlists
        self._bridge = bridge
        self._every = service.all(hidden=True)
        bridge.smart_lists_changed.connect(self._read_soon)
        # Rules may refer to them.
        playlists.changed.connect(service.wake)

    @property
    def all(self) -> list[SmartList]:
        """Those that are shown."""
        return [each for each in self._every if not each.hidden]

    @property
    def hidden(self) -> list[SmartList]:
        """Those that the listener has hidden."""
        return [each for each in self._every if each.hidden]

    def get(self, list_id: int) -> SmartList | None:
        """Return a smart playlist, or None if it no longer exists."""
        return next((each for each in self._every if each.id == list_id), None)

    def content(self, list_id: int) -> SmartContent | None:
        """Return a smart playlist's tracks as last found; None before that."""
        return self._service.known_content(list_id)

    def names_to_refer_to(self, list_id: int | None) -> list[str]:
        """Return the names of all playlists that the rules of a smart playlist can refer to."""
        smart = [each.name for each in self._every if each.id != list_id]
        return list(dict.fromkeys((*(each.name for each in self._playlists.all), *smart)))

    def ask_content(
        self,
        list_id: int,
        then: Callable[[SmartContent], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Find a smart playlist's tracks now, and pass them on."""
        self._bridge.watch(self._service.content(list_id), then, on_error)

    def ask_preview(
        self,
        rules: SmartRules,
        of: int | None,
        then: Callable[[SmartContent], None],
        on_error: Callable[[MusicsimError], None],
    ) -> Future[SmartContent]:
        """Find the tracks of rules that are not kept yet, and pass them on."""
        future = self._service.preview(rules, of=of)
        self._bridge.watch(future, then, on_error)
        return future

    def ask_values(self, field: Field, then: Callable[[list[str]], None]) -> None:
        """Pass on the different texts of a field in the library."""
        self._bridge.watch(self._service.values(field), then, lambda _: None)

    def create(self, name: str, rules: SmartRules) -> SmartList:
        """Keep a new smart playlist; a name that is taken gets a number."""
        made = self._service.create(name, rules)
        self._read()
        return made

    def duplicate(self, list_id: int) -> SmartList:
        """Keep a copy."""
        made = self._service.duplicate(list_id)
        self._read()
        return made

    def change(
        self, list_id: int, *, name: str | None = None, rules: SmartRules | None = None
    ) -> None:
        """Give a smart playlist another name or other rules."""
        self._service.change(list_id, name=name, rules=rules)
        self._read()

    def restore(self, list_id: int) -> None:
        """Give one that every library has its own rules back."""
        self._service.restore(list_id)
        self._read()

    def shuffle(self, list_id: int) -> None:
        """Draw another random order."""
        self._service.shuffle(list_id)
        self._read()

    def hide(self, list_id: int, hidden: bool = True) -> None:
        """Hide a smart playlist, or show it again."""
        self._service.hide(list_id, hidden)
        self._read()

    def delete(self, list_id: int) -> None:
        """Delete a smart playlist of the listener's."""
        self._service.delete(list_id)
        self._read()

    def _read_soon(self) -> None:
        # The catalogue may be busy.
        self._bridge.record(lambda: self._service.all(hidden=True), self._take, lambda _: None)

    def _read(self) -> None:
        self._take(self._service.all(hidden=True))

    def _take(self, every: list[SmartList]) -> None:
        self._every = every
        self.changed.emit()
