"""The keys of each tag family: one table per family, with the names on which Picard's and foobar2000's tables agree.

A family returns the raw values of a field, and `musicsim.library.tags` interprets them. Fields are named as in `Tags`
and `TagDetails`. If a field has several keys, the first with a value wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.id3 import ID3
from mutagen.mp4 import MP4FreeForm, MP4Tags
from mutagen.oggopus import OggOpus

from musicsim.base.encodings import repair

Values = Callable[[str], list[Any]]
"""Returns the values of a field, possibly none."""
Table = Mapping[str, tuple[str, ...]]

LATIN_1 = 0
"""ID3's mark for Latin-1, which many programs use for the system's own encoding."""

_ID3_V2: Final = (2,)
"""The first version of ID3 that allows texts of more than 30 bytes."""

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
    "recording_id": ("UFID:http://musicbrainz.org", "TXXX:MusicBrainz Track Id"),
    "lyrics": ("USLT", "SYLT"),
    "cover": ("APIC",),
    **{field: (f"TXXX:MusicBrainz {name}",) for field, name in _MUSICBRAINZ.items()},
    **{field: (f"TXXX:{key}",) for field, (key,) in _REPLAY_GAIN.items()},
}
# The frames whose texts are words. A comment, lyrics or a copyright sign may have another encoding.
_ID3_WORDS = frozenset(
    key
    for field in ("title", "artists", "album", "album_artists", "genres", "composers")
    for key in _ID3[field]
)
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
    "recording_id": (f"{_ITUNES}MusicBrainz Track Id",),
    "lyrics": ("\xa9lyr",),
    "cover": ("covr",),
    **{field: (f"{_ITUNES}MusicBrainz {name}",) for field, name in _MUSICBRAINZ.items()},
    **{field: (f"{_ITUNES}{key}", f"{_WINAMP}{key}") for field, (key,) in _REPLAY_GAIN.items()},
}
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
    "date": ("WM/Year",),
    "original_date": ("WM/OriginalReleaseTime", "WM/OriginalReleaseYear"),
    "track_number": ("WM/TrackNumber", "WM/Track"),
    "track_total": ("TrackTotal", "TotalTracks"),
    "disc_number": ("WM/PartOfSet",),
    "disc_total": ("DiscTotal", "TotalDiscs"),
    "composers": ("WM/Composer",),
    "compilation": ("WM/IsCompilation",),
    "bpm": ("WM/BeatsPerMinute",),
    "key": ("WM/InitialKey",),
    "recording_id": ("MusicBrainz/Track Id",),
    "lyrics": ("WM/Lyrics", "WM/Lyrics_Synchronised"),
    "cover": ("WM/Picture",),
    **{field: (f"MusicBrainz/{name}",) for field, name in _MUSICBRAINZ.items()},
    **_REPLAY_GAIN,
}


def values_of(found: Any, at_the_end: APEv2 | None) -> Values:
    """Return the function that returns a field's values from the tags of a file read by mutagen.

    Tags at the file's end supply values that the others lack; see `read_by`.
    """
    values = _of_tags(found)
    if at_the_end is None:
        return values
    first, second = values, _of_apev2(at_the_end)
    if found.tags is not None and found.tags.version < _ID3_V2:
        first, second = second, first
    return lambda field: first(field) or second(field)


def _of_tags(found: Any) -> Values:
    tags = found.tags
    if isinstance(tags, ID3):
        return _of_id3(tags)
    if isinstance(tags, MP4Tags):
        return _by_key(_MP4, tags.items(), _plain)
    if isinstance(tags, APEv2):
        return _of_apev2(tags)
    if isinstance(tags, ASFTags):
        return _by_key(_ASF, tags.as_dict().items(), lambda values: [v.value for v in values])
    if tags is not None and hasattr(tags, "keys"):
        values = _by_key(_VORBIS, ((key, tags[key]) for key in tags.keys()), list)  # noqa: SIM118
        pictures = list(filter(_says_something, getattr(found, "pictures", [])))  # FLAC's own
        if isinstance(found, OggOpus) and any(map(values, _R128)):
            # The others are not for Opus (RFC 7845, 5.2.1): encoders copy them from the source file.
            return lambda field: [] if field in _REPLAY_GAINS else values(field)
        return lambda field: pictures if field == "cover" and pictures else values(field)
    return lambda _: []


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
    """Return whether a value is more than an empty text, iTunes' 0 for a tempo, or a picture of no bytes."""
    if isinstance(value, str):
        return bool(value.strip("\0 \t\r\n"))
    if isinstance(value, bytes | int | float):
        return bool(value)
    return bool(getattr(value, "data", True))


def _plain(value: Any) -> list[Any]:
    """Return MP4's values; those of iTunes' free-form atoms are bytes."""
    if not isinstance(value, list):
        return [value]
    return [bytes(v).decode("utf-8", "replace") if isinstance(v, MP4FreeForm) else v for v in value]


def _of_apev2(tags: APEv2) -> Values:
    # A cover is a name and the picture, as bytes.
    return _by_key(
        _APE,
        tags.items(),
        lambda value: list(value) if isinstance(value.value, str) else [bytes(value.value)],
    )


def _of_id3(tags: ID3) -> Values:
    by_key: dict[str, Any] = {}
    for frame in tags.values():
        # If a frame comes several times, as pictures do, any of them will do.
        by_key.setdefault(frame.HashKey, frame)
        by_key.setdefault(frame.FrameID, frame)
    in_latin_1 = [
        text
        for frame in tags.values()
        if frame.HashKey in _ID3_WORDS and getattr(frame, "encoding", None) == LATIN_1
        for text in frame.text
        if isinstance(text, str)
    ]
    repaired = repair(in_latin_1)

    def values(frame: Any) -> list[Any]:
        if frame.FrameID == "UFID":
            return [frame.data.decode("ascii", "replace")]
        if frame.FrameID == "APIC":
            return [frame]
        # `genres` resolves "(17)" and "17" to their names.
        texts = frame.genres if frame.FrameID == "TCON" else frame.text
        texts = [texts] if isinstance(texts, str) else list(texts)
        if getattr(frame, "encoding", None) == LATIN_1:
            texts = [repaired.get(text, text) if isinstance(text, str) else text for text in texts]
        return texts

    of = _by_key(_ID3, by_key.items(), values)
    adjustments = {frame.desc.casefold(): frame for frame in tags.getall("RVA2")}

    def with_adjustment(field: str) -> list[Any]:
        # RVA2 is ID3's own frame for the gain that most programs write as a ReplayGain text.
        kind, _, what = field.partition("_")
        adjustment = adjustments.get(kind)
        if what in ("gain", "peak") and adjustment is not None:
            return of(field) or [getattr(adjustment, what)]
        return of(field)

    return with_adjustment
