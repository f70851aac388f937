"""Which folders hold no music of their own, by their names."""

from __future__ import annotations

# What systems and programs keep among music, and no listener.
_SYSTEM_FOLDERS = frozenset({"$RECYCLE.BIN", "System Volume Information", "lost+found", "@eaDir"})


def is_hidden(name: str) -> bool:
    """Whether a folder of this name is hidden, or a system's; "...And Justice for All" is an album."""
    return name in _SYSTEM_FOLDERS or (name.startswith(".") and not name.startswith(".."))
