"""Groups of tracks that sound alike: their names in plain words, and the tracks whose covers stand for them."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from musicsim.library.catalogue.playlist_names import cleaned_name
from musicsim.library.query.folding import fold
from musicsim.library.query.genres import split_genres
from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key

FEWEST_TAGGED = 1 / 3
"""Share of a group's tracks that must have a genre, or a year, for it to describe the group."""
MOST_OF_THEM = 0.5
"""Share of these that must agree on a genre; also share of the tracks that makes them mostly some artists'."""
BOTH_OF_THEM = 0.6
"""Share that two genres, or two decades in a row, must reach together."""
FEWEST_OF_SECOND = 0.25
"""Share that the second of them must reach."""
FEWEST_BESIDES = 0.35
"""Share of them that a second genre must have to be named beside one that most agree on, without tracks of both."""
FEWEST_BY_ARTIST = 0.1
"""Share of a group's tracks that a typical artist must have, at least two tracks."""
MOST_ARTISTS = 3
LONGEST_PART = 40
"""Characters of a genre, an artist or a title in a name."""

_NO_GENRE = frozenset(
    {"", "unknown", "other", "misc", "miscellaneous", "genre", "none", "default", "music"}
)
_NO_ARTIST = frozenset(
    {"", "unknown", "unknown artist", "<unknown>", "[unknown]", "various", "various artists", "va", "v.a.", "artist",
     "no artist", "[no artist]", "anonymous", "[anonymous]", "n/a", "none"}
)  # fmt: skip
_NO_TITLE = re.compile(r"(track|audio ?track|piste|titel|spur|pista)[\s_#.-]*\d+", re.IGNORECASE)
_FIRST_YEAR, _LAST_YEAR = 1500, 2099


@dataclass(frozen=True, slots=True)
class _Facts:
    """The facts that the tracks of a group share.

    Attributes
    ----------
    genres
        One, or two that are about as frequent.
    decade
        Such as ``1990s`` or ``1980s–1990s``.
    artists
        The most typical first.
    mostly_theirs
        Whether at least half of the tracks are theirs.
    folder
        The name of a folder that holds at least half of the tracks, but not most of all music.
    title
        The title of the most typical track; empty if it is that of any track on an untagged CD.
    number
        The group's number, from 1, without those that are taken.
    """

    genres: tuple[str, ...]
    decade: str
    artists: tuple[str, ...]
    mostly_theirs: bool
    folder: str
    title: str
    number: int

    def names(self) -> Iterator[str]:
        """Yield the group's possible names: first a short one, then longer ones, last those that say little."""
        genre = _joined(self.genres)
        of_decade = f"{self.decade} {genre}".strip()
        artists = [_joined(self.artists[:count]) for count in range(1, len(self.artists) + 1)]
        if genre:
            yield genre
            yield of_decade
            for some in artists:
                yield f"{genre} with {some}"
                yield f"{of_decade} with {some}"
        elif artists:
            yield artists[-1] if self.mostly_theirs else _joined((*self.artists, "others"))
            if self.decade:
                yield f"{self.decade} with {artists[-1]}"
        elif self.folder:
            yield f"From “{self.folder}”"
            if self.decade:
                yield f"{self.decade} from “{self.folder}”"
        elif self.decade:
            yield f"Music of the {self.decade}"
        if self.title and genre:
            yield f"{of_decade} like “{self.title}”"
        elif genre:
            yield f"{of_decade} {self.number}"
        if self.title:
            yield f"Like “{self.title}”"
        yield f"Group {self.number}"


def name_groups(groups: Sequence[Sequence[Track]], taken: Collection[str] = ()) -> list[str]:
    """Return a name for each group, in plain words from the tags that its tracks share.

    If several groups have the same short name, such as "Rock", all of them get longer ones: "1970s Rock", "Rock with
    Nirvana and Hole". Groups without usable tags are named after their folder, "From “Radio”", or after their most
    typical track, "Like “So What”".

    Parameters
    ----------
    groups
        The tracks of each group, the most typical first.
    taken
        Names of other groups, which are not used again.
    """
    everywhere = Counter(fold(track.artist).strip() for tracks in groups for track in tracks)
    used = {name.casefold() for name in taken}
    numbers = (number for number in itertools.count(1) if f"group {number}" not in used)
    folders = _common_folders([track for tracks in groups for track in tracks])
    facts = [
        _facts_of(tracks, everywhere, folders, number)
        for number, tracks in zip(numbers, groups, strict=False)
    ]
    candidates = [list(each.names()) for each in facts]
    level = [0] * len(groups)
    while True:
        names = [own[step] for own, step in zip(candidates, level, strict=True)]
        count = Counter(name.casefold() for name in names)
        clashing = [
            i
            for i, name in enumerate(names)
            if (count[name.casefold()] > 1 or name.casefold() in used)
            and level[i] + 1 < len(candidates[i])
        ]
        if not clashing:
            # The last ones are numbers, of which each is used once.
            return names
        for i in clashing:
            level[i] += 1


def says_little(name: str) -> bool:
    """Return whether a name only numbers a group, or only names one of its tracks or its folder."""
    return re.fullmatch(r"(Group( \d+)?|(Like|From) “.*”)( \(\d+\))?", name) is not None


def cover_tracks(tracks: Iterable[Track], count: int = 4) -> list[Track]:
    """Return the first tracks of different albums, at most `count`; without an album, of different folders."""
    of_albums: dict[object, Track] = {}
    for track in tracks:
        key = album_key(track) or track.path.parent
        of_albums.setdefault(key, track)
    return list(itertools.islice(of_albums.values(), count))


def _facts_of(
    tracks: Sequence[Track], everywhere: Counter[str], common: Collection[str], number: int
) -> _Facts:
    artists = _artists(tracks, everywhere)
    keys = {fold(artist) for artist in artists}
    theirs = sum(fold(_part(track.artist)) in keys for track in tracks)
    return _Facts(
        genres=_genres(tracks),
        decade=_decade(tracks),
        artists=artists,
        mostly_theirs=theirs >= MOST_OF_THEM * len(tracks),
        folder=_folder(tracks, common),
        title=_part(tracks[0].title) if tracks and not _NO_TITLE.fullmatch(tracks[0].title) else "",
        number=number,
    )


def _genres(tracks: Sequence[Track]) -> tuple[str, ...]:
    spellings: dict[str, Counter[str]] = {}
    share: Counter[str] = Counter()
    tagged = 0
    for track in tracks:
        own = {fold(text): text for text in split_genres(track.tags.genre)}
        own = {key: text for key, text in own.items() if key not in _NO_GENRE}
        tagged += bool(own)
        for key, text in own.items():
            spellings.setdefault(key, Counter())[text] += 1
            share[key] += 1
    if not tagged or tagged < FEWEST_TAGGED * len(tracks):
        return ()
    (first, most), *others = _ordered(share)
    besides = Counter(
        key for track in tracks for key in _keys(track) - _NO_GENRE if first not in _keys(track)
    )
    chosen: list[str] = []
    if most >= MOST_OF_THEM * tagged:
        chosen = [first]
        beside = _ordered(besides)[:1]
        chosen += [key for key, count in beside if count >= FEWEST_BESIDES * tagged]
    elif others and others[0][1] >= FEWEST_OF_SECOND * tagged:
        second = others[0][0]
        both = sum(bool({first, second} & _keys(track)) for track in tracks)
        chosen = [first, second] if both >= BOTH_OF_THEM * tagged else []
    texts = (_part(_ordered(spellings[key])[0][0]) for key in chosen)
    return tuple(text for text in texts if text)


def _folders(track: Track) -> set[str]:
    """Return the names of a track's folder and of the one around it."""
    return {folder.name for folder in (track.path.parent, track.path.parent.parent)} - {""}


def _common_folders(tracks: Sequence[Track]) -> set[str]:
    """Return the folders that hold too many of all tracks to tell groups apart."""
    counts = Counter(name for track in tracks for name in _folders(track))
    return {name for name, count in counts.items() if count > MOST_OF_THEM * len(tracks)}


def _folder(tracks: Sequence[Track], common: Collection[str]) -> str:
    counts = Counter(name for track in tracks for name in _folders(track) if name not in common)
    for name, count in _ordered(counts)[:1]:
        if count >= MOST_OF_THEM * len(tracks):
            return _part(name)
    return ""


def _keys(track: Track) -> set[str]:
    return {fold(text) for text in split_genres(track.tags.genre)}


def _decade(tracks: Sequence[Track]) -> str:
    years = [track.tags.year for track in tracks]
    decades = Counter(
        year // 10 * 10 for year in years if year and _FIRST_YEAR <= year <= _LAST_YEAR
    )
    dated = decades.total()
    if not dated or dated < FEWEST_TAGGED * len(tracks):
        return ""
    decade, most = max(decades.items(), key=lambda item: (item[1], item[0]))
    if most >= BOTH_OF_THEM * dated:
        return f"{decade}s"
    first = max((decade - 10, decade), key=lambda start: decades[start] + decades[start + 10])
    if decades[first] + decades[first + 10] >= BOTH_OF_THEM * dated:
        return f"{first}s–{first + 10}s"
    return ""


def _artists(tracks: Sequence[Track], everywhere: Counter[str]) -> tuple[str, ...]:
    """Return the typical artists: those with many tracks here, and few in other groups."""
    spellings: dict[str, Counter[str]] = {}
    for track in tracks:
        if (key := fold(track.artist).strip()) not in _NO_ARTIST:
            spellings.setdefault(key, Counter())[track.artist.strip()] += 1
    count = {key: texts.total() for key, texts in spellings.items()}
    fewest = max(2, FEWEST_BY_ARTIST * len(tracks))
    typical = Counter(
        {
            key: round(1e6 * own * own / max(everywhere[key], own))
            for key, own in count.items()
            if own >= fewest
        }
    )
    # Otherwise, the artist of the most typical track that has one.
    chosen = [key for key, _ in _ordered(typical)[:MOST_ARTISTS]] or list(count)[:1]
    texts = (_part(_ordered(spellings[key])[0][0]) for key in chosen)
    return tuple(text for text in texts if text)


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return the counts, the highest first, and equal ones by their text."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _part(text: str) -> str:
    text = " ".join(cleaned_name(text, instead="").split())
    return text if len(text) <= LONGEST_PART else text[: LONGEST_PART - 1].rstrip() + "…"


def _joined(texts: Sequence[str]) -> str:
    """Return an enumeration: ``Blues``, ``Blues and Soul``, ``Blues, Soul and Funk``."""
    *first, last = texts or ("",)
    return f"{', '.join(first)} and {last}" if first else last
