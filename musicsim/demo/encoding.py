"""From samples to the bytes of a tagged audio file, in memory, so that a full disk can't leave half a file."""

from __future__ import annotations

import io
from collections.abc import MutableMapping

import numpy as np
import soundfile
from mutagen import flac, id3, mp3, mp4, oggopus, oggvorbis, wave

from musicsim.demo.programme import Piece
from musicsim.demo.synth import RATE, Sound

_SNDFILE = {".flac": ("FLAC", "PCM_16"), ".ogg": ("OGG", "VORBIS"), ".wav": ("WAV", "PCM_16")}
"""Format and subtype for libsndfile."""
_LIBAV = {
    # Two or three times as fast as libsndfile's, which has only its slowest setting.
    ".m4a": ("ipod", "aac", RATE, {"b": "128k", "aac_coder": "fast"}),
    ".mp3": ("mp3", "libmp3lame", RATE, {"b": "160k", "compression_level": "7"}),
    ".opus": ("opus", "libopus", 48_000, {"b": "112k"}),
}
"""Container, codec, sample rate and options for FFmpeg's libraries."""
_TAGGED = {
    ".flac": flac.FLAC,
    ".m4a": mp4.MP4,
    ".mp3": mp3.MP3,
    ".ogg": oggvorbis.OggVorbis,
    ".opus": oggopus.OggOpus,
    ".wav": wave.WAVE,
}
_BLOCK = 1 << 16
"""Frames encoded at once: libsndfile's Vorbis encoder allocates a block on the stack."""


def encode(sound: Sound, piece: Piece) -> bytes:
    """Return a piece as a tagged file in its format.

    Parameters
    ----------
    sound
        Stereo, shape (2, n), at `RATE`.
    piece
        The piece and its format.
    """
    file = io.BytesIO()
    if piece.suffix in _SNDFILE:
        _write_by_sndfile(file, sound, piece)
    else:
        _write_by_libav(file, sound, piece)
    file.seek(0)
    _tag(file, piece)
    return file.getvalue()


def _write_by_sndfile(file: io.BytesIO, sound: Sound, piece: Piece) -> None:
    format_, subtype = _SNDFILE[piece.suffix]
    with soundfile.SoundFile(
        file, "w", samplerate=RATE, channels=2, format=format_, subtype=subtype
    ) as output:
        if piece.suffix == ".wav":
            # RIFF INFO, for players that don't read ID3 in WAV.
            output.title = piece.title
            output.artist = piece.album.artist
            output.album = piece.album.title
            output.genre = piece.album.style
            output.date = str(piece.album.year)
            output.tracknumber = str(piece.number)
        for start in range(0, sound.shape[1], _BLOCK):
            output.write(sound[:, start : start + _BLOCK].T)


def _write_by_libav(file: io.BytesIO, sound: Sound, piece: Piece) -> None:
    import av

    container_format, codec, rate, options = _LIBAV[piece.suffix]
    with av.open(file, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo", options=options)
        assert isinstance(stream, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(sound), format="fltp", layout="stereo"
        )
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _tag(file: io.BytesIO, piece: Piece) -> None:
    audio = _TAGGED[piece.suffix](file)
    match audio:
        case mp4.MP4():
            _add_atoms(audio, piece)
        case mp3.MP3() | wave.WAVE():
            if audio.tags is None:
                audio.add_tags()
            _add_frames(audio.tags, piece)
        case _:
            _add_comments(audio, piece)
    file.seek(0)
    audio.save(file)


def _add_comments(audio: MutableMapping[str, str], piece: Piece) -> None:
    album = piece.album
    audio.update(
        {
            "title": piece.title,
            "artist": album.artist,
            "album": album.title,
            "albumartist": album.artist,
            "genre": album.style,
            "date": str(album.year),
            "tracknumber": str(piece.number),
            "tracktotal": str(len(album.songs)),
            "discnumber": "1",
            "disctotal": "1",
        }
    )


def _add_frames(tags: id3.ID3, piece: Piece) -> None:
    album = piece.album
    for frame, text in (
        (id3.TIT2, piece.title),
        (id3.TPE1, album.artist),
        (id3.TALB, album.title),
        (id3.TPE2, album.artist),
        (id3.TCON, album.style),
        (id3.TDRC, str(album.year)),
        (id3.TRCK, f"{piece.number}/{len(album.songs)}"),
        (id3.TPOS, "1/1"),
    ):
        tags.add(frame(encoding=id3.Encoding.UTF8, text=[text]))


def _add_atoms(audio: mp4.MP4, piece: Piece) -> None:
    album = piece.album
    audio.update(
        {
            "\xa9nam": piece.title,
            "\xa9ART": album.artist,
            "\xa9alb": album.title,
            "aART": album.artist,
            "\xa9gen": album.style,
            "\xa9day": str(album.year),
            "trkn": [(piece.number, len(album.songs))],
            "disk": [(1, 1)],
        }
    )
