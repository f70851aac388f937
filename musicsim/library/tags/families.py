"""The keys of each tag family: one table per family, with the names on which Picard's and foobar2000's tables agree.

A family returns the raw values of a field, and `musicsim.library.tags` interprets them. Fields are named as in `Tags`
and `TagDetails`. If a field has several keys, the first with a value wins.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mutagen._vorbis import VComment
from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.mp4 import MP4FreeForm, MP4Tags
from mutagen.oggopus import OggOpus

from musicsim.library.tags.ratings import Popularimeter, Values
from musicsim.library.tags.stand_ins import as_text
from musicsim.library.tags.undecoded import WORDS, Decoder

Table = Mapping[str, tuple[str, ...]]

_LATIN_1: Final = 0
"""ID3's mark for Latin-1, which many programs use for the system's own encoding."""
_MP4_DATA: Final = 16
"""Bytes of an atom before its text."""
_MP4_UTF_16: Final = 2
"""The type of an atom in UTF-16."""
_MP4_INTEGER: Final = 21

_REPLAY_GAIN: Final = {
    "track_gain": ("replaygain_track_gain",),
    "track_peak": ("replaygain_track_peak",),
    "album_gain": ("replaygain_album_gain",),
    "album_peak": ("replaygain_album_peak",),
}

_REPLAY_GAINS: Final = frozenset({"track_gain", "album_gain"})
_R128: Final = ("r128_track_gain", "r128_album_gain")
"""Tags specific to Opus."""

_MUSICBRAINZ: Final = {
    "release_track_id": "Release Track Id",
    "release_id": "Album Id",
    "release_group_id": "Release Group Id",
    "artist_ids": "Artist Id",
    "album_artist_ids": "Album Artist Id",
}
# Names that families of free text share.
_FREE_TEXT: Final = {
    "track_total": ("tracktotal", "totaltracks"),
    "disc_total": ("disctotal", "totaldiscs"),
    "composers": ("composer",),
    "key": ("key", "initialkey"),
    "fmps_rating": ("fmps_rating", "fmps_rating_user"),
    "wmp_rating": ("rating wmp",),
    "rating": ("rating", "rating:"),
    "recording_id": ("musicbrainz_trackid",),
    **{
        field: (f"musicbrainz_{name.replace(' ', '').casefold()}",)
        for field, name in _MUSICBRAINZ.items()
    },
    **_REPLAY_GAIN,
}

_ID3: Table = {
    "title": ("TIT2",),
    "artists": ("TPE1",),
    "album": ("TALB",),
    "album_artists": ("TPE2", "TXXX:ALBUM ARTIST", "TXXX:ALBUMARTIST"),
    "genres": ("TCON",),
    "date": ("TDRC", "TYER", "TDRL"),
    "original_date": ("TDOR", "TORY"),
    "track_number": ("TRCK",),
    "track_total": ("TXXX:TOTALTRACKS", "TXXX:TRACKTOTAL"),
    "disc_number": ("TPOS",),
    "disc_total": ("TXXX:TOTALDISCS", "TXXX:DISCTOTAL"),
    "composers": ("TCOM",),
    "compilation": ("TCMP",),
    "bpm": ("TBPM",),
    "key": ("TKEY",),
    "fmps_rating": ("TXXX:FMPS_Rating", "TXXX:FMPS_Rating_User"),
    "rating": ("TXXX:RATING",),
    "recording_id": ("UFID:http://musicbrainz.org", "TXXX:MusicBrainz Track Id"),
    "lyrics": ("USLT", "SYLT"),
    "cover": ("APIC",),
    **{field: (f"TXXX:MusicBrainz {name}",) for field, name in _MUSICBRAINZ.items()},
    **{field: (f"TXXX:{key}",) for field, (key,) in _REPLAY_GAIN.items()},
}
_ITUNES = "----:com.apple.iTunes:"
_WINAMP = "----:org.hydrogenaudio.replaygain:"
"""Where Winamp and others keep ReplayGain."""
_MP4: Table = {
    "title": ("\xa9nam",),
    "artists": ("\xa9ART",),
    "album": ("\xa9alb",),
    "album_artists": ("aART",),
    "genres": ("\xa9gen",),
    "date": ("\xa9day",),
    "original_date": (f"{_ITUNES}ORIGINALDATE", f"{_ITUNES}ORIGINALYEAR"),
    "track_number": ("trkn",),
    "disc_number": ("disk",),
    "composers": ("\xa9wrt",),
    "compilation": ("cpil",),
    "bpm": ("tmpo", f"{_ITUNES}BPM"),
    "key": (f"{_ITUNES}initialkey", f"{_ITUNES}KEY"),
    "fmps_rating": (f"{_ITUNES}FMPS_Rating", f"{_ITUNES}FMPS_Rating_User"),
    "wmp_rating": (f"{_ITUNES}RATING WMP",),
    "rating": ("rate", f"{_ITUNES}RATING"),
    "recording_id": (f"{_ITUNES}MusicBrainz Track Id",),
    "lyrics": ("\xa9lyr",),
    "cover": ("covr",),
    **{field: (f"{_ITUNES}MusicBrainz {name}",) for field, name in _MUSICBRAINZ.items()},
    **{field: (f"{_ITUNES}{key}", f"{_WINAMP}{key}") for field, (key,) in _REPLAY_GAIN.items()},
}
_MP4_TEXTS: Final = frozenset(
    key
    for field in (*WORDS, "date", "rating")
    for key in _MP4[field]
    if not key.startswith(_ITUNES)
)
_VORBIS: Table = {
    "title": ("title",),
    "artists": ("artist",),
    "album": ("album",),
    "album_artists": ("albumartist", "album artist", "album_artist"),
    "genres": ("genre",),
    "date": ("date", "year"),
    "original_date": ("originaldate", "originalyear"),
    "track_number": ("tracknumber",),
    "disc_number": ("discnumber",),
    "compilation": ("compilation", "itunescompilation"),
    "bpm": ("bpm", "tempo"),
    "lyrics": ("lyrics", "unsyncedlyrics", "syncedlyrics"),
    "cover": ("metadata_block_picture", "coverart"),
    "r128_track_gain": ("r128_track_gain",),
    "r128_album_gain": ("r128_album_gain",),
    **_FREE_TEXT,
}
_APE: Table = {
    "title": ("title",),
    "artists": ("artist",),
    "album": ("album",),
    "album_artists": ("album artist", "albumartist"),
    "genres": ("genre",),
    "date": ("year", "date"),
    "original_date": ("originaldate", "originalyear", "original year"),
    "track_number": ("track", "tracknumber"),
    "disc_number": ("disc", "discnumber"),
    "compilation": ("compilation",),
    "bpm": ("bpm",),
    "lyrics": ("lyrics", "unsyncedlyrics"),
    "cover": ("cover art (front)", "cover art (other)"),
    **_FREE_TEXT,
}
_ASF: Table = {
    "title": ("Title",),
    "artists": ("Author", "WM/Author"),
    "album": ("WM/AlbumTitle",),
    "album_artists": ("WM/AlbumArtist",),
    "genres": ("WM/Genre",),
    "date": ("WM/Year", "date", "Year"),  # the second is FFmpeg's
    "original_date": ("WM/OriginalReleaseTime", "WM/OriginalReleaseYear"),
    "track_number": ("WM/TrackNumber", "WM/Track"),
    "track_total": ("TrackTotal", "TotalTracks"),
    "disc_number": ("WM/PartOfSet",),
    "disc_total": ("DiscTotal", "TotalDiscs"),
    "composers": ("WM/Composer",),
    "compilation": ("WM/IsCompilation",),
    "bpm": ("WM/BeatsPerMinute",),
    "key": ("WM/InitialKey",),
    "fmps_rating": ("FMPS/Rating", "FMPS_Rating", "FMPS/Rating_User", "FMPS_Rating_User"),
    "shared_rating": ("WM/SharedUserRating",),
    "rating": ("Rating",),
    "recording_id": ("MusicBrainz/Track Id",),
    "lyrics": ("WM/Lyrics", "WM/Lyrics_Synchronised"),
    "cover": ("WM/Picture",),
    **{field: (f"MusicBrainz/{name}",) for field, name in _MUSICBRAINZ.items()},
    **_REPLAY_GAIN,
}


@dataclass(frozen=True, slots=True)
class Carrier:
    """Tags of one kind in a file."""

    tags: Any
    """mutagen's, or a mapping with the names of Vorbis comments."""
    pictures: tuple[Any, ...] = ()
    """FLAC's own."""
    of: Any = None
    """mutagen's file, if the format has these tags itself."""
    declared: str = ""
    """The encoding of 8-bit text that the file declares."""


def values_of(carriers: Iterable[Carrier]) -> Values:
    """Return the function that returns a field's values: those of the first carrier that has any."""
    by_encoding: dict[str, list[Values]] = {}
    several = [(carrier, _of_tags(carrier)) for carrier in carriers]
    for carrier, values in several:
        by_encoding.setdefault(carrier.declared, []).append(values)
    decoded = {declared: Decoder(values, declared) for declared, values in by_encoding.items()}

    def of(field: str) -> list[Any]:
        for carrier, values in several:
            if found := values(field):
                return decoded[carrier.declared].of(field, found)
        return []

    return of


def _of_tags(carrier: Carrier) -> Values:
    tags = carrier.tags
    if isinstance(tags, ID3):
        return _of_id3(tags)
    if isinstance(tags, MP4Tags):
        return _by_key(_MP4, _atoms(tags), _plain)
    if isinstance(tags, APEv2):
        return _of_apev2(tags)
    if isinstance(tags, ASFTags):
        return _by_key(_ASF, tags.as_dict().items(), lambda values: [v.value for v in values])
    values = _by_key(_VORBIS, _comments(tags).items(), list)
    pictures = list(filter(_says_something, carrier.pictures))
    if isinstance(carrier.of, OggOpus) and any(map(values, _R128)):
        # The others are not for Opus (RFC 7845, 5.2.1): encoders copy them from the source file.
        return lambda field: [] if field in _REPLAY_GAINS else values(field)
    return lambda field: pictures if field == "cover" and pictures else values(field)


def _comments(tags: Any) -> dict[str, list[str]]:
    """Return Vorbis comments by their names; mutagen goes through all of them for each name."""
    comments: dict[str, list[str]] = {}
    for name, value in tags if isinstance(tags, VComment) else tags.items():
        # Quod Libet adds an e-mail address: RATING:ANN@HOME.
        name = "rating:" if name.casefold().startswith("rating:") else name.casefold()
        values = comments.setdefault(name, [])
        if isinstance(value, list):
            values += value
        else:
            values.append(value)
    return comments


def _by_key(
    table: Table, items: Iterable[tuple[str, Any]], values: Callable[[Any], list[Any]]
) -> Values:
    """Look up fields by their keys, ignoring case."""
    known: dict[str, Any] = {}
    for key, value in items:
        known.setdefault(key.casefold(), value)

    def of(field: str) -> list[Any]:
        for key in table.get(field, ()):
            value = known.get(key.casefold())
            if value is not None and (found := list(filter(_says_something, values(value)))):
                return found
        return []

    return of


def _says_something(value: Any) -> bool:
    """Return whether a value is more than an empty or lost text, iTunes' 0 for a tempo, or a picture of no bytes."""
    if isinstance(value, str):
        return bool(value.strip("\0 \t\r\n\N{REPLACEMENT CHARACTER}"))
    if isinstance(value, bytes | int | float):
        return bool(value)
    return bool(getattr(value, "data", True))


def _atoms(tags: MP4Tags) -> Iterator[tuple[str, Any]]:
    """Yield MP4's atoms, and then those that mutagen keeps unread because their text is not as they declare."""
    yield from tags.items()
    for key, several in getattr(tags, "_failed_atoms", {}).items():
        if key in _MP4_TEXTS:
            yield key, [text for atom in several for text in _texts_of_atom(atom)]


def _texts_of_atom(atom: bytes) -> Iterator[str]:
    """Yield the texts in the data of an atom: size, "data", type, four bytes, and the text."""
    start = 0
    while start + _MP4_DATA <= len(atom):
        size, name, kind = struct.unpack_from(">I4sI", atom, start)
        if size < _MP4_DATA or name != b"data":
            return
        text = atom[start + _MP4_DATA : start + size]
        if kind == _MP4_INTEGER:
            yield str(int.from_bytes(text[:8], "big"))
        else:
            yield text.decode("utf-16-be", "ignore") if kind == _MP4_UTF_16 else as_text(text)
        start += size


def _plain(value: Any) -> list[Any]:
    """Return MP4's values; those of iTunes' free-form atoms are bytes."""
    if not isinstance(value, list):
        return [value]
    return [as_text(bytes(v)) if isinstance(v, MP4FreeForm) else v for v in value]


def _of_apev2(tags: APEv2) -> Values:
    # A cover is a name and the picture, as bytes.
    return _by_key(
        _APE,
        tags.items(),
        lambda value: list(value) if isinstance(value.value, str) else [bytes(value.value)],
    )


def _real(text: Any) -> Any:
    """Return text that is marked as Latin-1 with its bytes as in other families: it may be in any encoding."""
    if not isinstance(text, str) or text.isascii():
        return text
    return as_text(text.encode("latin-1", "ignore"))


def _of_id3(tags: ID3) -> Values:
    by_key: dict[str, Any] = {}
    for frame in tags.values():
        # If a frame comes several times, as pictures do, any of them will do.
        by_key.setdefault(frame.HashKey, frame)
        by_key.setdefault(frame.FrameID, frame)

    def values(frame: Any) -> list[Any]:
        if frame.FrameID == "UFID":
            return [as_text(frame.data)]
        if frame.FrameID == "APIC":
            return [frame]
        # `genres` resolves "(17)" and "17" to their names.
        texts = frame.genres if frame.FrameID == "TCON" else frame.text
        texts = [texts] if isinstance(texts, str) else list(texts)
        return list(map(_real, texts)) if getattr(frame, "encoding", None) == _LATIN_1 else texts

    of = _by_key(_ID3, by_key.items(), values)
    adjustments = {frame.desc.casefold(): frame for frame in tags.getall("RVA2")}

    ratings = [Popularimeter(frame.email, frame.rating) for frame in tags.getall("POPM")]

    def with_own_frames(field: str) -> list[Any]:
        if field == "popularimeter":
            return ratings
        # RVA2 is ID3's own frame for the gain that most programs write as a ReplayGain text.
        kind, _, what = field.partition("_")
        adjustment = adjustments.get(kind)
        if what in ("gain", "peak") and adjustment is not None:
            return of(field) or [getattr(adjustment, what)]
        return of(field)

    return with_own_frames
