"""Plain facts about all tracks, as columns, so that a rule looks at 100,000 tracks at once."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.library.query.folding import fold
from musicsim.library.query.genres import split_genres
from musicsim.library.track_facts import PlayFacts, TrackFacts
from musicsim.playlists.rules.artists import artists_in
from musicsim.playlists.smart.rules import Field

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts, each different one once.

    Attributes
    ----------
    codes
        The text of each track; shape (N,).
    texts
        The different texts, as they are: each with the parts that a rule may mean, and the one to sort by first.
    folded
        The same, without case and accents.
    """

    codes: Rows
    texts: Sequence[tuple[str, ...]]
    folded: Sequence[tuple[str, ...]]


class Facts:
    """The facts about N tracks, by ascending id.

    Parameters
    ----------
    tracks
        By ascending id.
    plays
        By track; those that were never played or skipped may be left out.
    liked
        The tracks that the listener likes.
    folds
        Texts that were folded already, from earlier facts of the same library.
    """

    def __init__(
        self,
        tracks: Sequence[TrackFacts],
        plays: Mapping[int, PlayFacts] | None = None,
        liked: Collection[int] = (),
        folds: dict[str, str] | None = None,
    ) -> None:
        self.tracks = tracks
        self.plays = plays or {}
        self.ids = np.fromiter((track.id for track in tracks), np.int64, len(tracks))
        self.missing: Mask = np.fromiter((track.missing for track in tracks), bool, len(tracks))
        self.liked = self.rows_mask(liked)
        self._folds = {} if folds is None else folds
        self._numbers: dict[Field, Values] = {}
        self._coded: dict[Field, Coded] = {}

    def __len__(self) -> int:
        return len(self.tracks)

    def with_history(self, plays: Mapping[int, PlayFacts], liked: Collection[int]) -> Facts:
        """Return the same tracks with another history."""
        other = copy.copy(self)
        other.plays = plays
        other.liked = self.rows_mask(liked)
        history = (Field.PLAYS, Field.SKIPS, Field.PLAYED)
        other._numbers = {
            field: values for field, values in self._numbers.items() if field not in history
        }
        return other

    def rows_of(self, ids: Collection[int]) -> Rows:
        """Return the rows of some tracks, ascending, without those that are unknown."""
        wanted = np.fromiter(ids, np.int64, len(ids))
        return np.flatnonzero(np.isin(self.ids, wanted))

    def rows_mask(self, ids: Collection[int]) -> Mask:
        """Return which rows are some tracks; shape (N,)."""
        mask = np.zeros(len(self), bool)
        if len(ids):
            mask[self.rows_of(ids)] = True
        return mask

    def number(self, field: Field) -> Values:
        """Return the values of a number or a time; shape (N,), NaN where it is unknown."""
        if field not in self._numbers:
            self._numbers[field] = self._read_number(field)
        return self._numbers[field]

    def text(self, field: Field) -> Coded:
        """Return the values of a text."""
        if field not in self._coded:
            self._coded[field] = self._code(field)
        return self._coded[field]

    def fold(self, text: str) -> str:
        """Return a text without case, accents and double quotes, which stand around values; see `folding.fold`."""
        folded = self._folds.get(text)
        if folded is None:
            folded = self._folds[text] = fold(text).replace('"', "")
        return folded

    def _read_number(self, field: Field) -> Values:
        found: Iterable[float | None]
        match field:
            case Field.YEAR:
                found = (track.year for track in self.tracks)
            case Field.LENGTH:
                found = (_minutes(track.duration) for track in self.tracks)
            case Field.RATING:
                found = (track.rating for track in self.tracks)
            case Field.ADDED:
                found = (track.added_at for track in self.tracks)
            case _:
                return self._read_history(field)
        # As floats, None is NaN.
        return np.array(list(found), np.float64)

    def _read_history(self, field: Field) -> Values:
        values = np.full(len(self), np.nan if field is Field.PLAYED else 0.0)
        place = {Field.PLAYS: 0, Field.SKIPS: 1, Field.PLAYED: 2}[field]
        known = np.array(list(self.plays), np.int64)
        found = np.array([plays[place] for plays in self.plays.values()], np.float64)
        rows = np.searchsorted(self.ids, known)
        is_here = rows < len(self)
        is_here[is_here] = self.ids[rows[is_here]] == known[is_here]
        values[rows[is_here]] = found[is_here]
        return values

    def _code(self, field: Field) -> Coded:
        numbers: dict[Hashable, int] = {}
        key = _KEYS[field]
        codes = np.fromiter(
            (numbers.setdefault(key(track), len(numbers)) for track in self.tracks),
            np.intp,
            len(self.tracks),
        )
        parts = _PARTS.get(field, _itself)
        texts = [parts(each) for each in numbers]
        fold = self.fold
        return Coded(codes, texts, [tuple(fold(text) for text in each) for each in texts])


def parts_of_genre(genre: str) -> tuple[str, ...]:
    """Return a genre's tag and, if it holds several, each of them."""
    return tuple(dict.fromkeys((genre.strip(), *filter(None, split_genres(genre)))))


def format_of(file: str) -> str:
    """Return the suffix of a file's name in small letters, without its dot."""
    stem, dot, suffix = file.rpartition(".")
    return suffix.lower() if dot and stem and os.sep not in suffix else ""


def folder_of(file: str) -> str:
    """Return the folder of a file."""
    return file.rpartition(os.sep)[0]


def title_of(track: TrackFacts) -> str:
    """Return the title or, without one, the file's name."""
    if track.title:
        return track.title
    name = track.file.rpartition(os.sep)[2]
    return name.rpartition(".")[0] or name


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def _itself(key: Hashable) -> tuple[str, ...]:
    return (str(key),)


def _each_artist(key: Hashable) -> tuple[str, ...]:
    assert isinstance(key, tuple)
    artist, album_artist, artists = key
    named = [*artists_in(artist), *(each for name in artists for each in artists_in(name))]
    # By the album's artist first, so that a guest doesn't take a track out of its album.
    return tuple(dict.fromkeys((album_artist or artist, *named)))


_KEYS: dict[Field, Callable[[TrackFacts], Hashable]] = {
    Field.TITLE: title_of,
    Field.ARTIST: lambda track: (track.artist, track.album_artist, track.artists),
    Field.ALBUM: lambda track: track.album,
    Field.GENRE: lambda track: track.genre,
    Field.FOLDER: lambda track: folder_of(track.file),
    Field.FORMAT: lambda track: format_of(track.file),
}
_PARTS: dict[Field, Callable[[Hashable], tuple[str, ...]]] = {
    Field.ARTIST: _each_artist,
    Field.GENRE: lambda key: parts_of_genre(str(key)),
}
