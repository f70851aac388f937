"""File names for playlists."""

from __future__ import annotations

_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{port}{n}" for port in ("COM", "LPT") for n in "123456789¹²³"
}
"""Names that Windows keeps for devices, with any suffix."""


def file_name(name: str, suffix: str) -> str:
    """Return a file name for something that a listener named, valid on every platform."""
    kept = "".join("_" if c in '<>:"/\\|?*' or not c.isprintable() else c for c in name)
    # Usual file systems allow 255 bytes, and one character may take four.
    kept = kept.strip(" .").encode("utf-8", "replace")[:200].decode("utf-8", "ignore")
    if kept.partition(".")[0].rstrip().upper() in _DEVICES:
        kept = f"_{kept}"
    return (kept or "playlist") + suffix
