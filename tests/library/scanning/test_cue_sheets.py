"""CUE sheets beside the one file of an album, which musicsim plays as one track."""

import pytest
from scanned_library import Library

from musicsim.base.reasons import Cause, Reason
from musicsim.library.problem_report import by_reason

SHEET = """REM GENRE Rock
PERFORMER "Кино"
TITLE "Группа крови"
FILE "{file}" WAVE
  TRACK 01 AUDIO
    TITLE "One"
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Two"
    INDEX 00 04:40:00
    INDEX 01 04:42:00
"""


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def told(library: Library) -> list[tuple[str, Reason, bool]]:
    return [
        (problem.path.relative_to(library.music).as_posix(), problem.reason, problem.failed)
        for problem in library.catalogue.problems.all()
    ]


@pytest.mark.parametrize(
    ("sheet", "file", "audio"),
    [
        ("Album.cue", "Album.flac", ["Album.flac"]),
        ("Album.CUE", "Album.flac", ["Album.flac"]),
        ("Album.flac.cue", "Album.wav", ["Album.flac", "bonus.flac"]),
        ("Album.cue", "CDImage.wav", ["Album.ape"]),
        ("disc.cue", "C:\\rip\\CD 1.WAV", ["cd 1.flac", "cd 2.flac"]),
        ("cd 2.cue", "image.wav", ["cd 1.flac", "cd 2.flac"]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
def test_a_sheet_that_is_not_followed_is_mentioned(library, sheet, file, audio, encoding):
    for name in audio:
        library.file(f"a/{name}")
    path = library.file(f"a/{sheet}", SHEET.format(file=file).encode(encoding))
    assert library.scan().added == len(audio)
    notice = [(f"a/{sheet}", Reason(Cause.CUE_SHEET, (2,)), False)]
    assert told(library) == notice
    # Nothing has failed, and it is no news at the next scan, nor where the watcher hears of it.
    assert library.catalogue.tracks.counts().failed == 0
    library.scan()
    library.scanner.update([path])
    assert told(library) == notice
    path.unlink()
    library.scanner.update([path])
    assert told(library) == []


@pytest.mark.parametrize(
    ("text", "audio"),
    [
        (SHEET.format(file="CDImage.wav"), ["01 One.flac", "02 Two.flac"]),
        (SHEET.format(file="Album.flac").partition("  TRACK 02")[0], ["Album.flac"]),
        (
            'FILE "1.flac" WAVE\n TRACK 01 AUDIO\nFILE "2.flac" WAVE\n TRACK 02 AUDIO\n',
            ["1.flac", "2.flac"],
        ),
        (SHEET.format(file="Album.flac"), []),
        ("no sheet at all", ["Album.flac"]),
        ("TRACK", ["Album.flac"]),
        ("\0" * 3000, ["Album.flac"]),
    ],
)
def test_a_sheet_without_its_one_file_is_not(library, text, audio):
    for name in audio:
        library.file(name)
    library.file("sheet.cue", text.encode())
    library.scan()
    assert told(library) == []


def test_many_sheets_are_one_reason(library):
    for number in range(3):
        library.file(f"{number}/Album.flac")
        library.file(f"{number}/Album.cue", SHEET.format(file="Album.flac").encode())
    library.file("left out/Album.cue", SHEET.format(file="Album.flac").encode())
    library.file("left out/Album.flac")
    library.file("left out/.nomedia", b"")
    library.scan()
    ((reason, count),) = by_reason(library.catalogue.problems.all())
    assert count == 3
    assert "CUE sheet" in reason
