"""Characters that are not seen: those that only deceive are removed, those that scripts need stay."""

from __future__ import annotations

import re

_JOINERS = "\u200c\u200d"
_BLACK_FLAG = "\N{WAVING BLACK FLAG}"
_INVISIBLE = re.compile(
    "["
    "\0-\x08\x0e-\x1f\x7f"  # controls
    "\xad\u034f\u180e\u200b\u2060-\u2065\ufeff"  # no width
    "\u202a-\u202e\u2066-\u206f"  # direction of all that follows
    "\ufff0-\ufffb\U000e0000-\U000e0fff"  # annotations, and tags
    f"{_JOINERS}"
    "]"
)
_JOINED = re.compile(
    # Letters and marks of scripts whose letters join, or form clusters: from Arabic and Syriac over India to Mongolian.
    "[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\u1a20-\u1aaf\ua800-\uabff\ufb50-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00011fff"
    # Pictures, with their variants and colours of skin.
    "\u00a9\u00ae\u203c-\u3299\ufe0f\u20e3\U0001f000-\U0001faff]"
)
_FLAG_OF_A_REGION = re.compile(f"{_BLACK_FLAG}[\U000e0020-\U000e007e]+\U000e007f")


def without_invisible(text: str) -> str:
    """Return text without characters that are not seen, but turn what follows around or hide the text from search.

    Joiners stay where they change how letters and pictures look, and so do the tags of flags.
    """
    if text.isascii() and text.isprintable():
        return text
    flags = [match.span() for match in _FLAG_OF_A_REGION.finditer(text)]

    def needed(match: re.Match[str]) -> str:
        at = match.start()
        if any(start <= at < end for start, end in flags):
            return match[0]
        around = text[max(0, at - 1) : at], text[at + 1 : at + 2]
        return match[0] if match[0] in _JOINERS and all(map(_JOINED.fullmatch, around)) else ""

    return _INVISIBLE.sub(needed, text)
