"""Smart playlists: their rules are kept, and their tracks follow the library and the history."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, SmartListsChanged
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.smart_lists import StoredSmartList
from musicsim.library.types import Track
from musicsim.playlists.smart.choosing import choose
from musicsim.playlists.smart.matching import today
from musicsim.playlists.smart.ready_made import READY_MADE
from musicsim.playlists.smart.rules import Field, SmartRules
from musicsim.playlists.smart.storing import SmartRulesError, from_json, to_json
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.nearest import Nearest
from musicsim.services.making.smart_refresh import Refresher
from musicsim.services.making.smart_world import LibraryFacts, LibraryWorld, Moment, system_moment
from musicsim.services.opinions import Opinions


@dataclass(frozen=True, slots=True)
class SmartList:
    """A smart playlist.

    Attributes
    ----------
    id, name
        Unique.
    rules
        Those of an empty list if they can't be read.
    ready_made
        The key of one that every library has; None for one of the listener's.
    is_edited
        Whether the listener changed the rules of such a one.
    hidden
        Whether the listener doesn't want to see it.
    problem
        Why the rules can't be read; empty if they can.
    """

    id: int
    name: str
    rules: SmartRules
    ready_made: str | None = None
    is_edited: bool = False
    hidden: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SmartContent:
    """The tracks of a smart playlist, and why there are no more.

    Attributes
    ----------
    track_ids
        In their order.
    matched
        How many tracks match the rules, with those that are left out.
    missing, banned
        How many of them can't be played now, and how many the listener never wants to hear.
    unknown_lengths
        How many tracks of a list that is limited in minutes state no length, and count as long as the mean.
    unheard
        Whether a track that the list should sound like has not been listened to.
    nothing_lately
        Whether the list should sound like what was played lately, and nothing was.
    lost
        The names of playlists that the rules refer to and that don't exist, or refer back to this one.
    problem
        Why the rules can't be read; empty if they can.
    """

    track_ids: tuple[int, ...] = ()
    matched: int = 0
    missing: int = 0
    banned: int = 0
    unknown_lengths: int = 0
    unheard: bool = False
    nothing_lately: bool = False
    lost: tuple[str, ...] = ()
    problem: str = ""


class SmartLists:
    """Keeps smart playlists, and finds their tracks; thread-safe.

    Methods that return a Future work in the background; the others read or write a few rows of the catalogue.

    Parameters
    ----------
    catalogue
        The tracks, the history, and the smart playlists.
    opinions, banned
        What the listener likes, and what no list contains.
    nearest
        The points of the tracks.
    events
        Receives `SmartListsChanged`.
    read_only
        Whether the catalogue can't be written.
    moment
        Returns the time and the time zone.
    thread
        Finds tracks; by default a thread of its own.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        opinions: Opinions,
        banned: BannedTracks,
        nearest: Nearest,
        events: Events,
        *,
        read_only: bool = False,
        moment: Callable[[], Moment] = system_moment,
        thread: Executor | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._store = catalogue.smart_lists
        self._nearest = nearest
        self._events = events
        self._moment = moment
        self._facts = LibraryFacts(catalogue, opinions, banned, events)
        self._thread = thread or ThreadPoolExecutor(1, "musicsim-smart")
        self._lock = threading.Lock()
        self._contents: dict[int, SmartContent] = {}
        self._refresher: Refresher | None = None
        self._closing = threading.Event()
        if not read_only:
            self._store.provide({key: name for key, (name, _) in READY_MADE.items()})

    def start(self) -> None:
        """Find the tracks of all that are shown in the background, now and whenever something changes."""
        self._refresher = Refresher(self.refresh, lambda: today(self._moment()), self._events)

    def close(self) -> None:
        """Stop; what was kept stays."""
        self._closing.set()
        if self._refresher is not None:
            self._refresher.close()
        self._facts.close()
        self._thread.shutdown(cancel_futures=True)

    # --- the lists ---

    def all(self, *, hidden: bool = False) -> list[SmartList]:
        """Return the smart playlists: those that every library has, then the listener's by name.

        Parameters
        ----------
        hidden
            Include those that the listener has hidden.
        """
        every = map(_smart_list, self._store.all())
        return [each for each in every if hidden or not each.hidden]

    def get(self, list_id: int) -> SmartList | None:
        """Return a smart playlist, or None if it no longer exists."""
        stored = self._store.get(list_id)
        return None if stored is None else _smart_list(stored)

    def named(self, name: str) -> SmartList | None:
        """Return the smart playlist of this name, if any."""
        stored = self._store.named(name)
        return None if stored is None else _smart_list(stored)

    def create(self, name: str, rules: SmartRules) -> SmartList:
        """Keep a smart playlist; a name that is taken gets a number."""
        made = _smart_list(self._store.create(name, to_json(rules)))
        self._tell_of_change(made.id)
        return made

    def duplicate(self, list_id: int) -> SmartList:
        """Keep a copy, which the listener can change; `MusicsimError` if the list no longer exists."""
        found = self._existing(list_id)
        return self.create(found.name, found.rules)

    def change(
        self, list_id: int, *, name: str | None = None, rules: SmartRules | None = None
    ) -> None:
        """Give a smart playlist another name or other rules; `PlaylistNameError` if it can't have the name."""
        with self._catalogue.transaction():
            if name is not None:
                self._store.rename(list_id, name)
            if rules is not None:
                self._store.set_rules(list_id, to_json(rules))
        self._tell_of_change(list_id)

    def restore(self, list_id: int) -> None:
        """Give one that every library has its own rules back."""
        self._store.set_rules(list_id, None)
        self._tell_of_change(list_id)

    def shuffle(self, list_id: int) -> None:
        """Draw another random order, or other tracks."""
        found = self._existing(list_id)
        order = replace(found.rules.order, number=found.rules.order.number + 1)
        self.change(list_id, rules=replace(found.rules, order=order))

    def hide(self, list_id: int, hidden: bool = True) -> None:
        """Hide a smart playlist, or show it again."""
        self._store.set_hidden(list_id, hidden)
        self._tell_of_change(list_id)

    def delete(self, list_id: int) -> None:
        """Delete a smart playlist; one that every library has is hidden."""
        self._store.delete(list_id)
        self._tell_of_change(list_id)

    # --- their tracks ---

    def content(self, list_id: int) -> Future[SmartContent]:
        """Return a smart playlist's tracks, found now."""
        return self._thread.submit(self.find, list_id)

    def preview(self, rules: SmartRules, *, of: int | None = None) -> Future[SmartContent]:
        """Return the tracks that some rules find, as if they were those of a smart playlist or of a new one."""
        return self._thread.submit(self.evaluate, rules, of=of)

    def known_content(self, list_id: int) -> SmartContent | None:
        """Return a smart playlist's tracks as last found; None before that."""
        with self._lock:
            return self._contents.get(list_id)

    def find(self, list_id: int) -> SmartContent:
        """Return a smart playlist's tracks, and keep them for `known_content`; this takes a while.

        Those of a list that no longer exists are none.
        """
        found = self.get(list_id)
        if found is None:
            with self._lock:
                self._contents.pop(list_id, None)
            return SmartContent()
        content = (
            SmartContent(problem=found.problem)
            if found.problem
            else self.evaluate(found.rules, of=list_id)
        )
        with self._lock:
            changed = self._contents.get(list_id) != content
            self._contents[list_id] = content
        if changed:
            self._events.emit(SmartListsChanged((list_id,)))
        return content

    def tracks(self, content: SmartContent) -> list[Track]:
        """Return the tracks of a content that are still in the library."""
        return self._catalogue.tracks.by_id(content.track_ids)

    def refresh(self) -> None:
        """Find the tracks of all smart playlists that are shown, and tell which have others; this takes a while."""
        for each in self.all():
            if self._closing.is_set():
                return
            self.find(each.id)

    def values(self, field: Field) -> Future[list[str]]:
        """Return the different texts of a field in the library, such as the genres, the most frequent first."""
        return self._thread.submit(self._values, field)

    def _values(self, field: Field) -> list[str]:
        column = self._facts.at(self._moment().now).text(field)
        counts: dict[str, int] = {}
        for texts, count in zip(
            column.texts,
            np.bincount(column.codes, minlength=len(column.texts)).tolist(),
            strict=True,
        ):
            for text in texts:
                if text.strip():
                    counts[text] = counts.get(text, 0) + count
        return sorted(counts, key=lambda text: (-counts[text], text))

    def evaluate(self, rules: SmartRules, *, of: int | None = None) -> SmartContent:
        """Return the tracks that some rules find; this takes a while."""
        inside = frozenset() if of is None else frozenset({of})
        return self._evaluate(rules, self._moment(), inside)

    def _evaluate(self, rules: SmartRules, moment: Moment, inside: frozenset[int]) -> SmartContent:
        facts = self._facts.at(moment.midnight if rules.daily else np.inf)

        def members(name: str) -> Collection[int] | None:
            return self._members(name, moment, inside)

        world = LibraryWorld(
            self._catalogue, self._nearest, facts, moment, members, daily=rules.daily
        )
        banned = self._facts.banned(facts)
        rows, matched = choose(rules, facts, world, unwanted=facts.missing | banned)
        return SmartContent(
            tuple(facts.ids[rows].tolist()),
            matched=len(matched),
            missing=int(facts.missing[matched].sum()),
            banned=int((banned & ~facts.missing)[matched].sum()),
            unknown_lengths=(
                0
                if rules.minutes is None
                else int(np.isnan(facts.number(Field.LENGTH)[rows]).sum())
            ),
            unheard=world.unheard,
            nothing_lately=world.nothing_lately,
            lost=tuple(world.lost),
        )

    def _members(self, name: str, moment: Moment, inside: frozenset[int]) -> Sequence[int] | None:
        """Return the tracks of a playlist, smart or not; None if it does not exist, or is being evaluated."""
        if (kept := self._catalogue.playlists.named(name)) is not None:
            return kept.track_ids
        other = self.named(name)
        if other is None or other.problem or other.id in inside:
            return None
        return self._evaluate(other.rules, moment, inside | {other.id}).track_ids

    def _existing(self, list_id: int) -> SmartList:
        if (found := self.get(list_id)) is None:
            raise MusicsimError("This smart playlist is not there any more: choose another one.")
        return found

    def wake(self) -> None:
        """Find the tracks again soon, if that was started: a playlist changed to which rules may refer."""
        if self._refresher is not None:
            self._refresher.wake()

    def _tell_of_change(self, list_id: int) -> None:
        self._events.emit(SmartListsChanged((list_id,)))
        self.wake()


def _smart_list(stored: StoredSmartList) -> SmartList:
    rules, problem = SmartRules(), ""
    own = READY_MADE.get(stored.ready_made or "")
    try:
        if stored.rules is not None:
            rules = from_json(stored.rules)
        elif own is not None:
            rules = own[1]
        else:
            problem = "This smart playlist was made by a newer musicsim: update this one to use it."
    except SmartRulesError as error:
        problem = str(error)
    return SmartList(
        stored.id,
        stored.name,
        rules,
        ready_made=stored.ready_made,
        is_edited=stored.ready_made is not None and stored.rules is not None,
        hidden=stored.hidden,
        problem=problem,
    )
