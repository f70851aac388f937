"""What is read from tags of each family."""

import errno
import io
import os
from dataclasses import replace
from pathlib import Path

import mutagen
import mutagen.flac
import mutagen.id3
import numpy as np
import pytest
import soundfile
from known_audio import FORMATS, encode, known_sound
from mutagen.apev2 import APEv2
from tagged_files import DETAILS, SECOND, SHOWN, WRITERS, make, write_id3, write_vorbis

from musicsim.library.tags import files, is_audio, read_tags
from musicsim.library.tags.bounds import BoundedFile
from musicsim.library.types import TagDetails, Tags


@pytest.mark.parametrize("name", WRITERS)
def test_every_field_of_every_family(tmp_path, name):
    path = make(tmp_path, name)
    WRITERS[name](path)
    tags, details = read_tags(path)
    # Of the formats that nothing here can write, the file is longer.
    seconds = 20.0 if path.suffix in (".ape", ".mpc") else 1.0
    assert tags.duration == pytest.approx(seconds, abs=0.15)
    assert replace(tags, duration=1.0) == SHOWN
    assert details == DETAILS


def test_id3_of_version_2_3(tmp_path):
    path = make(tmp_path, "mp3")
    write_id3(path, version=3)
    tags, details = read_tags(path)
    # Until 2.4 several values were one text, with a slash that names may hold as well.
    assert (tags.title, tags.artist, tags.year) == ("Blue", "Ada/Béla", 1999)
    assert (details.date, details.original_date, details.track_gain) == ("1999-05-01", "1971", -7.5)


@pytest.mark.parametrize(
    ("written", "date"),
    [("1999 ", "1999"), ("1999-05", "1999-05"), ("1999/2003", "1999/2003"), ("c. 1999", "c. 1999")],
)
def test_a_year_of_id3_2_3_that_is_more_than_a_year(tmp_path, written, date):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TYER(encoding=0, text=written))
    tags.save(path, v2_version=3)
    shown, details = read_tags(path)
    assert (shown.year, details.date) == (1999, date)


def test_a_date_of_another_order_has_its_year(tmp_path):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TDRC(encoding=0, text="17/05/1999"))
    tags.save(path)
    assert read_tags(path)[0].year == 1999


@pytest.mark.parametrize(
    ("format_", "shown"),
    [("WAV", ("Blue", "B\xe9la", "Sky", 1999, 3)), ("AIFF", ("Blue", "B\xe9la", "", None, None))],
)
def test_what_the_chunks_of_a_file_without_id3_say(tmp_path, format_, shown):
    path = tmp_path / f"a.{format_.lower()}"
    with soundfile.SoundFile(path, "w", 48_000, 1, format=format_) as file:
        file.title, file.artist, file.album = "Blue", "B\xe9la", "Sky"
        file.date, file.tracknumber = "1999", "3"
        file.write(np.zeros(4800))
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist, tags.album, tags.year, tags.track_number) == shown


def test_what_is_empty_hides_nothing(tmp_path):
    path = make(tmp_path, "flac")
    file = mutagen.File(path)
    empty = {"ALBUMARTIST": "", "DATE": " ", "LYRICS": ""}
    file.tags.update({**empty, "ALBUM ARTIST": "Real", "YEAR": "1999"})
    file.add_picture(mutagen.flac.Picture())
    file.save()
    tags, details = read_tags(path)
    assert (tags.album_artist, tags.year) == ("Real", 1999)
    assert not details.has_lyrics
    assert not details.has_cover
    path = make(tmp_path, "m4a")
    file = mutagen.File(path)
    file["tmpo"], file["\xa9lyr"] = [0], [""]
    file["----:com.apple.iTunes:BPM"] = [b"127.5"]
    file.save()
    _, details = read_tags(path)
    assert (details.bpm, details.has_lyrics) == (127.5, False)


def test_album_artist_and_totals_of_other_programs(tmp_path):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    for name, text in (("ALBUM ARTIST", "Various"), ("TOTALTRACKS", "12"), ("totaldiscs", "2")):
        tags.add(mutagen.id3.TXXX(encoding=3, desc=name, text=text))
    tags.save(path)
    shown, details = read_tags(path)
    assert (shown.album_artist, details.track_total, details.disc_total) == ("Various", 12, 2)


def test_id3_of_version_2_2(tmp_path):
    def frame(name: bytes, text: str) -> bytes:
        content = b"\1" + text.encode("utf-16")
        return name + len(content).to_bytes(3, "big") + content

    body = frame(b"TT2", "Blue") + frame(b"TP1", "Béla") + frame(b"TAL", "Sky")
    body += (
        frame(b"TRK", "3/12") + frame(b"TYE", "1999") + frame(b"TCO", "(8)") + frame(b"TBP", "128")
    )
    size = len(body)
    header = b"ID3\2\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127])
    path = make(tmp_path, "mp3")
    path.write_bytes(header + body + path.read_bytes())
    tags, details = read_tags(path)
    assert replace(tags, duration=None) == Tags("Blue", "Béla", "Sky", "", "Jazz", 1999, 3)
    assert (details.track_total, details.bpm) == (12, 128.0)


def test_a_damaged_frame_and_names_of_2_2_in_id3_of_version_2_3(tmp_path):
    def frame(name: bytes, content: bytes) -> bytes:
        return name + len(content).to_bytes(4, "big") + b"\0\0" + content

    body = frame(b"RVA2", b"track\0\1\0\0") + frame(b"TT2\0", b"\0Blue") + frame(b"XXX\0", b"\0Red")
    body += frame(b"TPE1", b"\1") + frame(b"TALB", b"\0Sky") + frame(b"TIT3", b"")
    path = make(tmp_path, "mp3")
    path.write_bytes(b"ID3\3\0\0\0\0\0" + bytes([len(body)]) + body + path.read_bytes())
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist, tags.album) == ("Blue", "", "Sky")


def test_lyrics_with_times_are_lyrics_and_chapters_are_not_the_track(tmp_path):
    i = mutagen.id3
    path = make(tmp_path, "mp3")
    tags = i.ID3()
    chapter = i.CHAP(element_id="c", start_time=0, end_time=9, sub_frames=[i.TIT2(text="Red")])
    for frame in (
        chapter,
        i.ETCO(format=2, events=[(1, 2)]),
        i.EQU2(desc="a", adjustments=[(1.0, 1.0)]),
    ):
        tags.add(frame)
    tags.save(path)
    found, details = read_tags(path)
    assert (found.title, details.has_lyrics) == ("", False)
    tags.add(i.SYLT(lang="eng", format=2, type=1, text=[("la", 0), ("la", 9)]))
    tags.save(path)
    assert read_tags(path)[1].has_lyrics


def test_id3_of_version_1(tmp_path):
    path = make(tmp_path, "mp3")
    fields = [(b"Blue", 30), (b"B\xe9la", 30), (b"Sky", 30), (b"1999", 4), (b"nice", 28)]
    block = b"TAG" + b"".join(text.ljust(size, b"\0") for text, size in fields) + b"\0\3\10"
    path.write_bytes(path.read_bytes() + block)
    tags, _ = read_tags(path)
    assert replace(tags, duration=None) == Tags("Blue", "Béla", "Sky", "", "Jazz", 1999, 3)


def test_what_mp3gain_wrote_beside_id3(tmp_path):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(text="Blue"))
    tags.save(path)
    at_the_end = APEv2()
    at_the_end.update({"Title": "Red", "REPLAYGAIN_TRACK_GAIN": "-6.5 dB"})
    at_the_end.save(path)
    tags, details = read_tags(path)
    assert (tags.title, details.track_gain) == ("Blue", -6.5)


def test_id3_of_version_1_cuts_short_what_apev2_says(tmp_path):
    path = make(tmp_path, "mp3")
    title = "The Blue of a Very Long Evening by the Sea"
    at_the_end = APEv2()
    at_the_end["Title"] = title
    at_the_end.save(path)
    id3 = b"TAG" + title.encode()[:30] + b"B\xe9la".ljust(30, b"\0") + bytes(64) + b"\10"
    path.write_bytes(path.read_bytes() + id3)
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist, tags.genre) == (title, "Béla", "Jazz")


def test_damaged_apev2_leaves_id3_as_it_is(tmp_path):
    path = make(tmp_path, "mp3")
    write_id3(path)
    path.write_bytes(path.read_bytes() + b"APETAGEX" + b"\xff" * 24)
    assert read_tags(path)[1] == DETAILS


def test_opus_r128_gain_is_replaygain_of_another_target(tmp_path):
    path = make(tmp_path, "opus")
    file = mutagen.File(path)
    file.update({"R128_TRACK_GAIN": "-1280", "R128_ALBUM_GAIN": "256"})
    file.save()
    _, details = read_tags(path)
    # RFC 7845: 256ths of a decibel to -23 LUFS, where ReplayGain goes to -18.
    assert (details.track_gain, details.album_gain) == (0.0, 6.0)


def test_opus_has_gains_of_its_own(tmp_path):
    """RFC 7845, 5.2.1: the others may be those of the file that an Opus file was made of."""
    path = make(tmp_path, "opus")
    file = mutagen.File(path)
    file.update({"REPLAYGAIN_TRACK_GAIN": "-3.00 dB", "REPLAYGAIN_ALBUM_GAIN": "-2.00 dB"})
    file.save()
    _, details = read_tags(path)
    assert (details.track_gain, details.album_gain) == (-3.0, -2.0)
    file["R128_TRACK_GAIN"] = "-1280"
    file.save()
    _, details = read_tags(path)
    assert (details.track_gain, details.album_gain) == (0.0, None)


@pytest.mark.parametrize(
    ("written", "gain"),
    [
        ("0", 5.0),
        (" -1280 ", 0.0),
        ("+256", 6.0),
        # In decibels, which they are not; and more than 16 bits.
        ("-5.0", None),
        ("-5 dB", None),
        ("40000", None),
        ("-32769", None),
        ("", None),
    ],
)
def test_an_r128_gain_is_a_whole_number(tmp_path, written, gain):
    path = make(tmp_path, "opus")
    file = mutagen.File(path)
    file["R128_TRACK_GAIN"] = written
    file.save()
    assert read_tags(path)[1].track_gain == gain


@pytest.mark.parametrize(
    ("written", "gain"),
    [
        ("-7.5", -7.5),
        ("-7.5dB", -7.5),
        ("-7.50 DB", -7.5),
        ("-7,5 dB", -7.5),
        ("\N{MINUS SIGN}7,5 dB", -7.5),
        ("\N{EN DASH}7.5 dB", -7.5),
        ("\N{FULLWIDTH HYPHEN-MINUS}7.5\N{NO-BREAK SPACE}dB", -7.5),
        ("- 7.5 dB", -7.5),
        ("-.5 dB", -0.5),
        ("+3.2 dB", 3.2),
        ("-7.500000e+00 dB", -7.5),
        (["", "-7.5 dB"], -7.5),
        (["none", "-7.5 dB"], -7.5),
        ("nan", None),
        ("-inf dB", None),
        ("1e400", None),
        ("-1,234.5", None),
        ("eplaygai", None),  # music-assistant/server pull request 2282
        ("-", None),
    ],
)
def test_a_gain_however_it_is_written(tmp_path, written, gain):
    path = make(tmp_path, "flac")
    file = mutagen.File(path)
    file["Replaygain_Track_Gain"] = written
    file.save()
    assert read_tags(path)[1].track_gain == gain


@pytest.mark.parametrize("space", ["com.apple.iTunes", "org.hydrogenaudio.replaygain"])
def test_both_places_where_mp4_has_a_gain(tmp_path, space):
    path = make(tmp_path, "m4a")
    file = mutagen.File(path)
    file[f"----:{space}:replaygain_track_gain"] = [b"-7.5 dB"]
    file[f"----:{space}:replaygain_track_peak"] = [b"0.98"]
    # Apple's Sound Check is on another scale.
    file["----:com.apple.iTunes:iTunNORM"] = [b" 00000400 00000400 00002000 00002000"]
    file.save()
    _, details = read_tags(path)
    assert (details.track_gain, details.track_peak) == (-7.5, 0.98)


def test_what_mp3gain_needs_to_undo_itself_is_no_gain(tmp_path):
    path = make(tmp_path, "mp3")
    at_the_end = APEv2()
    at_the_end.update({"MP3GAIN_MINMAX": "100,200", "MP3GAIN_UNDO": "+002,+002,N"})
    at_the_end.save(path)
    assert read_tags(path)[1].track_gain is None
    at_the_end.update({"REPLAYGAIN_TRACK_GAIN": "-0.435000 dB", "REPLAYGAIN_TRACK_PEAK": "0.99"})
    at_the_end.save(path)
    _, details = read_tags(path)
    assert (details.track_gain, details.track_peak) == (-0.435, 0.99)


@pytest.mark.parametrize("track", ["track", "Track"])
def test_id3_relative_volume_is_a_gain(tmp_path, track):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.RVA2(desc=track, channel=1, gain=-6.5, peak=0.5))
    tags.save(path)
    _, details = read_tags(path)
    assert (details.track_gain, details.track_peak) == (-6.5, pytest.approx(0.5))


@pytest.mark.parametrize(
    "content", [b"", b"not music at all", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"OggS" + bytes(100)]
)
@pytest.mark.parametrize(
    "name", ["a.mp3", "a.ogg", "a.m4a", "a.flac", "a.wav", "a.wma", "a.ape", "a.mpc"]
)
def test_a_broken_file_has_no_tags(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    tags, details = read_tags(path)
    assert (tags.title, details) == ("", TagDetails())


def read_damaged(path: Path, places: range) -> None:
    """Read the tags many times, with other damage each time."""
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.choice(places, 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        read_tags(path)


@pytest.mark.parametrize("format_", ["OGG", "FLAC", "MP3", "AIFF", "WAV"])
def test_no_damage_stops_the_reading_of_tags(tmp_path, format_):
    path = tmp_path / f"a.{format_.lower()}"
    soundfile.write(path, SECOND[:8000], 48_000, format=format_)
    read_damaged(path, range(min(path.stat().st_size, 400)))


@pytest.mark.parametrize("name", ["apev2.mp3", "wv", "ape", "mpc", "8.mpc"])
def test_no_damage_at_the_end_stops_the_reading_of_tags(tmp_path, name):
    path = make(tmp_path, name)
    WRITERS[name](path)
    size = path.stat().st_size
    read_damaged(path, range(size - 1000, size))
    whole = path.read_bytes()
    for end in range(size - 1000, size, 7):
        path.write_bytes(whole[:end])
        read_tags(path)


def test_a_name_that_is_not_text_is_no_obstacle(tmp_path):
    path = make(tmp_path, "flac")
    write_vorbis(path)
    odd = path.rename(tmp_path / "\udcff\udce9.flac")
    assert read_tags(odd)[0].title == "Blue"


def test_a_file_without_tags_still_has_its_length(tmp_path):
    assert read_tags(make(tmp_path, "flac")) == (Tags(duration=1.0), TagDetails())


def test_a_length_that_can_not_be_true_is_none(tmp_path):
    path = make(tmp_path, "8.mpc")
    content = bytearray(path.read_bytes())
    # A stream header with nine bytes instead of three for the number of samples, seven bits in each.
    content[6] += 6
    content[12:15] = b"\xff" * 8 + b"\x7f"
    path.write_bytes(content)
    assert mutagen.File(path).info.length > 1e12
    assert read_tags(path) == (Tags(), TagDetails())


def test_a_number_without_end_is_none(tmp_path):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TBPM(text="9" * 400))
    tags.save(path)
    assert read_tags(path)[1].bpm is None


def test_audio_is_known_by_its_content(tmp_path):
    music, text = tmp_path / "a.txt", tmp_path / "b.mp3"
    music.write_bytes(make(tmp_path, "flac").read_bytes())
    text.write_bytes(b"Dear diary,")
    assert is_audio(music)
    assert not is_audio(text)


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        *[
            (name, reads)
            for name in ("flac", "mp3", "ogg", "m4a", "wav", "wv", "mka")
            for reads in (1, 4)
        ],
        *[("flac", reads) for reads in range(5, 20)],
    ],
)
def test_a_disk_that_fails_is_not_taken_for_a_file_without_tags(tmp_path, monkeypatch, name, reads):
    path = tmp_path / "a.mka" if name == "mka" else make(tmp_path, name)
    if name == "mka":
        encode(path, known_sound(1), FORMATS["flac in matroska"])
    elif name in WRITERS:
        WRITERS[name](path)
    left = iter(range(reads))

    class Failing(io.FileIO):
        def readinto(self, buffer):
            if next(left, None) is None:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return super().readinto(buffer)

    def failing(raw):
        raw.close()
        return BoundedFile(Failing(path), 16)

    monkeypatch.setattr(files, "BoundedFile", failing)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        read_tags(path)
