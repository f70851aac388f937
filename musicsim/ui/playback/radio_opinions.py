"""The likes and bans of the listener, as a radio hears of them."""

from __future__ import annotations

from collections.abc import Callable, Collection

from musicsim.library.catalogue.opinions import Opinion
from musicsim.playlists.rules.bans import Bans
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.opinions import Opinions
from musicsim.ui.kit.bridge import Bridge


class RadioOpinions:
    """Reads the listener's opinions in the background, and tells likes that are new from those known before."""

    def __init__(self, opinions: Opinions, banned: BannedTracks, bridge: Bridge) -> None:
        self._opinions = opinions
        self._banned = banned
        self._bridge = bridge
        self._liked: frozenset[int] | None = None

    def read(self, then: Callable[[Collection[int], Bans], None]) -> None:
        """Pass on the tracks that were liked since the last time, none at the first, and all bans."""

        def settle(found: tuple[frozenset[int], Bans]) -> None:
            liked, bans = found
            before, self._liked = self._liked, liked
            then(() if before is None else liked - before, bans)

        self._bridge.record(self._find, settle, lambda _: None)

    def _find(self) -> tuple[frozenset[int], Bans]:
        return self._opinions.tracks(Opinion.LIKED), self._banned.all()
