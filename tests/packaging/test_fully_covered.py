"""The list of modules that `make covered` checks."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_module_of_the_list_exists_and_stands_there_once():
    listed = (ROOT / "tests/fully_covered.txt").read_text().splitlines()
    assert listed == sorted(set(listed))
    assert [name for name in listed if not (ROOT / name).is_file()] == []
