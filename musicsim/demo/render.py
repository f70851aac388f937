"""The demo library as files in a folder."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.demo.encoding import encode
from musicsim.demo.programme import Piece, pieces
from musicsim.demo.styles import PERFORMERS

STYLES: tuple[str, ...] = tuple(PERFORMERS)
"""The names of the styles, which are also the genres in the tags."""

_MOST_THREADS = 4
"""A track takes some 100 MB during rendering."""


@dataclass(frozen=True, slots=True)
class DemoTrack:
    """A file of the demo library, with its tags."""

    path: Path
    title: str
    artist: str
    """Also the album artist."""
    album: str
    style: str
    """One of `STYLES`; the genre in the tags."""
    year: int
    track_number: int
    track_total: int


def render_demo(
    folder: Path, *, progress: Callable[[int, int], None] | None = None
) -> list[DemoTrack]:
    """Render the demo library into a folder, as ``Artist/Album/NN Title.suffix``.

    The sound is the same every time. Existing files stay unchanged, and a file appears only when it is complete, so the
    next run finishes an interrupted one.

    Parameters
    ----------
    folder
        Created if missing.
    progress
        Called with the number of tracks done and of all tracks, in the calling thread: first with the existing ones,
        then after each track. An exception from it ends the rendering.

    Returns
    -------
    list of DemoTrack
        All tracks, album by album.

    Raises
    ------
    MusicsimError
        If the folder can't be written to, or the disk is full.
    """
    programme = {_place(folder, piece): piece for piece in pieces()}
    missing = {path: piece for path, piece in programme.items() if not path.is_file()}
    there = len(programme) - len(missing)
    if progress:
        progress(there, len(programme))
    # Most of the work is numpy's and the encoders', which release Python's lock.
    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1), "demo") as pool:
        rendering = [pool.submit(_render, *item) for item in missing.items()]
        try:
            for done, track in enumerate(as_completed(rendering), start=there + 1):
                track.result()
                if progress:
                    progress(done, len(programme))
        except OSError as error:
            raise MusicsimError(
                f"The demo library can't be written to {display_path(folder)}: "
                f"{error.strerror or error}. Make room there, or choose another folder"
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)
    return [_describe(path, piece) for path, piece in programme.items()]


def _place(folder: Path, piece: Piece) -> Path:
    name = f"{piece.number:02} {piece.title}{piece.suffix}"
    return folder / piece.album.artist / piece.album.title / name


def _describe(path: Path, piece: Piece) -> DemoTrack:
    album = piece.album
    return DemoTrack(
        path=path,
        title=piece.title,
        artist=album.artist,
        album=album.title,
        style=album.style,
        year=album.year,
        track_number=piece.number,
        track_total=len(album.songs),
    )


def _render(path: Path, piece: Piece) -> None:
    # Before the work, so that a read-only folder is noticed at once.
    path.parent.mkdir(parents=True, exist_ok=True)
    content = encode(PERFORMERS[piece.album.style](piece.song), piece)
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
