"""Files and folders among music that are no music: hidden ones, recycle bins, snapshots, caches and sidecars."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

# As `_key` returns them. Names that could be an album's, such as "Snapshot", "Trash" and ZZ Top's "Recycler", are not
# among them; see `is_recycle_bin`.
_SYSTEM_FOLDERS = frozenset(
    {
        # Windows
        "$recycle.bin", "system volume information", "filehistory",
        # macOS, and what it leaves on other file systems and in archives
        "__macosx", "network trash folder", "temporary items", "thevolumesettingsfolder", "thefindbycontentfolder",
        "backups.backupdb",
        # Synology, TerraMaster and UGREEN
        "#recycle", "#snapshot", "@eadir", "@sharebin", "@sharesnap", "@tmp",
        # QNAP and Asustor
        "@recycle", "@recently-snapshot", "@transcode",
        # NetApp and other filers, Buffalo, D-Link and Western Digital
        "~snapshot", "trashbox", "recycle bin",
        # Nextcloud and ownCloud
        "files_trashbin", "files_versions",
    }
)  # fmt: skip
_SYSTEM_FOLDER = re.compile(
    r"""
    found\.\d{3}                        # what Windows' chkdsk recovers
    | s-1-5-\d+(-\d+)*                  # a user's recycle bin on Windows, in $RECYCLE.BIN or RECYCLER
    | @gmt-\d{4}(\.\d\d){2}-\d\d(\.\d\d){2}  # a snapshot on Windows and Samba
    | _nas_recycle_.*                   # Thecus
    | recycle\ bin\ -\ volume_\d+       # D-Link and Western Digital
    """,
    re.VERBOSE,
)
_BIN_CONTENTS = {
    "recycled": ("info2",),  # Windows on FAT
    "trash": ("files", "info"),  # freedesktop.org
}
"""Recycle bins whose names are also albums', by their name, with entries that only a recycle bin has."""

_ESCAPED_DOT = ":2e"
"""How Netatalk writes the dot that a name begins with."""
_APPLE_DOUBLE = b"\x00\x05\x16\x07"
# Attributes that exist only on Windows, and one that exists only on macOS and BSD.
_HIDDEN = stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM
_HAS_MARKS = hasattr(os.stat_result, "st_file_attributes") or hasattr(os.stat_result, "st_flags")


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is hidden by its name, as Unix does.

    "...And Justice for All" and ".38 Special" are music: no program hides its files behind two dots or a number.
    """
    if not name.startswith((".", ":")):
        return False
    if name.casefold().startswith(_ESCAPED_DOT):
        name = "." + name[len(_ESCAPED_DOT) :]
    second = name[1:2]
    return name.startswith(".") and second not in ("", ".") and not second.isdecimal()


def is_no_music_folder(name: str) -> bool:
    """Return whether a folder is hidden, a recycle bin, snapshots or a system's, judging by its name in any case."""
    # On a Linux disk it has lower case, while "Lost+Found" is an album.
    if is_hidden(name) or name in ("lost+found", "LOST+FOUND"):
        return True
    key = name.casefold()
    return key in _SYSTEM_FOLDERS or _SYSTEM_FOLDER.fullmatch(key) is not None


def is_recycle_bin(folder: Path) -> bool:
    """Return whether a folder named like a recycle bin is one, judging by what is in it."""
    contents = _BIN_CONTENTS.get(folder.name.casefold())
    if contents is None:
        return False
    try:
        names = {name.casefold() for name in os.listdir(folder)}  # noqa: PTH208 (names, not paths)
    except OSError:
        return False
    return names.issuperset(contents)


def is_marked_hidden(status: os.stat_result) -> bool:
    """Return whether Windows or macOS hides a file or folder by an attribute."""
    return _HAS_MARKS and bool(
        getattr(status, "st_file_attributes", 0) & _HIDDEN
        or getattr(status, "st_flags", 0) & stat.UF_HIDDEN
    )


def is_apple_double(path: Path) -> bool:
    """Return whether a file only stores the attributes of another, as macOS does on other file systems.

    Its name is usually that of the other file after "._", but archives and servers keep such files under any name.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_APPLE_DOUBLE)) == _APPLE_DOUBLE
    except OSError:
        return False
