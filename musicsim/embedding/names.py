"""The names that weight files give to their networks: they are shown, and stored with every vector."""

from __future__ import annotations

import re
from typing import Final

LONGEST_NAME: Final = 64

# Letters and digits of any language, and of the other characters those that neither a path nor a terminal interprets.
_NAME = re.compile(r"\w(?:[\w .+()-]*[\w+()])?")
_OFFICIAL_PREFIX = "openl3-"
# Windows opens a device under these names, with any suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def check_name(name: object) -> str:
    """Return a network's name unchanged, if it can be used as one.

    Raises
    ------
    ValueError
        If it is no text, is empty or too long, has path separators, control characters or ``..`` in it, or is reserved
        for OpenL3's own files or for devices; the message says so.
    """
    if not isinstance(name, str):
        raise ValueError("its name is no text")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"its name is longer than {LONGEST_NAME} characters")
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(
            "its name is not made of letters, digits, spaces and . + - _ ( ), or begins or ends with one of these"
        )
    if name.lower().startswith(_OFFICIAL_PREFIX) or _DEVICES.fullmatch(name):
        raise ValueError(f"its name is reserved: {name}")
    return name
