import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from damages import DAMAGES, empty

from musicsim.library.catalogue.database import CatalogueError, DamagedError, Database

FIRST = "CREATE TABLE things (name TEXT)"
SECOND = "ALTER TABLE things ADD COLUMN size INTEGER"
THIRD = "ALTER TABLE things ADD COLUMN colour TEXT"


def names(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return [name for (name,) in db.execute("SELECT name FROM things")]


def columns(path: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(path)) as db:
        return [row[1] for row in db.execute("PRAGMA table_info(things)")]


@pytest.fixture
def path(tmp_path) -> Path:
    """A file of the first version with one row."""
    file = tmp_path / "things.sqlite3"
    database = Database(file, [FIRST])
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('kept')")
    database.close()
    return file


def backups(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir() if "backup" in file.name)


def test_a_file_is_copied_before_it_is_migrated(path):
    assert backups(path) == []
    Database(path, [FIRST, SECOND]).close()
    assert backups(path) == ["things.sqlite3.version-1.backup"]
    assert names(path.parent / backups(path)[0]) == ["kept"]
    assert columns(path.parent / backups(path)[0]) == ["name"]
    assert columns(path) == ["name", "size"]
    # The last one is enough.
    Database(path, [FIRST, SECOND, THIRD]).close()
    assert backups(path) == ["things.sqlite3.version-2.backup"]


def test_a_file_that_went_back_a_version_is_copied_again(path):
    Database(path, [FIRST, SECOND]).close()
    copy = path.parent / backups(path)[0]
    path.write_bytes(copy.read_bytes())
    Database(path, [FIRST, SECOND]).close()
    assert backups(path) == [copy.name]
    assert names(copy) == ["kept"]


def test_opening_without_a_migration_copies_nothing(path):
    Database(path, [FIRST]).close()
    assert backups(path) == []


def test_a_migration_that_fails_leaves_the_file_as_it_was(path):
    with pytest.raises(sqlite3.OperationalError):
        Database(path, [FIRST, SECOND + "; nonsense"])
    assert columns(path) == ["name"]
    assert names(path) == ["kept"]
    assert backups(path) == ["things.sqlite3.version-1.backup"]


def test_without_room_for_the_copy_nothing_is_migrated(path, monkeypatch):
    class Full(sqlite3.Connection):
        def backup(self, *_args, **_options):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorname = "SQLITE_FULL"
            raise error

    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, factory=Full, **k))
    with pytest.raises(CatalogueError, match=r"disk that holds .*things\.sqlite3 is full"):
        Database(path, [FIRST, SECOND])
    monkeypatch.undo()
    assert columns(path) == ["name"]
    assert backups(path) == []


def test_a_copy_is_made_when_there_is_something_new(path):
    copy = path.with_name("things.sqlite3.backup")
    database = Database(path, [FIRST])
    # There is none yet.
    database.back_up()
    assert names(copy) == ["kept"]
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('new')")
    database.back_up()
    assert names(copy) == ["kept", "new"]
    copy.unlink()
    database.back_up()
    assert backups(path) == ["things.sqlite3.day.backup"]
    database.close()
    copy.write_text("not made anew")
    database = Database(path, [FIRST])
    with database.transaction(is_news=False) as db:
        db.execute("INSERT INTO things VALUES ('bookkeeping')")
    database.back_up()
    assert copy.read_text() == "not made anew"
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('newer')")
    database.back_up()
    database.close()
    assert names(copy) == names(path) == ["kept", "new", "bookkeeping", "newer"]


def test_what_a_killed_process_wrote_is_copied(path, copy):
    written = textwrap.dedent(
        f"""
        import os
        from pathlib import Path
        from musicsim.library.catalogue.database import Database
        database = Database(Path({str(path)!r}), [{FIRST!r}])
        with database.transaction() as db:
            db.execute("INSERT INTO things VALUES ('newer')")
        os._exit(1)
        """
    )
    subprocess.run([sys.executable, "-c", written], check=False)
    assert names(copy) == ["kept", "new"]
    database = Database(path, [FIRST])
    database.back_up()
    database.close()
    assert names(copy) == ["kept", "new", "newer"]


def test_a_damaged_file_makes_no_copy(path, caplog):
    database = Database(path, [FIRST])
    with database.transaction() as db:
        db.executemany("INSERT INTO things VALUES (?)", [("x" * 500,)] * 200)
    database.back_up()
    copy = path.with_name("things.sqlite3.backup")
    good = copy.read_bytes()
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('new')")
    database.close()
    database = Database(path, [FIRST])
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('newer')")
    with path.open("r+b") as file:
        file.seek(20_000)
        file.write(b"\xa5" * 40_000)
    database.back_up()
    assert copy.read_bytes() == good
    assert "can't be copied" in caplog.text
    database.close()


@pytest.fixture
def copy(path) -> Path:
    """Its copy."""
    database = Database(path, [FIRST])
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('new')")
    database.back_up()
    database.close()
    return path.with_name("things.sqlite3.backup")


@pytest.mark.logs
@pytest.mark.parametrize("damage", DAMAGES)
def test_however_a_file_is_damaged_it_goes_back_to_its_copy(path, copy, damage):
    database = Database(path, [FIRST])
    with database.transaction() as db:
        db.executemany("INSERT INTO things VALUES (?)", [("x" * 500,)] * 200)
    database.close()
    damage(path)
    with pytest.raises(DamagedError, match=r"`musicsim doctor`"):
        Database(path, [FIRST], read_only=True).query("SELECT * FROM things")
    Database.suspect(path)
    database = Database(path, [FIRST])
    assert "Its copy of" in database.mended
    assert database.check() == (True, "ok")
    database.close()
    assert names(path) == names(copy) == ["kept", "new"]
    aside = path.with_name("things.sqlite3.damaged")
    assert aside.exists() == (damage is not Path.unlink)


@pytest.mark.logs
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_that_can_be_computed_again_is_replaced_by_an_empty_one(tmp_path, damage):
    file = tmp_path / "things.sqlite3"
    database = Database(file, [FIRST], derived=True)
    with database.transaction() as db:
        db.executemany("INSERT INTO things VALUES (?)", [("x" * 500,)] * 200)
    database.close()
    damage(file)
    Database.suspect(file)
    database = Database(file, [FIRST], derived=True)
    assert database.query("SELECT name FROM things") == []
    assert database.check() == (True, "ok")
    database.close()


@pytest.mark.logs
@pytest.mark.parametrize(("lose", "was"), [(empty, "empty"), (Path.unlink, "missing")])
def test_a_file_that_is_empty_or_gone_goes_back_to_its_copy(path, copy, lose, was):
    lose(path)
    # Whoever may not mend it is told.
    with pytest.raises(
        DamagedError, match=r"things\.sqlite3 is (empty|missing).*`musicsim doctor`"
    ):
        Database(path, [FIRST], read_only=True)
    database = Database(path, [FIRST])
    assert f"things.sqlite3 was {was}. Its copy of" in database.mended
    database.back_up()
    database.close()
    assert names(path) == names(copy) == ["kept", "new"]


def spoil(path: Path) -> None:
    path.write_bytes(b"\xa5" * 5000)


def shorten(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(5000)


@pytest.mark.logs
@pytest.mark.parametrize("spoil_copy", [spoil, shorten, empty])
def test_where_the_copy_is_damaged_too_an_earlier_one_takes_its_place(path, copy, spoil_copy):
    Database(path, [FIRST, SECOND]).close()
    earlier = path.with_name("things.sqlite3.version-1.backup")
    os.utime(earlier, (1, 1))
    spoil(path)
    spoil_copy(copy)
    database = Database(path, [FIRST, SECOND])
    assert "Its copy of 1970-01-01" in database.mended
    database.close()
    assert names(path) == ["kept", "new"]
    assert columns(path) == ["name", "size"]


@pytest.mark.parametrize(("spoil_file", "is_now"), [(spoil, "damaged"), (Path.unlink, "missing")])
def test_without_a_sound_copy_all_files_are_named_and_left_alone(path, copy, spoil_file, is_now):
    earlier = path.with_name("things.sqlite3.version-1.backup")
    shutil.copy(copy, earlier)
    for file in (copy, earlier):
        spoil(file)
    spoil_file(path)
    before = {file.name for file in path.parent.iterdir()}
    for _ in range(2):
        with pytest.raises(DamagedError) as error:
            Database(path, [FIRST])
        for words in (f"{path} is {is_now}", copy.name, earlier.name, "move these files away"):
            assert words in str(error.value)
        assert {file.name for file in path.parent.iterdir()} - {f"{path.name}.suspect"} == before
    # What it says can be done.
    for file in (path, copy, earlier):
        file.unlink(missing_ok=True)
    database = Database(path, [FIRST])
    assert (database.mended, database.query("SELECT name FROM things")) == ("", [])
    database.close()


@pytest.mark.logs
def test_what_was_put_aside_stays(path, copy):
    for n in range(3):
        path.write_bytes(b"%d" % n * 5000)
        Database(path, [FIRST]).close()
    kept = {file.name: file.read_bytes()[:1] for file in path.parent.glob("*.damaged*")}
    assert kept == {
        "things.sqlite3.damaged": b"0",
        "things.sqlite3.damaged-2": b"1",
        "things.sqlite3.damaged-3": b"2",
    }


@pytest.mark.parametrize("lose", [empty, Path.unlink])
def test_a_file_that_is_lost_while_it_is_open_leaves_its_copy_alone(path, copy, lose, caplog):
    database = Database(path, [FIRST])
    with database.transaction() as db:
        db.execute("INSERT INTO things VALUES ('newer')")
    database.query("PRAGMA wal_checkpoint(TRUNCATE)")
    lose(path)
    database.back_up()
    database.close()
    assert names(copy) == ["kept", "new"]
    assert "can't be copied" in caplog.text


def test_an_empty_file_without_a_copy_is_begun(tmp_path):
    file = tmp_path / "things.sqlite3"
    empty(file)
    database = Database(file, [FIRST])
    assert (database.mended, database.query("SELECT name FROM things")) == ("", [])
    database.close()


def test_where_nothing_can_be_written_a_file_can_be_read(path):
    # SQLite's own small file can't be made.
    path.with_name(path.name + "-shm").mkdir()
    database = Database(path, [FIRST], read_only=True)
    assert database.query("SELECT name FROM things") == [("kept",)]
    database.close()


def test_there_a_file_is_not_read_without_its_log(path):
    writer = Database(path, [FIRST])
    with writer.transaction() as db:
        db.execute("INSERT INTO things VALUES ('in the log')")
    copy = path.parent / "copy" / path.name
    copy.parent.mkdir()
    for end in ("", "-wal"):
        shutil.copy(path.with_name(path.name + end), copy.with_name(copy.name + end))
    writer.close()
    copy.with_name(copy.name + "-shm").mkdir()
    database = Database(copy, [FIRST], read_only=True)
    assert database.query("SELECT name FROM things") == [("kept",), ("in the log",)]
    database.close()


def age(path: Path, days: float) -> None:
    """Let a backup be so many days older."""
    time = path.stat().st_mtime - 86_400 * days
    os.utime(path, (time, time))


def test_a_loss_that_is_noticed_days_later_is_not_in_every_backup(tmp_path):
    path = tmp_path / "things.sqlite3"
    database = Database(path, [FIRST])

    def backed_up(number: int) -> None:
        with database.transaction() as db:
            db.execute("DELETE FROM things")
            db.execute("INSERT INTO things VALUES (?)", (number,))
        database.back_up()

    latest, day, week = (
        path.with_name(f"things.sqlite3.{suffix}")
        for suffix in ("backup", "day.backup", "week.backup")
    )

    def number_in(backup: Path) -> int:
        with contextlib.closing(sqlite3.connect(backup)) as copy:
            return int(copy.execute("SELECT * FROM things").fetchone()[0])

    for number in range(5):
        backed_up(number)
    # The first ones fill the places, and then stay for their time.
    assert [number_in(backup) for backup in (latest, day, week)] == [4, 1, 0]
    age(day, 1.1)
    backed_up(5)
    assert [number_in(backup) for backup in (latest, day, week)] == [5, 4, 0]
    age(week, 7.1)
    backed_up(6)
    assert [number_in(backup) for backup in (latest, day, week)] == [6, 5, 4]
    database.close()


def test_a_backup_may_wait_for_another(tmp_path):
    path = tmp_path / "things.sqlite3"
    database = Database(path, [FIRST])
    copy = path.with_name("things.sqlite3.backup")

    def change() -> None:
        with database.transaction() as db:
            db.execute("INSERT INTO things VALUES (1)")

    change()
    database.back_up(at_most_every=3600)
    before = copy.stat()
    change()
    database.back_up(at_most_every=3600)
    assert copy.stat().st_ino == before.st_ino
    # At closing, nothing waits.
    database.back_up()
    assert copy.stat().st_ino != before.st_ino
    database.close()
