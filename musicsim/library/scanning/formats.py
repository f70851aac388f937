"""The file name suffixes of audio files.

Names only: `musicsim.audio` goes by the content instead.
"""

from __future__ import annotations

AUDIO_SUFFIXES: frozenset[str] = frozenset(
    {
        # MPEG, and audio sold or recorded in MP4
        ".mp1", ".mp2", ".mp3", ".mpga", ".aac", ".m4a", ".m4b", ".m4p", ".m4r", ".mp4", ".3gp", ".3g2",
        # Ogg, Matroska
        ".ogg", ".oga", ".opus", ".spx", ".mka", ".weba", ".webm",
        # lossless
        ".flac", ".ape", ".wv", ".tta", ".tak", ".shn",
        # uncompressed
        ".wav", ".wave", ".bwf", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf",
        # Windows Media, Musepack, DSD, Dolby, DTS, mobile phones
        ".wma", ".asf", ".mpc", ".mp+", ".dsf", ".dff", ".ac3", ".eac3", ".dts", ".amr",
    }
)  # fmt: skip
"""Lower-case suffixes with their dot."""
