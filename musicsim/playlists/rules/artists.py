"""Keys that the tracks of an artist, and the tracks of an album, have in common."""

from __future__ import annotations

import os
import re
from functools import lru_cache
from pathlib import PurePath

from musicsim.library.query.folding import fold
from musicsim.library.tags.names import is_disc_folder
from musicsim.library.types import Track
from musicsim.playlists.rules.key_words import key_words, words_of
from musicsim.playlists.rules.nobody import is_no_album, is_nobody

# What announces guests, in folded text. Some of it is also part of names. "X" is, as the last word: Lil Nas X feat. Y.
_ANNOUNCED = (
    r"\s*[(\[]\s*(?:feat|ft|featuring|with|w/|avec|mit|con|com|med|prod)\b|\s+(?:feat|ft|part)\.|"
    r"\s+(?:feat|ft|featuring)\s+(?=\S)|\s+w/"
)
_CERTAIN = rf"{_ANNOUNCED}|\s*(?:;|\\\\|//|、|•)\s*"
_POSSIBLE = (
    r"\s+(?:with|vs|versus|meets|presents|pres|introducing|starring|prod|and|und|et|och|og|y|и|та|avec|mit|con|com|med|"
    r"при участии|x(?=\s+(?!(?:feat|ft|featuring|with|and|vs|x)\b|[&+/,;])))(?:\.\s*|\s+)(?=\S)|"
    # Without spaces only between longer names, since AC/DC is one; names in signs of Chinese are short.
    r"\s+[/&+×|]\s+|(?:(?<=\S\S\S)|(?<=[\u3040-\u9fff]{2}))[/&+×](?=\S\S\S|[\u3040-\u9fff]{2})"
)
_GUESTS = re.compile(_CERTAIN)
_GUESTS_AS_WRITTEN = re.compile(_ANNOUNCED, re.IGNORECASE)
_NAMES = re.compile(_CERTAIN, re.IGNORECASE)
_SEVERAL_GUESTS = re.compile(r",|\s(?:[&+]|and)\s", re.IGNORECASE)
_GUESTS_OR_NAME = re.compile(f"{_CERTAIN}|{_POSSIBLE}")
_LISTED = re.compile(r",\s*")
_INVERTED = re.compile(
    r"(.+?),\s*(the|a|an|der|die|das|les?|la|los|las|el|il|lo|gli|os?|as|de|het)"
)
_ARTICLE = re.compile(r"the\s+(?=\S)")
_AND = re.compile(r"(?<=\s)[&+](?=\s)")
_DISC = re.compile(
    r"[\s,:_-]*[(\[]?\s*\b(?:dis[ck]|cd|disque|disco)\s*[-.#]?\s*(?:\d+|i{1,3}|one|two)\s*[)\]]?$"
)


def artist_key(track: Track) -> str:
    """Return the key of the tracks by a track's main artist; empty if nobody is named.

    Guests count for the main artist, and so does every spelling of the name: "The X", "X, The", case, accents, spaces.
    Various and unknown artists are nobody.

    "&", "/" and their like announce a guest, but are also part of names. The name that the music is filed under
    decides, the album artist's or that of a folder: with one of them, "Simon & Garfunkel" is a name, and "Mara & Fay"
    by the album artist Mara is Mara. Otherwise the first name is the main artist. If that is a mistake, two artists
    share a limit, but only if the first name is also an artist's of its own. The opposite mistake happens more often,
    and gives an artist with a different guest on each track the whole list. A comma separates names only if the music
    is filed under the first, since it is also part of "Tyler, The Creator" and of "Davis, Miles".
    """
    credited = track.first_artist or track.tags.artist
    album_artist = track.tags.album_artist
    if is_nobody(credited):
        credited, album_artist = album_artist, ""
    if is_nobody(credited):
        return ""
    main, names = _names(credited)
    if len(names) == 1:
        return main
    if is_nobody(album_artist):
        filed_under = _artist_folders(os.path.dirname(track.file))  # noqa: PTH120 (quick)
    else:
        filed_under = (_whole_name(album_artist),)
    return next((name for name in filed_under if name in names), main)


def album_key(track: Track) -> tuple[str, str] | None:
    """Return the key of the tracks of a track's album: whose it is, and its title; None without a title.

    An album is its artist's. A compilation is nobody's, with or without an album artist. Without either, a folder of
    the album's name holds one album, by one artist or by several.
    """
    title = "" if is_no_album(track.tags.album) else album_title_key(track.tags.album)
    if not title:
        return None
    album_artist = track.tags.album_artist
    if not is_nobody(album_artist):
        return _whole_name(album_artist), title
    if album_artist or track.compilation:
        return "", title
    folder, name = _album_folder(os.path.dirname(track.file))  # noqa: PTH120 (quick)
    if f" {title} " in f" {name} ":
        return folder, title
    return artist_key(track), title


def credit_key(credit: str) -> str:
    """Return the key of the first artist of a credit, with everything that may be a guest left out."""
    return _names(credit)[0]


def artists_in(credit: str) -> tuple[str, ...]:
    """Return a credit as it is and, if it certainly has guests, each of the names in it.

    "A feat. B & C" are A, "B & C", B and C. Without such words, "&" and "/" are parts of a name.
    """
    names = _NAMES.split(credit)
    if len(names) == 1:
        return (credit,)
    for part in _GUESTS_AS_WRITTEN.split(credit)[1:]:
        names += [name for guests in _NAMES.split(part) for name in _SEVERAL_GUESTS.split(guests)]
    return tuple(dict.fromkeys((credit, *filter(None, map(_bare, names)))))


def _bare(name: str) -> str:
    """Return a name without what is left beside it of "feat." and of brackets."""
    name = name.strip().removeprefix(".").strip()
    return name if "(" in name or "[" in name else name.rstrip(")]").rstrip()


@lru_cache(maxsize=4096)
def album_title_key(album: str) -> str:
    """Return the key of an album's title, the same for all its discs; empty if it has no words."""
    return words_of(_DISC.sub("", fold(album))) if album else ""


@lru_cache(maxsize=16_384)
def _names(credit: str) -> tuple[str, frozenset[str]]:
    """Return the key of the first artist of a credit, and the keys of all names that the credit may begin with."""
    text = fold(credit)
    ends = [found.start() for found in _GUESTS_OR_NAME.finditer(text) if found.start() > 0]
    listed = [found.start() for found in _LISTED.finditer(text)]
    names = {end: _name(text[:end]) for end in {len(text), *ends, *listed}}
    return names[min(ends, default=len(text))], frozenset(names.values())


@lru_cache(maxsize=4096)
def _whole_name(credit: str) -> str:
    """Return the key of a credit without those who are certainly guests."""
    text = fold(credit)
    ends = (found.start() for found in _GUESTS.finditer(text) if found.start() > 0)
    return _name(text[: next(ends, len(text))])


def _name(text: str) -> str:
    """Return the key of one name in folded text."""
    if inverted := _INVERTED.fullmatch(text.strip()):
        text = f"{inverted[2]} {inverted[1]}"
    words = words_of(_AND.sub("and", text))
    return _ARTICLE.sub("", words, count=1) if words.startswith("the ") else words


@lru_cache(maxsize=4096)
def _artist_folders(folder: str) -> tuple[str, ...]:
    """Return the keys that a folder and those around it have as an artist's: Artist/Album, "Artist - Album"."""
    names = (
        name
        for part in reversed(PurePath(folder).parts[1:][-3:])
        for name in (part, part.partition(" - ")[0])
    )
    return tuple(dict.fromkeys(_name(fold(name)) for name in names))


@lru_cache(maxsize=4096)
def _album_folder(folder: str) -> tuple[str, str]:
    """Return the folder of an album, given that of a file, and the words of its name."""
    path = PurePath(folder)
    if is_disc_folder(path.name):
        path = path.parent
    return str(path), key_words(path.name)
