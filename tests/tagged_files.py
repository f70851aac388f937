"""Small real files of each format, with tags of each family, written by mutagen."""

import base64
from collections.abc import Callable
from pathlib import Path

import av  # noqa: TID253 (writes what libsndfile can't)
import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import numpy as np
import soundfile
from known_audio import STORED, known_file
from mutagen.apev2 import APEBinaryValue, APEv2
from mutagen.asf import ASFByteArrayAttribute

from musicsim.library.types import TagDetails, Tags

SECOND = np.zeros(48_000, np.float32)
PICTURE = b"\xff\xd8\xff\xe0 a picture"
SHOWN = Tags("Blue", "Ada, Béla", "Sky", "Various, Others", "Jazz, Soul", 1999, 3, 2, 1.0)
DETAILS = TagDetails(
    artists=("Ada", "Béla"),
    album_artists=("Various", "Others"),
    genres=("Jazz", "Soul"),
    composers=("Clara", "Dora"),
    date="1999-05-01",
    original_date="1971",
    track_total=12,
    disc_total=4,
    compilation=True,
    bpm=128.0,
    key="F#m",
    rating=4.5,
    track_gain=-7.5,
    track_peak=0.98,
    album_gain=0.0,
    album_peak=1.02,
    recording_id="r-1",
    release_track_id="rt-1",
    release_id="re-1",
    release_group_id="rg-1",
    artist_ids=("a-1", "a-2"),
    album_artist_ids=("aa-1",),
    has_lyrics=True,
    has_cover=True,
)


def by_libsndfile(path: Path, **kind: str) -> Path:
    soundfile.write(path, SECOND, 48_000, **kind)
    return path


def by_ffmpeg(path: Path, codec: str, **options: str) -> Path:
    with av.open(str(path), "w", **options) as container:
        stream = container.add_stream(codec, rate=48_000, layout="mono", bit_rate=128_000)
        frame = av.AudioFrame.from_ndarray(SECOND[None, :], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        for some in av.AudioResampler(format=stream.format).resample(frame):
            container.mux(stream.encode(some))
        container.mux(stream.encode(None))
    return path


FILES: dict[str, Callable[[Path], Path]] = {
    "mp3": by_libsndfile,
    "apev2.mp3": by_libsndfile,
    "wav": by_libsndfile,
    "aiff": by_libsndfile,
    "flac": by_libsndfile,
    "ogg": by_libsndfile,
    "opus": lambda path: by_libsndfile(path, format="OGG", subtype="OPUS"),
    "m4a": lambda path: by_ffmpeg(path, "aac", format="ipod"),
    "alac.m4a": lambda path: by_ffmpeg(path, "alac", format="ipod"),
    "wma": lambda path: by_ffmpeg(path, "wmav2", format="asf"),
    "wv": lambda path: by_ffmpeg(path, "wavpack"),
    "ape": lambda path: known_file(path, STORED["monkey's audio"]),
    "mpc": lambda path: known_file(path, STORED["musepack 7"]),
    "8.mpc": lambda path: known_file(path, STORED["musepack 8"]),
}


def make(folder: Path, name: str) -> Path:
    return FILES[name](folder / f"a.{name}")


def write_id3(path: Path, version: int = 4) -> None:
    i = mutagen.id3
    frames = [
        i.TIT2(text="Blue"), i.TPE1(text=["Ada", "Be\u0301la"]), i.TALB(text="Sky"),
        i.TPE2(text=["Various", "Others"]), i.TCON(text=["(8)", "Soul"]), i.TDRC(text="1999-05-01"),
        i.TDOR(text="1971"), i.TRCK(text="3/12"), i.TPOS(text="2/4"), i.TCOM(text=["Clara", "Dora"]),
        i.TCMP(text="1"), i.TBPM(text="128"), i.TKEY(text="F#m"), i.POPM(email="MusicBee", rating=242, count=3),
        i.TXXX(desc="REPLAYGAIN_TRACK_GAIN", text="-7.50 dB"), i.TXXX(desc="replaygain_track_peak", text="0.98"),
        i.TXXX(desc="replaygain_album_gain", text="0.00 dB"), i.TXXX(desc="REPLAYGAIN_ALBUM_PEAK", text="1.02"),
        i.UFID(owner="http://musicbrainz.org", data=b"r-1"),
        i.TXXX(desc="MusicBrainz Release Track Id", text="rt-1"), i.TXXX(desc="MusicBrainz Album Id", text="re-1"),
        i.TXXX(desc="MusicBrainz Release Group Id", text="rg-1"),
        i.TXXX(desc="MusicBrainz Artist Id", text=["a-1", "a-2"]),
        i.TXXX(desc="MusicBrainz Album Artist Id", text="aa-1"),
        i.USLT(text="la la"), i.APIC(mime="image/jpeg", data=PICTURE), i.APIC(desc="back", data=PICTURE),
    ]  # fmt: skip
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    for frame in frames:
        if hasattr(frame, "encoding"):
            frame.encoding = 3 if version == 4 else 1
        file.tags.add(frame)
    if version == 3:
        file.tags.update_to_v23()
    file.save(v2_version=version)


def vorbis_fields() -> dict[str, str | list[str]]:
    return {
        "TITLE": "Blue", "ARTIST": ["Ada", "Be\u0301la"], "ALBUM": "Sky", "ALBUMARTIST": ["Various", "Others"],
        "GENRE": ["Jazz", "Soul"], "DATE": "1999-05-01", "ORIGINALDATE": "1971", "TRACKNUMBER": "3",
        "TRACKTOTAL": "12", "DISCNUMBER": "2/4", "COMPOSER": ["Clara", "Dora"], "COMPILATION": "1", "BPM": "128",
        "KEY": "F#m", "RATING": "90", "REPLAYGAIN_TRACK_GAIN": "-7.50 dB", "REPLAYGAIN_TRACK_PEAK": "0.98",
        "REPLAYGAIN_ALBUM_GAIN": "+0.00 dB", "REPLAYGAIN_ALBUM_PEAK": "1.02", "MUSICBRAINZ_TRACKID": "r-1",
        "MUSICBRAINZ_RELEASETRACKID": "rt-1", "MUSICBRAINZ_ALBUMID": "re-1", "MUSICBRAINZ_RELEASEGROUPID": "rg-1",
        "MUSICBRAINZ_ARTISTID": ["a-1", "a-2"], "MUSICBRAINZ_ALBUMARTISTID": "aa-1", "LYRICS": "la la",
    }  # fmt: skip


def write_vorbis(path: Path) -> None:
    file = mutagen.File(path)
    file.update(vorbis_fields())
    picture = mutagen.flac.Picture()
    picture.data, picture.mime = PICTURE, "image/jpeg"
    if isinstance(file, mutagen.flac.FLAC):
        file.add_picture(picture)
    else:
        file["METADATA_BLOCK_PICTURE"] = base64.b64encode(picture.write()).decode()
    file.save()


def write_mp4(path: Path) -> None:
    file = mutagen.mp4.MP4(path)
    if file.tags is None:
        file.add_tags()
    file.update(
        {
            "\xa9nam": "Blue", "\xa9ART": ["Ada", "Béla"], "\xa9alb": "Sky", "aART": ["Various", "Others"],
            "\xa9gen": ["Jazz", "Soul"], "\xa9day": "1999-05-01", "trkn": [(3, 12)], "disk": [(2, 4)],
            "\xa9wrt": ["Clara", "Dora"], "cpil": True, "tmpo": [128], "rate": ["90"], "\xa9lyr": "la la",
            "covr": [mutagen.mp4.MP4Cover(PICTURE)],
        }
    )  # fmt: skip
    for name, values in {
        "ORIGINALDATE": ["1971"], "initialkey": ["F#m"], "replaygain_track_gain": ["-7.50 dB"],
        "REPLAYGAIN_TRACK_PEAK": ["0.98"], "replaygain_album_gain": ["0 dB"], "replaygain_album_peak": ["1.02"],
        "MusicBrainz Track Id": ["r-1"], "MusicBrainz Release Track Id": ["rt-1"], "MusicBrainz Album Id": ["re-1"],
        "MusicBrainz Release Group Id": ["rg-1"], "MusicBrainz Artist Id": ["a-1", "a-2"],
        "MusicBrainz Album Artist Id": ["aa-1"],
    }.items():  # fmt: skip
        file[f"----:com.apple.iTunes:{name}"] = [value.encode() for value in values]
    file.save()


def write_ape(path: Path) -> None:
    tags = APEv2()
    for name, value in vorbis_fields().items():
        tags[{"TRACKNUMBER": "Track", "DISCNUMBER": "Disc", "DATE": "Year"}.get(name, name)] = value
    tags["Cover Art (Front)"] = APEBinaryValue(b"front.jpg\0" + PICTURE)
    tags.save(path)


def write_asf(path: Path) -> None:
    file = mutagen.File(path)
    file.update(
        {
            "Title": "Blue", "Author": ["Ada", "Béla"], "WM/AlbumTitle": "Sky", "WM/AlbumArtist": ["Various", "Others"],
            "WM/Genre": ["Jazz", "Soul"], "WM/Year": "1999-05-01", "WM/OriginalReleaseYear": "1971",
            "WM/TrackNumber": 3, "TrackTotal": "12", "WM/PartOfSet": "2/4", "WM/Composer": ["Clara", "Dora"],
            "WM/IsCompilation": True, "WM/BeatsPerMinute": "128", "WM/InitialKey": "F#m", "FMPS/Rating": "0.9",
            "replaygain_track_gain": "-7.50 dB", "REPLAYGAIN_TRACK_PEAK": "0.98", "replaygain_album_gain": "0 dB",
            "replaygain_album_peak": "1.02", "MusicBrainz/Track Id": "r-1", "MusicBrainz/Release Track Id": "rt-1",
            "MusicBrainz/Album Id": "re-1", "MusicBrainz/Release Group Id": "rg-1",
            "MusicBrainz/Artist Id": ["a-1", "a-2"], "MusicBrainz/Album Artist Id": "aa-1", "WM/Lyrics": "la la",
            "WM/Picture": ASFByteArrayAttribute(
                b"\3" + len(PICTURE).to_bytes(4, "little") + "image/jpeg\0\0".encode("utf-16-le") + PICTURE
            ),
        }
    )  # fmt: skip
    file.save()


WRITERS = {
    "mp3": write_id3, "apev2.mp3": write_ape, "wav": write_id3, "aiff": write_id3,
    "flac": write_vorbis, "ogg": write_vorbis, "opus": write_vorbis, "m4a": write_mp4, "alac.m4a": write_mp4,
    "wma": write_asf, "wv": write_ape, "ape": write_ape, "mpc": write_ape, "8.mpc": write_ape,
}  # fmt: skip
