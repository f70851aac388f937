"""Deriving missing tags from the names of a file and its folders."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath

from musicsim.base.errors import display_path
from musicsim.library.types import Tags

_NUMBER = r"(?:(?P<disc>\d)[-.])?(?P<track>\d{1,3})"
_NUMBERED = re.compile(rf"{_NUMBER}(?P<separator>\s*[-.)_]\s*|\s+)(?P<rest>.*\D.*)")
_NUMBER_ALONE = re.compile(rf"[#\[(]?(?:(?:track|no\.?|cd)\s*)?{_NUMBER}[\])]?\.?", re.IGNORECASE)
# "Track 01" is not a real title: two albums of one artist would have the same song.
_NO_TITLE = re.compile(
    r"(?:(?:audio\s*)?(?:track|titel|title|piste|pista|traccia|faixa)|untitled|unknown)?[\s\d._#-]*",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s+[-–—]\s+")
_DISC_FOLDER = re.compile(r"(?:cd|dis[ck])\s*[-_#.]?\s*(?P<disc>\d{1,2})\b.*", re.IGNORECASE)
_YEAR = re.compile(r"\s*[(\[](?P<year>(?:19|20)\d\d)[)\]]\s*|^(?P<first>(?:19|20)\d\d)\s+[-–—]\s+")
# Names in a row of hyphens, as releases have them: 05-artist_name-title.
_SCENE = re.compile(r"\d{2,3}-[^-]+-[^-]+|[^-]+-(?:[^-]+-)?\d{2,3}-[^-]+")
_SOME = 3
"""Files of a folder, so that what they have in common is no accident."""
_YEAR_ALONE = re.compile(r"[(\[]?(?P<year>(?:19|20)\d\d)[)\]]?")
# Folders for any music: neither an album nor an artist.
_ANY_MUSIC = frozenset(
    {
        "album", "albums", "artists", "audio", "collection", "compilations", "desktop", "downloads", "favorites",
        "favourites", "flac", "incoming", "itunes", "itunes media", "library", "lossless", "media", "misc",
        "miscellaneous", "mp3", "mp3s", "music", "new", "new folder", "other", "playlists", "singles", "songs",
        "soundtracks", "temp", "tmp", "torrents", "unknown", "unknown album", "unknown artist", "unsorted", "various",
        "various artists",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Named:
    """What a file's name says."""

    title: str
    artist: str = ""
    album: str = ""
    track: int | None = None
    disc: int | None = None
    year: int | None = None
    is_sure: bool = False
    """Whether a number in the middle shows which part is which."""


@dataclass(frozen=True, slots=True)
class _Folders:
    """What the folders' names say."""

    disc: int | None = None
    artist: str = ""
    album: str = ""
    year: int | None = None
    names: frozenset[str] = frozenset()
    """All of them, casefolded."""


def complete(
    tags: Tags, below_root: PurePath, siblings: Callable[[], tuple[str, ...]] = tuple
) -> Tags:
    """Fill in a missing title, artist and album, if the path seems to contain them.

    A file's name may be "Artist - Title", "03 Title", "2-03 - Artist - Title" or "Artist - Album - 05 - Title"; its
    folders may be "Artist/Album (1999)/CD 2" or "Artist - Album".

    Many artists and titles begin with a number: 50 Cent, 99 Luftballons. Without a separator, or with a mere hyphen, a
    number is a track's only with a leading zero, or if other files of the folder are numbered too. A name that begins
    with the name of a folder around it begins with the artist.

    Parameters
    ----------
    tags
        The file's tags, which are never overwritten.
    below_root
        The file's path below its music folder.
    siblings
        Returns the names of the files in its folder; called only if the answer depends on them.
    """
    folders = _of_folders([_readable(p) for p in below_root.parts[:-1]])
    stem = _readable(below_root.stem)
    named = _of_file(stem, tags, folders, siblings)
    title, artist = named.title, named.artist
    if tags.title:
        # In a name of two parts, the first is the artist only if the second is the title.
        artist = artist if tags.title.casefold() == title.casefold() else ""
    elif (tags.artist or folders.artist) and not named.is_sure:
        # "Artist - Title" counts only with the known artist; otherwise the dash is part of the title.
        known = (tags.artist or folders.artist).casefold()
        if artist and artist.casefold() != known:
            title = f"{artist} - {title}"
        artist = ""
    if not (tags.artist or tags.album_artist):
        tags = replace(tags, artist=artist or folders.artist)
    album, year = (named.album, named.year) if named.album else (folders.album, folders.year)
    if not tags.album and album:
        tags = replace(tags, album=album, year=tags.year or year)
    return replace(
        tags,
        title=tags.title or title,
        track_number=tags.track_number or named.track,
        disc_number=tags.disc_number or named.disc or folders.disc,
    )


def is_disc_folder(name: str) -> bool:
    """Return whether a folder of this name is one disc of the album around it."""
    return _DISC_FOLDER.fullmatch(name) is not None


def _readable(name: str) -> str:
    text = display_path(name)
    if " " in text:
        return text
    if "_" in text and _SCENE.fullmatch(text):
        text = text.replace("-", " - ")
    return text.replace("_", " ").strip() or text


def _of_file(
    stem: str, tags: Tags, folders: _Folders, siblings: Callable[[], tuple[str, ...]]
) -> _Named:
    """Return what a file's name says."""
    if named := _numbered_within(stem, tags, folders, siblings):
        return named
    track = disc = None
    if (
        (found := _NUMBERED.fullmatch(stem))
        and stem.casefold() != tags.title.casefold()
        and not _begins_with_artist(stem, tags, folders)
        and _is_track_number(found, siblings)
    ):
        track, stem = int(found["track"]), found["rest"].strip()
        disc = int(found["disc"]) if found["disc"] else None
    artist, title, album = "", stem, ""
    parts = _DASH.split(stem, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        artist, title = (part.strip() for part in parts)
        second = _DASH.search(title)
        if second and len(names := siblings()) >= _SOME:
            # "Artist - Album - Title", if all files of the folder have the same album.
            last = title[second.end() :]
            if _count_beginning(stem.removesuffix(last), names) == len(names):
                album, title = title[: second.start()].strip(), last
    album, year = _album_and_year(album)
    return _Named(
        _real(title), artist, album, track=track, disc=disc, year=year, is_sure=bool(album)
    )


def _numbered_within(
    stem: str, tags: Tags, folders: _Folders, siblings: Callable[[], tuple[str, ...]]
) -> _Named | None:
    """Return what a name like "Artist - Album - 05 - Title" says, or "Artist - 05 Title"; None for other names."""
    dashes = list(_DASH.finditer(stem))
    starts = [0, *(dash.end() for dash in dashes)]
    parts = [
        stem[start:end].strip()
        for start, end in zip(starts, [*(dash.start() for dash in dashes), None], strict=True)
    ]
    if len(parts) < 2 or not all(parts):
        return None
    for index in range(len(parts) - 2, 0, -1):
        if found := _NUMBER_ALONE.fullmatch(parts[index]):
            title = stem[starts[index + 1] :].strip()
            before = parts[:index]
            beginning = stem[: starts[index + 1]]
            # "Adele - 21 - Title"
            if not found["track"].startswith("0") and _count_beginning(beginning, siblings()) > 1:
                return _Named(_real(title), before[0], parts[index], is_sure=True)
            break
    else:
        before = parts[:-1]
        found = _NUMBERED.fullmatch(parts[-1])
        if found is None:
            return None
        is_dotted = len(before) > 1 and found["separator"].strip() in (".", ")")
        if not is_dotted and not found["track"].startswith("0"):
            return None
        title = found["rest"].strip()
    artist, *rest = before
    album, year = _album_and_year(" - ".join(p for p in rest if not _YEAR_ALONE.fullmatch(p)))
    years = [int(found_year["year"]) for p in rest if (found_year := _YEAR_ALONE.fullmatch(p))]
    if not album and artist.casefold() in (tags.album.casefold(), folders.album.casefold()):
        artist, album = "", artist
    return _Named(
        _real(title),
        artist,
        album,
        track=int(found["track"]),
        disc=int(found["disc"]) if found["disc"] else None,
        year=next(iter(years), year),
        is_sure=True,
    )


def _real(title: str) -> str:
    """Return a title, or nothing if it is only a number or a word for a track."""
    return "" if _NO_TITLE.fullmatch(title) else title


@lru_cache(maxsize=4)
def _count_beginning(beginning: str, names: tuple[str, ...]) -> int:
    """Return how many names begin alike, or with a number before it."""
    found = (_readable(name).partition(beginning) for name in names)
    return sum(bool(match) and not before.strip(" -.)_0123456789") for before, match, _ in found)


def _begins_with_artist(stem: str, tags: Tags, folders: _Folders) -> bool:
    """Return whether a name begins with the artist, as far as tags and folders name one: 50 Cent."""
    name = stem.casefold()
    artists = {tags.artist.casefold(), tags.album_artist.casefold(), folders.artist.casefold()}
    # Any folder's name that begins with a number but is none.
    artists |= {folder for folder in folders.names if folder[:1].isdigit() and " " in folder}
    return any(
        artist and name.startswith(artist) and not name[len(artist) :][:1].isalnum()
        for artist in artists
    )


def _is_track_number(found: re.Match[str], siblings: Callable[[], tuple[str, ...]]) -> bool:
    """Return whether the number at the beginning of a name is a track's."""
    separator, digits = found["separator"], found["track"]
    # Neither "99 Luftballons" nor "4-Ever".
    is_separate = not separator.isspace() and separator != "-"
    if found["disc"] or digits.startswith("0") or (is_separate and len(digits) < 3):
        return True
    names = siblings()
    if not names:
        return is_separate
    numbers = _numbers(names)
    number, numbered = int(digits), sum(numbers.values())
    if not {number - 1, number + 1}.isdisjoint(numbers):
        return 3 * numbered > 2 * len(names)
    # Some tracks of the album are missing.
    return len(numbers) == len(names) > 1 and max(numbers) <= 3 * len(names)


@lru_cache(maxsize=2)
def _numbers(names: tuple[str, ...]) -> Mapping[int, int]:
    """Return the numbers with which names begin, and how many begin with each."""
    found = (_NUMBERED.match(_readable(name)) for name in names)
    return Counter(int(each["track"]) for each in found if each)


def _of_folders(folders: list[str]) -> _Folders:
    """Return what the folders' names say."""
    disc = None
    if folders and (found := _DISC_FOLDER.fullmatch(folders[-1])):
        disc = int(found["disc"])
        folders = folders[:-1]
    names = frozenset(folder.casefold() for folder in folders)
    if not folders or folders[-1].casefold() in _ANY_MUSIC:
        return _Folders(disc, names=names)
    album, year = _album_and_year(folders[-1])
    artist = ""
    parts = _DASH.split(album, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        artist, album = (part.strip() for part in parts)
        album, first_year = _album_and_year(album)
        year = year or first_year
    elif len(folders) > 1 and folders[-2].casefold() not in _ANY_MUSIC:
        artist = folders[-2]
    else:
        # A single folder may be anything.
        return _Folders(disc, names=names)
    return _Folders(disc, artist, album, year, names)


def _album_and_year(text: str) -> tuple[str, int | None]:
    """Return an album's title, and the year in brackets or before it."""
    found = _YEAR.search(text)
    if found is None:
        return text, None
    return _YEAR.sub(" ", text).strip() or text, int(found["year"] or found["first"])
