"""Which files the library takes for audio, by their name.

Only the name: what is inside is for `musicsim.audio` to find out, which goes by the content.
"""

from __future__ import annotations

AUDIO_SUFFIXES: frozenset[str] = frozenset(
    {
        # MPEG and what is sold or recorded in MP4
        ".mp1", ".mp2", ".mp3", ".mpga", ".aac", ".m4a", ".m4b", ".m4p", ".m4r", ".mp4", ".3gp", ".3g2",
        # Ogg, Matroska
        ".ogg", ".oga", ".opus", ".spx", ".mka", ".weba",
        # lossless
        ".flac", ".ape", ".wv", ".tta", ".tak", ".shn",
        # uncompressed
        ".wav", ".wave", ".bwf", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".au", ".snd", ".caf",
        # Windows Media, Musepack, DSD, Dolby, DTS, mobile phones
        ".wma", ".asf", ".mpc", ".mp+", ".dsf", ".dff", ".ac3", ".eac3", ".dts", ".amr",
    }
)  # fmt: skip
"""Lower-case suffixes with their dot."""
