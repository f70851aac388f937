import csv
from pathlib import Path

import pytest
from known_reasons import because

from musicsim.library.problem_report import ProblemsFileError, by_reason, write_csv
from musicsim.library.types import Problem

PROBLEMS = [
    Problem(Path("/m/a.mp3"), because("the file is empty"), mtime_ns=0),
    Problem(Path("/m/b, c.mp3"), because("cut short after 12.5 s of 240 s"), failed=False),
    Problem(Path("/m/d\udcff.mp3"), because("cut short after 3 s of 181 s"), failed=False),
    Problem(Path("/m/e\n.mp3"), because('it says "no"')),
]


def test_reasons_are_counted_whatever_their_figures():
    assert by_reason(PROBLEMS) == [
        ("cut short after … s of … s", 2),
        ("the file is empty", 1),
        ('it says "no"', 1),
    ]
    assert by_reason(PROBLEMS[1:2] * 3) == [("cut short after 12.5 s of 240 s", 3)]
    assert by_reason([]) == []


def test_the_list_can_be_opened_in_a_spreadsheet(tmp_path):
    write_csv(tmp_path / "p.csv", PROBLEMS)
    assert (tmp_path / "p.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["path", "state", "reason", "modified"],
        ["/m/a.mp3", "failed", "the file is empty", "1970-01-01 00:00:00+00:00"],
        ["/m/b, c.mp3", "warning", "cut short after 12.5 s of 240 s", ""],
        ["/m/d\N{REPLACEMENT CHARACTER}.mp3", "warning", "cut short after 3 s of 181 s", ""],
        ["/m/e\N{REPLACEMENT CHARACTER}.mp3", "failed", 'it says "no"', ""],
    ]


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ProblemsFileError, match=r"nowhere.p\.csv can't be written"):
        write_csv(tmp_path / "nowhere" / "p.csv", PROBLEMS)
