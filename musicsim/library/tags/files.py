"""Reading files with mutagen, whatever is wrong with them."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import mutagen
from mutagen.aiff import AIFF
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3
from mutagen.wave import WAVE

from musicsim.base.errors import display_path
from musicsim.library.tags.bounds import begin_file

T = TypeVar("T")

_VERSION_2, _VERSION_2_4 = (2,), (2, 4)

_log = logging.getLogger(__name__)


def read_by(path: Path, read: Callable[[Any, APEv2 | None], T], otherwise: T) -> T:
    """Return what `read` makes of mutagen's file; `otherwise` if mutagen doesn't know the format, or finds damage.

    `read` also gets the APEv2 tags at the end of a file in which mutagen looks only for ID3. foobar2000 and mp3gain
    write such tags to MP3 files.

    Raises
    ------
    OSError
        If the file can't be opened.
    """
    with path.open("rb") as file:
        try:
            if not begin_file(file):
                _log.info("no tags in %s: they are too large", display_path(path))
                return otherwise
            # Pass an open file, since a name need not be text; mutagen uses its `name` to guess the type.
            found = mutagen.File(file)
            if found is None:
                return otherwise
            if isinstance(found, WAVE | AIFF) and not found.tags:
                found.tags = _chunks(file)
            _find_year(found.tags, file)
            return read(found, _at_the_end(found, file))
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 (mutagen raises errors of many kinds on damaged files)
            _log.info("no tags in %s: %r", display_path(path), error)
            return otherwise


def _chunks(file: BinaryIO) -> dict[str, list[str]] | None:
    """Return WAV's INFO and AIFF's text chunks, by the names of Vorbis comments; mutagen looks only for ID3."""
    # Loaded only for such files.
    import soundfile

    try:
        # By its descriptor: through the object, a damaged file would make it seek before its beginning.
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        with soundfile.SoundFile(file.fileno(), closefd=False) as sound:
            return {name: [text] for name, text in sound.copy_metadata().items()}
    except soundfile.SoundFileError:
        return None


def _find_year(tags: Any, file: BinaryIO) -> None:
    """Restore the year of ID3 before 2.4: mutagen drops it if its frame has anything else, as in "2004-05"."""
    if isinstance(tags, ID3) and _VERSION_2 <= tags.version < _VERSION_2_4 and "TDRC" not in tags:
        with contextlib.suppress(Exception):  # as above
            file.seek(0)
            tags.setall("TYER", ID3(file, translate=False).getall("TYER"))


def _at_the_end(found: Any, file: BinaryIO) -> APEv2 | None:
    if found.tags is not None and not isinstance(found.tags, ID3):
        return None
    try:
        return APEv2(file)
    except Exception:  # noqa: BLE001 (as above, and the other tags are still good)
        return None
