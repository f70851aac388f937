"""Deriving missing tags from the names of a file and its folders."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath

from musicsim.base.errors import display_path
from musicsim.library.types import Tags

_NUMBERED = re.compile(
    r"(?:(?P<disc>\d)[-.])?(?P<track>\d{1,3})(?:\s*[-.)_]\s*|\s+)(?P<rest>.*\D.*)"
)
# "Track 01" is not a real title: two albums of one artist would have the same song.
_NO_TITLE = re.compile(
    r"(?:(?:audio\s*)?(?:track|titel|title|piste|pista|traccia|faixa)|untitled|unknown)?[\s\d._#-]*",
    re.IGNORECASE,
)
_DASH = re.compile(r"\s+[-–—]\s+")
_DISC_FOLDER = re.compile(r"(?:cd|dis[ck])\s*[-_#.]?\s*(?P<disc>\d{1,2})\b.*", re.IGNORECASE)
_YEAR = re.compile(r"\s*[(\[](?P<year>(?:19|20)\d\d)[)\]]\s*|^(?P<first>(?:19|20)\d\d)\s+[-–—]\s+")
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


def complete(tags: Tags, below_root: PurePath) -> Tags:
    """Fill in a missing title, artist and album, if the path seems to contain them.

    A file's name may be "Artist - Title", "03 Title" or "2-03 - Artist - Title"; its folders may be "Artist/Album
    (1999)/CD 2" or "Artist - Album".

    Parameters
    ----------
    tags
        The file's tags, which are never overwritten.
    below_root
        The file's path below its music folder.
    """
    stem = _readable(below_root.stem)
    number, disc, artist, title = _of_file(stem)
    folder_disc, folder_artist, album, year = _of_folders(
        [_readable(p) for p in below_root.parts[:-1]]
    )
    if tags.title:
        # In a name of two parts, the first is the artist only if the second is the title.
        artist = artist if tags.title.casefold() == title.casefold() else ""
    elif tags.artist or folder_artist:
        # "Artist - Title" counts only with the known artist; otherwise the dash is part of the title.
        known = (tags.artist or folder_artist).casefold()
        if artist and artist.casefold() != known:
            title = f"{artist} - {title}"
        artist = ""
    if not (tags.artist or tags.album_artist):
        tags = replace(tags, artist=artist or folder_artist)
    if not tags.album and album:
        tags = replace(tags, album=album, year=tags.year or year)
    return replace(
        tags,
        title=tags.title or title,
        track_number=tags.track_number or number,
        disc_number=tags.disc_number or disc or folder_disc,
    )


def is_disc_folder(name: str) -> bool:
    """Return whether a folder of this name is one disc of the album around it."""
    return _DISC_FOLDER.fullmatch(name) is not None


def _readable(name: str) -> str:
    text = display_path(name)
    return text if " " in text else text.replace("_", " ").strip() or text


def _of_file(stem: str) -> tuple[int | None, int | None, str, str]:
    """Return track and disc number, artist and title in a file's name."""
    number = disc = None
    if found := _NUMBERED.fullmatch(stem):
        number, stem = int(found["track"]), found["rest"].strip()
        disc = int(found["disc"]) if found["disc"] else None
    artist, title = "", stem
    parts = _DASH.split(stem, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        artist, title = (part.strip() for part in parts)
    if _NO_TITLE.fullmatch(title):
        title = ""
    return number, disc, artist, title


def _of_folders(folders: list[str]) -> tuple[int | None, str, str, int | None]:
    """Return disc number, artist, album and year in the folders' names."""
    disc = None
    if folders and (found := _DISC_FOLDER.fullmatch(folders[-1])):
        disc = int(found["disc"])
        folders = folders[:-1]
    if not folders or folders[-1].casefold() in _ANY_MUSIC:
        return disc, "", "", None
    album, year = folders[-1], None
    if found := _YEAR.search(album):
        year = int(found["year"] or found["first"])
        album = _YEAR.sub(" ", album).strip() or folders[-1]
    artist = ""
    parts = _DASH.split(album, maxsplit=1)
    if len(parts) == 2 and all(part.strip() for part in parts):
        artist, album = (part.strip() for part in parts)
    elif len(folders) > 1 and folders[-2].casefold() not in _ANY_MUSIC:
        artist = folders[-2]
    else:
        # A single folder may be anything.
        return disc, "", "", None
    return disc, artist, album, year
