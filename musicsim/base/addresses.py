"""`file:` addresses, as written by desktops, playlists and other programs."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from urllib.parse import unquote_to_bytes
from urllib.request import url2pathname

_SHARES = frozenset({"smb", "cifs", "x-file-cifs", "nfs", "afp", "sftp", "dav", "davs"})
"""Schemes of folders on other computers, which may be connected here under any path."""
_DRIVE = re.compile(r"([a-z])[:|](?=/)", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:(?=/)", re.IGNORECASE)
"""A scheme of two letters or more, so that a Windows drive isn't taken for one."""


def is_address(text: str) -> bool:
    """Return whether a text is an address such as `file:/x` or `http://x`, and not a path."""
    return _ADDRESS.match(text) is not None


def path_of_address(text: str) -> Path | None:
    """Return the path that a `file:` address names; None if it isn't an address of a file on this computer.

    Accepts `file:/x`, `file:///x`, `file://localhost/x` and this computer's own name, with the scheme in any case. The
    path may have any bytes, percent-encoded or plain; "#" and "?" belong to it.
    """
    scheme, colon, rest = text.partition(":")
    if not colon or scheme.casefold() != "file":
        return None
    if rest.startswith("//"):
        host, slash, path = rest[2:].partition("/")
        if host.casefold() not in ("", "localhost", socket.gethostname().casefold()):
            return None
        rest = slash + path
    if not rest.startswith("/"):
        return None
    if os.name == "nt":
        return Path(url2pathname(rest))
    try:
        path_bytes = unquote_to_bytes(os.fsencode(rest))
    except UnicodeEncodeError:  # half of a surrogate pair, which no file name has
        return None
    return None if b"\0" in path_bytes else Path(os.fsdecode(path_bytes))


def paths_in_address(text: str) -> list[str]:
    """Return the paths that an address of a file may mean, the likelier first; empty if it is no such address.

    Programs write `file:` addresses of Windows drives and servers in several ways, forget to encode names or the empty
    host, or write a path relative to the playlist. The path of a file on a server begins with two slashes.
    """
    scheme, colon, rest = text.partition(":")
    scheme = scheme.casefold()
    if not colon or not (scheme == "file" or scheme in _SHARES):
        return []
    path = path_of_address(text)
    slashed = rest.replace("\\", "/")
    body = slashed.lstrip("/")
    slashes = len(slashed) - len(body)
    if scheme in _SHARES:
        paths = [f"//{body}"]
    elif drive := _DRIVE.match(body):
        paths = [f"{drive[1]}:{body[drive.end() :]}"]
    elif slashes == 2:
        paths = [f"//{body}", f"/{body}"]
    else:
        paths = [("//" if slashes > 3 else "/" if slashes else "") + body]
    found = [] if path is None else [os.fspath(path)]
    return list(dict.fromkeys((*found, *map(_unquoted, paths), *paths)))


def _unquoted(path: str) -> str:
    try:
        return os.fsdecode(unquote_to_bytes(os.fsencode(path)))
    except UnicodeEncodeError:  # as above
        return path
