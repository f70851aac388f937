"""The contents of the demo library: invented artists, albums and songs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from musicsim.demo.harmony import Scale, Song

SUFFIXES = (".flac", ".mp3", ".ogg", ".m4a", ".opus", ".wav")


@dataclass(frozen=True, slots=True)
class Album:
    """A record with its titles and the music on it."""

    style: str
    artist: str
    title: str
    year: int
    songs: tuple[tuple[str, Song], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A song on its album, with its file format."""

    album: Album
    number: int
    """Its place on the album, from 1."""
    title: str
    song: Song
    suffix: str


_MAJOR, _MINOR = Scale.MAJOR, Scale.MINOR
_DORIAN, _LYDIAN, _MIXOLYDIAN = Scale.DORIAN, Scale.LYDIAN, Scale.MIXOLYDIAN

ALBUMS = (
    Album(
        "Acoustic",
        "Juniper Thatch",
        "Songs for Unhurried Dogs",
        2014,
        (
            ("The Long Way Round the Pond", Song(55, _MAJOR, 92, (0, 4, 5, 3), 8, 11)),
            ("Biscuit Weather", Song(50, _MIXOLYDIAN, 104, (0, 6, 3, 0), 9, 12)),
            ("Asleep by the Café Door", Song(52, _MINOR, 84, (0, 5, 2, 6), 7, 13)),
        ),
    ),
    Album(
        "Acoustic",
        "Old Applegarth",
        "Porch Light Almanac",
        2009,
        (
            ("First Frost, Second Kettle", Song(57, _DORIAN, 98, (0, 3, 0, 4, 6, 3, 4, 0), 8, 14)),
            ("Moths", Song(48, _MAJOR, 112, (0, 5, 3, 4), 10, 15)),
        ),
    ),
    Album(
        "Ambient",
        "Moth Observatory",
        "Slow Weather",
        2017,
        (
            ("Low Cloud over the Allotments", Song(50, _LYDIAN, 46, (0, 1, 5, 4), 4, 21)),
            ("Ninth Hour of Snow", Song(53, _MAJOR, 44, (0, 3, 5, 3), 4, 22)),
            ("Barometer, Falling", Song(48, _MINOR, 54, (0, 5, 3, 6, 0), 5, 23)),
        ),
    ),
    Album(
        "Ambient",
        "Lumen & Loess",
        "The Cartographer Dreams of Glass",
        2021,
        (
            ("Here Be Harbours", Song(55, _DORIAN, 48, (0, 6, 3, 0), 4, 24)),
            ("Unfolded, Unlabelled", Song(51, _LYDIAN, 56, (0, 4, 1, 0, 5), 5, 25)),
        ),
    ),
    Album(
        "Chiptune",
        "Pixel Badger Brigade",
        "Insert Acorn",
        2011,
        (
            ("World 1-Hedge", Song(48, _MAJOR, 150, (0, 4, 5, 3), 14, 31)),
            ("The Mushroom Has Opinions", Song(53, _MIXOLYDIAN, 136, (0, 0, 6, 3), 12, 32)),
            ("Boss Fight in the Compost", Song(50, _MINOR, 168, (0, 0, 5, 6, 0, 3, 4, 4), 16, 33)),
        ),
    ),
    Album(
        "Chiptune",
        "Lady Low-Res",
        "Sixteen Kilobytes of Love",
        2019,
        (
            ("Your Sprite Flickers in My Heart", Song(57, _MAJOR, 126, (3, 4, 2, 5), 11, 34)),
            ("Continue (Y or N)", Song(52, _DORIAN, 144, (0, 3, 0, 6), 13, 35)),
        ),
    ),
    Album(
        "Orchestral",
        "The Upper Fennimore Philharmonic",
        "Symphony for a Missing Umbrella",
        1998,
        (
            ("Allegro, Checking the Hall Stand", Song(50, _MINOR, 104, (0, 5, 3, 4), 9, 41)),
            ("Adagio under an Awning", Song(55, _MAJOR, 76, (0, 5, 3, 4), 6, 42)),
            ("Finale with Puddles", Song(48, _MAJOR, 112, (0, 3, 1, 4, 0, 5, 3, 4), 9, 43)),
        ),
    ),
    Album(
        "Orchestral",
        "Ottoline Brasswater",
        "A March and a Sigh",
        2006,
        (
            ("The March", Song(53, _LYDIAN, 96, (0, 1, 0, 4), 8, 44)),
            ("The Sigh", Song(57, _MINOR, 84, (0, 2, 5, 4), 7, 45)),
        ),
    ),
    Album(
        "Rock",
        "The Regrettable Lamps",
        "Louder than Furniture",
        2003,
        (
            ("Sofa Avalanche", Song(52, _MINOR, 132, (0, 0, 5, 6), 12, 51)),
            ("Nobody Vacuums on a Saturday", Song(57, _MIXOLYDIAN, 148, (0, 6, 3, 0), 13, 52)),
            ("Wardrobe with Teeth", Song(50, _DORIAN, 116, (0, 2, 3, 0), 10, 53)),
        ),
    ),
    Album(
        "Rock",
        "Gravel Duchess",
        "Amplifier Weather",
        2012,
        (
            ("Thunder Is Only Feedback", Song(54, _MINOR, 160, (0, 5, 2, 6), 14, 54)),
            ("Tea at a Hundred Decibels", Song(48, _MIXOLYDIAN, 124, (0, 3, 6, 3), 11, 55)),
        ),
    ),
    Album(
        "Techno",
        "Voltage Auntie",
        "Mains Hum Disco",
        2016,
        (
            ("Fuse Box Serenade", Song(57, _MINOR, 128, (0, 0, 5, 6), 12, 61)),
            ("Knit Two, Loop One", Song(53, _DORIAN, 132, (0, 0, 0, 3), 12, 62)),
            ("Grandmother Clock Signal", Song(50, _MINOR, 138, (0, 5, 0, 6), 13, 63)),
        ),
    ),
    Album(
        "Techno",
        "Parallax Kitchen",
        "Warehouse Recipes",
        2023,
        (
            ("Fold In the Bass Drum", Song(55, _MINOR, 124, (0, 0, 3, 3), 11, 64)),
            ("Prüfe die Nudeln", Song(48, _DORIAN, 135, (0, 6, 0, 3), 12, 65)),
        ),
    ),
)


def pieces() -> Iterator[Piece]:
    """Yield every piece, album by album.

    The formats rotate, so every style has five of the six and the encoder can't cause a likeness.
    """
    shift: dict[str, int] = {}
    for album in ALBUMS:
        # Six pieces would return to the same format; each style has five and begins one format later.
        position = shift.setdefault(album.style, len(shift))
        for number, (title, song) in enumerate(album.songs, start=1):
            yield Piece(album, number, title, song, SUFFIXES[position % len(SUFFIXES)])
            position += 1
        shift[album.style] = position
