"""How long tracks are kept whose files were deleted, whatever the clock says."""

import pytest
from scanned_library import Library

from musicsim.base.events import Events
from musicsim.services.collection.looking import Looking

DAY = 86_400.0
YEAR = 365 * DAY


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr("time.time", made)
    return made


@pytest.fixture
def library(tmp_path, clock):
    made = Library(tmp_path)
    made.file("kept.mp3")
    made.path = made.file("deleted.mp3", b"deleted")
    yield made
    made.embeddings.close()
    made.catalogue.close()


@pytest.fixture
def scan(library, clock):
    looking = Looking(library.catalogue, library.embeddings, library.scanner, Events())

    def scan(after: float = 0.0) -> int:
        """Scan some seconds later; return how many missing tracks are kept."""
        clock.now += after
        looking.scan([library.music])
        return library.catalogue.tracks.counts().missing

    return scan


def test_a_deleted_file_is_forgotten_after_sixty_days(library, scan):
    scan()
    library.path.unlink()
    assert scan(DAY) == 1
    assert [scan(DAY) for _ in range(60)] == [1] * 60
    assert scan(DAY) == 0


@pytest.mark.parametrize("jump", [YEAR, 50 * YEAR, 61 * DAY])
def test_a_clock_that_jumps_forgets_nothing(library, scan, jump):
    scan()
    library.path.unlink()
    assert scan(3 * 3600.0) == 1
    assert scan(jump) == 1
    assert scan(3 * 3600.0) == 1
    # And nothing is kept for longer once it is right again.
    assert scan(-jump) == 1
    assert [scan(DAY) for _ in range(57)] == [1] * 57
    assert [scan(DAY) for _ in range(5)][-1] == 0


def test_a_clock_that_starts_in_1970_each_day_forgets_nothing_early(library, scan, clock):
    scan()
    library.path.unlink()
    today = clock.now
    kept = []
    for day in range(50):
        clock.now = 1000.0
        kept.append(scan())
        clock.now = today + day * DAY
        kept.append(scan())
    assert kept == [1] * 100


def test_a_file_that_was_gone_when_the_clock_was_wrong_comes_back(library, scan):
    scan()
    library.path.rename(library.music.with_name("away.mp3"))
    scan(YEAR)
    scan(-YEAR)
    library.music.with_name("away.mp3").rename(library.path)
    assert scan(DAY) == 0
    assert len(library.catalogue.tracks.all()) == 2


def test_scans_shortly_after_another_leave_nothing_to_back_up(library, scan):
    scan()
    library.catalogue.back_up()
    file = library.catalogue.database.path.with_name("catalogue.sqlite3.backup")
    file.unlink()
    assert scan(60.0) == 0
    library.catalogue.back_up()
    assert not file.exists()
